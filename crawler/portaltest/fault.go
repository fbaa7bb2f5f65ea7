package portaltest

import "slices"

// A Fault is something that goes wrong with answers. The functions of this package make them; nil is
// health.
type Fault interface{ hooks() []hook }

// A hook is what one fault does, and when. Fields left nil do nothing.
type hook struct {
	when  []func(*page) bool // all must hold; p.rows and p.total are not known yet
	ask   func(*question)    // changes what is understood
	pick  func(*page)        // changes what matches, before the page is cut
	show  func(*page)        // changes rows and total of this page
	reply func(*reply)       // changes what goes over the wire
}

// hookList is every Fault there is.
type hookList []hook

func (l hookList) hooks() []hook { return l }

// OnRequest plays the fault in the n-th search request after [Server.Fail] only, counted from 1.
func OnRequest(n int, f Fault) Fault {
	return only(f, func(p *page) bool { return p.number == n })
}

// OnType plays the fault only in requests that ask for records of that type, such as "8". A request
// whose query was ignored asks for no type.
func OnType(recordType string, f Fault) Fault {
	return only(f, func(p *page) bool { return slices.Contains(p.types, recordType) })
}

// OnPage plays the fault only in requests for the n-th page, counted from 1.
func OnPage(n int, f Fault) Fault {
	return only(f, func(p *page) bool { return p.page == n })
}

// All plays several faults, in that order.
func All(faults ...Fault) Fault {
	var list hookList
	for _, f := range faults {
		list = append(list, hooksOf(f)...)
	}
	return list
}

func only(f Fault, condition func(*page) bool) Fault {
	list := slices.Clone(hooksOf(f))
	for i := range list {
		list[i].when = append(slices.Clone(list[i].when), condition)
	}
	return hookList(list)
}

func hooksOf(f Fault) []hook {
	if f == nil {
		return nil
	}
	return f.hooks()
}

// applying returns the hooks that are due in this request.
func applying(f Fault, asked *page) []hook {
	var due []hook
	for _, h := range hooksOf(f) {
		if !slices.ContainsFunc(h.when, func(holds func(*page) bool) bool { return !holds(asked) }) {
			due = append(due, h)
		}
	}
	return due
}
