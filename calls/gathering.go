package calls

import (
	"iter"
	"math/bits"
	"slices"
)

// A bitset is a set of small numbers, one bit each.
type bitset []uint64

const wordBits = 64

func newBitset(size int) bitset { return make(bitset, (size+wordBits-1)/wordBits) }

func (s bitset) add(i int32)      { s[i/wordBits] |= 1 << (i % wordBits) }
func (s bitset) has(i int32) bool { return s[i/wordBits]&(1<<(i%wordBits)) != 0 }

func (s bitset) size() int {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// each yields the numbers of the set, ascending.
func (s bitset) each() iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for i, word := range s {
			for ; word != 0; word &= word - 1 {
				if !yield(int32(i*wordBits + bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}

// A gathering holds, for every call, which reasons one municipality has for it. It is used again for
// the next.
type gathering struct {
	first  []int32 // by call: number of its newest link plus one; 0 for none
	links  []link
	made   []Reason // for this municipality alone
	found  bitset   // calls that something speaks for
	banned bitset   // calls that are not wanted all the same
	list   []Reason
	strict []Reason

	looked map[string]keyword // of former municipalities, by how they wrote them
}

// mostLooked bounds what is remembered of former municipalities.
const mostLooked = 8192

// remember keeps a keyword for the next municipality that writes it so.
func (g *gathering) remember(written string, k keyword) {
	if len(g.looked) >= mostLooked {
		clear(g.looked)
	}
	g.looked[written] = k
}

// A link is one reason for one call, as far as the score depends on it, and the one before it.
type link struct {
	*Reason
	next int32 // as first
}

func newGathering(calls int) *gathering {
	return &gathering{first: make([]int32, calls), found: newBitset(calls), banned: newBitset(calls), looked: map[string]keyword{}}
}

// add notes a reason for a call, which must not be changed.
func (g *gathering) add(call int32, r *Reason) {
	g.found.add(call)
	g.links = append(g.links, link{r, g.first[call]})
	g.first[call] = int32(len(g.links))
}

// keep returns a reason that lasts until the next municipality.
func (g *gathering) keep(r Reason) *Reason {
	g.made = append(g.made, r)
	return &g.made[len(g.made)-1]
}

// weigh returns the weight of the strongest reason for a call and the number of those that tell
// something; each adds to the stronger ones.
func (g *gathering) weigh(call int32) (strongest float64, reasons int) {
	at := g.first[call]
	if only := &g.links[at-1]; only.next == 0 {
		return only.Weight, 1
	}
	g.list, g.strict = g.list[:0], g.strict[:0]
	for ; at != 0; at = g.links[at-1].next {
		g.list = append(g.list, *g.links[at-1].Reason)
	}
	slices.SortFunc(g.list, compareReasons)
	for _, r := range g.list {
		if addsTo(g.strict, r) {
			g.strict = append(g.strict, r)
		}
	}
	return g.list[0].Weight, len(g.strict)
}

// reset forgets the municipality.
func (g *gathering) reset() {
	for call := range g.found.each() {
		g.first[call] = 0
	}
	clear(g.found)
	clear(g.banned)
	g.links, g.made = g.links[:0], g.made[:0]
}
