package calls_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fundwatch/calls"
)

var (
	ludwigsburg = calls.Municipality{Name: "Ludwigsburg", Country: "DE", Twins: []calls.Twin{
		{Name: "Montbéliard", Country: "FR"}, {Name: "Nový Jičín", Country: "CZ"}, {Name: "Caerphilly", Country: "GB"},
	}}
	novyJicin = calls.Twin{Name: "Nový Jičín", Country: "CZ"}
)

func TestConsortiumOfLudwigsburg(t *testing.T) {
	t.Parallel()
	b := loadRulebook(t)
	twinning := b.Consortium(termsOf(t, b, "cerv-town-twinning"), &ludwigsburg, ludwigsburg.Twins)
	if twinning.Verdict != calls.Met || strings.Join(twinning.Countries, " ") != "CZ DE FR" || len(twinning.Members) != 3 {
		t.Errorf("Town Twinning: %s with %v", twinning.Verdict, twinning.Countries)
	}
	networks := b.Consortium(termsOf(t, b, "cerv-networks-of-towns"), &ludwigsburg, ludwigsburg.Twins)
	if want := (calls.Missing{Applicants: 1, Countries: 1}); networks.Verdict != calls.OneShort || networks.Missing != want {
		t.Errorf("Networks of Towns: %s, missing %+v", networks.Verdict, networks.Missing)
	}
	last := networks.Partners[len(networks.Partners)-1]
	if last.Town.Name != "Caerphilly" || last.Eligibility != calls.NotEligible || last.Claim.Source == "" {
		t.Errorf("Caerphilly: %+v", last)
	}

	links := []calls.Link{
		{Through: novyJicin, Town: calls.Twin{Name: "Görlitz", Country: "DE"}},
		{Through: novyJicin, Town: calls.Twin{Name: "Ludwigsburg", Country: "DE"}},
		{Through: novyJicin, Town: calls.Twin{Name: "Épinal", Country: "FR"}},
		{Through: novyJicin, Town: calls.Twin{Name: "Novellara", Country: "IT"}},
		{Through: novyJicin, Town: calls.Twin{Name: "Kremnica", Country: "SK"}},
		{Through: ludwigsburg.Twins[0], Town: calls.Twin{Name: "Greensboro", Country: "US"}},
	}
	fellows := []calls.Fellow{{Town: calls.Twin{Name: "Drogheda", Country: "IE"}, Topics: []string{"youth"}}}
	if got := told(b.Suggest(&networks, links, fellows)); got != "Kremnica (SK) through Nový Jičín (CZ); Novellara (IT) through Nový Jičín (CZ); Drogheda (IE) for youth" {
		t.Errorf("suggestions: %s", got)
	}
	if got := b.Suggest(&twinning, links, fellows); got != nil {
		t.Errorf("nothing is missing, and yet: %s", told(got))
	}
}

// told writes suggestions in one line.
func told(suggestions []calls.Suggestion) string {
	var all []string
	for _, s := range suggestions {
		line := s.Town.String()
		for _, through := range s.Through {
			line += " through " + through.String()
		}
		if len(s.Topics) > 0 {
			line += " for " + strings.Join(s.Topics, ",")
		}
		all = append(all, line)
	}
	return strings.Join(all, "; ")
}

// twinsOf reads "Sopot (PL), Namur (BE), Nowhere".
func twinsOf(list string) []calls.Twin {
	var twins []calls.Twin
	for _, s := range strings.Split(list, ", ") {
		name, code, _ := strings.Cut(strings.TrimSuffix(s, ")"), " (")
		if name != "" {
			twins = append(twins, calls.Twin{Name: name, Country: code})
		}
	}
	return twins
}

