package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Sample is one number of the metrics.
type Sample struct {
	Name   string // "fundwatch_calls"
	Help   string // one line, the same for all samples of a name
	Kind   string // "gauge" or "counter"
	Labels []string
	Value  float64
}

func (s *Site) healthy(w http.ResponseWriter, _ *http.Request) error {
	return plain(w, http.StatusOK, "ok\n")
}

// ready reports whether the database answers.
func (s *Site) ready(w http.ResponseWriter, r *http.Request) error {
	if err := s.Ready(r.Context()); err != nil {
		s.Log.Error("not ready", "err", err)
		return plain(w, http.StatusServiceUnavailable, "the database does not answer\n")
	}
	return plain(w, http.StatusOK, "ok\n")
}

func plain(w http.ResponseWriter, status int, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
	return nil
}

// metrics answers programs of one's own only: who asks from a public network, or through the proxy that
// readers come by, finds no such page.
func (s *Site) metrics(w http.ResponseWriter, r *http.Request) error {
	at := peer(r)
	near := at.IsLoopback() || at.IsPrivate()
	if !near || slices.ContainsFunc(marksOfProxies, func(name string) bool { return r.Header.Get(name) != "" }) {
		return errNoPage
	}
	samples, err := s.Samples(r.Context())
	if err != nil {
		return err
	}
	var b strings.Builder
	writeSamples(&b, append(samples, s.requests.samples()...))
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(b.String()))
	return nil
}

// marksOfProxies are the headers by which a proxy shows that a request comes from elsewhere.
var marksOfProxies = []string{"X-Forwarded-For", "Forwarded", "Via", "X-Real-Ip", "X-Forwarded-Host", "X-Forwarded-Proto"}

// writeSamples writes the text format of Prometheus, version 0.0.4. Samples of one name stand together.
func writeSamples(b *strings.Builder, samples []Sample) {
	slices.SortStableFunc(samples, func(a, b Sample) int { return strings.Compare(a.Name, b.Name) })
	last := ""
	for _, s := range samples {
		if s.Name != last {
			fmt.Fprintf(b, "# HELP %s %s\n# TYPE %s %s\n", s.Name, s.Help, s.Name, s.Kind)
			last = s.Name
		}
		b.WriteString(s.Name)
		writeLabels(b, s.Labels)
		b.WriteString(" " + strconv.FormatFloat(s.Value, 'g', -1, 64) + "\n")
	}
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// writeLabels writes pairs of a name and a value.
func writeLabels(b *strings.Builder, pairs []string) {
	if len(pairs) < 2 {
		return
	}
	b.WriteByte('{')
	for i := 0; i+1 < len(pairs); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(pairs[i] + `="` + labelEscapes.Replace(pairs[i+1]) + `"`)
	}
	b.WriteByte('}')
}

// requestCounts count answers and the time they took, by route and status.
type requestCounts struct {
	mu   sync.Mutex
	seen map[requestKind]requestSum
}

type requestKind struct {
	route  string
	status int
}

type requestSum struct {
	count int64
	took  time.Duration
}

func newRequestCounts() *requestCounts { return &requestCounts{seen: map[requestKind]requestSum{}} }

func (c *requestCounts) add(route string, status int, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	sum := c.seen[requestKind{route, status}]
	c.seen[requestKind{route, status}] = requestSum{sum.count + 1, sum.took + took}
}

func (c *requestCounts) samples() []Sample {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []Sample
	kinds := slices.SortedFunc(maps.Keys(c.seen), func(a, b requestKind) int {
		if n := strings.Compare(a.route, b.route); n != 0 {
			return n
		}
		return a.status - b.status
	})
	for _, k := range kinds {
		labels := []string{"route", k.route, "code", strconv.Itoa(k.status)}
		all = append(all,
			Sample{"fundwatch_http_requests_total", "Answered requests.", "counter", labels, float64(c.seen[k].count)},
			Sample{"fundwatch_http_request_seconds_total", "Time spent on requests.", "counter", labels, c.seen[k].took.Seconds()})
	}
	return all
}
