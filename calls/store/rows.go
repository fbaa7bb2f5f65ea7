package store

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"fundwatch/calls"
)

// lastSeen is when the call of a row c was last seen; see the package comment.
const lastSeen = `
	CASE WHEN c.absent_since IS NULL
		THEN MAX(c.last_seen, COALESCE(
			(SELECT MAX(r.ended) FROM runs r WHERE r.source = c.source AND r.complete = 1), ''))
		ELSE c.last_seen
	END`

// callColumns are the columns that scanCall reads, of calls c and texts t.
const callColumns = `
	c.id,
	c.source,
	c.reference,
	c.identifier,
	c.kind,
	c.title,
	t.summary,
	t.body,
	c.umbrella,
	c.keywords,
	c.programme,
	c.divisions,
	c.action_type,
	c.url,
	c.language,
	c.stated_status,
	c.opens,
	c.deadlines,
	c.model,
	c.season,
	c.budget,
	c.grant_min,
	c.grant_max,
	c.grants,
	c.recorded,
	c.withdrawn,
	c.first_seen,` + lastSeen + `,
	c.changed`

// A storedCall is a call with the id that other tables know it by.
type storedCall struct {
	id int64
	calls.Call
}

func scanCall(row scanner) (storedCall, error) {
	var c storedCall
	deadlines := deadlineList{&c.Deadlines}
	err := row.Scan(
		&c.id,
		&c.Key.Source,
		&c.Key.Reference,
		&c.Identifier,
		&c.Kind,
		&c.Title,
		&c.Summary,
		&c.Body,
		&c.Umbrella,
		asJSON(&c.Keywords),
		&c.Programme,
		asJSON(&c.Divisions),
		&c.ActionType,
		&c.URL,
		&c.Language,
		&c.StatedStatus,
		into(&c.Opens),
		&deadlines,
		&c.Model,
		&c.Season,
		(*number)(&c.Budget),
		(*number)(&c.GrantMin),
		(*number)(&c.GrantMax),
		(*number)(&c.Grants),
		&c.Recorded,
		into(&c.Withdrawn),
		into(&c.FirstSeen),
		into(&c.LastSeen),
		into(&c.Changed),
	)
	return c, err
}

// loadCalls returns the calls with these ids, in their order, with their topics.
func loadCalls(ctx context.Context, q querier, ids []int64) ([]storedCall, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	const query = `
		SELECT ` + callColumns + `
		FROM json_each(?) wanted
		JOIN calls c ON c.id = wanted.value
		JOIN texts t ON t.call = c.id
		ORDER BY wanted.key`
	found, err := collect(ctx, q, scanCall, query, asJSON(&ids))
	if err != nil {
		return nil, fmt.Errorf("read calls: %w", err)
	}
	topics, err := loadTopics(ctx, q, ids)
	if err != nil {
		return nil, fmt.Errorf("read topics: %w", err)
	}
	for i := range found {
		found[i].Topics = topics[found[i].id]
	}
	return found, nil
}

// loadTopics returns the topics of the calls with these ids, strongest first.
func loadTopics(ctx context.Context, q querier, ids []int64) (map[int64][]calls.TopicHit, error) {
	type row struct {
		call int64
		hit  calls.TopicHit
	}
	const query = `
		SELECT
			t.call,
			t.topic,
			t.rule,
			t.field,
			t.words,
			t.weight
		FROM json_each(?) wanted
		JOIN topics t ON t.call = wanted.value
		ORDER BY wanted.key, t.weight DESC, t.topic`
	rows, err := collect(ctx, q, func(s scanner) (r row, err error) {
		return r, s.Scan(&r.call, &r.hit.Topic, &r.hit.Rule, &r.hit.Field, &r.hit.Words, &r.hit.Weight)
	}, query, asJSON(&ids))
	topics := make(map[int64][]calls.TopicHit, len(ids))
	for _, r := range rows {
		topics[r.call] = append(topics[r.call], r.hit)
	}
	return topics, err
}

// plain returns the calls without their ids.
func plain(stored []storedCall) []calls.Call {
	if stored == nil {
		return nil
	}
	all := make([]calls.Call, len(stored))
	for i := range stored {
		all[i] = stored[i].Call
	}
	return all
}

