package crawler

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// errMoved says that the list changed between two of its pages, so that rows may have slipped from
// one to the other unseen.
var errMoved = errors.New("the list changed while it was read")

// A PortalSource says what to ask the search API of the EU Funding & Tenders Portal.
type PortalSource struct {
	Name       string   // of the source, such as "portal"; part of every call's key
	URL        string   // of the search API, without its parameters
	Programmes []string // short codes or the portal's numbers; empty: all
	Languages  []string // BCP 47 tags, the preferred first; empty: English
}

// Portal reads the open and forthcoming calls of types 1, 2 and 8 from the portal. Whatever fails,
// the sweep holds what was read before and beside it; Err then names every place that failed, and
// Complete is false. A sweep is complete if every answer was one to its question, every page as long
// as it must be, no total changed, and every record that the total counts was read, in several readings
// if one did not show them all. It ends within a second of ctx.
func (c *Crawler) Portal(ctx context.Context, src PortalSource, programmes *calls.Programmes) calls.Sweep {
	s := &portalSweep{
		crawler: c, source: src.Name, programmes: programmes, started: c.now().UTC(),
		harvest: newHarvest(languagesOf(src)),
	}
	defer c.out.CloseIdleConnections() // the next sweep is a day away
	questions, err := src.questions(programmes)
	if err != nil {
		return s.end(err)
	}
	s.asker = c.newAsker(ctx, questions[0].api)
	var failures []portalFailure
	for _, q := range questions {
		if err := s.list(ctx, q); err != nil {
			failures = append(failures, portalFailure{q.kind.String(), err})
		}
		if ctx.Err() != nil {
			break
		}
	}
	return s.end(joinFailures(failures))
}

// A portalFailure is why a type could not be listed.
type portalFailure struct {
	kinds string
	err   error
}

// joinFailures returns the failures as one error, nil if there are none. What fails for each type in the same
// words, such as a portal that cannot be reached, is said once for all of them.
func joinFailures(failures []portalFailure) error {
	var told []portalFailure
	for _, f := range failures {
		same := func(t portalFailure) bool { return t.err.Error() == f.err.Error() }
		if i := slices.IndexFunc(told, same); i >= 0 {
			told[i].kinds += ", " + f.kinds
			continue
		}
		told = append(told, f)
	}
	errs := make([]error, 0, len(told))
	for _, t := range told {
		errs = append(errs, fmt.Errorf("%s: %w", t.kinds, t.err))
	}
	return errors.Join(errs...)
}

func languagesOf(src PortalSource) []string {
	languages := make([]string, 0, len(src.Languages))
	for _, language := range src.Languages {
		languages = append(languages, strings.ToLower(language))
	}
	if len(languages) == 0 {
		return []string{"en"}
	}
	return languages
}

// questions returns one question for each type of call.
func (src PortalSource) questions(p *calls.Programmes) ([]*portalQuestion, error) {
	api, err := url.Parse(src.URL)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", src.URL, err)
	}
	numbers := make([]string, 0, len(src.Programmes))
	for _, programme := range src.Programmes {
		number, err := programmeNumber(programme, p)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, number)
	}
	var questions []*portalQuestion
	for _, kind := range portalTypes() {
		questions = append(questions, &portalQuestion{api, kind, numbers, languagesOf(src)})
	}
	return questions, nil
}

// programmeNumber returns the number that the portal knows a programme by. A number stays what it is.
func programmeNumber(programme string, p *calls.Programmes) (string, error) {
	programme = strings.TrimSpace(programme)
	if programme != "" && strings.Trim(programme, "0123456789") == "" {
		return programme, nil
	}
	if number, ok := p.Number(programme); ok {
		return number, nil
	}
	if _, known := p.Programme(programme); known {
		return "", fmt.Errorf("programme %q is not in the portal: its calls are published elsewhere", programme)
	}
	return "", fmt.Errorf("programme %q is unknown: want a short code such as CERV, or the portal's number", programme)
}

// A portalSweep is one reading of the portal.
type portalSweep struct {
	crawler    *Crawler
	asker      *asker
	source     string
	programmes *calls.Programmes
	started    time.Time
	harvest    *harvest

	pages   int
	read    int      // rows of the types that were read to the end
	stated  int      // rows that those types were said to have
	repeats int      // rows among them that say again what another one says
	lists   []string // codes of the types that were read to the end
	notes   []string // how the types were verified that one reading could not verify
}

