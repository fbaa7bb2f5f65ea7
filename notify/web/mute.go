package web

import (
	"context"
	"net/http"
	"net/url"

	"fundwatch/calls"
)

// mostTold is how many calls of its letters a mailbox is shown: all of a first letter, which tells of what is open.
const mostTold = 150

// A toldCall is a call that a letter told of.
type toldCall struct{ Title, URL string }

// toldCalls returns the calls of the newest letters, each once, with the page on which to mute it.
func (s *Site) toldCalls(ctx context.Context, m *mailboxPage) ([]toldCall, error) {
	told, err := s.Register.Told(ctx, m.Mailbox.ID)
	var all []toldCall
	seen := map[calls.Key]bool{}
	for i := len(told) - 1; i >= 0 && len(all) < mostTold; i-- {
		if n := told[i]; !seen[n.Call] {
			seen[n.Call] = true
			all = append(all, toldCall{n.Told.Title, m.Own(mutePath(n.Call))})
		}
	}
	return all, err
}

// mutePath returns the path of the page below that of a mailbox on which a call is muted.
func mutePath(key calls.Key) string {
	return "/mute/" + url.PathEscape(key.Source) + "/" + url.PathEscape(key.Reference)
}

// A mutePage is the body of the page on which a mailbox says that a call is not for its town.
type mutePage struct {
	*mailboxPage
	Call  *calls.Call
	Muted bool
}

// URL returns the address of the page of the call.
func (m mutePage) URL() string { return m.Link(CallPath(m.Call.Key)) }

// Check returns the address of the check whether the town and its twins are enough. It holds no token.
func (m mutePage) Check() string { return m.Link(checkPath(m.Call.Key, m.Town)) + "#check" }

// Ruled reports whether a rule is known by which that can be checked.
func (m mutePage) Ruled() bool { return m.site.Rules.Of(m.Call) != nil }

// Here returns the address of this page.
func (m mutePage) Here() string { return m.Own(mutePath(m.Call.Key)) }

// mute shows whether a mailbox hears of a call; with POST it changes that.
func (s *Site) mute(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	m, err := s.mailbox(r, "mute.title")
	if err != nil {
		return err
	}
	c, err := s.Calls.Call(r.Context(), calls.Key{Source: r.PathValue("source"), Reference: r.PathValue("reference")})
	if err != nil {
		return err
	}
	if r.Method == http.MethodPost {
		if err := s.setMuted(r, m, c); err != nil {
			return err
		}
	}
	since, err := s.Register.MutedSince(r.Context(), m.Mailbox.ID, c.Key)
	if err != nil {
		return err
	}
	body := mutePage{m, c, !since.IsZero()}
	if body.Muted {
		m.Title = m.T("muted.title")
	}
	return s.render(w, m.page, http.StatusOK, "mute", body)
}

// setMuted does what a form says; doing it again changes nothing.
func (s *Site) setMuted(r *http.Request, m *mailboxPage, c *calls.Call) error {
	switch r.PostForm.Get("action") {
	case "mute":
		return s.Register.Mute(r.Context(), m.Mailbox.ID, c.Key, m.now)
	case "unmute":
		told := c.Facts(m.now)
		_, err := s.Register.Unmute(r.Context(), m.Mailbox.ID, c.Key, &told, m.now)
		return err
	}
	return problem{http.StatusUnprocessableEntity, "badform"}
}
