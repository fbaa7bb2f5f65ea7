package calls_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fundwatch/calls"
)

// hitsOf shows topic hits as lines "topic rule field: words".
func hitsOf(hits []calls.TopicHit) []string {
	var lines []string
	for _, h := range hits {
		lines = append(lines, fmt.Sprintf("%s %s %s: %s", h.Topic, h.Rule, h.Field, h.Words))
	}
	return lines
}

func TestClassify(t *testing.T) {
	t.Parallel()
	topics := loadTopics(t)
	tests := []struct {
		name string
		call calls.Call
		want []string
	}{
		{"identifier", calls.Call{Identifier: "CERV-2026-CITIZENS-TOWN-TT", Title: "Call 2026", Programme: "CERV"},
			[]string{"town-twinning identifier identifier: CERV-2026-CITIZENS-TOWN-TT"}},
		{"identifier of two topics", calls.Call{Identifier: "CERV-2026-CITIZENS-TOWN-NT", Title: "Call 2026"},
			[]string{
				"municipal-networks identifier identifier: CERV-2026-CITIZENS-TOWN-NT",
				"town-twinning identifier identifier: CERV-2026-CITIZENS-TOWN-NT",
			}},
		{"identifiers of other years", calls.Call{Identifier: "CERV-CITIZENS-2022-TOWN", Title: "Call"},
			[]string{"town-twinning identifier identifier: CERV-CITIZENS-2022-TOWN"}},
		{"identifier in small letters", calls.Call{Identifier: "EuropeAid/186000/DD/ACT/RS", Title: "Call"},
			[]string{"external-cooperation identifier identifier: EuropeAid/186000/DD/ACT/RS"}},
		{"strong phrase in the title", calls.Call{Title: "Support for Town-Twinning in Europe"},
			[]string{"town-twinning title title: Town-Twinning"}},
		{"programme and keyword in the title", calls.Call{Title: "Life with less plastic", Programme: "LIFE"},
			[]string{"circular-waste-water programme title: plastic"}},
		{"keyword in the title, another programme", calls.Call{Title: "Life with less plastic", Programme: "JUST"}, nil},
		{"programme and keyword twice in the text", calls.Call{Title: "Open call", Programme: "ERASMUS", Summary: "About sport.", Body: "More sport."},
			[]string{"sport programme summary: sport"}},
		{"programme and keyword in passing", calls.Call{Title: "Open call", Programme: "ERASMUS", Summary: "About sport."}, nil},
		{"programme for everything", calls.Call{Title: "Open call", Programme: "HORIZON", Body: "Energy, energy, energy."}, nil},
		{"two keywords in the text", calls.Call{Title: "Open call", Summary: "Waste and more.", Body: "Recycling of things."},
			[]string{"circular-waste-water text summary: Waste, Recycling"}},
		{"one keyword in two forms", calls.Call{Title: "Open call", Summary: "Democracy is democratic, sport and sports."}, nil},
		{"a summary that begins the body counts once", calls.Call{Title: "Open call", Programme: "ERASMUS", Summary: "About sport.", Body: "About sport. And more."}, nil},
		{"two keywords deep in the text", calls.Call{Title: "Open call", Body: "Waste and more. Recycling of things."}, nil},
		{"four keywords deep in the text", calls.Call{Title: "Open call", Body: "Waste, recycling, drinking water and plastic."},
			[]string{"circular-waste-water text body: Waste, recycling"}},
		{"programme and a keyword twice deep in the text", calls.Call{Title: "Open call", Programme: "ERASMUS", Body: "Sport and sport."}, nil},
		{"programme and a keyword four times deep in the text", calls.Call{Title: "Open call", Programme: "ERASMUS", Body: "Sport, sport, sport, sport."},
			[]string{"sport programme body: Sport"}},
		{"vocational training is not the town's staff", calls.Call{Title: "Capacity building in VET in Africa", Programme: "ERASMUS"},
			[]string{"education-training programme title: VET"}},
		{"keywords of the source", calls.Call{Title: "Open call", Keywords: []string{"Waste", "Recycling"}},
			[]string{"circular-waste-water text keywords: Waste, Recycling"}},
		{"phrases do not cross fields", calls.Call{Title: "A town", Summary: "twinning"}, nil},
		{"heaviest first, then by id", calls.Call{Title: "Youth exchange and town twinning", Identifier: "ESC-2026-X"},
			[]string{
				"volunteering-solidarity identifier identifier: ESC-2026-X",
				"youth identifier identifier: ESC-2026-X",
				"town-twinning title title: town twinning",
			}},
		{"other language", calls.Call{Title: "Appel: jumelage et jeunesse", Language: "fr"},
			[]string{"town-twinning title title: jumelage", "youth title title: jeunesse"}},
		{"language with region", calls.Call{Title: "Städtepartnerschaften 2026", Language: "de-AT"},
			[]string{"town-twinning title title: Städtepartnerschaften"}},
		{"word of a language that the call is not in", calls.Call{Title: "Jumelage", Language: "en"}, nil},
		{"nothing", calls.Call{}, nil},

		{"trap: transport is not sport", calls.Call{Title: "Transport and passport", Programme: "ERASMUS"}, nil},
		{"trap: agriculture is not culture", calls.Call{Title: "Aquaculture, agriculture", Programme: "CREA"},
			[]string{"agriculture-rural title title: agriculture", "maritime-coastal title title: Aquaculture"}},
		{"trap: digital twin", calls.Call{Title: "Digital twin towns and twin town data", Programme: "CERV"}, nil},
		{"trap: digital twin in the text", calls.Call{Title: "Open call", Programme: "HORIZON",
			Summary: "City-to-city work, municipal partnerships, a digital twin."}, nil},
		{"trap: eTwinning", calls.Call{Title: "eTwinning for town twinning committees"}, nil},
		{"trap: WIDERA", calls.Call{Identifier: "HORIZON-WIDERA-2026-ACCESS-02", Title: "Twinning with twin towns", Programme: "HORIZON"}, nil},
		{"trap: institutional twinning", calls.Call{Title: "Twinning light: twinning agreement with partner municipalities"}, nil},
		{"veto does not touch identifiers", calls.Call{Identifier: "CERV-2026-CITIZENS-TOWN-TT", Title: "No digital twin"},
			[]string{"town-twinning identifier identifier: CERV-2026-CITIZENS-TOWN-TT"}},
		{"trap: learning mobility is not transport", calls.Call{Title: "Learning mobility and cycling", Programme: "CEF"},
			[]string{"education-training title title: Learning mobility"}},
		{"trap: higher education", calls.Call{Title: "Capacity building in the field of higher education", Programme: "RELEX"}, nil},
		{"trap: life cycle", calls.Call{Title: "Life cycle of materials", Programme: "CEF"}, nil},
		{"trap: a leader is not LEADER", calls.Call{Title: "A leader in the field"}, nil},
		{"abbreviation", calls.Call{Title: "Support for LEADER"}, []string{"agriculture-rural title title: LEADER"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := hitsOf(topics.Classify(&tt.call)); !slices.Equal(got, tt.want) {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(tt.want, "\n     "))
			}
		})
	}
}

