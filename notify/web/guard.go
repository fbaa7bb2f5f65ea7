package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"
)

// Limits of one request and its connection.
const (
	headerWithin  = 5 * time.Second
	requestWithin = 15 * time.Second
	answerWithin  = 30 * time.Second
	idleFor       = time.Minute
	largestHeader = 16 << 10
	largestBody   = 64 << 10
	stopWithin    = 10 * time.Second
)

// Serve answers requests until ctx ends; requests in hand are finished, for ten seconds at most. It
// returns nil after such an end.
func (s *Site) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: headerWithin,
		ReadTimeout:       requestWithin,
		WriteTimeout:      answerWithin,
		IdleTimeout:       idleFor,
		MaxHeaderBytes:    largestHeader,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("web pages: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	err := server.Shutdown(last)
	if err != nil { // somebody reads slowly
		err = server.Close()
	}
	<-ended
	return err
}

// policy keeps a browser from running or loading anything that is not ours (CSP 3).
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (s *Site) setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer") // addresses may hold tokens
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	if s.base.Scheme == "https" {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// guard sets the headers and limits of every answer, turns errors and panics into pages, and counts. Only
// the route is logged and counted, never the address of a page.
func (s *Site) guard(route string, serve func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		answer := &answer{ResponseWriter: w, status: http.StatusOK}
		s.setHeaders(w.Header())
		r.Body = http.MaxBytesReader(w, r.Body, largestBody)
		ctx, cancel := context.WithTimeout(r.Context(), requestWithin)
		defer cancel()
		r = r.WithContext(ctx)
		defer func() {
			if cause := recover(); cause != nil {
				s.Log.Error("page panicked", "route", route, "cause", cause, "stack", string(debug.Stack()))
				s.fail(answer, r, route, errors.New("panic"))
			}
			s.requests.add(route, answer.status, time.Since(start))
		}()
		if err := serve(answer, r); err != nil {
			s.fail(answer, r, route, err)
		}
	})
}

// An answer remembers its status.
type answer struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// peer returns the address at the other end of the connection; the zero Addr if it has none.
func peer(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}

// client returns the address that a request comes from: that of the connection or, if a trusted proxy
// holds that, the last one in X-Forwarded-For that no trusted proxy has.
func (s *Site) client(r *http.Request) netip.Addr {
	at := peer(r)
	entries := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(entries) - 1; i >= 0 && s.trusts(at); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(entries[i]))
		if err != nil {
			break
		}
		at = before.Unmap()
	}
	return at
}

func (s *Site) trusts(at netip.Addr) bool {
	for _, prefix := range s.settings.Trusted {
		if at.IsValid() && prefix.Contains(at) {
			return true
		}
	}
	return false
}

// network returns what is taken for one household or office: 24 bits of an IPv4 address, 56 of an IPv6 one.
func network(at netip.Addr) netip.Prefix {
	bits := 56
	if at.Is4() {
		bits = 24
	}
	prefix, err := at.Prefix(bits)
	if err != nil {
		return netip.Prefix{} // all who have no address are one network
	}
	return prefix
}
