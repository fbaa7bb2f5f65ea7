package main

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A zone answers for the domain name system: names without the dot at the end, and their TXT records. A name
// that is not there does not exist.
type zone map[string][]string

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	name = strings.TrimSuffix(name, ".")
	if records, ok := z[name]; ok {
		return records, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func TestJudgeSPF(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		records []string
		want    verdict
		says    string
	}{
		{[]string{"v=spf1 mx ~all"}, checkOK, ""},
		{[]string{"something else", "V=SPF1 a:mail.town.example -ALL"}, checkOK, ""},
		{[]string{"v=spf1 redirect=_spf.service.example"}, checkOK, ""},
		{nil, checkFailure, "no SPF record"},
		{[]string{"v=spf10 mx -all", "v=spf"}, checkFailure, "no SPF record"},
		{[]string{"v=spf1 mx -all", "v=spf1 a -all"}, checkFailure, "2 SPF records"},
		{[]string{"v=spf1 mx +all"}, checkFailure, "everybody"},
		{[]string{"v=spf1 mx all"}, checkFailure, "everybody"},
		{[]string{"v=spf1 mx ?all"}, checkWarning, "does not say"},
		{[]string{"v=spf1 mx"}, checkWarning, "does not say"},
		{[]string{"v=spf1"}, checkWarning, "does not say"},
		{[]string{"v=spf1 " + strings.Repeat("include:x.example ", 11) + "-all"}, checkFailure, "11 look-ups"},
	} {
		f := judgeSPF("town.example", "mail.town.example", test.records)
		if f.Verdict != test.want || !strings.Contains(f.Found, test.says) || (f.Do == nil) != (test.want == checkOK) {
			t.Errorf("%q: %+v, want %s with %q", test.records, f, test.want, test.says)
		}
	}
	for server, want := range map[string]string{
		"mail.town.example": `town.example. IN TXT "v=spf1 mx a:mail.town.example ~all"`,
		"localhost":         `town.example. IN TXT "v=spf1 mx ~all"`,
		"198.51.100.7":      `town.example. IN TXT "v=spf1 mx ip4:198.51.100.7 ~all"`,
		"2001:db8::7":       `town.example. IN TXT "v=spf1 mx ip6:2001:db8::7 ~all"`,
	} {
		if f := judgeSPF("town.example", server, nil); f.Publish == nil || *f.Publish != want {
			t.Errorf("%s: publish %v, want %s", server, f.Publish, want)
		}
	}
}

func TestJudgeDMARC(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		records []string
		want    verdict // "": it is none
	}{
		{[]string{"v=DMARC1; p=none"}, checkOK},
		{[]string{"v=DMARC1;p=Reject;sp=none", "something else"}, checkOK},
		{[]string{"v=DMARC1"}, checkFailure},
		{[]string{"v=DMARC1; p=maybe"}, checkFailure},
		{[]string{"v=DMARC1; p=none", "v=DMARC1; p=reject"}, checkFailure},
		{[]string{"v=dmarc1; p=none"}, ""},
		{nil, ""},
	} {
		f, any := judgeDMARC("town.example", test.records)
		if any != (test.want != "") || f.Verdict != test.want {
			t.Errorf("%q: %+v, want %q", test.records, f, test.want)
		}
	}
}

// DMARC is looked for at the domain itself and then above it.
func TestDMARCOfADomainAbove(t *testing.T) {
	t.Parallel()
	d := &doctor{app: &app{cfg: &Config{Mail: MailConfig{From: "Stadt <x@post.m\u00fcller.example>"}}}}
	d.resolver = zone{"_dmarc.xn--mller-kva.example": {"v=DMARC1; p=reject"}}
	if f := d.dmarc(t.Context()); f.Verdict != checkOK || !strings.Contains(f.Found, "p=reject") {
		t.Errorf("got %+v", f)
	}
	d.resolver = zone{}
	f := d.dmarc(t.Context())
	if want := `_dmarc.post.xn--mller-kva.example. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@post.xn--mller-kva.example"`; f.Publish == nil || *f.Publish != want {
		t.Errorf("got %+v, want %s", f, want)
	}
}

func TestJudgeDKIM(t *testing.T) {
	t.Parallel()
	const name, want = "s._domainkey.town.example", "v=DKIM1; k=rsa; p=AAAA"
	for _, test := range []struct {
		records []string
		want    verdict
		says    string
	}{
		{[]string{"v=DKIM1; k=rsa; p=AA AA"}, checkOK, ""},
		{[]string{"p=AAAA"}, checkOK, ""},
		{nil, checkFailure, "no key"},
		{[]string{"v=DKIM1; p="}, checkFailure, "revoked"},
		{[]string{"v=DKIM1; p=BBBB"}, checkFailure, "another key"},
		{[]string{"p=AAAA", "p=BBBB"}, checkFailure, "2 records"},
	} {
		f := judgeDKIM(name, want, test.records)
		if f.Verdict != test.want || !strings.Contains(f.Found, test.says) || (f.Publish == nil) != (test.want == checkOK) {
			t.Errorf("%q: %+v, want %s with %q", test.records, f, test.want, test.says)
		}
	}
}

func TestTextRecordIsCutIntoStrings(t *testing.T) {
	t.Parallel()
	got := textRecord("a.example", strings.Repeat("x", 255)+"y")
	if want := `a.example. IN TXT "` + strings.Repeat("x", 255) + `" "y"`; got != want {
		t.Errorf("got %s", got)
	}
}

// The published key is the one that openssl derives from the private one.
func TestPublishedKey(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("there is no openssl to compare with")
	}
	file := filepath.Join(t.TempDir(), "key.pem")
	for _, make := range []string{"openssl genrsa -traditional -out FILE 2048", "openssl genpkey -algorithm rsa -out FILE", "openssl genpkey -algorithm ed25519 -out FILE"} {
		shell(t, strings.ReplaceAll(make, "FILE", file))
		public := shell(t, "openssl pkey -in "+file+" -pubout -outform DER | base64 -w0")
		kind := "rsa"
		if strings.Contains(make, "ed25519") {
			kind = "ed25519"
			public = shell(t, "openssl pkey -in "+file+" -pubout -outform DER | tail -c 32 | base64 -w0")
		}
		if got, err := publishedKey(file); err != nil || got != "v=DKIM1; k="+kind+"; p="+public {
			t.Errorf("%s: got %s, %v, want %s", make, got, err, public)
		}
	}
	if err := os.WriteFile(file, []byte("my secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := publishedKey(file); err == nil || strings.Contains(err.Error(), "my secret") {
		t.Errorf("no key: %v", err)
	}
}

func shell(t *testing.T, line string) string {
	t.Helper()
	out, err := exec.Command("sh", "-c", line).Output()
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return string(out)
}

// Whatever a zone holds, the judges end, and what they say to do is never empty.
func FuzzRecords(f *testing.F) {
	for _, seed := range []string{"v=spf1 mx ~all", "v=spf1 +", "v=DMARC1; p=", "v=DMARC1;p=none;=;", "v=DKIM1; p=", "", "=", ";;", "v=spf1 \xff:/ -"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, record string) {
		dmarc, _ := judgeDMARC("town.example", []string{record})
		for _, found := range []diagnosis{dmarc, judgeSPF("town.example", record, []string{record}), judgeDKIM("s._domainkey.town.example", "p=A", []string{record})} {
			if found.Do != nil && *found.Do == "" {
				t.Errorf("%q: %+v", record, found)
			}
		}
		textRecord("town.example", record)
	})
}
