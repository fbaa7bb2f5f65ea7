package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"fundwatch/calls"
	"fundwatch/crawler"
)

// portalSource is the name of the source that is no definition: the portal has an API of its own.
const portalSource = "portal"

// A sourceSetting is one source other than the portal as the configuration changes or adds it.
type sourceSetting struct {
	def     crawler.SourceDef // complete: a built-in one with the changes laid over it, or an own one
	written string            // the changes as YAML, not indented
}

// source reads one section under "sources" that is not the portal: changes to a built-in source, or a
// definition of one's own.
func (l *configLoader) source(pair yamlPair) {
	key := "sources." + pair.key
	builtin, err := crawler.BuiltinSources()
	if err != nil {
		l.report(pair.line, key, &fault{message: err.Error()})
		return
	}
	base := crawler.SourceDef{ID: pair.key, Enabled: true}
	i := slices.IndexFunc(builtin, func(d crawler.SourceDef) bool { return d.ID == pair.key })
	switch {
	case i >= 0:
		base = builtin[i]
	case !hasKey(pair.value, "kind"):
		l.report(pair.line, key, l.unknownSource(pair.key, builtin))
		return
	}
	node := sourceSyntax(l.data, pair.key)
	def, err := base.Overlay(l.path, node)
	if err != nil {
		l.reportSource(pair, err)
		return
	}
	l.config.Sources.other = append(l.config.Sources.other, sourceSetting{def, node.String()})
}

func (l *configLoader) unknownSource(name string, builtin []crawler.SourceDef) *fault {
	names := []string{portalSource}
	for _, d := range builtin {
		names = append(names, d.ID)
	}
	return &fault{"no source is built in under this name", calls.DidYouMean(calls.Nearest(name, names), "a source of your own needs a kind: html, feed, json or calendar")}
}

// reportSource reports the problems of a definition under the place that they have in this file.
func (l *configLoader) reportSource(pair yamlPair, err error) {
	var problems crawler.SourceProblems
	if !errors.As(err, &problems) {
		l.report(pair.line, "sources."+pair.key, &fault{message: err.Error()})
		return
	}
	for _, p := range problems {
		line := p.Line
		if line == 0 || p.File != l.path {
			line = pair.line
		}
		key := strings.TrimSuffix("sources."+pair.key+"."+p.Key, ".")
		l.problems = append(l.problems, Problem{File: l.path, Line: line, Key: key, Message: p.Message, Hint: p.Hint})
	}
}

// sourceSyntax returns the YAML node of sources.<name>: what the definitions read keeps places of its
// own. The text was parsed before, so that nothing can be wrong with it here.
func sourceSyntax(data []byte, name string) ast.Node {
	text, _, _ := readText(data)
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil || len(file.Docs) == 0 {
		return nil
	}
	return valueOf(valueOf(file.Docs[0].Body, "sources"), name)
}

// valueOf returns the value of a key of a map node, nil if there is none.
func valueOf(n ast.Node, key string) ast.Node {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	}
	for _, v := range values {
		if v.Key.GetToken().Value == key {
			return v.Value
		}
	}
	return nil
}

// print writes the sources that were changed or added, as they were written.
func (s *SourcesConfig) print() string {
	var b strings.Builder
	for _, o := range s.other {
		fmt.Fprintf(&b, "  %s:\n", yamlQuote(o.def.ID))
		for line := range strings.Lines(unindent(o.written)) {
			b.WriteString("    " + strings.TrimRight(line, "\n") + "\n")
		}
	}
	return b.String()
}

// unindent removes the spaces that all lines begin with.
func unindent(text string) string {
	least := -1
	for line := range strings.Lines(text) {
		if trimmed := strings.TrimLeft(line, " "); strings.TrimSpace(line) != "" && (least < 0 || len(line)-len(trimmed) < least) {
			least = len(line) - len(trimmed)
		}
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(line[min(max(least, 0), len(line)-len(strings.TrimLeft(line, " "))):])
	}
	return b.String()
}

// all returns every source but the portal: the built-in ones as the configuration changes them, in their
// order, then those that it adds.
func (s *SourcesConfig) all() ([]crawler.SourceDef, error) {
	defs, err := crawler.BuiltinSources()
	if err != nil {
		return nil, err
	}
	for _, o := range s.other {
		i := slices.IndexFunc(defs, func(d crawler.SourceDef) bool { return d.ID == o.def.ID })
		if i >= 0 {
			defs[i] = o.def
		} else {
			defs = append(defs, o.def)
		}
	}
	return defs, nil
}
