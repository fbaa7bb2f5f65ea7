package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"fundwatch/calls"
)

// Bounds of what a stranger may enter.
const (
	longestName  = 100
	longestLine  = 200
	longestEmail = 254 // RFC 5321, 4.5.3.1.3 less the brackets
	mostLines    = 50
)

// A profile is a form as a reader filled it in, to be shown again.
type profile struct {
	Country   string
	Town      string
	Twins     string
	TopicIDs  []string
	Keywords  string
	Exclude   string
	Language  string
	Frequency string
	Email     string
	Consent   bool

	trap  bool   // somebody filled in what no person sees
	shown string // fingerprint of what was stored when the form was shown
}

// readForm reads a form of either encoding, in its bounds.
func readForm(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return orProblem(err)
	}
	err := r.ParseMultipartForm(largestBody)
	if errors.Is(err, http.ErrNotMultipart) {
		return nil
	}
	return orProblem(err)
}

// orProblem tells the reader of a form that cannot be read that it is the form.
func orProblem(err error) error {
	var tooLarge *http.MaxBytesError
	if err == nil || errors.As(err, &tooLarge) {
		return err
	}
	return problem{http.StatusBadRequest, "badform"}
}

func readProfile(r *http.Request) *profile {
	get := func(name string, limit int) string { return calls.CleanLine(r.PostForm.Get(name), limit) }
	text := func(name string) string {
		return calls.CleanText(strings.ReplaceAll(r.PostForm.Get(name), "\r\n", "\n"), mostLines*longestLine)
	}
	return &profile{
		Country: get("country", 2), Town: get("town", longestName+1), Twins: text("twins"),
		TopicIDs: choices(r.PostForm["topics"]), Keywords: text("keywords"), Exclude: text("exclude"),
		Language: get("language", 2), Frequency: get("frequency", 10), Email: get("email", longestEmail+1),
		Consent: r.PostForm.Get("consent") != "", trap: r.PostForm.Get("website") != "",
		shown: get("shown", 2*sha256.Size),
	}
}

// profileOf returns the form that shows what is stored.
func profileOf(m *calls.Municipality, s *calls.Subscriber) *profile {
	twins := make([]string, len(m.Twins))
	for i, t := range m.Twins {
		twins[i] = t.String()
	}
	return &profile{
		Country: m.Country, Town: m.Name, Twins: strings.Join(twins, "\n"), TopicIDs: m.Interests.Topics,
		Keywords: strings.Join(m.Interests.Keywords, "\n"), Exclude: strings.Join(m.Interests.Exclude, "\n"),
		Language: s.Language, Frequency: string(cmp.Or(s.Frequency, calls.Weekly)), Email: s.Email,
	}
}

// fingerprint tells what is stored from what somebody has changed, as far as a form shows it.
func (f *profile) fingerprint() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", []any{f.Twins, f.TopicIDs, f.Keywords, f.Exclude, f.Language, f.Frequency}))
	return hex.EncodeToString(sum[:])
}

// checkWishes reads what can be changed later as well into a municipality and its mailbox, and notes on
// the page what is wrong with it.
func (s *Site) checkWishes(p *page, f *profile, m *calls.Municipality, to *calls.Subscriber) {
	m.Twins = s.readTwins(p, f.Twins, m)
	m.Interests.Topics = f.TopicIDs
	for _, id := range f.TopicIDs {
		if !s.Topics.Has(id) {
			p.wrong("topics", "error.topic", "Value", id)
		}
	}
	m.Interests.Keywords = readWords(p, "keywords", f.Keywords, len(m.Interests.Keywords))
	m.Interests.Exclude = readWords(p, "exclude", f.Exclude, len(m.Interests.Exclude))
	if len(f.TopicIDs) == 0 && strings.TrimSpace(f.Keywords) == "" && !m.Interests.Everything {
		p.wrong("topics", "error.interests")
	}
	to.Language, to.Frequency = f.Language, calls.Frequency(f.Frequency)
	if !calls.IsLanguage(f.Language) {
		p.wrong("language", "error.choice")
	}
	if to.Frequency != calls.Weekly && to.Frequency != calls.Monthly {
		p.wrong("frequency", "error.choice")
	}
}

