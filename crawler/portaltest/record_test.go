package portaltest_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"fundwatch/crawler/portaltest"
)

// What is served can be captured, and what was captured can be served again.
func TestReadPagesTakesBackAnswers(t *testing.T) {
	t.Parallel()
	s := portaltest.New(few())
	s.Fail(portaltest.Bare("8en"))
	_, page := answer(s, search(t, everything, asJSON("sort", byCode)))
	records, err := portaltest.ReadPages(page, []byte(`{"results":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != 4 || !records[3].Bare || records[3].Type() != "8" {
		t.Fatalf("got %d records, want 4 of which the last is bare and of type 8", len(records))
	}
	_, again := answer(portaltest.New(records), search(t, everything, asJSON("sort", byCode)))
	var first, second any
	if err := json.Unmarshal(page, &first); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(again, &second); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(first, second) {
		t.Errorf("got\n%s\nwant\n%s", again, page)
	}
}

func TestReadPagesSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ page, want string }{
		"no JSON":         {`<html>`, "page 2:"},
		"no reference":    {`{"results":[{"metadata":{}}]}`, "result 1: reference"},
		"broken metadata": {`{"results":[{"reference":"1en","metadata":{"type":1}}]}`, `metadata of "1en"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := portaltest.ReadPages([]byte(`{"results":[]}`), []byte(test.page))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}
