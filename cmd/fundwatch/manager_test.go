package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// listenAsManager returns a socket as systemd opens it, and its path, which must be short.
func listenAsManager(t *testing.T) (*net.UnixConn, string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "fw")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn, path
}

// heard returns the next datagram, "" if none comes.
func heard(t *testing.T, conn *net.UnixConn) string {
	t.Helper()
	buffer := make([]byte, 4096)
	conn.SetReadDeadline(time.Now().Add(patience)) //nolint:errcheck // the read tells
	n, err := conn.Read(buffer)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	return string(buffer[:n])
}

// The daemon says when it is ready, that it lives, and that it stops.
func TestServeTellsTheServiceManager(t *testing.T) {
	t.Parallel()
	conn, path := listenAsManager(t)
	_, environ := standIn(t, 1)
	cmd := exec.Command(os.Args[0], "serve", "--now", "2026-09-02T09:00:00Z")
	cmd.Env = append(append([]string{}, environ...), runAsProgram+"=1", "NOTIFY_SOCKET="+path, "WATCHDOG_USEC=100000")
	var said lockedBuffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if first := heard(t, conn); first != "READY=1" {
		t.Errorf("first %q, want that it is ready; it said:\n%s", first, said.String())
	}
	for range 3 {
		if life := heard(t, conn); life != "WATCHDOG=1" {
			t.Errorf("%q, want a sign of life", life)
		}
	}
	cmd.Process.Signal(syscall.SIGTERM) //nolint:errcheck // Wait tells
	for last := ""; last != "STOPPING=1"; {
		if last = heard(t, conn); last == "" {
			t.Error("it never said that it stops")
			break
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("serve ended with %v:\n%s", err, said.String())
	}
}

// Signs of life end when the database no longer answers, whether with an error or not at all.
func TestNoSignOfLifeWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]func(context.Context) error{
		"error": func(context.Context) error { return errors.New("disk I/O error") },
		"hangs": func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	} {
		conn, path := listenAsManager(t)
		env := map[string]string{"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "40000"}
		m := newManager(func(name string) string { return env[name] }, slog.New(slog.DiscardHandler))
		var asked atomic.Int32
		stop := m.watch(t.Context(), func(ctx context.Context) error {
			if asked.Add(1) <= 3 {
				return nil
			}
			return broken(ctx)
		})
		for asked.Load() < 8 {
			time.Sleep(time.Millisecond)
		}
		stop()
		m.stopping() // after which nothing comes
		m.close()
		signs := 0
		for heard(t, conn) == "WATCHDOG=1" {
			signs++
		}
		if signs != 3 {
			t.Errorf("%s: %d signs of life, want the 3 of before", name, signs)
		}
	}
}

func TestWatchdogPause(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		limit, pid string
		want       time.Duration
	}{
		{"2000000", "", time.Second},
		{"2000000", strconv.Itoa(os.Getpid()), time.Second},
		{"2000000", "1", 0},
		{"", "", 0}, {"0", "", 0}, {"-5", "", 0}, {"soon", "", 0},
	} {
		env := map[string]string{"WATCHDOG_USEC": test.limit, "WATCHDOG_PID": test.pid}
		if got := watchdogPause(func(name string) string { return env[name] }); got != test.want {
			t.Errorf("%+v: got %s", test, got)
		}
	}
}

// A manager that is not there, or no longer, stops nothing.
func TestServeWithoutAServiceManager(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	serveUntil(t, append(environ, "NOTIFY_SOCKET=/nowhere/notify"), "2026-09-02T09:00:00Z", "service manager not reached")
}

// Who may not write learns where, from a user without any rights.
func TestServeNamesWhatItMayNotWrite(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "fw")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	program := filepath.Join(dir, "fundwatch")
	copyProgram(t, program)
	home := filepath.Join(dir, "home")
	must(t, nil, "--db", home+"/fundwatch.db", "municipalities", "import", manyTowns(t, 1))
	try := func(want []string, args ...string) {
		t.Helper()
		out, err := asNobody(program, args...).CombinedOutput()
		if err == nil || slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(string(out), w) }) {
			t.Errorf("%v: %v, want %q:\n%s", args, err, want, out)
		}
	}
	chmod := func(name string, mode os.FileMode) {
		t.Helper()
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	chmod(dir, 0o555)
	t.Cleanup(func() { os.Chmod(dir, 0o755); os.Chmod(home, 0o755) }) //nolint:errcheck // so that it can be removed
	try([]string{"no right to write to " + dir + " (to make " + dir + "/new for the database)", "ReadWritePaths="}, "serve", "--db", dir+"/new/fundwatch.db")
	chmod(home, 0o555)
	chmod(home+"/fundwatch.db", 0o444)
	try([]string{"no right to write to " + home + " (", "no right to write to " + home + "/fundwatch.db (the database)"}, "serve", "--db", home+"/fundwatch.db")
	try([]string{"no right to write to " + home + " ("}, "crawl", "--db", home+"/fundwatch.db")
	try([]string{"failure    disk", "no right to write to " + home + " (", "): permission denied; no right", "-> give it to the user that fundwatch runs as;"}, "doctor", "--db", home+"/fundwatch.db")
	chmod(home+"/fundwatch.db", 0o400) // made by root, asked by the service: not damaged
	try([]string{"failure    database", "-> ask as the user that fundwatch runs as ('sudo -u fundwatch"}, "doctor", "--db", home+"/fundwatch.db")
	chmod(home, 0o777)
	chmod(home+"/fundwatch.db", 0o666)
	chmod(dir, 0o755)
	if err := os.Mkdir(dir+"/letters", 0o555); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(config, []byte("mail: {files: {dir: letters}}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	try([]string{"no right to write to " + dir + "/letters (for mail as files"}, "serve", "--db", home+"/fundwatch.db", "--config", config)
}

// asNobody prepares the program to run as a user without rights, and without a network to ask.
func asNobody(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Env = []string{runAsProgram + "=1", "HOME=/nowhere", "FUNDWATCH_SOURCES_PORTAL_ENABLED=false"}
	if os.Getuid() == 0 {
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return cmd
}

// A backup can be read where nothing can be written.
func TestBackupIsReadWithoutWriting(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "fw")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o755); os.RemoveAll(dir) })
	program := filepath.Join(dir, "fundwatch")
	copyProgram(t, program)
	_, environ := standIn(t, 1)
	must(t, environ, "crawl", "--now", "2026-09-01")
	must(t, environ, "backup", dir+"/copy.db")
	for name, mode := range map[string]os.FileMode{dir + "/copy.db": 0o444, dir: 0o555} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	out, err := asNobody(program, "--db", dir+"/copy.db", "--now", "2026-09-01", "search", "jumelage").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "CERV-2026-CITIZENS-TOWN-TT") {
		t.Errorf("%v: %s", err, out)
	}
	// What has to write says where it may not.
	out, err = asNobody(program, "--db", dir+"/copy.db", "--now", "2026-09-01", "digest").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "no right to write to "+dir+"/copy.db or to its folder") {
		t.Errorf("digest: %v: %s", err, out)
	}
}

func copyProgram(t *testing.T, to string) {
	t.Helper()
	data, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o755); err != nil {
		t.Fatal(err)
	}
	os.Chmod(filepath.Dir(to), 0o755) //nolint:errcheck // the start tells
}
