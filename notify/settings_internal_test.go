package notify

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	netmail "net/mail"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"fundwatch/calls"
)

// A file that is taken for a key signs mails; of any other one the error says nothing that stands in it.
func FuzzParseSigningKey(f *testing.F) {
	for _, text := range keyFiles(f) {
		f.Add(text)
		f.Add(text[:len(text)/2])
		f.Add("note\n" + strings.ReplaceAll(text, "\n", "\r\n") + text)
		f.Add(strings.Replace(text, "KEY-----\n", "KEY-----\nDEK-Info: AES-256-CBC,00\n\n", 1))
		f.Add(strings.ReplaceAll(text, "PRIVATE KEY", "EC PRIVATE KEY"))
	}
	f.Add("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := ParseSigningKey([]byte(text))
		if (key == nil) != (err != nil) {
			t.Fatalf("key %T, error %v", key, err)
		}
		if err != nil {
			for word := range strings.FieldsSeq(text) {
				if len(word) > 12 && strings.Contains(err.Error(), word) {
					t.Errorf("the error says %q of the file: %v", word, err)
				}
			}
			return
		}
		s := Signing{Domain: "example.org", Selector: "fw2026", Key: key}
		if err := s.check(); err != nil {
			t.Errorf("the key was taken and cannot sign: %v", err)
		}
	})
}

// keyFiles are files with keys that are good, too weak, and of another kind.
func keyFiles(f *testing.F) []string {
	f.Helper()
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	weak, err := rsa.GenerateKey(rand.Reader, weakestRSA)
	if err != nil {
		f.Fatal(err)
	}
	files := []string{string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(weak)}))}
	for _, key := range []any{ed, weak} {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			f.Fatal(err)
		}
		files = append(files, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	}
	return files
}

// Settings that are taken make headers and links in which nothing can stand but what they say.
func FuzzSettings(f *testing.F) {
	f.Add("fundwatch <fundwatch@example.org>", "unsubscribe+TOKEN@example.org", "https://fundwatch.example")
	f.Add("\"a, b\" <a@b.example>", "stop@example.org", "http://localhost:8080/fw/")
	f.Add("=?utf-8?q?x=0D=0ABcc:_y?= <a@b.example>", "a@TOKEN.example", "https://a.example/it's(1)%0D%0A?q#f")
	f.Add("a@münchen.example", "TOKEN@TOKEN", "https://[::1%25eth0]:443/")
	f.Add("a@b.example\r\nBcc: c@d.example", "a@b?cc=x@y", "https://a\".example/\x7f<>")
	f.Add("A <a@b>, C <c@d>", "\"a b\"@c.example", "https://user@a.example")
	const token = "k3Jq0aZt7-Bv_9xQ2mLw8r"
	f.Fuzz(func(t *testing.T, from, address, base string) {
		s, err := newSender(Settings{From: from, ReplyTo: from, UnsubscribeMailto: address, BounceAddress: address, BaseURL: base})
		if err != nil {
			return
		}
		if again, err := netmail.ParseAddress(s.from.String()); err != nil || *again != *s.from {
			t.Errorf("%q is written %s and read as %v (%v)", from, s.from, again, err)
		}
		stop, mailto := s.stopMail(token)
		for _, written := range []string{s.stopURL(token), mailto, stop, s.domain} {
			if calls.CleanAddress(written) != written || strings.ContainsAny(written, ",'()") {
				t.Errorf("%q, %q, %q make %q", from, address, base, written)
			}
		}
		if page := s.stopURL(token); page != "" {
			if u, err := url.Parse(page); err != nil || u.Host == "" || !strings.HasSuffix(u.Path, unsubscribePath+token) {
				t.Errorf("%q makes the page %q (%v)", base, page, err)
			}
		}
		if stop != "" {
			if _, err := mailbox("", stop); err != nil {
				t.Errorf("%q makes the address %q: %v", address, stop, err)
			}
		}
	})
}

var plainFileName = regexp.MustCompile(`^mail-[a-z0-9-]{0,60}-?[0-9a-f]{16}$`)

// A mail's file has a name that any file system takes, and no other mail's.
func FuzzFileName(f *testing.F) {
	f.Add("digest/7/2026-W36", "<a@b>")
	f.Add("../../etc/passwd\x00", "")
	f.Add("CON", "\n")
	f.Add(strings.Repeat("É\xff", 200), "x")
	f.Fuzz(func(t *testing.T, key, id string) {
		name := fileName(&calls.Delivery{Key: key, MessageID: id})
		if !plainFileName.MatchString(name) || len(name) > 82 {
			t.Errorf("%q has the name %q", key, name)
		}
		if other := fileName(&calls.Delivery{Key: key + "/", MessageID: id}); other == name {
			t.Errorf("%q and %q have one name", key, key+"/")
		}
	})
}
