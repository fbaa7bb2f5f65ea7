package portaltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
)

const (
	maxBody     = 1 << 20 // a question of the clients in use has about 500 bytes
	maxParts    = 16
	maxPageSize = 100
	// The API's page size when none is asked for was not observed; ten is the stand-in's own.
	defaultPageSize = 10
)

// A question is what a request asks for, as the API understands it: anything said in the wrong
// place is not in it.
type question struct {
	query
	text      string   // "***" is everything
	languages []string // nil is every language
	order     []sortKey
	fields    []string // metadata fields to show; nil is all
	page      int      // from 1
	size      int      // 1 to 100
}

// A sortKey is one field to sort by.
type sortKey struct {
	Field string `json:"field"`
	Order string `json:"order"`
}

// A refusal is an answer of the API that is not a page.
type refusal struct {
	status  int
	kind    string // "throwable" or "businessError"
	message string
}

func (r *refusal) Error() string { return r.kind + ": " + r.message }

func invalid(format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, "businessError", fmt.Sprintf(format, args...)}
}

func throwable() *refusal {
	return &refusal{http.StatusInternalServerError, "throwable", "An internal error occurred"}
}

// readQuestion reads the address and the body of a request. The error is a *refusal.
func readQuestion(r *http.Request) (question, error) {
	values := r.URL.Query()
	if values.Get("apiKey") != "SEDIA" {
		return question{}, invalid("unknown apiKey %q", values.Get("apiKey"))
	}
	if values.Get("text") == "" {
		return question{}, invalid("parameter text is missing")
	}
	q := question{
		text: values.Get("text"),
		page: number(values.Get("pageNumber"), 1),
		size: min(number(values.Get("pageSize"), defaultPageSize), maxPageSize),
	}
	err := q.readBody(r)
	return q, err
}

// number reads a count from 1 on; anything else is as good as absent.
func number(text string, otherwise int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return otherwise
	}
	return n
}

// readBody reads the form. A body that is no multipart form, such as plain JSON, is drained and
// ignored: this is the most expensive mistake one can make with the API, and it is silent.
func (q *question) readBody(r *http.Request) error {
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if mediaType != "multipart/form-data" {
		_, err := io.Copy(io.Discard, r.Body)
		return tooLarge(err, nil)
	}
	reader, err := r.MultipartReader()
	if err != nil {
		return throwable()
	}
	for range maxParts {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return tooLarge(err, throwable())
		}
		if err := q.readPart(part); err != nil {
			return err
		}
	}
	return throwable()
}

// tooLarge turns the error of a body beyond the limit into its refusal, and any other into otherwise.
func tooLarge(err error, otherwise *refusal) error {
	var limit *http.MaxBytesError
	switch {
	case errors.As(err, &limit):
		return &refusal{http.StatusRequestEntityTooLarge, "businessError", "the request is too large"}
	case err == nil || otherwise == nil: // a body that nobody reads cannot be read wrongly
		return nil
	}
	return otherwise
}

// readPart reads one part of the form. Parts that the API does not know, such as "language", are
// ignored; those that it knows must say that they are JSON.
func (q *question) readPart(part *multipart.Part) error {
	read, known := map[string]func([]byte) error{
		"query":         q.readQuery,
		"languages":     func(raw []byte) error { return readList(raw, &q.languages) },
		"sort":          q.readSort,
		"displayFields": func(raw []byte) error { return readList(raw, &q.fields) },
	}[part.FormName()]
	if !known {
		return nil
	}
	mediaType, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
	if mediaType != "application/json" {
		return throwable()
	}
	raw, err := io.ReadAll(part)
	if err != nil {
		return tooLarge(err, throwable())
	}
	if err := read(raw); err != nil {
		return invalid("Invalid Query format: %s: %v", part.FormName(), err)
	}
	return nil
}

func readList(raw []byte, list *[]string) error {
	var values []string
	if err := json.Unmarshal(raw, &values); err != nil {
		return err
	}
	*list = values
	return nil
}

func (q *question) readQuery(raw []byte) (err error) {
	q.query, err = parseQuery(raw)
	return err
}

// readSort reads one sort key or a list of them: both are in use.
func (q *question) readSort(raw []byte) error {
	var keys []sortKey
	if json.Unmarshal(raw, &keys) != nil {
		var key sortKey
		if err := json.Unmarshal(raw, &key); err != nil {
			return err
		}
		keys = []sortKey{key}
	}
	for _, key := range keys {
		if key.Field == "" {
			return errors.New("a sort key names no field")
		}
		if !strings.EqualFold(key.Order, "ASC") && !strings.EqualFold(key.Order, "DESC") {
			return fmt.Errorf("sort order %q, want ASC or DESC", key.Order)
		}
	}
	q.order = keys
	return nil
}
