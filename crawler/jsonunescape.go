package crawler

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// unescape resolves the escapes of a string that was found sound.
func unescape(inner []byte) string {
	var b strings.Builder
	b.Grow(len(inner))
	for len(inner) > 0 {
		plain := bytes.IndexByte(inner, '\\')
		if plain < 0 {
			plain = len(inner)
		}
		writeValid(&b, inner[:plain])
		if inner = inner[plain:]; len(inner) > 0 {
			inner = inner[writeEscape(&b, inner):]
		}
	}
	return b.String()
}

func writeValid(b *strings.Builder, text []byte) {
	if utf8.Valid(text) {
		b.Write(text)
		return
	}
	for _, r := range string(text) { // each stray byte becomes U+FFFD
		b.WriteRune(r)
	}
}

// writeEscape resolves the escape that begins s and returns its length. Two halves of one character
// are united, a single half is U+FFFD.
func writeEscape(b *strings.Builder, s []byte) int {
	if s[1] != 'u' {
		b.WriteByte(plainEscapes[s[1]])
		return 2
	}
	r := hexRune(s)
	if !utf16.IsSurrogate(r) {
		b.WriteRune(r)
		return 6
	}
	if len(s) >= 12 && s[6] == '\\' && s[7] == 'u' {
		if whole := utf16.DecodeRune(r, hexRune(s[6:])); whole != utf8.RuneError {
			b.WriteRune(whole)
			return 12
		}
	}
	b.WriteRune(utf8.RuneError)
	return 6
}

var plainEscapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// hexRune reads the four digits of the \uXXXX that begins s.
func hexRune(s []byte) rune {
	n, err := strconv.ParseUint(string(s[2:6]), 16, 32)
	if err != nil {
		return utf8.RuneError // cannot be: the digits were checked
	}
	return rune(n)
}
