package notify_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"fundwatch/calls"
	"fundwatch/notify"
)

// newFiles returns a sender into a new folder.
func newFiles(t testing.TB) (*notify.Files, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "mails", "out")
	files, err := notify.NewFiles(dir)
	if err != nil {
		t.Fatalf("NewFiles: %v", err)
	}
	return files, dir
}

// names returns what is in the folder.
func names(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatalf("read folder: %v", err)
	}
	var found []string
	for _, entry := range entries {
		found = append(found, entry.Name())
	}
	return found
}

func TestFilesDeliver(t *testing.T) {
	t.Parallel()
	files, dir := newFiles(t)
	box := newShelf("a@lodeve.example", "b@ghent.example")
	if tally := deliver(t, box, files, options(newClock())); tally.Sent != 2 {
		t.Errorf("tally = %+v, want both sent", tally)
	}
	found := names(t, dir)
	if len(found) != 2 {
		t.Fatalf("folder holds %q, want two mails and nothing else", found)
	}
	for i, name := range found {
		r := box.row(int64(i + 1))
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.Equal(got, r.Bytes) {
			t.Errorf("%s holds %q (%v), want %q", name, got, err, r.Bytes)
		}
		if _, err := mail.ReadMessage(bytes.NewReader(got)); err != nil {
			t.Errorf("%s is not a mail: %v", name, err)
		}
		if r.Answer != "file "+name {
			t.Errorf("answer = %q, want the name %q", r.Answer, name)
		}
		mode(t, filepath.Join(dir, name), 0o600)
	}
	mode(t, dir, fs.ModeDir|0o700)
}

func mode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil || info.Mode() != want {
		t.Errorf("mode of %s is %v (%v), want %v", filepath.Base(path), info.Mode(), err, want)
	}
}

// TestFilesNeverDoubleNorOverwrite sends the same mail again, as after a crash, and another one that
// claims to be the same.
func TestFilesNeverDoubleNorOverwrite(t *testing.T) {
	t.Parallel()
	files, dir := newFiles(t)
	send := func(d *calls.Delivery) string {
		t.Helper()
		if err := files.Send(t.Context(), d, ready); err != nil {
			t.Fatalf("Send: %v", err)
		}
		return strings.TrimPrefix(d.Answer, "file ")
	}
	first := send(letter("First\r\n"))
	if again := send(letter("First\r\n")); again != first || len(names(t, dir)) != 1 {
		t.Errorf("the same mail again is %q beside %q, want one file", again, names(t, dir))
	}
	second := send(letter("Other\r\n"))
	if again := send(letter("Other\r\n")); second == first || again != second || len(names(t, dir)) != 2 {
		t.Errorf("another mail is %q, then %q beside %q, want a second file, once", second, again, names(t, dir))
	}
	if got, _ := os.ReadFile(filepath.Join(dir, first)); string(got) != "First\r\n" {
		t.Errorf("%s holds %q now, want it untouched", first, got)
	}
}

// TestFilesLeaveStrangersAlone puts things in the way that are no mails.
func TestFilesLeaveStrangersAlone(t *testing.T) {
	t.Parallel()
	files, dir := newFiles(t)
	if err := files.Send(t.Context(), letter("First\r\n"), ready); err != nil {
		t.Fatalf("Send: %v", err)
	}
	name := names(t, dir)[0]
	path, target := filepath.Join(dir, name), filepath.Join(t.TempDir(), "target")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(target, []byte("First\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		t.Skipf("no links to names here: %v", err)
	}
	d := letter("First\r\n")
	if err := files.Send(t.Context(), d, ready); err != nil {
		t.Fatalf("Send: %v", err)
	}
	if want := strings.TrimSuffix(name, ".eml") + "-2.eml"; d.Answer != "file "+want {
		t.Errorf("answer = %q, want file %s beside the link", d.Answer, want)
	}
}

func TestFilesNames(t *testing.T) {
	t.Parallel()
	safe := regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,81}\.eml$`)
	files, dir := newFiles(t)
	keys := []string{
		"digest/101/2026-W48", "DIGEST/101/2026-w48", "../../etc/passwd", "", ".", "con", "a\x00b", "a\nb",
		`a\b:c*d?e"f<g>h|i`, "дайджест/1", "-rf", strings.Repeat("long", 100), strings.Repeat("long", 101),
	}
	for _, key := range keys {
		d := letter("Hello\r\n")
		d.Key = key
		if err := files.Send(t.Context(), d, ready); err != nil {
			t.Errorf("Send with key %q: %v", key, err)
		}
		if name := strings.TrimPrefix(d.Answer, "file "); !safe.MatchString(name) {
			t.Errorf("key %q makes the name %q, want it to match %v", key, name, safe)
		}
	}
	if got := names(t, dir); len(got) != len(keys) {
		t.Errorf("%d names for %d keys: %q", len(got), len(keys), got)
	}
}

func TestFilesFaults(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"", file, filepath.Join(file, "below")} {
		if _, err := notify.NewFiles(dir); err == nil {
			t.Errorf("NewFiles(%q) = nil, want an error", filepath.Base(dir))
		}
	}
	files, dir := newFiles(t)
	if err := files.Send(t.Context(), letter("Hello\r\n"), func() error { return errBroken }); !errors.Is(err, errBroken) {
		t.Errorf("Send = %v, want %v", err, errBroken)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := files.Send(ended, letter("Hello\r\n"), ready); !errors.Is(err, context.Canceled) {
		t.Errorf("Send = %v, want %v", err, context.Canceled)
	}
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("folder holds %q, want nothing", got)
	}
}

// TestFilesFolderGone holds that a folder that cannot be written costs no mail an attempt.
func TestFilesFolderGone(t *testing.T) {
	t.Parallel()
	files, dir := newFiles(t)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	box := newShelf("a@lodeve.example")
	_, err := notify.Deliver(t.Context(), box, files, options(newClock()))
	if !errors.Is(err, notify.ErrUnreachable) {
		t.Errorf("Deliver = %v, want ErrUnreachable", err)
	}
	if r := box.row(1); r.State != calls.DeliveryQueued || r.Attempts != 0 {
		t.Errorf("mail is %s after %d attempts, want queued after 0", r.State, r.Attempts)
	}
}

// Whoever is forgotten is so in the folder too; the mails of others, and files that are no mail, stay.
func TestForgetFiles(t *testing.T) {
	t.Parallel()
	files, dir := newFiles(t)
	for i, to := range []string{"clerk@lodeve.example", "Clerk <clerk@LODEVE.example>", "mayor@lodeve.example", "clerk@lodeve.example, b@ghent.example"} {
		d := &calls.Delivery{ID: int64(i), Key: "digest/1/2026-W36", MessageID: string(rune('a' + i)), Bytes: []byte("To: " + to + "\r\n\r\nclerk@lodeve.example\r\n")}
		if err := files.Send(t.Context(), d, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"mail-torn.eml": "\x00", "own.eml": "To: clerk@lodeve.example\r\n\r\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int{2, 0} {
		if removed, err := notify.ForgetFiles(dir, "clerk@lodeve.example"); err != nil || removed != want {
			t.Errorf("removed %d (%v), want %d", removed, err, want)
		}
	}
	if left := names(t, dir); len(left) != 4 {
		t.Errorf("left: %v", left)
	}
	if removed, err := notify.ForgetFiles(filepath.Join(dir, "nowhere"), "a@b.example"); err != nil || removed != 0 {
		t.Errorf("no folder: removed %d, %v", removed, err)
	}
}
