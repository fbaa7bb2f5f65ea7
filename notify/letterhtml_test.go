package notify_test

import (
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"fundwatch/calls"
	"fundwatch/notify"
)

func parseHTML(t *testing.T, s string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func elements(n *html.Node, name string) []*html.Node {
	var found []*html.Node
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && (name == "" || c.Data == name) {
			found = append(found, c)
		}
	}
	return found
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// oneLine undoes wrapping: what differs then differs in words.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestTextSaysAllThatHTMLSays(t *testing.T) {
	t.Parallel()
	composer := newComposer(t, letterSettings())
	for _, lang := range notify.Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			m := compose(t, composer, mixedDigest(t, "Montbéliard", "FR", lang))
			text := oneLine(m.Text)
			for line := range strings.Lines(m.Text) {
				line = strings.TrimSuffix(line, "\n")
				if n := utf8.RuneCountInString(line); n > 72 && strings.Contains(line, " ") {
					t.Errorf("line of %d cells could be broken: %q", n, line)
				}
			}
			body := elements(parseHTML(t, m.HTML), "body")[0]
			for _, a := range elements(body, "a") {
				if href := attribute(a, "href"); !strings.Contains(m.Text, "\n"+href+"\n") {
					t.Errorf("address %q does not stand alone on a line of the text", href)
				}
			}
			checked := 0
			for _, name := range []string{"h1", "h2", "h3", "p", "li"} {
				for _, n := range elements(body, name) {
					checked++
					if want := oneLine(textOf(n)); !strings.Contains(text, want) {
						t.Errorf("the text lacks <%s> %q", name, want)
					}
				}
			}
			if checked < 30 {
				t.Errorf("only %d elements were compared", checked)
			}
		})
	}
}

func TestHTMLIsAccessibleAndSelfContained(t *testing.T) {
	t.Parallel()
	composer := newComposer(t, letterSettings())
	for _, lang := range notify.Languages() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			m := compose(t, composer, mixedDigest(t, "Montbéliard", "FR", lang))
			if !strings.HasPrefix(m.HTML, "<!doctype html>\n<html lang=\""+lang+"\" dir=\"ltr\">") {
				t.Errorf("the document begins %.60q", m.HTML)
			}
			doc := parseHTML(t, m.HTML)
			for _, name := range []string{"img", "script", "link", "iframe", "form", "video", "object", "base", "svg"} {
				if len(elements(doc, name)) > 0 {
					t.Errorf("the document has a <%s>", name)
				}
			}
			if strings.Contains(m.HTML, "url(") || strings.Contains(m.HTML, "@import") {
				t.Error("the styles fetch something")
			}
			if got := oneLine(textOf(elements(doc, "title")[0])); got != oneLine(m.Delivery.Subject) {
				t.Errorf("title is %q, want the subject %q", got, m.Delivery.Subject)
			}
			if h1, h2, h3 := len(elements(doc, "h1")), len(elements(doc, "h2")), len(elements(doc, "h3")); h1 != 1 || h2 != 5 || h3 != 5 { // the reminder and the opening are lines only
				t.Errorf("got %d h1, %d h2, %d h3, want 1, 5, 5", h1, h2, h3)
			}
			for _, table := range elements(doc, "table") {
				if attribute(table, "role") != "presentation" {
					t.Error("a layout table is not marked role=presentation")
				}
			}
			checkQuotes(t, doc, lang)
			checkLinks(t, doc)
			checkTypeSizes(t, m.HTML)
		})
	}
}

func checkQuotes(t *testing.T, doc *html.Node, lang string) {
	t.Helper()
	for _, h3 := range elements(doc, "h3") {
		marked := slices.ContainsFunc(elements(h3, "span"), func(n *html.Node) bool { return attribute(n, "lang") == "en" })
		if marked != (lang != "en") {
			t.Errorf("title %q in a letter in %s: marked as English is %t", textOf(h3), lang, marked)
		}
	}
}

func checkLinks(t *testing.T, doc *html.Node) {
	t.Helper()
	seen := map[string]bool{}
	for _, a := range elements(doc, "a") {
		name := oneLine(textOf(a))
		if seen[name] {
			t.Errorf("two links are called %q", name)
		}
		seen[name] = true
		u, err := url.Parse(attribute(a, "href"))
		if err != nil || u.Scheme != "https" {
			t.Errorf("link %q goes to %q", name, attribute(a, "href"))
		}
	}
}

var fontSize = regexp.MustCompile(`font-size:(\d+)(\w+)`)

func checkTypeSizes(t *testing.T, document string) {
	t.Helper()
	sizes := fontSize.FindAllStringSubmatch(document, -1)
	if len(sizes) == 0 {
		t.Fatal("no font size found")
	}
	for _, s := range sizes {
		if n, err := strconv.Atoi(s[1]); err != nil || n < 16 || s[2] != "px" {
			t.Errorf("%s is below 16px", s[0])
		}
	}
}

