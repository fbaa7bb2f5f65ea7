package main

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
)

// publishedKey returns the DKIM record that belongs to the private key in a file: "v=DKIM1; k=rsa; p=...".
// RSA keys are published as SubjectPublicKeyInfo (RFC 6376, 3.6.1), Ed25519 keys as their 32 bytes (RFC 8463, 4).
// The error never holds a piece of the file.
func publishedKey(path string) (string, error) {
	const largest = 64 << 10
	data, err := readLimited(path, largest)
	if err != nil {
		return "", fmt.Errorf("the file cannot be read: %s", plainCause(err))
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return "", errors.New("the file holds no key in PEM form")
	}
	key, err := privateKey(block.Bytes)
	if err != nil {
		return "", err
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
		if err != nil {
			return "", errors.New("the key has no usable public half")
		}
		return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(public), nil
	case ed25519.PrivateKey:
		public, _ := key.Public().(ed25519.PublicKey)
		return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public), nil
	}
	return "", errors.New("the key is neither RSA nor Ed25519")
}

func privateKey(der []byte) (crypto.PrivateKey, error) {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	return nil, errors.New("the file holds no private key that can be read")
}
