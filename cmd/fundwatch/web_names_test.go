package main

import (
	"strings"
	"testing"

	"fundwatch/calls"
)

// A country is called what it calls itself today, in every language.
func TestNorthMacedoniaIsNamed(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, lang := range calls.Languages() {
		name := countryName(lang, "MK")
		if len(strings.Fields(strings.ReplaceAll(name, "-", " "))) < 2 && !strings.Contains("da de lv sv", lang) {
			t.Errorf("%s: %q lacks the north", lang, name)
		}
		seen[name] = true
	}
	if len(seen) < 18 || countryName("de", "FR") != "Frankreich" {
		t.Errorf("names in %d ways, France is %q", len(seen), countryName("de", "FR"))
	}
}
