package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"fundwatch/calls/store"
)

// configuration passes on what loading the configuration found doubtful.
func (d *doctor) configuration(cfg *Config, name string) []diagnosis {
	if len(cfg.Warnings) == 0 {
		f := found(checkOK, "%s", name)
		f.Check = "configuration"
		return []diagnosis{f}
	}
	var all []diagnosis
	for _, p := range cfg.Warnings {
		f := found(checkWarning, "%s", p.withoutHint())
		if p.Hint != "" {
			f = f.toDo("%s", p.Hint)
		}
		f.Check = "configuration"
		all = append(all, f)
	}
	return all
}

// database opens the database as it is, and keeps it open for the checks that follow.
func (d *doctor) database(ctx context.Context) diagnosis {
	path := d.cfg.Database
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return found(checkWarning, "there is no database at %s yet", path).toDo("'fundwatch crawl' makes one; or name another file with --db or in the configuration")
	case err != nil:
		return found(checkFailure, "%v", err).toDo("give the user of fundwatch the right to read %s", path)
	}
	if err := d.openDatabase(ctx, store.AsItIs()); err != nil {
		if unwritable(d.databasePlaces()...) != nil {
			return found(checkFailure, "%v", err).toDo("ask as the user that fundwatch runs as ('sudo -u fundwatch fundwatch ...'), or give the file to that user; what it holds is not in doubt")
		}
		return found(checkFailure, "%v", err).toDo("restore a backup, as the README says, if the file is damaged")
	}
	file, newest, err := d.db.Version(ctx)
	if err != nil {
		return found(checkFailure, "%s: %v", path, err)
	}
	problems, err := d.db.Check(ctx)
	switch {
	case err != nil:
		return found(checkFailure, "%s cannot be read: %v", path, err).toDo("restore a backup, as the README says")
	case len(problems) > 0:
		return found(checkFailure, "%s is damaged: %s", path, strings.Join(problems, "; ")).toDo("restore a backup, as the README says, and look at the disk")
	}
	sound := fmt.Sprintf("%s: %s, version %d, sound", path, byteSize(info.Size()), file)
	const others fs.FileMode = 0o077
	switch {
	case info.Mode().Perm()&others != 0:
		return found(checkWarning, "%s, but other users may read it: it holds addresses", sound).toDo("chmod 600 %s", path)
	case file < newest:
		return found(checkWarning, "%s, and this fundwatch writes version %d", sound, newest).toDo("'fundwatch backup FILE'; then any other command brings it up to date")
	}
	return found(checkOK, "%s", sound)
}

// tokenKey checks the file of the key from which links to the pages of mailboxes are made.
func (d *doctor) tokenKey(context.Context) diagnosis {
	if d.db == nil {
		return found(unchecked, "it belongs to a database")
	}
	path := d.db.KeyFile()
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return found(checkOK, "%s is made when the first mailbox or letter needs it", path)
	}
	if err == nil {
		err = d.db.CheckKey()
	}
	if err == nil {
		info, err = os.Stat(path) // what a link leads to
	}
	const others fs.FileMode = 0o077
	switch {
	case err != nil:
		return found(checkFailure, "%v", err).toDo("%s", keyHint(err))
	case info.Mode().Perm()&others != 0:
		return found(checkWarning, "%s may be read by other users: with it and a copy of the database they open the page of every mailbox", path).toDo("chmod 600 %s", path)
	}
	return found(checkOK, "%s, readable for its owner alone", path)
}

// keyHint says what to do about a key that cannot be read.
func keyHint(err error) string {
	const away = "move it away: a new one is made, and links that are out stay good"
	if errors.Is(err, fs.ErrPermission) {
		return "chown it to the user of fundwatch, or " + away
	}
	return away
}

// Below the first a crawl may not find room for what it writes; the whole portal was 60 MB on 22 November
// 2026. A backup and tidying up need room for a second copy of the database.
const (
	leastFree  = 100e6
	roomToMove = 500e6
)

