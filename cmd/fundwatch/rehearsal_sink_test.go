package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// runAsSink makes the test binary a mail server in a process of its own, which takes every mail and keeps none.
// It says its address, and counts until its input ends.
const runAsSink = "RUN_AS_MAIL_SINK"

// A tallySheet is what a sink has counted.
type tallySheet struct {
	Mails  int
	Bytes  int64
	Copies map[string]int // by recipient
}

// A sink takes mails and counts them.
type sink struct {
	mu    sync.Mutex
	sheet tallySheet
}

func runSink(in io.Reader, out io.Writer) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := &sink{sheet: tallySheet{Copies: map[string]int{}}}
	server := smtp.NewServer(s)
	server.Domain = "localhost"
	fmt.Fprintln(out, listener.Addr())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	if _, err := io.Copy(io.Discard, in); err != nil {
		return err
	}
	if err := server.Close(); err != nil {
		return err
	}
	if err := <-ended; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.NewEncoder(out).Encode(s.sheet)
}

func (s *sink) NewSession(*smtp.Conn) (smtp.Session, error) { return &sinkSession{sink: s}, nil }

type sinkSession struct {
	sink *sink
	to   string
}

func (s *sinkSession) Mail(string, *smtp.MailOptions) error      { return nil }
func (s *sinkSession) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = to; return nil }
func (s *sinkSession) Reset()                                    { s.to = "" }
func (s *sinkSession) Logout() error                             { return nil }

func (s *sinkSession) Data(r io.Reader) error {
	n, err := io.Copy(io.Discard, r)
	if err != nil {
		return err
	}
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	s.sink.sheet.Mails++
	s.sink.sheet.Bytes += n
	s.sink.sheet.Copies[s.to]++
	return nil
}

// A sinkProcess is a sink that runs beside the test.
type sinkProcess struct {
	environ []string // makes it the configured transport
	address string
	stop    io.Closer
	out     *bufio.Reader
	cmd     *exec.Cmd
}

func startSink(t *testing.T, ctx context.Context) *sinkProcess {
	t.Helper()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env, cmd.Stderr = []string{runAsSink + "=1", "PATH=" + os.Getenv("PATH")}, os.Stderr
	stop, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s := &sinkProcess{stop: stop, out: bufio.NewReader(out), cmd: cmd}
	t.Cleanup(func() { stop.Close(); cmd.Wait() }) //nolint:errcheck // a second time, or nobody asked what it counted
	address, err := s.out.ReadString('\n')
	if err != nil {
		t.Fatalf("the mail sink says no address: %v", err)
	}
	s.address = strings.TrimSpace(address)
	m := mailServer{addr: s.address}
	s.environ = append(m.settings(), envPair("MAIL_SMTP_RATE_PER_MINUTE", 0))
	return s
}

// counted ends the sink and returns what it counted.
func (s *sinkProcess) counted(t *testing.T) tallySheet {
	t.Helper()
	if err := s.stop.Close(); err != nil {
		t.Fatal(err)
	}
	var sheet tallySheet
	if err := json.NewDecoder(s.out).Decode(&sheet); err != nil {
		t.Fatalf("the mail sink says nothing: %v", err)
	}
	return sheet
}