// said returns what a source said of a call, in the order of the columns that saveFacts writes. The
// last two are the texts.
func said(c *calls.Call) []any {
	return []any{
		c.Identifier,
		string(c.Kind),
		c.Title,
		c.Umbrella,
		asJSON(&c.Keywords),
		c.Programme,
		asJSON(&c.Divisions),
		c.ActionType,
		c.URL,
		c.Language,
		string(c.StatedStatus),
		instant(c.Opens),
		deadlineList{&c.Deadlines},
		string(c.Model),
		number(c.Budget),
		number(c.GrantMin),
		number(c.GrantMax),
		number(c.Grants),
		c.Summary,
		c.Body,
	}
}

// printOf returns the fingerprint of a call. A season counts only if there is one: calls of before there were
// seasons keep theirs.
func printOf(c *calls.Call) ([]byte, error) {
	values := said(c)
	if c.Season != "" {
		values = append(values, string(c.Season))
	}
	return fingerprint(values)
}

// texts is how many values at the end of said are texts.
const texts = 2

// fingerprint returns a hash of values as they would be stored: what differs in it differs in the
// file. An error means that a value cannot be stored.
func fingerprint(values []any) ([]byte, error) {
	stored := make([]any, len(values))
	for i, v := range values {
		stored[i] = v
		if valuer, ok := v.(driver.Valuer); ok {
			value, err := valuer.Value()
			if err != nil {
				return nil, err
			}
			stored[i] = value
		}
	}
	text, err := json.Marshal(stored)
	sum := sha256.Sum256(text)
	return sum[:], err
}

// unstorable says what keeps a call from being stored, "" if nothing does. [calls.Normalise] lets no
// such call through; one that comes another way must not spoil the sweep of all others.
func unstorable(c *calls.Call, source string) string {
	model := []calls.DeadlineModel{"", calls.SingleStage, calls.TwoStage, calls.MultipleCutOff}
	switch {
	case c.Key.Source != source:
		return fmt.Sprintf("source %q in a sweep of %q", c.Key.Source, source)
	case c.Key.Reference == "":
		return "no reference"
	case strings.TrimSpace(c.Title) == "":
		return "no title"
	case c.StatedStatus != "" && !slices.Contains(calls.Statuses(), c.StatedStatus):
		return fmt.Sprintf("status %q is unknown", c.StatedStatus)
	case !slices.Contains(model, c.Model):
		return fmt.Sprintf("deadline model %q is unknown", c.Model)
	case !slices.IsSortedFunc(c.Deadlines, func(a, b calls.Deadline) int { return a.At.Compare(b.At) }):
		return "deadlines are out of order"
	}
	return ""
}

// A deadlineList is deadlines as they are stored, and as the columns first_deadline and last_deadline
// and the status in SQL read them.
type deadlineList struct{ deadlines *[]calls.Deadline }

type deadlineRow struct {
	At   string     `json:"at"`
	Hour calls.Hour `json:"hour"`
}

// Value implements driver.Valuer.
func (l deadlineList) Value() (driver.Value, error) {
	rows := make([]deadlineRow, 0, len(*l.deadlines))
	for _, d := range *l.deadlines {
		at, err := instant(d.At).Value()
		if err != nil {
			return nil, fmt.Errorf("deadline: %w", err)
		}
		text, ok := at.(string)
		if !ok {
			return nil, fmt.Errorf("deadline without a time")
		}
		rows = append(rows, deadlineRow{text, d.Hour})
	}
	text, err := json.Marshal(rows)
	return string(text), err
}

// Scan implements sql.Scanner.
func (l *deadlineList) Scan(stored any) error {
	var rows []deadlineRow
	if err := asJSON(&rows).Scan(stored); err != nil {
		return fmt.Errorf("deadlines: %w", err)
	}
	*l.deadlines = nil
	for _, row := range rows {
		var at time.Time
		if err := into(&at).Scan(row.At); err != nil {
			return fmt.Errorf("deadline: %w", err)
		}
		*l.deadlines = append(*l.deadlines, calls.Deadline{At: at, Hour: row.Hour})
	}
	return nil
}
