package calls

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// The inside is the point: the built-in data has no faults to show.
func TestTopicsDataFaultsAreAllTold(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"interests/topics.txt": {Data: []byte("group civic Citizens\nseed yes\n[a]\ngroup none\nidentifier (\nstrong *\nsdg x\nlone\ncolour red\n[a]\n")},
		"interests/en.txt":     {Data: []byte("language en\n[a]\nlabel A\nlabel B\nword ab*\n[b]\nlabel C\n")},
		"interests/de.txt":     {Data: []byte("language fr\n[a]\nwort Wort\n")},
	}
	topics, err := loadTopics(files)
	problems := []string{
		"interests/topics.txt:2: ", "interests/topics.txt:4: unknown group", "interests/topics.txt:5: ",
		"interests/topics.txt:6: strong", "interests/topics.txt:7: sdg", "interests/topics.txt:8: \"lone\"",
		"interests/topics.txt:9: unknown key \"colour\"", "interests/topics.txt:10: topic \"a\" is already",
		"interests/en.txt:4: topic a has a label", "interests/en.txt:5: word", "interests/en.txt:6: unknown topic \"b\"",
	}
	for _, p := range problems {
		if err == nil || !strings.Contains(err.Error(), p) {
			t.Errorf("error lacks %q:\n%v", p, err)
		}
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != len(problems) {
		t.Errorf("%d problems, want %d:\n%v", n, len(problems), err)
	}
	err = topics.Check()
	for _, p := range []string{"interests/de.txt:3: unknown key \"wort\"", "interests/de.txt: language is \"fr\", want \"de\""} {
		if err == nil || !strings.Contains(err.Error(), p) {
			t.Errorf("Check lacks %q:\n%v", p, err)
		}
	}
}

// Leafing and the index must answer alike. Every word of the data would take seconds: some do.
func TestMeaningByLeafingAndByIndex(t *testing.T) {
	t.Parallel()
	topics, err := LoadTopics()
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, code := range append(topics.languageFiles(), "en", "topics") {
		facts, _ := readFacts(topics.files, code+".txt")
		for i := len(code); i < len(facts); i += 61 {
			words = append(words, facts[i].value, strings.TrimRight(facts[i].value, "*")+"x")
		}
	}
	words = append(words, "oel", "Öl", "meuble", "such", "testvérvárosi", "Buergerbegegnungen", "e-government", "",
		"efficienza energetica", "Energieeffizienz und", "adaptation", "zwischen Bürgern", "Bezirke Staedte")
	means := 0
	for _, w := range words {
		p, err := ParsePattern(w)
		if err != nil {
			continue
		}
		leafed, indexed := make([]bool, len(topics.topics)), make([]bool, len(topics.topics))
		topics.leaf(p, leafed)
		for _, form := range p.forms {
			topics.meanings().find(form, indexed)
		}
		if !slices.Equal(leafed, indexed) {
			t.Errorf("%q: leafing finds %v, the index %v", w, leafed, indexed)
		}
		if slices.Contains(leafed, true) {
			means++
		}
	}
	if means < 100 {
		t.Errorf("only %d of %d words mean anything: the test tests nothing", means, len(words))
	}
}

func TestTopicsWithoutFiles(t *testing.T) {
	t.Parallel()
	if _, err := loadTopics(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "topics.txt") {
		t.Errorf("error %v, want one that names topics.txt", err)
	}
}
