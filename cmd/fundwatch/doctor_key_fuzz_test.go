package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"fundwatch/notify"
)

// What doctor tells to publish is what mails are signed with, and says nothing else that stands in the file.
func FuzzPublishedKey(f *testing.F) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	old, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		f.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(ed)
	if err != nil {
		f.Fatal(err)
	}
	good := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	f.Add(good)
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(old)}))
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}))
	f.Add(append([]byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), good...))
	f.Add(good[:60])
	path := filepath.Join(f.TempDir(), "key.pem")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		record, err := publishedKey(path)
		if (record == "") != (err != nil) {
			t.Fatalf("record %q, error %v", record, err)
		}
		for word := range bytes.FieldsSeq(text) {
			if err != nil && len(word) > 12 && strings.Contains(err.Error(), string(word)) {
				t.Errorf("the error says %q of the file: %v", word, err)
			}
		}
		key, refused := notify.ParseSigningKey(text)
		if refused != nil {
			return
		}
		if err != nil {
			t.Fatalf("the key signs, and doctor says %v", err)
		}
		var signed bytes.Buffer
		message := strings.NewReader("From: a@example.org\r\n\r\nhello\r\n")
		if err := dkim.Sign(&signed, message, &dkim.SignOptions{Domain: "example.org", Selector: "s", Signer: key}); err != nil {
			t.Fatal(err)
		}
		lookup := func(string) ([]string, error) { return []string{record}, nil }
		found, err := dkim.VerifyWithOptions(&signed, &dkim.VerifyOptions{LookupTXT: lookup})
		if err != nil || len(found) != 1 || found[0].Err != nil {
			t.Errorf("a mail under %q is not good: %+v, %v", record, found, err)
		}
	})
}
