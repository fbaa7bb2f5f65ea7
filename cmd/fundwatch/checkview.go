package main

import "fundwatch/calls"

// A checkView is a consortium check as programs read it. Unknown is null, lists are never null.
type checkView struct {
	Call         string           `json:"call"`
	Identifier   string           `json:"identifier"`
	Title        string           `json:"title"`
	Municipality string           `json:"municipality"`
	Named        bool             `json:"partners_named"` // by --with, in place of the twins
	Closed       *string          `json:"closed"`         // why nobody can apply, or no newcomer
	Summary      string           `json:"summary"`
	Eligibility  eligibilityView  `json:"eligibility"`
	Consortium   consortiumView   `json:"consortium"`
	Suggestions  []suggestionView `json:"suggestions"`
	Rule         *termsView       `json:"rule"`
}

// An eligibilityView says whether the town may apply, and by whose word.
type eligibilityView struct {
	Verdict calls.Eligibility `json:"verdict"`
	Reason  string            `json:"reason"`
	claimView
}

// A claimView is what one source says.
type claimView struct {
	Text      *string `json:"text"`
	Certainty *string `json:"certainty"`
	Source    *string `json:"source"`
	Checked   *string `json:"checked"`
}

type consortiumView struct {
	Verdict    calls.Verdict  `json:"verdict"`
	Applicants int            `json:"applicants"`
	Countries  []string       `json:"countries"`
	Members    []string       `json:"member_states"`
	Missing    missingView    `json:"missing"`
	Partners   []standingView `json:"partners"`
}

type missingView struct {
	Partners   int `json:"partners"`
	Applicants int `json:"applicants"`
	Countries  int `json:"countries"`
	Members    int `json:"member_states"`
}

// A standingView is one partner: whether it is eligible, and whether its country is new.
type standingView struct {
	Name        string            `json:"name"`
	Country     *string           `json:"country"`
	Eligibility calls.Eligibility `json:"eligibility"`
	NewCountry  bool              `json:"new_country"`
	claimView
}

type suggestionView struct {
	Name    string   `json:"name"`
	Country string   `json:"country"`
	Through []string `json:"through"`
	Topics  []string `json:"topics"`
}

type termsView struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Programme string     `json:"programme"`
	Facts     []factView `json:"facts"`
}

// A factView is one fact of a rule; its value is null where sources differ.
type factView struct {
	Key    calls.FactKey `json:"key"`
	Value  *string       `json:"value"`
	Claims []claimView   `json:"claims"`
}

func viewClaim(c calls.Claim) claimView {
	return claimView{stated(c.Text), stated(string(c.Certainty)), stated(c.Source), stated(c.Checked)}
}

func (k *checkup) view() checkView {
	c := &k.Consortium
	view := checkView{
		Call: k.call.Key.String(), Identifier: k.call.Identifier, Title: k.call.Title, Municipality: k.town.ID, Named: k.named, Closed: stated(k.closed),
		Summary:     verdictLine(&k.Assessment),
		Eligibility: eligibilityView{k.Town.Eligibility, townLine(&k.Assessment), viewClaim(k.Town.Claim)},
		Consortium: consortiumView{
			Verdict: c.Verdict, Applicants: c.Applicants,
			Countries: append([]string{}, c.Countries...), Members: append([]string{}, c.Members...),
			Missing:  missingView{c.Missing.Partners(), c.Missing.Applicants, c.Missing.Countries, c.Missing.Members},
			Partners: []standingView{},
		},
		Suggestions: []suggestionView{},
		Rule:        viewTerms(c.Terms),
	}
	for _, s := range c.Partners {
		view.Consortium.Partners = append(view.Consortium.Partners,
			standingView{s.Town.Name, stated(s.Town.Country), s.Eligibility, s.NewCountry, viewClaim(s.Claim)})
	}
	for _, s := range k.suggestions {
		through := []string{}
		for _, t := range s.Through {
			through = append(through, t.String())
		}
		view.Suggestions = append(view.Suggestions, suggestionView{s.Town.Name, s.Town.Country, through, append([]string{}, s.Topics...)})
	}
	return view
}

func viewTerms(r *calls.Terms) *termsView {
	if r == nil {
		return nil
	}
	view := &termsView{ID: r.ID, Name: r.Name, Programme: r.Programme, Facts: []factView{}}
	for _, key := range calls.FactKeys() {
		f := r.Fact(key)
		if len(f.Claims) == 0 {
			continue
		}
		fact := factView{key, stated(f.Text), []claimView{}}
		for _, c := range f.Claims {
			fact.Claims = append(fact.Claims, viewClaim(c))
		}
		view.Facts = append(view.Facts, fact)
	}
	return view
}
