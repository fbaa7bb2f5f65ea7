package crawler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// mostOdd bounds how many odd records are listed; a server may send as many as it likes.
const mostOdd = 1000

// A harvest unites the records of a sweep into calls: one for each topic and one for each cascade
// call or external action, whatever copies, stubs and translations the index holds of it.
type harvest struct {
	languages []string // the preferred first
	order     []string // of the subjects, as they were first seen
	kept      map[string]candidate
	oddities  []calls.Odd
	listed    map[calls.Odd]bool
	unlisted  int
	texts     spool
}

// A candidate is the best record of one subject so far.
type candidate struct {
	english  string     // reference of the English record of the subject, if one was met
	call     calls.Call // without its body
	body     int        // its number in the spool
	size     int        // bytes of the body
	odd      []calls.Odd
	index    string
	ingested time.Time
}

func newHarvest(languages []string) *harvest {
	return &harvest{languages: languages, kept: map[string]candidate{}, listed: map[calls.Odd]bool{}}
}

// add takes a record in, unless a better one of the same subject is there.
func (h *harvest) add(r *PortalRecord, p *calls.Programmes, seen time.Time) {
	call, odd, ok := calls.Normalise(r.Raw, p, seen)
	if !ok {
		h.note(odd...)
		return
	}
	subject := subjectOf(r)
	best, known := h.kept[subject]
	if !known {
		h.order = append(h.order, subject)
	}
	c := candidate{english: best.english, call: call, size: len(call.Body), odd: odd, index: r.Index, ingested: r.Ingested}
	if call.Language == "en" && r.Index == portalIndex {
		c.english = cmp.Or(c.english, call.Key.Reference)
		c.english = min(c.english, call.Key.Reference)
	}
	if known && !h.better(&c, &best) {
		best.english = c.english
		c = best
	} else {
		c.body, c.call.Body = h.texts.put(call.Body), ""
	}
	h.kept[subject] = c
}

// subjectOf returns what a record is about. Topics have one identifier each, which stubs and copies
// share. Cascade calls share the identifier of their parent, so their references decide, without
// the language at their end.
func subjectOf(r *PortalRecord) string {
	if r.Raw.Kind == calls.KindTopic && r.Raw.Identifier != "" {
		return "topic " + r.Raw.Identifier
	}
	reference, language := r.Raw.Reference, r.Raw.Language
	if cut := len(reference) - len(language); cut > 0 && strings.EqualFold(reference[cut:], language) {
		reference = reference[:cut]
	}
	return string(r.Raw.Kind) + " " + reference
}

// better reports whether a is to be kept rather than b: the current index before older ones, the
// preferred language, the record that says more, and of one document its newest copy. Among
// different documents that say the same the reference decides and not the time of indexing, which
// changes daily: a call must not change its key from one sweep to the next.
func (h *harvest) better(a, b *candidate) bool {
	order := cmp.Or(
		boolean(a.index == portalIndex)-boolean(b.index == portalIndex),
		h.rank(b.call.Language)-h.rank(a.call.Language),
		richness(a)-richness(b),
	)
	if order == 0 && a.call.Key == b.call.Key {
		order = cmp.Or(a.ingested.Compare(b.ingested), a.size-b.size)
	} else if order == 0 {
		order = strings.Compare(a.call.Key.Reference, b.call.Key.Reference)
	}
	return order > 0
}

func (h *harvest) rank(language string) int {
	if at := slices.Index(h.languages, language); at >= 0 {
		return at
	}
	return len(h.languages)
}

// richness counts what a reader needs and stubs lack.
func richness(a *candidate) int {
	c := &a.call
	return boolean(len(c.Deadlines) > 0) + boolean(c.StatedStatus != "") + boolean(a.size > 0) +
		boolean(!c.Opens.IsZero()) + boolean(c.Budget.Known) + boolean(c.Title != "" && c.Title != c.Identifier)
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// note lists odd records, each problem once.
func (h *harvest) note(odd ...calls.Odd) {
	for _, o := range odd {
		switch {
		case h.listed[o]:
		case len(h.oddities) == mostOdd:
			h.unlisted++
		default:
			h.listed[o] = true
			h.oddities = append(h.oddities, o)
		}
	}
}

// calls returns what was found, in the order in which it was first seen, and the bodies of that if they were
// put aside.
func (h *harvest) calls() ([]calls.Call, calls.Bodies) {
	found := make([]calls.Call, 0, len(h.order))
	bodies := &putAside{spool: &h.texts}
	for _, subject := range h.order {
		kept := h.kept[subject]
		if kept.english != "" && kept.call.Language != "en" {
			kept.call.Key.Reference = kept.english // translations come and go; the key must not follow them
		}
		if h.texts.file == nil {
			kept.call.Body = h.texts.kept[kept.body]
		}
		bodies.numbers = append(bodies.numbers, kept.body)
		found = append(found, kept.call)
	}
	if h.texts.file == nil {
		return found, nil
	}
	return found, bodies
}

// odd returns what could not be believed, about the records that were kept and those that are none.
func (h *harvest) odd() []calls.Odd {
	for _, subject := range h.order {
		h.note(h.kept[subject].odd...)
	}
	if h.unlisted == 0 {
		return h.oddities
	}
	return append(h.oddities, calls.Odd{Problem: fmt.Sprintf("%d more are not listed", h.unlisted)})
}
