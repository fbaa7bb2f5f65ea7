package calls_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fundwatch/calls"
)

// A label says what a town would think of being offered a call.
type label int

const (
	mustNot label = iota
	either
	must
)

// A labelledCall is one line of testdata/relevance/calls.tsv.
type labelledCall struct {
	calls.Call
	handle   string
	forTowns bool
	about    map[string]bool // by subject: true if it is about it, false if it only touches it
}

// A labelledTown is one block of testdata/relevance/towns.txt.
type labelledTown struct {
	calls.Municipality
	said map[string][]string // the rest of the lines, by first word: words for subjects and handles
}

func relevanceFile(t testing.TB, name string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "relevance", name))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimRight(line, "\n"); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return lines
}

// labelledCalls reads calls.tsv; every call is classified as the crawl does.
func labelledCalls(t testing.TB, topics *calls.Topics) []labelledCall {
	t.Helper()
	var list []labelledCall
	handles := map[string]bool{}
	for _, line := range relevanceFile(t, "calls.tsv") {
		f := strings.Split(line, "\t")
		if len(f) != 10 || handles[f[0]] || f[6] != "y" && f[6] != "n" {
			t.Fatalf("calls.tsv: want 10 fields, a handle of its own, y or n: %s", line)
		}
		handles[f[0]] = true
		c := labelledCall{handle: f[0], forTowns: f[6] == "y", about: map[string]bool{}, Call: calls.Call{
			Key: calls.Key{Source: "corpus", Reference: f[0]}, Identifier: notDash(f[1]), Programme: notDash(f[2]),
			Language: f[5], Title: f[8], Summary: f[9],
		}}
		if most, err := strconv.ParseInt(f[3], 10, 64); err == nil {
			c.GrantMax = calls.Known(most)
		}
		for subject := range strings.SplitSeq(f[7], ",") {
			name, touches := strings.CutSuffix(subject, "?")
			c.about[name] = !touches
		}
		c.Topics = topics.Classify(&c.Call)
		list = append(list, c)
	}
	return list
}

func notDash(s string) string { return strings.TrimPrefix(s, "-") }

// labelledTowns reads towns.txt. A word of it that no call knows is a slip of the pen.
func labelledTowns(t testing.TB, list []labelledCall) []labelledTown {
	t.Helper()
	known := map[string]bool{"*": true}
	for i := range list {
		known[list[i].handle] = true
		for subject := range list[i].about {
			known[subject] = true
		}
	}
	var towns []labelledTown
	for _, line := range relevanceFile(t, "towns.txt") {
		if line[0] == '[' {
			id := strings.Trim(line, "[]")
			towns = append(towns, labelledTown{town(id, calls.Interests{}), map[string][]string{}})
			continue
		}
		key, rest, _ := strings.Cut(line, " ")
		rest = strings.TrimSpace(rest)
		last := &towns[len(towns)-1]
		if key == "who" || last.profile(t, key, rest) {
			continue
		}
		words := strings.Fields(rest)
		for _, w := range words {
			if !known[w] {
				t.Errorf("towns.txt: %s: no call is called or about %q", last.ID, w)
			}
		}
		last.said[key] = append(last.said[key], words...)
	}
	return towns
}

// profile reads a line that the town put into its profile; false if it is none.
func (lt *labelledTown) profile(t testing.TB, key, rest string) bool {
	t.Helper()
	in := &lt.Interests
	switch key {
	case "topic":
		in.Topics = append(in.Topics, rest)
	case "keyword":
		in.Keywords = append(in.Keywords, rest)
	case "exclude":
		in.Exclude = append(in.Exclude, rest)
	case "programme":
		in.Programmes = append(in.Programmes, rest)
	case "everything":
		in.Everything = rest == "yes"
	case "min_grant":
		euro, err := strconv.ParseInt(rest, 10, 64)
		if err != nil {
			t.Fatalf("towns.txt: %s: min_grant %q", lt.ID, rest)
		}
		in.MinGrant = euro
	case "wants", "may", "named", "never", "in", "out", "either", "first":
		return false
	default:
		t.Fatalf("towns.txt: %s: unknown word %q", lt.ID, key)
	}
	return true
}

// label judges a call for a town by the rule of testdata/relevance/README.md.
func (lt *labelledTown) label(c *labelledCall) label {
	says := func(key string) bool { return slices.Contains(lt.said[key], c.handle) }
	about := func(key string, fully bool) bool {
		return slices.ContainsFunc(lt.said[key], func(subject string) bool {
			is, there := c.about[subject]
			return subject == "*" || there && (is || !fully)
		})
	}
	in := &lt.Interests
	switch {
	case says("in"):
		return must
	case says("either"):
		return either
	case says("out"),
		len(in.Programmes) > 0 && !slices.Contains(in.Programmes, c.Programme),
		c.GrantMax.Known && c.GrantMax.N < in.MinGrant,
		about("never", true):
		return mustNot
	case c.forTowns && about("wants", true):
		return must
	case c.forTowns && (about("wants", false) || about("may", false)), about("named", true):
		return either
	}
	return mustNot
}
