package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"fundwatch/calls"
)

// The columns of subscribers. A row may hold one mailbox in the first four, or any number in the last
// as "address|language|frequency|name; address|...".
const (
	columnEmail     = "email"
	columnMailName  = "subscriber_name" // name is the town's
	columnLanguage  = "language"
	columnFrequency = "frequency"
	columnMailboxes = "subscribers"
)

// readTownsCSV reads the drafts of a table with a header line: parted by commas, semicolons or tabs,
// columns in any order, lists inside a cell parted by semicolons or line breaks.
func readTownsCSV(file string, data []byte) ([]townDraft, Problems) {
	text, f, line := readText(data)
	if f != nil {
		return nil, Problems{f.at(file, line, "")}
	}
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	r := townsCSV{file: file, table: csv.NewReader(strings.NewReader(text))}
	r.table.Comma = delimiter(text)
	r.table.FieldsPerRecord = -1 // rows of another length are reported with their place
	r.table.ReuseRecord = true
	r.table.TrimLeadingSpace = r.table.Comma != '\t' // people write a space after a comma; it would eat empty cells between tabs
	if !r.header() {
		return nil, r.problems
	}
	return r.rows(), r.problems
}

// delimiter returns the sign that parts the columns of the header, whose names hold none of the three.
func delimiter(text string) rune {
	header, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	best, most := ',', 0
	for _, sign := range []rune{',', ';', '\t'} {
		if n := strings.Count(header, string(sign)); n > most {
			best, most = sign, n
		}
	}
	return best
}

type townsCSV struct {
	file     string
	table    *csv.Reader
	columns  []string // name of each column; "" for one to skip
	problems Problems
}

func (r *townsCSV) report(line int, key string, f *fault) {
	r.problems = append(r.problems, f.at(r.file, line, key))
}

func columnNames() []string {
	var d townDraft
	names := append(keyNames(d.keys()), keyNames(d.interestKeys())...)
	return append(names, columnEmail, columnMailName, columnLanguage, columnFrequency, columnMailboxes)
}

// header reads the names of the columns. It reports false if the rows cannot be understood.
func (r *townsCSV) header() bool {
	record, err := r.table.Read()
	if err != nil {
		r.broken(err)
		return false
	}
	line, _ := r.table.FieldPos(0)
	known, good := columnNames(), true
	for _, cell := range record {
		name := columnName(cell)
		switch {
		case name != "" && !slices.Contains(known, name):
			r.report(line, shortKey(cell), &fault{"unknown column", calls.DidYouMean(calls.Nearest(name, known), "columns: "+strings.Join(known, ", "))})
			name, good = "", false
		case name != "" && slices.Contains(r.columns, name):
			r.report(line, name, &fault{"this column is there twice", "remove one of the two"})
			name, good = "", false
		}
		r.columns = append(r.columns, name)
	}
	for _, needed := range []string{"name", "country"} {
		if !slices.Contains(r.columns, needed) {
			r.report(line, needed, &fault{"this column is missing", "the first line names the columns: " + strings.Join(known, ", ")})
			good = false
		}
	}
	return good
}

func columnName(cell string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(cell)))
}

// broken reports what the csv package cannot read. It stops at the first: what follows a stray quote
// means nothing.
func (r *townsCSV) broken(err error) {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		r.report(0, "", &fault{"the table cannot be read: " + err.Error(), ""})
		return
	}
	line := parse.Line
	if errors.Is(err, csv.ErrQuote) {
		line = parse.StartLine // an open quote swallows everything after it
	}
	r.report(line, "", &fault{"the quotes of this row do not fit", `write "" for a quote inside a quoted cell`})
}

func (r *townsCSV) rows() []townDraft {
	var drafts []townDraft
	for {
		record, err := r.table.Read()
		if errors.Is(err, io.EOF) {
			return drafts
		}
		if err != nil {
			r.broken(err)
			return nil
		}
		if blank(record) {
			continue // spreadsheets end in rows of nothing but signs
		}
		drafts = append(drafts, r.row(record))
	}
}

func blank(record []string) bool {
	return !slices.ContainsFunc(record, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}

func (r *townsCSV) row(record []string) townDraft {
	line, _ := r.table.FieldPos(0)
	d := townDraft{line: line}
	var mailbox subscriberDraft
	places := append(d.keys(), d.interestKeys()...)
	places = append(places, townKey{columnEmail, &mailbox.email, nil}, townKey{columnMailName, &mailbox.name, nil},
		townKey{columnLanguage, &mailbox.language, nil}, townKey{columnFrequency, &mailbox.frequency, nil})
	for i, text := range record {
		at, _ := r.table.FieldPos(i)
		cell := field{unprotectCell(text), at}
		switch {
		case i >= len(r.columns):
			r.extra(cell, len(r.columns))
		case r.columns[i] == columnMailboxes:
			d.subscribers = append(d.subscribers, r.mailboxes(cell)...)
		case r.columns[i] != "":
			place(cell, r.columns[i], places)
		}
	}
	if mailbox.given() {
		mailbox.line = mailbox.firstLine(line)
		d.subscribers = append([]subscriberDraft{mailbox}, d.subscribers...)
	}
	return d
}

func (r *townsCSV) extra(cell field, columns int) {
	if strings.TrimSpace(cell.text) != "" {
		r.report(cell.line, "", &fault{fmt.Sprintf("the row has more cells than the %d columns of the header", columns), "put text that holds the delimiter in double quotes"})
	}
}

func place(cell field, name string, places []townKey) {
	i := slices.IndexFunc(places, func(k townKey) bool { return k.name == name })
	if places[i].one != nil {
		*places[i].one = cell
		return
	}
	for _, item := range splitCell(cell.text) {
		*places[i].many = append(*places[i].many, field{item, cell.line})
	}
}

// given reports whether any cell of the mailbox says something.
func (d *subscriberDraft) given() bool {
	return slices.ContainsFunc(d.keys(), func(k townKey) bool { return strings.TrimSpace(k.one.text) != "" })
}

func (d *subscriberDraft) firstLine(otherwise int) int {
	if d.email.line > 0 {
		return d.email.line
	}
	return otherwise
}

// mailboxes reads the cell of the column subscribers.
func (r *townsCSV) mailboxes(cell field) []subscriberDraft {
	var drafts []subscriberDraft
	for _, item := range splitEscaped(cell.text, ";\n") {
		if strings.TrimSpace(item) == "" {
			continue
		}
		d := subscriberDraft{line: cell.line}
		parts := splitEscaped(item, "|")
		for i, place := range []*field{&d.email, &d.language, &d.frequency, &d.name} {
			if i < len(parts) {
				*place = field{unescape(parts[i]), cell.line}
			}
		}
		if len(parts) > len(d.keys()) {
			r.report(cell.line, columnMailboxes, &fault{"a subscriber has at most four parts", "address|language|frequency|name; write \\| for a | in a name"})
		}
		drafts = append(drafts, d)
	}
	return drafts
}
