package crawler

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// readWhole walks through a text as a page is walked through.
func readWhole(text string) error {
	r := jsonReader{data: []byte(text)}
	if _, err := r.skip(); err != nil {
		return err
	}
	return r.end()
}

func TestJSONReaderAccepts(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`null`, ` true `, `-1.5e+3`, `""`, `"a\u00e9\ud83d\ude00\n\/"`, `[]`, `{}`, `[1,[2,{"a":[]}]]`, "\t{\"a\" : 1 ,\r\n\"b\":\"x\"}\n",
		strings.Repeat("[", deepestJSON) + strings.Repeat("]", deepestJSON),
	} {
		if err := readWhole(text); err != nil || !json.Valid([]byte(text)) {
			t.Errorf("%q: got %v, want none", text, err)
		}
	}
}

func TestJSONReaderRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                             "it ends where a value belongs",
		` `:                            "it ends where a value belongs",
		`{`:                            "it ends where a string belongs",
		`{"a"}`:                        `'}' at byte 4 where a colon belongs`,
		`{"a":1,}`:                     `'}' at byte 7 where a string belongs`,
		`{a:1}`:                        `'a' at byte 1 where a string belongs`,
		`[1,]`:                         `']' at byte 3 where a value belongs`,
		`[1 2]`:                        `'2' at byte 3 where a comma or ']' belongs`,
		`[1`:                           `it ends where a comma or ']' belongs`,
		`01`:                           `'0' at byte 0 where a value belongs`,
		`nul`:                          `'n' at byte 0 where a value belongs`,
		`"a`:                           "it ends where a quotation mark belongs",
		"\"a\nb\"":                     `'\n' at byte 2 where a letter belongs`,
		`"\x"`:                         `'x' at byte 2 where an escape belongs`,
		`"\u12g4"`:                     `'g' at byte 5 where a hexadecimal digit belongs`,
		`"\`:                           "it ends where an escape belongs",
		`{} x`:                         `'x' at byte 3 where the end belongs`,
		"\x00":                         `'\x00' at byte 0 where a value belongs`,
		"[\x00]":                       `'\x00' at byte 1 where a value belongs`,
		strings.Repeat("[", 1_000_000): "values lie more than 100 deep",
	} {
		if err := readWhole(text); !errors.Is(err, errJSON) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.50q: got %v, want broken JSON with %q", text, err, want)
		}
	}
}

// The reader is held against encoding/json: the same texts are sound, and they mean the same.
func FuzzJSONReader(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,"b",null,true,{"c":"\ud83d\ude00\ud800\\"}]}`, `"\u0000"`, `[1e5,-0.1]`, "\"\xff\"", `{"a":1,"a":2}`, `"\ud800\u0041"`, "[\x00]", `[[[]],[{}]]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if strings.Count(string(data), "[")+strings.Count(string(data), "{") >= deepestJSON {
			return // our own limit, see TestJSONReaderRefuses
		}
		err := readWhole(string(data))
		if sound := json.Valid(data); sound != (err == nil) {
			t.Fatalf("%q: got error %v, encoding/json says sound: %v", data, err, sound)
		}
		var want string
		r := jsonReader{data: data}
		got, isText, err := r.text()
		if wanted := json.Unmarshal(data, &want); err == nil && isText && wanted == nil && got != want {
			t.Fatalf("%q: got %q, encoding/json reads %q", data, got, want)
		}
	})
}
