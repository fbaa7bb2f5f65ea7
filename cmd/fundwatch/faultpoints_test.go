package main

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// The proof that nothing is lost and nothing doubled, wherever the program dies: it is killed at every step that
// the conversation with a mail server has, and at every step that SQLite does to its files, each time on a
// fresh copy of one database; then it is run again in peace. Ordinarily only some points of a small ordeal are
// tried; with FUNDWATCH_KILLS set, all of them, and every thirteenth of an ordeal of 200 readers.

// An ordeal is a database from which each trial starts.
type ordeal struct {
	environ []string
	towns   int
	base    string // the database
	command string // digest, or send of what a digest left
	stride  int    // every how many-th point is tried
}

// The moments of a trial: the run that dies, the one after it, and one when everything put off is due.
const (
	trialBegins = "2026-09-01T08:00:00Z"
	trialAgain  = "2026-09-01T08:30:00Z"
	trialEnds   = "2026-09-01T20:00:00Z"
)

// ordeals returns where the fault points are tried.
func ordeals(t *testing.T) map[string]*ordeal {
	t.Helper()
	all := map[string]*ordeal{"digest": newOrdeal(t, "digest", 3), "send": newOrdeal(t, "send", 3)}
	if os.Getenv("FUNDWATCH_KILLS") == "" {
		return all
	}
	for _, w := range all {
		w.stride = 1
	}
	// Thirteen has no divisor in common with the steps of a mail, so that all of them have their turn.
	all["digest of 200"], all["send of 200"] = newOrdeal(t, "digest", 200), newOrdeal(t, "send", 200)
	all["digest of 200"].stride, all["send of 200"].stride = 13, 13
	return all
}

func newOrdeal(t *testing.T, command string, towns int) *ordeal {
	t.Helper()
	_, environ := standIn(t, 1)
	environ = append(environ, envPair("MAIL_TRANSPORT", "smtp"), envPair("MAIL_SMTP_TLS", "none"),
		envPair("MAIL_SMTP_RATE_PER_MINUTE", 0), envPair("MAIL_SMTP_CONNECTIONS", 1))
	w := &ordeal{environ: environ, towns: towns, base: filepath.Join(t.TempDir(), "base.db"), command: command}
	must(t, environ, "--db", w.base, "municipalities", "import", manyTowns(t, towns), "--now", "2026-09-01")
	must(t, environ, "--db", w.base, "crawl", "--now", "2026-09-01")
	if command == "send" {
		closed := newPlug(t)
		closed.closed = true
		run1(t, w.reaching(closed), "--db", w.base, "digest", "--now", "2026-09-01T07:00:00Z")
	}
	return w
}

// reaching is the environment with this mail server.
func (w *ordeal) reaching(p *plug) []string {
	host, port, _ := strings.Cut(p.address, ":")
	return append(append([]string{}, w.environ...), envPair("MAIL_SMTP_HOST", host), envPair("MAIL_SMTP_PORT", port))
}

// A trial is one run of the program that does not end well.
type trial struct {
	*ordeal
	t    *testing.T
	plug *plug
	db   string
	out  bytes.Buffer // what the program said
}

