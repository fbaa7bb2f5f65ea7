package calls_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"fundwatch/calls"
)

// reasonsOf shows reasons as lines "rule field topic/keyword: words".
func reasonsOf(reasons []calls.Reason) []string {
	var lines []string
	for _, r := range reasons {
		lines = append(lines, fmt.Sprintf("%s %s %s/%s: %s", r.Rule, r.Field, r.Topic, r.Keyword, r.Words))
	}
	return lines
}

func town(id string, in calls.Interests) calls.Municipality {
	return calls.Municipality{ID: id, Name: id, Interests: in}
}

// classified returns the call with its topics, as it is stored.
func classified(t testing.TB, topics *calls.Topics, c calls.Call) *calls.Call {
	t.Helper()
	c.Topics = topics.Classify(&c)
	return &c
}

func TestMatchAndExplain(t *testing.T) {
	t.Parallel()
	topics := loadTopics(t)
	twinning := calls.Call{
		Key: calls.Key{Source: "portal", Reference: "1"}, Identifier: "CERV-2026-CITIZENS-TOWN-TT",
		Title: "Call Town Twinning 2026", Summary: "Citizens meet, youth too.", Programme: "CERV",
		Budget: calls.Known(6_000_000), GrantMin: calls.Known(8_455), GrantMax: calls.Known(50_745),
	}
	widera := calls.Call{Identifier: "HORIZON-WIDERA-2026-ACCESS", Title: "Twinning of institutions", Programme: "HORIZON"}
	research := calls.Call{Identifier: "HORIZON-CL5-2027-07-D3-11", Title: "Renewable energy: hydropower technologies", Programme: "HORIZON"}
	hydrogen := calls.Call{Title: "Hydrogen and renewable energy", Programme: "LIFE"}
	italian := calls.Call{Title: "Aiuti ai comuni: it takes two", Summary: "Gli ods e gli ODS di tutti, ai DI.", Programme: "CERV"}
	sport := calls.Call{Title: "Grassroots sport and young people", Programme: "ERASMUS", Summary: "Cloud 4.0 and C++ for clubs."}
	tests := []struct {
		name      string
		call      calls.Call
		interests calls.Interests
		want      []string // reasons of the match
		excluded  string   // part of what excludes it
	}{
		{"topic", twinning, calls.Interests{Topics: []string{"town-twinning"}},
			[]string{"identifier identifier town-twinning/: CERV-2026-CITIZENS-TOWN-TT"}, ""},
		{"case 1: keyword of another language", twinning, calls.Interests{Keywords: []string{"jumelage"}},
			[]string{"identifier identifier town-twinning/jumelage: CERV-2026-CITIZENS-TOWN-TT"}, ""},
		{"case 11: spelt umlaut", twinning, calls.Interests{Keywords: []string{"STAEDTEPARTNERSCHAFT"}},
			[]string{"identifier identifier town-twinning/STAEDTEPARTNERSCHAFT: CERV-2026-CITIZENS-TOWN-TT"}, ""},
		{"keyword with a star", twinning, calls.Interests{Keywords: []string{"testvérváros*"}},
			[]string{"identifier identifier town-twinning/testvérváros*: CERV-2026-CITIZENS-TOWN-TT"}, ""},
		{"literal keyword", twinning, calls.Interests{Keywords: []string{`"citizens meet"`}},
			[]string{`keyword summary /"citizens meet": Citizens meet`}, ""},
		{"keyword in the identifier", twinning, calls.Interests{Keywords: []string{"cerv-2026"}},
			[]string{"keyword identifier /cerv-2026: CERV-2026"}, ""},
		{"case 5: same keyword twice", twinning, calls.Interests{Keywords: []string{"Citizens", "CITIZENS", "citizens "}},
			[]string{"keyword identifier /Citizens: CITIZENS"}, ""},
		{"topic and its keyword count once", twinning, calls.Interests{Topics: []string{"town-twinning", "town-twinning"}, Keywords: []string{"jumelage"}},
			[]string{"identifier identifier town-twinning/: CERV-2026-CITIZENS-TOWN-TT"}, ""},
		{"two words for one topic count once", twinning, calls.Interests{Keywords: []string{"testvérváros", "jumelage"}},
			[]string{"identifier identifier town-twinning/jumelage: CERV-2026-CITIZENS-TOWN-TT"}, ""},
		{"keyword by topic and literally counts once", sport, calls.Interests{Keywords: []string{"sport"}},
			[]string{"title title sport/sport: Grassroots sport"}, ""},
		{"case 9: three interests, three reasons", sport, calls.Interests{Topics: []string{"youth", "sport"}, Keywords: []string{"clubs"}},
			[]string{"title title sport/: Grassroots sport", "title title youth/: young people", "keyword summary /clubs: clubs"}, ""},
		{"case 2: decimal and signs", sport, calls.Interests{Keywords: []string{"C++", "Cloud 4.0"}},
			[]string{"keyword summary /C++: C++", "keyword summary /Cloud 4.0: Cloud 4.0"}, ""},
		{"trap: an abbreviation is exact", italian, calls.Interests{Keywords: []string{"AI", "ODS"}, Exclude: []string{"IT"}},
			[]string{"keyword summary /ODS: ODS"}, ""},
		{"trap: in a text before and after", italian, calls.Interests{Topics: []string{"sport"}, Keywords: []string{"DI"}, Exclude: []string{"ODS"}}, nil,
			`excluded word ODS: "ODS" stands in the summary`},
		{"case 2: whole words", sport, calls.Interests{Keywords: []string{"club", "Cloud 4", "transport", "C"}}, nil, ""},
		{"case 3: WIDERA is not town twinning", widera, calls.Interests{Topics: []string{"town-twinning"}}, nil, ""},
		{"case 3: nor by the word", widera, calls.Interests{Keywords: []string{"twinning", "jumelage"}}, nil, ""},
		{"a literal word without meaning may be vetoed nowhere", widera, calls.Interests{Keywords: []string{"institutions"}},
			[]string{"keyword title /institutions: institutions"}, ""},
		{"everything", widera, calls.Interests{Everything: true}, []string{"everything  /: "}, ""},
		{"everything and more", sport, calls.Interests{Everything: true, Topics: []string{"sport"}},
			[]string{"title title sport/: Grassroots sport"}, ""},
		{"nothing", twinning, calls.Interests{Topics: []string{"energy"}}, nil, "none of the town's topics"},
		{"research on the topic, not for towns", research, calls.Interests{Topics: []string{"energy"}}, nil, "it is on a topic of the town, but for others"},
		{"nor by a word that means the topic", research, calls.Interests{Keywords: []string{"énergie", "energy"}}, nil, "it is on a topic of the town, but for others"},
		{"but by a word of its own", research, calls.Interests{Topics: []string{"energy"}, Keywords: []string{"hydropower", "energy"}},
			[]string{"keyword title /hydropower: hydropower"}, ""},
		{"or if everything is asked for", research, calls.Interests{Everything: true, Topics: []string{"energy"}}, []string{"everything  /: "}, ""},
		{"excluded word", sport, calls.Interests{Topics: []string{"sport"}, Exclude: []string{"CLOUD*"}}, nil,
			`excluded word CLOUD*: "Cloud" stands in the summary`},
		{"a thing by its name in another language", research, calls.Interests{Keywords: []string{"vodní energie", "Wasserstoff"}}, nil, ""},
		{"excluded by its name in another language", hydrogen, calls.Interests{Topics: []string{"energy"}, Exclude: []string{"Wasserstoff"}}, nil,
			`excluded word Wasserstoff: "Hydrogen" stands in the title`},
		{"watched by its name in another language", hydrogen, calls.Interests{Keywords: []string{"ВОДОРОД"}},
			[]string{"keyword title /ВОДОРОД: Hydrogen"}, ""},
		{"excluded from everything", sport, calls.Interests{Everything: true, Exclude: []string{"clubs"}}, nil, "excluded word"},
		{"other programme", sport, calls.Interests{Topics: []string{"sport"}, Programmes: []string{"CERV", "LIFE"}}, nil,
			"programme ERASMUS is not among those it restricts itself to: CERV, LIFE"},
		{"own programme", sport, calls.Interests{Topics: []string{"sport"}, Programmes: []string{"erasmus"}},
			[]string{"title title sport/: Grassroots sport"}, ""},
		{"grant too small", twinning, calls.Interests{Topics: []string{"town-twinning"}, MinGrant: 60_000}, nil,
			"one project gets at most 50745 euro, it asks for 60000 at least"},
		{"grant big enough", twinning, calls.Interests{Topics: []string{"town-twinning"}, MinGrant: 50_745},
			[]string{"identifier identifier town-twinning/: CERV-2026-CITIZENS-TOWN-TT"}, ""},
		{"grant not stated", sport, calls.Interests{Topics: []string{"sport"}, MinGrant: 60_000},
			[]string{"title title sport/: Grassroots sport"}, ""},
		{"budget stands in for the grant", calls.Call{Title: "Grassroots sport", Budget: calls.Known(9)},
			calls.Interests{Topics: []string{"sport"}, MinGrant: 10}, nil, "at most 9 euro"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := classified(t, topics, tt.call)
			m := town("a", tt.interests)
			e := calls.Explain(topics, c, &m)
			var got []string
			var want []calls.Scored
			if e.Match != nil {
				got = reasonsOf(e.Match.Reasons)
				want = []calls.Scored{{Call: 0, Score: e.Match.Score}}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(tt.want, "\n     "))
			}
			if scored := calls.NewMatcher(topics, []calls.Call{*c}).Match(&m.Interests); !slices.Equal(scored, want) {
				t.Errorf("Explain says %v, Match %v", want, scored)
			}
			if !strings.Contains(e.Excluded, tt.excluded) || (e.Excluded == "") != (e.Match != nil) {
				t.Errorf("excluded by %q, want %q", e.Excluded, tt.excluded)
			}
			if tt.excluded != "" && tt.name != "nothing" && len(e.Reasons) == 0 {
				t.Error("an excluded call has lost its reasons")
			}
		})
	}
}

