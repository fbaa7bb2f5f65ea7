package calls_test

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"fundwatch/calls"
)

func TestMarks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, query string
		want              []string
	}{
		{"words", "Town-Twinning for towns", "twinning town", []string{"Town", "Twinning"}},
		{"phrase", "Town-Twinning for towns", `"town twinning"`, []string{"Town-Twinning"}},
		{"phrase and word overlap", "Town-Twinning", `"town twinning" town`, []string{"Town-Twinning"}},
		{"prefix", "Jumelages et jumeaux", "jumel*", []string{"Jumelages"}},
		{"folded", "Łódź und Städte", "lodz staedte", []string{"Łódź", "Städte"}},
		{"not marks nothing", "digital town", "-digital", nil},
		{"nothing", "text", "other", nil},
		{"twice", "a b a", "a", []string{"a", "a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, m := range calls.Marks(tt.text, calls.ParseQuery(tt.query)) {
				got = append(got, tt.text[m[0]:m[1]])
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("Marks(%q, %q) = %q, want %q", tt.text, tt.query, got, tt.want)
			}
		})
	}
}

func TestSnippet(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Lorem ipsum dolor sit amet. ", 20)
	tests := []struct {
		name  string
		call  calls.Call
		query string
		want  string
	}{
		{"summary first", calls.Call{Title: "Youth", Summary: "Young  people\nand youth.", Body: "youth"}, "youth", "Young people and youth."},
		{"then body", calls.Call{Title: "Youth", Summary: "Other.", Body: "For youth."}, "youth", "For youth."},
		{"then title", calls.Call{Title: "Youth", Summary: "Other."}, "youth", "Youth"},
		{"widened: the beginning", calls.Call{Title: "Town", Summary: "Citizens meet."}, "jumelage", "Citizens meet."},
		{"widened without summary", calls.Call{Title: "Town"}, "jumelage", "Town"},
		{"no words", calls.Call{Title: "Town", Summary: "Citizens meet."}, "", ""},
		{"only not", calls.Call{Title: "Town", Summary: "Citizens meet."}, "-digital", ""},
		{"in the middle of a long text", calls.Call{Summary: long + "Ein Städtebündnis wächst. " + long}, "staedtebuendnis",
			"…dolor sit amet. Lorem ipsum dolor sit amet. Ein Städtebündnis wächst. Lorem ipsum dolor sit amet. Lorem ipsum dolor sit amet. Lorem ipsum dolor sit amet. Lorem…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := calls.Snippet(&tt.call, calls.ParseQuery(tt.query)); got != tt.want {
				t.Errorf("Snippet = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSnippetIsShort(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("x", 5000) + " found", strings.Repeat("ü", 300), "found " + strings.Repeat("€", 5000)} {
		c := calls.Call{Title: "t", Summary: text}
		got := calls.Snippet(&c, calls.ParseQuery("found"))
		if n := utf8.RuneCountInString(got); n > 165 || !utf8.ValidString(got) {
			t.Errorf("Snippet has %d runes: %q", n, got)
		}
	}
}

// What is shown of a call is its own words, one line of them, and what is marked in it begins and ends with letters.
func FuzzSnippet(f *testing.F) {
	f.Add("Town twinning brings citizens of twin towns together.\nThey meet.", `twin* -digital "brings citizens" OR x`)
	f.Add(strings.Repeat("Städtepartnerschaft ", 40)+"ﬁne ŀl ™ C++", "staedtepartnerschaft tm c++")
	f.Add(strings.Repeat("\U0001f1ea", 400)+"a", "a")
	f.Add("caf\xe9 \xff\u2028x", "x cafe")
	f.Add(strings.Repeat("a", 400)+" b", "b")
	f.Fuzz(func(t *testing.T, text, query string) {
		clauses := calls.ParseQuery(query)
		end := 0
		for _, m := range calls.Marks(text, clauses) {
			if m[0] < end || m[1] <= m[0] || m[1] > len(text) || !utf8.RuneStart(text[m[0]]) || m[1] < len(text) && utf8.ValidString(text) && !utf8.RuneStart(text[m[1]]) {
				t.Errorf("%q in %q is marked at %v, after %d", query, text, m, end)
			}
			end = m[1]
		}
		got := calls.Snippet(&calls.Call{Title: "title", Summary: text}, clauses)
		own := strings.Join(strings.Fields(text), " ") + " title"
		if inner := strings.TrimSuffix(strings.TrimPrefix(got, "…"), "…"); !strings.Contains(own, inner) || strings.ContainsAny(got, "\n\r") || utf8.RuneCountInString(got) > 162 {
			t.Errorf("%q of %q", got, text)
		}
		if len(clauses) > 0 && got == "" && calls.Marks(text, clauses) != nil {
			t.Errorf("%q is found in %q and not shown", query, text)
		}
	})
}
