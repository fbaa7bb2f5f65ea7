package web

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// confirmWithin is how long a link to confirm is good: over a long weekend and a bridge day.
const confirmWithin = 7 * 24 * time.Hour

// A formPage is the body of a page with the form of a profile.
type formPage struct {
	*page
	Form   *profile
	New    bool   // nobody is subscribed yet
	Action string // where the form goes
	Shared int    // other mailboxes of the same town, for whom this counts too

	Shown     string // fingerprint of what is stored, to be sent back with the form; "" with a new one
	Meanwhile bool   // somebody else changed what is stored since the form was shown
}

// Topics returns the checkboxes in their groups.
func (f formPage) Topics() []topicGroup { return f.topicGroups(f.Form.TopicIDs) }

// Frequencies returns the choices of frequency.
func (f formPage) Frequencies() []option {
	return f.options([]string{string(calls.Weekly), string(calls.Monthly)}, "frequency.", []string{f.Form.Frequency})
}

// LetterLanguages returns the 24 languages.
func (f formPage) LetterLanguages() []option { return letterLanguages(f.Form.Language) }

func letterLanguages(chosen string) []option {
	var options []option
	for _, code := range calls.Languages() {
		options = append(options, option{code, endonyms[code], code == chosen})
	}
	return options
}

// A countryGroup is a heading over countries to choose.
type countryGroup struct {
	Label     string
	Countries []option
}

// Countries returns the choices of country, members of the Union first.
func (f formPage) Countries() []countryGroup { return f.countryGroups(f.Form.Country) }

// countryGroups returns the choices of country with one of them chosen.
func (p *page) countryGroups(chosen string) []countryGroup {
	groups := slices.Clone(p.site.countries[p.lang])
	for i := range groups {
		groups[i].Countries = slices.Clone(groups[i].Countries)
		for j := range groups[i].Countries {
			groups[i].Countries[j].Chosen = groups[i].Countries[j].Value == chosen
		}
	}
	return groups
}

// countryLists makes the choices of country once for each language.
func (s *Site) countryLists() map[string][]countryGroup {
	lists := map[string][]countryGroup{}
	for lang, texts := range s.texts {
		members := countryGroup{Label: texts.fill("country.eu")}
		others := countryGroup{Label: texts.fill("country.other")}
		for _, code := range s.Countries.Codes() {
			name := s.countryNamed(lang, code)
			group := &others
			if s.Countries.Member(code) {
				group = &members
			}
			group.Countries = append(group.Countries, option{Value: code, Label: name})
		}
		for _, group := range []countryGroup{members, others} {
			slices.SortFunc(group.Countries, func(a, b option) int {
				return strings.Compare(calls.Fold(a.Label), calls.Fold(b.Label))
			})
		}
		lists[lang] = []countryGroup{members, others}
	}
	return lists
}

// countryNamed returns the name of a country, in English if it has none in the language.
func (s *Site) countryNamed(lang, code string) string {
	if name := s.CountryName(lang, code); name != "" {
		return name
	}
	return s.Countries.Name(code)
}

func (s *Site) subscribeForm(w http.ResponseWriter, r *http.Request) error {
	p := s.newPage(r, "subscribe.title")
	form := &profile{Language: p.lang, Frequency: string(calls.Weekly)}
	return s.render(w, p, http.StatusOK, "subscribe", formPage{page: p, Form: form, New: true, Action: p.Link("/subscribe")})
}

// subscribe notes a wish and has the owner of the address asked. The answer is the same whether the
// address is known, was asked often enough, or belongs to a program that fills in every field.
func (s *Site) subscribe(w http.ResponseWriter, r *http.Request) error {
	if err := s.ownForm(r); err != nil {
		return err
	}
	p := s.newPage(r, "subscribe.title")
	form := readProfile(r)
	m := calls.Municipality{Subscribers: make([]calls.Subscriber, 1)}
	s.checkTown(p, form, &m)
	s.checkWishes(p, form, &m, &m.Subscribers[0])
	checkMailbox(p, form, &m.Subscribers[0])
	if len(p.Errors) == 0 {
		if !s.signUps.allow(network(s.client(r)), p.now) {
			return problem{http.StatusTooManyRequests, "toooften"}
		}
		if form.trap { // a program filled in the form: it learns nothing
			return s.lookIntoMailbox(w, r, p)
		}
		if err := s.signUpOn(p, r, m, false); err != nil {
			return err
		}
	}
	if len(p.Errors) > 0 {
		p.Private = true
		return s.render(w, p, http.StatusUnprocessableEntity, "subscribe", formPage{page: p, Form: form, New: true, Action: p.Link("/subscribe")})
	}
	return s.lookIntoMailbox(w, r, p)
}

// lookIntoMailbox leads to the page that says what comes next.
func (s *Site) lookIntoMailbox(w http.ResponseWriter, r *http.Request, p *page) error {
	http.Redirect(w, r, p.Link("/subscribe/sent"), http.StatusSeeOther)
	return nil
}

// signUpOn is signUp; an address to which no mail can be sent is noted on the page.
func (s *Site) signUpOn(p *page, r *http.Request, m calls.Municipality, joins bool) error {
	err := s.signUp(r, m, joins)
	if errors.Is(err, errUnmailable) {
		p.wrong("email", "error.email")
		return nil
	}
	return err
}

