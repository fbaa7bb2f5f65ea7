package crawler

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	"fundwatch/calls"
)

// ErrNotPortal says that bytes are no search answer of the portal: markup, an error message, or
// JSON of another shape. Test with errors.Is.
var ErrNotPortal = errors.New("no search answer of the portal")

// A Page is one answer of the portal's search API, read but not yet believed.
type Page struct {
	Total   int // records that match, on all pages together
	Number  int // of this page, from 1
	Size    int // records that fit on a page
	Rows    int // records on this page, broken ones included
	Records []PortalRecord
	Broken  []calls.Odd // records that could not be read at all
}

// A PortalRecord is one record, with what it says about itself: the answers to our question.
type PortalRecord struct {
	Raw        calls.Raw // its Source is empty: the page does not know who asked
	Type       string    // "1", "2", "8", ...; "" if it does not say
	Status     string    // the portal's code, such as "31094502"; "" if it does not say
	Index      string    // DATASOURCE, "SEDIA" for current documents; "" if it does not say
	Programmes []string  // the portal's numbers; may be empty
	Ingested   time.Time // when the index took the document in; zero if it does not say
}

// ParsePortalPage reads one answer of the search API. A record that cannot be read is listed in
// Broken, a field that cannot be read in the record's Problems. The error wraps [ErrNotPortal] and
// says what came instead of an answer; an error message of the API counts as such although it may
// come with HTTP 200.
func ParsePortalPage(body []byte) (Page, error) {
	if trimmed := bytes.TrimSpace(body); len(trimmed) == 0 {
		return Page{}, fmt.Errorf("%w: it is empty", ErrNotPortal)
	} else if trimmed[0] == '<' {
		return Page{}, fmt.Errorf("%w: it is markup: %q", ErrNotPortal, said(trimmed))
	}
	e := envelope{json: jsonReader{data: body}}
	if err := e.read(); err != nil {
		return Page{}, fmt.Errorf("%w: %w: %q", ErrNotPortal, err, said(body))
	}
	return e.page()
}

// An envelope is an answer on its way to becoming a [Page].
type envelope struct {
	json          jsonReader
	total         count
	number        count
	size          count
	results       bool // there is a list of them
	kind, message list // of an error message
	documents     []document
}

// A count is a whole number that may be missing.
type count struct {
	n     int
	known bool
}

func (e *envelope) read() error {
	err := e.json.object(func(key []byte) error {
		switch string(key) {
		case "totalResults":
			return e.total.read(&e.json, "totalResults")
		case "pageNumber":
			return e.number.read(&e.json, "pageNumber")
		case "pageSize":
			return e.size.read(&e.json, "pageSize")
		case "results":
			e.results = true
			return e.json.array(e.document)
		case "type":
			return e.kind.read(&e.json)
		case "message":
			return e.message.read(&e.json)
		}
		_, err := e.json.skip()
		return err
	})
	if err != nil {
		return err
	}
	return e.json.end()
}

// read takes a whole number; null is none.
func (c *count) read(r *jsonReader, name string) error {
	raw, err := r.skip()
	if err != nil || string(raw) == "null" {
		return err
	}
	c.n, err = strconv.Atoi(string(raw))
	if err != nil || c.n < 0 {
		return fmt.Errorf("%s is %q, want a whole number", name, said(raw))
	}
	c.known = true
	return nil
}

// page returns the answer, if it is one.
func (e *envelope) page() (Page, error) {
	switch {
	case !e.results && e.kind.first() != "":
		return Page{}, fmt.Errorf("%w: it is an error message, %q: %q", ErrNotPortal, said([]byte(e.kind.first())), said([]byte(e.message.first())))
	case !e.total.known || !e.number.known || !e.size.known || !e.results:
		return Page{}, fmt.Errorf("%w: totalResults, pageNumber, pageSize or results is missing: %q", ErrNotPortal, said(e.json.data))
	}
	p := Page{Total: e.total.n, Number: e.number.n, Size: e.size.n, Rows: len(e.documents)}
	p.Records = make([]PortalRecord, 0, len(e.documents))
	for i := range e.documents {
		doc := &e.documents[i]
		if problem := doc.problem; problem != "" {
			p.Broken = append(p.Broken, calls.Odd{Reference: doc.reference.first(), Problem: fmt.Sprintf("record %d of page %d: %s", i+1, p.Number, problem)})
			continue
		}
		p.Records = append(p.Records, doc.record())
	}
	return p, nil
}

// document reads one result. A few have no metadata, the same keys lying beside the reference (5 of
// 1339, captured answers, checked 2026-11-22). What is wrong with it alone becomes its problem; only
// broken JSON is an error.
func (e *envelope) document() error {
	r := &e.json
	e.documents = append(e.documents, document{})
	doc := &e.documents[len(e.documents)-1]
	if r.peek() != '{' {
		doc.problem = "it is no object"
		_, err := r.skip()
		return err
	}
	var metadata *portalMetadata
	err := r.object(func(key []byte) error {
		switch {
		case string(key) == "reference":
			return doc.reference.read(r)
		case string(key) == "summary":
			return doc.summary.read(r)
		case string(key) == "metadata" && r.peek() == '{':
			metadata = new(portalMetadata)
			return r.object(func(key []byte) error { return metadata.read(key, r) })
		case string(key) == "metadata" && r.peek() != 'n': // as in null
			doc.problem = "its metadata are no object"
		}
		return doc.top.read(key, r)
	})
	doc.meta = &doc.top
	if metadata != nil {
		doc.meta = metadata
	}
	if doc.problem == "" && doc.reference.first() == "" {
		doc.problem = fmt.Sprintf("it has no reference (title %q)", said([]byte(doc.meta[fieldTitle].first())))
	}
	return err
}