// Case 4: a find in the title weighs more than one in the text; a stronger rule more than many weak ones.
func TestScoresFollowTheRules(t *testing.T) {
	t.Parallel()
	topics := loadTopics(t)
	interests := calls.Interests{Topics: []string{"sport", "energy", "tourism", "youth"}, Keywords: []string{"lantern"}}
	weakMany := "sport physical activity energy solar touris destination management hospitality youth DiscoverEU "
	ordered := []calls.Call{
		{Title: "Call", Identifier: "ERASMUS-SPORT-2026"},
		{Title: "Grassroots sport and tourism and young people"},
		{Title: "Grassroots sport"},
		{Title: "Lantern"},
		{Title: "Call", Summary: "lantern"},
		{Title: "Call", Summary: weakMany},
		{Title: "Call", Summary: "sport and physical activity"},
	}
	for i := range ordered {
		ordered[i] = *classified(t, topics, ordered[i])
	}
	last := 1.0
	for i, found := range calls.NewMatcher(topics, ordered).Match(&interests) {
		if found.Call != i || found.Score >= last || found.Score <= 0 {
			t.Errorf("call %d: found %+v after a score of %v", i, found, last)
		}
		last = found.Score
	}
	if last == 1.0 {
		t.Error("nothing was found")
	}
}

