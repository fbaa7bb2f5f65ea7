package crawler

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func TestPublic(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"147.67.210.45":          true, // ec.europa.eu's neighbourhood
		"1.1.1.1":                true,
		"2a01:7080::1":           true,
		"::ffff:147.67.210.45":   true,
		"64:ff9b::147.67.210.45": true, // a public host as IPv6-only networks see it
		"64:ff9b::10.0.0.1":      false,
		"64:ff9b:1::1.1.1.1":     false,
		"::ffff:127.0.0.1":       false,
		"127.0.0.1":              false,
		"127.8.9.10":             false,
		"0.0.0.0":                false,
		"10.1.2.3":               false,
		"100.64.0.1":             false,
		"169.254.169.254":        false,
		"172.31.255.255":         false,
		"192.0.2.1":              false,
		"192.168.1.1":            false,
		"198.18.0.1":             false,
		"203.0.113.9":            false,
		"224.0.0.1":              false,
		"255.255.255.255":        false,
		"::":                     false,
		"::1":                    false,
		"2001:db8::1":            false,
		"2002:7f00:1::":          false,
		"fc00::1":                false,
		"fe80::1":                false,
		"fe80::1%eth0":           false,
		"ff02::1":                false,
	} {
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("public(%s): got %v, want %v", text, got, want)
		}
	}
	if public(netip.Addr{}) {
		t.Error("public(no address): got true, want false")
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	home, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	byName := "http://localhost:" + home.Port()
	for _, tc := range []struct{ name, configured, asked, want string }{
		{"the configured address", server.URL, server.URL, ""},
		{"a private address nobody configured", "https://portal.example/", server.URL, ErrNotPublic.Error()},
		{"a name that leads there", "https://portal.example/", byName, ErrNotPublic.Error()},
		{"the configured machine by name", byName, byName, ""},
		{"another port of the configured machine", server.URL, "http://127.0.0.1:1", ErrNotPublic.Error()},
		{"a file", server.URL, "file:///etc/passwd", "only http and https"},
		{"a password", server.URL, "http://me:secret@" + home.Host, "carries a password"},
		{"no host", server.URL, "http:///path", "names no host"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := New(Config{}, Edge{})
			t.Cleanup(c.out.CloseIdleConnections)
			configured, err := url.Parse(tc.configured)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = get(withHome(t.Context(), configured), c, tc.asked)
			checkErr(t, err, tc.want)
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
}
