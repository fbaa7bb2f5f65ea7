package calls_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows is the drawing of the README: which rooms a room may import. A room that is not listed may
// import none, and a new folder has to be drawn here first.
var arrows = map[string][]string{
	"calls":              {},
	"calls/store":        {"calls"},
	"crawler":            {"calls"},
	"crawler/portaltest": {"calls"},
	"notify":             {"calls"},
	"notify/web":         {"calls"},
	"cmd/fundwatch":      {"calls", "calls/store", "crawler", "crawler/portaltest", "notify", "notify/web"},
}

// calls is pure: it may use the standard library without machines, and golang.org/x/text.
var machines = []string{"net", "net/http", "database/sql", "log", "log/slog", "os", "os/exec", "math/rand"}

func TestArrows(t *testing.T) {
	t.Parallel()
	root := ".."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.Name() == "testdata" { // what lies there is no part of the program
			return filepath.SkipDir
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		room, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		checkImports(t, filepath.ToSlash(room), path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkImports(t *testing.T, room, path string) {
	t.Helper()
	allowed, drawn := arrows[room]
	if !drawn {
		t.Errorf("%s: room %q is not in the drawing", path, room)
		return
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	isTest := strings.HasSuffix(path, "_test.go")
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		ours, inside := strings.CutPrefix(imported, "fundwatch/")
		switch {
		case inside && ours != room && !slices.Contains(allowed, ours) && !(isTest && ours == "crawler/portaltest" && room == "crawler"):
			t.Errorf("%s imports %s: the arrows allow %v", path, ours, allowed)
		case room == "calls" && !isTest && slices.Contains(machines, imported):
			t.Errorf("%s imports %s: calls is pure", path, imported)
		case room == "calls" && !isTest && strings.Contains(imported, ".") && !strings.HasPrefix(imported, "golang.org/x/text/"):
			t.Errorf("%s imports %s: calls uses the standard library and x/text only", path, imported)
		case room == "notify/web" && !isTest && strings.Contains(imported, "."):
			t.Errorf("%s imports %s: notify/web uses the standard library only", path, imported)
		}
	}
}

func TestEveryRoomIsThere(t *testing.T) {
	t.Parallel()
	for room := range arrows {
		if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(room))); err != nil {
			t.Errorf("room %s of the drawing: %v", room, err)
		}
	}
}
