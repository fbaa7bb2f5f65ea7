package notify_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"fundwatch/notify"
)

// catalogue returns every form of every message of a language: "left.days" has several.
func catalogue(t *testing.T, lang string) map[string]map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("locale", lang+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var entries map[string]any
	if err := json.Unmarshal(raw, &entries); err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]string{}
	for key, entry := range entries {
		forms := map[string]string{}
		switch v := entry.(type) {
		case string:
			forms[""] = v
		case map[string]any:
			for form, text := range v {
				forms[form] = text.(string)
			}
		}
		all[key] = forms
	}
	return all
}

// eachCatalogue runs the check for every language beside the English catalogue.
func eachCatalogue(t *testing.T, check func(t *testing.T, lang string, english, own map[string]map[string]string)) {
	t.Helper()
	english := catalogue(t, "en")
	for _, lang := range notify.Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			check(t, lang, english, catalogue(t, lang))
		})
	}
}

func TestCataloguesHaveTheSameKeys(t *testing.T) {
	t.Parallel()
	eachCatalogue(t, func(t *testing.T, lang string, english, own map[string]map[string]string) {
		for _, key := range slices.Sorted(maps.Keys(english)) {
			if _, ok := own[key]; !ok {
				t.Errorf("%s.json misses %q (English: %q)", lang, key, english[key])
			}
		}
		for _, key := range slices.Sorted(maps.Keys(own)) {
			if _, ok := english[key]; !ok {
				t.Errorf("%s.json has %q, which en.json has not", lang, key)
			}
		}
	})
}

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

// placeholders returns the names that all forms of a message use together.
func placeholders(forms map[string]string) map[string]bool {
	names := map[string]bool{}
	for _, text := range forms {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			names[m[1]] = true
		}
	}
	return names
}

// mayMiss names the placeholders that a language may leave out, by key.
var mayMiss = map[string]string{
	"greeting": "Town", // the heading names it; many languages would have to inflect it here
}

func TestTranslationsUseThePlaceholders(t *testing.T) {
	t.Parallel()
	eachCatalogue(t, func(t *testing.T, lang string, english, own map[string]map[string]string) {
		for key, forms := range own {
			want, got := placeholders(english[key]), placeholders(forms)
			for name := range want {
				if !got[name] && mayMiss[key] != name {
					t.Errorf("%s.json %q misses {{.%s}}: %q", lang, key, name, forms)
				}
			}
			for name := range got {
				if !want[name] {
					t.Errorf("%s.json %q has {{.%s}}, which the code does not give: %q", lang, key, name, forms)
				}
			}
		}
	})
}

func TestTranslationsAreCleanLines(t *testing.T) {
	t.Parallel()
	eachCatalogue(t, func(t *testing.T, lang string, _, own map[string]map[string]string) {
		for key, forms := range own {
			for form, text := range forms {
				at := fmt.Sprintf("%s.json %q %s", lang, key, form)
				if strings.TrimSpace(text) == "" || strings.Contains(text, "  ") || strings.ContainsAny(text, "\n\t") {
					t.Errorf("%s is empty, has two spaces or a line break: %q", at, text)
				}
				if strings.Count(text, "{{") != len(placeholder.FindAllString(text, -1)) {
					t.Errorf("%s has a broken placeholder: %q", at, text)
				}
				if bad := strings.IndexAny(text, `"'`); bad >= 0 {
					t.Errorf("%s has the straight quotation mark %q: %q", at, text[bad], text)
				}
				if !strings.HasPrefix(key, "join.") && text != strings.TrimSpace(text) {
					t.Errorf("%s begins or ends with a space: %q", at, text)
				}
				if problem := unbalanced(placeholder.ReplaceAllString(text, "x"), lang); problem != "" {
					t.Errorf("%s: %s: %q", at, problem, text)
				}
			}
		}
	})
}

