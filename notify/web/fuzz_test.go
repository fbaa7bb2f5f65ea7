package web

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// Whatever a browser wishes, it gets a language that is there, and the same if it lists it once more behind.
func FuzzWished(f *testing.F) {
	for _, header := range []string{
		"de-AT,de;q=0.9,en;q=0.5", "fr;q=0, pl;q=0.001", "xx, *;q=0.5", "de;q=NaN,fr;q=-1", "el;q=1e-9,ga;q=0x1p-1", ";;;,,,", strings.Repeat("sv;q=0.1,", 90), "\xff\u0130",
	} {
		f.Add(header)
	}
	all, err := readTexts(files)
	if err != nil {
		f.Fatal(err)
	}
	s := &Site{texts: all}
	f.Fuzz(func(t *testing.T, header string) {
		lang := s.wished(header)
		if all[lang] == nil {
			t.Errorf("%q wishes for %q", header, lang)
		}
		if again := s.wished(lang + "," + header); again != lang {
			t.Errorf("%q gives %s, and with it in front %s", header, lang, again)
		}
	})
}

// Who comes is the one whom the last trusted proxy names: nothing that a stranger writes makes another of them, nor one
// of our own.
func FuzzClient(f *testing.F) {
	f.Add("203.0.113.9:4711", "10.0.0.1")
	f.Add("10.0.0.7:1", "198.51.100.4, 10.0.0.3")
	f.Add("[::ffff:10.0.0.7]:1", "x, fe80::1%eth0,::ffff:10.9.9.9")
	f.Add("", ",,")
	f.Add("@", "127.0.0.1:80")
	trusted := netip.MustParsePrefix("10.0.0.0/8")
	s := &Site{settings: Settings{Trusted: []netip.Prefix{trusted}}}
	f.Fuzz(func(t *testing.T, remote, forwarded string) {
		r := &http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": {forwarded}}}
		at := s.client(r)
		if direct := peer(r); !s.trusts(direct) && at != direct {
			t.Errorf("%q comes from %s by its own word %q", remote, at, forwarded)
		}
		if at.Is4In6() || s.trusts(at) && strings.Contains(forwarded, "203.0.113.9") && strings.HasSuffix(forwarded, ",203.0.113.9") {
			t.Errorf("%q by way of %q comes from %s", forwarded, remote, at)
		}
		r.Header["X-Forwarded-For"] = []string{"192.0.2.1, junk", forwarded} // what was there before
		if before := s.client(r); before != at && !s.trusts(at) {
			t.Errorf("%q before %q makes %s of %s", "192.0.2.1", forwarded, before, at)
		}
		if n := network(at); at.IsValid() && !n.Contains(at.WithZone("")) {
			t.Errorf("%s is not in its network %s", at, n)
		}
	})
}
