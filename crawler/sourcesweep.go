package crawler

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"fundwatch/calls"
)

const (
	mostEntries     = 5_000 // items of one source: ten times what the longest list known has
	fewestForShape  = 3     // items that all lack a fact before that says something about the page
	mostDetailFails = 3     // pages of calls in a row that cannot be read before the rest is left
)

// Source reads a source that is described by data. As with [Crawler.Portal] the sweep holds what was
// read whatever failed, Err names the place, and Complete means that every page was read and the pages
// agree with each other and with what the source says of their number. Three things are stricter than a
// reader may expect, because half a call looks like a changed one:
//
//   - A list whose items all lack a fact that the definition looks for (title, deadlines, ...) has
//     changed its shape: nothing of it is believed.
//   - A call whose own page cannot be read this time is left out; one whose page does not exist keeps
//     what the list says, and is odd.
//   - A feed is never Complete, without an Err: it shows its newest items alone.
//
// A source without network (calendar) is made from the clock. It ends within a second of ctx.
func (c *Crawler) Source(ctx context.Context, def SourceDef, programmes *calls.Programmes) calls.Sweep {
	return c.newSourceSweep(&def, programmes).run(ctx)
}

// A sourceSweep is one reading of one source.
type sourceSweep struct {
	crawler    *Crawler
	def        *SourceDef
	plan       *sourcePlan
	programmes *calls.Programmes
	started    time.Time
	getter     *getter
	copies     *copyBook // nil for a calendar
	odd        *harvest  // of which only the list of odd records is used
	trial      bool      // only the first pages, to see whether the definition fits

	entries  []*entry
	seen     map[string]string // reference -> title
	tally    *ruleTally
	items    int // of the list, whatever became of them
	pages    int // of the list
	details  int // pages of calls
	bytes    int
	passed   int // items that are no calls for the definition's filters
	repeated int
}

func (c *Crawler) newSourceSweep(def *SourceDef, programmes *calls.Programmes) *sourceSweep {
	return &sourceSweep{
		crawler: c, def: def, programmes: programmes, started: c.now().UTC(),
		odd: newHarvest(nil), seen: map[string]string{}, tally: newTally(),
	}
}

func (s *sourceSweep) run(ctx context.Context) calls.Sweep {
	plan, problems := s.def.plan()
	if err := problems.err(); err != nil {
		return s.end(fmt.Errorf("definition: %w", err))
	}
	s.plan = plan
	if s.def.Kind == SourceCalendar {
		s.entries = plan.rounds(s.crawler.now())
		return s.end(nil)
	}
	defer s.crawler.out.CloseIdleConnections() // the next sweep is a day away
	s.copies = s.newCopyBook()
	s.getter = s.crawler.newGetter(ctx, plan, s.copies)
	err := s.readList(ctx)
	if len(plan.detail) > 0 {
		err = errors.Join(err, s.readDetails(ctx))
	}
	if shape := s.tally.changedShape(); shape != nil {
		s.entries = nil
		err = errors.Join(err, fmt.Errorf("%s: %w: the page changed its shape", s.def.URL, shape))
	}
	return s.end(err)
}

// readList reads the list from its first page to its last.
func (s *sourceSweep) readList(ctx context.Context) error {
	way := newPaging(s.plan)
	address := s.plan.address(1)
	for n := 1; address != ""; n++ {
		if n > s.mostPages() {
			if s.trial {
				return nil
			}
			return fmt.Errorf("page %d: beyond the limit of %s", n, plural(n-1, "page"))
		}
		way.seen[address] = n
		page, err := s.readPage(ctx, address, n)
		if err != nil && way.ends(err, n) {
			return way.whole()
		}
		if err != nil {
			return s.failed(ctx, fmt.Sprintf("page %d, %s", n, address), err)
		}
		fresh, err := s.take(ctx, page)
		if err == nil {
			address, err = way.follow(page, n, fresh)
		}
		if err != nil {
			return fmt.Errorf("page %d: %w", n, err)
		}
		s.report(len(s.entries), max(page.total, len(s.entries)), fmt.Sprintf("page %d", n))
	}
	return nil
}

func (s *sourceSweep) mostPages() int {
	const mostOnTrial = 2 // so that the pager is tried too
	most := s.crawler.cfg.MaxPages
	if s.def.Pager.Most > 0 {
		most = s.def.Pager.Most
	}
	if s.trial {
		most = min(most, mostOnTrial)
	}
	return most
}

