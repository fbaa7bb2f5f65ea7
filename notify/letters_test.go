package notify_test

import (
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/notify"
)

// letterNow is a Tuesday, 23 days before the Town Twinning deadline of 2026.
var letterNow = time.Date(2026, 8, 31, 5, 30, 0, 0, time.UTC)

const (
	letterToken = "k3Jq0aZt7-Bv_9xQ2mLw8r"
	letterStop  = "x7PwZ2-nothing-but-stop"
)

// letterMessageID is the same whenever the letter is composed, and holds no token.
const letterMessageID = "digest.2026-W36.a5vs3okwvb3eggrkjg5u5bk47m@example.org"

// topicNames stands in for the taxonomy: names as it has them.
type topicNames map[string]string

func (t topicNames) Label(id, lang string) string { return t[id+"/"+lang] }

type programmeNames map[string]string

func (p programmeNames) Name(code string) string { return p[code] }

var (
	letterTopics = topicNames{
		"town-twinning/en": "Town twinning and citizen exchanges",
		"town-twinning/fr": "Jumelage et échanges entre citoyens",
		"town-twinning/de": "Städtepartnerschaften und Bürgerbegegnungen",
		"town-twinning/bg": "Побратимяване на градове и обмен между граждани",
		"town-twinning/el": "Αδελφοποίηση πόλεων και ανταλλαγές πολιτών",
		"town-twinning/ga": "Nascadh bailte agus malartuithe saoránach",
		"town-twinning/hu": "Testvérvárosi kapcsolatok és polgárok cseréje",
		"climate/en":       "Climate and energy",
		"climate/bg":       "Климат и енергетика",
		"climate/el":       "Κλίμα και ενέργεια",
		"climate/ga":       "Aeráid agus fuinneamh",
		"climate/hu":       "Éghajlat és energia",
		"climate/fr":       "Climat et énergie",
		"climate/de":       "Klima und Energie",
	}
	letterProgrammes = programmeNames{
		"CERV": "Citizens, Equality, Rights and Values", "LIFE": "LIFE", "EUI": "European Urban Initiative",
	}
)

func letterSettings() notify.Settings {
	return notify.Settings{
		From:              "fundwatch <fundwatch@example.org>",
		ReplyTo:           "Funding desk <desk@example.org>",
		UnsubscribeMailto: "unsubscribe+TOKEN@example.org",
		BounceAddress:     "bounce+TOKEN@example.org",
		BaseURL:           "https://fundwatch.example",
	}
}