func TestWeightsFollowTheRules(t *testing.T) {
	t.Parallel()
	topics := loadTopics(t)
	ordered := []calls.Call{
		{Identifier: "ERASMUS-SPORT-2026", Title: "Call"},
		{Title: "Grassroots sport", Programme: "ERASMUS"},
		{Title: "Grassroots sport"},
		{Title: "Sport", Programme: "ERASMUS"},
		{Title: "Call", Programme: "ERASMUS", Summary: "sport and physical activity"},
		{Title: "Call", Summary: "sport, physical activity, European Week of Sport"},
		{Title: "Call", Summary: "sport and physical activity"},
	}
	last := 1.0
	for i := range ordered {
		hits := topics.Classify(&ordered[i])
		at := slices.IndexFunc(hits, func(h calls.TopicHit) bool { return h.Topic == "sport" })
		if at < 0 {
			t.Fatalf("call %d is not about sport: %v", i, hits)
		}
		if w := hits[at].Weight; w >= last {
			t.Errorf("call %d weighs %v, want less than the one before with %v", i, w, last)
		} else {
			last = w
		}
	}
}

// A record is one call of a captured feed; see FUNDWATCH_CAPTURES.
type record struct {
	Identifier, Title, Summary, Abstract string
	FrameworkProgrammes                  []struct{ ID string }
}

func TestClassifyCaptures(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("FUNDWATCH_CAPTURES")
	if folder == "" {
		t.Skip("FUNDWATCH_CAPTURES names no folder of captured portal answers")
	}
	files, err := filepath.Glob(filepath.Join(folder, "feed", "*.json"))
	if err != nil || len(files) == 0 {
		t.Skipf("no feed in %s", folder)
	}
	topics, programmes := loadTopics(t), loadProgrammes(t)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var feed struct{ Grants []record }
		if err := json.Unmarshal(data, &feed); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		tagged, twinning := 0, 0
		for _, r := range feed.Grants {
			c := calls.Call{Identifier: r.Identifier, Title: r.Title, Summary: r.Summary, Body: r.Abstract, Language: "en"}
			if len(r.FrameworkProgrammes) > 0 {
				c.Programme = programmes.Code(r.FrameworkProgrammes[0].ID)
			}
			hits := topics.Classify(&c)
			if len(hits) > 0 {
				tagged++
			}
			found := slices.ContainsFunc(hits, func(h calls.TopicHit) bool { return h.Topic == "town-twinning" })
			if found {
				twinning++
			}
			if found != strings.Contains(r.Identifier, "-TOWN-") {
				t.Errorf("%s: %s %q: town twinning is %v", filepath.Base(file), r.Identifier, r.Title, found)
			}
		}
		t.Logf("%s: %d records, %d tagged, %d town twinning", filepath.Base(file), len(feed.Grants), tagged, twinning)
	}
}

// benchmarkCall is about 2 KB of text, as calls have.
func benchmarkCall() calls.Call {
	return calls.Call{
		Identifier: "CERV-2026-CITIZENS-REM", Title: "European remembrance and young people", Programme: "CERV", Language: "en",
		Summary: "Projects bring citizens of different towns together to look at the history that they share.",
		Body: strings.Repeat("Local authorities, schools and museums work with volunteers on democratic participation, "+
			"inclusion of newcomers, climate adaptation and clean energy in rural areas. ", 12),
	}
}

func BenchmarkClassify(b *testing.B) {
	topics, c := loadTopics(b), benchmarkCall()
	for b.Loop() {
		topics.Classify(&c)
	}
}