func TestMatcherPassesOverWhatCannotBeUsed(t *testing.T) {
	t.Parallel()
	topics := loadTopics(t)
	matcher := calls.NewMatcher(topics, []calls.Call{*classified(t, topics, calls.Call{Title: "Grassroots sport"})})
	good := matcher.Match(&calls.Interests{Topics: []string{"sport"}})
	bad := matcher.Match(&calls.Interests{Topics: []string{"nope", "sport"}, Keywords: []string{"", "clubs"}, Exclude: []string{"KI*"}})
	if len(good) != 1 || !slices.Equal(good, bad) {
		t.Errorf("with what cannot be used %v, without %v", bad, good)
	}
}

func TestMatcherOfNothing(t *testing.T) {
	t.Parallel()
	topics := loadTopics(t)
	interests := calls.Interests{Everything: true, Topics: topics.IDs(), Keywords: []string{"a", "b*c", "spo*", `"a b"`}, Exclude: []string{"d"}}
	for name, list := range map[string][]calls.Call{"no call": nil, "a call without a word": {{Title: "..."}}} {
		if got := calls.NewMatcher(topics, list).Match(&interests); len(got) != len(list) {
			t.Errorf("%s: Match = %v", name, got)
		}
	}
	if got := calls.NewMatcher(topics, []calls.Call{{Title: "Sport"}}).Match(&calls.Interests{}); got != nil {
		t.Errorf("no interests: Match = %v, want nil", got)
	}
}

