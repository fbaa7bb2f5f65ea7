package notify

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, plain, flowed string }{
		{"short", "a b", "a b\n", "a b\r\n"},
		{"between words", "one two three four", "one two\nthree four\n", "one two \r\nthree four\r\n"},
		{"exactly full", "1234567890 x", "1234567890\nx\n", "1234567890 \r\nx\r\n"},
		{"long word stays whole", "see https://example.org/a now", "see\nhttps://example.org/a\nnow\n", "see \r\nhttps://example.org/a \r\nnow\r\n"},
		{"cells, not bytes", "Übergrößen äö", "Übergrößen\näö\n", "Übergrößen \r\näö\r\n"},
		{"wide cells", "漢字漢字漢 x", "漢字漢字漢\nx\n", "漢字漢字漢 \r\nx\r\n"},
		{"no-break space holds", "1234567 8\u00a09", "1234567\n8\u00a09\n", "1234567 \r\n8\u00a09\r\n"},
		{"quotation is stuffed", "> a", "> a\n", " > a\r\n"},
		{"From is stuffed", "From here", "From here\n", " From here\r\n"},
		{"signature keeps its space", "-- \nx", "-- \nx\n", "-- \r\nx\r\n"},
		{"dashes are no signature", "-- 123456789012", "-- 123456789012\n", "-- 123456789012\r\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			lines := wrap(c.in, 10)
			if diff := cmp.Diff([]string{c.plain, c.flowed}, []string{plain(lines), string(flowed(lines))}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("one two three\n-- \n> x")
	f.Add("-- --  -- aaaaaaaaaaaaaaaaaaaaaaaaa")
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, "\r") || !utf8.ValidString(s) {
			t.Skip()
		}
		lines := wrap(s, 20)
		words := strings.Fields(s)
		if diff := cmp.Diff(words, strings.Fields(plain(lines))); diff != "" {
			t.Errorf("words were lost or made:\n%s", diff)
		}
		for _, l := range lines {
			if cellWidth(l.text) > 20 && strings.Contains(strings.TrimPrefix(l.text, signature), " ") {
				t.Errorf("line %q could have been broken", l.text)
			}
			if l.soft && l.text == "--" {
				t.Error("a soft line makes a signature")
			}
		}
	})
}

func TestFirstSentences(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, want string }{
		{"short stays", "One. Two.", "One. Two."},
		{"whole sentences", "Towns meet in May. They debate Europe. And they eat too much.", "Towns meet in May. They debate Europe."},
		{"abbreviation", "It helps towns, e.g. Twinned ones, as No. 3 says so in its text.", "It helps towns, e.g. Twinned ones, as…"},
		{"short word ends", "Open to towns in the EU. Others cannot apply for it now.", "Open to towns in the EU."},
		{"no end", "This sentence goes on and on and on and never comes to an end", "This sentence goes on and on and on and…"},
		{"decimal", "Up to 1.5 million for towns that plan. More is not possible.", "Up to 1.5 million for towns that plan."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := firstSentences(c.in, 40); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzFirstSentences(f *testing.F) {
	f.Add("One. Two? Three!", 8)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		if limit < 1 || limit > 1000 || !utf8.ValidString(s) {
			t.Skip()
		}
		got := firstSentences(s, limit)
		if n := utf8.RuneCountInString(got); n > limit || !utf8.ValidString(got) {
			t.Errorf("got %d runes of at most %d: %q", n, limit, got)
		}
	})
}

func TestWebAddress(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, address, host string }{
		{"plain", "https://www.example.org/a?b=c&d=e#f", "https://www.example.org/a?b=c&d=e#f", "example.org"},
		{"spaces and marks", "http://example.org/a b/it's(1)?q=x y\"z", "http://example.org/a%20b/it%27s%281%29?q=x%20y%22z", "example.org"},
		{"accents", "https://example.org/é?ü", "https://example.org/%C3%A9?%C3%BC", "example.org"},
		{"international host", "https://Exämple.org:8443/", "https://xn--exmple-cua.org:8443/", "xn--exmple-cua.org"},
		{"host with marks", "http://%27", "", ""},
		{"script", "javascript:alert(1)", "", ""},
		{"data", "data:text/html,x", "", ""},
		{"no host", "https:///a", "", ""},
		{"password", "https://user:pass@example.org/", "", ""},
		{"line break", "https://example.org/\r\nBcc: x", "", ""},
		{"relative", "/a/b", "", ""},
		{"too long", "https://example.org/" + strings.Repeat("a", longestURL), "", ""},
		{"empty", "", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			address, host := webAddress(c.in)
			if address != c.address || host != c.host {
				t.Errorf("webAddress(%q) = %q, %q, want %q, %q", c.in, address, host, c.address, c.host)
			}
		})
	}
}

func FuzzWebAddress(f *testing.F) {
	f.Add("https://example.org/a?b=c")
	f.Add("http://%27")
	f.Add("http://ex\u00e4mple.org:80/%zz")
	f.Fuzz(func(t *testing.T, s string) {
		address, _ := webAddress(s)
		if address == "" {
			return
		}
		if !strings.HasPrefix(address, "http") || strings.ContainsAny(address, " \r\n\t\"'<>()") {
			t.Errorf("webAddress(%q) = %q", s, address)
		}
		if again, _ := webAddress(address); again != "" && again != address {
			t.Errorf("read again, %q becomes %q", address, again)
		}
	})
}

func TestParsePattern(t *testing.T) {
	t.Parallel()
	p, err := parseFormat("{weekday}, {day}. x")
	if err != nil {
		t.Fatal(err)
	}
	if got := p.expand(strings.ToUpper); got != "WEEKDAY, DAY. x" {
		t.Errorf("got %q", got)
	}
	for _, bad := range []string{"", "{hours}", "{day"} {
		if _, err := parseFormat(bad); err == nil {
			t.Errorf("parseFormat(%q) gave no error", bad)
		}
	}
	for _, bad := range []string{"", "{{.Town", "{{.}}", "{{.Town | html}}", "{{.A.B}}"} {
		if _, err := parseSentence(bad); err == nil {
			t.Errorf("parseSentence(%q) gave no error", bad)
		}
	}
}

// A text that is taken comes back when each value is written as its own field: nothing is lost, nothing stands for two.
func FuzzPattern(f *testing.F) {
	for _, text := range []string{"{weekday}, {day}. x", "{{.Town}}: {{.Counts}}", "{{{.a}}}", "{{.}}{{.a}}", "{a}{", "}}{{", "", "{{.\u00e9}} \xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for open, end := range map[string]string{"{": "}", "{{.": "}}"} {
			p, err := parsePattern(text, open, end)
			if err != nil {
				continue
			}
			if again := p.expand(func(field string) string { return open + field + end }); again != text {
				t.Errorf("%q is read as %q", text, again)
			}
		}
	})
}

func TestMovedDays(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, old, new, before, after string }{
		{"one moved", "a,b", "c,b", "a", "c"},
		{"one added", "a", "a,b", "a", "a,b"},
		{"one dropped", "a,b", "b", "a,b", "b"},
		{"first stated", "", "a", "", "a"},
		{"all differ", "a,b", "c", "a,b", "c"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			before, after := movedDays(c.old, c.new)
			if got := strings.Join(before, ",") + ">" + strings.Join(after, ","); got != c.before+">"+c.after {
				t.Errorf("got %s, want %s>%s", got, c.before, c.after)
			}
		})
	}
}
