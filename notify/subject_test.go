package notify_test

import (
	"strings"
	"testing"

	"fundwatch/calls"
)

// The call that a subject names is the first of the section that it counts first, with the date of that call.
func TestSubjectSpeaksOfItsFirstSection(t *testing.T) {
	t.Parallel()
	composer := newComposer(t, letterSettings())
	for _, c := range []struct {
		name   string
		change func(*calls.Digest)
		want   string
	}{
		{"all", func(*calls.Digest) {}, "2 new: Town Twinning closes 23 Sep; 1 changed"},
		{"the first opens later", func(d *calls.Digest) { d.New = d.New[1:] }, "1 new: Supporting local authorities with… opens 1 Oct"},
		{"nothing new", func(d *calls.Digest) { d.New = nil }, "1 changed: Innovative Actions: affordable… closes 15 Oct"},
		{"closing", func(d *calls.Digest) { d.New, d.Changed = nil, nil }, "1 closing soon: European Remembrance closes 1 Sep"},
		{"opening", func(d *calls.Digest) { d.New, d.Changed, d.Closing = nil, nil, nil }, "1 opening soon: European Cooperation Projects… opens 9 Sep"},
		{"a first letter", func(d *calls.Digest) { d.First, d.Changed = true, nil }, "1 open now: Town Twinning closes 23 Sep; 1 announced"},
		{"a first letter, nothing open", func(d *calls.Digest) { d.First, d.New, d.Changed = true, d.New[1:], nil }, "1 announced: Supporting local authorities with… opens 1 Oct"},
		{"a reminder", func(d *calls.Digest) { d.Kind, d.Period = calls.DigestReminder, "2026-08-31" }, "1 reminder: European Remembrance closes 1 Sep"},
	} {
		d := mixedDigest(t, "Drogheda", "IE", "en")
		c.change(d)
		got := strings.ReplaceAll(compose(t, composer, d).Delivery.Subject, "\u00a0", " ")
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
