package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// storyReturned writes what a mail server, or a reader, sends back for the last mail to an address: mails of
// one run come over several connections, so their order tells nothing.
func storyReturned(ts *testscript.TestScript, _ bool, args []string) {
	mails := storyServer(ts).received()
	slices.Reverse(mails)
	at := slices.IndexFunc(mails, func(m receivedMail) bool { return m.to == args[1] })
	if at < 0 {
		ts.Fatalf("no mail came for %s", args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(returned(mails[at], args[2])), 0o600))
}

// returned answers a mail with a status of a delivery report, with "stop", or by a program of a reader who is "away".
func returned(m receivedMail, status string) string {
	if status == "stop" || status == "away" {
		_, link, _ := strings.Cut(m.data, "<mailto:")
		address, _, _ := strings.Cut(link, "?")
		mail := "From: " + m.to + "\nTo: " + address + "\nSubject: unsubscribe\n\nstop\n"
		if status == "away" {
			mail = "Auto-Submitted: auto-replied\n" + mail
		}
		return mail
	}
	header, _, _ := strings.Cut(m.data, "\r\n\r\n")
	return fmt.Sprintf("Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: <%s>\nMessage-Id: <%s@mx.example>\n"+
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"+
		"--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"+
		"Final-Recipient: rfc822; %s\nAction: failed\nStatus: %s\n\n--b\nContent-Type: text/rfc822-headers\n\n%s\n\n--b--\n",
		m.from, strings.ReplaceAll(m.from, "@", "."), m.to, status, header)
}

// inbound hands a mail in through the command, and returns its exit code.
func inbound(ctx context.Context, environ []string, mail string) (out, errs string, code int) {
	var o, e strings.Builder
	code = run(ctx, surroundings{
		args: []string{"inbound", "--now", "2026-09-01T10:00:00Z"}, environ: environ, in: strings.NewReader(mail), out: &o, err: &e, now: fixedClock,
	})
	return o.String(), e.String(), code
}

// Whatever is handed in is done with; only trouble of our own asks for another try, and that try finds all
// as it was.
func TestInboundExitCodes(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	if _, errs, code := inbound(t.Context(), environ, "x"); code != exitTryLater {
		t.Errorf("without a database: exit code %d: %s", code, errs)
	}
	must(t, environ, "municipalities", "import", manyTowns(t, 1), "--now", "2026-08-31T09:00:00Z")
	for _, mail := range []string{"", "x", "\x00\x00\r\n\r\n", "Content-Type: multipart/report\n\n", "To: " + strings.Repeat("<", 1<<21)} {
		if _, errs, code := inbound(t.Context(), environ, mail); code != exitDone {
			t.Errorf("%.30q: exit code %d: %s", mail, code, errs)
		}
	}
	broken := append([]string{"FUNDWATCH_MAIL_BOUNCE_ADDRESS=no address"}, environ...)
	if _, errs, code := inbound(t.Context(), broken, "x"); code != exitTryLater {
		t.Errorf("with a broken configuration: exit code %d: %s", code, errs)
	}
}

func TestInboundWaitsForALockedDatabase(t *testing.T) {
	t.Parallel()
	_, environ := standIn(t, 1)
	must(t, environ, "municipalities", "import", manyTowns(t, 1), "--now", "2026-08-31T09:00:00Z")
	raw, err := sql.Open("sqlite3", lookupEnv(environ, "XDG_DATA_HOME")+"/fundwatch/fundwatch.db?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	tx, err := raw.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	impatient, stop := context.WithTimeout(t.Context(), time.Second) // by itself it waits for half a minute
	defer stop()
	if _, errs, code := inbound(impatient, environ, "x"); code != exitTryLater {
		t.Errorf("exit code %d: %s", code, errs)
	}
}
