package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/calls/store"
)

const (
	benchMails     = 1_500
	benchMailBytes = 30_000 // a digest of twenty calls
)

// BenchmarkSend empties an outbox of mails of 30 KB, every state on the disk before the world hears of it:
// `fundwatch send` as a process, and the same stage in this one. It takes turns with smtp-source, which sends as
// many mails of that size over as many connections to the same smtp-sink; both are Postfix's, and their folder
// must be in PATH. The ratios are what counts.
func BenchmarkSend(b *testing.B) {
	address := benchSink(b)
	for _, connections := range []int{1, 2, 4} {
		b.Run(fmt.Sprint(connections), func(b *testing.B) {
			var process, source cost
			var stage time.Duration
			for b.Loop() {
				process = process.and(benchSendProcess(b, address, connections))
				source = source.and(benchSource(b, address, connections))
				stage += benchSendStage(b, address, connections)
			}
			mails := float64(b.N * benchMails)
			b.ReportMetric(mails/process.wall.Seconds(), "process-mails/s")
			b.ReportMetric(mails/stage.Seconds(), "stage-mails/s")
			b.ReportMetric(mails/source.wall.Seconds(), "source-mails/s")
			b.ReportMetric(source.wall.Seconds()/process.wall.Seconds(), "process-ratio")
			b.ReportMetric(source.wall.Seconds()/stage.Seconds(), "stage-ratio")
			b.ReportMetric(process.cpu.Seconds()*1000/mails, "process-cpu-ms/mail")
			b.ReportMetric(source.cpu.Seconds()*1000/mails, "source-cpu-ms/mail")
		})
	}
}

func (c cost) and(d cost) cost { return cost{c.wall + d.wall, c.cpu + d.cpu} }

// benchSink starts a server that throws mail away, and returns its address.
func benchSink(b *testing.B) string {
	b.Helper()
	sink, err := exec.LookPath("smtp-sink")
	if err != nil {
		b.Skip("there is no smtp-sink here")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	args := []string{address, "128"}
	if os.Geteuid() == 0 {
		args = append([]string{"-u", "nobody"}, args...)
	}
	cmd := exec.Command(sink, args...)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		cmd.Process.Kill() //nolint:errcheck // it cannot have ended
		cmd.Wait()         //nolint:errcheck // it was killed
	})
	for range 100 {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return address
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.Fatal("smtp-sink does not answer")
	return ""
}

// benchOutbox fills an outbox on a database of its own.
func benchOutbox(b *testing.B) *store.DB {
	b.Helper()
	ctx := context.Background()
	list := benchCalls(20)
	db := benchDatabase(b, b.TempDir(), list)
	town := calls.Municipality{ID: "town", Name: "Town", Country: "FR"}
	for i := range benchMails {
		town.Subscribers = append(town.Subscribers, calls.Subscriber{
			Email: fmt.Sprintf("clerk%d@town.example", i), Language: "fr", Frequency: calls.Weekly})
	}
	if _, err := db.ImportMunicipalities(ctx, []calls.Municipality{town}, fixedClock()); err != nil {
		b.Fatal(err)
	}
	subscribers, err := db.Subscribers(ctx)
	if err != nil {
		b.Fatal(err)
	}
	for i := range subscribers {
		if err := benchEnqueue(ctx, db, &subscribers[i], list); err != nil {
			b.Fatal(err)
		}
	}
	return db
}

func benchEnqueue(ctx context.Context, db *store.DB, s *calls.Subscriber, list []calls.Call) error {
	digest := calls.Digest{Subscriber: *s, Period: "2026-W36"}
	for i := range list {
		digest.New = append(digest.New, calls.Item{Call: list[i], Notices: []calls.Notice{
			{Call: list[i].Key, Kind: calls.NoticeNew, Told: list[i].Facts(fixedClock())}}})
	}
	line := strings.Repeat("x", 70) + "\r\n"
	mail := calls.Delivery{
		Key: fmt.Sprintf("digest/%d/%s", s.ID, digest.Period), Subscriber: s.ID, Sender: "bounce@fundwatch.example", Recipient: s.Email,
		MessageID: fmt.Sprintf("%d@fundwatch.example", s.ID), Subject: "News",
		Bytes: []byte("Subject: News\r\n\r\n" + strings.Repeat(line, benchMailBytes/len(line))),
	}
	_, err := db.Enqueue(ctx, &digest, &mail, fixedClock())
	return err
}

func benchSendSettings(address string, connections int) []string {
	host, port, _ := strings.Cut(address, ":")
	return []string{
		envPair("MAIL_TRANSPORT", "smtp"), envPair("MAIL_SMTP_HOST", host), envPair("MAIL_SMTP_PORT", port),
		envPair("MAIL_SMTP_TLS", "none"), envPair("MAIL_SMTP_RATE_PER_MINUTE", 0), envPair("MAIL_SMTP_CONNECTIONS", connections),
	}
}

// benchSendProcess returns what `fundwatch send` takes.
func benchSendProcess(b *testing.B, address string, connections int) cost {
	b.Helper()
	b.StopTimer()
	defer b.StartTimer()
	db := benchOutbox(b)
	cmd := exec.Command(os.Args[0], "--db", db.Path(), "--now", "2026-09-01T08:00:00Z", "send")
	cmd.Env = append(append(os.Environ(), benchSendSettings(address, connections)...), runAsProgram+"=1")
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	started := time.Now()
	out, err := cmd.CombinedOutput()
	took := cost{time.Since(started), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if want := "sent " + strconv.Itoa(benchMails) + ","; err != nil || !strings.Contains(string(out), want) {
		b.Fatalf("%v: %v, want %q in\n%s", cmd.Args, err, want, out)
	}
	return took
}

// benchSendStage returns how long the stage takes in this process.
func benchSendStage(b *testing.B, address string, connections int) time.Duration {
	b.Helper()
	b.StopTimer()
	defer b.StartTimer()
	db := benchOutbox(b)
	defer db.Close()
	a := benchApp(db)
	host, port, _ := strings.Cut(address, ":")
	number, _ := strconv.Atoi(port)
	a.cfg = &Config{Mail: MailConfig{Transport: TransportSMTP,
		SMTP: SMTPConfig{Host: host, Port: number, TLS: "none", Connections: connections}}}
	started := time.Now()
	tally, err := a.send(context.Background())
	took := time.Since(started)
	if err != nil || tally.Sent != benchMails {
		b.Fatalf("send: %+v, %v", tally, err)
	}
	return took
}

// benchSource returns what smtp-source takes.
func benchSource(b *testing.B, address string, connections int) cost {
	b.Helper()
	source, err := exec.LookPath("smtp-source")
	if err != nil {
		b.Skip("there is no smtp-source here")
	}
	cmd := exec.Command(source, "-d", "-s", strconv.Itoa(connections), "-m", strconv.Itoa(benchMails),
		"-l", strconv.Itoa(benchMailBytes), "-f", "bounce@fundwatch.example", "-t", "clerk@town.example", address)
	started := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	return cost{time.Since(started), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
}
