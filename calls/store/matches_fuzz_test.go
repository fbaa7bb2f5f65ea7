package store

import (
	"bytes"
	"errors"
	"testing"
)

// A list of matches that is read is the one that is written, and everything else is called spoilt: a damaged file must
// not send calls to towns that never asked for them.
func FuzzMatchList(f *testing.F) {
	f.Add(matchList{{1, 9000}, {2, 1}, {500_000, 10_000}}.encode())
	f.Add([]byte{0x80})
	f.Add([]byte{0, 1})
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := appendMatches(nil, b)
		if err != nil {
			if !errors.Is(err, errSpoiltList) {
				t.Fatal(err)
			}
			return
		}
		for i, m := range list {
			if m.call <= 0 || i > 0 && m.call <= list[i-1].call {
				t.Fatalf("%x is read as %v", b, list)
			}
		}
		again, err := appendMatches(nil, list.encode())
		if err != nil || !bytes.Equal(again.encode(), list.encode()) || len(again) != len(list) {
			t.Errorf("%x is read as %v and then as %v, %v", b, list, again, err)
		}
	})
}