// quotationMarks are the marks that open and close a quotation in each language, and those inside
// another quotation. Source: EU Interinstitutional Style Guide and Unicode CLDR, checked 2026-11-23.
var quotationMarks = map[string][]string{
	"bg": {"„“"}, "cs": {"„“"}, "da": {"»«"}, "de": {"„“"}, "el": {"«»"}, "en": {"“”"}, "es": {"«»"}, "et": {"„“"},
	"fi": {"””"}, "fr": {"«»"}, "ga": {"“”"}, "hr": {"„”"}, "hu": {"„”"}, "it": {"«»"}, "lt": {"„“"}, "lv": {"“”", "„”"},
	"mt": {"“”"}, "nl": {"“”", "‘’"}, "pl": {"„”"}, "pt": {"«»", "“”"}, "ro": {"„”"}, "sk": {"„“"}, "sl": {"„“", "»«"}, "sv": {"””"},
}

// unbalanced says what is wrong with the quotation marks of a text, or "".
func unbalanced(text, lang string) string {
	pairs, ok := quotationMarks[lang]
	if !ok {
		return "quotationMarks has no line for this language"
	}
	var open []rune // the marks that would close what is open
	for _, r := range text {
		if !strings.ContainsRune("„“”«»‘", r) {
			continue
		}
		if n := len(open); n > 0 && open[n-1] == r {
			open = open[:n-1]
			continue
		}
		at := slices.IndexFunc(pairs, func(pair string) bool { return strings.HasPrefix(pair, string(r)) })
		if at < 0 {
			return fmt.Sprintf("%c opens no quotation in this language", r)
		}
		open = append(open, []rune(pairs[at])[1])
	}
	if len(open) > 0 {
		return fmt.Sprintf("a quotation is not closed with %c", open)
	}
	return ""
}

// manyNumbers are numbers enough to meet every plural form of every language.
func manyNumbers() []int64 {
	numbers := []int64{1000, 1001, 1002, 1_000_000, 1_000_001, 2_000_000}
	for n := range int64(200) {
		numbers = append(numbers, n)
	}
	return numbers
}

// pluralForms returns an example for each form that whole numbers take in the language.
func pluralForms(t *testing.T, lang string) map[string]int64 {
	t.Helper()
	tag := language.MustParse(lang)
	if lang == "pt" {
		tag = language.EuropeanPortuguese
	}
	bundle := i18n.NewBundle(tag)
	if err := bundle.AddMessages(tag, &i18n.Message{
		ID: "form", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other",
	}); err != nil {
		t.Fatal(err)
	}
	forms := map[string]int64{}
	for _, n := range manyNumbers() {
		form, err := i18n.NewLocalizer(bundle, tag.String()).Localize(&i18n.LocalizeConfig{MessageID: "form", PluralCount: n})
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := forms[form]; !ok {
			forms[form] = n
		}
	}
	return forms
}

// neverWhole are the forms that only fractions take: a catalogue may have them and need not.
var neverWhole = map[string]string{"cs": "many", "lt": "many", "pl": "other", "sk": "many"}

func TestEveryCountHasItsPluralForms(t *testing.T) {
	t.Parallel()
	eachCatalogue(t, func(t *testing.T, lang string, english, own map[string]map[string]string) {
		want := pluralForms(t, lang)
		for key, forms := range own {
			if _, single := english[key][""]; single {
				if _, ok := forms[""]; !ok {
					t.Errorf("%s.json %q has plural forms, and the code gives it no number", lang, key)
				}
				continue
			}
			for form, n := range want {
				if _, ok := forms[form]; !ok {
					t.Errorf("%s.json %q misses the plural form %q (for %d)", lang, key, form, n)
				}
			}
			for form := range forms {
				if _, ok := want[form]; !ok && neverWhole[lang] != form {
					t.Errorf("%s.json %q has the plural form %q, which no number takes in this language", lang, key, form)
				}
			}
		}
	})
}

func TestEveryCountNamesItsNumber(t *testing.T) {
	t.Parallel()
	eachCatalogue(t, func(t *testing.T, lang string, english, own map[string]map[string]string) {
		for key, forms := range own {
			if _, single := english[key][""]; single {
				continue
			}
			for form, text := range forms {
				if !strings.Contains(text, "{{.N}}") {
					t.Errorf("%s.json %q %s does not name the number: %q", lang, key, form, text)
				}
			}
		}
		if t.Failed() {
			return
		}
		l := newLocale(t, lang)
		for _, n := range manyNumbers() { // Count panics if go-i18n finds no form
			if text := l.Count("left.days", n); !strings.Contains(text, l.Number(n)) {
				t.Errorf("%s: %d gives %q, without the number", lang, n, text)
			}
		}
	})
}

