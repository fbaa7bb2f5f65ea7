package crawler

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// ErrNotPublic says that an address belongs to a private, local or otherwise special network. Pages
// from outside must not make the crawler knock there. Test with errors.Is.
var ErrNotPublic = errors.New("no public address")

// specialNetworks lists what is not a public host although netip calls some of it global unicast.
// Source: the IANA special-purpose address registries for IPv4 and IPv6, checked 2026-11-22.
var specialNetworks = parsePrefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
	"192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4",
	"::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
	"2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
)

// translated is where IPv6-only networks put the public IPv4 internet (NAT64, RFC 6052): the IPv4
// address in the last four bytes decides.
var translated = netip.MustParsePrefix("64:ff9b::/96")

func parsePrefixes(texts ...string) []netip.Prefix {
	prefixes := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		prefixes[i] = netip.MustParsePrefix(text)
	}
	return prefixes
}

// public reports whether addr is a host of the public internet.
func public(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if translated.Contains(addr) {
		last := addr.As16()
		addr = netip.AddrFrom4([4]byte(last[12:]))
	}
	if !addr.IsValid() || !addr.IsGlobalUnicast() {
		return false
	}
	for _, network := range specialNetworks {
		if network.Contains(addr) {
			return false
		}
	}
	return true
}

// homeKey carries the host and port that the configured URL of a source names, in the context of
// its requests.
type homeKey struct{}

// withHome permits, for requests with this context, the very address that the operator wrote into
// the configuration, even if it is a private one. Nothing else becomes permitted by it.
func withHome(ctx context.Context, configured *url.URL) context.Context {
	return context.WithValue(ctx, homeKey{}, hostPort(configured))
}

// hostPort returns the lower-case host and the port of u, the scheme's own port if none is written.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// checkURL refuses what must not be asked whatever it resolves to: other schemes, passwords, and
// addresses written out that are not public and not the source's own.
func checkURL(ctx context.Context, u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("scheme %q: only http and https are fetched", u.Scheme)
	case u.Hostname() == "":
		return fmt.Errorf("address %q names no host", u.Redacted())
	case u.User != nil:
		return fmt.Errorf("address %q carries a password", u.Redacted())
	}
	addr, err := netip.ParseAddr(u.Hostname())
	if err == nil && !public(addr) && !isHome(ctx, hostPort(u)) {
		return fmt.Errorf("%s: %w", addr, ErrNotPublic)
	}
	return nil
}

func isHome(ctx context.Context, address string) bool {
	home, _ := ctx.Value(homeKey{}).(string)
	return home == address
}

// namesItself reports whether an address is written out, or is this machine: only then has the
// operator named a private host. A name that happens to resolve to one has not been.
func namesItself(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	_, err = netip.ParseAddr(host)
	return err == nil || host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// guardedTransport returns the real way out: no proxy (the guard would judge the proxy's address),
// no decompression (the limit must count what comes out of it), and a dialler that looks at the
// address after it was resolved, which also stops redirects and changing DNS answers.
func guardedTransport() *http.Transport {
	plain := &net.Dialer{Timeout: 10 * time.Second}
	guarded := &net.Dialer{Timeout: 10 * time.Second, Control: refuseSpecial}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if isHome(ctx, address) && namesItself(address) {
			return plain.DialContext(ctx, network, address)
		}
		return guarded.DialContext(ctx, network, address)
	}
	return &http.Transport{
		DialContext:            dial,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
		IdleConnTimeout:        30 * time.Second,
		MaxConnsPerHost:        2,
		MaxResponseHeaderBytes: 64 << 10,
		TLSHandshakeTimeout:    10 * time.Second,
	}
}

// refuseSpecial is called with every address that is about to be dialled.
func refuseSpecial(_, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("dial %q: %w", address, err)
	}
	if !public(target.Addr()) {
		return fmt.Errorf("%s: %w", target.Addr(), ErrNotPublic)
	}
	return nil
}