func TestConsortium(t *testing.T) {
	t.Parallel()
	b := loadRulebook(t)
	tests := []struct {
		name, terms, town, twins string
		want                     calls.Verdict
		missing                  calls.Missing
	}{
		{"nobody", "cerv-town-twinning", "A (DE)", "", calls.OneShort, calls.Missing{Countries: 1}},
		{"only a British twin", "cerv-town-twinning", "A (DE)", "B (GB)", calls.OneShort, calls.Missing{Countries: 1}},
		{"only a Norwegian twin", "cerv-town-twinning", "A (DE)", "B (NO)", calls.OneShort, calls.Missing{Countries: 1}},
		{"a twin of no known country", "cerv-town-twinning", "A (DE)", "B", calls.OneShort, calls.Missing{Countries: 1}},
		{"a twin at home", "cerv-town-twinning", "A (DE)", "B (DE)", calls.OneShort, calls.Missing{Countries: 1}},
		{"nobody knows of Skopje", "cerv-town-twinning", "A (DE)", "Skopje (MK)", calls.VerdictUnstated, calls.Missing{Countries: 1}},
		{"two states outside the Union", "cerv-town-twinning", "A (RS)", "B (BA)", calls.OneShort, calls.Missing{Members: 1}},
		{"one inside", "cerv-town-twinning", "A (RS)", "B (BA), C (HR)", calls.Met, calls.Missing{}},
		{"the town may not apply", "cerv-town-twinning", "A (GB)", "B (DE), C (FR)", calls.NotMet, calls.Missing{}},
		{"nobody knows of the town", "cerv-town-twinning", "A (MK)", "B (DE), C (FR)", calls.VerdictUnstated, calls.Missing{}},
		{"three countries", "cerv-networks-of-towns", "A (DE)", "B (FR), C (CZ)", calls.OneShort, calls.Missing{Applicants: 1, Countries: 1}},
		{"four towns, three countries", "cerv-networks-of-towns", "A (DE)", "B (FR), C (CZ), D (CZ)", calls.OneShort, calls.Missing{Countries: 1}},
		{"four countries", "cerv-networks-of-towns", "A (DE)", "B (FR), C (CZ), D (PL)", calls.Met, calls.Missing{}},
		{"a fourth of which nobody knows", "cerv-networks-of-towns", "A (DE)", "B (FR), C (CZ), D (XK)", calls.VerdictUnstated, calls.Missing{Applicants: 1, Countries: 1}},
		{"two countries", "cerv-networks-of-towns", "A (DE)", "B (FR)", calls.NotMet, calls.Missing{Applicants: 2, Countries: 2}},
		{"one member state among four countries", "cerv-networks-of-towns", "A (DE)", "B (RS), C (BA), D (UA)", calls.OneShort, calls.Missing{Members: 1}},
		{"no member state among four countries", "cerv-networks-of-towns", "A (AL)", "B (RS), C (BA), D (UA)", calls.NotMet, calls.Missing{Members: 2}},
		{"the same town twice", "cerv-networks-of-towns", "A (DE)", "Bé (FR), BE (FR), C (CZ), a (DE)", calls.OneShort, calls.Missing{Applicants: 1, Countries: 1}},
		{"no source speaks of America", "creative-europe-small", "A (DE)", "B (FR), C (US)", calls.OneShort, calls.Missing{Applicants: 1, Countries: 1}},
		{"alone", "life-standard", "A (DE)", "", calls.Met, calls.Missing{}},
		{"nobody says how many", "cerv-citizens-engagement", "A (DE)", "B (FR)", calls.VerdictUnstated, calls.Missing{}},
		{"a German and a French town", "franco-german-citizens-fund", "A (DE)", "B (PL), C (FR)", calls.Met, calls.Missing{}},
		{"two German towns", "franco-german-citizens-fund", "A (DE)", "B (DE)", calls.OneShort, calls.Missing{Countries: 1}},
		{"a Polish town", "franco-german-citizens-fund", "A (PL)", "B (FR), C (DE)", calls.VerdictUnstated, calls.Missing{}},
		{"a German town with the whole Visegrad Group", "visegrad-grants", "A (DE)", "B (PL), C (CZ), D (SK)", calls.VerdictUnstated, calls.Missing{}},
		{"a Polish town with three", "visegrad-grants", "A (PL)", "B (CZ), C (SK)", calls.Met, calls.Missing{}},
		{"a town outside the Union exchanges with nobody", "eui-city-to-city", "A (NO)", "B (DE)", calls.NotMet, calls.Missing{Applicants: 1, Countries: 1, Members: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			town := twinsOf(tt.town)[0]
			c := b.Consortium(termsOf(t, b, tt.terms), &calls.Municipality{Name: town.Name, Country: town.Country}, twinsOf(tt.twins))
			if c.Verdict != tt.want || c.Missing != tt.missing {
				t.Errorf("%s, missing %+v; want %s, missing %+v", c.Verdict, c.Missing, tt.want, tt.missing)
			}
		})
	}
	none := b.Consortium(nil, &ludwigsburg, ludwigsburg.Twins)
	if none.Verdict != calls.VerdictUnstated || none.Partners != nil {
		t.Errorf("without terms: %+v", none)
	}
}

