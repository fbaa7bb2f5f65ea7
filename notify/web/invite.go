package web

import (
	"net/http"

	"fundwatch/calls"
)

// Others returns how many other mailboxes of the town get letters, or do again after a pause. Who was asked and
// has not confirmed does not count: it would tell which addresses are known.
func (m mailboxPage) Others() int {
	n := 0
	for i := range m.Town.Subscribers {
		other := &m.Town.Subscribers[i]
		if other.ID != m.Mailbox.ID && (other.State == calls.SubscriberActive || other.State == calls.SubscriberPaused) {
			n++
		}
	}
	return n
}

// InviteLanguages returns the languages in which another mailbox can be asked; chosen is that of this one, or what
// was typed.
func (m mailboxPage) InviteLanguages() []option {
	if m.Invited == nil {
		return letterLanguages(m.Mailbox.Language)
	}
	return letterLanguages(m.Invited.Language)
}

// invite has the owner of another address asked whether it wants letters for the same town. The answer is the
// same whether the address is known, opted out, or was asked often enough.
func (s *Site) invite(w http.ResponseWriter, r *http.Request) error {
	if err := s.ownForm(r); err != nil {
		return err
	}
	m, err := s.mailbox(r, "manage.title")
	if err != nil {
		return err
	}
	if !m.Active() && !m.Paused() {
		return problem{http.StatusUnprocessableEntity, "badform"}
	}
	form := readProfile(r)
	to := calls.Subscriber{Language: form.Language, Frequency: calls.Weekly}
	checkAddress(m.page, form, &to)
	if !calls.IsLanguage(form.Language) {
		m.wrong("language", "error.choice")
	}
	if len(m.Errors) == 0 {
		if !s.signUps.allow(network(s.client(r)), m.now) {
			return problem{http.StatusTooManyRequests, "toooften"}
		}
		town := calls.Municipality{ID: m.Town.ID, Name: m.Town.Name, Country: m.Town.Country, Subscribers: []calls.Subscriber{to}}
		if err := s.signUpOn(m.page, r, town, true); err != nil {
			return err
		}
	}
	if len(m.Errors) > 0 {
		m.Invited = form
		return s.showMailbox(w, r, m, http.StatusUnprocessableEntity)
	}
	return s.showDone(w, r, m, "done.invite")
}
