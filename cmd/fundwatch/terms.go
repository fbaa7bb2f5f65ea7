package main

import (
	"fmt"

	"fundwatch/calls"
)

// factLabels name the facts of a rule. Whether a town may apply itself is told with the verdict.
var factLabels = map[calls.FactKey]string{
	calls.FactWho: "Who", calls.FactDepends: "Depends on", calls.FactApplicants: "Applicants", calls.FactCountries: "Countries",
	calls.FactMembers: "EU members", calls.FactParticipants: "Participants", calls.FactDuration: "Duration",
	calls.FactGrant: "Grant", calls.FactRate: "Rate", calls.FactNote: "Note",
}

// factText writes the value of a fact as it stands in a sentence; "" if it is not stated.
func factText(r *calls.Terms, key calls.FactKey) string {
	f := r.Fact(key)
	switch {
	case !f.Stated():
		return ""
	case key == calls.FactApplicants && f.Text == "1":
		return "one is enough"
	case key == calls.FactCountries:
		return "at least " + f.Text + ", among the " + r.Area.Name
	case key == calls.FactApplicants || key == calls.FactMembers:
		return "at least " + f.Text
	}
	return f.Text
}

// rule prints the terms with their sources: what is stated, and all that was said where sources differ.
func (k *checkup) rule() {
	r := k.Consortium.Terms
	if r == nil {
		return
	}
	fmt.Fprintf(k.screen.out, "\n%s\n", k.screen.paint(bold, "Rule: "+r.Name+" ("+r.Programme+")"))
	for _, key := range calls.FactKeys() {
		f, label := r.Fact(key), factLabels[key]
		if label == "" || len(f.Claims) == 0 {
			continue
		}
		if f.Stated() {
			k.fact(label, factText(r, key)+k.cite(f.Claims[0]))
			continue
		}
		k.fact(label, "not stated for this round:")
		for _, c := range f.Claims {
			k.fact("", "- "+c.Text+k.cite(c))
		}
	}
}
