package main

import (
	"bufio"
	"fmt"
	"net/url"
	"strings"

	"fundwatch/calls"
)

// printMarkdown prints findings as a table that can be pasted into a newsletter: days and amounts in full,
// for it is read later.
func (f *findings) printMarkdown() error {
	if len(f.calls) == 0 {
		return nil
	}
	header := []string{"Call", "Programme", "Deadline", "Money"}
	if f.asksForChanges() {
		header = append(header, "Changed")
	}
	if f.town != nil {
		header = append(header, "Why")
	}
	w := bufio.NewWriter(f.app.screen.out)
	markdownRow(w, header)
	markdownRow(w, strings.Split(strings.Repeat("--- ", len(header)-1)+"---", " "))
	for i := range f.calls {
		row, err := f.markdownCells(&f.calls[i])
		if err != nil {
			return err
		}
		markdownRow(w, row)
	}
	return w.Flush()
}

func (f *findings) markdownCells(found *finding) ([]string, error) {
	c := &found.Call
	row := []string{markdownCall(c), markdownText(orNotStated(c.Programme)), markdownText(f.deadlineFor(c)), markdownText(moneyText(c))}
	if f.asksForChanges() {
		row = append(row, markdownText(changesText(found.changes)))
	}
	if found.match == nil {
		return row, nil
	}
	reasons, err := f.app.reasonTexts(found.match)
	return append(row, markdownText(strings.Join(reasons, "; "))), err
}

func markdownRow(w *bufio.Writer, cells []string) {
	fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
}

// markdownCall names a call, as a link if it has one.
func markdownCall(c *calls.Call) string {
	text := markdownText(c.Title)
	if link := markdownLink(c.URL); link != "" {
		text = "[" + text + "](" + link + ")"
	}
	if c.Identifier != "" {
		text += " (" + markdownText(c.Identifier) + ")"
	}
	return text
}

// deadlineFor says until when one can apply, and from when if that is still to come.
func (f *findings) deadlineFor(c *calls.Call) string {
	status := c.Status(f.now)
	if status == calls.Closed || status == calls.Withdrawn {
		return string(status)
	}
	text := undatedText(c)
	if next, ok := c.NextDeadline(f.now); ok {
		text = deadlineText(next)
	}
	if status == calls.Forthcoming && !c.Opens.IsZero() {
		text += "; opens " + c.Opens.In(calls.Brussels()).Format("Mon 2 January 2006")
	}
	if why, closed := c.ClosedToNewcomers(f.now); closed {
		text += "; closed to newcomers: " + why
	}
	return text
}

// moneyText says what one project can get or, if that is not stated, what all get together.
func moneyText(c *calls.Call) string {
	if !c.GrantMin.Known && !c.GrantMax.Known {
		return budgetLine(c)
	}
	return grantRange(c)
}

// markdownText escapes what Markdown, or HTML within it, would take for more than text.
func markdownText(s string) string {
	var b strings.Builder
	for _, r := range oneLine(s) {
		if strings.ContainsRune("\\`*_[]<>|~&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// markdownLink returns an address as it can stand between the round brackets of a link in a table, "" if it
// is none of the web.
func markdownLink(address string) string {
	if !isWebAddress(address) {
		return ""
	}
	return strings.NewReplacer("(", "%28", ")", "%29").Replace(calls.CleanAddress(address))
}

// isWebAddress reports whether an address leads into the web; nothing else may be opened or linked to.
func isWebAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
