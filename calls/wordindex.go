package calls

import (
	"slices"
	"strings"
	"sync"
)

// A wordIndex knows where every word of some calls stands, and keeps nothing else of their texts. All
// texts lie one after the other; the place of a word is its number in that row.
type wordIndex struct {
	ids           map[string]int32  // number of each word
	names         []string          // words by number
	text          []int32           // by place: number of the word, or noWord between two texts
	starts        []int32           // by call: its first place
	heads         []int32           // by call: the first place after its identifier and title
	places        postings[int32]   // by number of the word: its places
	calls         postings[find]    // by number of the word: the calls that hold it
	abbreviations map[string][]find // by folded abbreviation: the calls that hold it in capitals
	sorted        func() []int32    // numbers of the words in the order of names, made when first needed
}

// noWord stands between two texts: no phrase goes on there.
const noWord int32 = -1

// A find says that a call holds something: twice the place of the call in its list, plus one if it does
// so after its identifier and title only.
type find int32

func newFind(call int32, inHead bool) find {
	if inHead {
		return find(2 * call)
	}
	return find(2*call + 1)
}

func (f find) call() int32  { return int32(f) / 2 }
func (f find) inHead() bool { return f%2 == 0 }

// postings are lists, one after the other.
type postings[T any] struct {
	ends []int32
	all  []T
}

func (p *postings[T]) of(i int32) []T {
	start := int32(0)
	if i > 0 {
		start = p.ends[i-1]
	}
	return p.all[start:p.ends[i]:p.ends[i]]
}

// newWordIndex reads the fields of each call once; of gives those of the call with that number.
func newWordIndex(size int, of func(i int) []field) *wordIndex {
	x := &wordIndex{ids: map[string]int32{}, abbreviations: map[string][]find{}}
	for i := range size {
		x.starts = append(x.starts, int32(len(x.text)))
		x.addCall(of(i))
	}
	x.post()
	x.sorted = sync.OnceValue(x.sort)
	return x
}

func (x *wordIndex) addCall(all []field) {
	call, head := int32(len(x.heads)), int32(len(x.text))
	for i := range all {
		f := &all[i]
		for _, w := range f.words {
			number := x.number(w.Text)
			x.text = append(x.text, number)
			if shortCapitals(f.text[w.Start:w.End]) {
				x.addAbbreviation(x.names[number], newFind(call, f.isHead()))
			}
		}
		x.text = append(x.text, noWord)
		if all[i].isHead() {
			head = int32(len(x.text))
		}
	}
	x.heads = append(x.heads, head)
}

// addAbbreviation notes that a call holds an abbreviation. Its head comes first, so that a first find there stays.
func (x *wordIndex) addAbbreviation(word string, f find) {
	finds := x.abbreviations[word]
	if n := len(finds); n == 0 || finds[n-1].call() != f.call() {
		x.abbreviations[word] = append(finds, f)
	}
}

func (x *wordIndex) number(word string) int32 {
	if id, ok := x.ids[word]; ok {
		return id
	}
	id := int32(len(x.names))
	word = strings.Clone(word) // the call's text need not stay for its sake
	x.ids[word] = id
	x.names = append(x.names, word)
	return id
}

// post sorts the places by their words.
func (x *wordIndex) post() {
	counts, holders := make([]int32, len(x.names)+1), make([]int32, len(x.names)+1)
	last := make([]int32, len(x.names)) // by word: the last call that holds it, plus one
	x.walk(func(call, _, word int32) {
		counts[word+1]++
		if last[word] != call+1 {
			last[word] = call + 1
			holders[word+1]++
		}
	})
	x.places, x.calls = newPostings[int32](counts), newPostings[find](holders)
	clear(last)
	x.walk(func(call, place, word int32) {
		x.places.add(word, place)
		if last[word] != call+1 {
			last[word] = call + 1
			x.calls.add(word, newFind(call, place < x.heads[call]))
		}
	})
}

// newPostings makes room for lists of these lengths, which are given one place later, and turns them
// into the ends of the lists that are filled.
func newPostings[T any](lengths []int32) postings[T] {
	for i := 1; i < len(lengths); i++ {
		lengths[i] += lengths[i-1]
	}
	last := len(lengths) - 1
	return postings[T]{lengths[:last], make([]T, lengths[last])}
}

