// Command bleve indexes calls with Bleve and answers the queries of a comparison: see compare_test.go. It is a module of
// its own, so that fundwatch does not depend on Bleve.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/simple"
	"github.com/blevesearch/bleve/v2/search/query"
)

type document struct{ ID, Title, Summary, Body string }

// An answer is what the comparison reads.
type answer struct {
	IndexSeconds float64
	Megabytes    float64
	QueryMicros  []int64
	Hits         int
}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "bleve:", err)
		os.Exit(1)
	}
}

// run indexes the documents of a file of JSON lines in a new folder and asks the queries of another file, a line each,
// whose words must all be there.
func run(documents, queries, folder string) error {
	mapping := bleve.NewIndexMapping()
	mapping.DefaultAnalyzer = simple.Name // whole words, nothing stemmed, no word left out
	index, err := bleve.New(folder, mapping)
	if err != nil {
		return err
	}
	defer index.Close()
	var a answer
	begun := time.Now()
	if err := fill(index, documents); err != nil {
		return err
	}
	a.IndexSeconds = time.Since(begun).Seconds()
	text, err := os.ReadFile(queries)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		var all []query.Query
		for word := range strings.FieldsSeq(line) {
			all = append(all, bleve.NewMatchQuery(word))
		}
		request := bleve.NewSearchRequestOptions(bleve.NewConjunctionQuery(all...), 20, 0, false)
		request.Fields, request.Highlight = []string{"*"}, bleve.NewHighlight() // what a page of hits shows
		begun := time.Now()
		found, err := index.Search(request)
		if err != nil {
			return err
		}
		a.QueryMicros = append(a.QueryMicros, time.Since(begun).Microseconds())
		a.Hits += int(found.Total)
	}
	a.Megabytes, err = sizeOf(folder)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(a)
}

func fill(index bleve.Index, documents string) error {
	file, err := os.Open(documents)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	batch := index.NewBatch()
	for lines.Scan() {
		var d document
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			return err
		}
		if err := batch.Index(d.ID, d); err != nil {
			return err
		}
		if batch.Size() == 1000 {
			if err := index.Batch(batch); err != nil {
				return err
			}
			batch = index.NewBatch()
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return index.Batch(batch)
}

func sizeOf(folder string) (megabytes float64, err error) {
	err = filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			megabytes += float64(info.Size()) / (1 << 20)
		}
		return err
	})
	return megabytes, err
}
