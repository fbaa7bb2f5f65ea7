package portaltest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// A Record is one result of the search API: one language of one call, or of one piece of news.
type Record struct {
	Reference string              // the key of the index, such as "51050034TOPICSen"
	Metadata  map[string][]string // every value is a list of strings, as the API sends it
	Bare      bool                // the metadata keys lie at the top level of the result instead

	// Rest holds further top-level keys of the result, which replace the usual ones. Nil is fine.
	Rest map[string]json.RawMessage
}

// Type returns the kind of record as the API numbers it: "1" topic, "2" external action, "6" news,
// "8" cascade call; "" if the record does not say.
func (r Record) Type() string { return r.First("type") }

// First returns the first value of a metadata field, or "" if there is none.
func (r Record) First(field string) string {
	if values := r.Metadata[field]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Clone returns a copy that shares nothing with r that either could change.
func (r Record) Clone() Record {
	clone := r
	clone.Rest = maps.Clone(r.Rest)
	clone.Metadata = make(map[string][]string, len(r.Metadata))
	for field, values := range r.Metadata {
		clone.Metadata[field] = slices.Clone(values)
	}
	return clone
}

// encode returns the record as a result of the API. Maps are written in the order of their keys,
// which makes the bytes the same every time.
func (r Record) encode() (json.RawMessage, error) {
	result := r.topLevel()
	for key, value := range r.Rest {
		result[key] = value
	}
	if r.Bare {
		for field, values := range r.Metadata {
			result[field] = values
		}
	} else {
		result["metadata"] = nonNil(r.Metadata)
	}
	return encodeJSON(result)
}

// topLevel returns the keys that every result has beside its metadata.
func (r Record) topLevel() map[string]any {
	summary := cmp.Or(r.First("callTitle"), r.First("title"))
	if r.Type() != "8" { // only a cascade call is indexed under its own title
		summary = cmp.Or(r.First("title"), summary)
	}
	return map[string]any{
		"apiVersion": apiVersion, "reference": r.Reference, "url": r.First("url"), "title": nil,
		"contentType": "text/plain", "language": cmp.Or(r.First("language"), "en"),
		"databaseLabel": "SEDIA", "database": "SEDIA", "summary": summary, "weight": 4.0,
		"groupById": cmp.Or(r.First("sortStatus"), "0"), "content": summary,
		"accessRestriction": false, "pages": nil, "checksum": checksum(summary),
		"enrichedMetadata": struct{}{}, "children": []string{}, "highlightedFragments": []string{},
	}
}

// checksum is, as in the real index, a hash of the title alone: worthless for noticing changes.
func checksum(title string) string { return fmt.Sprintf("%X", sha256.Sum256([]byte(title))) }

func nonNil(metadata map[string][]string) map[string][]string {
	if metadata == nil {
		return map[string][]string{}
	}
	return metadata
}

// encodeJSON writes v on one line, with HTML left readable as the API does.
func encodeJSON(v any) (json.RawMessage, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(buffer.Bytes(), "\n"), nil
}

// ReadPages returns the records of captured search answers, page after page, so that a test can
// serve them. Repeats are kept. The error says which page could not be read, and why.
func ReadPages(pages ...[]byte) ([]Record, error) {
	var records []Record
	for i, page := range pages {
		var captured struct {
			Results []map[string]json.RawMessage `json:"results"`
		}
		if err := json.Unmarshal(page, &captured); err != nil {
			return nil, fmt.Errorf("read captured page %d: %w", i+1, err)
		}
		for j, result := range captured.Results {
			record, err := readResult(result)
			if err != nil {
				return nil, fmt.Errorf("read captured page %d, result %d: %w", i+1, j+1, err)
			}
			records = append(records, record)
		}
	}
	return records, nil
}

func readResult(result map[string]json.RawMessage) (Record, error) {
	var record Record
	if err := json.Unmarshal(result["reference"], &record.Reference); err != nil {
		return Record{}, fmt.Errorf("reference %q: %w", result["reference"], err)
	}
	delete(result, "reference")
	record.Rest = result
	metadata, ok := result["metadata"]
	if !ok {
		record.Bare, record.Metadata = true, takeLists(result)
		return record, nil
	}
	delete(result, "metadata")
	if err := json.Unmarshal(metadata, &record.Metadata); err != nil {
		return Record{}, fmt.Errorf("metadata of %q: %w", record.Reference, err)
	}
	return record, nil
}

// takeLists moves every list of strings out of a result: where a result has no metadata, these are
// its metadata. The two lists that any result has stay where they are.
func takeLists(result map[string]json.RawMessage) map[string][]string {
	lists := map[string][]string{}
	for key, raw := range result {
		var values []string
		isOwn := key == "children" || key == "highlightedFragments"
		if isOwn || json.Unmarshal(raw, &values) != nil || values == nil {
			continue
		}
		lists[key] = values
		delete(result, key)
	}
	return lists
}
