package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"fundwatch/calls"
)

// A mailboxPage is the body of the pages of one mailbox.
type mailboxPage struct {
	*page
	Mailbox *calls.Subscriber
	Town    *calls.Municipality
	Done    string // key of what was just done; "" if nothing was
	Until   string // the end of a pause as typed
	Calls   []toldCall
	Feeds   *Feeds   // nil if it has none
	Invited *profile // an invitation as typed; nil if there is none, or it is on its way
}

// Own returns the path of a page of this mailbox.
func (m mailboxPage) Own(path string) string { return m.Link("/u/" + m.Mailbox.Token + path) }

// Active reports whether the mailbox gets letters.
func (m mailboxPage) Active() bool { return m.Mailbox.Receives(m.now) }

// Paused reports whether the mailbox gets no letters for a while.
func (m mailboxPage) Paused() bool { return m.Mailbox.State == calls.SubscriberPaused && !m.Active() }

// EndOfPause returns the day on which letters come again, "" if none was said.
func (m mailboxPage) EndOfPause() string {
	if m.Mailbox.PausedUntil.IsZero() {
		return ""
	}
	return m.Date(m.Mailbox.PausedUntil)
}

// mailbox finds whose token an address holds. The page it returns is private and in that reader's language.
func (s *Site) mailbox(r *http.Request, title string) (*mailboxPage, error) {
	to, err := s.Register.SubscriberByToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return nil, s.wrongToken(r, err)
	}
	town, err := s.Register.Municipality(r.Context(), to.Municipality)
	if err != nil {
		return nil, err
	}
	p := s.pageFor(r, title, to.Language)
	p.Private = true
	return &mailboxPage{page: p, Mailbox: to, Town: town}, nil
}

// manage shows what a mailbox gets, and how to change or stop it.
func (s *Site) manage(w http.ResponseWriter, r *http.Request) error {
	m, err := s.mailbox(r, "manage.title")
	if err != nil {
		return err
	}
	return s.showMailbox(w, r, m, http.StatusOK)
}

// showMailbox answers with the page of a mailbox.
func (s *Site) showMailbox(w http.ResponseWriter, r *http.Request, m *mailboxPage, status int) (err error) {
	if m.Calls, err = s.toldCalls(r.Context(), m); err != nil {
		return err
	}
	if m.Feeds, err = s.feedsOf(r.Context(), m.Mailbox); err != nil {
		return err
	}
	return s.render(w, m.page, status, "manage", m)
}

// showDone is showMailbox after something was done, under the key of what that was.
func (s *Site) showDone(w http.ResponseWriter, r *http.Request, m *mailboxPage, done string) error {
	m.Done, m.Title = done, m.T(done+".title")
	return s.showMailbox(w, r, m, http.StatusOK)
}

// act stops, pauses or resumes. The one click of a mail program (RFC 8058) comes here too, without cookie
// or origin; it is answered with 200 and no redirect, however often it comes.
func (s *Site) act(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	m, err := s.mailbox(r, "manage.title")
	if err != nil {
		return err
	}
	action := r.PostForm.Get("action")
	if r.PostFormValue("List-Unsubscribe") == "One-Click" {
		action = "stop"
	}
	state, until := calls.SubscriberActive, time.Time{}
	switch action {
	case "stop":
		state = calls.SubscriberUnsubscribed
	case "resume":
	case "pause":
		state = calls.SubscriberPaused
		m.Until = calls.CleanLine(r.PostForm.Get("until"), 10)
		if until = readDay(m.page, "until", m.Until); m.Until != "" && len(m.Errors) == 0 && !until.After(m.now) {
			m.wrong("until", "error.past")
		}
	default:
		return problem{http.StatusUnprocessableEntity, "badform"}
	}
	if len(m.Errors) > 0 {
		return s.showMailbox(w, r, m, http.StatusUnprocessableEntity)
	}
	if err := s.Register.SetSubscriberState(r.Context(), m.Mailbox.ID, state, until); err != nil {
		return err
	}
	m.Mailbox.State, m.Mailbox.PausedUntil = state, until
	return s.showDone(w, r, m, "done."+action)
}