// try starts a trial in a copy of the world. The first reader is put off once, so that mails are refused, too.
func (w *ordeal) try(t *testing.T) *trial {
	t.Helper()
	data, err := os.ReadFile(w.base)
	if err != nil {
		t.Fatal(err)
	}
	x := &trial{ordeal: w, t: t, plug: newPlug(t, "clerk@town-0.example"), db: filepath.Join(t.TempDir(), "trial.db")}
	if err := os.WriteFile(x.db, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return x
}

// run runs the program as a process. With pull it is killed at that step of the conversation.
func (x *trial) run(pull int, further ...string) *os.ProcessState {
	x.t.Helper()
	cmd := exec.Command(os.Args[0], "--db", x.db, x.command, "--now", trialBegins)
	cmd.Env = append(append(x.reaching(x.plug), runAsProgram+"=1", "PATH="+os.Getenv("PATH")), further...)
	cmd.Stdout, cmd.Stderr = &x.out, &x.out
	started, ended := make(chan struct{}), make(chan struct{})
	x.plug.set(pull, func() {
		<-started          // it may be faster than Start returns
		cmd.Process.Kill() //nolint:errcheck // it may just have ended
		<-ended
	})
	if err := cmd.Start(); err != nil {
		x.t.Fatal(err)
	}
	close(started)
	cmd.Wait() //nolint:errcheck // the state says it
	close(ended)
	return cmd.ProcessState
}

// recover runs the program again in peace, and wants every reader to have the digest. It returns how many copies
// there were.
func (x *trial) recover(most int) (copies int) {
	x.t.Helper()
	x.plug.set(0, nil)
	environ := x.reaching(x.plug)
	must(x.t, environ, "--db", x.db, "digest", "--now", trialAgain)
	must(x.t, environ, "--db", x.db, "send", "--now", trialEnds)
	if waiting := must(x.t, environ, "--db", x.db, "outbox", "list", "--now", trialEnds); waiting != "" {
		x.t.Errorf("left in the outbox:\n%s", waiting)
	}
	return checkCopies(x.t, x.plug.received(), x.towns, most)
}

// endure tries every stride-th point until there is none: try has the program die there, and says how many identical
// copies that may cost. Then the program runs in peace.
func (w *ordeal) endure(t *testing.T, stride int, try func(x *trial, at int) (most int, there bool)) {
	t.Helper()
	points, copies := 0, 0
	for at := 1; ; at += stride {
		x := w.try(t)
		most, there := try(x, at)
		if !there {
			break
		}
		copies += x.recover(most)
		points++
		if t.Failed() {
			t.Fatalf("at point %d\n%s", at, x.out.String())
		}
	}
	t.Logf("ended at %d points: %d digests due and delivered, %d identical copies", points, points*w.towns, copies)
}

// every returns how many-th point is tried, ordinarily one of so many.
func (w *ordeal) every(ordinarily int) int {
	if w.stride == 0 {
		return ordinarily
	}
	return w.stride
}

func TestKilledAtEveryStepOfTheConversation(t *testing.T) {
	t.Parallel()
	for name, w := range ordeals(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := map[string]bool{}
			w.endure(t, w.every(1), func(x *trial, at int) (most int, there bool) {
				x.run(at)
				step := x.plug.pulledAt()
				seen[step] = true
				return count(step == "final dot" || step == "answer"), step != "" // taken, and perhaps not noted
			})
			for _, step := range []string{"connect", "greeting", "EHLO", "MAIL", "RCPT", "RSET", "DATA", "half of the message", "final dot", "answer", "QUIT"} {
				if w.stride <= 1 && !seen[step] {
					t.Errorf("the program was never killed at %s", step)
				}
			}
		})
	}
}

func TestKilledAtEveryStepOfTheDatabase(t *testing.T) {
	skipUnderRace(t)
	t.Parallel()
	library := faultLibrary(t)
	for name, w := range ordeals(t) {
		for fault, ordinarily := range map[string]int{"kill": 61, "tear": 67, "commit": 5} {
			if w.stride > 1 && fault != "commit" {
				continue // the steps of 200 mails are those of three
			}
			t.Run(name+"/"+fault, func(t *testing.T) {
				t.Parallel()
				w.endure(t, w.every(ordinarily), func(x *trial, at int) (most int, there bool) {
					return 1, !x.run(0, x.fault(library, fault, at)...).Exited()
				})
			})
		}
	}
}

// A disk that is full from some write on: the program says so, or had done all before, and nothing is lost.
func TestFullDiskAtEveryWrite(t *testing.T) {
	skipUnderRace(t)
	t.Parallel()
	library := faultLibrary(t)
	for name, w := range ordeals(t) {
		if w.stride > 1 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w.endure(t, w.every(41), func(x *trial, at int) (most int, there bool) {
				state := x.run(0, x.fault(library, "full", at)...)
				if _, err := os.Stat(x.db + ".fault"); errors.Is(err, fs.ErrNotExist) {
					return 0, false
				}
				said := strings.Contains(x.out.String(), "disk is full") || strings.Contains(x.out.String(), "no space left")
				if done := len(x.plug.received()) == w.towns-1; !said && !(state.Success() && done) { // one was put off
					t.Errorf("exit code %d with %d mails sent and no word of a full disk", state.ExitCode(), len(x.plug.received()))
				}
				return 1, true
			})
		})
	}
}

// fault is the environment of a process whose SQLite meets a fault.
func (x *trial) fault(library, fault string, at int) []string {
	return []string{"LD_PRELOAD=" + library, "FAULT=" + fault, "FAULT_AT=" + strconv.Itoa(at), "FAULT_LOG=" + x.db + ".fault"}
}

// faultLibrary compiles what breaks SQLite's writes. Whoever could build SQLite has a compiler.
func faultLibrary(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has LD_PRELOAD as it is used here")
	}
	library := filepath.Join(t.TempDir(), "faults.so")
	compiler := cmp.Or(os.Getenv("CC"), "cc")
	out, err := exec.Command(compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, "testdata/faults/faults.c").CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", compiler, err, out)
	}
	return library
}
