package portaltest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// Path is where the search API lies on its host.
const Path = "/search-api/prod/rest/search"

// A Server is a stand-in for the portal's search API. It is an [http.Handler], safe for any number
// of requests at once; the zero Server serves no records.
type Server struct {
	mu       sync.Mutex
	records  []row
	fault    Fault
	robots   string
	requests int // search requests so far
	since    int // search requests before the fault was set
}

// New returns a stand-in that serves the records, healthy. See [Server.SetRecords].
func New(records []Record) *Server {
	s := new(Server)
	s.SetRecords(records)
	return s
}

// SetRecords replaces what is served: the next day. The records are copied. It panics if one cannot
// be written as JSON, which only broken bytes in Rest can bring about.
func (s *Server) SetRecords(records []Record) {
	rows := make([]row, 0, len(records))
	for _, record := range records {
		r, err := newRow(record.Clone())
		if err != nil {
			panic(fmt.Sprintf("portaltest: record %q: %v", record.Reference, err))
		}
		rows = append(rows, r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = rows
}

// Fail plays a fault from now on, in the place of any other. Nil is health.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.since = f, s.requests
}

// Heal ends every fault.
func (s *Server) Heal() { s.Fail(nil) }

// SetRobots sets the text of /robots.txt. With "", as at first, there is none and the answer is 404.
func (s *Server) SetRobots(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.robots = text
}

// Requests returns how many search requests have come in, refused and failed ones among them.
func (s *Server) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// A moment is the state of the server at which one request is answered.
type moment struct {
	records []row
	fault   Fault
	robots  string
	number  int // of the search request since the fault was set
}

func (s *Server) now(isSearch bool) moment {
	s.mu.Lock()
	defer s.mu.Unlock()
	if isSearch {
		s.requests++
	}
	return moment{s.records, s.fault, s.robots, s.requests - s.since}
}

// ServeHTTP answers the search at [Path] and /robots.txt. Everything else is 404.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := s.now(r.URL.Path == Path)
	switch {
	case r.URL.Path == "/robots.txt" && now.robots != "":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, now.robots)
	case r.URL.Path != Path:
		http.NotFound(w, r)
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	default:
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		now.search(r).send(r.Context(), w)
	}
}

// search answers one question, with what goes wrong at this moment.
func (m moment) search(r *http.Request) *reply {
	q, err := readQuestion(r)
	due := applying(m.fault, &page{question: q, number: m.number})
	var body []byte
	if err == nil {
		body, err = m.page(q, due)
	}
	rp := newReply(body)
	if err != nil {
		rp.refuse(refusalOf(err))
	}
	for _, h := range due {
		if h.reply != nil {
			h.reply(rp)
		}
	}
	return rp
}

func refusalOf(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	return throwable()
}

// page finds and encodes what was asked for, with the faults that are due.
func (m moment) page(q question, due []hook) ([]byte, error) {
	for _, h := range due {
		if h.ask != nil {
			h.ask(&q)
		}
	}
	p := answer(q, m.records)
	p.number = m.number
	for _, h := range due {
		if h.pick != nil {
			h.pick(p)
		}
	}
	p.cut()
	for _, h := range due {
		if h.show != nil {
			h.show(p)
		}
	}
	return p.encode()
}
