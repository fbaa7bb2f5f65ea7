package calls

import "math/bits"

// A bitset is a set of small numbers, one bit each.
type bitset []uint64

const wordBits = 64

func newBitset(size int) bitset { return make(bitset, (size+wordBits-1)/wordBits) }

func (s bitset) add(i int) { s[i/wordBits] |= 1 << (i % wordBits) }

// A tally gathers, for every municipality, which reasons it has for one call. It is used again for
// the next.
type tally struct {
	first   []int32 // by municipality: place in links plus one; 0 for none
	links   []link
	touched bitset  // those with a reason
	admits  bitset  // those that may get the call
	list    []int32 // see each
}

// A link is one reason of one municipality, and the place of the next plus one.
type link struct{ reason, next int32 }

func newTally(size int) *tally {
	return &tally{first: make([]int32, size), touched: newBitset(size)}
}

// open begins a call for the municipalities in admits, which it keeps.
func (t *tally) open(admits bitset) { t.admits = admits }

func (t *tally) veto(who []int32) {
	for _, w := range who {
		t.admits[w/wordBits] &^= 1 << (w % wordBits)
	}
}

// add puts a reason before those that the municipality already has.
func (t *tally) add(who, reason int32) {
	t.touched[who/wordBits] |= 1 << (who % wordBits)
	t.links = append(t.links, link{reason, t.first[who]})
	t.first[who] = int32(len(t.links))
}

func (t *tally) count() int {
	n := 0
	for i, word := range t.touched {
		n += bits.OnesCount64(word & t.admits[i])
	}
	return n
}

// each calls f for every admitted municipality with a reason, in order, with its reasons, strongest
// first. The list is only good during the call.
func (t *tally) each(f func(who int32, reasons []int32)) {
	for i, word := range t.touched {
		for word &= t.admits[i]; word != 0; word &= word - 1 {
			who := int32(i*wordBits + bits.TrailingZeros64(word))
			t.list = t.list[:0]
			for at := t.first[who]; at != 0; at = t.links[at-1].next {
				t.list = append(t.list, t.links[at-1].reason)
			}
			f(who, t.list)
		}
	}
}

// close forgets the call.
func (t *tally) close() {
	for i, word := range t.touched {
		for ; word != 0; word &= word - 1 {
			t.first[i*wordBits+bits.TrailingZeros64(word)] = 0
		}
	}
	clear(t.touched)
	t.links = t.links[:0]
}
