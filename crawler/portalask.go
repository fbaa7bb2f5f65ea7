package crawler

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"

	"fundwatch/calls"
)

// The portal's codes and bounds, from working clients and captures of its API, checked 2026-11-22.
const (
	portalKey         = "SEDIA" // the name of a public index, not a secret
	portalIndex       = "SEDIA" // DATASOURCE of current documents; older copies carry other names
	portalForthcoming = "31094501"
	portalOpen        = "31094502"
	portalClosed      = "31094503"
	portalPageSize    = 100 // the API gives no more at once
)

// A portalType is one kind of record of the index. Types are asked for one after another, because
// each has its own field that no two records share: sorted by anything else, rows that tie change
// places between two pages, and some are never seen (captured answers, checked 2026-11-22).
type portalType struct {
	code string
	name string // for people
	sort string // the field unique to the type
	mark string // part of every reference of the type
	kind calls.Kind
}

func (t portalType) String() string { return fmt.Sprintf("type %s (%s)", t.code, t.name) }

// portalTypes returns the types that hold calls, in the order in which they are asked for.
func portalTypes() []portalType {
	return []portalType{
		{"1", "topics", "identifier", "TOPICS", calls.KindTopic},
		{"2", "external actions", "callIdentifier", "PROSPECTS", calls.KindExternal},
		{"8", "cascade calls", "callccm2Id", "COMPETITIVE_CALL", calls.KindCascade},
	}
}

// A portalQuestion is what is asked about one type, page after page.
type portalQuestion struct {
	api       *url.URL
	kind      portalType
	programme []string // the portal's numbers; empty: all
	languages []string // at least one
}

// address returns where page number n is asked for.
func (q *portalQuestion) address(n int) string {
	u := *q.api
	values := u.Query()
	values.Set("apiKey", portalKey)
	values.Set("text", "***") // everything
	values.Set("pageSize", strconv.Itoa(portalPageSize))
	values.Set("pageNumber", strconv.Itoa(n))
	u.RawQuery = values.Encode()
	return u.String()
}

// form returns the body of the question, for the list from its beginning or from its end.
func (q *portalQuestion) form(backwards bool) (contentType string, body []byte, err error) {
	must := []any{terms("type", q.kind.code), terms("DATASOURCE", portalIndex), terms("status", portalForthcoming, portalOpen)}
	if len(q.programme) > 0 {
		must = append(must, terms("frameworkProgramme", q.programme...))
	}
	return q.parts(must, backwards)
}

// newsForm returns the body of the question for news on these topics, newest first. News have no status.
func (q *portalQuestion) newsForm(identifiers []string) (contentType string, body []byte, err error) {
	return q.parts([]any{terms("type", q.kind.code), terms("DATASOURCE", portalIndex), terms("identifier", identifiers...)}, true)
}

// parts writes a question as a form. Each part is a JSON document and must say so: ordinary form fields
// are answered by a 500, a plain JSON body is ignored without a word.
func (q *portalQuestion) parts(must []any, backwards bool) (contentType string, body []byte, err error) {
	order := "ASC"
	if backwards {
		order = "DESC"
	}
	parts := []struct {
		name  string
		value any
	}{
		{"query", map[string]any{"bool": map[string]any{"must": must}}},
		{"languages", q.languages},
		{"sort", map[string]string{"field": q.kind.sort, "order": order}},
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for _, part := range parts {
		if err := writeJSONPart(w, part.name, part.value); err != nil {
			return "", nil, fmt.Errorf("write part %s: %w", part.name, err)
		}
	}
	if err := w.Close(); err != nil {
		return "", nil, fmt.Errorf("close form: %w", err)
	}
	return w.FormDataContentType(), form.Bytes(), nil
}

func terms(field string, values ...string) any {
	return map[string]any{"terms": map[string][]string{field: values}}
}

func writeJSONPart(w *multipart.Writer, name string, value any) error {
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename="blob"`, name)},
		"Content-Type":        {"application/json"},
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(part).Encode(value)
}

// held returns why a record is no answer to the question, or "" if it is one. What a record does
// not say about itself is not held against it.
func (q *portalQuestion) held(r *PortalRecord) string {
	switch {
	case r.Type != "" && r.Type != q.kind.code:
		return fmt.Sprintf("type %q, asked for %q", r.Type, q.kind.code)
	case r.Index != "" && r.Index != portalIndex:
		return fmt.Sprintf("DATASOURCE %q, asked for %q", r.Index, portalIndex)
	case r.Status != "" && r.Status != portalForthcoming && r.Status != portalOpen:
		return fmt.Sprintf("status %q, asked for %s or %s", r.Status, portalForthcoming, portalOpen)
	case r.Raw.Language != "" && !slices.Contains(q.languages, r.Raw.Language):
		return fmt.Sprintf("language %q, asked for %q", r.Raw.Language, q.languages)
	case len(q.programme) > 0 && len(r.Programmes) > 0 && !overlap(q.programme, r.Programmes):
		return fmt.Sprintf("programme %q, asked for %q", r.Programmes, q.programme)
	}
	return ""
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// check returns why a page is no answer to the question for page number n.
func (q *portalQuestion) check(p *Page, n int) error {
	switch {
	case p.Number != n:
		return fmt.Errorf("it is page %d, asked for %d", p.Number, n)
	case p.Size != portalPageSize:
		return fmt.Errorf("its page size is %d, asked for %d", p.Size, portalPageSize)
	}
	disobeying, first := 0, ""
	for i := range p.Records {
		if why := q.held(&p.Records[i]); why != "" {
			if disobeying++; disobeying == 1 {
				first = fmt.Sprintf("%q has %s", p.Records[i].Raw.Reference, why)
			}
		}
	}
	if disobeying > 0 {
		return fmt.Errorf("the answer ignores the question: %d of %d records are not what was asked for, the first: %s",
			disobeying, p.Rows, first)
	}
	return nil
}

// rowsOfPage returns how many records belong on page n of a list.
func rowsOfPage(n, total int) int {
	return max(0, min(portalPageSize, total-(n-1)*portalPageSize))
}

// pagesOf returns how many pages a list has; an empty one has a page that says so.
func pagesOf(total int) int { return max(1, (total+portalPageSize-1)/portalPageSize) }
