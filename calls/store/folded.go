package store

import (
	"fmt"
	"strings"

	"fundwatch/calls"
)

// A foldedBatch collects rows of the table folded, to be written by one statement. FTS4 gathers words
// in memory and writes them out at each savepoint, and every statement that fires a trigger is one: row
// by row, indexing takes several times as long.
type foldedBatch struct {
	rows  [][]any // call, identifier, title, keywords, summary, body
	bytes int
}

// batchBytes is how much text waits at most. Larger batches are no faster (FTS4 writes its words out at about a
// megabyte anyway) and cost several times their size in memory: 512 KB, 1 MB and 4 MB made the first crawl of
// 2,000 calls peak at 71, 91 and 130 MB (measured 2026-11-23).
const batchBytes = 512 << 10

func (b *foldedBatch) append(id int64, c *calls.Call) {
	keywords := append([]string{c.Programme, c.Umbrella}, c.Keywords...)
	for i, k := range keywords {
		keywords[i] = folded(k)
	}
	b.rows = append(b.rows, []any{
		id,
		folded(c.Identifier),
		folded(c.Title),
		strings.Join(keywords, " . "), // a point is a word of its own, and no query has it
		folded(c.Summary),
		folded(c.Body),
	})
	b.bytes += len(c.Title) + len(c.Summary) + len(c.Body)
}

// folded returns the words of s as they are compared, joined by spaces.
func folded(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i, w := range calls.Words(s) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.Text)
	}
	return b.String()
}

func (w *callWriter) flushIfLarge() error {
	if w.added.bytes+w.replaced.bytes < batchBytes {
		return nil
	}
	return w.flush()
}

// flush writes the texts that wait to be indexed.
func (w *callWriter) flush() error {
	const insert = `
		INSERT INTO folded (call, identifier, title, keywords, summary, body)
		SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
		FROM json_each(?)`
	const update = `
		UPDATE folded
		SET (identifier, title, keywords, summary, body) =
			(value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5)
		FROM json_each(?)
		WHERE call = value ->> 0`
	for _, todo := range []struct {
		batch *foldedBatch
		sql   string
	}{{&w.added, insert}, {&w.replaced, update}} {
		if len(todo.batch.rows) == 0 {
			continue
		}
		if _, err := w.tx.ExecContext(w.ctx, todo.sql, asJSON(&todo.batch.rows)); err != nil {
			return fmt.Errorf("index texts: %w", err)
		}
		*todo.batch = foldedBatch{}
	}
	return nil
}