// showSettings shows twins, interests, language and frequency.
func (s *Site) showSettings(w http.ResponseWriter, r *http.Request) error {
	m, err := s.mailbox(r, "settings.title")
	if err != nil {
		return err
	}
	return s.render(w, m.page, http.StatusOK, "subscribe", m.form(profileOf(m.Town, m.Mailbox)))
}

func (m *mailboxPage) form(f *profile) formPage {
	return formPage{page: m.page, Form: f, Action: m.Own("/settings"), Shared: m.Others(), Shown: cmp.Or(f.shown, m.stored())}
}

// stored returns the fingerprint of what the form would show now.
func (m *mailboxPage) stored() string { return profileOf(m.Town, m.Mailbox).fingerprint() }

// changedMeanwhile shows a form again that somebody else's change would have been lost to. Saved once more, it counts.
func (s *Site) changedMeanwhile(w http.ResponseWriter, m *mailboxPage, f *profile) error {
	again := m.form(f)
	again.Meanwhile, again.Shown = true, m.stored()
	return s.render(w, m.page, http.StatusConflict, "subscribe", again)
}

// change stores new settings.
func (s *Site) change(w http.ResponseWriter, r *http.Request) error {
	if err := s.ownForm(r); err != nil {
		return err
	}
	m, err := s.mailbox(r, "settings.title")
	if err != nil {
		return err
	}
	if !hasFeeds(m.Mailbox) { // an old letter of somebody who left must not change what the town gets
		return s.showMailbox(w, r, m, http.StatusConflict)
	}
	form := readProfile(r)
	form.Country, form.Town, form.Email = m.Town.Country, m.Town.Name, m.Mailbox.Email
	changed, mailbox := *m.Town, *m.Mailbox
	s.checkWishes(m.page, form, &changed, &mailbox)
	if len(m.Errors) > 0 {
		return s.render(w, m.page, http.StatusUnprocessableEntity, "subscribe", m.form(form))
	}
	if form.shown != m.stored() {
		return s.changedMeanwhile(w, m, form)
	}
	changed.Subscribers = []calls.Subscriber{mailbox}
	err = s.Register.ChangeProfile(r.Context(), &changed, m.Town, m.now)
	if errors.Is(err, calls.ErrChanged) { // between the look and the change
		return s.changedMeanwhile(w, m, form)
	}
	if err != nil {
		return err
	}
	changed.Subscribers = m.Town.Subscribers // how many others there are is shown
	next := s.pageFor(r, "done.settings.title", mailbox.Language)
	next.Private = true
	return s.showDone(w, r, &mailboxPage{page: next, Mailbox: &mailbox, Town: &changed}, "done.settings")
}

// erasure asks whether everything about an address is to go; with POST it goes.
func (s *Site) erasure(w http.ResponseWriter, r *http.Request) error {
	if r.Method == http.MethodPost {
		if err := s.ownForm(r); err != nil {
			return err
		}
	}
	m, err := s.mailbox(r, "erase.title")
	if err != nil {
		return err
	}
	if r.Method != http.MethodPost {
		return s.render(w, m.page, http.StatusOK, "erase", m)
	}
	lingers, err := s.Register.Erase(r.Context(), m.Mailbox.Email)
	if err != nil {
		return err
	}
	if lingers {
		s.Log.Warn("an address was erased; the write-ahead log of the database is in use and holds it until upkeep")
	}
	p := s.pageFor(r, "erased.title", m.Mailbox.Language)
	p.Private = true
	return s.render(w, p, http.StatusOK, "message", p.T("erased.text"))
}

// export answers with all that is held on the address of a mailbox.
func (s *Site) export(w http.ResponseWriter, r *http.Request) error {
	m, err := s.mailbox(r, "manage.title")
	if err != nil {
		return err
	}
	held, err := HeldOn(r.Context(), s.Register, m.Mailbox.Email)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(held, "", "  ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="fundwatch.json"`)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(append(text, '\n'))
	return nil
}