func TestEveryTextHasContrastInBothSchemes(t *testing.T) {
	t.Parallel()
	d := manyCalls(t, 60, "de") // with short calls, too
	m := compose(t, newComposer(t, letterSettings()), d)
	doc := parseHTML(t, m.HTML)
	dark := darkRules(t, m.HTML)
	for _, scheme := range []string{"light", "dark"} {
		checked := 0
		for n := range elements(doc, "body")[0].Descendants() {
			if n.Type != html.TextNode || strings.TrimSpace(n.Data) == "" || hidden(n) {
				continue
			}
			checked++
			rules := dark
			if scheme == "light" {
				rules = nil
			}
			text, ground := inherited(n, "color", rules), inherited(n, "background-color", rules)
			if ratio := contrast(t, text, ground); ratio < 4.5 {
				t.Errorf("%s: %q has contrast %.2f (%s on %s), want 4.5", scheme, n.Data, ratio, text, ground)
			}
		}
		if checked < 100 {
			t.Errorf("%s: only %d texts were checked", scheme, checked)
		}
	}
}

var (
	darkBlock = regexp.MustCompile(`(?s)@media \(prefers-color-scheme:dark\)\{\n(.*?)\n\}`)
	classRule = regexp.MustCompile(`(?m)^\.(\w+)\{(.*)\}$`)
)

// darkRules returns the declarations of the dark scheme by class.
func darkRules(t *testing.T, document string) map[string]map[string]string {
	t.Helper()
	block := darkBlock.FindStringSubmatch(document)
	if block == nil {
		t.Fatal("no dark scheme found")
	}
	rules := map[string]map[string]string{}
	for _, rule := range classRule.FindAllStringSubmatch(block[1], -1) {
		rules[rule[1]] = declarations(strings.ReplaceAll(rule[2], "!important", ""))
	}
	return rules
}

func declarations(style string) map[string]string {
	all := map[string]string{}
	for declaration := range strings.SplitSeq(style, ";") {
		if name, value, ok := strings.Cut(declaration, ":"); ok {
			all[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return all
}

func hidden(n *html.Node) bool {
	for a := range n.Ancestors() {
		if declarations(attribute(a, "style"))["display"] == "none" {
			return true
		}
	}
	return false
}

// inherited returns the value of the nearest ancestor that sets the property, with the rules of a
// scheme before the inline style, as !important has it.
func inherited(n *html.Node, property string, rules map[string]map[string]string) string {
	for a := range n.Ancestors() {
		for class := range strings.FieldsSeq(attribute(a, "class")) {
			if v := rules[class][property]; v != "" {
				return v
			}
		}
		if v := declarations(attribute(a, "style"))[property]; v != "" {
			return v
		}
	}
	return ""
}

// contrast returns the ratio of WCAG 2.2, 1 to 21.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	light, darker := luminance(t, a), luminance(t, b)
	if light < darker {
		light, darker = darker, light
	}
	return (light + 0.05) / (darker + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	var r, g, b int
	if n, err := fmt.Sscanf(colour, "#%02x%02x%02x", &r, &g, &b); n != 3 || err != nil {
		t.Fatalf("colour %q: %v", colour, err)
	}
	linear := func(v int) float64 {
		c := float64(v) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func TestSixtyCallsAreAllNamedBelowTheLimit(t *testing.T) {
	t.Parallel()
	d := manyCalls(t, 60, "de")
	m := compose(t, newComposer(t, letterSettings()), d)
	if len(m.HTML) >= 80_000 {
		t.Errorf("HTML has %d bytes, want fewer than 80000", len(m.HTML))
	}
	doc := parseHTML(t, m.HTML)
	page, full := oneLine(textOf(elements(doc, "body")[0])), len(elements(doc, "h3"))
	if full != 12 {
		t.Errorf("%d calls are told in full, want the twelve that matter most", full)
	}
	for _, items := range [][]calls.Item{d.New, d.Changed, d.Closing, d.Opening} {
		for _, one := range items {
			for what, text := range map[string]string{"HTML": page, "text": oneLine(m.Text)} {
				if !strings.Contains(text, one.Call.Title) {
					t.Errorf("the %s part does not name %q", what, one.Call.Title)
				}
			}
			if !strings.Contains(m.HTML, `href="`+one.Call.URL+`"`) {
				t.Errorf("the HTML part does not link %q", one.Call.Title)
			}
		}
	}
	for i, n := range elements(doc, "h3")[:2] { // the best keep their place
		if want := d.New[i].Call.Title; !strings.Contains(textOf(n), want) {
			t.Errorf("card %d is %q, want %q", i+1, textOf(n), want)
		}
	}
}
