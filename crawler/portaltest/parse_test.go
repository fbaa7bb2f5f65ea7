package portaltest

import (
	"strings"
	"testing"
	"testing/fstest"
)

const sound = "reference: 1TOPICSen\nidentifier: A\ntitle: B\ndescription: C\n  and D\nsource: E\n"

func TestParseFacts(t *testing.T) {
	t.Parallel()
	blocks, err := parseFacts("x.txt", "# remark\n\n"+sound+"\n\n"+strings.Replace(sound, "1T", "2T", 1))
	if err != nil || len(blocks) != 2 {
		t.Fatalf("got %d blocks, error %v, want 2 and none", len(blocks), err)
	}
	if got := blocks[0]["description"]; got != "C and D" {
		t.Errorf("got description %q, want %q", got, "C and D")
	}
}

func TestParseFactsSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"no colon":      {sound + "opens 2026-05-06\n", `x.txt:7: "opens 2026-05-06" is no line`},
		"unknown key":   {sound + "opened: 2026-05-06\n", `x.txt:7: unknown key "opened"`},
		"twice":         {sound + "title: F\n", `x.txt:7: key "title" occurs twice`},
		"no date":       {sound + "deadlines: 2026-09-23, soon\n", `x.txt:1: call "1TOPICSen": deadlines: " soon" is no date`},
		"no amount":     {sound + "budget: EUR 6m\n", `"EUR 6m" is no amount`},
		"no number":     {sound + "grants: 1e99\n", `"1e99" is no amount`},
		"no such type":  {sound + "type: 7\n", `type: "7" is none of`},
		"no such quirk": {sound + "quirks: odd\n", `quirks: "odd" is none of`},
		"day 2":         {sound + "day 2 deadlines: soon\n", `day 2 deadlines: "soon" is no date`},
		"undated news":  {sound + "news: it has moved\n", `news: "it has moved" is no news`},
		"title missing": {strings.Replace(sound, "title: B\n", "", 1), `x.txt:1: call "1TOPICSen": title is missing`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parseFacts("x.txt", test.text)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %s", err, test.want)
			}
		})
	}
}

func TestReadCatalogueGathersProblems(t *testing.T) {
	t.Parallel()
	_, err := readCatalogue(fstest.MapFS{
		"catalogue/a.txt": {Data: []byte(sound + "budget: x\n")},
		"catalogue/b.txt": {Data: []byte(sound + "opens: x\n")},
	})
	for _, want := range []string{"a.txt:1:", "b.txt:1:", `reference "1TOPICSen" occurs twice`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %s", err, want)
		}
	}
}

func FuzzParseFacts(f *testing.F) {
	f.Add(sound + "\n" + sound)
	f.Add("a: b\n c\n: \n\n:\n")
	f.Add(sound + "type: 8\nday 2 deadlines: 2026-09-23\nquirks: old index, keywords as json\nbudget: 1.5\n")
	f.Fuzz(func(t *testing.T, text string) {
		blocks, err := parseFacts("x.txt", text)
		if err != nil {
			return
		}
		for _, day := range []int{1, 2} {
			for _, r := range build(blocks, day) { // what was accepted can be built and written
				if _, err := r.encode(); err != nil {
					t.Errorf("%s: %v", r.Reference, err)
				}
			}
		}
	})
}
