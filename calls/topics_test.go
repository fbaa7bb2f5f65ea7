package calls_test

import (
	"slices"
	"testing"

	"fundwatch/calls"
)

func loadTopics(t testing.TB) *calls.Topics {
	t.Helper()
	topics, err := calls.LoadTopics()
	if err != nil {
		t.Fatal(err)
	}
	return topics
}

func TestTopicsDataIsWhole(t *testing.T) {
	t.Parallel()
	topics := loadTopics(t)
	if err := topics.Check(); err != nil {
		t.Fatal(err)
	}
	ids := topics.IDs()
	if len(ids) != 32 || ids[0] != "town-twinning" {
		t.Errorf("%d topics beginning with %s, want 32 beginning with town-twinning", len(ids), ids[0])
	}
	grouped := 0
	for _, g := range topics.Groups() {
		grouped += len(g.Topics)
		if g.Label == "" {
			t.Errorf("group %s has no label", g.ID)
		}
	}
	if grouped != len(ids) {
		t.Errorf("%d topics in groups, want all %d", grouped, len(ids))
	}
	programmes := loadProgrammes(t)
	for _, id := range ids {
		topic, ok := topics.Topic(id)
		if !ok || topic.Group == "" || len(topic.Concepts) == 0 || len(topic.SDGs) == 0 {
			t.Errorf("topic %s: %+v", id, topic)
		}
		for _, code := range topic.Programmes {
			if _, ok := programmes.Programme(code); !ok {
				t.Errorf("topic %s names unknown programme %s", id, code)
			}
		}
	}
}

func TestTopicLabels(t *testing.T) {
	t.Parallel()
	topics := loadTopics(t)
	for _, language := range calls.Languages() {
		if language == "en" {
			continue
		}
		for _, id := range topics.IDs() {
			if label := topics.Label(id, language); label == "" || label == id {
				t.Errorf("topic %s has no label in %s", id, language)
			}
		}
		if got, english := topics.Label("town-twinning", language), topics.Label("town-twinning", "en"); got == english {
			t.Errorf("label of town-twinning in %s is the English one: %s", language, got)
		}
	}
	for _, tt := range []struct{ id, language, want string }{
		{"town-twinning", "de", "Städtepartnerschaften und Bürgerbegegnungen"},
		{"town-twinning", "xx", "Town twinning and citizen exchanges"},
		{"town-twinning", "sr", "Town twinning and citizen exchanges"}, // a thesaurus without labels
		{"no-such-topic", "de", "no-such-topic"},
	} {
		if got := topics.Label(tt.id, tt.language); got != tt.want {
			t.Errorf("Label(%s, %s) = %q, want %q", tt.id, tt.language, got, tt.want)
		}
	}
}

func TestMeaningOfTownTwinningInEveryLanguage(t *testing.T) {
	t.Parallel()
	topics := loadTopics(t)
	words := map[string][]string{
		"bg": {"побратимяване", "ПОБРАТИМЕНИ ГРАДОВЕ"},
		"cs": {"partnerství měst", "partnerská města", "partnerske mesto"},
		"da": {"venskabsby", "Venskabsbyer"},
		"de": {"Städtepartnerschaft", "Staedtepartnerschaften", "STÄDTEPARTNERSCHAFT", "Partnerstadt", "Bürgerbegegnung"},
		"el": {"αδελφοποίηση", "ΑΔΕΛΦΟΠΟΙΗΣΗ", "αδελφοποιημενες πολεισ"},
		"en": {"town twinning", "Town-Twinning", "twinned towns", "sister cities", "twinning"},
		"es": {"hermanamiento", "hermanamientos", "ciudades hermanadas"},
		"et": {"sõpruslinn", "soprusLinnad"},
		"fi": {"ystävyyskaupunki", "Ystävyyskunta"},
		"fr": {"jumelage", "Jumelages", "comité de jumelage", `"villes jumelées"`, "jumelage*"},
		"ga": {"nascadh bailte"},
		"hr": {"bratimljenje", "gradovi prijatelji"},
		"hu": {"testvérváros", "testvérvárosi", "TESTVÉRVÁROSOK", "testvervaros*"},
		"it": {"gemellaggio", "gemellaggi", "città gemellate"},
		"lt": {"miestų partnerystė", "miestų giminiavimasis"},
		"lv": {"sadraudzības pilsēta", "sadraudzības pilsētas"},
		"mt": {"ġemellaġġ", "gemellagg"},
		"nl": {"stedenband", "stedenbanden", "jumelage"},
		"pl": {"partnerstwo miast", "miasta partnerskie"},
		"pt": {"geminação", "geminacao", "cidades geminadas"},
		"ro": {"înfrățire", "înfrăţirea", "orașe înfrățite"},
		"sk": {"partnerské mestá", "družba miest"},
		"sl": {"pobratenje", "pobratena mesta"},
		"sv": {"vänort", "vänorter"},
		"mk": {"збратимување"},
		"sr": {"братимљење"},
	}
	if len(words) != 26 {
		t.Fatalf("%d languages, want 24 and two thesauri", len(words))
	}
	for language, list := range words {
		for _, w := range list {
			if got := topics.Meaning(w); !slices.Contains(got, "town-twinning") {
				t.Errorf("%s: Meaning(%q) = %v, want town-twinning", language, w, got)
			}
		}
	}
}

