package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"fundwatch/calls"
)

// A townReader turns drafts into municipalities and collects everything that is wrong with them.
type townReader struct {
	file       string
	vocabulary Vocabulary
	problems   Problems
	warnings   Problems
	lines      map[string]int // id to the line of its town
}

func (r *townReader) wrong(line int, key string, f *fault) {
	r.problems = append(r.problems, f.at(r.file, line, key))
}

func (r *townReader) doubtful(line int, key string, f *fault) {
	r.warnings = append(r.warnings, f.at(r.file, line, key))
}

func (r *townReader) town(d *townDraft) calls.Municipality {
	if d.unreadable {
		return calls.Municipality{}
	}
	m := calls.Municipality{
		Name:       r.required(d.name, "name", d.line),
		Country:    r.country(d),
		LAU:        r.text(d.lau, "lau", longestCode),
		Population: r.number(d.population, "population"),
		Twins:      r.twins(d.twins),
		Interests:  r.interests(d),
	}
	m.ID = r.id(d, &m)
	m.Subscribers = r.subscribers(d, &m)
	return m
}

// text returns a field as one clean line, or reports why it is none. Letters are put together (NFC),
// as most systems write them: what comes from a Mac may have its accents apart.
func (r *townReader) text(f field, key string, longest int) string {
	text := f.text
	if strings.ContainsFunc(text, harmless) {
		text = strings.Map(func(c rune) rune {
			if harmless(c) {
				return -1
			}
			return c
		}, text)
		r.doubtful(f.line, key, &fault{"invisible characters were dropped from " + quoteShort(text), ""})
	}
	if i := strings.IndexFunc(text, invisible); i >= 0 {
		sign, _ := utf8.DecodeRuneInString(text[i:])
		r.wrong(f.line, key, &fault{fmt.Sprintf("the text holds an invisible or broken character (%U)", sign), "type the text anew"})
		return ""
	}
	text = strings.Join(strings.Fields(norm.NFC.String(text)), " ")
	if n := utf8.RuneCountInString(text); n > longest {
		r.wrong(f.line, key, &fault{fmt.Sprintf("the text has %d letters", n), fmt.Sprintf("at most %d", longest)})
		return ""
	}
	return text
}

// harmless reports whether a character is one that comes along unseen when text is copied from a web
// page, and changes nothing but where words break: soft hyphens, joiners, marks of direction.
func harmless(c rune) bool {
	return c == '\u00ad' || c >= '\u200b' && c <= '\u200f' || c == '\u2060' || c == '\ufeff'
}

// invisible reports whether a character has no place in a name: controls other than white space,
// marks that turn the direction of writing, private characters, and the sign for lost ones.
func invisible(c rune) bool {
	if strings.ContainsRune("\t\n\r", c) {
		return false
	}
	return unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) || c == utf8.RuneError
}

func (r *townReader) required(f field, key string, line int) string {
	if strings.TrimSpace(f.text) == "" {
		r.wrong(max(f.line, line), key, &fault{"is missing", ""})
		return ""
	}
	return r.text(f, key, longestText)
}

func (r *townReader) country(d *townDraft) string {
	text := r.required(d.country, "country", d.line)
	if text == "" {
		return ""
	}
	return r.countryCode(text, d.country.line, "country")
}

func (r *townReader) countryCode(text string, line int, key string) string {
	code, ok := r.vocabulary.Countries.Canonical(text)
	if !ok {
		r.wrong(line, key, &fault{quoteShort(text) + " is no country", calls.DidYouMean(r.vocabulary.Countries.Nearest(text), "its ISO 3166 code of two letters, such as FR")})
		return ""
	}
	return code
}

