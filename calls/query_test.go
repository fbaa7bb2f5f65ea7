package calls_test

import (
	"fmt"
	"strings"
	"testing"

	"fundwatch/calls"
)

// written shows clauses as one line: terms parted by |, clauses by &.
func written(clauses []calls.Clause) string {
	var all []string
	for _, c := range clauses {
		var terms []string
		for _, t := range c.Any {
			s := strings.Join(t.Words, " ")
			if t.Prefix {
				s += "*"
			}
			terms = append(terms, s)
		}
		s := strings.Join(terms, "|")
		if c.Not {
			s = "-(" + s + ")"
		}
		all = append(all, s)
	}
	return strings.Join(all, " & ")
}

func TestParseQuery(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"nothing", "  ", ""},
		{"words", "Town  YOUTH", "town & youth"},
		{"phrase", `"Town Twinning" 2026`, "town twinning & 2026"},
		{"typographic phrase", "„Town Twinning“ «a b»", "town twinning & a b"},
		{"hyphen is a phrase", "town-twinning", "town twinning"},
		{"not", "twinning -digital", "twinning & -(digital)"},
		{"not a phrase", `twinning -"digital twin"`, "twinning & -(digital twin)"},
		{"only not", "-digital", "-(digital)"},
		{"two minuses", "--digital", "-(digital)"},
		{"lone minus", "twinning - digital", "twinning & digital"},
		{"or", "town OR city youth", "town|city & youth"},
		{"or of three", "a OR b OR \"c d\"", "a|b|c d"},
		{"or before not", "a OR -b", "a & -(b)"},
		{"not before or", "-a OR b", "-(a) & b"},
		{"or at the ends", "OR town OR", "town"},
		{"or twice", "a OR OR b", "a|b"},
		{"nothing but or", "OR", "or"},
		{"small or", "town or city", "town & or & city"},
		{"quoted or", `"OR" town`, "or & town"},
		{"and", "town AND city", "town & city"},
		{"star", "testvér*", "testver*"},
		{"star after a phrase", `"town twin"* "town twin*"`, "town twin* & town twin*"},
		{"lone star", "*", ""},
		{"unbalanced quote", `town "twinning city`, "town & twinning & city"},
		{"quote inside", `ab"c d"e`, "ab & c d & e"},
		{"empty quotes", `"" town`, "town"},
		{"signs", "C++ 4.0 R&D", "c++ & 4.0 & r d"},
		{"injection", `NEAR/2 (a:b) ^c {d} title:"e`, "near 2 & a b & c & d & title e"},
		{"umlaut", "Städte*", "stadte*|staedte*"},
		{"spelt umlaut", "Staedtepartnerschaft", "staedtepartnerschaft|stadtepartnerschaft"},
		{"not an umlaut", "neue value", "neue & value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := written(calls.ParseQuery(tt.in)); got != tt.want {
				t.Errorf("ParseQuery(%q) = %s, want %s", tt.in, got, tt.want)
			}
		})
	}
}

func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{"", "a OR b", `-"x y"*`, `"`, "- OR -", "«a", "\xff\"", "a AND AND b*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		clauses := calls.ParseQuery(s)
		if clauses == nil && len(calls.Words(s)) > 0 {
			t.Errorf("ParseQuery(%q) lost all words", s)
		}
		for _, c := range clauses {
			if len(c.Any) == 0 {
				t.Errorf("ParseQuery(%q) has an empty clause", s)
			}
			for _, term := range c.Any {
				if len(term.Words) == 0 || strings.Join(term.Words, "") == "" {
					t.Errorf("ParseQuery(%q) has an empty term", s)
				}
			}
		}
		c := calls.Call{Title: s, Summary: s}
		calls.Snippet(&c, clauses)
		for _, m := range calls.Marks(s, clauses) {
			if m[0] < 0 || m[0] >= m[1] || m[1] > len(s) {
				t.Errorf("Marks(%q) = %v", s, m)
			}
		}
	})
}

func ExampleParseQuery() {
	for _, c := range calls.ParseQuery(`"town twinning" youth OR culture -sport`) {
		fmt.Println(c.Any, c.Not)
	}
	// Output:
	// [{[town twinning] false}] false
	// [{[youth] false} {[culture] false}] false
	// [{[sport] false}] true
}
