package store_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

// find returns the references of the calls that q finds at now.
func find(t testing.TB, db *store.DB, q calls.Search) []string {
	t.Helper()
	hits, err := db.Search(t.Context(), q, now)
	if err != nil {
		t.Fatalf("search %+v: %v", q, err)
	}
	references := []string{}
	for _, h := range hits {
		references = append(references, h.Call.Key.Reference)
	}
	return references
}

func typed(text string) calls.Search { return calls.Search{Clauses: calls.ParseQuery(text)} }

func TestSearchWords(t *testing.T) {
	t.Parallel()
	db := open(t)
	with := func(reference, title, body string) calls.Call {
		c := call(reference, title)
		c.Identifier, c.Body = "", body
		return c
	}
	keywords := with("keywords", "Sports", "")
	keywords.Keywords, keywords.Programme, keywords.Umbrella = []string{"culture heritage", "youth"}, "ERASMUS", "Friendship"
	named := call("named", "Sixth")
	named.Identifier = "HORIZON-CL4-2027-01"
	save(t, db, sweepOf(
		with("twinning", "Town twinning", "Old towns of Łódź, near København, meet."),
		with("city", "City partnership", "La Città di Αθήνα und die Straße; œuvre, Þór, ﬁne."),
		with("web", "Web 4.0", "C++ and C# for cities. EU's AND OR NOT NEAR."),
		with("digital", "Digital twinning", "A town as numbers, twinningly."),
		with("hyphen", "Energy-efficient towns", `A "quoted" thing: star*, minus-, (bracket].`),
		keywords, named,
	), now)
	tests := map[string][]string{
		"town":                       {"twinning", "digital"},
		"TOWN Twinning":              {"twinning", "digital"},
		`"town twinning"`:            {"twinning"},
		`"twinning town"`:            {},
		"twinning -digital":          {"twinning"},
		"-digital -town":             {"city", "hyphen", "keywords", "named", "web"},
		"-town -nothing":             {"city", "hyphen", "keywords", "named", "web"},
		"city OR twinning":           {"city", "twinning", "digital"},
		"twinning*":                  {"twinning", "digital"},
		"twinningl*":                 {"digital"},
		"t*":                         {"digital", "twinning", "hyphen", "city"},
		`"old towns o"*`:             {"twinning"},
		"lodz":                       {"twinning"},
		"ŁÓDŹ":                       {"twinning"},
		"kobenhavn":                  {"twinning"},
		"αθηνα":                      {"city"},
		"strasse":                    {"city"},
		"citta":                      {"city"},
		"oeuvre thor fine":           {"city"},
		"4.0":                        {"web"},
		"c++":                        {"web"},
		"c#":                         {"web"},
		"c":                          {},
		"energy-efficient":           {"hyphen"},
		"efficient towns":            {"hyphen"},
		"AND":                        {"web"},
		"OR":                         {"web"},
		"NOT neaR":                   {"web"},
		"youth":                      {"keywords"},
		"friendship erasmus":         {"keywords"},
		`"culture heritage"`:         {"keywords"},
		`"heritage youth"`:           {}, // across two keywords
		"horizon-cl4-2027-01":        {"named"},
		"cl4":                        {"named"},
		"title:town":                 {},
		"doesnotoccur":               {},
		"doesnotoccur OR cl4":        {"named"},
		"":                           {"city", "digital", "hyphen", "keywords", "named", "twinning", "web"},
		`"`:                          {"city", "digital", "hyphen", "keywords", "named", "twinning", "web"},
		"quoted star minus bracket]": {"hyphen"},
	}
	for text, want := range tests {
		got := find(t, db, typed(text))
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("search %q = %v, want %v", text, got, want)
		}
	}
}