// add puts a value into list i. Lists may only be read when all are full.
func (p *postings[T]) add(i int32, value T) {
	p.all[p.ends[i]] = value
	p.ends[i]++
}

func (x *wordIndex) walk(see func(call, place, word int32)) {
	call := int32(0)
	for place, word := range x.text {
		for int(call)+1 < len(x.starts) && x.starts[call+1] <= int32(place) {
			call++
		}
		if word != noWord {
			see(call, int32(place), word)
		}
	}
}

func (x *wordIndex) sort() []int32 {
	order := make([]int32, len(x.names))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return strings.Compare(x.names[a], x.names[b]) })
	return order
}

// beginning returns the numbers of the words that begin so.
func (x *wordIndex) beginning(prefix string) []int32 {
	order := x.sorted()
	from, _ := slices.BinarySearchFunc(order, prefix, func(id int32, p string) int { return strings.Compare(x.names[id], p) })
	to := from
	for to < len(order) && strings.HasPrefix(x.names[order[to]], prefix) {
		to++
	}
	return order[from:to]
}

// numbers returns the numbers of the words that a token stands for.
func (x *wordIndex) numbers(t token) []int32 {
	if t.prefix {
		return x.beginning(t.text)
	}
	if id, ok := x.ids[t.text]; ok {
		return []int32{id}
	}
	return nil
}

// find returns the calls that hold a pattern, ascending. The list must not be changed.
func (x *wordIndex) find(p Pattern) []find {
	if p.capitals {
		return x.abbreviations[p.forms[0][0].text]
	}
	if len(p.forms) == 1 && len(p.forms[0]) == 1 && !p.forms[0][0].prefix { // most are one word
		if id, ok := x.ids[p.forms[0][0].text]; ok {
			return x.calls.of(id)
		}
		return nil
	}
	var finds []find
	for _, form := range p.forms {
		finds = x.appendForm(finds, form)
	}
	slices.Sort(finds) // those in a head come first
	return slices.CompactFunc(finds, func(a, b find) bool { return a.call() == b.call() })
}

func (x *wordIndex) appendForm(finds []find, form []token) []find {
	if len(form) > 1 {
		return x.appendPhrase(finds, form)
	}
	for _, word := range x.numbers(form[0]) {
		finds = append(finds, x.calls.of(word)...)
	}
	return finds
}

// A row is a phrase as numbers of words.
type row struct {
	words [longestPhrase]int32 // anyWord for a beginning
	form  []token
}

const anyWord int32 = -2

// appendPhrase looks at every place of the rarest word of a phrase.
func (x *wordIndex) appendPhrase(finds []find, form []token) []find {
	r, at, rarest, fewest := row{form: form}, 0, []int32(nil), 0
	for i, t := range form {
		words := x.numbers(t)
		if len(words) == 0 {
			return finds
		}
		r.words[i] = words[0]
		if t.prefix {
			r.words[i] = anyWord
		}
		if n := x.count(words); i == 0 || n < fewest {
			at, rarest, fewest = i, words, n
		}
	}
	for _, word := range rarest {
		for _, place := range x.places.of(word) {
			if start := place - int32(at); x.standsAt(start, &r) {
				call := x.callAt(start)
				finds = append(finds, newFind(call, start < x.heads[call]))
			}
		}
	}
	return finds
}

// count returns at how many places the words stand.
func (x *wordIndex) count(words []int32) int {
	n := 0
	for _, word := range words {
		n += len(x.places.of(word))
	}
	return n
}

func (x *wordIndex) standsAt(start int32, r *row) bool {
	if start < 0 || int(start)+len(r.form) > len(x.text) {
		return false
	}
	for i, word := range x.text[start : int(start)+len(r.form)] {
		if want := r.words[i]; want != word && (want != anyWord || word == noWord || !r.form[i].fits(x.names[word])) {
			return false
		}
	}
	return true
}

// callAt returns the call that a place belongs to: the last that starts there or before.
func (x *wordIndex) callAt(place int32) int32 {
	after, _ := slices.BinarySearch(x.starts, place+1)
	return int32(after) - 1
}