// disk checks what is free where the database lies, and that the places to write may be written.
func (d *doctor) disk(context.Context) diagnosis {
	if missing := unwritable(append(d.databasePlaces(), d.mailPlaces()...)...); missing != nil {
		var places []string
		for _, err := range missing {
			places = append(places, err.Error())
		}
		return found(checkFailure, "%s", strings.Join(places, "; ")).toDo(toWrite)
	}
	dir := existing(filepath.Dir(d.cfg.Database))
	var fsInfo syscall.Statfs_t
	if err := syscall.Statfs(dir, &fsInfo); err != nil {
		return found(checkFailure, "%s: %v", dir, err)
	}
	free := uint64(fsInfo.Bavail) * uint64(fsInfo.Bsize) //nolint:unconvert // the types differ between systems
	line := fmt.Sprintf("%s free in %s", byteSize(int64(min(free, 1<<62))), dir)
	size := uint64(0)
	if info, err := os.Stat(d.cfg.Database); err == nil {
		size = uint64(info.Size())
	}
	switch {
	case free < leastFree:
		return found(checkFailure, "only %s", line).toDo("make room: at least %s", byteSize(leastFree))
	case free < max(roomToMove, 2*size):
		return found(checkWarning, "only %s", line).toDo("make room: a backup needs as much as the database, tidying up twice as much")
	}
	return found(checkOK, "%s", line)
}

// clockTolerance is how far clocks of one network may differ without harm.
const clockTolerance = 5 * time.Minute

// clock compares the clock with what must lie in the past: the newest crawl, the database file, and this
// program itself.
func (d *doctor) clock(ctx context.Context) diagnosis {
	now := d.wallClock()
	for _, past := range d.pasts(ctx) {
		if past.at.Sub(now) > clockTolerance {
			return found(checkFailure, "it is %s by the clock, but %s is of %s", stamp(now, d.zone), past.what, stamp(past.at, d.zone)).
				toDo("set the clock, and let it be kept (timedatectl set-ntp true)")
		}
	}
	return found(checkOK, "%s, later than all that is past", stamp(now, d.zone))
}

// A past is a moment that cannot lie in the future.
type past struct {
	what string
	at   time.Time
}

func (d *doctor) pasts(ctx context.Context) []past {
	all := []past{{"this program", buildTime()}}
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(d.cfg.Database + suffix); err == nil {
			all = append(all, past{"the file " + d.cfg.Database + suffix, info.ModTime()})
		}
	}
	if d.db == nil {
		return all
	}
	runs, err := d.db.Runs(ctx, 1)
	if err == nil && len(runs) > 0 {
		all = append(all, past{"the newest crawl", runs[0].Started})
	}
	return all
}

// buildTime returns when the commit of this program was made, zero if the build does not know.
func buildTime() time.Time {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return time.Time{}
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			t, _ := time.Parse(time.RFC3339, s.Value)
			return t
		}
	}
	return time.Time{}
}

// schedules shows what comes next. That no schedule lies in the hour of the clock change was seen to when the
// configuration was loaded.
func (d *doctor) schedules(context.Context) diagnosis {
	next, err := d.nextFirings()
	if err != nil {
		return found(checkFailure, "%v", err)
	}
	return found(checkOK, "next crawl %s, next digest %s, next reminders %s; none in the hour in which clocks are changed", stamp(next["crawl"], d.zone), stamp(next["digest"], d.zone), stamp(next["reminders"], d.zone))
}

func (d *doctor) contact(context.Context) diagnosis {
	if d.cfg.Crawler.Contact == "" {
		return found(checkWarning, "the websites that are read do not learn whom to write to").toDo("set crawler.contact to a mail address that somebody reads")
	}
	return found(checkOK, "websites may write to the address in crawler.contact")
}

func (d *doctor) webPages(context.Context) diagnosis {
	web := d.cfg.Web
	switch {
	case web.Listen == "":
		return found(unchecked, "there are no web pages (web.listen is empty)")
	case !strings.HasPrefix(web.BaseURL, "https://"):
		return found(checkWarning, "readers reach the pages at %s, unencrypted: mail programs offer no one-click unsubscribe there", orNotStated(web.BaseURL)).
			toDo("put a web server with a certificate in front, and its address into web.base_url")
	}
	return found(checkOK, "on %s, for readers at %s", web.Listen, web.BaseURL)
}