func TestSearchRanks(t *testing.T) {
	t.Parallel()
	db := open(t)
	title, body, keyword := call("title", "Cycling in towns"), call("body", "Mobility"), call("keyword", "Transport")
	body.Body = strings.Repeat("More about cycling and cycling. ", 10)
	keyword.Keywords = []string{"cycling"}
	save(t, db, sweepOf(body, keyword, title, call("none", "Railways")), now)
	hits := must(db.Search(t.Context(), typed("cycling"), now))(t)
	var got []string
	for i, h := range hits {
		got = append(got, h.Call.Key.Reference)
		if h.Score <= 0 || i > 0 && h.Score > hits[i-1].Score {
			t.Errorf("score of %s is %v after %v", h.Call.Key, h.Score, hits[max(i-1, 0)].Score)
		}
		if h.Snippet == "" {
			t.Errorf("no snippet of %s", h.Call.Key)
		}
	}
	same(t, "order", got, []string{"title", "keyword", "body"})
	same(t, "limited", find(t, db, calls.Search{Clauses: calls.ParseQuery("cycling"), Limit: 1}), []string{"title"})
	for _, q := range []calls.Search{{}, typed("-absent")} {
		for _, h := range must(db.Search(t.Context(), q, now))(t) {
			if h.Score != 0 || h.Snippet != "" {
				t.Errorf("nothing to look for: score %v and snippet %q of %s", h.Score, h.Snippet, h.Call.Key)
			}
		}
	}
}

func TestSearchFollowsChangedTexts(t *testing.T) {
	t.Parallel()
	db := open(t)
	a := call("a", "Water and light")
	save(t, db, sweepOf(a, call("b", "Other water")), now)
	a.Title, a.Body = "Light", "Now about wind."
	save(t, db, sweepOf(a, call("b", "Other water")), now.Add(time.Hour))
	for text, want := range map[string][]string{"water": {"b"}, "wind": {"a"}, "light": {"a"}} {
		same(t, text, find(t, db, typed(text)), want)
	}
	same(t, "problems", must(db.Check(t.Context()))(t), nil)
}

