package crawler

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// A list is a metadata value. The API writes a list of strings for everything, also for numbers and
// single values, and is not always as good as its word: whatever stands there instead is taken as
// the text that it is.
type list []string

// UnmarshalJSON accepts any value: null is the empty list, a bare value a list of one, and what is
// neither text nor number keeps its JSON.
func (l *list) UnmarshalJSON(value []byte) error { return l.read(&jsonReader{data: value}) }

// read takes the value that r stands before, as UnmarshalJSON does.
func (l *list) read(r *jsonReader) error {
	*l = nil
	if r.peek() != '[' {
		return l.add(r)
	}
	return r.array(func() error { return l.add(r) })
}

func (l *list) add(r *jsonReader) error {
	text, isText, err := r.text()
	if err == nil && (isText || text != "null") {
		*l = append(*l, text)
	}
	return err
}

// jsonProblem says what is wrong with a JSON text in the words of the data, not of this program.
func jsonProblem(err error) error {
	var mismatch *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &mismatch):
		return err
	case mismatch.Field == "":
		return fmt.Errorf("JSON %s where something else belongs", mismatch.Value)
	}
	return fmt.Errorf("JSON %s where something else belongs, in %q", mismatch.Value, mismatch.Field)
}

// first returns the first value that is more than white space, or "".
func (l list) first() string {
	for _, text := range l {
		if text = strings.TrimSpace(text); text != "" {
			return text
		}
	}
	return ""
}

// firstOf returns the first value of the first list that has one, or "".
func firstOf(lists ...list) string {
	for _, l := range lists {
		if text := l.first(); text != "" {
			return text
		}
	}
	return ""
}

// notEmpty reports whether a JSON text says anything: the API writes "[]" and "{}" for nothing.
func notEmpty(text string) bool { return text != "" && text != "[]" && text != "{}" && text != "null" }
