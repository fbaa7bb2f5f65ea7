package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"fundwatch/calls"
)

// A reader of a letter finds its words again on the pages.
func TestPagesUseTheWordsOfLetters(t *testing.T) {
	t.Parallel()
	read := func(name string) map[string]any {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]any
		if err := json.Unmarshal(raw, &words); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return words
	}
	plain := func(label any) string {
		text, _ := label.(string)
		return strings.TrimRight(text, ":\u00a0\u202f ")
	}
	for _, lang := range calls.Languages() {
		letter, page := read("../../notify/locale/"+lang+".json"), read("../../notify/web/locale/"+lang+".json")
		for _, key := range []string{
			"unstated", "label.deadline", "label.stage1", "label.stage2", "label.status", "label.grant", "label.budget", "label.grants", "label.programme",
		} {
			if plain(letter[key]) != page[key] || page[key] == "" {
				t.Errorf("%s: letters say %q for %s, pages %q", lang, letter[key], key, page[key])
			}
		}
		if page["change.deadline"] != page["label.deadline"] {
			t.Errorf("%s: a changed deadline is called %q, a deadline %q", lang, page["change.deadline"], page["label.deadline"])
		}
	}
}
