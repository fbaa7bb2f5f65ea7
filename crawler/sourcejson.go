package crawler

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// jsonItems reads a page of a JSON source. A list that is not there is an error, an empty list is not.
func (p *sourcePlan) jsonItems(body []byte) (*sourcePage, error) {
	root, err := decodeJSON(body)
	if err != nil {
		return nil, err
	}
	path := p.list
	if n := len(path); n > 0 && path[n-1] == (jsonStep{index: everyElement}) {
		path = path[:n-1] // find the list itself, to tell an empty one from none
	}
	found := path.find(root)
	if len(found) == 0 {
		return nil, fmt.Errorf("path %s leads to nothing: the answer changed its shape", quoted(p.def.Item))
	}
	page := &sourcePage{total: unknownTotal}
	for _, list := range found {
		elements, isList := list.([]any)
		if !isList {
			return nil, fmt.Errorf("path %s leads to no list: the answer changed its shape", quoted(p.def.Item))
		}
		for _, element := range elements {
			page.items = append(page.items, jsonItem{element})
		}
	}
	return page, p.jsonPager(page, root)
}

// jsonPager reads what an answer says about the other pages.
func (p *sourcePlan) jsonPager(page *sourcePage, root any) error {
	if p.next != nil {
		if found := (jsonItem{root}).find(p.next); len(found) > 0 {
			page.next = found[0]
		}
	}
	if p.total == nil {
		return nil
	}
	found := (jsonItem{root}).find(&rulePlan{path: p.total})
	if len(found) != 1 {
		return fmt.Errorf("path %s leads to no number of items", quoted(p.def.Pager.Total))
	}
	total, err := strconv.ParseUint(found[0], 10, 31)
	if err != nil {
		return fmt.Errorf("the number of items is %s", quoted(found[0]))
	}
	page.total = int(total)
	return nil
}

// decodeJSON reads one JSON value and nothing after it.
func decodeJSON(body []byte) (any, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	switch {
	case len(body) == 0:
		return nil, errors.New("no JSON: the answer is empty")
	case body[0] == '<':
		return nil, fmt.Errorf("no JSON: it is markup: %q", said(body))
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber() // an identifier of 17 digits is none of a float64
	var root any
	if err := decoder.Decode(&root); err != nil {
		return nil, fmt.Errorf("%w: %w: %q", errJSON, err, said(body))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows its end", errJSON)
	}
	return root, nil
}

// A jsonItem is one element of a list.
type jsonItem struct{ value any }

// find returns texts, numbers and truth values; of a list that no [*] takes apart, each element.
func (i jsonItem) find(r *rulePlan) []string {
	var texts []string
	for _, value := range r.path.find(i.value) {
		if list, isList := value.([]any); isList {
			for _, element := range list {
				texts = appendText(texts, element)
			}
			continue
		}
		texts = appendText(texts, value)
	}
	return texts
}

func appendText(texts []string, value any) []string {
	switch value := value.(type) {
	case string:
		return append(texts, value)
	case json.Number:
		return append(texts, value.String())
	case bool:
		return append(texts, strconv.FormatBool(value))
	}
	return texts // null is nothing, and an object has no text of its own
}
