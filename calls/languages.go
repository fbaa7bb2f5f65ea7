package calls

import "slices"

// Languages returns the 24 official languages of the EU as BCP 47 tags, in alphabetical order.
// Source: Regulation No 1 of 1958 as amended, checked 2026-11-22.
func Languages() []string {
	return slices.Clone(languages)
}

// IsLanguage reports whether tag is one of [Languages].
func IsLanguage(tag string) bool { return slices.Contains(languages, tag) }

var languages = []string{
	"bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr",
	"hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv",
}