func newComposer(t testing.TB, s notify.Settings) *notify.Composer {
	t.Helper()
	c, err := notify.NewComposer(s, letterTopics, letterProgrammes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func compose(t testing.TB, c *notify.Composer, d *calls.Digest) notify.Mail {
	t.Helper()
	m, err := c.Compose(d, letterNow)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// brussels returns an instant written as Brussels wall time.
func brussels(t testing.TB, wall string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", wall, calls.Brussels())
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

func portalURL(identifier string) string {
	return "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/" + identifier
}

func townTwinning(t testing.TB) calls.Call {
	return calls.Call{
		Key: calls.Key{Source: "portal", Reference: "51050034TOPICSen"}, Identifier: "CERV-2026-CITIZENS-TOWN-TT",
		Kind: calls.KindTopic, Title: "Town Twinning",
		Summary: "Brings citizens of twinned towns together for a few days, to meet, to debate and to get to know how " +
			"neighbours in Europe live. At least 50 people take part, and 25 of them are invited guests. The grant is a " +
			"lump sum that follows the number of invited participants. Towns apply alone or with partners.",
		Programme: "CERV", ActionType: "CERV Lump Sum Grants", URL: portalURL("CERV-2026-CITIZENS-TOWN-TT"), Language: "en",
		StatedStatus: calls.Open, Opens: brussels(t, "2026-05-06 00:00:00"),
		Deadlines: []calls.Deadline{{At: brussels(t, "2026-09-23 17:00:00"), Hour: calls.HourUsual}}, Model: calls.SingleStage,
		Budget: calls.Known(6000000), GrantMin: calls.Known(8455), GrantMax: calls.Known(50745),
	}
}

func heatPlans(t testing.TB) calls.Call {
	return calls.Call{
		Key: calls.Key{Source: "portal", Reference: "51060011TOPICSen"}, Identifier: "LIFE-2026-CET-HEATPLAN",
		Kind: calls.KindTopic, Title: "Supporting local authorities with heating and cooling plans",
		Summary:   "Helps towns to write and carry out plans for clean heating and cooling.",
		Programme: "LIFE", ActionType: "LIFE Project Grants", URL: portalURL("LIFE-2026-CET-HEATPLAN"), Language: "en",
		StatedStatus: calls.Forthcoming, Opens: brussels(t, "2026-10-01 00:00:00"),
		Deadlines: []calls.Deadline{
			{At: brussels(t, "2027-01-14 17:00:00"), Hour: calls.HourStated},
			{At: brussels(t, "2027-06-17 17:00:00"), Hour: calls.HourStated},
		},
		Model: calls.TwoStage, GrantMax: calls.Known(1750000), Grants: calls.Known(5),
	}
}

func innovativeActions(t testing.TB) calls.Call {
	return calls.Call{
		Key: calls.Key{Source: "urban", Reference: "ia-4"}, Identifier: "EUI-IA-4", Kind: calls.KindExternal,
		Title:     "Innovative Actions: affordable housing",
		Programme: "EUI", URL: "https://www.urban-initiative.eu/calls?theme=housing&year=2026", Language: "en",
		Deadlines: []calls.Deadline{
			{At: brussels(t, "2026-10-15 23:59:59"), Hour: calls.HourUnsaid},
			{At: brussels(t, "2027-03-15 23:59:59"), Hour: calls.HourUnsaid},
		},
		Model: calls.MultipleCutOff, Budget: calls.Known(90000000),
	}
}

func remembrance(t testing.TB) calls.Call {
	return calls.Call{
		Key: calls.Key{Source: "portal", Reference: "51050031TOPICSen"}, Identifier: "CERV-2026-CITIZENS-REM",
		Kind: calls.KindTopic, Title: "European Remembrance", Summary: "Supports projects on the memory of Europe's past.",
		Programme: "CERV", ActionType: "CERV Lump Sum Grants", URL: portalURL("CERV-2026-CITIZENS-REM"), Language: "en",
		StatedStatus: calls.Open, Opens: brussels(t, "2026-06-09 00:00:00"),
		Deadlines: []calls.Deadline{{At: brussels(t, "2026-09-01 16:59:59"), Hour: calls.HourStated}}, Model: calls.SingleStage,
		Budget: calls.Known(16000000), GrantMin: calls.Known(75000),
	}
}

func smallScale(t testing.TB) calls.Call {
	return calls.Call{
		Key: calls.Key{Source: "portal", Reference: "51050077TOPICSen"}, Identifier: "CREA-CULT-2027-COOP-1",
		Kind: calls.KindTopic, Title: "European Cooperation Projects Small Scale", Programme: "CREA",
		URL: portalURL("CREA-CULT-2027-COOP-1"), Language: "en", StatedStatus: calls.Forthcoming,
		Opens:     brussels(t, "2026-09-09 00:00:00"),
		Deadlines: []calls.Deadline{{At: brussels(t, "2027-01-21 17:00:00"), Hour: calls.HourUsual}}, Model: calls.SingleStage,
	}
}

func item(c calls.Call, reasons ...calls.Reason) calls.Item {
	return calls.Item{Call: c, Match: calls.Match{Call: c.Key, Reasons: reasons}}
}

// mixedDigest holds every section and every way to state a deadline, an amount and a reason.
func mixedDigest(t testing.TB, town, country, lang string) *calls.Digest {
	changed := item(innovativeActions(t), calls.Reason{Keyword: `"housing"`, Rule: calls.RuleKeyword, Field: "title", Words: "housing"})
	changed.Changes = []calls.Change{
		{Kind: calls.ChangeDeadline, Old: "2026-10-01,2027-03-15", New: "2026-10-15,2027-03-15"},
		{Kind: calls.ChangeBudget, Old: "", New: "90000000"},
		{Kind: calls.ChangeTitle, Old: "Innovative Actions: housing", New: "Innovative Actions: affordable housing"},
	}
	d := &calls.Digest{
		Subscriber: calls.Subscriber{ID: 7, Email: "partners@" + country + ".example", Name: "Twinning Office", Language: lang,
			Frequency: calls.Weekly, State: calls.SubscriberActive, Token: letterToken, Stop: letterStop},
		Municipality: calls.Municipality{ID: town, Name: town, Country: country},
		Period:       "2026-W36",
		New: []calls.Item{
			item(townTwinning(t),
				calls.Reason{Topic: "town-twinning", Keyword: "jumelage", Rule: calls.RuleTitle, Field: "title", Words: "Town Twinning"},
				calls.Reason{Topic: "town-twinning", Keyword: "jumelage", Rule: calls.RuleText, Field: "body", Words: "twinned towns"}),
			item(heatPlans(t), calls.Reason{Topic: "climate", Rule: calls.RuleText, Field: "summary", Words: "clean heating"},
				calls.Reason{Rule: calls.RuleEverything}),
		},
		Changed: []calls.Item{changed},
		Closing: []calls.Item{item(remembrance(t), calls.Reason{Topic: "town-twinning", Rule: calls.RuleIdentifier, Field: "identifier", Words: "CERV-2026-CITIZENS"})},
	}
	d.Opening = []calls.Item{item(smallScale(t), calls.Reason{Rule: calls.RuleEverything})}
	d.Expected = expectedRounds()
	for _, items := range [][]calls.Item{d.New, d.Changed, d.Closing, d.Opening} {
		for i := range items {
			items[i].Assessment = assess(t, &items[i].Call, &d.Municipality, "Nový Jičín (CZ)", "Caerphilly (GB)")
		}
	}
	return d
}

// expectedRounds are one that is to come, and one that is overdue and of whose deadline nothing is known.
func expectedRounds() []calls.Expected {
	return []calls.Expected{
		{
			Family: "EUKI-*-IDEAS", Title: "Call for project ideas", Programme: "EUKI", Year: 2026,
			OpensFrom: "2026-06-01", OpensTo: "2026-07-21", Years: []int{2023, 2025},
		},
		{
			Family: "CERV-*-CITIZENS-TOWN-NT", Title: "Networks of Towns", Programme: "CERV", Year: 2027,
			OpensFrom: "2026-12-11", OpensTo: "2026-12-20", ClosesFrom: "2027-03-24", ClosesTo: "2027-04-23", Years: []int{2023, 2024, 2025, 2026},
			LastIdentifier: "CERV-2026-CITIZENS-TOWN-NT", LastURL: portalURL("CERV-2026-CITIZENS-TOWN-NT"),
		},
	}
}

// assess holds a town with partners such as "Sopot (PL)" against the rules of a call.
func assess(t testing.TB, c *calls.Call, m *calls.Municipality, partners ...string) *calls.Assessment {
	t.Helper()
	rules, err := calls.LoadRulebook()
	if err != nil {
		t.Fatal(err)
	}
	var twins []calls.Twin
	for _, p := range partners {
		name, code, _ := strings.Cut(strings.TrimSuffix(p, ")"), " (")
		twins = append(twins, calls.Twin{Name: name, Country: code})
	}
	a := rules.Assess(c, m, twins)
	return &a
}