// The footer explains the words that stand for what a source did not say: they must be the same.
func TestFooterExplainsTheWordsForUnstated(t *testing.T) {
	t.Parallel()
	eachCatalogue(t, func(t *testing.T, lang string, _, own map[string]map[string]string) {
		if unstated, truth := own["unstated"][""], own["footer.truth"][""]; !strings.Contains(truth, unstated) {
			t.Errorf("%s.json \"footer.truth\" does not explain %q: %q", lang, unstated, truth)
		}
	})
}

// Replies are read by one desk for all towns: it must know the word that stops letters in any language.
func TestTheWordToStopIsKnownEverywhere(t *testing.T) {
	t.Parallel()
	eachCatalogue(t, func(t *testing.T, lang string, _, own map[string]map[string]string) {
		if text := own["stop.reply"][""]; !regexp.MustCompile(`[„“”«»]\p{Z}?stopp?\.?\p{Z}?[“”«»]`).MatchString(text) {
			t.Errorf("%s.json \"stop.reply\" asks for another word than \"stop\": %q", lang, text)
		}
	})
}

// sameAsEnglish names the texts that are the same word in English.
var sameAsEnglish = map[string][]string{
	"da": {"label.link", "label.status"},
	"de": {"label.link", "label.status"},
	"et": {"label.link"},
	"hr": {"label.status"},
	"it": {"label.link"},
	"mt": {"label.link", "label.status"},
	"nl": {"label.link", "label.status", "label.deadline", "status.open"},
	"pl": {"label.link", "label.status"},
	"ro": {"label.link"},
	"sv": {"label.status"},
}

var (
	letters      = regexp.MustCompile(`\p{L}`)
	englishWords = regexp.MustCompile(`(?i)\b(the|this|your|you|says|which|without|not|stated|closes|opens)\b`)
)

func TestNoEnglishIsLeftOver(t *testing.T) {
	t.Parallel()
	eachCatalogue(t, func(t *testing.T, lang string, english, own map[string]map[string]string) {
		if lang == "en" {
			return
		}
		for key, forms := range own {
			for form, text := range forms {
				bare := placeholder.ReplaceAllString(text, "")
				if letters.MatchString(bare) && slices.Contains(slices.Collect(maps.Values(english[key])), text) &&
					!slices.Contains(sameAsEnglish[lang], key) {
					t.Errorf("%s.json %q %s is the English text: %q (if it is the same word, excuse it in sameAsEnglish)", lang, key, form, text)
				}
				if word := englishWords.FindString(bare); word != "" {
					t.Errorf("%s.json %q %s has the English word %q: %q", lang, key, form, word, text)
				}
			}
		}
	})
}

var quotedKey = regexp.MustCompile(`"([a-z]+(?:\.[a-z0-9]+)*)"`)

func TestEveryKeyIsUsed(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, file := range sources {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range quotedKey.FindAllStringSubmatch(string(raw), -1) {
			used[m[1]] = true
		}
	}
	for _, field := range []string{"title", "summary", "body", "keywords", "identifier"} {
		used["evidence."+field] = true // put together in evidenceKey
	}
	for key := range catalogue(t, "en") {
		if !used[key] {
			t.Errorf("%q is in the catalogues and nowhere in the code", key)
		}
	}
}

func TestFrenchTypography(t *testing.T) {
	t.Parallel()
	for key, forms := range catalogue(t, "fr") {
		for _, text := range forms {
			for _, bad := range []string{" :", " ;", " ?", " !", " »", "« ", "'", "\u00a0:", "\u00a0;"} {
				if strings.Contains(text, bad) {
					t.Errorf("%s has %q: %q", key, bad, text)
				}
			}
		}
	}
}