func TestPartnersAreReadBothWays(t *testing.T) {
	t.Parallel()
	m := calls.Municipality{Name: "Łódź", Country: "PL", Twins: twinsOf("Chemnitz (DE), Lyon (FR), LODZ (PL)")}
	got := calls.Partners(&m, twinsOf("chemnitz (DE), Tampere (FI), Chemnitz (US)"))
	var names []string
	for _, p := range got {
		names = append(names, p.String())
	}
	if want := "Chemnitz (DE), Lyon (FR), Tampere (FI), Chemnitz (US)"; strings.Join(names, ", ") != want {
		t.Errorf("Partners = %v, want %s", names, want)
	}
}

func TestSuggestMemberStateWhereOnlyOneIsMissing(t *testing.T) {
	t.Parallel()
	b := loadRulebook(t)
	serbian := calls.Municipality{Name: "A", Country: "RS"}
	c := b.Consortium(termsOf(t, b, "cerv-town-twinning"), &serbian, twinsOf("B (BA)"))
	via := calls.Twin{Name: "B", Country: "BA"}
	links := []calls.Link{
		{Through: via, Town: calls.Twin{Name: "Tirana", Country: "AL"}}, // new, and no member state
		{Through: via, Town: calls.Twin{Name: "Graz", Country: "AT"}},
		{Through: via, Town: calls.Twin{Name: "Leicester", Country: "GB"}},
		{Through: via, Town: calls.Twin{Name: "Nowhere"}},
	}
	if got := told(b.Suggest(&c, links, nil)); got != "Graz (AT) through B (BA)" {
		t.Errorf("suggestions: %s", got)
	}
}

func TestSuggestionsChangeCountriesAndDoNotDependOnOrder(t *testing.T) {
	t.Parallel()
	b := loadRulebook(t)
	c := b.Consortium(termsOf(t, b, "cerv-networks-of-towns"), &ludwigsburg, twinsOf("M (FR), N (CZ)"))
	var links []calls.Link
	for _, s := range twinsOf("P1 (PL), P2 (PL), P3 (PL), I1 (IT), I2 (IT)") {
		links = append(links, calls.Link{Through: calls.Twin{Name: "N", Country: "CZ"}, Town: s})
	}
	links = append(links, calls.Link{Through: calls.Twin{Name: "M", Country: "FR"}, Town: calls.Twin{Name: "P3", Country: "PL"}})
	const want = "P3 (PL) through M (FR) through N (CZ); I1 (IT) through N (CZ); I2 (IT) through N (CZ); P1 (PL) through N (CZ); P2 (PL) through N (CZ)"
	for range 20 {
		if got := told(b.Suggest(&c, links, nil)); got != want {
			t.Fatalf("suggestions: %s\nwant: %s", got, want)
		}
		links = append(links[1:], links[0])
	}
}

// worth orders verdicts from worst to best.
var worth = []calls.Verdict{calls.NotMet, calls.OneShort, calls.VerdictUnstated, calls.Met}

func TestOneMorePartnerNeverMakesItWorse(t *testing.T) {
	t.Parallel()
	b := loadRulebook(t)
	countries := []string{"DE", "FR", "CZ", "PL", "IT", "RS", "AL", "MK", "XK", "GB", "NO", "US", ""}
	rapid.Check(t, func(t *rapid.T) {
		terms := b.All()[rapid.IntRange(0, len(b.All())-1).Draw(t, "terms")]
		town := calls.Municipality{Name: "A", Country: rapid.SampledFrom(countries[:len(countries)-1]).Draw(t, "country")}
		var partners []calls.Twin
		before := b.Consortium(terms, &town, nil)
		for i, country := range rapid.SliceOfN(rapid.SampledFrom(countries), 1, 12).Draw(t, "partners") {
			partners = append(partners, calls.Twin{Name: string(rune('B' + i)), Country: country})
			after := b.Consortium(terms, &town, partners)
			if slices.Index(worth, after.Verdict) < slices.Index(worth, before.Verdict) {
				t.Fatalf("%s: a partner in %q made %q of %q", terms.ID, country, after.Verdict, before.Verdict)
			}
			if before.Verdict == calls.OneShort && helps(after) && after.Verdict != calls.Met {
				t.Fatalf("%s: one short, and the one in %q made it %q", terms.ID, country, after.Verdict)
			}
			before = after
		}
	})
}

// helps reports whether the newest partner supplied what was missing.
func helps(after calls.Consortium) bool { return after.Missing.Partners() == 0 }
