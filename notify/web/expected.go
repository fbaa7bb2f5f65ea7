package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"fundwatch/calls"
)

// A roundCard is an expected round in a list.
type roundCard struct {
	*page
	Round *calls.Expected
}

// URL returns the address of the page of the round.
func (c roundCard) URL() string { return c.Link(c.Round.PagePath()) }

// Name returns the title of the round, which is English, with its year.
func (c roundCard) Name() string { return c.Round.Name() }

// Opens returns in words when the round will probably open.
func (c roundCard) Opens() string { return c.facts.ExpectedOpening(c.Round, c.now) }

// Closes returns in words when its deadline will probably be.
func (c roundCard) Closes() string { return c.facts.ExpectedDeadline(c.Round) }

// Programme returns the name of the programme with its code.
func (c roundCard) Programme() string {
	return card{page: c.page, Call: &calls.Call{Programme: c.Round.Programme}}.Programme()
}

// Lead says of the rounds that they are an estimate.
func (l *listing) Lead() string { return l.facts.ExpectedLead() }

// listForeseen answers a search for rounds that do not exist yet. There are so few that one page holds them.
func (s *Site) listForeseen(w http.ResponseWriter, r *http.Request, l *listing) error {
	rounds, err := s.Foreseen(r.Context(), l.Filter.search)
	if err != nil {
		return err
	}
	rounds = slices.DeleteFunc(rounds, func(e calls.Expected) bool { return !s.Rules.OpenToOne(e.LastRound(), l.Filter.countries) })
	for i := range rounds {
		l.Foreseen = append(l.Foreseen, roundCard{l.page, &rounds[i]})
	}
	l.First, l.Last, l.Exact = 1, len(rounds), l.exactly()
	if len(rounds) == 0 {
		l.Near = s.near(r.Context(), l.Filter)
	}
	return s.render(w, l.page, http.StatusOK, "list", l)
}

// round answers with the page of a round that is expected, or leads to the call that has taken its place.
func (s *Site) round(w http.ResponseWriter, r *http.Request) error {
	prospect, err := s.Round(r.Context(), r.PathValue("identifier"))
	if errors.Is(err, calls.ErrNotFound) {
		return s.published(w, r)
	}
	if err != nil {
		return err
	}
	next, e := prospect.Next(), &prospect.Expected
	next.Title, next.Language, next.Umbrella = e.Name(), "en", ""
	p := s.newPage(r, "call.title")
	p.Title = next.Title
	body := &callPage{
		card: card{page: p, Call: next}, at: e.PagePath(), round: e, Form: readCheck(r.URL.Query()), terms: s.Rules.Of(next),
	}
	if body.family, err = s.Family(r.Context(), &calls.Call{Identifier: e.Identifier()}); err != nil {
		return err
	}
	if err := body.check(r.Context()); err != nil {
		return err
	}
	return s.render(w, p, body.status(), "call", body)
}

// published leads whoever looks for an expected round to the call that has come: letters that are out have links.
func (s *Site) published(w http.ResponseWriter, r *http.Request) error {
	identifier := r.PathValue("identifier")
	found, err := s.Calls.FindCalls(r.Context(), identifier)
	if err != nil {
		return err
	}
	for i := range found {
		if strings.EqualFold(found[i].Identifier, identifier) && found[i].Kind == calls.KindTopic {
			http.Redirect(w, r, s.newPage(r, "call.title").Link(CallPath(found[i].Key)), http.StatusSeeOther)
			return nil
		}
	}
	return errNoPage
}

// Round returns what is expected, as an estimate; nil if the call is published.
func (c *callPage) Round() *guess {
	if c.round == nil {
		return nil
	}
	g := c.guess(c.round)
	g.Opens, g.Closes = c.facts.ExpectedOpening(c.round, c.now), c.facts.ExpectedDeadline(c.round)
	return g
}

// Status returns the state of the call in words, or that it is expected.
func (c *callPage) Status() string {
	if c.round != nil {
		return c.facts.ExpectedStatus()
	}
	return c.card.Status()
}