// failed says where something failed, and that it was interrupted if it was.
func (s *sourceSweep) failed(ctx context.Context, place string, err error) error {
	if ctx.Err() != nil {
		err = fmt.Errorf("interrupted: %w", context.Cause(ctx))
	}
	return fmt.Errorf("%s: %w", place, err)
}

func (s *sourceSweep) report(done, total int, note string) {
	s.crawler.progress(Progress{Source: s.def.ID, Done: done, Total: total, Note: note})
}

// readPage fetches and reads one page of the list. The parsers are fed by strangers: should one panic,
// the page is lost and not the run.
func (s *sourceSweep) readPage(ctx context.Context, address string, n int) (page *sourcePage, err error) {
	defer caught(&err)
	f, err := s.fetch(ctx, address, accepted(s.def.Kind))
	if err != nil {
		return nil, err
	}
	s.pages++
	page, err = s.plan.page(f)
	if err != nil {
		return nil, err
	}
	if err := s.def.Pager.readHeaders(page, f.header); err != nil {
		return nil, err
	}
	if empty := s.strangelyEmpty(page, n); empty {
		return nil, fmt.Errorf("%s finds nothing: the page changed its shape or is empty", s.plan.itemRule())
	}
	return page, nil
}

// caught turns a panic into an error. Defer it.
func caught(err *error) {
	if cause := recover(); cause != nil {
		*err = fmt.Errorf("panic while reading: %v", cause)
	}
}

func (s *sourceSweep) fetch(ctx context.Context, address, accept string) (*fetched, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	f, err := s.getter.get(address, accept)
	if err == nil {
		s.bytes += len(f.body)
	}
	return f, err
}

// strangelyEmpty reports whether a page without items says that something is wrong. After the last page
// of a list that is counted, one has to come.
func (s *sourceSweep) strangelyEmpty(page *sourcePage, n int) bool {
	if len(page.items) > 0 {
		return false
	}
	if n == 1 {
		return !s.def.MayBeEmpty
	}
	return s.plan.next != nil || page.pages != unknownTotal
}

// page reads the body of one page of the list.
func (p *sourcePlan) page(f *fetched) (page *sourcePage, err error) {
	switch p.def.Kind {
	case SourceHTML:
		page, err = p.htmlItems(f)
	case SourceJSON:
		page, err = p.jsonItems(f.body)
	default:
		page, err = p.feedItems(f)
	}
	if page != nil && page.base == nil {
		page.base = f.address
	}
	return page, err
}

// itemRule names what finds the items of a list.
func (p *sourcePlan) itemRule() string {
	switch p.def.Kind {
	case SourceHTML:
		return "selector " + quoted(p.def.Item)
	case SourceJSON:
		return "path " + quoted(p.def.Item)
	}
	return "the feed's list of items"
}

// take turns the items of a page into entries, and returns how many are new.
func (s *sourceSweep) take(ctx context.Context, page *sourcePage) (fresh int, err error) {
	defer caught(&err)
	for _, item := range page.items {
		if ctx.Err() != nil {
			return fresh, fmt.Errorf("interrupted: %w", context.Cause(ctx))
		}
		if s.items++; s.items > mostEntries {
			return fresh, fmt.Errorf("more than %d items: this is no list of calls", mostEntries)
		}
		e := s.plan.newEntry(page.base)
		for _, r := range s.plan.fields {
			s.tally.count(r, e.apply(r, item, s.plan, page.base))
		}
		e.polish()
		e.name()
		if title, again := s.seen[e.raw.Reference]; again && e.raw.Reference != "" {
			s.repeat(e, title)
			continue
		}
		s.seen[e.raw.Reference] = e.raw.Title
		fresh++
		if !s.plan.wanted(e) {
			s.passed++
			continue
		}
		s.entries = append(s.entries, e)
	}
	return fresh, nil
}

// repeat notes an item whose reference was there before. Lists shift while they are read, so that this
// is nothing strange unless it is another call under the same name.
func (s *sourceSweep) repeat(e *entry, title string) {
	s.repeated++
	if title != e.raw.Title {
		s.odd.note(calls.Odd{Reference: e.raw.Reference, Problem: fmt.Sprintf(
			"two calls have this reference, %s and %s: the first is kept", quoted(title), quoted(e.raw.Title))})
	}
}

