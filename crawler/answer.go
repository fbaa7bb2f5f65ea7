package crawler

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

var (
	// ErrTooLarge says that a body exceeds [Config.MaxBody], counted after decompression.
	ErrTooLarge = errors.New("body too large")

	errEncoding = errors.New("unknown content encoding")
)

// limits says how much of a body is taken.
type limits struct {
	bytes int64
	cut   bool // take the beginning of a longer body instead of refusing it
}

// An answer is what a server said, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// response wraps the answer for an http.Client. It is marked as unpacked, or colly would try again.
func (a *answer) response(req *http.Request) *http.Response {
	return &http.Response{
		Status: fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)), StatusCode: a.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)),
		ContentLength: int64(len(a.body)), Uncompressed: true, Request: req,
	}
}

// readAnswer reads the whole body. Fewer bytes than promised are io.ErrUnexpectedEOF.
func readAnswer(res *http.Response, l limits) (*answer, error) {
	wire := &counter{from: io.LimitReader(res.Body, l.bytes+1)}
	unpacked, packed, err := unpack(res.Header, wire)
	if err != nil {
		return nil, err
	}
	body, err := readUpTo(unpacked, l, expected(res, packed, l))
	if err != nil {
		return nil, err
	}
	whole := int64(len(body)) < l.bytes || !l.cut
	if whole && res.ContentLength > wire.n {
		return nil, fmt.Errorf("%d of %d bytes: %w", wire.n, res.ContentLength, io.ErrUnexpectedEOF)
	}
	header := res.Header.Clone()
	header.Del("Content-Encoding")
	header.Del("Content-Length")
	return &answer{res.StatusCode, header, body}, nil
}

// unpack returns the body as the server meant it and whether it came packed.
func unpack(header http.Header, body io.Reader) (unpacked io.Reader, packed bool, err error) {
	switch encoding := strings.ToLower(strings.TrimSpace(header.Get("Content-Encoding"))); encoding {
	case "", "identity":
		return body, false, nil
	case "gzip", "x-gzip":
		return &lateGzip{from: body}, true, nil
	default:
		return nil, false, fmt.Errorf("%w %q", errEncoding, encoding)
	}
}

// lateGzip reads the gzip header with the first byte that somebody wants, so that an empty body
// (of a 304, say) is no error.
type lateGzip struct {
	from io.Reader
	zip  *gzip.Reader
}

func (g *lateGzip) Read(p []byte) (int, error) {
	if g.zip == nil {
		zip, err := gzip.NewReader(g.from)
		if err != nil {
			return 0, err // io.EOF for an empty body
		}
		g.zip = zip
	}
	return g.zip.Read(p)
}

// A counter counts the bytes that came over the wire.
type counter struct {
	from io.Reader
	n    int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += int64(n)
	return n, err
}

// expected returns how much room to make before reading. What a header promises is believed up to
// the limit, and not at all if the body is packed.
func expected(res *http.Response, packed bool, l limits) int64 {
	if packed || res.ContentLength < 0 {
		return 64 << 10
	}
	return min(res.ContentLength, l.bytes)
}

func readUpTo(from io.Reader, l limits, room int64) ([]byte, error) {
	var body bytes.Buffer
	body.Grow(int(room) + bytes.MinRead)
	_, err := body.ReadFrom(io.LimitReader(from, l.bytes+1))
	switch tooLong := int64(body.Len()) > l.bytes; {
	case tooLong && l.cut:
		return body.Bytes()[:l.bytes], nil
	case tooLong:
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, l.bytes)
	case err != nil:
		return nil, err
	}
	return body.Bytes(), nil
}