// lines returns the lines of a text that are not empty.
func lines(text string) []string {
	var all []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// readTwins reads one town a line, "Sopot (PL)", for a municipality whose name and country are known. Those that it has
// already are taken as they are: the staff may have written one without a country, and more than a form takes. A town
// that is there twice, however it is spelt, counts once, and nobody is a twin of itself.
func (s *Site) readTwins(p *page, text string, of *calls.Municipality) []calls.Twin {
	all := lines(text)
	if most := max(mostLines, len(of.Twins)); len(all) > most {
		p.wrong("twins", "error.lines", "N", strconv.Itoa(most))
		return nil
	}
	had := make(map[string]calls.Twin, len(of.Twins))
	for _, t := range of.Twins {
		had[t.String()] = t
	}
	seen := map[string]bool{calls.Fold(calls.Twin{Name: of.Name, Country: of.Country}.String()): true}
	var twins []calls.Twin
	for _, line := range all {
		t, ok := had[line]
		if !ok {
			t, ok = s.readTwin(p, line)
		}
		if key := calls.Fold(t.String()); ok && !seen[key] {
			seen[key] = true
			twins = append(twins, t)
		}
	}
	return twins
}

// readTwin reads "Sopot (PL)". What is wrong with it is noted on the page.
func (s *Site) readTwin(p *page, line string) (calls.Twin, bool) {
	name, code, ok := s.CutCountry(line)
	country, known := s.Countries.Canonical(code)
	switch {
	case !ok || name == "" || len(name) > longestLine:
		p.wrong("twins", "error.twin", "Line", calls.CleanLine(line, 60))
		return calls.Twin{}, false
	case !known:
		p.wrong("twins", "error.twin.country", "Line", calls.CleanLine(line, 60), "Code", code)
		return calls.Twin{}, false
	}
	return calls.Twin{Name: name, Country: country}, true
}

// readWords reads one word or phrase a line, at least as many as are there already. The matcher judges what can
// be looked for.
func readWords(p *page, field, text string, known int) []string {
	all := lines(text)
	if most := max(mostLines, known); len(all) > most {
		p.wrong(field, "error.lines", "N", strconv.Itoa(most))
		return nil
	}
	var words []string
	for _, line := range all {
		if _, err := calls.ParsePattern(line); err != nil || len(line) > longestLine {
			p.wrong(field, "error.word", "Line", calls.CleanLine(line, 60))
		} else if !slices.Contains(words, line) {
			words = append(words, line)
		}
	}
	return words
}

// The name of a town stands in a mail to an address that anybody can type: it must not carry a message or a
// link. Names hold letters of any script, digits, spaces and few signs.
var (
	townLike = regexp.MustCompile(`^[\p{L}\p{M}\p{N} .,'’‘()/·\-–]+$`)
	siteLike = regexp.MustCompile(`(?i)www|//|\.\p{L}{2,}`)
)

// checkTown reads which town it is.
func (s *Site) checkTown(p *page, f *profile, m *calls.Municipality) {
	m.Name = f.Town
	country, known := s.Countries.Canonical(f.Country)
	switch {
	case f.Country == "":
		p.wrong("country", "error.country.missing")
	case !known:
		p.wrong("country", "error.choice")
	}
	m.Country = country
	switch {
	case f.Town == "" || !townLike.MatchString(f.Town) || siteLike.MatchString(f.Town):
		p.wrong("town", "error.town.missing")
	case len([]rune(f.Town)) > longestName:
		p.wrong("town", "error.long")
	}
	m.ID = s.TownID(m.Name, m.Country)
}

// checkMailbox reads to whom letters go, and that it is wanted.
func checkMailbox(p *page, f *profile, to *calls.Subscriber) {
	checkAddress(p, f, to)
	if !f.Consent {
		p.wrong("consent", "error.consent")
	}
}

func checkAddress(p *page, f *profile, to *calls.Subscriber) {
	to.Email = f.Email
	switch {
	case f.Email == "":
		p.wrong("email", "error.email.missing")
	case !plainAddress(f.Email):
		p.wrong("email", "error.email")
	}
}

// plainAddress reports whether an address is one that mail can be sent to: ASCII before the @, a full
// domain after it, and nothing that needs quotes.
func plainAddress(address string) bool {
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || len(address) > longestEmail {
		return false
	}
	local, domain, _ := strings.Cut(address, "@")
	odd := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"<>(),;:\[]`, r) }
	return !strings.ContainsFunc(local, odd) && strings.Contains(strings.Trim(domain, "."), ".") &&
		!strings.ContainsAny(domain, ` "<>(),;:\[]@`)
}
