package main

import (
	"strings"

	"fundwatch/calls"
)

// townID makes the id of a town from its name and country: "Nový Jičín", "CZ" gives "novy-jicin-cz".
// The same name always gives the same id, whatever else is in the file. It returns "" if the name
// holds nothing that can be written in ASCII.
func townID(name, country string) string {
	id := slug(name)
	if id == "" {
		return ""
	}
	return id + "-" + strings.ToLower(country)
}

// slug writes text in a to z and digits with single hyphens between words.
func slug(text string) string {
	var b strings.Builder
	gap := false
	for _, r := range romanise(calls.Fold(text)) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
			continue
		}
		gap = true
	}
	return b.String()
}

// romanise writes folded Greek and Bulgarian letters in Latin ones, letter by letter: good for an id,
// which need not be pronounced. Greek follows ELOT 743, Bulgarian the Transliteration Act of 2009;
// both checked 2026-11-22.
func romanise(folded string) string { return romanLetters.Replace(folded) }

var romanLetters = strings.NewReplacer(
	"ου", "ou", "α", "a", "β", "v", "γ", "g", "δ", "d", "ε", "e", "ζ", "z", "η", "i", "θ", "th", "ι", "i",
	"κ", "k", "λ", "l", "μ", "m", "ν", "n", "ξ", "x", "ο", "o", "π", "p", "ρ", "r", "σ", "s", "ς", "s",
	"τ", "t", "υ", "y", "φ", "f", "χ", "ch", "ψ", "ps", "ω", "o",
	"а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ж", "zh", "з", "z", "и", "i", "й", "y",
	"к", "k", "л", "l", "м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u",
	"ф", "f", "х", "h", "ц", "ts", "ч", "ch", "ш", "sh", "щ", "sht", "ъ", "a", "ь", "y", "ю", "yu", "я", "ya",
)
