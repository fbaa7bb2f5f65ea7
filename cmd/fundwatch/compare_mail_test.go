package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"fundwatch/calls"
)

// compareMails is how many mails are sent, and compareMailBytes about how large each is: a letter of twenty calls.
const (
	compareMails     = 2000
	compareMailBytes = 30_000
)

// sending compares emptying a full outbox, every change of state durable, with smtp-source of Postfix, which sends as many
// mails of that size over one connection to the same sink.
func (c *comparing) sending() {
	source, err := exec.LookPath("smtp-source")
	if err != nil {
		c.skipped("smtp-source", err)
		return
	}
	const rounds = 3
	mails := startSink(c.t, c.t.Context())
	var full []string
	for range rounds {
		full = append(full, c.fullOutbox())
	}
	ours, theirs := turns(rounds, func() {
		send := exec.Command(os.Args[0], "send", "--db", full[0], "--now", "2026-09-01")
		send.Env = append(os.Environ(), append(mails.environ, runAsProgram+"=1", envPair("MAIL_SMTP_CONNECTIONS", 1))...)
		c.run(send)()
		full = full[1:]
	}, func() {
		out, err := exec.Command(source, "-d", "-s", "1", "-m", fmt.Sprint(compareMails), "-l", fmt.Sprint(compareMailBytes),
			"-f", "a@fundwatch.example", "-t", "b@town.example", mails.address).CombinedOutput()
		if err != nil {
			c.t.Fatalf("smtp-source: %v: %s", err, out)
		}
	})
	if sheet := mails.counted(c.t); sheet.Mails != 2*rounds*compareMails {
		c.t.Errorf("the sink took %d mails, want %d", sheet.Mails, 2*rounds*compareMails)
	}
	c.row("send 2,000 mails of 30 KB, whole process, each change of state on the disk", ours, "`smtp-source`, one connection, the same sink", theirs)
}

// fullOutbox makes a database with mails that are due.
func (c *comparing) fullOutbox() string {
	c.t.Helper()
	file := filepath.Join(c.t.TempDir(), "bench.db")
	db := benchDatabase(c.t, filepath.Dir(file), nil)
	defer db.Close()
	town := calls.Municipality{ID: "town", Name: "Town", Country: "FR", Interests: calls.Interests{Everything: true}}
	for i := range compareMails {
		town.Subscribers = append(town.Subscribers, calls.Subscriber{Email: fmt.Sprintf("clerk-%d@town.example", i), Language: "fr", Frequency: calls.Weekly})
	}
	ctx := c.t.Context()
	if _, err := db.ImportMunicipalities(ctx, []calls.Municipality{town}, fixedClock()); err != nil {
		c.t.Fatal(err)
	}
	subscribers, err := db.Subscribers(ctx)
	if err != nil {
		c.t.Fatal(err)
	}
	body := bytes.Repeat([]byte("A line of a letter, as long as lines of a quoted-printable letter are.\r\n"), compareMailBytes/73)
	for _, s := range subscribers {
		id := fmt.Sprintf("%d@fundwatch.example", s.ID)
		head := fmt.Sprintf("From: a@fundwatch.example\r\nTo: %s\r\nSubject: 20 calls\r\nMessage-Id: <%s>\r\n\r\n", s.Email, id)
		d := calls.Digest{Subscriber: s, Municipality: town, Period: "2026-W36"}
		out := calls.Delivery{Key: id, Subscriber: s.ID, Sender: "a@fundwatch.example", Recipient: s.Email, MessageID: id, Subject: "20 calls", Bytes: append([]byte(head), body...)}
		if _, err := db.Enqueue(ctx, &d, &out, fixedClock().Add(-24*time.Hour)); err != nil {
			c.t.Fatal(err)
		}
	}
	return file
}
