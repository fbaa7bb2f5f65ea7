package crawler

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// deepestJSON bounds how deeply values may lie in each other. The portal's lie five deep.
const deepestJSON = 100

// A jsonReader walks through one JSON text, once and in order, and keeps only what it is asked
// for. A page of the portal has 2 to 3 MB, of which a tenth of the fields are used: encoding/json
// reads every byte of it two to four times, and took more than half of a sweep.
//
// Every method expects the reader to stand before a value and leaves it after that value. It accepts
// what encoding/json accepts and nothing else; a fuzz test holds the two against each other.
type jsonReader struct {
	data  []byte
	at    int
	depth int
}

var errJSON = errors.New("broken JSON")

func (r *jsonReader) broken(want string) error {
	if r.at >= len(r.data) {
		return fmt.Errorf("%w: it ends where %s belongs", errJSON, want)
	}
	return fmt.Errorf("%w: %q at byte %d where %s belongs", errJSON, r.data[r.at], r.at, want)
}

// peek returns the next byte that is no white space, or 0 at the end.
func (r *jsonReader) peek() byte {
	for ; r.at < len(r.data); r.at++ {
		switch c := r.data[r.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// expect steps over the byte c.
func (r *jsonReader) expect(c byte, want string) error {
	if r.peek() != c || r.at >= len(r.data) {
		return r.broken(want)
	}
	r.at++
	return nil
}

// end reports an error if anything but white space follows.
func (r *jsonReader) end() error {
	if r.peek(); r.at < len(r.data) {
		return r.broken("the end")
	}
	return nil
}

// object calls member with each key of an object; member has to read or skip the value.
func (r *jsonReader) object(member func(key []byte) error) error {
	return r.members('{', '}', "an object", func() error {
		raw, err := r.quoted()
		if err != nil {
			return err
		}
		if err := r.expect(':', "a colon"); err != nil {
			return err
		}
		key := raw[1 : len(raw)-1]
		if bytes.IndexByte(key, '\\') >= 0 {
			key = []byte(unquote(raw))
		}
		return member(key)
	})
}

// array calls element for each value of an array; element has to read or skip it.
func (r *jsonReader) array(element func() error) error {
	return r.members('[', ']', "an array", element)
}

func (r *jsonReader) members(open, closing byte, want string, member func() error) error {
	if err := r.expect(open, want); err != nil {
		return err
	}
	if r.depth++; r.depth > deepestJSON {
		return fmt.Errorf("%w: values lie more than %d deep", errJSON, deepestJSON)
	}
	for first := true; ; first = false {
		if first && r.peek() == closing {
			break
		}
		if err := member(); err != nil {
			return err
		}
		if r.peek() != ',' {
			break
		}
		r.at++
	}
	r.depth--
	return r.expect(closing, fmt.Sprintf("a comma or %q", closing))
}

// skip steps over any value and returns its bytes.
func (r *jsonReader) skip() ([]byte, error) {
	c := r.peek()
	start := r.at
	var err error
	switch {
	case c == '{':
		err = r.object(func([]byte) error { _, err := r.skip(); return err })
	case c == '[':
		err = r.array(func() error { _, err := r.skip(); return err })
	case c == '"':
		_, err = r.quoted()
	default:
		err = r.bare()
	}
	return r.data[start:r.at], err
}

// bare steps over a number, true, false or null.
func (r *jsonReader) bare() error {
	start := r.at
	for r.at < len(r.data) && bytes.IndexByte([]byte("+-.eE0123456789aflnrstu"), r.data[r.at]) >= 0 {
		r.at++
	}
	if !json.Valid(r.data[start:r.at]) {
		r.at = start
		return r.broken("a value")
	}
	return nil
}

// quoted steps over a string and returns it with its quotation marks, escapes still in it.
func (r *jsonReader) quoted() ([]byte, error) {
	if r.peek() != '"' {
		return nil, r.broken("a string")
	}
	start := r.at
	for r.at++; r.at < len(r.data); r.at++ {
		switch c := r.data[r.at]; {
		case c == '"':
			r.at++
			return r.data[start:r.at], nil
		case c < ' ':
			return nil, r.broken("a letter")
		case c == '\\':
			if err := r.escape(); err != nil {
				return nil, err
			}
		}
	}
	return nil, r.broken("a quotation mark")
}

// escape steps to the last byte of an escape.
func (r *jsonReader) escape() error {
	r.at++
	if r.at >= len(r.data) {
		return r.broken("an escape")
	}
	switch r.data[r.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
	default:
		return r.broken("an escape")
	}
	for range 4 {
		r.at++
		if r.at >= len(r.data) || !isHex(r.data[r.at]) {
			return r.broken("a hexadecimal digit")
		}
	}
	return nil
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// text returns a string value, and reports false without an error for any other value, which it
// steps over and returns as its JSON.
func (r *jsonReader) text() (string, bool, error) {
	if r.peek() != '"' {
		raw, err := r.skip()
		return string(raw), false, err
	}
	raw, err := r.quoted()
	if err != nil {
		return "", false, err
	}
	return unquote(raw), true, nil
}

// unquote returns what a quoted string means. What is no Unicode in it becomes U+FFFD.
func unquote(raw []byte) string {
	inner := raw[1 : len(raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	return unescape(inner)
}
