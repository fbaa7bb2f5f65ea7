package calls

import (
	_ "embed" // the table below
	"errors"
	"fmt"
	"strings"
)

//go:embed rules/programmes.tsv
var programmesTable string

// Programmes knows the funding programmes: the numbers that the portal uses and the short codes that
// people use. Make one with [LoadProgrammes]; it is safe for concurrent use.
type Programmes struct {
	codes  []string              // in the order of the table
	byCode map[string]*Programme // present programmes
	byNum  map[string]string     // number to code, older periods included
}

// A Programme is one line of the table of programmes.
type Programme struct {
	Number         string // the portal's number; "" if the portal does not carry it
	Code           string // short code, capitals, such as "CERV"
	Name           string // English
	Municipalities string // whether towns can apply or take part: "yes", "no", "partly", "?" if not known
	Source         string // of these facts
	Checked        string // day on which they were checked, "2026-11-22"
}

// LoadProgrammes reads the built-in table rules/programmes.tsv. The error lists every problem with
// file and line; it can only come from a mistake in the table.
func LoadProgrammes() (*Programmes, error) {
	rows, errs := tableRows("rules/programmes.tsv", programmesTable, 6)
	p := &Programmes{byCode: make(map[string]*Programme, len(rows)), byNum: make(map[string]string, len(rows))}
	for _, row := range rows {
		if err := p.add(row); err != nil {
			errs = append(errs, err)
		}
	}
	return p, errors.Join(errs...)
}

func (p *Programmes) add(row tableRow) error {
	f := row.fields
	entry := &Programme{strings.TrimPrefix(f[0], "-"), f[1], f[2], f[3], f[4], f[5]}
	if entry.Code == "" || entry.Name == "" {
		return fmt.Errorf("%s: a programme needs a code and a name", row.place)
	}
	if entry.Number != "" {
		if other, taken := p.byNum[entry.Number]; taken {
			return fmt.Errorf("%s: number %s is already that of %s", row.place, entry.Number, other)
		}
		p.byNum[entry.Number] = entry.Code
	}
	if _, older := p.byCode[entry.Code]; !older {
		p.byCode[entry.Code] = entry
		p.codes = append(p.codes, entry.Code)
	}
	return nil
}

// Code returns the short code of a programme given by the portal's number, or by its code in any
// case. What is unknown comes back as it is, trimmed: new programmes appear and must pass.
func (p *Programmes) Code(number string) string {
	number = strings.TrimSpace(number)
	if code, ok := p.byNum[number]; ok {
		return code
	}
	if code := strings.ToUpper(number); p.byCode[code] != nil {
		return code
	}
	return number
}

// Number returns the portal's number of the present programme with this code. It reports false if
// the code is unknown or the portal does not carry the programme.
func (p *Programmes) Number(code string) (string, bool) {
	entry, ok := p.Programme(code)
	return entry.Number, ok && entry.Number != ""
}

// Name returns the English name of a programme, or the code itself if it is unknown.
func (p *Programmes) Name(code string) string {
	if entry, ok := p.Programme(code); ok {
		return entry.Name
	}
	return code
}

// Programme returns all that is known of a programme, given by code or number. It reports false, and
// the zero Programme, if it is unknown.
func (p *Programmes) Programme(code string) (Programme, bool) {
	if entry := p.byCode[p.Code(code)]; entry != nil {
		return *entry, true
	}
	return Programme{}, false
}

// Fit returns how well the calls of a programme suit municipalities, from 0 to 1, so that of two calls
// on the same topic the one that a town can win comes first: two thirds of what the portal lists are
// calls for research (measured on its list of 2026-08-22).
func (p *Programmes) Fit(code string) float64 {
	entry, _ := p.Programme(code)
	switch entry.Municipalities {
	case "yes":
		return 1
	case "partly":
		return 0.75
	case "no":
		return 0.6
	}
	return 0.9 // unknown programmes may be new ones for towns
}

// Codes returns all short codes in the order of the table: those that matter most to towns first.
// The caller owns the slice.
func (p *Programmes) Codes() []string { return append([]string(nil), p.codes...) }

// Nearest returns the codes that someone who wrote code may have meant, by code or name, best first;
// nil if nothing is near.
func (p *Programmes) Nearest(code string) []string {
	if codes := Nearest(code, p.codes); codes != nil {
		return codes
	}
	names, byName := make([]string, 0, len(p.codes)), make(map[string]string, len(p.codes))
	for _, c := range p.codes {
		name := p.byCode[c].Name
		names = append(names, name)
		byName[name] = c
	}
	var codes []string
	for _, name := range Nearest(code, names) {
		codes = append(codes, byName[name])
	}
	return codes
}
