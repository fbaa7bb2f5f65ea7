package web

import (
	"net/http"
	"strconv"
	"strings"
)

// languageOf returns the language of the pages for a request, and whether its address asks for it: ?lang=,
// else own (of a mailbox, "" if there is none), else what the browser wishes, else English.
func (s *Site) languageOf(r *http.Request, own string) (lang string, asked bool) {
	if lang = r.FormValue("lang"); s.texts[lang] != nil {
		return lang, true
	}
	if s.texts[own] != nil {
		return own, false
	}
	return s.wished(r.Header.Get("Accept-Language")), false
}

// longestWish is how much of a header is read: browsers send some twenty bytes a language.
const longestWish = 400

// wished returns the language that a browser likes best of those that are there (RFC 9110, 12.5.4).
func (s *Site) wished(header string) string {
	best, most := fallback, 0.0
	header = header[:min(len(header), longestWish)]
	for entry := range strings.SplitSeq(header, ",") {
		tag, weight := entry, 1.0
		if name, parameter, ok := strings.Cut(entry, ";"); ok {
			tag = name
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(parameter), "q="), 64)
			if err != nil || q > 1 {
				continue
			}
			weight = q
		}
		base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if s.texts[base] != nil && weight > most {
			best, most = base, weight
		}
	}
	return best
}

// endonyms are the names of the 24 languages in themselves.
// Source: Interinstitutional Style Guide, 7.2.1, checked 2026-11-22.
var endonyms = map[string]string{
	"bg": "български", "cs": "čeština", "da": "dansk", "de": "Deutsch", "el": "ελληνικά", "en": "English",
	"es": "español", "et": "eesti keel", "fi": "suomi", "fr": "français", "ga": "Gaeilge", "hr": "hrvatski",
	"hu": "magyar", "it": "italiano", "lt": "lietuvių", "lv": "latviešu", "mt": "Malti", "nl": "Nederlands",
	"pl": "polski", "pt": "português", "ro": "română", "sk": "slovenčina", "sl": "slovenščina", "sv": "svenska",
}
