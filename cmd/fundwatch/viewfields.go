package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"fundwatch/calls"
)

// Views are structs whose JSON names are the names of their fields, for every form that has fields.

// fieldNames returns the names of the fields of a view, in their order. Those that only some commands fill
// (omitempty) come last.
func fieldNames[V any]() []string {
	var names []string
	for f := range viewFields(reflect.TypeFor[V]()) {
		names = append(names, f)
	}
	return names
}

// viewFields goes through the fields of a view by name, each with its place and whether it may be left out.
func viewFields(t reflect.Type) func(yield func(name string, f viewField) bool) {
	return func(yield func(string, viewField) bool) {
		for i := range t.NumField() {
			name, option, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			if !yield(name, viewField{i, option == "omitempty"}) {
				return
			}
		}
	}
}

type viewField struct {
	place    int
	optional bool // left out where it is empty, unless it is asked for by name
}

// printViews prints views as JSON or CSV.
func printViews[V any](w io.Writer, out format, views []V) error {
	switch {
	case out.name == formatCSV:
		return writeCSV(w, out.fields, views)
	case out.fields == nil:
		return writeJSON(w, views)
	}
	chosen := make([]chosenFields, 0, len(views))
	for i := range views {
		chosen = append(chosen, chosenFields{out.fields, reflect.ValueOf(&views[i]).Elem()})
	}
	return writeJSON(w, chosen)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// chosenFields is a view of which only some fields are written, in an order of their own. A field that
// this kind of view has not is null.
type chosenFields struct {
	names []string
	view  reflect.Value
}

// MarshalJSON implements json.Marshaler.
func (c chosenFields) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range c.names {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q:", name)
		if err := encodeInto(&b, fieldOf(c.view, name)); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func encodeInto(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// fieldOf returns the value of a field of a view, nil if it has no such field; a list is never nil.
func fieldOf(view reflect.Value, name string) any {
	for known, f := range viewFields(view.Type()) {
		if known != name {
			continue
		}
		v := view.Field(f.place)
		if v.Kind() == reflect.Slice && v.IsNil() {
			v = reflect.MakeSlice(v.Type(), 0, 0)
		}
		return v.Interface()
	}
	return nil
}

// writeCSV writes views as RFC 4180 asks, with a header; without a byte order mark, which programs would
// take for a part of the first name. What a spreadsheet would run as a formula is made harmless.
func writeCSV[V any](w io.Writer, names []string, views []V) error {
	if names == nil {
		names = filledFields(views)
	}
	table := csv.NewWriter(w)
	table.UseCRLF = true
	if err := table.Write(names); err != nil {
		return err
	}
	row := make([]string, len(names))
	for i := range views {
		view := reflect.ValueOf(&views[i]).Elem()
		for j, name := range names {
			row[j] = protectCell(cellText(fieldOf(view, name)))
		}
		if err := table.Write(row); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

// filledFields returns the fields of views but those that are optional and empty everywhere.
func filledFields[V any](views []V) []string {
	var names []string
	for name, f := range viewFields(reflect.TypeFor[V]()) {
		filled := func(v V) bool { return !reflect.ValueOf(v).Field(f.place).IsZero() }
		if !f.optional || slices.ContainsFunc(views, filled) {
			names = append(names, name)
		}
	}
	return names
}

// cellText writes a value for a cell; "" for what is unknown. A list is parted by semicolons.
func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case calls.Number:
		return v.String()
	case []topicView:
		return listText(v, func(t topicView) string { return t.ID })
	case []reasonView:
		return listText(v, func(r reasonView) string { return r.Text })
	case []changeView:
		return listText(v, func(c changeView) string {
			return strings.TrimSpace(fmt.Sprintf("%s %s: %s -> %s", c.At, c.Kind, c.Old, c.New))
		})
	case []string:
		return strings.Join(v, "; ")
	case []int:
		return listText(v, func(n int) string { return fmt.Sprint(n) })
	}
	value := reflect.ValueOf(v)
	if value.Kind() != reflect.Pointer {
		return fmt.Sprint(v)
	}
	if value.IsNil() {
		return ""
	}
	return fmt.Sprint(value.Elem().Interface())
}

func listText[T any](list []T, text func(T) string) string {
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = text(v)
	}
	return strings.Join(texts, "; ")
}
