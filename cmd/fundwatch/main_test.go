package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"fundwatch/crawler/portaltest"
)

// runAsProgram makes the test binary behave as fundwatch, for tests that need a process to kill.
const runAsProgram = "RUN_AS_FUNDWATCH"

func TestMain(m *testing.M) {
	if os.Getenv(runAsProgram) != "" {
		main()
		return
	}
	if file := os.Getenv(runMeasured); file != "" {
		runAndMeasure(file)
	}
	for name, role := range map[string]func(io.Reader, io.Writer) error{
		runAsSink: runSink, runAsSoak: runSoak, runAsBareLoop: runBareLoop,
	} {
		if os.Getenv(name) == "" {
			continue
		}
		if err := role(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, name+":", err)
			os.Exit(exitFailed)
		}
		return
	}
	testscript.Main(m, map[string]func(){"fundwatch": main})
}

// Each story is a session at the terminal. Beside the commands of testscript there are
//
//	portal DAY          serve that day of the stand-in's catalogue, and set it as the configured source
//	portal-fails FAULT  play a fault until portal is called again
//	smtp                start a mail server, and set it as the configured transport
//	smtp-says CODE TEXT answer every RCPT with this from now on ("250" heals it)
//	signing-key FILE    write a fresh private key, as openssl does
//	returned FILE TO S  write what comes back for the last mail to an address: a report with status S, or a wish to "stop"
//	inbox COUNT         want so many mails in the mail server; the last one is written to "last.eml"
func TestStories(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/stories",
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_DATA_HOME", e.WorkDir+"/data")
			e.Setenv("FUNDWATCH_CRAWLER_DELAY", "0s")
			e.Values[standInKey{}] = portaltest.New(nil)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"portal": storyPortal, "portal-fails": storyPortalFails,
			"smtp": storySMTP, "smtp-says": storySMTPSays, "inbox": storyInbox,
			"signing-key": storySigningKey, "returned": storyReturned,
		},
		UpdateScripts: os.Getenv("UPDATE_STORIES") != "",
	})
}

type standInKey struct{}

func storyPortal(ts *testscript.TestScript, _ bool, args []string) {
	day, err := strconv.Atoi(strings.Join(args, ""))
	ts.Check(err)
	portal := ts.Value(standInKey{}).(*portaltest.Server)
	portal.Heal()
	portal.SetRecords(portaltest.Catalogue(day))
	if ts.Getenv("FUNDWATCH_SOURCES_PORTAL_URL") != "" {
		return
	}
	address, stop, err := serveLoopback(portal)
	ts.Check(err)
	ts.Defer(stop)
	ts.Setenv("FUNDWATCH_SOURCES_PORTAL_URL", "http://"+address+portaltest.Path)
}

func storyPortalFails(ts *testscript.TestScript, _ bool, args []string) {
	fault, err := namedFault(strings.Join(args, " "))
	ts.Check(err)
	ts.Value(standInKey{}).(*portaltest.Server).Fail(fault)
}

// run1 runs one command line in this process and returns what it printed.
func run1(t *testing.T, environ []string, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e strings.Builder
	code = run(context.Background(), surroundings{
		args: args, environ: environ, in: strings.NewReader(""), out: &o, err: &e, now: fixedClock,
		wait: func(ctx context.Context, _ time.Duration) error { return context.Cause(ctx) },
	})
	return o.String(), e.String(), code
}

// must runs one command line and wants it to succeed.
func must(t *testing.T, environ []string, args ...string) string {
	t.Helper()
	out, errs, code := run1(t, environ, args...)
	if code != exitDone {
		t.Fatalf("fundwatch %s: exit code %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

func envPair(name string, value any) string { return fmt.Sprintf("FUNDWATCH_%s=%v", name, value) }

// patience is how long a test waits for what a process on a busy machine does in the end.
const patience = time.Minute

// skipUnderRace leaves out what is long under the race detector and would show it nothing new.
func skipUnderRace(t *testing.T) {
	t.Helper()
	if underRace {
		t.Skip("the race detector sees the same steps in other tests")
	}
}
