package calls

import "slices"

// Concerning returns those among the candidates of which letters tell and that can still be applied for, the
// nearest deadline first, whatever the reader was told of them: what concerns the town now. Only Candidates, Now,
// and what says who may apply are read of the request.
func Concerning(r DigestRequest) []Call {
	var items []Item
	for i := range r.Candidates {
		c := &r.Candidates[i]
		if !c.Muted && canStillApply(&c.Call, r.Now) && c.concerns(r.Now, r.assess(&c.Call)) {
			items = append(items, Item{Call: c.Call})
		}
	}
	slices.SortFunc(items, byDeadline(r.Now))
	all := make([]Call, len(items))
	for i := range items {
		all[i] = items[i].Call
	}
	return all
}
