package crawler

import (
	"fmt"
	"strconv"
	"strings"
)

// A jsonPath leads from a JSON value to values inside it: names of members parted by points, after
// each [*] for all elements of an array or [2] for one of them. The empty path is the value itself.
type jsonPath []jsonStep

// A jsonStep is one name, one index or all elements.
type jsonStep struct {
	name  string
	index int // if name is ""; everyElement for all
}

const everyElement = -1

// parseJSONPath reads a path such as "data.calls[*].title". "" and "." are the value itself.
func parseJSONPath(text string) (jsonPath, error) {
	path := jsonPath{}
	if text == "" || text == "." {
		return path, nil
	}
	for i, part := range strings.Split(text, ".") {
		name, brackets, _ := strings.Cut(part, "[")
		if name == "" && (brackets == "" || i > 0) || strings.ContainsAny(name, "]*$ ") {
			return nil, fmt.Errorf("path %s cannot be read at %s", quoted(text), quoted(part))
		}
		if name != "" {
			path = append(path, jsonStep{name: name})
		}
		if len(part) == len(name) {
			continue
		}
		for bracket := range strings.SplitSeq(brackets, "[") {
			index, err := parseIndex(bracket)
			if err != nil {
				return nil, fmt.Errorf("path %s cannot be read at %s", quoted(text), quoted("["+bracket))
			}
			path = append(path, jsonStep{index: index})
		}
	}
	return path, nil
}

// parseIndex reads "*]" or "2]".
func parseIndex(bracket string) (int, error) {
	inner, closed := strings.CutSuffix(bracket, "]")
	if inner == "*" && closed {
		return everyElement, nil
	}
	index, err := strconv.ParseUint(inner, 10, 16)
	if err != nil || !closed {
		return 0, fmt.Errorf("index %q", bracket)
	}
	return int(index), nil
}

// find returns what the path leads to; nil if it leads nowhere. Null is nothing.
func (p jsonPath) find(v any) []any {
	if v == nil {
		return nil
	}
	if len(p) == 0 {
		return []any{v}
	}
	step, rest := p[0], p[1:]
	if step.name != "" {
		object, _ := v.(map[string]any)
		return rest.find(object[step.name])
	}
	array, _ := v.([]any)
	if step.index != everyElement {
		if step.index >= len(array) {
			return nil
		}
		return rest.find(array[step.index])
	}
	var found []any
	for _, element := range array {
		found = append(found, rest.find(element)...)
	}
	return found
}
