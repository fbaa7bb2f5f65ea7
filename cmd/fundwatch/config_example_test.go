package main

import (
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const exampleConfig = "../../config.example.yaml"

func TestExampleHoldsTheDefaults(t *testing.T) {
	t.Parallel()
	got, err := LoadConfig(exampleConfig, homeOnly)
	if err != nil {
		t.Fatal(err)
	}
	want, err := LoadConfig("", homeOnly)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, ignoreUnexported); diff != "" {
		t.Errorf("example (-default +example):\n%s", diff)
	}
}

// TestEveryKeyIsEverywhere holds the fields of Config, the settings and the example against each other.
func TestEveryKeyIsEverywhere(t *testing.T) {
	t.Parallel()
	fields := fieldKeys(reflect.TypeFor[Config](), "")
	var settings []string
	for _, s := range new(Config).settings(loadProgrammeNames) {
		settings = append(settings, s.key)
	}
	data, err := os.ReadFile(exampleConfig)
	if err != nil {
		t.Fatal(err)
	}
	root, problems := readYAML(exampleConfig, data)
	if problems != nil {
		t.Fatal(problems)
	}
	example := nodeKeys(root, "")
	slices.Sort(fields)
	slices.Sort(settings)
	slices.Sort(example)
	if diff := cmp.Diff(fields, settings); diff != "" {
		t.Errorf("keys (-fields of Config +settings):\n%s", diff)
	}
	if diff := cmp.Diff(fields, example); diff != "" {
		t.Errorf("keys (-fields of Config +example):\n%s", diff)
	}
}

func fieldKeys(of reflect.Type, prefix string) []string {
	var keys []string
	for i := range of.NumField() {
		f := of.Field(i)
		switch tag := f.Tag.Get("yaml"); {
		case !f.IsExported() || tag == "-":
		case f.Type.Kind() == reflect.Struct:
			keys = append(keys, fieldKeys(f.Type, prefix+tag+".")...)
		default:
			keys = append(keys, prefix+tag)
		}
	}
	return keys
}

func nodeKeys(n yamlNode, prefix string) []string {
	var keys []string
	for _, pair := range n.pairs {
		if pair.value.kind == yamlMap {
			keys = append(keys, nodeKeys(pair.value, prefix+pair.key+".")...)
			continue
		}
		keys = append(keys, prefix+pair.key)
	}
	return keys
}
