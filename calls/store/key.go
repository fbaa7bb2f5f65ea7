package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// keySuffix follows the name of the database in the name of its key.
const keySuffix = ".key"

// KeyFile returns the path of the file that holds the key of the tokens. It need not be there.
func (db *DB) KeyFile() string { return db.keyFile }

// CheckKey returns an error that says what is wrong with the file of the key, and wraps [fs.ErrNotExist] if there
// is none.
func (db *DB) CheckKey() error {
	_, err := readKey(db.keyFile)
	return err
}

// WithKeyFile takes the key of the tokens from another file than the one beside the database: a copy that is
// thrown away shows the tokens of the original.
func WithKeyFile(path string) Option { return func(db *DB) { db.keyFile = path } }

// besideFile returns the name of the key of a database: beside the file itself, whatever link leads to it.
func besideFile(database string) string {
	if real, err := filepath.EvalSymlinks(database); err == nil {
		database = real
	}
	return database + keySuffix
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// readKey reads a key; the error says what to do.
func readKey(path string) (*tokenKey, error) {
	const hint = "let fundwatch read the right one there, or move it away: then a new one is made, and links in mails that are out stay good"
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe would wait for ever
	if _, linked := os.Readlink(path); isMissing(err) && linked == nil {
		return nil, fmt.Errorf("key of the tokens: %s is a link to what is not there: %s", path, hint)
	}
	if isMissing(err) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("key of the tokens: %w: %s", err, hint)
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("key of the tokens: %s is no regular file: %s", path, hint)
	}
	var key tokenKey
	data, err := io.ReadAll(io.LimitReader(file, int64(len(key)+1)))
	if err != nil {
		return nil, fmt.Errorf("key of the tokens: %w: %s", err, hint)
	}
	if len(data) != len(key) {
		return nil, fmt.Errorf("key of the tokens: %s is no key, which has %d bytes: %s", path, len(key), hint)
	}
	copy(key[:], data)
	return &key, nil
}

// readOrMakeKey reads the key and makes one if there is none. It gets its name only when it is whole and on the
// disk; if another process was faster, that one's key is taken.
func readOrMakeKey(path string, random io.Reader) (*tokenKey, error) {
	key, err := readKey(path)
	if err == nil || !isMissing(err) {
		return key, err
	}
	if err := makeKey(path, random); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make the key of the tokens: %w", err)
	}
	return readKey(path)
}

func makeKey(path string, random io.Reader) (err error) {
	part, err := openPart(path + partSuffix)
	if err != nil {
		return err
	}
	defer part.Close()
	var key tokenKey
	if _, err := io.ReadFull(random, key[:]); err != nil {
		return errors.Join(fmt.Errorf("draw key: %w", err), os.Remove(part.Name()))
	}
	if _, err := part.Write(key[:]); err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	if err := part.Sync(); err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	return giveName(part.Name(), path, false)
}
