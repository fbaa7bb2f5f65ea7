package portaltest

import (
	"cmp"
	"encoding/json"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
)

// apiVersion is what the API called itself in captures of August 2026.
const apiVersion = "2.151"

// A row is a record and its bytes. Faults replace rows; they never change one in place, because
// rows are shared between requests.
type row struct {
	record  Record
	encoded json.RawMessage // nil: to be encoded when it is sent
}

// newRow encodes a record once, for all the requests that will ask for it.
func newRow(record Record) (row, error) {
	encoded, err := record.encode()
	return row{record, encoded}, err
}

// A page is one answer before it becomes bytes.
type page struct {
	question
	number int   // of the request, counted since the fault was set
	all    []row // everything that matches, in the order in which this page sees it
	rows   []row // what this page shows
	total  int
}

// answer finds everything that the question asks for; [page.cut] then takes the page from it.
func answer(q question, records []row) *page {
	p := &page{question: q}
	for _, r := range records {
		if q.matches(&r.record) {
			p.all = append(p.all, r)
		}
	}
	p.sort()
	return p
}

// cut takes the rows of this page, and the total, from all that matches.
func (p *page) cut() {
	p.total = len(p.all)
	// A page number times a page size may be more than an int holds; beyond the end is beyond.
	if p.page > len(p.all)/p.size+1 {
		p.rows = nil
		return
	}
	start := min((p.page-1)*p.size, len(p.all))
	p.rows = slices.Clone(p.all[start:min(start+p.size, len(p.all))])
}

func (q *question) matches(r *Record) bool {
	if q.keep != nil && !q.keep(r) {
		return false
	}
	if q.languages != nil && !slices.Contains(q.languages, r.First("language")) {
		return false
	}
	return q.says(r)
}

// says reports whether the record holds the text: a phrase if it is quoted, else any of its words.
func (q *question) says(r *Record) bool {
	if q.text == "***" {
		return true
	}
	wanted := strings.Fields(strings.ToLower(q.text))
	if phrase, ok := strings.CutPrefix(q.text, `"`); ok {
		wanted = []string{strings.ToLower(strings.TrimSuffix(phrase, `"`))}
	}
	for _, values := range r.Metadata {
		if contains(strings.Join(values, " "), wanted, false) {
			return true
		}
	}
	return false
}

// sort puts the matches in the asked order and drops those that lack a field to sort by. Ties fall
// differently on every page, and in the same way each time that page is asked for.
func (p *page) sort() {
	for _, key := range p.order {
		p.all = slices.DeleteFunc(p.all, func(r row) bool { return len(r.record.Metadata[key.Field]) == 0 })
	}
	slices.SortFunc(p.all, func(a, b row) int {
		for _, key := range p.order {
			if c := key.compare(&a.record, &b.record); c != 0 {
				return c
			}
		}
		return cmp.Or(
			cmp.Compare(tie(a.record.Reference, p.page), tie(b.record.Reference, p.page)),
			strings.Compare(a.record.Reference, b.record.Reference),
		)
	})
}

// compare orders two records that both have the field: by their smallest values rising, by their
// largest falling.
func (k sortKey) compare(a, b *Record) int {
	if strings.EqualFold(k.Order, "DESC") {
		return strings.Compare(slices.Max(b.Metadata[k.Field]), slices.Max(a.Metadata[k.Field]))
	}
	return strings.Compare(slices.Min(a.Metadata[k.Field]), slices.Min(b.Metadata[k.Field]))
}

func tie(reference string, page int) uint64 {
	h := fnv.New64a()
	h.Write([]byte(strconv.Itoa(page) + "/" + reference))
	return h.Sum64()
}

// encode returns the page as the body of an answer.
func (p *page) encode() ([]byte, error) {
	results := make([]json.RawMessage, 0, len(p.rows))
	for _, r := range p.rows {
		encoded, err := r.bytes(p.fields)
		if err != nil {
			return nil, err
		}
		results = append(results, encoded)
	}
	return encodeJSON(map[string]any{
		"apiVersion": apiVersion, "terms": p.text, "responseTime": 60, "totalResults": p.total,
		"pageNumber": p.page, "pageSize": p.size, "sort": p.sortLabel(), "groupByField": "sortStatus",
		"queryLanguage":      map[string]any{"language": "en", "probability": 0.0},
		"spellingSuggestion": nil, "bestBets": []string{}, "results": results, "warnings": []string{},
	})
}

func (p *page) sortLabel() string {
	if len(p.order) == 0 {
		return "relevance"
	}
	labels := make([]string, 0, len(p.order))
	for _, key := range p.order {
		labels = append(labels, key.Field+":"+strings.ToUpper(key.Order))
	}
	return strings.Join(labels, ",")
}

// bytes returns the encoded row with all its metadata or, if fields are named, with those alone.
// Naming any makes topicConditions disappear, even when it is named (observed 2026-09-01).
func (r row) bytes(fields []string) (json.RawMessage, error) {
	if fields == nil {
		if r.encoded != nil {
			return r.encoded, nil
		}
		return r.record.encode()
	}
	shown := r.record
	shown.Metadata = map[string][]string{}
	for _, field := range fields {
		if values, ok := r.record.Metadata[field]; ok && field != "topicConditions" {
			shown.Metadata[field] = values
		}
	}
	return shown.encode()
}
