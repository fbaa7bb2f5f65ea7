package main

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"fundwatch/crawler"
)

// sourcesPrefix begins the names of variables that change a source.
const sourcesPrefix = envPrefix + "SOURCES_"

// A sourceKey is a key of a source that a variable can set.
type sourceKey struct {
	section, name string // "" and "url", or "fields" and "title"
	kind          reflect.Kind
}

func (k sourceKey) variable(source string) string {
	return envName(strings.ReplaceAll(strings.TrimSuffix("sources."+source+"."+k.section, ".")+"."+k.name, "-", "_"))
}

// sourceKeys returns every key that one text or a list of texts can set, and those one section deep: a definition
// has no more that is worth a variable.
func sourceKeys() []sourceKey { return keysUnder("", reflect.TypeFor[crawler.SourceDef]()) }

func keysUnder(section string, of reflect.Type) []sourceKey {
	var keys []sourceKey
	for i := range of.NumField() {
		field := of.Field(i)
		name := field.Tag.Get("yaml")
		switch inner := field.Type; {
		case name == "" || name == "id" || name == "rounds":
		case inner == reflect.TypeFor[crawler.FieldRules]() || inner == reflect.TypeFor[crawler.Pager]():
			keys = append(keys, keysUnder(name, inner)...)
		default:
			keys = append(keys, sourceKey{section, name, inner.Kind()})
		}
	}
	return keys
}

// changes collects what variables say of sources: of a source all of it is laid over its definition at once.
type changes map[string]yaml.MapSlice

// sourceVariable takes a variable that changes a source which is built in or in the file. It reports false if there is
// no such source or key.
func (l *configLoader) sourceVariable(name, value string, collected changes) bool {
	if !strings.HasPrefix(name, sourcesPrefix) {
		return false
	}
	for _, id := range l.sourceIDs() {
		for _, key := range sourceKeys() {
			if key.variable(id) == name {
				collected[id] = merged(collected[id], key.tree(value))
				return true
			}
		}
	}
	return false
}

// tree returns the value of a key as YAML has it.
func (k sourceKey) tree(value string) yaml.MapSlice {
	var tree any = value
	switch on, wrong := parseSwitch(value); {
	case k.kind == reflect.Bool && wrong == nil:
		tree = on
	case k.kind == reflect.Slice:
		list := []string{}
		for _, item := range splitVariable(value).items {
			list = append(list, item.text)
		}
		tree = list
	}
	inner := yaml.MapSlice{{Key: k.name, Value: tree}}
	if k.section == "" {
		return inner
	}
	return yaml.MapSlice{{Key: k.section, Value: inner}}
}

// merged lays one map over another: sections key by key, everything else as a whole.
func merged(under, over yaml.MapSlice) yaml.MapSlice {
	out := slices.Clone(under)
	for _, item := range over {
		i := slices.IndexFunc(out, func(known yaml.MapItem) bool { return known.Key == item.Key })
		if i < 0 {
			out = append(out, item)
			continue
		}
		before, wasSection := out[i].Value.(yaml.MapSlice)
		after, isSection := item.Value.(yaml.MapSlice)
		if wasSection && isSection {
			item.Value = merged(before, after)
		}
		out[i] = item
	}
	return out
}

// sourceIDs returns the names of the sources but for the portal: built in, and those of the file.
func (l *configLoader) sourceIDs() []string {
	defs, err := l.config.Sources.all()
	if err != nil {
		return nil // a broken built-in definition is reported by whoever uses it
	}
	ids := make([]string, len(defs))
	for i := range defs {
		ids[i] = defs[i].ID
	}
	return ids
}

// applySources lays what the variables said over the definitions.
func (l *configLoader) applySources(collected changes) {
	for _, id := range slices.Sorted(maps.Keys(collected)) {
		if err := l.overlaySource(id, collected[id]); err != nil {
			l.reportSourceVariables(id, err)
		}
	}
}

func (l *configLoader) overlaySource(id string, change yaml.MapSlice) error {
	text, err := yaml.Marshal(change)
	if err != nil {
		return err
	}
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return err
	}
	defs, err := l.config.Sources.all()
	if err != nil {
		return err
	}
	base := defs[slices.IndexFunc(defs, func(d crawler.SourceDef) bool { return d.ID == id })]
	def, err := base.Overlay(environmentFile, tree.Docs[0].Body)
	if err != nil {
		return err
	}
	written, err := l.config.Sources.rewritten(id, change)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(l.config.Sources.other, func(o sourceSetting) bool { return o.def.ID == id })
	l.config.Sources.other = append(others, sourceSetting{def, written})
	return nil
}

// rewritten returns the changes of a source in the file with those of the environment laid over them.
func (s *SourcesConfig) rewritten(id string, change yaml.MapSlice) (string, error) {
	var before yaml.MapSlice
	for _, o := range s.other {
		if o.def.ID != id {
			continue
		}
		if err := yaml.UnmarshalWithOptions([]byte(o.written), &before, yaml.UseOrderedMap()); err != nil {
			return "", fmt.Errorf("read it again: %w", err)
		}
	}
	text, err := yaml.Marshal(merged(before, change))
	return string(text), err
}

// reportSourceVariables reports the problems of a definition under the variables that brought them about.
func (l *configLoader) reportSourceVariables(id string, err error) {
	prefix := envName("sources." + strings.ReplaceAll(id, "-", "_"))
	var problems crawler.SourceProblems
	if !errors.As(err, &problems) {
		problems = crawler.SourceProblems{{Message: err.Error()}}
	}
	for _, p := range problems {
		key, _, _ := strings.Cut(p.Key, "[")
		variable := strings.TrimSuffix(prefix+"_"+strings.ToUpper(strings.ReplaceAll(key, ".", "_")), "_")
		l.problems = append(l.problems, Problem{File: environmentFile, Key: variable, Message: p.Message, Hint: p.Hint})
	}
}

// variablesOfSources returns the names of all variables that change a source.
func (l *configLoader) variablesOfSources() []string {
	var names []string
	for _, id := range l.sourceIDs() {
		for _, key := range sourceKeys() {
			names = append(names, key.variable(id))
		}
	}
	return names
}
