package main

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestPagerCommand(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		environ []string
		want    []string
	}{
		{nil, nil},
		{[]string{"PAGER="}, nil},
		{[]string{"PAGER=cat"}, nil},
		{[]string{"PAGER=less -R"}, []string{"less", "-R"}},
		{[]string{"PAGER=less", "FUNDWATCH_PAGER=more"}, []string{"more"}},
		{[]string{"FUNDWATCH_PAGER=", "PAGER=less"}, nil},
		{[]string{"PAGER=less", "FUNDWATCH_PAGER=cat"}, nil},
	} {
		if got := pagerCommand(surroundings{environ: tt.environ}); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.environ, got, tt.want)
		}
	}
}

func TestPagerEnvironment(t *testing.T) {
	t.Parallel()
	if got := pagerEnvironment([]string{"A=1"}); !slices.Equal(got, []string{"A=1", "LESS=FRX", "LV=-c"}) {
		t.Errorf("got %q", got)
	}
	if got := pagerEnvironment([]string{"LESS=", "LV=x"}); !slices.Equal(got, []string{"LESS=", "LV=x"}) {
		t.Errorf("what the user said was changed: %q", got)
	}
}

func TestSplitCommand(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"":                            nil,
		"  ":                          nil,
		"less -R":                     {"less", "-R"},
		`less "--prompt=a b" 'c\d'`:   {"less", "--prompt=a b", `c\d`},
		`a\ b "x\"y" ""`:              {"a b", `x"y`, ""},
		`"C:\\Program Files\\x" y''z`: {`C:\Program Files\x`, "yz"},
		`open "quote`:                 {"open", "quote"},
	} {
		if got := splitCommand(in); !slices.Equal(got, want) {
			t.Errorf("splitCommand(%q) = %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		words := rapid.SliceOfN(rapid.String(), 1, 4).Draw(r, "words")
		var quoted []string
		for _, w := range words {
			quoted = append(quoted, "'"+strings.ReplaceAll(w, "'", `'\''`)+"'")
		}
		if diff := cmp.Diff(words, splitCommand(strings.Join(quoted, " "))); diff != "" {
			r.Fatal(diff)
		}
	})
}

// A pager gets what is longer than the terminal, and only that; whatever becomes of it, nothing is lost and
// nothing is an error.
func TestPaged(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("line\n", 2000)
	for name, tt := range map[string]struct {
		pager string
		text  string
		want  string
		errs  bool
	}{
		"short":          {"sed s/^/P/", "one\n", "one\n", false},
		"long":           {"sed -n 2s/^/P/p", long, "Pline\n", false},
		"left early":     {"head -n 1", long, "line\n", false},
		"leaves at once": {"true", long, "", false},
		"fails":          {"false", long, "", false},
		"cannot start":   {"no-such-pager-here", long, long, true},
		"none":           {"", long, long, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			l := &launcher{surroundings{environ: []string{"PAGER=" + tt.pager, "PATH=/usr/bin:/bin"}, out: &out, err: &errs}, &globals{}}
			sc := &screen{out: &out, tty: true, width: 80, height: 10}
			err := l.paged(sc, func() error { _, err := sc.out.Write([]byte(tt.text)); return err })
			if err != nil || out.String() != tt.want || (errs.Len() > 0) != tt.errs || sc.out != &out {
				t.Errorf("%v, %d bytes, want %d; said %q", err, out.Len(), len(tt.want), errs.String())
			}
		})
	}
	sc := &screen{tty: true, height: 1}
	l := &launcher{surroundings{environ: []string{"PAGER=more"}}, &globals{}}
	broken := errors.New("broken")
	if err := l.paged(sc, func() error { return broken }); !errors.Is(err, broken) {
		t.Errorf("an error of printing became %v", err)
	}
}

func TestBrowsers(t *testing.T) {
	t.Parallel()
	const address = "https://example.org/a b'$(x)"
	for named, want := range map[string][][]string{
		"firefox":              {{"firefox", address}},
		"lynx -x:'a b' --u=%s": {{"lynx", "-x", address}, {"a b", "--u=" + address}},
		"::":                   nil,
	} {
		l := &launcher{surroundings{environ: []string{"BROWSER=" + named}}, &globals{}}
		if diff := cmp.Diff(want, l.browsers(address)); diff != "" {
			t.Errorf("%s:\n%s", named, diff)
		}
	}
	for address, want := range map[string]bool{
		"https://example.org/": true, "http://example.org": true, "file:///etc/passwd": false, "javascript:alert(1)": false,
		"": false, "https:": false, "-x": false, "HTTPS://example.org/": true, "//example.org": false,
	} {
		if got := isWebAddress(address); got != want {
			t.Errorf("isWebAddress(%q) = %v", address, got)
		}
	}
}
