package crawler

import (
	"errors"
	"fmt"
	"os"
)

// bodiesInMemory is how many bytes of texts a sweep holds before further ones lie in a file: a full sweep of
// the portal has some 20 MB of them, and a garbage collector needs twice the room.
const bodiesInMemory = 4 << 20

// A spool takes the bodies of the calls of one sweep until they are stored: the first ones stay in memory, the
// rest goes into a temporary file without a name. Its zero value is ready.
type spool struct {
	held    int // bytes in memory
	file    *os.File
	written int64
	kept    []string // by number; "" for what lies in the file
	spans   []span   // by number
	err     error    // why the file cannot be used
}

// A span is where a body lies in the file.
type span struct {
	from int64
	size int
}

// put takes a body and returns its number. A file that cannot be written keeps the rest in memory.
func (s *spool) put(body string) int {
	at := span{s.written, len(body)}
	if s.held+len(body) <= bodiesInMemory || s.err != nil || !s.write(body) {
		s.held += len(body)
		s.kept, s.spans = append(s.kept, body), append(s.spans, span{})
		return len(s.kept) - 1
	}
	s.kept, s.spans = append(s.kept, ""), append(s.spans, at)
	return len(s.kept) - 1
}

func (s *spool) write(body string) bool {
	if s.file == nil {
		s.file, s.err = nameless()
	}
	if s.err != nil {
		return false
	}
	if _, s.err = s.file.WriteAt([]byte(body), s.written); s.err != nil {
		return false
	}
	s.written += int64(len(body))
	return true
}

// nameless returns a file that is gone when it is closed, or when we are killed.
func nameless() (*os.File, error) {
	f, err := os.CreateTemp("", "fundwatch-crawl-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close()) // a system that keeps open files: it stays, and is not used
	}
	return f, nil
}

// body returns the body of this number.
func (s *spool) body(number int) (string, error) {
	at := s.spans[number]
	if at.size == 0 {
		return s.kept[number], nil
	}
	buffer := make([]byte, at.size)
	if _, err := s.file.ReadAt(buffer, at.from); err != nil {
		return "", fmt.Errorf("read a text that was put aside: %w", err)
	}
	return string(buffer), nil
}

// A putAside finds the bodies of a harvest by the places of its calls.
type putAside struct {
	spool   *spool
	numbers []int
}

// Body returns the body of the call at this place.
func (p *putAside) Body(i int) (string, error) { return p.spool.body(p.numbers[i]) }

// Close removes the file.
func (p *putAside) Close() error { return p.spool.file.Close() }
