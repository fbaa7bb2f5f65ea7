package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// systemd knows every line of the unit, and finds the sandbox a tight one.
func TestUnit(t *testing.T) {
	t.Parallel()
	unit, err := os.ReadFile("packaging/fundwatch.service")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("there is no systemd-analyze to ask")
	}
	file := filepath.Join(t.TempDir(), "fundwatch.service")
	here := strings.ReplaceAll(string(unit), "/usr/local/bin/fundwatch", os.Args[0])
	if err := os.WriteFile(file, []byte(here), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", "--man=no", file).CombinedOutput(); err != nil || strings.Contains(string(out), "fundwatch") {
		t.Errorf("verify: %v\n%s", err, out)
	}
	out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=20", file).CombinedOutput()
	if err != nil {
		t.Errorf("exposed more than 2.0 of 10: %v\n%s", err, out)
	}
}

// The unit, the container and the program agree on commands and places.
func TestPackagingNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	for file, want := range map[string][]string{
		"packaging/fundwatch.service": {"Type=notify", "WatchdogSec=", "StateDirectory=fundwatch", "serve --config"},
		"packaging/Containerfile":     {"./cmd/fundwatch", "USER 65532", "XDG_DATA_HOME=/var/lib", `CMD ["serve"]`},
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(string(text), w) {
				t.Errorf("%s lacks %q", file, w)
			}
		}
	}
	const want = "/var/lib/fundwatch/fundwatch.db" // with the environment of both
	if got := DefaultConfig([]string{"XDG_DATA_HOME=/var/lib"}).Database; got != want {
		t.Errorf("the database would lie at %s, want %s", got, want)
	}
}

// Every command has a page, and groff has nothing to say about any of them.
func TestManual(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, nil, "man", dir)
	pages, _ := filepath.Glob(dir + "/*.1")
	if len(pages) < 30 {
		t.Errorf("only %d pages: %v", len(pages), pages)
	}
	for page, want := range map[string]string{
		"fundwatch.1": `.SH COMMANDS`, "fundwatch-backup.1": `\-\-force`, "fundwatch-sources-check.1": `\-\-config FILE`,
		"fundwatch-search.1": ".SH EXAMPLES",
	} {
		if text, err := os.ReadFile(filepath.Join(dir, page)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v, want %q in\n%s", page, err, want, text)
		}
	}
	if _, err := os.Stat(dir + "/fundwatch-man.1"); err == nil {
		t.Error("the command for packagers has a page")
	}
	if _, err := exec.LookPath("groff"); err != nil {
		t.Skip("there is no groff to read them")
	}
	var warnings strings.Builder
	groff := exec.Command("groff", append([]string{"-man", "-Tutf8", "-ww", "-Kutf8"}, pages...)...)
	groff.Stderr = &warnings
	if out, err := groff.Output(); err != nil || warnings.Len() > 0 || !strings.Contains(string(out), "replace FILE if it is there") {
		t.Errorf("groff: %v\n%s", err, warnings.String())
	}
}

func TestRoff(t *testing.T) {
	t.Parallel()
	if got, want := roff(".SH at 5-6\n'x \\n"), "\\&.SH at 5\\-6\n\\&'x \\en"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The README says of every module that we use directly what it is for.
func TestReadmeNamesEveryModule(t *testing.T) {
	t.Parallel()
	modules, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for line := range strings.Lines(string(modules)) {
		path, version, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || !strings.HasPrefix(version, "v") || strings.Contains(line, "// indirect") {
			continue
		}
		path = strings.TrimPrefix(path, "github.com/")
		for _, major := range []string{"/v2", "/v3"} {
			path = strings.TrimSuffix(path, major)
		}
		if named++; !strings.Contains(string(readme), "`"+path+"`") {
			t.Errorf("the README does not say what %s is for", path)
		}
	}
	if named < 20 {
		t.Errorf("go.mod names %d modules: is it read right?", named)
	}
}
