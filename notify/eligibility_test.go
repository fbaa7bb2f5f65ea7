package notify_test

import (
	"strings"
	"testing"

	"fundwatch/calls"
	"fundwatch/notify"
)

// The first line of a card says whether this town can apply, and with whom.
func TestLettersSayWhetherTheTownCanApply(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, identifier, country string
		twins                     []string
		want                      string
	}{
		{"met", "CERV-2026-CITIZENS-TOWN-TT", "DE", []string{"Montbéliard (FR)", "Caerphilly (GB)"},
			"With Montbéliard (FR) you meet the partner rule (at least 2 countries). Not counted: Caerphilly (GB). Rule checked on 22 November 2026."},
		{"one short", "CERV-2026-CITIZENS-TOWN-NT", "DE", []string{"Montbéliard (FR)", "Nový Jičín (CZ)"},
			"You still lack 1 partner: the call asks for at least 4 countries, and with your twin towns you have 3. Rule checked"},
		{"two short, a member state among them", "CERV-2026-CITIZENS-TOWN-NT", "RS", []string{"Sarajevo (BA)"},
			"You still lack 2 partners: the call asks for at least 4 countries, and with your twin towns you have 2. At least one must be from another EU member state."},
		{"it hangs on one", "CERV-2026-CITIZENS-TOWN-TT", "DE", []string{"Skopje (MK)"},
			"It is not certain whether your partners are enough: that depends on Skopje (MK)."},
		{"the town cannot, a twin could", "CERV-2026-CITIZENS-TOWN-TT", "GB", []string{"Ludwigsburg (DE)"},
			"Your country does not take part, so you cannot apply yourselves. Ludwigsburg (DE) could apply."},
		{"nobody knows of the country", "CERV-2026-CITIZENS-TOWN-TT", "MK", []string{"Ludwigsburg (DE)", "Lyon (FR)"},
			"Whether your country takes part is not certain."},
		{"alone", "LIFE-2026-SAP-CLIMA-CCA", "DE", nil, "You may apply, with or without partners. No official source confirms this rule. Rule checked"},
		{"conditions", "CREA-CULT-2026-COOP-1", "DE", []string{"Montbéliard (FR)", "Nový Jičín (CZ)"},
			"Whether you can apply yourselves depends on further conditions of the call. With Nový Jičín (CZ) and Montbéliard (FR) you meet the partner rule (at least 3 countries)."},
		{"nothing is stated", "CERV-2026-CITIZENS-REM", "DE", nil,
			"Whether municipalities can apply in this round is not stated. How many partners are asked for is not stated."},
		{"no rule", "HORIZON-2026-X", "DE", nil, "Whether you can apply is not stated: we know no rule for this call."},
		{"many", "CERV-2026-CITIZENS-TOWN-TT", "DE", []string{"A (AT)", "B (BE)", "C (CZ)", "D (DK)", "E (EE)"},
			"With A (AT), B (BE), C (CZ) and 2 more you meet the partner rule"},
	}
	composer := newComposer(t, letterSettings())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, lang := range notify.Languages() {
				d := mixedDigest(t, "Town", tt.country, lang)
				call := townTwinning(t)
				call.Identifier = tt.identifier
				d.New, d.Changed, d.Closing = []calls.Item{item(call)}, nil, nil
				d.New[0].Assessment = assess(t, &call, &d.Municipality, tt.twins...)
				mail := compose(t, composer, d)
				if said := strings.Join(strings.Fields(mail.Text), " "); lang == "en" && !strings.Contains(said, tt.want) {
					t.Errorf("lacks %q:\n%s", tt.want, mail.Text)
				}
				checkWriting(t, lang, mail)
				if strings.Contains(mail.Text, "verdict.") || strings.Contains(mail.HTML, "verdict.") {
					t.Errorf("%s: a key in place of words:\n%s", lang, mail.Text)
				}
			}
		})
	}
}

// A town's name is outside text like any other.
func TestLettersEscapeTheNamesOfTwins(t *testing.T) {
	t.Parallel()
	d := mixedDigest(t, "Town", "DE", "en")
	d.New = d.New[:1]
	d.New[0].Assessment = assess(t, &d.New[0].Call, &d.Municipality, "<img src=x onerror=alert(1)> (FR)", "Evil\u202egro\r\nBcc: x (GB)")
	mail := compose(t, newComposer(t, letterSettings()), d)
	if strings.Contains(mail.HTML, "<img") || strings.Contains(mail.HTML, "\u202e") || strings.Contains(mail.Text, "\nBcc") {
		t.Errorf("hostile names came through:\n%s", mail.HTML)
	}
}