// ownForm reads a form that one of our pages sent; what another site has a browser send is refused.
func (s *Site) ownForm(r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	guard := http.NewCrossOriginProtection()
	if err := guard.AddTrustedOrigin(s.base.Scheme + "://" + s.base.Host); err != nil {
		return err
	}
	if guard.Check(r) != nil {
		return problem{http.StatusForbidden, "foreign"}
	}
	return nil
}

// errUnmailable says that no mail can be addressed so, whatever it looks like.
var errUnmailable = errors.New("no mail can be sent to this address")

// signUp stores a wish and has the owner of the address asked. If it joins, a mailbox of the municipality asks
// for a further one.
func (s *Site) signUp(r *http.Request, m calls.Municipality, joins bool) error {
	token, err := s.newToken()
	if err != nil {
		return err
	}
	id, err := s.newToken() // another one: it stands in headers and lists
	if err != nil {
		return err
	}
	now, ask, text := s.Now(), s.Register.SignUp, "mail.confirm.text"
	if joins {
		ask, text = s.Register.Invite, "mail.invite.text"
	}
	wish := &calls.SignUp{Municipality: m, Secret: sha256.Sum256([]byte(token)), Asked: now, Expires: now.Add(confirmWithin)}
	queued, err := ask(r.Context(), wish, func(to *calls.Subscriber) (calls.Delivery, error) {
		letter := s.confirmationLetter(wish, token, text)
		letter.To, letter.Key, letter.ID = *to, fmt.Sprintf("%s%d/%s", calls.ConfirmationKey, to.ID, id), id
		out, err := s.Letter(letter)
		if err != nil {
			return out, errors.Join(errUnmailable, err)
		}
		return out, nil
	})
	if queued {
		s.Queued()
	}
	return err
}

// confirmationLetter asks the owner of an address, in the language that was wished for, by the text of this key.
func (s *Site) confirmationLetter(wish *calls.SignUp, token, text string) Letter {
	town := wish.Municipality.Name
	words := s.wordsFor(wish.Municipality.Subscribers[0].Language)
	return Letter{
		Language: words.lang,
		Subject:  words.T("mail.confirm.subject", "Town", town),
		Text: words.T(text, "Town", town, "Sender", s.settings.Sender,
			"Link", s.absolute("/confirm/"+token), "Date", words.Moment(wish.Expires)),
	}
}

// wordsFor returns what writes in the language of a mailbox, or in English.
func (s *Site) wordsFor(lang string) *page {
	if s.texts[lang] == nil {
		lang = fallback
	}
	return &page{site: s, lang: lang, texts: s.texts[lang], facts: s.facts[lang], now: s.Now()}
}

// newToken returns 160 random bits as 32 lower-case letters and digits.
func (s *Site) newToken() (string, error) {
	var bits [20]byte
	if _, err := io.ReadFull(s.Random, bits[:]); err != nil {
		return "", fmt.Errorf("draw token: %w", err)
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(bits[:])), nil
}

func (s *Site) sent(w http.ResponseWriter, r *http.Request) error {
	p := s.newPage(r, "sent.title")
	return s.render(w, p, http.StatusOK, "sent", nil)
}

// A confirmation is the body of the page behind the link to confirm.
type confirmation struct {
	*page
	SignUp *calls.SignUp
	Token  string
}

// Mailbox returns the mailbox that is to be subscribed.
func (c confirmation) Mailbox() calls.Subscriber { return c.SignUp.Municipality.Subscribers[0] }

// LetterLanguage returns the name of the language of its letters.
func (c confirmation) LetterLanguage() string { return endonyms[c.Mailbox().Language] }

// Twins returns the twin towns in one line.
func (c confirmation) Twins() string {
	var names []string
	for _, t := range c.SignUp.Municipality.Twins {
		names = append(names, t.String())
	}
	return strings.Join(names, ", ")
}

// Topics returns the names of the topics in one line.
func (c confirmation) Topics() string {
	var names []string
	for _, id := range c.SignUp.Municipality.Interests.Topics {
		names = append(names, c.TopicLabel(id))
	}
	return strings.Join(names, ", ")
}

// confirm shows what is to be confirmed; with POST it makes it true.
func (s *Site) confirm(w http.ResponseWriter, r *http.Request) error {
	act := r.Method == http.MethodPost
	if act {
		if err := s.ownForm(r); err != nil {
			return err
		}
	}
	token := r.PathValue("token")
	answer := s.Register.SignedUp
	if act {
		answer = s.Register.Confirm
	}
	wish, err := answer(r.Context(), sha256.Sum256([]byte(token)), s.Now())
	if err != nil {
		return s.wrongToken(r, err)
	}
	p := s.pageFor(r, "confirm.title", wish.Municipality.Subscribers[0].Language)
	p.Private = true
	body := confirmation{page: p, SignUp: wish, Token: token}
	if act || !wish.Confirmed.IsZero() {
		p.Title = p.T("confirmed.title")
		return s.render(w, p, http.StatusOK, "confirmed", body)
	}
	return s.render(w, p, http.StatusOK, "confirm", body)
}

// wrongToken tells a token that came too late from one that never was. Who tries many is slowed down.
func (s *Site) wrongToken(r *http.Request, err error) error {
	switch {
	case errors.Is(err, calls.ErrExpired):
		return problem{http.StatusGone, "expired"}
	case !errors.Is(err, calls.ErrNotFound):
		return err
	case !s.lookups.allow(network(s.client(r)), s.Now()):
		return problem{http.StatusTooManyRequests, "toooften"}
	}
	return problem{http.StatusNotFound, "expired"}
}