// One everyday word of each of six topics, in the languages whose words are few.
func TestMeaningOfEverydayWords(t *testing.T) {
	t.Parallel()
	topics := loadTopics(t)
	ids := []string{"youth", "culture-heritage", "climate-action", "tourism", "mobility-transport", "health-wellbeing"}
	words := map[string][]string{
		"bg": {"младежи", "КУЛТУРА", "климат", "туризъм", "велосипеди", "здравеопазване"},
		"da": {"unge", "kulturarv", "klimatilpasning", "turisme", "cykelsti", "folkesundhed"},
		"et": {"noored", "raamatukogud", "kliimamuutused", "turism", "jalgratas", "tervishoid"},
		"fi": {"nuorisotyötä", "kirjastot", "ilmastonmuutos", "matkailu", "pyöräily", "mielenterveys"},
		"ga": {"óige", "cultúr", "aeráid", "turasóireacht", "rothaíocht", "sláinte"},
		"hr": {"mladi", "knjižnice", "klimatske", "turizam", "javni prijevoz", "zdravlje"},
		"lt": {"jaunimas", "muziejai", "klimatas", "turizmas", "dviračiai", "sveikata"},
		"lv": {"jaunieši", "muzeji", "klimats", "tūrisms", "velosipēdi", "veselība"},
		"mt": {"żgħażagħ", "kultura", "klima", "turiżmu", "trasport pubbliku", "saħħa"},
		"sk": {"mládež", "knižnica", "povodne", "cestovný ruch", "cyklistika", "duševné zdravie"},
		"sl": {"mladina", "knjižnice", "podnebje", "turizem", "kolesarske", "zdravje"},
	}
	for language, list := range words {
		for i, w := range list {
			if got := topics.Meaning(w); !slices.Contains(got, ids[i]) {
				t.Errorf("%s: Meaning(%q) = %v, want %s", language, w, got, ids[i])
			}
		}
	}
}

func TestMeaning(t *testing.T) {
	t.Parallel()
	topics := loadTopics(t)
	tests := []struct {
		name, word string
		want       []string
	}{
		{"several topics", "peer learning", []string{"municipal-networks", "capacity-building"}},
		{"label", "Jumelage et échanges entre citoyens", []string{"town-twinning"}},
		{"a word that calls say too often", "transport", []string{"mobility-transport"}},
		{"phrase of a label", "efficienza energetica", []string{"energy"}},
		{"piece of a label", "transizione ed", nil},
		{"thesaurus", "énergie renouvelable", []string{"energy"}},
		{"abbreviation in any case", "ki", []string{"new-technologies"}},
		{"trap: polish partnership", "partnerstwo", nil},
		{"trap: bulgarian partnership", "партньорство", nil},
		{"trap: czech and slovak friendship", "družba", nil},
		{"trap: digital twin", "digital twin", nil},
		{"trap: eTwinning", "eTwinning", nil},
		{"trap: part of a word", "port", nil},
		{"english such is not czech drought", "such", nil},
		{"czech drought", "sucho", []string{"climate-action"}},
		{"more than the topic", "jumelage électronique", nil},
		{"wider than the topic", "testvér*", nil},
		{"no word", " ** ", nil},
		{"unknown", "xylophone", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := topics.Meaning(tt.word); !slices.Equal(got, tt.want) {
				t.Errorf("Meaning(%q) = %v, want %v", tt.word, got, tt.want)
			}
		})
	}
}

func TestNearestTopic(t *testing.T) {
	t.Parallel()
	topics := loadTopics(t)
	for id, want := range map[string]string{
		"twon-twinning": "town-twinning",
		"twinning":      "town-twinning",
		"Jumelage":      "town-twinning",
		"yuth":          "youth",
		"environment":   "environment-biodiversity",
		"town twinning": "town-twinning",
	} {
		if got := topics.Nearest(id); len(got) == 0 || got[0] != want {
			t.Errorf("Nearest(%q) = %v, want %s first", id, got, want)
		}
	}
	if got := topics.Nearest("qqqqqqqq"); got != nil {
		t.Errorf("Nearest of nonsense = %v, want nil", got)
	}
	if topics.Has("twinning") || !topics.Has("youth") {
		t.Error("Has knows twinning or does not know youth")
	}
}

func TestTopicsVersion(t *testing.T) {
	t.Parallel()
	first, second := loadTopics(t).Version(), loadTopics(t).Version()
	if first != second || len(first) != 12 {
		t.Errorf("versions %q and %q, want the same 12 digits", first, second)
	}
}

func BenchmarkLoadTopics(b *testing.B) {
	for b.Loop() {
		loadTopics(b)
	}
}

func BenchmarkFirstMeaning(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		topics := loadTopics(b)
		b.StartTimer()
		topics.Meaning("jumelage")
	}
}

func BenchmarkManyMeanings(b *testing.B) {
	topics := loadTopics(b)
	for range 100 {
		topics.Meaning("jumelage")
	}
	for b.Loop() {
		topics.Meaning("jumelage")
	}
}
