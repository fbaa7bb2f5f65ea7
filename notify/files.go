package notify

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"fundwatch/calls"
)

// Files is a [Sender] that puts each mail into a folder, as a file of its own that any mail program
// opens. It sends nothing. A file that is there is never changed. Safe for use by several goroutines and
// processes. The zero value is not usable; see [NewFiles].
type Files struct {
	dir string
}

// NewFiles returns a sender that writes into dir, and makes the folder, for its owner only, if it is
// not there. A folder that is there keeps its mode; the mails in it are for the owner only all the same.
func NewFiles(dir string) (*Files, error) {
	if dir == "" {
		return nil, errors.New("folder for mails: no name given")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder for mails: %w", err)
	}
	return &Files{dir: dir}, nil
}

// Send writes the mail and sets d.Answer to the file's name. A mail whose file is there with the same
// bytes counts as delivered, so that a crash after the writing makes no second copy; if it holds other
// bytes, the mail gets a name with a number. The file appears complete or not at all: it is written
// under another name, brought to the disk, and linked. The folder must be on a file system with links.
func (f *Files) Send(ctx context.Context, d *calls.Delivery, beforeData func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := beforeData(); err != nil {
		return fmt.Errorf("before the message: %w", err)
	}
	temp, err := f.writeTemp(d.Bytes)
	if err != nil {
		return fmt.Errorf("write mail %d: %w", d.ID, err)
	}
	defer os.Remove(temp) // a second name for the same file, or a leftover
	name, err := f.link(temp, fileName(d), d.Bytes)
	if err != nil {
		return fmt.Errorf("name mail %d: %w", d.ID, err)
	}
	if err := syncDir(f.dir); err != nil {
		return fmt.Errorf("keep mail %d: %w", d.ID, err)
	}
	d.Answer = "file " + name
	return nil
}

// Close does nothing and returns nil.
func (f *Files) Close() error { return nil }

// writeTemp writes the bytes to the disk under a name that no mail has. Its mode is 0600.
func (f *Files) writeTemp(message []byte) (name string, err error) {
	file, err := os.CreateTemp(f.dir, ".mail-*.tmp")
	if err != nil {
		return "", err
	}
	_, err = file.Write(message)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// maxSameName is how many different mails may share key and Message-ID before something is very wrong.
const maxSameName = 99

// link gives the written file its name, or the next free one, and returns it. Linking, unlike renaming,
// fails when the name is taken.
func (f *Files) link(temp, base string, message []byte) (string, error) {
	for n := 1; n <= maxSameName; n++ {
		name := base + mailSuffix
		if n > 1 {
			name = fmt.Sprintf("%s-%d%s", base, n, mailSuffix)
		}
		path := filepath.Join(f.dir, name)
		err := os.Link(temp, path)
		if err == nil {
			return name, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("the folder must allow hard links: %w", err)
		}
		if holds(path, message) {
			return name, nil
		}
	}
	return "", fmt.Errorf("%q and %d names after it are taken", base+mailSuffix, maxSameName-1)
}

// holds reports whether path is a regular file with exactly these bytes.
func holds(path string, message []byte) bool {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(message)) {
		return false
	}
	there, err := os.ReadFile(path)
	return err == nil && bytes.Equal(there, message)
}

// syncDir brings the folder's new entry to the disk: without it a power cut could take back a name that
// has been counted as delivered.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // which has no such call, and keeps its directories in a journal
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// How the names of mails begin and end: [ForgetFiles] looks for them.
const (
	mailPrefix = "mail-"
	mailSuffix = ".eml"
)

const keyInName = 60 // characters of the key that a file name shows

// fileName returns the name of the mail's file without mailSuffix, for any file system: small letters,
// digits and hyphens, at most 82 characters. It shows the key to the reader; what makes it unique is a
// hash of key and Message-ID, since two keys may look the same once folded.
func fileName(d *calls.Delivery) string {
	shown := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, d.Key)
	if len(shown) > keyInName {
		shown = shown[:keyInName]
	}
	sum := sha256.Sum256([]byte(d.Key + "\x00" + d.MessageID))
	return mailPrefix + strings.Trim(shown, "-") + "-" + hex.EncodeToString(sum[:8])
}
