package notify

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
)

// largestFileHeader is what is read of a file to learn whose mail it is: its header is much smaller.
const largestFileHeader = 64 << 10

// ForgetFiles removes the mails to an address, as it stands in them, from a folder that [Files] wrote into, and
// returns how many there were. Files of others stay. A folder that is not there holds none. One that cannot be read or
// removed does not keep the others; the error names all such.
func ForgetFiles(dir, address string) (removed int, err error) {
	if dir == "" {
		return 0, nil
	}
	names, err := filepath.Glob(filepath.Join(escapeGlob(dir), mailPrefix+"*"+mailSuffix))
	if err != nil {
		return 0, fmt.Errorf("mails as files in %s: %w", dir, err)
	}
	var failures []error
	for _, name := range names {
		is, err := isMailTo(name, address)
		if is && err == nil {
			err = os.Remove(name)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist): // somebody else was quicker
		case err != nil:
			failures = append(failures, fmt.Errorf("mail as file: %w", err))
		case is:
			removed++
		}
	}
	return removed, errors.Join(failures...)
}

// escapeGlob lets the name of a folder mean itself in a pattern.
func escapeGlob(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}

// isMailTo reports whether a regular file is a mail to the address and to nobody else.
func isMailTo(name, address string) (bool, error) {
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false, err
	}
	file, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer file.Close()
	message, err := netmail.ReadMessage(bufio.NewReader(io.LimitReader(file, largestFileHeader)))
	if err != nil {
		return false, nil // no mail of ours
	}
	to, err := message.Header.AddressList("To")
	return err == nil && len(to) == 1 && strings.EqualFold(to[0].Address, address), nil
}
