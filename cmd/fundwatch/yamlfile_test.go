package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadYAMLKeepsTextAsWritten(t *testing.T) {
	t.Parallel()
	const text = "a: 08118048\nb: 1.10\nc: NO\nd: ~\ne: |\n  x\n  y\nf: [1e3, 0x1F, .inf, true]\n\"g\": {}\n1: \"\\u00e9\"\n"
	got, problems := readYAML("f", []byte(text))
	if problems != nil {
		t.Fatal(problems)
	}
	scalar := func(line int, text string) yamlNode { return yamlNode{kind: yamlScalar, line: line, text: text} }
	want := yamlNode{kind: yamlMap, line: 1, pairs: []yamlPair{
		{"a", 1, scalar(1, "08118048")}, {"b", 2, scalar(2, "1.10")}, {"c", 3, scalar(3, "NO")}, {"d", 4, yamlNode{kind: yamlNull, line: 4}},
		{"e", 5, scalar(5, "x\ny\n")},
		{"f", 8, yamlNode{kind: yamlList, line: 8, items: []yamlNode{scalar(8, "1e3"), scalar(8, "0x1F"), scalar(8, ".inf"), scalar(8, "true")}}},
		{"g", 9, yamlNode{kind: yamlMap, line: 9, pairs: []yamlPair{}}},
		{"1", 10, scalar(10, "é")},
	}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(yamlNode{}, yamlPair{})); diff != "" {
		t.Errorf("readYAML (-want +got):\n%s", diff)
	}
}

func TestReadYAMLRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"tab", "a:\n\tb: 1\n", "f:2: a tab stands where YAML wants spaces (indent with spaces)"},
		{"open quote", "a: 'x\n", "f:1: the YAML is broken here"},
		{"tag", "a: !!binary x\n", "f:1: tags (!) are not used here (put text that begins with ! in quotes)"},
		{"merge key", "<<: {a: 1}\n", "f:1: merge keys (<<) are not used here (write the keys out)"},
		{"key that is a list", "? [a]\n: b\n", "f:"},
		{"directive", "%YAML 1.2\n---\na: 1\n", "f:1: this kind of YAML is not used here"},
		{"Windows line ends", "a: 1\r\na: 2\r\n", "f:2: a: already given on line 1 (remove one of the two)"},
		{"depth by keys", strings.Repeat("? ", 5000), "f:1: brackets, lists or sections are nested too deeply"},
		{"depth by indentation", staircase("a:"), "f:33: brackets, lists or sections are nested too deeply"},
		{"lists by indentation", staircase("-"), "f:33: brackets, lists or sections are nested too deeply"},
		{"keys without end", strings.Repeat("a: b\n", 100000), "f:1001: a section has too many keys"},
		{"keys without end in a list", "- a: 1\n" + strings.Repeat("  b:\n", 100000), "f:1001: a section has too many keys"},
		{"complex keys without end", strings.Repeat("? a\n", 100000), "f:1001: a section has too many keys"},
		{"depth over lines", strings.Repeat("[\n", 5000), "f:33: brackets, lists or sections are nested too deeply"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, problems := readYAML("f", []byte(test.text))
			if len(problems) == 0 || !strings.HasPrefix(problems.Error(), test.want) {
				t.Errorf("readYAML(%.40q): %v, want %s", test.text, problems, test.want)
			}
		})
	}
}

// staircase repeats a sign on a hundred lines, each indented further.
func staircase(sign string) string {
	var b strings.Builder
	for i := range 100 {
		b.WriteString(strings.Repeat(" ", i) + sign + "\n")
	}
	return b.String()
}

func TestReadYAMLLongList(t *testing.T) {
	t.Parallel()
	const towns = 3000
	for _, text := range []string{
		strings.Repeat("- a: 1\n  # c\n  b:\n    - 2\n    - 3\n", towns), strings.Repeat("-\n  a: 1\n", towns), strings.Repeat("- x\n", towns),
	} {
		root, problems := readYAML("f", []byte(text))
		if problems != nil || len(root.items) != towns {
			t.Errorf("readYAML of %.20q...: %d items, %v; want %d", text, len(root.items), problems, towns)
		}
	}
}

// FuzzReadYAML wants no panic, and every scalar that is accepted to survive being quoted.
func FuzzReadYAML(f *testing.F) {
	for _, seed := range []string{"a: b\n", "- [a, {b: c}]\n", "a: |\n x\n", "? a\n: b\n", "{\"a\": \"\\ud83d\\ude00\"}", "a: &b *c\n", "\"\\x\"", "%YAML 1.2\n---\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		root, problems := readYAML("f", data)
		if problems == nil {
			checkQuoting(t, root)
		}
	})
}

func checkQuoting(t *testing.T, n yamlNode) {
	t.Helper()
	if n.kind == yamlScalar && !strings.ContainsFunc(n.text, invisible) && !strings.ContainsFunc(n.text, harmless) {
		for _, quoted := range []string{yamlFlow([]string{n.text}), "- " + jsonQuote(n.text) + "\n"} {
			again, problems := readYAML("f", []byte(quoted))
			if problems != nil || len(again.items) != 1 || again.items[0].text != n.text {
				t.Fatalf("%q written as %s is read as %+v, %v", n.text, quoted, again, problems)
			}
		}
	}
	for _, item := range n.items {
		checkQuoting(t, item)
	}
	for _, pair := range n.pairs {
		checkQuoting(t, pair.value)
	}
}

// FuzzLoadConfig wants no panic and no secret in what is said about a broken file.
func FuzzLoadConfig(f *testing.F) {
	f.Add("mail:\n  smtp: {port: 1, username: u, password: PASSWORD}\n")
	f.Add("mail:\n  smtp: {port:password: PASSWORD} ")
	f.Add("mail:\n  smtp:\n    port: 587\n      password: PASSWORD\n")
	f.Add("mail:\n  smtp:\n   \"port: 587\n   password: PASSWORD\" : x\n")
	f.Fuzz(func(t *testing.T, text string) {
		path := writeConfig(t, text)
		_, err := LoadConfig(path, homeOnly)
		secret := strings.Count(text, "PASSWORD") == 1 && strings.Contains(text, " password: PASSWORD")
		if err != nil && secret && strings.Contains(err.Error(), "PASSWORD") {
			t.Fatalf("the secret is in %v", err)
		}
	})
}
