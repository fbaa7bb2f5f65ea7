package store_test

import (
	"errors"
	"strings"
	"testing"

	"fundwatch/calls"
)

func TestCopies(t *testing.T) {
	t.Parallel()
	db := open(t)
	page := func(address, body string) calls.Copy {
		return calls.Copy{
			Address: address, Language: "de", ETag: `"` + body[:1] + `"`, LastModified: "Sun, 22 Nov 2026 05:15:00 GMT",
			Header: map[string]string{"Content-Type": "text/html"}, Body: []byte(body), Fetched: now,
		}
	}
	one, two := page("https://list.example/1", "one"+strings.Repeat(" ", 100_000)), page("https://list.example/2", "two")
	save(t, db, calls.Sweep{Source: "list", Copies: []calls.Copy{one, two}}, now)
	save(t, db, calls.Sweep{Source: "other", Copies: []calls.Copy{two}}, now)
	same(t, "kept", must(db.Copy(t.Context(), "list", one.Address))(t), one)

	save(t, db, calls.Sweep{Source: "list", Err: errors.New("the page changed its shape")}, now.Add(day))
	same(t, "after a failure", must(db.Copy(t.Context(), "list", two.Address))(t), two)

	newer := page(two.Address, "newer")
	save(t, db, calls.Sweep{Source: "list", Copies: []calls.Copy{newer}}, now.Add(day))
	same(t, "renewed", must(db.Copy(t.Context(), "list", two.Address))(t), newer)
	if _, err := db.Copy(t.Context(), "list", one.Address); !errors.Is(err, calls.ErrNotFound) {
		t.Errorf("a page that the source no longer has: %v, want ErrNotFound", err)
	}
	same(t, "of another source", must(db.Copy(t.Context(), "other", two.Address))(t), two)

	save(t, db, calls.Sweep{Source: "list", Unchanged: []string{two.Address}}, now.Add(2*day))
	same(t, "unchanged", must(db.Copy(t.Context(), "list", two.Address))(t), newer)
}
