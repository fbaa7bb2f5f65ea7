package main

import (
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
		return fmt.Errorf("%s: locked by %s until %s: another fundwatch is at it", stage, by, until.Local().Format(time.TimeOnly))
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

// leaseOwner names this process and this use: "host/pid/random".
func leaseOwner() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s/%d/%s", strings.ReplaceAll(host, "/", "_"), os.Getpid(), rand.Text()[:8])
}

// ownerIsDead reports whether the owner of a lease was a process of this machine that no longer runs.
func ownerIsDead(owner string) bool {
	parts := strings.Split(owner, "/")
	host, err := os.Hostname()
	if err != nil || len(parts) != 3 || parts[0] != strings.ReplaceAll(host, "/", "_") {
		return false
	}
	pid, err := strconv.Atoi(parts[1])
	if err != nil || pid == os.Getpid() {
		return false
	}
	return syscall.Kill(pid, 0) == syscall.ESRCH
}
