package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// How long a lease lasts without a heartbeat. Leases use the real clock even with --now: they are
// about processes, not about calls.
const (
	leaseTime = 30 * time.Second
	heartbeat = 10 * time.Second
)

// errElsewhere says that a stage is being done by another process.
var errElsewhere = errors.New("another fundwatch is at it")

// exclusively runs one stage while no other process runs the same one. Another process that holds the
// stage is named in the error; one that died holding it is taken over from, at once if it was on
// this machine, else when its lease has run out.
func (a *app) exclusively(ctx context.Context, stage string, work func(context.Context) error) error {
	owner := leaseOwner()
	held, by, until, err := a.db.AcquireLease(ctx, stage, owner, leaseTime, a.wallClock())
	if err != nil {
		return fmt.Errorf("%s: take the lease: %w", stage, err)
	}
	if !held && ownerIsDead(by) {
		if err := a.db.ReleaseLease(ctx, stage, by); err != nil {
			return fmt.Errorf("%s: take over the lease of a dead process: %w", stage, err)
		}
		held, by, until, err = a.db.AcquireLease(ctx, stage, owner, leaseTime, a.wallClock())
		if err != nil {
			return fmt.Errorf("%s: take the lease: %w", stage, err)
		}
	}
	if !held {
		return fmt.Errorf("%s: locked by process %s until %s: %w", stage, shortOwner(by), until.Local().Format(time.TimeOnly), errElsewhere)
	}
	ctx, stop := context.WithCancelCause(ctx)
	beating := make(chan struct{})
	go func() {
		defer close(beating)
		a.beat(ctx, stage, owner, stop)
	}()
	defer func() {
		stop(nil)
		<-beating
		if err := a.db.ReleaseLease(context.WithoutCancel(ctx), stage, owner); err != nil {
			a.log.Warn("lease not released", "stage", stage, "err", err)
		}
	}()
	return work(ctx)
}

// beat renews the lease until ctx ends, and ends the work if the lease is lost.
func (a *app) beat(ctx context.Context, stage, owner string, stop context.CancelCauseFunc) {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			held, err := a.db.RenewLease(ctx, stage, owner, leaseTime, a.wallClock())
			if err == nil && !held {
				err = errors.New("it ran out")
			}
			if err != nil {
				stop(fmt.Errorf("%s: lease lost: %w", stage, err))
				return
			}
		}
	}
}

// shortOwner returns what a person can look for: host and process number.
func shortOwner(owner string) string {
	parts := strings.Split(owner, "/")
	if len(parts) != 5 {
		return owner
	}
	return parts[2] + " on " + parts[0]
}

// leaseOwner names this process and this use: "host/machine/pid/start/random". The machine is its boot and
// its process namespace, since a number means a process only there; the start tells two processes of one
// number apart.
func leaseOwner() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	pid := os.Getpid()
	return fmt.Sprintf("%s/%s/%d/%s/%s", strings.ReplaceAll(host, "/", "_"), machine(), pid, processStart(pid), rand.Text()[:8])
}

// ownerIsDead reports whether the owner of a lease was a process of this machine that no longer runs. If
// nothing is known of the machine it is taken to be alive, until its lease has run out.
func ownerIsDead(owner string) bool {
	parts := strings.Split(owner, "/")
	if len(parts) != 5 || parts[1] != machine() || parts[1] == "" {
		return false
	}
	pid, err := strconv.Atoi(parts[2])
	if err != nil {
		return false
	}
	return syscall.Kill(pid, 0) == syscall.ESRCH || processStart(pid) != parts[3]
}

// machine names this boot and this process namespace, "" where the system does not tell.
func machine() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	space, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(boot)) + "," + space
}

// processStart returns when a process of this machine started, in the system's own count, "" if it does not
// run or the system does not tell.
func processStart(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The name in parentheses may hold anything; the start is the 20th field after it.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 20 {
		return ""
	}
	return fields[19]
}
