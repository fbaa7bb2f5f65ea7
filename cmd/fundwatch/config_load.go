package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"fundwatch/calls"
)

// largestConfig is the most that is read of a configuration: far more than one can hold.
const largestConfig = 1 << 20

// LoadConfig returns the defaults, overlaid by the file at path ("" for none), overlaid by the
// FUNDWATCH_ variables of environ (a list of NAME=value). Relative paths in the file are meant from the
// file's folder, those in the environment from the working folder. If anything is wrong the error is a
// [Problems] with everything that is; secrets are never part of it. An empty file is a good one.
func LoadConfig(path string, environ []string) (*Config, error) {
	c := DefaultConfig(environ)
	l := &configLoader{config: c, path: path, environ: environ}
	l.settings = c.settings(sync.OnceValues(loadProgrammeNames))
	if path != "" {
		l.readFile()
	}
	l.readEnvironment(environ)
	l.finish()
	if err := l.problems.err(); err != nil {
		return nil, err
	}
	c.Warnings = l.warnings.sorted()
	return c, nil
}

func loadProgrammeNames() (programmeNames, error) { return calls.LoadProgrammes() }

// A configLoader overlays the layers of a configuration and collects what is wrong.
type configLoader struct {
	config   *Config
	path     string
	data     []byte // of the file
	environ  []string
	settings []*setting
	problems Problems
	warnings Problems
}

func (l *configLoader) readFile() {
	data, err := readLimited(l.path, largestConfig)
	if err != nil {
		l.problems = append(l.problems, Problem{File: l.path, Message: "cannot be read: " + plainCause(err)})
		return
	}
	root, problems := readYAML(l.path, data)
	l.problems = append(l.problems, problems...)
	l.data = data
	l.section("", root)
}

// section applies the keys of one map; prefix is "" or ends in a dot.
func (l *configLoader) section(prefix string, n yamlNode) {
	if n.kind == yamlNull || n.kind == yamlRefused {
		return
	}
	if n.kind != yamlMap {
		l.report(n.line, strings.TrimSuffix(prefix, "."), &fault{"want a section with keys of its own", "keys here: " + strings.Join(l.namesUnder(prefix), ", ")})
		return
	}
	for _, pair := range n.pairs {
		key := prefix + pair.key
		switch {
		case l.find(key) != nil:
			l.apply(l.find(key), pair)
		case len(l.namesUnder(key+".")) > 0:
			l.section(key+".", pair.value)
		case prefix == "sources." && pair.value.kind == yamlMap:
			l.source(pair)
		default:
			l.report(pair.line, shortKey(key), l.unknownKey(prefix, pair))
		}
	}
}

func (l *configLoader) apply(s *setting, pair yamlPair) {
	s.origin = origin{file: l.path, line: pair.line, label: s.key}
	if pair.value.kind == yamlRefused {
		s.bad = true
		return
	}
	if f := s.set(pair.value); f != nil {
		s.bad = true
		l.report(pair.line, s.key, f)
		return
	}
	if s.path != nil && *s.path != "" && !filepath.IsAbs(*s.path) {
		*s.path = filepath.Join(filepath.Dir(l.path), *s.path)
	}
}

func (l *configLoader) report(line int, key string, f *fault) {
	l.problems = append(l.problems, f.at(l.path, line, key))
}

func (l *configLoader) find(key string) *setting {
	i := slices.IndexFunc(l.settings, func(s *setting) bool { return s.key == key })
	if i < 0 {
		return nil
	}
	return l.settings[i]
}

// namesUnder returns the names of the keys and sections right under a prefix, in order.
func (l *configLoader) namesUnder(prefix string) []string {
	var names []string
	for _, s := range l.settings {
		rest, under := strings.CutPrefix(s.key, prefix)
		name, _, _ := strings.Cut(rest, ".")
		if under && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// unknownKey says which key may have been meant: a name like it in the same section, or the same name
// in another one.
func (l *configLoader) unknownKey(prefix string, pair yamlPair) *fault {
	var near []string
	for _, name := range calls.Nearest(pair.key, l.namesUnder(prefix)) {
		near = append(near, prefix+name)
	}
	if near == nil {
		for _, s := range l.settings {
			if strings.HasSuffix(s.key, "."+pair.key) {
				near = append(near, s.key)
			}
		}
	}
	return &fault{"unknown key", calls.DidYouMean(near, "keys here: "+strings.Join(l.namesUnder(prefix), ", "))}
}

func hasKey(n yamlNode, key string) bool {
	return slices.ContainsFunc(n.pairs, func(p yamlPair) bool { return p.key == key })
}

// readLimited returns the content of a regular file, which may not be larger than limit.
func readLimited(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("it is larger than %d KiB", limit>>10)
	}
	return data, nil
}

// plainCause returns why a file could not be used, without its path: what stands where a path should
// be may be a secret put into the wrong key.
func plainCause(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
