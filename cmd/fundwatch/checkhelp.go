package main

import (
	"context"
	"slices"

	"fundwatch/calls"
	"fundwatch/notify/web"
)

// suggest returns who could help a consortium that is short: twins of the town's twins and of the partners
// that were named, twins that were not named, and towns with the same interests if the town has any.
func (a *app) suggest(ctx context.Context, c *calls.Consortium, m *calls.Municipality, twins, named []calls.Twin) ([]calls.Suggestion, error) {
	rules, err := a.rules()
	if err != nil {
		return nil, err
	}
	wanted := rules.Wanted(c)
	if len(wanted) == 0 {
		return nil, nil
	}
	links, err := a.db.TwinsOfTwins(ctx, calls.Partners(m, append(twins, named...)))
	if err != nil {
		return nil, err
	}
	for _, twin := range twins { // those that were not named: nobody is nearer
		links = append(links, calls.Link{Through: calls.Twin{Name: m.Name, Country: m.Country}, Town: twin})
	}
	fellows, err := a.fellows(ctx, m, wanted)
	if err != nil {
		return nil, err
	}
	return rules.Suggest(c, links, fellows), nil
}

// fellows returns subscribed towns of these countries that share topics with m, be it that it chose them or that its
// own words mean them.
func (a *app) fellows(ctx context.Context, m *calls.Municipality, countries []string) ([]calls.Fellow, error) {
	wishes := *m
	wishes.Interests.Topics = slices.Clone(m.Interests.Topics)
	for _, keyword := range m.Interests.Keywords {
		topics, err := a.topics()
		if err != nil {
			return nil, err
		}
		wishes.Interests.Topics = append(wishes.Interests.Topics, topics.Meaning(keyword)...)
	}
	if len(wishes.Interests.Topics) == 0 {
		return nil, nil
	}
	return a.db.Fellows(ctx, &wishes, countries)
}

// checkStranger makes the check for a town of which nothing is known but what somebody typed: its name, country
// and twins. Only these count; who else lists the town as a twin is suggested. The public learns of twinnings
// only, and never who is subscribed.
func (a *app) checkStranger(ctx context.Context, c *calls.Call, m *calls.Municipality) (web.Checkup, error) {
	rules, err := a.rules()
	if err != nil {
		return web.Checkup{}, err
	}
	k := web.Checkup{Assessment: rules.Assess(c, m, m.Twins)}
	listing, err := a.db.Listing(ctx, calls.Twin{Name: m.Name, Country: m.Country})
	if err != nil {
		return k, err
	}
	k.Suggestions, err = a.suggest(ctx, &k.Consortium, m, listing, m.Twins)
	return k, err
}
