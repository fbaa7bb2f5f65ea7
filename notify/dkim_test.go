package notify_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"fundwatch/notify"
)

// signingKeys are fresh keys of both kinds, with the record that a receiver finds in the DNS.
func signingKeys(t testing.TB) map[string]struct {
	key    crypto.Signer
	record string
} {
	t.Helper()
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(r.Public())
	if err != nil {
		t.Fatal(err)
	}
	return map[string]struct {
		key    crypto.Signer
		record string
	}{
		"rsa":     {r, "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(public)},
		"ed25519": {ed, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(ed.Public().(ed25519.PublicKey))},
	}
}

// verify reads a mail as a receiver does, with one record in its DNS.
func verify(t testing.TB, raw []byte, record string) (*dkim.Verification, error) {
	t.Helper()
	found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		if name != "fw2026._domainkey.example.org" {
			return nil, errors.New("no such name: " + name)
		}
		return []string{record}, nil
	}})
	if err != nil || len(found) != 1 {
		t.Fatalf("%d signatures, %v; want one", len(found), err)
	}
	return found[0], found[0].Err
}

func TestSignatureSurvivesTheWayAndCoversWhatMatters(t *testing.T) {
	t.Parallel()
	for name, k := range signingKeys(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := letterSettings()
			s.Signing = notify.Signing{Domain: "example.org", Selector: "fw2026", Key: k.key}
			server := startMailServer(t, nil)
			m := compose(t, newComposer(t, s), mixedDigest(t, "Drogheda", "IE", "en"))
			box := newShelf("partners@ie.example")
			box.rows[0].Bytes = m.Delivery.Bytes
			deliver(t, box, newSMTP(t, server.cfg), options(newClock()))
			raw := server.taken()[0].data // as the server has it: dots undone, line ends as they came

			v, err := verify(t, raw, k.record)
			if err != nil {
				t.Fatalf("the signature is not good: %v\n%.900s", err, raw)
			}
			for _, header := range []string{"From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
				"List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID"} {
				if !strings.Contains(strings.Join(v.HeaderKeys, ":")+":", header+":") {
					t.Errorf("%s is not signed: %v", header, v.HeaderKeys)
				}
			}
			for what, change := range map[string]func([]byte) []byte{
				"another subject":     func(b []byte) []byte { return bytes.Replace(b, []byte("Subject: 2 new"), []byte("Subject: 9 new"), 1) },
				"a second subject":    func(b []byte) []byte { return append([]byte("Subject: Win\r\n"), b...) },
				"another way to stop": func(b []byte) []byte { return bytes.Replace(b, []byte("/u/"), []byte("/x/"), 1) },
				"another text":        func(b []byte) []byte { return bytes.Replace(b, []byte("Drogheda"), []byte("Dublin"), 2) },
			} {
				if _, err := verify(t, change(bytes.Clone(raw)), k.record); err == nil {
					t.Errorf("with %s the signature still holds", what)
				}
			}
			folded := bytes.Replace(raw, []byte("\r\nFeedback-ID: "), []byte("\r\nFeedback-ID:\r\n\t"), 1)
			if _, err := verify(t, folded, k.record); err != nil || bytes.Equal(folded, raw) {
				t.Errorf("a relay that folds a header anew breaks it: %v", err)
			}
		})
	}
}

func TestNothingSignsUnlessToldTo(t *testing.T) {
	t.Parallel()
	m := compose(t, newComposer(t, letterSettings()), mixedDigest(t, "Drogheda", "IE", "en"))
	if bytes.Contains(m.Delivery.Bytes, []byte("DKIM-Signature")) {
		t.Error("there is a signature")
	}
	s := letterSettings()
	s.Signing = notify.Signing{Domain: "example.org"}
	if _, err := notify.NewComposer(s, letterTopics, letterProgrammes); err == nil || !strings.Contains(err.Error(), "mail setting dkim: ") {
		t.Errorf("half a setting: %v", err)
	}
}

func TestParseSigningKey(t *testing.T) {
	t.Parallel()
	keys := signingKeys(t)
	pkcs8 := func(key any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	}
	old := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(keys["rsa"].key.(*rsa.PrivateKey))})
	for name, text := range map[string][]byte{"rsa": pkcs8(keys["rsa"].key), "ed25519": pkcs8(keys["ed25519"].key), "old rsa": old} {
		if key, err := notify.ParseSigningKey(text); err != nil || notify.ShortKey(key) {
			t.Errorf("%s: %v, short %t", name, err, err == nil && notify.ShortKey(key))
		}
	}
	for text, want := range map[string]string{
		"":     "no private key",
		"key!": "no private key",
		"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n":                       "no private key",
		"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n":                     "broken",
		"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n": "password",
	} {
		if _, err := notify.ParseSigningKey([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: %v, want %q", text, err, want)
		}
	}
}

// What is frozen is what is signed: a digest in every language that letters are written in.
func TestEveryLanguageIsSigned(t *testing.T) {
	t.Parallel()
	k := signingKeys(t)["ed25519"]
	s := letterSettings()
	s.Signing = notify.Signing{Domain: "example.org", Selector: "fw2026", Key: k.key}
	composer := newComposer(t, s)
	for _, lang := range append(notify.Languages(), "el") {
		d := mixedDigest(t, "Montbéliard", "FR", lang)
		if _, err := verify(t, compose(t, composer, d).Delivery.Bytes, k.record); err != nil {
			t.Errorf("%s: %v", lang, err)
		}
	}
}
