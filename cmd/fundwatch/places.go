package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// A spot is a folder or file that must be written.
type spot struct {
	path, what string
}

// databasePlaces returns what must be written to keep the database.
func (a *app) databasePlaces() []spot {
	dir := filepath.Dir(a.cfg.Database)
	folder := spot{dir, "where the database lies and SQLite puts its files beside it"}
	if existing(dir) != dir {
		folder = spot{existing(dir), "to make " + dir + " for the database"}
	}
	if _, err := os.Stat(a.cfg.Database); err != nil {
		return []spot{folder}
	}
	return []spot{folder, {a.cfg.Database, "the database"}}
}

// mailPlaces returns what must be written to write mail as files; none if mail is sent.
func (a *app) mailPlaces() []spot {
	if a.cfg.Mail.Transport != TransportFiles {
		return nil
	}
	return []spot{{existing(a.cfg.Mail.Files.Dir), "for mail as files in " + a.cfg.Mail.Files.Dir}}
}

// existing returns the nearest folder above and including dir that is there.
func existing(dir string) string {
	for {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// toWrite says what to do about places that may not be written.
const toWrite = "give it to the user that fundwatch runs as; under systemd name it in StateDirectory= or ReadWritePaths=, " +
	"in a container mount a volume there"

// writable returns an error that names every place that may not be written, and what to do.
func writable(places ...spot) error {
	missing := unwritable(places...)
	if missing == nil {
		return nil
	}
	return fmt.Errorf("%w\n%s", errors.Join(missing...), toWrite)
}

// unwritable returns an error for every place that may not be written, nil if all may. It asks the system and
// writes nothing: rights, read-only disks and sandboxes all count.
func unwritable(places ...spot) []error {
	const write = 2 // W_OK of access(2)
	var missing []error
	for _, p := range places {
		if err := syscall.Access(p.path, write); err != nil {
			missing = append(missing, fmt.Errorf("no right to write to %s (%s): %w", p.path, p.what, err))
		}
	}
	return missing
}
