package calls_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
)

// taken shows a query as one line: conditions, words, and how many remarks.
func taken(q calls.Query) string {
	var all []string
	for _, c := range q.Qualifiers {
		s := c.Name + ":" + strings.Join(c.Values, ",")
		if c.Not {
			s = "-" + s
		}
		all = append(all, s)
	}
	return fmt.Sprintf("[%s] %s (%d)", strings.Join(all, " "), written(q.Clauses), len(q.Remarks))
}

func TestReadQuery(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"words only", `town "twinning city" -sport`, "[] town & twinning city & -(sport) (0)"},
		{"between words", "town programme:CERV youth", "[programme:CERV] town & youth (0)"},
		{"several values", "programme:CERV,LIFE,,", "[programme:CERV,LIFE]  (0)"},
		{"left out", "town -programme:HORIZON", "[-programme:HORIZON] town (0)"},
		{"capitals in the name", "Programme:cerv", "[programme:cerv]  (0)"},
		{"quoted value", `topic:"town-twinning" youth`, "[topic:town-twinning] youth (0)"},
		{"typographic quotes", "source:“my-region”", "[source:my-region]  (0)"},
		{"dates", "deadline:>=2027-01-01 deadline:..2027-02", "[deadline:>=2027-01-01 deadline:..2027-02]  (0)"},
		{"with a hyphen", "min-grant:50000", "[min-grant:50000]  (0)"},
		{"quoted is a phrase", `"status:open"`, "[] status open (0)"},
		{"title with a colon", "Europe: now", "[] europe & now (0)"},
		{"versions and languages", "Web 4.0 C++ 14:30", "[] web & 4.0 & c++ & 14 30 (0)"},
		{"address", "https://example.org/new:x", "[] https example org new x (0)"},
		{"key of a call", "portal:51050034TOPICSen", "[] portal 51050034topicsen (0)"},
		{"slip in the name", "programe:CERV", "[] programe cerv (1)"},
		{"no value", "topic: youth", "[] topic & youth (1)"},
		{"no value at the end", "youth status:", "[] youth & status (1)"},
		{"value of commas", "topic:,", "[] topic (1)"},
		{"country", "country:FR,UK town", "[country:FR,UK] town (0)"},
		{"or of one kind", "programme:CERV OR programme:LIFE", "[programme:CERV programme:LIFE]  (0)"},
		{"or of two kinds", "programme:CERV OR topic:youth", "[programme:CERV topic:youth]  (1)"},
		{"or with a word", "youth OR programme:CERV", "[programme:CERV] youth (1)"},
		{"and", "youth AND programme:CERV AND town", "[programme:CERV] youth & town (0)"},
		{"or elsewhere stays", "programme:CERV town OR city", "[programme:CERV] town|city (0)"},
		{"nothing but quotes", `topic:""`, "[] topic (1)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := taken(calls.ReadQuery(tt.in)); got != tt.want {
				t.Errorf("ReadQuery(%q) = %s, want %s", tt.in, got, tt.want)
			}
		})
	}
}

// A condition is written so that it is read as the same one.
func TestQualifiersAreWrittenAsTheyAreRead(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"programme:CERV,LIFE": "programme:CERV,LIFE", "-Topic:youth": "-topic:youth", "deadline:..60d": "deadline:..60d",
		`topic:"town twinning,youth"`: `topic:"town twinning,youth"`,
	} {
		first := calls.ReadQuery(typed)
		got := first.Qualifiers[0].String()
		if again := calls.ReadQuery(got); got != want || !cmp.Equal(again, first) {
			t.Errorf("%s is written %s, want %s, and read as %+v, want %+v", typed, got, want, again, first)
		}
	}
}

func TestRemarksNameTheRightWriting(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"programe:CERV": "did you mean programme:CERV?",
		"deadlin:30d":   "did you mean deadline:30d?",
		"topic: youth":  "no space behind its colon",
	} {
		q := calls.ReadQuery(in)
		if len(q.Remarks) != 1 || !strings.Contains(q.Remarks[0], want) {
			t.Errorf("ReadQuery(%q) remarks %q, want one with %q", in, q.Remarks, want)
		}
	}
}

// Without a condition a query means what it always meant, and what is found keeps the promises of its type.
func FuzzReadQuery(f *testing.F) {
	for _, s := range []string{"programme:CERV OR town", `topic:"a b"c -x:y`, "status:,,", "a:b:c", "-deadline:<1..", `new:"`, "\xff:\xff", "OR status:open AND"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q := calls.ReadQuery(s)
		if q.Qualifiers == nil {
			if diff := cmp.Diff(calls.ParseQuery(s), q.Clauses); diff != "" {
				t.Errorf("ReadQuery(%q) reads words otherwise than ParseQuery:\n%s", s, diff)
			}
		}
		for _, c := range q.Qualifiers {
			if len(c.Values) == 0 {
				t.Errorf("ReadQuery(%q): %s has no value", s, c.Name)
			}
			for _, v := range c.Values {
				if v == "" {
					t.Errorf("ReadQuery(%q): %s has an empty value", s, c.Name)
				}
			}
		}
	})
}