func (r *townReader) number(f field, key string) calls.Number {
	text := strings.TrimSpace(f.text)
	if text == "" {
		return calls.Number{}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || strings.HasPrefix(text, "+") {
		r.wrong(f.line, key, &fault{quoteShort(text) + " is no whole number", "digits only, such as 93000"})
		return calls.Number{}
	}
	return calls.Known(n)
}

// id returns the town's id: given, or made from name and country. It is lower-case, so that two that
// differ by case cannot exist.
func (r *townReader) id(d *townDraft, m *calls.Municipality) string {
	id, line := strings.ToLower(r.text(d.id, "id", longestText)), max(d.id.line, d.line)
	switch {
	case id == "" && strings.TrimSpace(d.id.text) != "":
		return ""
	case id == "":
		if m.Name == "" || m.Country == "" {
			return "" // reported already
		}
		if id = townID(m.Name, m.Country); id == "" {
			r.wrong(line, "id", &fault{"no id can be made from this name", "give one, such as our-town-" + strings.ToLower(m.Country)})
			return ""
		}
	case slug(id) != id:
		r.wrong(line, "id", &fault{quoteShort(id) + " is no id", calls.DidYouMean(nonEmpty(slug(id)), "a to z, digits and hyphens")})
		return ""
	}
	if before, taken := r.lines[id]; taken {
		r.wrong(line, "id", &fault{fmt.Sprintf("%s is already the town on line %d", id, before), "give it an id of its own" + example(id, m.LAU)})
		return id
	}
	r.lines[id] = d.line
	return id
}

// example proposes an id for the second town of a name.
func example(id, lau string) string {
	if lau = slug(lau); lau == "" {
		return ""
	}
	return ", such as " + id + "-" + lau
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func (r *townReader) twins(fields []field) []calls.Twin {
	if len(fields) > mostTwins {
		r.wrong(fields[0].line, "twins", &fault{fmt.Sprintf("%d twin towns", len(fields)), fmt.Sprintf("at most %d", mostTwins)})
		return nil
	}
	var twins []calls.Twin
	seen := make(map[string]bool, len(fields))
	for _, f := range fields {
		twin := r.twin(f)
		key := calls.Fold(twin.String())
		if twin.Name == "" {
			continue
		}
		if seen[key] {
			r.doubtful(f.line, "twins", &fault{quoteShort(twin.String()) + " is there twice and counts once", ""})
			continue
		}
		seen[key] = true
		twins = append(twins, twin)
	}
	return twins
}

// twin reads "Sopot (PL)", or "Sopot" alone, which counts for nothing in a consortium. Only the last
// pair of brackets can be a country: there is a "Wetter (Hessen) (DE)".
func (r *townReader) twin(f field) calls.Twin {
	text := r.text(f, "twins", longestText+len(" (PL)"))
	if text == "" {
		if strings.TrimSpace(f.text) == "" {
			r.wrong(f.line, "twins", &fault{"a twin town without a name", "write Name (FR)"})
		}
		return calls.Twin{}
	}
	name, code, ok := cutCountry(text)
	if !ok {
		r.doubtful(f.line, "twins", &fault{quoteShort(text) + " has no country and counts for nothing", "write Name (FR)"})
		return calls.Twin{Name: text}
	}
	if name == "" {
		r.wrong(f.line, "twins", &fault{"a twin town without a name", "write Name (FR)"})
		return calls.Twin{}
	}
	name = r.text(field{name, f.line}, "twins", longestText)
	return calls.Twin{Name: name, Country: r.countryCode(code, f.line, "twins")}
}

// cutCountry parts "Sopot (PL)" into name and code; it reports false if no two letters in brackets
// stand at the end.
func cutCountry(text string) (name, code string, ok bool) {
	const ending = len("(PL)")
	if len(text) < ending || text[len(text)-1] != ')' || text[len(text)-ending] != '(' {
		return "", "", false
	}
	name, code = strings.TrimSpace(text[:len(text)-ending]), text[len(text)-ending+1:len(text)-1]
	for i := range len(code) {
		if c := code[i] | 0x20; c < 'a' || c > 'z' {
			return "", "", false
		}
	}
	return name, code, true
}
