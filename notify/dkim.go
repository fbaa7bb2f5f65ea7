package notify

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// A Signing says in whose name mails are signed (DKIM, RFC 6376). The zero value signs nothing.
type Signing struct {
	Domain   string        // that vouches: the one of the sender, or one above it
	Selector string        // names the key in the DNS: <selector>._domainkey.<domain>
	Key      crypto.Signer // from [ParseSigningKey]; nil: mails are not signed
}

// weakestRSA is the shortest key that receivers may count (RFC 8301, 3.2, checked 2026-11-22).
const weakestRSA = 1024

// ShortKey reports whether the key is of less than 2048 bits, which RFC 8301 asks of new RSA keys; an Ed25519
// key never is.
func ShortKey(key crypto.Signer) bool {
	const advised = 2048
	r, ok := key.(*rsa.PrivateKey)
	return ok && r.N.BitLen() < advised
}

// ParseSigningKey reads an RSA or Ed25519 private key in PEM form, PKCS #8 or PKCS #1. The error says what is
// wrong in words for an operator, and never quotes the key.
func ParseSigningKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	switch {
	case block == nil || !strings.HasSuffix(block.Type, "PRIVATE KEY"):
		return nil, errors.New("the file holds no private key in PEM form")
	case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
		return nil, errors.New("the key is locked with a password")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		if key, err = x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
			return nil, errors.New("the private key is broken, or of another kind than RSA and Ed25519")
		}
	}
	switch k := key.(type) {
	case ed25519.PrivateKey:
		return k, nil
	case *rsa.PrivateKey:
		if k.N.BitLen() < weakestRSA {
			return nil, fmt.Errorf("the RSA key has %d bits, and receivers count none below %d", k.N.BitLen(), weakestRSA)
		}
		return k, nil
	}
	return nil, errors.New("the key is neither RSA nor Ed25519")
}

// signedHeaders are covered by the signature. Those named twice may not be added to either: a second Subject
// under a good signature would be shown in our name. RFC 8058 wants both List-Unsubscribe headers in it.
var signedHeaders = []string{
	"From", "From", "To", "To", "Subject", "Subject", "Date", "Date", "Message-ID", "Message-ID",
	"Reply-To", "Reply-To", "MIME-Version", "MIME-Version", "Content-Type", "Content-Type",
	"List-Unsubscribe", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Unsubscribe-Post",
	"List-Id", "Feedback-ID", "Auto-Submitted", "Content-Language",
}

// check reports what is missing or unusable.
func (s *Signing) check() error {
	switch {
	case *s == Signing{}:
		return nil
	case s.Key == nil || s.Domain == "" || s.Selector == "":
		return errors.New("domain, selector and key go together")
	}
	_, err := s.sign([]byte("From: a@a.example\r\n\r\n"))
	return err
}

// options are relaxed in both parts: relays fold headers anew and cut blanks at the ends of lines. The
// signature does not expire, since a mail may wait in an outbox for days.
func (s *Signing) options() *dkim.SignOptions {
	return &dkim.SignOptions{
		Domain:                 s.Domain,
		Selector:               s.Selector,
		Signer:                 s.Key,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed,
		BodyCanonicalization:   dkim.CanonicalizationRelaxed,
		HeaderKeys:             signedHeaders,
	}
}

// sign returns the message with its signature before it, or as it is if nothing signs.
func (s *Signing) sign(message []byte) ([]byte, error) {
	if s.Key == nil {
		return message, nil
	}
	var signed bytes.Buffer
	signed.Grow(len(message) + 2048)
	if err := dkim.Sign(&signed, bytes.NewReader(message), s.options()); err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return signed.Bytes(), nil
}
