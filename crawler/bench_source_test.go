package crawler_test

import (
	"fmt"
	"strings"
	"testing"

	"fundwatch/crawler"
)

// BenchmarkBuiltinSources is what a command pays that names a source.
func BenchmarkBuiltinSources(b *testing.B) {
	for b.Loop() {
		if _, err := crawler.BuiltinSources(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSourceHTML reads a list of 500 rows with six rules.
func BenchmarkSourceHTML(b *testing.B) {
	var rows strings.Builder
	for n := range 500 {
		fmt.Fprintf(&rows, `<tr><td class=p>Interreg</td><td><a href="/call/%d">A call for towns and their twins, number %d</a></td><td>15.12.2026 12:00</td><td>%s</td></tr>`,
			n, n, strings.Repeat("What is paid for, and for whom. ", 20))
	}
	def, err := crawler.ParseSource("bench.yaml", []byte(`{id: b, name: B, kind: html, url: "https://town.example/", item: tbody tr, fields: {
title: a, link: a, programme: td.p, deadlines: "td:nth-of-type(3)", summary: "td:nth-of-type(4)", body: .}}`))
	if err != nil {
		b.Fatal(err)
	}
	edge := still()
	edge.Transport = answering("<table><tbody>" + rows.String() + "</table>")
	c := crawler.New(impatient(), edge)
	p := programmes(b)
	for b.Loop() {
		if sweep := c.Source(b.Context(), def, p); len(sweep.Found) != 500 || !sweep.Complete {
			b.Fatalf("got %d calls, error %v", len(sweep.Found), sweep.Err)
		}
	}
}