// end closes the sweep with what was found, whatever happened.
func (s *portalSweep) end(err error) calls.Sweep {
	sweep := calls.Sweep{Source: s.source, Started: s.started, Pages: s.pages, Odd: s.harvest.odd(), Err: err, Complete: err == nil}
	sweep.Found, sweep.Bodies = s.harvest.calls()
	if sweep.Complete {
		sweep.Verified = s.verified(len(sweep.Found))
	}
	return sweep
}

// verified says in plain words why the sweep is believed to be complete.
func (s *portalSweep) verified(found int) string {
	text := fmt.Sprintf("types %s: %d of %d records, each page as asked", strings.Join(s.lists, ", "), s.read, s.stated)
	if s.repeats > 0 {
		text += fmt.Sprintf("; %d repeated", s.repeats)
	}
	for _, note := range s.notes {
		text += "; " + note
	}
	if found < s.read-s.repeats {
		text += fmt.Sprintf("; %d united or unreadable", s.read-s.repeats-found)
	}
	return text
}

// A reading is one attempt to read the list of one type from its first page to its last.
type reading struct {
	sweep       *portalSweep
	question    *portalQuestion
	contentType string
	form        []byte

	total   int // as the first page said
	rows    int // read so far
	repeats int // rows whose reference had been read before
	seen    map[string]bool
}

func (r *reading) all(ctx context.Context) error {
	for n := 1; ; n++ {
		if n > r.sweep.crawler.cfg.MaxPages {
			return fmt.Errorf("page %d: beyond the limit of %s for a list of %d records", n, plural(n-1, "page"), r.total)
		}
		if err := r.page(ctx, n); err != nil {
			return fmt.Errorf("page %d: %w", n, err)
		}
		if n >= pagesOf(r.total) {
			return r.plausible()
		}
	}
}

// plausible refuses an empty list of topics: there have always been hundreds (checked 2026-11-22), so an
// empty one means that the index is being rebuilt or the question has become one about nothing.
func (r *reading) plausible() error {
	if q := r.question; r.total == 0 && q.kind.kind == calls.KindTopic && len(q.programme) == 0 {
		return errors.New("the portal lists no topic at all, which cannot be")
	}
	return nil
}

// page reads one page: what answers the question is kept even if the page as a whole is not right.
func (r *reading) page(ctx context.Context, n int) error {
	page, err := r.ask(n)
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted: %w", context.Cause(ctx))
		}
		return err
	}
	r.sweep.pages++
	r.keep(&page)
	if err := r.question.check(&page, n); err != nil {
		return err
	}
	if n == 1 {
		r.total = page.Total
	}
	if page.Total != r.total {
		return fmt.Errorf("%w: the total went from %d to %d", errMoved, r.total, page.Total)
	}
	if want := rowsOfPage(n, r.total); page.Rows != want {
		return fmt.Errorf("%s where %d belong (total %d)", plural(page.Rows, "record"), want, r.total)
	}
	r.rows += page.Rows
	r.report(n)
	r.follow(&page)
	return nil
}

// ask fetches and reads one page. The parser is fed by strangers: should it panic, the page is lost
// and not the run.
func (r *reading) ask(n int) (page Page, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic while reading: %v", cause)
		}
	}()
	body, err := r.sweep.asker.post(r.question.address(n), r.contentType, r.form)
	if err != nil {
		return Page{}, err
	}
	return ParsePortalPage(body)
}

// keep hands the records of a page to the harvest.
func (r *reading) keep(page *Page) {
	s := r.sweep
	s.harvest.note(page.Broken...)
	for i := range page.Records {
		record := &page.Records[i]
		if r.question.held(record) != "" {
			continue // not what was asked for: check says so for the whole page
		}
		record.Raw.Source = s.source
		s.harvest.add(record, s.programmes, s.started)
	}
}

// follow notes which records were read. A repeat is a document that the index holds twice, or a row that
// slipped from one page to the next while another one slipped through unseen: see [readings].
func (r *reading) follow(page *Page) {
	for i := range page.Records {
		reference := page.Records[i].Raw.Reference
		if r.seen[reference] {
			r.repeats++
		}
		r.seen[reference] = true
	}
}

func (r *reading) report(n int) {
	s := r.sweep
	s.crawler.progress(Progress{
		Source: s.source, Done: s.read + r.rows, Total: s.stated + r.total,
		Note: fmt.Sprintf("%s, page %d of %d", r.question.kind.name, n, pagesOf(r.total)),
	})
}
