package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"fundwatch/calls"
)

// An instant is a time as it is stored: UTC, of one width, so that text order is time order. The zero
// time is NULL. What is finer than a millisecond is cut off.
type instant time.Time

const instantLayout = "2006-01-02T15:04:05.000Z"

// Value implements driver.Valuer. A year that does not have four digits is refused: its text would be
// of another width.
func (t instant) Value() (driver.Value, error) {
	utc := time.Time(t).UTC()
	switch {
	case utc.IsZero():
		return nil, nil
	case utc.Year() < 0 || utc.Year() > 9999:
		return nil, fmt.Errorf("time %s: want a year of four digits", utc)
	}
	return utc.Format(instantLayout), nil
}

// Scan implements sql.Scanner.
func (t *instant) Scan(stored any) error {
	switch s := stored.(type) {
	case nil:
		*t = instant{}
		return nil
	case string:
		parsed, err := time.Parse(instantLayout, s)
		*t = instant(parsed)
		return err
	}
	return fmt.Errorf("time of type %T: want text", stored)
}

// into returns a destination for Scan that sets t.
func into(t *time.Time) *instant { return (*instant)(t) }

// A number is a calls.Number as it is stored: NULL is "not stated".
type number calls.Number

// Value implements driver.Valuer.
func (n number) Value() (driver.Value, error) {
	if !n.Known {
		return nil, nil
	}
	return n.N, nil
}

// Scan implements sql.Scanner.
func (n *number) Scan(stored any) error {
	switch v := stored.(type) {
	case nil:
		*n = number{}
		return nil
	case int64:
		*n = number(calls.Known(v))
		return nil
	}
	return fmt.Errorf("number of type %T: want an integer", stored)
}

// A document is a value stored as JSON text; an empty list is "[]" and comes back nil.
type document[T any] struct{ v *T }

// asJSON returns v as a destination of Scan and as an argument.
func asJSON[T any](v *T) document[T] { return document[T]{v} }

// Value implements driver.Valuer.
func (d document[T]) Value() (driver.Value, error) {
	text, err := json.Marshal(d.v)
	if string(text) == "null" {
		return "[]", err
	}
	return string(text), err
}

// Scan implements sql.Scanner.
func (d document[T]) Scan(stored any) error {
	text, ok := stored.(string)
	if !ok {
		return fmt.Errorf("document of type %T: want text", stored)
	}
	if text == "[]" {
		*d.v = *new(T)
		return nil
	}
	return json.Unmarshal([]byte(text), d.v)
}