func TestSearchFilters(t *testing.T) {
	t.Parallel()
	db := open(t)
	a, b, c, d := call("a", "A twinning"), call("b", "B"), call("c", "C"), call("d", "D")
	a.Programme, a.Divisions, a.GrantMax = "CERV", []string{"43251589"}, calls.Known(50_000)
	a.Deadlines = []calls.Deadline{{At: now.Add(-day)}, {At: now.Add(10 * day)}, {At: now.Add(40 * day)}}
	b.Programme, b.Budget = "LIFE", calls.Known(2_000_000)
	b.Opens = now.Add(5 * day)
	b.Deadlines = []calls.Deadline{{At: now.Add(20 * day)}}
	c.Deadlines = nil
	d.Deadlines = []calls.Deadline{{At: now.Add(-2 * day)}}
	saveWith(t, db, sweepOf(a, b, d), aboutTwinning, now.Add(-10*day))
	saveWith(t, db, calls.Sweep{Source: "feed", Found: []calls.Call{{Key: calls.Key{Source: "feed", Reference: "c"},
		Title: "C", Budget: calls.Known(70_000)}}}, aboutTwinning, now.Add(-3*day))
	b.Title = "Quite another title"
	saveWith(t, db, sweepOf(a, b, d), aboutTwinning, now.Add(-1*day))
	tests := map[string]struct {
		search calls.Search
		want   []string
	}{
		"nothing asked":        {calls.Search{}, []string{"a", "b", "c", "d"}},
		"open":                 {calls.Search{Statuses: []calls.Status{calls.Open}}, []string{"a", "c"}},
		"open or forthcoming":  {calls.Search{Statuses: []calls.Status{calls.Open, calls.Forthcoming}}, []string{"a", "b", "c"}},
		"closed":               {calls.Search{Statuses: []calls.Status{calls.Closed}}, []string{"d"}},
		"every status":         {calls.Search{Statuses: calls.Statuses()}, []string{"a", "b", "c", "d"}},
		"programme":            {calls.Search{Programmes: []string{"cerv"}}, []string{"a"}},
		"programmes":           {calls.Search{Programmes: []string{"Cerv", "life", "none"}}, []string{"a", "b"}},
		"division":             {calls.Search{Programmes: []string{"43251589"}}, []string{"a"}},
		"topic":                {calls.Search{Topics: []string{"town-twinning", "youth"}}, []string{"a"}},
		"unknown topic":        {calls.Search{Topics: []string{"youth"}}, []string{}},
		"source":               {calls.Search{Sources: []string{"feed"}}, []string{"c"}},
		"not programme":        {calls.Search{NotProgrammes: []string{"cerv"}}, []string{"b", "c", "d"}},
		"not division":         {calls.Search{NotProgrammes: []string{"43251589"}, Programmes: []string{"cerv", "life"}}, []string{"b"}},
		"not topic":            {calls.Search{NotTopics: []string{"town-twinning", "youth"}}, []string{"b", "c", "d"}},
		"not source":           {calls.Search{NotSources: []string{"feed"}, NotTopics: []string{"town-twinning"}}, []string{"b", "d"}},
		"next deadline before": {calls.Search{DeadlineBefore: now.Add(11 * day)}, []string{"a"}},
		"bound is not before":  {calls.Search{DeadlineBefore: now.Add(10 * day)}, []string{}},
		"next deadline after":  {calls.Search{DeadlineAfter: now.Add(20 * day)}, []string{"b"}},
		"bound is after":       {calls.Search{DeadlineAfter: now.Add(10 * day)}, []string{"a", "b"}},
		"new since":            {calls.Search{NewSince: now.Add(-3 * day)}, []string{"c"}},
		"changed since":        {calls.Search{ChangedSince: now.Add(-3 * day)}, []string{"b", "c", "d"}},
		"grant":                {calls.Search{MinGrant: 60_000}, []string{"b", "c", "d"}},
		"bigger grant":         {calls.Search{MinGrant: 80_000}, []string{"b", "d"}},
		"all at once": {calls.Search{Clauses: calls.ParseQuery("twinning -none"), Statuses: []calls.Status{calls.Open},
			Programmes: []string{"CERV"}, Topics: []string{"town-twinning"}, Sources: []string{"portal"},
			DeadlineAfter: now, DeadlineBefore: now.Add(30 * day), MinGrant: 1}, []string{"a"}},
		"hostile lists": {calls.Search{Programmes: []string{`"`, `')`, "[", "\x00"}, Topics: []string{`\`}}, []string{}},
	}
	for name, test := range tests {
		got := find(t, db, test.search)
		slices.Sort(got)
		same(t, name, got, test.want)
	}
}

func TestSearchOrders(t *testing.T) {
	t.Parallel()
	db := open(t)
	early, late, none, twin := call("early", "X"), call("late", "X"), call("none", "X"), call("twin", "X")
	early.Deadlines[0].At, twin.Deadlines[0].At, none.Deadlines = now.Add(day), now.Add(day), nil
	late.Budget, twin.Budget = calls.Known(1), calls.Known(9)
	save(t, db, sweepOf(none, twin, late), now)
	save(t, db, sweepOf(none, twin, late, early), now.Add(time.Hour))
	for order, want := range map[calls.SortOrder][]string{
		"":                 {"early", "twin", "late", "none"},
		calls.SortBest:     {"early", "twin", "late", "none"},
		calls.SortDeadline: {"early", "twin", "late", "none"},
		calls.SortNewest:   {"early", "twin", "late", "none"},
		calls.SortBudget:   {"twin", "late", "early", "none"},
	} {
		same(t, "order "+string(order), find(t, db, calls.Search{Sort: order}), want)
		same(t, "order among equals "+string(order), find(t, db, calls.Search{Clauses: calls.ParseQuery("x"), Sort: order}), want)
	}
	if _, err := db.Search(t.Context(), calls.Search{Sort: "random"}, now); err == nil {
		t.Error("an unknown order was accepted")
	}
}

func TestSearchWithClausesMadeByHand(t *testing.T) {
	t.Parallel()
	db := open(t)
	save(t, db, sweepOf(call("a", "Town twinning"), call("b", "Town")), now)
	term := func(words ...string) calls.Term { return calls.Term{Words: words} }
	tests := map[string]struct {
		clauses []calls.Clause
		want    []string
	}{
		"nothing can be found":       {[]calls.Clause{{Any: nil}}, []string{}},
		"no word in the term":        {[]calls.Clause{{Any: []calls.Term{term()}}}, []string{}},
		"an empty word":              {[]calls.Clause{{Any: []calls.Term{term("")}}}, []string{}},
		"nothing excluded":           {[]calls.Clause{{Not: true}}, []string{"a", "b"}},
		"quotes and operators":       {[]calls.Clause{{Any: []calls.Term{term(`town" OR "b`)}}}, []string{}},
		"operators only":             {[]calls.Clause{{Any: []calls.Term{term(`"^*`)}}}, []string{}},
		"prefix with a star already": {[]calls.Clause{{Any: []calls.Term{{Words: []string{"twin*"}, Prefix: true}}}}, []string{"a"}},
		"zero byte":                  {[]calls.Clause{{Any: []calls.Term{term("town\x00twinning")}}}, []string{"a"}},
	}
	for name, test := range tests {
		got := find(t, db, calls.Search{Clauses: test.clauses})
		slices.Sort(got)
		same(t, name, got, test.want)
	}
}

// TestTokensAreWords holds SQLite's opinion of a word against ours, for every letter and number.
func TestTokensAreWords(t *testing.T) {
	t.Parallel()
	raw := outside(t, open(t).Path())
	raw.SetMaxOpenConns(1) // a temporary table belongs to one connection
	exec(t, raw, `CREATE VIRTUAL TABLE temp.tokens USING fts3tokenize (unicode61, "remove_diacritics=0", "tokenchars=.+#")`)
	count, err := raw.Prepare(`SELECT COUNT(*), MAX(token) FROM temp.tokens WHERE input = ?`)
	ok(t, err)
	for r := rune(1); r < 0x3400; r++ { // beyond are great tables of signs that are all alike
		words := calls.Words("x" + string(r) + "y")
		if len(words) != 1 {
			continue // no letter
		}
		if unicode.Is(unicode.New_Tai_Lue, r) || r == 0x1cf2 || r == 0x1cf3 {
			continue // letters since a later Unicode than SQLite's: found as a phrase of what they part
		}
		var n int
		var token string
		ok(t, count.QueryRow(words[0].Text).Scan(&n, &token))
		if n != 1 || token != words[0].Text {
			t.Errorf("%U: our word %q is %d tokens to SQLite, the last %q", r, words[0].Text, n, token)
		}
	}
}

func TestNearestWords(t *testing.T) {
	t.Parallel()
	db := open(t)
	save(t, db, sweepOf(call("a", "Town twinning"), call("b", "Wind and water")), now)
	for word, want := range map[string][]string{
		"twining": {"twinning"}, "Wàtr": {"water"}, "xater": {"water"}, "town": nil, "zzzzzzz": nil, "": nil, "%'\"": nil,
	} {
		near, known, err := db.NearestWords(t.Context(), word)
		ok(t, err)
		same(t, word, near, want)
		same(t, word+" is known", known, word == "town")
	}
}

func FuzzSearch(f *testing.F) {
	for _, text := range []string{"town", `"`, `"a b`, "-", "- OR -", "a AND", "NOT", "NEAR/2", "title:x", "(((", "*", "a*b*", "\x00", "^a", "C++", "'", "a\"b"} {
		f.Add(text)
	}
	db := open(f)
	save(f, db, sweepOf(call("a", "Town twinning")), now)
	f.Fuzz(func(t *testing.T, text string) {
		raw := []calls.Clause{{Any: []calls.Term{{Words: strings.Split(text, " "), Prefix: len(text)%2 == 0}}}}
		for _, clauses := range [][]calls.Clause{calls.ParseQuery(text), raw} {
			_, err := db.Search(context.Background(), calls.Search{Clauses: clauses, Programmes: []string{text}, Topics: []string{text}}, now)
			if err != nil {
				t.Errorf("search %q: %v", text, err)
			}
			for _, m := range calls.Marks(text, clauses) {
				if m[0] >= m[1] || m[1] > len(text) {
					t.Errorf("marks of %q: %v", text, m)
				}
			}
		}
		if _, _, err := db.NearestWords(context.Background(), text); err != nil {
			t.Errorf("NearestWords(%q): %v", text, err)
		}
		if _, err := db.FindCalls(context.Background(), text); err != nil && !errors.Is(err, calls.ErrNotFound) {
			t.Errorf("FindCalls(%q): %v", text, err)
		}
	})
}
