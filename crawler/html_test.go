package crawler

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPlainText(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, markup, want string }{
		{"nothing", "", ""},
		{"no markup", "Towns & villages, a < b", "Towns & villages, a < b"},
		{"paragraphs", "<p>One.</p><p>Two.</p>", "One.\nTwo."},
		{"list", "<ul><li>Bread</li><li>Salt</li></ul>", "Bread\nSalt"},
		{"heading glued to text", `<span class="topicdescriptionkind">Scope:</span>Towns meet.`, "Scope: Towns meet."},
		{"break written twice", "One<br></br>two", "One\ntwo"},
		{"line break in markup is a space", "<p>One\n   two</p>", "One two"},
		{"emphasis inside a word", "H<sub>2</sub>O and <b>T</b>own", "H2O and Town"},
		{"emphasis between words", "the<strong> open </strong>call", "the open call"},
		{"link before a full stop", `See <a href="https://example.org">the guide</a>.`, "See the guide."},
		{"link in brackets", `Rules (<a href="#">annex</a>)`, "Rules (annex)"},
		{"neighbouring links", `<a>One</a><a>two</a>`, "One two"},
		{"table", "<table><tr><td>Grant</td><td>5000</td></tr><tr><td>Share</td><td>90 %</td></tr></table>", "Grant 5000\nShare 90 %"},
		{"entities", "Caf&eacute;&nbsp;&amp;&#xa0;Bar &#8211; &euro;5", "Café & Bar – €5"},
		{"entities encoded twice", "Research &amp;amp; Innovation&amp;nbsp;now", "Research & Innovation now"},
		{"tags encoded", "&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two &amp;amp; three.&lt;/p&gt;", "One.\nTwo & three."},
		{"script and style", "<style>p{color:red}</style>Text<script>alert('<p>no</p>')</script> end", "Text end"},
		{"script left open", "Text<script>alert(1)", "Text"},
		{"hidden elements", "a<noscript><p>b</p></noscript><template><i>c</i></template> d", "a d"},
		{"script encoded", "Text&lt;script&gt;alert(1)&lt;/script&gt; end", "Text end"},
		{"comment", "a<!-- <p>b</p> -->c", "ac"},
		{"stray bracket in a class", `<div class="eui-u-mt-l>"><h4>Conditions</h4></div>`, "Conditions"},
		{"broken tag", "a <b", "a"},
		{"terminal escapes", "<p>\x1b[31mred\x1b[0m &#27;[2Jgone</p>", "red gone"},
		{"direction and invisible characters", "a\u202eb\u200bc\ufeffd", "abcd"},
		{"no UTF-8", "a\xff\xfeb", "ab"},
		{"control characters", "a\x00b\x07c", "abc"},
		{"white space alone", " \n\t&nbsp;<br> ", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := plainText(tc.markup); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestPlainTextIsBounded(t *testing.T) {
	t.Parallel()
	for name, markup := range map[string]string{
		"one word":   strings.Repeat("ä", longestField),
		"many words": strings.Repeat("wort ", longestField),
		"many tags":  strings.Repeat("<b>", longestField) + "x",
	} {
		if got := plainText(markup); len(got) > longestField || !utf8.ValidString(got) {
			t.Errorf("%s: got %d bytes, valid: %v, want at most %d, valid", name, len(got), utf8.ValidString(got), longestField)
		}
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	sentence := "Towns and their twin towns meet to speak about Europe. "
	for _, tc := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"heading passed over", "Expected Outcome:\n" + sentence, strings.TrimSpace(sentence)},
		{"short line passed over", "Objective\n" + sentence + "\nMore follows here, and it is long enough too.", strings.TrimSpace(sentence)},
		{"only a short line", "Scope:\nTowns meet.", "Towns meet."},
		{"only headings", "Scope:\nObjective:", ""},
		{"cut after a sentence", strings.Repeat(sentence, 20), strings.TrimSpace(strings.Repeat(sentence, 10))},
		{"cut after a word", strings.Repeat("Städte ", 200), strings.TrimSpace(strings.Repeat("Städte ", 85)) + "…"},
		{"one endless word", strings.Repeat("ä", 700), strings.Repeat("ä", 600) + "…"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := summary(tc.text); got != tc.want {
				t.Errorf("got %q (%d runes), want %q", got, utf8.RuneCountInString(got), tc.want)
			}
		})
	}
}

func FuzzPlainText(f *testing.F) {
	for _, seed := range []string{
		"<p>One</p><p>Two</p>", "&amp;lt;p&amp;gt;", "<script>x</script", "\x1b]0;t\x07", "<!--", "a\u202eb", "<style><p>", "&#0;&#x1b;[2J", "\xff<\xfe>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, markup string) {
		text := plainText(markup)
		if !utf8.ValidString(text) || len(text) > longestField {
			t.Fatalf("%q became %d bytes, valid: %v", markup, len(text), utf8.ValidString(text))
		}
		for _, r := range text {
			if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
				t.Fatalf("%q became %q with %U in it", markup, text, r)
			}
		}
		if s := summary(text); utf8.RuneCountInString(s) > longestSummary+1 || strings.Contains(s, "\n") {
			t.Fatalf("%q has the summary %q", markup, s)
		}
	})
}

func BenchmarkPlainText(b *testing.B) {
	markup := strings.Repeat(`<p>Proposals should <strong>bring together</strong> towns &amp; <a href="https://example.org">their twins</a>.</p>`, 100)
	b.SetBytes(int64(len(markup)))
	for b.Loop() {
		plainText(markup)
	}
}
