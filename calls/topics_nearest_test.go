package calls_test

import (
	"slices"
	"testing"

	"fundwatch/calls"
)

func TestNearestWordsOfTopics(t *testing.T) {
	t.Parallel()
	topics, err := calls.LoadTopics()
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{"jumelag": "Jumelage", "JUMELLAGE": "Jumelage", "stadtepartnerschft": "Städtepartnerschaft"} {
		if near := topics.NearestWords(typed); !slices.Contains(near, want) {
			t.Errorf("near %q are %q, want %q among them", typed, near, want)
		}
	}
	for _, typed := range []string{"", "qqqqqqqqqq"} {
		if near := topics.NearestWords(typed); near != nil {
			t.Errorf("near %q are %q", typed, near)
		}
	}
}
