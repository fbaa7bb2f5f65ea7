package calls

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Certainty says how good the word for a claim is.
type Certainty string

// The certainties, best first.
const (
	StatedBySource   Certainty = "stated"     // a public source says so
	SaidByAggregator Certainty = "aggregator" // only a collector of calls says so
	Inferred         Certainty = "inferred"   // our conclusion
	GeneralKnowledge Certainty = "general"    // not confirmed from a source
)

// A Claim is what one source says about one thing.
type Claim struct {
	Text      string // in English: "2", "up to 80 %"
	Certainty Certainty
	Source    string // never empty in a claim of the built-in rules
	Checked   string // day on which it was checked, "2026-11-22"
}

// A Fact is what is known about one thing: a value if the sources agree, else not stated. The zero Fact
// says that no source was found.
type Fact struct {
	Text   string  // the value; "" is not stated
	Number Number  // the value as a number, where it is one
	Claims []Claim // everything that was said, in the order of the file; several that differ make no value
}

// Stated reports whether the sources give one value.
func (f Fact) Stated() bool { return f.Text != "" }

// Disputed reports whether sources said something and yet there is no value.
func (f Fact) Disputed() bool { return f.Text == "" && len(f.Claims) > 0 }

// partial marks a claim that holds for one year only or that another source denies.
const partial = "?"

// parseClaim reads "value | certainty | source | day of checking".
func parseClaim(f fact) (Claim, error) {
	parts := strings.Split(f.value, " | ")
	if len(parts) != 4 {
		return Claim{}, f.errorf("want value | certainty | source | day of checking, each with a space around the bar")
	}
	c, err := newClaim(parts[0], parts[1], parts[2], parts[3])
	if err != nil {
		return Claim{}, f.errorf("%v", err)
	}
	return c, nil
}

// newClaim checks the parts of a claim, which may have spaces around them.
func newClaim(text, certainty, source, checked string) (Claim, error) {
	c := Claim{strings.TrimSpace(text), Certainty(strings.TrimSpace(certainty)), strings.TrimSpace(source), strings.TrimSpace(checked)}
	switch c.Certainty {
	case StatedBySource, SaidByAggregator, Inferred, GeneralKnowledge:
	default:
		return Claim{}, fmt.Errorf("certainty %q: want stated, aggregator, inferred or general", c.Certainty)
	}
	if c.Source == "" || strings.Trim(c.Text, partial) == "" {
		return Claim{}, errors.New("want a value and a source")
	}
	if _, err := time.Parse(time.DateOnly, c.Checked); err != nil {
		return Claim{}, fmt.Errorf("checked on %q: want a day such as 2026-11-22", c.Checked)
	}
	return c, nil
}

// add takes one more claim. Those that differ, or hold in part only, leave the fact without a value.
func (f *Fact) add(c Claim) {
	text, doubtful := strings.CutPrefix(c.Text, partial)
	c.Text = text
	switch {
	case doubtful:
		f.Text = ""
	case len(f.Claims) == 0:
		f.Text = text
	case f.Text != text:
		f.Text = ""
	}
	f.Claims = append(f.Claims, c)
	f.Number = Number{}
	if n, err := ParseNumber(f.Text); err == nil {
		f.Number = n
	}
}

// String tells where a claim comes from: "according to beda.org (checked 2026-11-22)".
func (c Claim) String() string {
	switch c.Certainty {
	case SaidByAggregator:
		return fmt.Sprintf("according to %s, a collection of calls (checked %s)", c.Source, c.Checked)
	case Inferred:
		return fmt.Sprintf("our conclusion from %s (checked %s)", c.Source, c.Checked)
	case GeneralKnowledge:
		return fmt.Sprintf("according to general knowledge, not confirmed (%s)", c.Checked)
	}
	return fmt.Sprintf("according to %s (checked %s)", c.Source, c.Checked)
}
