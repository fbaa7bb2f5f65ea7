package crawler_test

import (
	"io"
	"net/http"
	"strings"
)

// answering is a network in which every page but robots.txt has the same body.
type answering string

func (a answering) RoundTrip(req *http.Request) (*http.Response, error) {
	status, body := http.StatusOK, string(a)
	if req.URL.Path == "/robots.txt" {
		status, body = http.StatusNotFound, ""
	}
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}, nil
}
