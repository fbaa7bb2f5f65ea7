package main

import (
	"slices"
	"strings"

	"fundwatch/calls"
)

// municipalitiesKey may stand above the list of towns.
const municipalitiesKey = "municipalities"

// readTownsYAML reads the drafts of a YAML or JSON file.
func readTownsYAML(file string, data []byte) ([]townDraft, Problems) {
	root, problems := readYAML(file, data)
	r := townsYAML{file: file, problems: problems}
	if root.kind == yamlMap {
		root = r.unwrap(root)
	}
	switch root.kind {
	case yamlNull, yamlRefused:
		return nil, r.problems
	case yamlList:
	default:
		r.report(root.line, "", &fault{"want a list of municipalities", "each begins with - name:"})
		return nil, r.problems
	}
	drafts := make([]townDraft, 0, len(root.items))
	for _, item := range root.items {
		drafts = append(drafts, r.town(item))
	}
	return drafts, r.problems
}

type townsYAML struct {
	file     string
	problems Problems
}

func (r *townsYAML) report(line int, key string, f *fault) {
	r.problems = append(r.problems, f.at(r.file, line, key))
}

// unwrap returns the list under the key municipalities and reports other keys beside it.
func (r *townsYAML) unwrap(root yamlNode) yamlNode {
	list := yamlNode{kind: yamlNull, line: root.line}
	for _, pair := range root.pairs {
		if pair.key == municipalitiesKey {
			list = pair.value
			continue
		}
		r.report(pair.line, shortKey(pair.key), &fault{"unknown key", "the file is a list: each town begins with - name:"})
	}
	return list
}

func (r *townsYAML) town(n yamlNode) townDraft {
	d := townDraft{line: n.line}
	if n.kind != yamlMap {
		r.report(n.line, "", &fault{"want a municipality with its keys", "- name: ..., country: ..."})
		d.unreadable = true
		return d
	}
	places := append(d.keys(), townKey{name: "interests"}, townKey{name: "subscribers"})
	for _, pair := range n.pairs {
		switch pair.key {
		case "interests":
			before := len(r.problems)
			r.fill(pair.value, "interests.", d.interestKeys())
			d.interestsBroken = len(r.problems) > before
		case "subscribers":
			r.subscribers(pair, &d)
		default:
			r.put(pair, "", places)
		}
	}
	return d
}

// fill puts the pairs of a map where they belong.
func (r *townsYAML) fill(n yamlNode, prefix string, places []townKey) {
	if n.kind == yamlNull {
		return
	}
	if n.kind != yamlMap {
		r.report(n.line, strings.TrimSuffix(prefix, "."), &fault{"want keys of its own", "keys here: " + strings.Join(keyNames(places), ", ")})
		return
	}
	for _, pair := range n.pairs {
		r.put(pair, prefix, places)
	}
}

func (r *townsYAML) put(pair yamlPair, prefix string, places []townKey) {
	i := slices.IndexFunc(places, func(k townKey) bool { return k.name == pair.key })
	key := prefix + shortKey(pair.key)
	switch {
	case i < 0:
		r.report(pair.line, key, &fault{"unknown key", calls.DidYouMean(r.nearest(pair.key, prefix, places), "keys here: "+strings.Join(keyNames(places), ", "))})
	case places[i].one != nil:
		text, _ := r.scalar(pair.value, key)
		*places[i].one = field{text, pair.line}
	default:
		*places[i].many = r.list(pair, key)
	}
}

// nearest looks among the keys of this place, then for the same key under interests.
func (r *townsYAML) nearest(key, prefix string, places []townKey) []string {
	if prefix == "" && slices.Contains(keyNames(new(townDraft).interestKeys()), key) {
		return []string{"interests." + key}
	}
	return calls.Nearest(key, keyNames(places))
}

func (r *townsYAML) scalar(n yamlNode, key string) (string, bool) {
	switch n.kind {
	case yamlScalar, yamlNull:
		return n.text, true
	case yamlRefused:
		return "", false
	}
	r.report(n.line, key, &fault{"want one value, not a list or a section", ""})
	return "", false
}

func (r *townsYAML) list(pair yamlPair, key string) []field {
	if pair.value.kind == yamlNull {
		return nil
	}
	if pair.value.kind != yamlList {
		r.report(pair.line, key, &fault{"want a list", "write [A, B], or [] for none"})
		return nil
	}
	fields := make([]field, 0, len(pair.value.items))
	for _, item := range pair.value.items {
		if text, ok := r.scalar(item, key); ok {
			fields = append(fields, field{text, item.line})
		}
	}
	return fields
}

func (r *townsYAML) subscribers(pair yamlPair, d *townDraft) {
	if pair.value.kind == yamlNull {
		return
	}
	if pair.value.kind != yamlList {
		r.report(pair.line, pair.key, &fault{"want a list", "- {email: office@town.example, language: de, frequency: weekly}"})
		return
	}
	for _, item := range pair.value.items {
		s := subscriberDraft{line: item.line}
		if item.kind != yamlMap {
			r.report(item.line, pair.key, &fault{"want a subscriber with its keys", "- {email: office@town.example, language: de, frequency: weekly}"})
			continue
		}
		r.fill(item, "subscribers.", s.keys())
		d.subscribers = append(d.subscribers, s)
	}
}
