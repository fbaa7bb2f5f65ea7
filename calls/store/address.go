package store

import (
	"crypto/sha256"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// longestDomain is how many bytes a domain has at most: 253 letters in DNS (RFC 1035), each of which stands for at
// most one of up to four bytes. What is longer is not looked at: the time that it takes rises with the square of the
// length, and whoever forges a report of a mail that came back may name what he likes.
const longestDomain = 4 * 253

// ASCIIAddress returns an address as it is stored and as mail servers know it: with its domain as DNS has it, in
// lower case, so that x@bücher.example and x@xn--bcher-kva.example are one mailbox. What stands before the @ stays
// as typed. An address without a domain that DNS could have comes back as it is.
func ASCIIAddress(email string) string {
	at := strings.LastIndexByte(email, '@')
	if at < 0 || len(email)-at-1 > longestDomain {
		return email
	}
	domain, err := idna.Lookup.ToASCII(email[at+1:])
	if err != nil {
		return email
	}
	return email[:at+1] + domain
}

// SameAddress reports whether two addresses are one mailbox: case and the spelling of the domain do not matter.
func SameAddress(a, b string) bool { return strings.EqualFold(ASCIIAddress(a), ASCIIAddress(b)) }

// shownAddress returns a stored address as people write it: its domain in letters, if it has any beyond ASCII.
func shownAddress(email string) string {
	if !strings.Contains(email, "xn--") {
		return email
	}
	at := strings.LastIndexByte(email, '@')
	domain, err := idna.Lookup.ToUnicode(email[at+1:])
	if shown := email[:at+1] + domain; err == nil && ASCIIAddress(shown) == email {
		return shown
	}
	return email
}

// namesAddress reports whether a report about mails that came back speaks of this address, or of none at all.
func namesAddress(recipients []string, email string) bool {
	return len(recipients) == 0 ||
		slices.ContainsFunc(recipients, func(r string) bool { return SameAddress(r, email) })
}

// addressHash returns what is kept of an address that wants no mail.
func addressHash(email string) []byte { return hashOf(ASCIIAddress(strings.TrimSpace(email))) }

// addressHashes returns all that may have been kept of an address, for three parameters: until version 12 it was
// hashed as somebody had typed it, and a hash cannot be turned back.
func addressHashes(email string) []any {
	email = strings.TrimSpace(email)
	return []any{addressHash(email), hashOf(shownAddress(ASCIIAddress(email))), hashOf(email)}
}

func hashOf(address string) []byte {
	sum := sha256.Sum256([]byte(strings.ToLower(address)))
	return sum[:]
}
