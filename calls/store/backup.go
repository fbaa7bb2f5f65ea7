package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-sqlite3"
)

// partSuffix marks a copy that is not whole yet. The name is the same each time, so that what a killed
// process left behind is found and used again, and does not pile up.
const partSuffix = ".part"

// ErrNoPlace is wrapped by the error of [DB.Backup] for a path at which no copy may ever stand.
var ErrNoPlace = errors.New("name another file")

// Backup makes a consistent copy of the database at path, also while others write, and returns its size in
// bytes. The copy is made and checked under another name in the same folder and gets its own only when it is
// whole and on the disk: at path stands nothing, what stood there before, or a sound copy. It has mode 0600
// and no files beside it. The error wraps [fs.ErrExist] if something stands at path, unless replace is true;
// then a regular file is replaced, but never the database itself; see [ErrNoPlace].
func (db *DB) Backup(ctx context.Context, path string, replace bool) (int64, error) {
	size, err := db.backup(ctx, path, replace)
	if err != nil {
		return 0, fmt.Errorf("backup to %q: %w", path, err)
	}
	return size, nil
}

func (db *DB) backup(ctx context.Context, path string, replace bool) (int64, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return 0, err
	}
	if err := db.mayStandAt(path, replace); err != nil {
		return 0, err
	}
	part, err := openPart(path + partSuffix)
	if err != nil {
		return 0, err
	}
	defer part.Close()
	size, err := db.fillPart(ctx, part)
	if err == nil {
		err = giveName(part.Name(), path, replace)
	}
	if err != nil {
		return 0, errors.Join(err, removeCopy(part.Name()))
	}
	return size, nil
}

// fillPart copies, checks and brings to the disk, and returns the size.
func (db *DB) fillPart(ctx context.Context, part *os.File) (int64, error) {
	if err := db.Snapshot(ctx, part.Name()); err != nil {
		return 0, err
	}
	if err := checkCopy(ctx, part.Name()); err != nil {
		return 0, err
	}
	if err := part.Sync(); err != nil {
		return 0, err
	}
	info, err := part.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// mayStandAt refuses a name at which a copy must not be put.
func (db *DB) mayStandAt(path string, replace bool) error {
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if path == db.path+suffix || sameFile(path, db.path+suffix) {
			return fmt.Errorf("that is the database itself: %w", ErrNoPlace)
		}
	}
	for _, name := range []string{db.keyFile, db.keyFile + partSuffix, besideFile(db.path)} {
		if path == name || sameFile(path, name) {
			return fmt.Errorf("that is where the key of the tokens lies: %w", ErrNoPlace)
		}
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !replace:
		return fs.ErrExist
	case !info.Mode().IsRegular():
		return fmt.Errorf("it is no regular file and stays as it is: %w", ErrNoPlace)
	}
	return nil
}

