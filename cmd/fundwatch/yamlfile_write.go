package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"
)

// yamlQuote returns s as a YAML scalar that every reader takes for this text: plain if it can only be
// text, else in double quotes with the escapes of JSON, of which YAML is a superset.
func yamlQuote(s string) string {
	if plainInYAML(s) {
		return s
	}
	return jsonQuote(s)
}

// jsonQuote returns s in double quotes, without escaping < > & as encoding/json does for web pages.
func jsonQuote(s string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string into memory cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

// yamlFlow returns texts as a YAML list on one line.
func yamlFlow(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = yamlQuote(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// plainInYAML reports whether s needs no quotes in any place of a YAML 1.1 or 1.2 file: it begins with
// a letter, holds no sign with a meaning, and is no word that stands for a truth value or null.
func plainInYAML(s string) bool {
	switch strings.ToLower(s) {
	case "", "true", "false", "yes", "no", "on", "off", "null", "y", "n":
		return false
	}
	for i, r := range s {
		if i == 0 && !unicode.IsLetter(r) {
			return false
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -_./()@+", r) {
			return false
		}
	}
	return !strings.HasSuffix(s, " ")
}