// readDetails reads the own page of each call.
func (s *sourceSweep) readDetails(ctx context.Context) error {
	const mostOnTrial = 3
	inRow := 0
	var failures []error
	for i, e := range s.entries {
		if s.trial && i == mostOnTrial {
			break
		}
		var err error
		if inRow < mostDetailFails && ctx.Err() == nil {
			err = s.readDetail(ctx, e)
		} else {
			e.lost = true
		}
		if err != nil {
			failures = append(failures, s.failed(ctx, e.link.String(), err))
			inRow++
		} else {
			inRow = 0
		}
		s.report(i+1, len(s.entries), fmt.Sprintf("page of call %d of %d", i+1, len(s.entries)))
	}
	if len(failures) == 0 && ctx.Err() != nil {
		failures = append(failures, s.failed(ctx, "pages of calls", nil))
	}
	return errors.Join(failures...)
}

// readDetail reads the page of one call. That there is none for good is odd and no failure.
func (s *sourceSweep) readDetail(ctx context.Context, e *entry) (err error) {
	if e.link == nil {
		return nil // said already, unless the source's calls need no link
	}
	e.lost = true // until the page was read to its end
	defer caught(&err)
	page, base, err := s.detailPage(ctx, e.link)
	switch {
	case err != nil && final(err) && ctx.Err() == nil:
		e.problemf("its own page %s: %v", e.link, err)
		e.lost = false
		return nil
	case err != nil:
		return err
	}
	s.details++
	for _, r := range s.plan.detail {
		s.tally.count(r, e.apply(r, page, s.plan, base))
	}
	e.polish()
	e.lost = false
	return nil
}

func (s *sourceSweep) detailPage(ctx context.Context, link *url.URL) (page finder, base *url.URL, err error) {
	f, err := s.fetch(ctx, link.String(), accepted(SourceHTML))
	if err != nil {
		return nil, nil, err
	}
	doc, base, err := parseHTML(f)
	if err != nil {
		return nil, nil, err
	}
	return htmlItem{doc.Selection}, base, nil
}

// end closes the sweep with what was found, whatever happened.
func (s *sourceSweep) end(err error) calls.Sweep {
	sweep := calls.Sweep{Source: s.def.ID, Started: s.started, Pages: s.pages, Err: err}
	for _, e := range s.entries {
		if e.lost {
			continue
		}
		if field := s.plan.needed(e); field != "" {
			s.passed++
			continue
		}
		e.identify()
		call, odd, ok := calls.Normalise(e.raw, s.programmes, s.started)
		s.odd.note(odd...)
		if ok {
			sweep.Found = append(sweep.Found, call)
		}
	}
	sweep.Odd = s.odd.odd()
	sweep.Complete = err == nil && !s.trial && s.def.ListsAll()
	if err == nil {
		sweep.Verified = s.verified(len(sweep.Found))
	}
	if err == nil && s.copies != nil {
		sweep.Copies, sweep.Unchanged = s.copies.fresh, s.copies.unchanged
	}
	return sweep
}

// verified says in plain words what was read and what absence means.
func (s *sourceSweep) verified(found int) string {
	if s.def.Kind == SourceCalendar {
		return fmt.Sprintf("%s from dates checked on %s", plural(found, "round"), orUnknown(s.def.Checked))
	}
	text := fmt.Sprintf("%s on %s", plural(found, "call"), plural(s.pages, "page"))
	if s.details > 0 {
		text += fmt.Sprintf(", %s read", plural(s.details, "page")+" of calls")
	}
	if unchanged := len(s.copies.unchanged); unchanged > 0 {
		text += fmt.Sprintf("; %s not modified since the last time", plural(unchanged, "page"))
	}
	if s.passed > 0 {
		text += fmt.Sprintf("; %s passed over", plural(s.passed, "item"))
	}
	if s.repeated > 0 {
		text += fmt.Sprintf("; %d repeated", s.repeated)
	}
	if !s.def.ListsAll() {
		text += "; a feed shows its newest items alone, so what is absent may still be open"
	}
	return text
}

func orUnknown(text string) string {
	if text == "" {
		return "an unknown day"
	}
	return text
}
