package crawler

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"fundwatch/calls"
)

//go:embed sources/*.yaml
var builtinSources embed.FS

// largestSource is the most that is read of one definition: ten times what the longest has. The parser's
// time grows with the square of the keys of a section.
const largestSource = 32 << 10

// BuiltinSources returns the definitions that come with the program, by file name. The error lists
// everything wrong with them; it can only come from a mistake in the files.
func BuiltinSources() ([]SourceDef, error) {
	files, err := fs.Glob(builtinSources, "sources/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list built-in sources: %w", err)
	}
	var defs []SourceDef
	var failures []error
	for _, file := range files {
		data, err := builtinSources.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read built-in source %s: %w", file, err)
		}
		def, err := ParseSource(file, data)
		if err == nil && def.ID+".yaml" != path.Base(file) {
			err = fmt.Errorf("%s: id: it is %q, which is not the name of the file", file, def.ID)
		}
		failures = append(failures, err)
		defs = append(defs, def)
	}
	return defs, errors.Join(failures...)
}

// ParseSource reads one definition. file stands in messages only. Unknown keys, wrong types and
// everything that [SourceDef.Validate] finds are reported at once, as [SourceProblems].
func ParseSource(file string, data []byte) (SourceDef, error) {
	root, problem := sourceNode(data)
	if problem != nil {
		problem.File = file
		return SourceDef{}, SourceProblems{*problem}
	}
	return SourceDef{}.Overlay(file, root)
}

// Overlay returns d with the keys of a YAML map laid over it, checked as [ParseSource] does; d itself
// stays as it is. A configuration changes a built-in source so (`enabled: true`), and makes one of its
// own from SourceDef{ID: name, Enabled: true}. Texts and lists replace what was there, sections are
// merged key by key. A nil node changes nothing.
func (d SourceDef) Overlay(file string, node ast.Node) (SourceDef, error) {
	d.places = maps.Clone(d.places)
	if d.places == nil {
		d.places = map[string]place{}
	}
	r := sourceReader{file: file, places: d.places}
	id := d.ID
	r.value(reflect.ValueOf(&d).Elem(), node, "")
	if id != "" && d.ID != id {
		r.report(node, "id", fmt.Sprintf("it is %q here, but the source is named %q", d.ID, id), "leave it out")
	}
	return d, append(r.problems, r.uncovered(d.Validate())...).err()
}

// uncovered returns the problems with keys that could be read. What is missing because it could not be
// read needs no second word.
func (r *sourceReader) uncovered(problems SourceProblems) SourceProblems {
	return slices.DeleteFunc(problems, func(p SourceProblem) bool {
		return slices.ContainsFunc(r.problems, func(read SourceProblem) bool {
			return read.Key == "" || read.Key == p.Key || strings.HasPrefix(p.Key, read.Key+".") || strings.HasPrefix(p.Key, read.Key+"[")
		})
	})
}

// sourceNode returns the map of a file of one YAML document. The third-party parser is fenced in: a
// panic in it becomes a problem.
func sourceNode(data []byte) (root ast.Node, problem *SourceProblem) {
	defer func() {
		if recover() != nil {
			root, problem = nil, &SourceProblem{Message: "this is no readable YAML"}
		}
	}()
	if len(data) > largestSource {
		return nil, &SourceProblem{Message: fmt.Sprintf("it is larger than %d KiB", largestSource>>10)}
	}
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		return nil, &SourceProblem{Message: "the text is not UTF-8", Hint: "save it as UTF-8"}
	}
	if problem := tooNested(data); problem != nil {
		return nil, problem
	}
	tree, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, syntaxProblem(err)
	}
	for _, doc := range tree.Docs {
		switch {
		case doc.Body == nil:
		case root != nil:
			return nil, &SourceProblem{Line: lineOf(doc.Body), Message: "a second document begins here", Hint: "one file, one source"}
		default:
			root = doc.Body
		}
	}
	if root == nil {
		return nil, &SourceProblem{Message: "it is empty"}
	}
	return root, nil
}

// tooNested refuses what the parser would need much stack for. A definition lies four deep.
func tooNested(data []byte) *SourceProblem {
	const deepest = 16
	for number, line := range bytes.Split(data, []byte("\n")) {
		signs := bytes.Count(line, []byte("[")) + bytes.Count(line, []byte("{")) + bytes.Count(line, []byte("- ")) + bytes.Count(line, []byte("? "))
		indent := len(line) - len(bytes.TrimLeft(line, " "))
		if signs > 4*deepest || indent > 8*deepest {
			return &SourceProblem{Line: number + 1, Message: "this is nested too deeply"}
		}
	}
	return nil
}

func syntaxProblem(err error) *SourceProblem {
	problem := &SourceProblem{Message: "the YAML is broken here", Hint: "put text with special characters in single quotes"}
	var syntax yaml.Error
	if errors.As(err, &syntax) && syntax.GetToken() != nil && syntax.GetToken().Position != nil {
		problem.Line = syntax.GetToken().Position.Line
	}
	return problem
}

func lineOf(n ast.Node) int {
	if pair, ok := n.(*ast.MappingValueNode); ok && pair.Key != nil {
		n = pair.Key // the token of a pair is its colon
	}
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 0
	}
	return n.GetToken().Position.Line
}

// A sourceReader lays YAML over the fields of a definition and collects what does not fit.
type sourceReader struct {
	file     string
	places   map[string]place
	problems SourceProblems
}

func (r *sourceReader) report(n ast.Node, key, message, hint string) {
	r.problems = append(r.problems, SourceProblem{r.file, lineOf(n), key, message, hint})
}

