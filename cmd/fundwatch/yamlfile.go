package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// The kinds of a yamlNode.
const (
	yamlNull   yamlKind = iota // nothing after the colon, or null
	yamlScalar                 // one value
	yamlList
	yamlMap
	yamlRefused // reported already; holds nothing
)

type yamlKind int

// A yamlNode is one value of a YAML file with its line. Scalars are kept as they are written, whatever
// YAML takes them for: a code 08118048 keeps its zero, and a version 1.10 does not become 1.1.
type yamlNode struct {
	kind  yamlKind
	line  int
	text  string     // of a scalar
	items []yamlNode // of a list
	pairs []yamlPair // of a map, in the order of the file, keys unique
}

type yamlPair struct {
	key   string
	line  int
	value yamlNode
}

// readYAML reads a file of one YAML document, or JSON. Everything that a careful reader of such a file
// would not expect is refused: anchors, aliases (which can blow up a small file), merge keys, tags,
// keys given twice, a second document. An empty file is a yamlNull.
func readYAML(file string, data []byte) (yamlNode, Problems) {
	text, f, line := readText(data)
	if f != nil {
		return yamlNode{}, Problems{f.at(file, line, "")}
	}
	tree, f, line := parseYAML(text)
	if f != nil {
		return yamlNode{}, Problems{f.at(file, line, "")}
	}
	reader := yamlReader{file: file}
	root := reader.document(tree)
	return root, reader.problems
}

// readText returns data as text without a byte order mark, or what is wrong with its encoding and in
// which line.
func readText(data []byte) (string, *fault, int) {
	const save = `save it as UTF-8; in a spreadsheet: "CSV UTF-8"`
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return "", &fault{"the file is encoded as UTF-16", save}, 1
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return "", &fault{"the file holds a zero byte: it is no text file", save}, lineOf(data, i)
	}
	if utf8.Valid(data) {
		return string(data), nil, 0
	}
	return "", &fault{"the text is not UTF-8", save}, lineOf(data, firstInvalid(data))
}

func lineOf(data []byte, offset int) int { return 1 + bytes.Count(data[:offset], []byte("\n")) }

func firstInvalid(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(data)
}

// parseYAML is the third-party parser behind a fence: what it would need too much stack or time for is
// refused before, and a panic in it becomes a fault.
func parseYAML(text string) (tree *ast.File, f *fault, line int) {
	defer func() {
		if recover() != nil {
			tree, f, line = nil, &fault{"the file is no readable YAML", ""}, 0
		}
	}()
	tokens := lexer.Tokenize(text)
	if f, line := costly(tokens); f != nil {
		return nil, f, line
	}
	tree, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		f, line = syntaxFault(err)
	}
	return tree, f, line
}

// syntaxFault turns the parser's error into ours. The parser's own text is cut where it begins to
// quote the file.
func syntaxFault(err error) (*fault, int) {
	var syntax yaml.Error
	if !errors.As(err, &syntax) {
		return &fault{"the file is no readable YAML", ""}, 0
	}
	line := 0
	if t := syntax.GetToken(); t != nil && t.Position != nil {
		line = t.Position.Line
	}
	what := syntax.GetMessage()
	if strings.Contains(what, "\t") {
		return &fault{"a tab stands where YAML wants spaces", "indent with spaces"}, line
	}
	if i := strings.IndexAny(what, "\"'\n"); i >= 0 {
		return &fault{"the YAML is broken here", "put text with special characters in single quotes"}, line
	}
	return &fault{"the YAML is broken here: " + what, ""}, line
}

// A yamlReader turns the parser's tree into yamlNodes and collects what it refuses.
type yamlReader struct {
	file     string
	problems Problems
}

func (r *yamlReader) refuse(n ast.Node, message, hint string) yamlNode {
	line := nodeLine(n)
	r.problems = append(r.problems, Problem{File: r.file, Line: line, Message: message, Hint: hint})
	return yamlNode{kind: yamlRefused, line: line}
}

func nodeLine(n ast.Node) int {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 0
	}
	return n.GetToken().Position.Line
}

func (r *yamlReader) document(tree *ast.File) yamlNode {
	var root yamlNode
	seen := false
	for _, doc := range tree.Docs {
		if doc.Body == nil {
			continue
		}
		if seen {
			r.refuse(doc.Body, "a second document begins here", "remove the line --- before it")
			break
		}
		root, seen = r.node(doc.Body), true
	}
	return root
}

func (r *yamlReader) node(n ast.Node) yamlNode {
	switch n := n.(type) {
	case nil:
		return yamlNode{kind: yamlNull}
	case *ast.NullNode:
		return yamlNode{kind: yamlNull, line: nodeLine(n)}
	case *ast.StringNode:
		return yamlNode{kind: yamlScalar, line: nodeLine(n), text: n.Value}
	case *ast.LiteralNode:
		return yamlNode{kind: yamlScalar, line: nodeLine(n), text: n.Value.Value}
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return yamlNode{kind: yamlScalar, line: nodeLine(n), text: n.GetToken().Value}
	case *ast.SequenceNode:
		return r.list(n)
	case *ast.MappingNode:
		return r.pairs(n, n.Values)
	case *ast.MappingValueNode:
		return r.pairs(n, []*ast.MappingValueNode{n})
	case *ast.AnchorNode, *ast.AliasNode:
		return r.refuse(n, "anchors (&) and aliases (*) are not used here", "write the value out, or put text that begins so in quotes")
	case *ast.TagNode:
		return r.refuse(n, "tags (!) are not used here", "put text that begins with ! in quotes")
	}
	return r.refuse(n, "this kind of YAML is not used here", "")
}

func (r *yamlReader) list(n *ast.SequenceNode) yamlNode {
	list := yamlNode{kind: yamlList, line: nodeLine(n), items: make([]yamlNode, 0, len(n.Values))}
	for _, value := range n.Values {
		item := r.node(value)
		if item.line == 0 {
			item.line = list.line
		}
		list.items = append(list.items, item)
	}
	return list
}

func (r *yamlReader) pairs(n ast.Node, values []*ast.MappingValueNode) yamlNode {
	m := yamlNode{kind: yamlMap, line: nodeLine(n), pairs: make([]yamlPair, 0, len(values))}
	first := make(map[string]int, len(values)) // the line on which a key was first given
	for i, value := range values {
		key, ok := r.key(value.Key)
		if !ok {
			continue
		}
		pair := yamlPair{key, nodeLine(value.Key), r.node(value.Value)}
		if i == 0 && pair.line > 0 {
			m.line = pair.line // the parser's token of a map is its first colon
		}
		if before, twice := first[key]; twice {
			r.problems = append(r.problems, Problem{File: r.file, Line: pair.line, Key: shortKey(key),
				Message: fmt.Sprintf("already given on line %d", before), Hint: "remove one of the two"})
			continue
		}
		first[key] = pair.line
		m.pairs = append(m.pairs, pair)
	}
	return m
}

func (r *yamlReader) key(n ast.MapKeyNode) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return n.GetToken().Value, true
	case *ast.MergeKeyNode:
		r.refuse(n, "merge keys (<<) are not used here", "write the keys out")
		return "", false
	}
	r.refuse(n, "a key must be a plain word", "")
	return "", false
}
