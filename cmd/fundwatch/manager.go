package main

import (
	"context"
	"log/slog"
	"net"
	"os"
	"strconv"
	"sync"
	"time"
)

// A manager is the service manager that started us and wants to hear how we are: systemd, by the datagrams of
// sd_notify(3). Without one nothing is said.
type manager struct {
	conn  *net.UnixConn // nil: nobody listens
	every time.Duration // between two signs of life; 0: none are wanted
	log   *slog.Logger
}

// newManager finds the manager in the environment. One that cannot be reached is logged and then left alone:
// it will notice.
func newManager(getenv func(string) string, log *slog.Logger) *manager {
	m := &manager{log: log}
	socket := getenv("NOTIFY_SOCKET")
	if socket == "" {
		return m
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		log.Warn("service manager not reached", "err", err)
		return m
	}
	m.conn, m.every = conn, watchdogPause(getenv)
	return m
}

// watchdogPause returns half of the time within which the manager wants a sign of life, 0 if it wants none, or
// not from this process.
func watchdogPause(getenv func(string) string) time.Duration {
	limit, err := strconv.ParseInt(getenv("WATCHDOG_USEC"), 10, 64)
	if err != nil || limit <= 0 {
		return 0
	}
	if pid := getenv("WATCHDOG_PID"); pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return 0
	}
	return time.Duration(limit) * time.Microsecond / 2
}

func (m *manager) close() {
	if m.conn != nil {
		m.conn.Close()
	}
}

// ready says that the database is open and the schedules run.
func (m *manager) ready() { m.say("READY=1") }

// stopping says that we end because we were told to.
func (m *manager) stopping() { m.say("STOPPING=1") }

func (m *manager) say(state string) {
	if m.conn == nil {
		return
	}
	if _, err := m.conn.Write([]byte(state)); err != nil {
		m.log.Warn("service manager not told", "state", state, "err", err)
	}
}

// watch gives signs of life as long as alive returns nil in time, until ctx ends or stop is called. A crawl
// may take long and a mail server may be slow without anything being wrong; what must always answer is the
// database. When it does not, the manager starts us anew, which loses nothing.
func (m *manager) watch(ctx context.Context, alive func(context.Context) error) (stop func()) {
	if m.conn == nil || m.every == 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // while we are stopping too
	var watching sync.WaitGroup
	watching.Go(func() {
		tick := time.NewTicker(m.every)
		defer tick.Stop()
		for {
			m.signOfLife(ctx, alive)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	})
	return func() { cancel(); watching.Wait() }
}

func (m *manager) signOfLife(ctx context.Context, alive func(context.Context) error) {
	within, cancel := context.WithTimeout(ctx, m.every)
	defer cancel()
	if err := alive(within); err != nil {
		if ctx.Err() == nil {
			m.log.Error("no sign of life given", "err", err)
		}
		return
	}
	m.say("WATCHDOG=1")
}

// answers reports whether the database can be read.
func (a *app) answers(ctx context.Context) error {
	_, _, err := a.db.Version(ctx)
	return err
}