// value sets v, which is a field of a definition, to what n says.
func (r *sourceReader) value(v reflect.Value, n ast.Node, key string) {
	if isNull(n) {
		return
	}
	r.places[key] = place{r.file, lineOf(n)}
	if text, ok := scalar(n); ok && v.Kind() != reflect.Slice && v.Kind() != reflect.Map {
		r.scalar(v, n, key, text)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		r.section(v, n, key)
	case reflect.Slice:
		r.list(v, n, key)
	case reflect.Map:
		r.words(v, n, key)
	default:
		r.report(n, key, "want one value, not a list or a section", "")
	}
}

// scalar sets v to one text.
func (r *sourceReader) scalar(v reflect.Value, n ast.Node, key, text string) {
	switch target := v.Addr().Interface().(type) {
	case *Rule:
		*target = shortRule(text)
	case *Days:
		days, err := strconv.ParseUint(strings.TrimSuffix(text, "d"), 10, 10)
		if err != nil || !strings.HasSuffix(text, "d") {
			r.report(n, key, quoted(text)+" is no number of days", "as in 30d")
			return
		}
		*target = Days(days)
	case *bool:
		if text != "true" && text != "false" {
			r.report(n, key, quoted(text)+" is neither true nor false", "")
		}
		*target = text == "true"
	case *int:
		r.whole(target, n, key, text)
	case **int:
		*target = new(int)
		r.whole(*target, n, key, text)
	default:
		if v.Kind() != reflect.String {
			r.report(n, key, "want a section with keys of its own", "keys here: "+strings.Join(keysOf(v), ", "))
			return
		}
		v.SetString(text)
	}
}

func (r *sourceReader) whole(target *int, n ast.Node, key, text string) {
	number, err := strconv.ParseUint(text, 10, 20)
	if err != nil {
		r.report(n, key, quoted(text)+" is no whole number", "")
	}
	*target = int(number)
}

// shortRule reads a rule that is one text: a selector, and after the last @ an attribute.
func shortRule(text string) Rule {
	at := strings.LastIndexByte(text, '@')
	if at < 0 || !isName(text[at+1:]) {
		return Rule{Select: text}
	}
	return Rule{Select: strings.TrimSpace(text[:at]), Attr: text[at+1:]}
}

// isName reports whether s can be the name of an attribute or a key.
func isName(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != ':' {
			return false
		}
	}
	return s != ""
}

// section sets the fields of a struct.
func (r *sourceReader) section(v reflect.Value, n ast.Node, key string) {
	pairs, ok := pairsOf(n)
	if !ok {
		r.report(n, key, "want a section with keys of its own", "keys here: "+strings.Join(keysOf(v), ", "))
		return
	}
	first := map[string]int{}
	for _, pair := range pairs {
		name, inner := r.key(pair, key)
		if before, twice := first[name]; twice {
			r.report(pair, inner, fmt.Sprintf("already given on line %d", before), "remove one of the two")
			continue
		}
		first[name] = lineOf(pair)
		field, known := fieldOf(v, name)
		if !known {
			r.report(pair, inner, "unknown key", didYouMean(name, keysOf(v)))
			continue
		}
		r.value(field, pair.Value, inner)
		if !isNull(pair.Value) {
			r.places[inner] = place{r.file, lineOf(pair)}
		}
	}
}

// key returns the name of a pair and its whole dotted key.
func (r *sourceReader) key(pair *ast.MappingValueNode, prefix string) (name, dotted string) {
	name, ok := scalar(pair.Key)
	if !ok {
		r.report(pair, prefix, "a key must be a plain word", "")
	}
	name = calls.CleanLine(name, 80)
	return name, strings.TrimPrefix(prefix+"."+name, ".")
}

// list sets a slice, whose elements are texts or sections.
func (r *sourceReader) list(v reflect.Value, n ast.Node, key string) {
	sequence, ok := n.(*ast.SequenceNode)
	if !ok {
		r.report(n, key, "want a list", "write [A, B], or each on a line of its own after a -")
		return
	}
	items := reflect.MakeSlice(v.Type(), len(sequence.Values), len(sequence.Values))
	for i, node := range sequence.Values {
		r.value(items.Index(i), node, fmt.Sprintf("%s[%d]", key, i))
	}
	v.Set(items)
}

// words sets a map of texts.
func (r *sourceReader) words(v reflect.Value, n ast.Node, key string) {
	pairs, ok := pairsOf(n)
	if !ok {
		r.report(n, key, "want a section of words and what they mean", "as in {Offen: open, Geschlossen: closed}")
		return
	}
	words := reflect.MakeMap(v.Type())
	for _, pair := range pairs {
		word, inner := r.key(pair, key)
		meaning, ok := scalar(pair.Value)
		if !ok {
			r.report(pair, inner, "want one word", "")
			continue
		}
		words.SetMapIndex(reflect.ValueOf(word), reflect.ValueOf(meaning))
	}
	v.Set(words)
}

func isNull(n ast.Node) bool {
	_, null := n.(*ast.NullNode)
	return null || n == nil
}

// scalar returns the text of a plain value as it is written, and false for everything else: also for
// anchors, aliases and tags, which have no use here.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return strings.TrimSpace(n.Value), true
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}

func pairsOf(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// fieldOf returns the field of a struct that has the given key.
func fieldOf(v reflect.Value, key string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("yaml") == key && key != "" {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func keysOf(v reflect.Value) []string {
	var keys []string
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			if key := v.Type().Field(i).Tag.Get("yaml"); key != "" {
				keys = append(keys, key)
			}
		}
	}
	return keys
}