func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// openPart makes an empty file for one process: what a dead one left there is thrown away, and a living one
// is not disturbed. The lock goes with the file or the process.
func openPart(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := claimPart(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func claimPart(file *os.File) error {
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("another process is making a backup in %s: %w", file.Name(), err)
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	// Between opening and locking the process that had it may have finished and given it its name.
	if now, err := os.Lstat(file.Name()); err != nil || !os.SameFile(info, now) {
		return errors.New("another process has just made a backup of that name: try again")
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is in the way: remove it", file.Name())
	}
	return errors.Join(removeBeside(file.Name()), file.Truncate(0), file.Chmod(0o600))
}

// giveName gives a whole copy its name. Without replace nothing that has come there meanwhile is lost.
func giveName(part, path string, replace bool) error {
	err := error(syscall.EPERM)
	if !replace {
		err = os.Link(part, path)
	}
	switch {
	case err == nil:
		err = os.Remove(part)
	case errors.Is(err, fs.ErrExist):
		return err
	default: // this file system knows no second name for a file, or none is needed
		err = os.Rename(part, path)
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// removeCopy removes a file that was to become a copy, and what SQLite may have left beside it.
func removeCopy(name string) error { return errors.Join(os.Remove(name), removeBeside(name)) }

func removeBeside(name string) error {
	for _, suffix := range []string{"-wal", "-shm", "-journal"} {
		if err := os.Remove(name + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// checkCopy returns an error that names what is wrong with the copy.
func checkCopy(ctx context.Context, path string) error {
	copied, err := Open(ctx, path, AsItIs())
	if err != nil {
		return err
	}
	problems, err := copied.Check(ctx)
	if err := errors.Join(err, copied.Close()); err != nil {
		return err
	}
	if len(problems) > 0 {
		return fmt.Errorf("the copy is not sound, so it is not kept, and the database is probably not sound either: %s",
			strings.Join(problems, "; "))
	}
	return nil
}

// Snapshot copies one state of the database over the file at path, which is made if it is not there, also while others write, by SQLite's
// backup interface. It neither checks the copy nor waits for the disk: it is for copies that are thrown
// away, and one half of [DB.Backup].
func (db *DB) Snapshot(ctx context.Context, path string) error {
	if err := makeFile(path); err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	if err := db.copyPages(ctx, path); err != nil {
		return fmt.Errorf("copy database: %w", roomFor(path, err))
	}
	atRest, err := newConnector(path, resting).Connect(ctx)
	if err != nil {
		return fmt.Errorf("complete the copy of the database: %w", err)
	}
	return atRest.Close()
}

func (db *DB) copyPages(ctx context.Context, path string) error {
	into, err := newConnector(path, copying).Connect(ctx)
	if err != nil {
		return err
	}
	defer into.Close()
	from, err := db.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer from.Close()
	return from.Raw(func(raw any) error {
		return copyState(ctx, into.(*sqlite3.SQLiteConn), raw.(*sqlite3.SQLiteConn))
	})
}

// pagesAtOnce is how many pages are copied between two looks at the context: 4 MB, some milliseconds.
const pagesAtOnce = 1024

// copyState copies what from sees. A transaction holds on to one state: without it SQLite would begin anew
// whenever another process writes, and never end while a crawl goes on.
func copyState(ctx context.Context, into, from *sqlite3.SQLiteConn) (err error) {
	if _, err := from.Exec("BEGIN", nil); err != nil {
		return err
	}
	defer func() {
		_, ended := from.Exec("ROLLBACK", nil)
		err = errors.Join(err, ended)
	}()
	if _, err := ask(from, "SELECT COUNT(*) FROM sqlite_schema"); err != nil { // the first read takes the state
		return err
	}
	backup, err := into.Backup("main", from, "main")
	if err != nil {
		return err
	}
	copied, closed := copySteps(ctx, backup), backup.Close()
	if copied != nil { // of a copy that failed Close says the same again
		return copied
	}
	return closed
}

// roomFor says of a copy that found no room where that was and what to do.
func roomFor(path string, err error) error {
	var failed sqlite3.Error
	if errors.As(err, &failed) && failed.Code == sqlite3.ErrFull {
		return fmt.Errorf("no room left for %s, make room or name a place on another disk: %w", path, err)
	}
	return err
}

func copySteps(ctx context.Context, backup *sqlite3.SQLiteBackup) error {
	left := -1
	for {
		done, err := backup.Step(pagesAtOnce)
		if err != nil || done {
			return err
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if now := backup.Remaining(); now != left {
			left = now
		} else {
			time.Sleep(10 * time.Millisecond) // a lock is in the way, and Step says so by doing nothing
		}
	}
}

// Version returns the version of the file and the newest that this program knows.
func (db *DB) Version(ctx context.Context) (file, newest int, err error) {
	names, err := migrations()
	if err != nil {
		return 0, 0, err
	}
	file, err = fileVersion(ctx, db.read)
	return file, len(names), err
}