// The indexed matcher must decide as the naive one, which reads every call for every municipality.
func TestMatcherAgreesWithExplain(t *testing.T) {
	t.Parallel()
	topics := loadTopics(t)
	word := rapid.SampledFrom(strings.Fields("sport youth energy waste Recycling solar town twinning twin Städte Staedte jumelage " +
		"digital WIDERA HORIZON culture climate Tourism C++ 4.0 volunteers young people exchange farm citizens " +
		"KI ki IT it in cities municipal local authorities hydrogen"))
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(word, 0, 12).Draw(t, "words"), rapid.SampledFrom([]string{" ", "-", ", "}).Draw(t, "gap"))
	})
	keyword := rapid.Custom(func(t *rapid.T) string {
		k := strings.Join(rapid.SliceOfN(word, 0, 3).Draw(t, "keyword"), rapid.SampledFrom([]string{" ", " ", "* "}).Draw(t, "between"))
		return k + rapid.SampledFrom([]string{"", "", "*"}).Draw(t, "star")
	})
	number := rapid.Custom(func(t *rapid.T) calls.Number {
		return calls.Number{N: rapid.Int64Range(0, 3).Draw(t, "n"), Known: rapid.Bool().Draw(t, "known")}
	})
	programme := rapid.SampledFrom([]string{"", "CERV", "ERASMUS", "HORIZON", "RELEX", "erasmus"})
	interests := rapid.Custom(func(t *rapid.T) calls.Interests {
		return calls.Interests{
			Topics:     rapid.SliceOfN(rapid.SampledFrom(append(topics.IDs(), "nope")), 0, 6).Draw(t, "topics"),
			Keywords:   rapid.SliceOfN(keyword, 0, 4).Draw(t, "keywords"),
			Exclude:    rapid.SliceOfN(keyword, 0, 1).Draw(t, "exclude"),
			Programmes: rapid.SliceOfN(programme, 0, 1).Draw(t, "programmes"),
			MinGrant:   rapid.Int64Range(0, 2).Draw(t, "least"),
			Everything: rapid.Bool().Draw(t, "everything"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		list := make([]calls.Call, rapid.IntRange(0, 8).Draw(t, "calls"))
		for i := range list {
			list[i] = calls.Call{
				Key:        calls.Key{Source: "portal", Reference: fmt.Sprint(i)},
				Identifier: rapid.SampledFrom([]string{"", "CERV-2026-CITIZENS-TOWN-NT", "HORIZON-WIDERA-2026", "ESC-1"}).Draw(t, "identifier"),
				Title:      text.Draw(t, "title"), Summary: text.Draw(t, "summary"), Body: text.Draw(t, "body"),
				Keywords:  rapid.SliceOfN(text, 0, 2).Draw(t, "keywords"),
				Programme: programme.Draw(t, "programme"), GrantMax: number.Draw(t, "grant"), Budget: number.Draw(t, "budget"),
			}
			list[i].Topics = topics.Classify(&list[i])
		}
		matcher := calls.NewMatcher(topics, list)
		for _, in := range rapid.SliceOfN(interests, 1, 5).Draw(t, "interests") { // each finds what the one before left behind
			m := town("a", in)
			var want []calls.Scored
			for i := range list {
				if e := calls.Explain(topics, &list[i], &m); e.Match != nil {
					want = append(want, calls.Scored{Call: i, Score: e.Match.Score})
				}
			}
			if got := matcher.Match(&m.Interests); !slices.Equal(got, want) {
				t.Fatalf("interests %+v\nmatcher %+v\nnaive   %+v", in, got, want)
			}
		}
	})
}

// Whatever stands in a profile or a call: nothing breaks, and the matcher and Explain agree.
func FuzzProfile(f *testing.F) {
	topics := loadTopics(f)
	for _, s := range []string{"AI", `"ΑΔΕΛΦΟΠΟΊΗΣΗ πόλεις`, "testvér*", "*", "\xff\x00", "Ǉ ŀ 4.0 C++", "ſtadt İı", "a\u0308ö ue", "%_'\"--"} {
		f.Add(s, s, "x "+s+" y")
	}
	f.Fuzz(func(t *testing.T, keyword, excluded, text string) {
		m := town("a", calls.Interests{Topics: []string{keyword}, Keywords: []string{keyword, text}, Exclude: []string{excluded}})
		c := &calls.Call{Identifier: keyword, Title: text, Summary: keyword, Keywords: []string{text}, Programme: "HORIZON", Language: excluded}
		c.Topics = topics.Classify(c)
		scored := calls.NewMatcher(topics, []calls.Call{*c}).Match(&m.Interests)
		e := calls.Explain(topics, c, &m)
		if (e.Match == nil) != (len(scored) == 0) || e.Match != nil && e.Match.Score != scored[0].Score {
			t.Errorf("Explain says %+v, the matcher %+v", e.Match, scored)
		}
		if (e.Match == nil) != (e.Excluded != "") {
			t.Errorf("match %+v, excluded by %q", e.Match, e.Excluded)
		}
	})
}

// benchmarkTowns returns n municipalities with eight interests each: some topics, the others of 4,000
// keywords, three in ten of them phrases; one in four restricted to two programmes.
func benchmarkTowns(n, topics int, ids []string) []calls.Municipality {
	ms := make([]calls.Municipality, n)
	seed := uint64(1)
	next := func(limit int) int { // a fixed sequence: the same towns on every run
		seed = seed*6364136223846793005 + 1442695040888963407
		return int(seed>>33) % limit
	}
	for i := range ms {
		in := calls.Interests{}
		for k := range 8 {
			w := next(4000)
			switch {
			case k < topics:
				in.Topics = append(in.Topics, ids[next(len(ids))])
			case w%10 < 3:
				in.Keywords = append(in.Keywords, fmt.Sprintf(`"word%d word%d"`, w, w/2))
			default:
				in.Keywords = append(in.Keywords, fmt.Sprintf("word%d", w))
			}
		}
		if next(4) == 0 {
			in.Programmes = []string{"CERV", "ERASMUS"}
		}
		ms[i] = town(fmt.Sprintf("town-%06d", i), in)
	}
	return ms
}

func benchmarkCalls(n int, topics *calls.Topics) []calls.Call {
	list := make([]calls.Call, n)
	for i := range list {
		c := benchmarkCall()
		c.Title = []string{"Grassroots sport", "Cultural heritage", "Open call", "Renewable energy", "Smart cities"}[i%5]
		c.Programme = []string{"CERV", "HORIZON", "ERASMUS", "LIFE"}[i%4]
		c.Body = ""
		for k := range 280 {
			c.Body += fmt.Sprintf("word%d ", (i*7919+k*k*104729)%40000) // few of the words are wanted
		}
		c.Topics = topics.Classify(&c)
		list[i] = c
	}
	return list
}

// BenchmarkMatch matches 100,000 municipalities and 500 calls of 2 KB, with keywords alone, where few
// municipalities want the same, and with three topics each, where thousands do. Everything but reading
// and writing is in it: the index of the calls, and what the towns wrote is read from their words.
func BenchmarkMatch(b *testing.B) {
	topics := loadTopics(b)
	list := benchmarkCalls(500, topics)
	for name, chosen := range map[string]int{"keywords": 0, "topics": 3} {
		towns := benchmarkTowns(100_000, chosen, topics.IDs())
		b.Run(name, func(b *testing.B) {
			var matches atomic.Int64
			for b.Loop() {
				matches.Store(0)
				matcher := calls.NewMatcher(topics, list)
				var group sync.WaitGroup
				for some := range slices.Chunk(towns, len(towns)/runtime.GOMAXPROCS(0)+1) {
					group.Go(func() {
						for i := range some {
							matches.Add(int64(len(matcher.Match(&some[i].Interests))))
						}
					})
				}
				group.Wait()
			}
			b.ReportMetric(float64(matches.Load()), "matches")
		})
	}
}

func BenchmarkNewMatcher(b *testing.B) {
	topics := loadTopics(b)
	list := benchmarkCalls(500, topics)
	for b.Loop() {
		calls.NewMatcher(topics, list)
	}
}
