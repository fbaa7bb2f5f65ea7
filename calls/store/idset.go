package store

// An idSet is a set of ids, one bit each: ids are given in order, so it stays small.
type idSet []uint64

func newIDSet(ids []int64) (s idSet) {
	for _, id := range ids {
		s.add(id)
	}
	return s
}

func (s *idSet) add(id int64) {
	for int64(len(*s)) <= id/64 {
		*s = append(*s, 0)
	}
	(*s)[id/64] |= 1 << (id % 64)
}

func (s idSet) has(id int64) bool { return id/64 < int64(len(s)) && s[id/64]&(1<<(id%64)) != 0 }
