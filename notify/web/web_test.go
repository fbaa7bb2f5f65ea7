package web

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
)

func TestTextsAreWhole(t *testing.T) {
	t.Parallel()
	all, err := readTexts(files)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(maps.Keys(all)), calls.Languages(); !slices.Equal(got, want) {
		t.Errorf("pages are in %v, want %v", got, want)
	}
	for lang := range all {
		if endonyms[lang] == "" {
			t.Errorf("%s has no name", lang)
		}
	}
	topics, err := calls.LoadTopics()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range topics.Groups() {
		if all[fallback]["group."+g.ID] == "" {
			t.Errorf("group %s of the topics has no name", g.ID)
		}
	}
}

// A quotation looks alike in letters and on pages.
func TestPagesUseTheQuotationMarksOfLetters(t *testing.T) {
	t.Parallel()
	all, err := readTexts(files)
	if err != nil {
		t.Fatal(err)
	}
	for lang, own := range all {
		letter, err := os.ReadFile("../locale/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		for key, text := range own {
			for _, mark := range text {
				if strings.ContainsRune("„“”«»‘\"'", mark) && (mark == '"' || mark == '\'' || !strings.ContainsRune(string(letter), mark)) {
					t.Errorf("%s.json %q has the mark %c, which letters do not use: %q", lang, key, mark, text)
				}
			}
		}
	}
}

// endsWithStop are the languages whose dates end with a full stop: "23. 9. 2026.", "2026 m. rugsėjo 23 d."
var endsWithStop = []string{"bg", "hr", "hu", "lt"}

func TestDatesBringTheirOwnFullStop(t *testing.T) {
	t.Parallel()
	all, err := readTexts(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range endsWithStop {
		for key, text := range all[lang] {
			if strings.Contains(text, "{{.Date}}.") {
				t.Errorf("%s.json %q would have two full stops: %q", lang, key, text)
			}
		}
	}
}

func TestFrenchPagesKeepMarksWithTheirWords(t *testing.T) {
	t.Parallel()
	all, err := readTexts(files)
	if err != nil {
		t.Fatal(err)
	}
	for key, text := range all["fr"] {
		for _, bad := range []string{" :", " ;", " ?", " !", " »", "« "} {
			if strings.Contains(text, bad) {
				t.Errorf("%s has %q: %q", key, bad, text)
			}
		}
	}
}

func TestTextsWithMistakesAreRefused(t *testing.T) {
	t.Parallel()
	english := texts{"a": "{{.N}} calls", "b": "town"}
	tests := map[string]struct {
		own  texts
		want string
	}{
		"missing":     {texts{"a": "{{.N}} appels"}, `xx.json: "b" is missing`},
		"other value": {texts{"a": "{{.M}} appels", "b": ""}, `xx.json: "a" names the values [M], want [N]`},
		"too many":    {texts{"a": "{{.N}}", "b": "", "c": ""}, `xx.json: "c" is in no other language`},
	}
	for name, test := range tests {
		if err := test.own.compare("xx", english); err == nil || err.Error() != test.want {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
}

// Every key that a template or a line of code names is there, and every key is named.
func TestKeysAreUsed(t *testing.T) {
	t.Parallel()
	var code strings.Builder
	for _, folder := range []string{".", "templates"} {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), "_test.go") || e.IsDir() {
				continue
			}
			data, err := os.ReadFile(folder + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			code.Write(data)
		}
	}
	all, err := readTexts(files)
	if err != nil {
		t.Fatal(err)
	}
	for key := range all[fallback] {
		family, _, _ := strings.Cut(key, ".")
		page := strings.TrimSuffix(strings.TrimSuffix(key, ".title"), ".text")
		if !strings.Contains(code.String(), `"`+key+`"`) && !strings.Contains(code.String(), `"`+family+`."`) &&
			!strings.Contains(code.String(), `"`+page+`"`) {
			t.Errorf("nobody says %q", key)
		}
	}
}

func TestWishedLanguage(t *testing.T) {
	t.Parallel()
	s := &Site{texts: map[string]texts{"en": {}, "de": {}, "fr": {}}}
	tests := map[string]string{
		"": "en", "fr": "fr", "de-AT,de;q=0.9": "de", "ja, fr;q=0.3, de;q=0.7": "de", "*": "en", "FR-be": "fr",
		"de;q=0": "en", "de;q=x, fr;q=0.1": "fr", "xx;q=9,de;q=2": "en", ";;;,,": "en",
		strings.Repeat("x", 5000) + ",fr": "en",
	}
	for header, want := range tests {
		if got := s.wished(header); got != want {
			t.Errorf("%.40q: got %s, want %s", header, got, want)
		}
	}
}

func TestClientBehindProxies(t *testing.T) {
	t.Parallel()
	s := &Site{settings: Settings{Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")}}}
	tests := []struct{ remote, forwarded, want string }{
		{"203.0.113.9:4711", "", "203.0.113.9"},
		{"203.0.113.9:4711", "198.51.100.1", "203.0.113.9"}, // nobody whom we trust says so
		{"127.0.0.1:4711", "198.51.100.1", "198.51.100.1"},
		{"127.0.0.1:4711", "192.0.2.7, 198.51.100.1, 10.1.1.1", "198.51.100.1"}, // the first one is anybody's claim
		{"127.0.0.1:4711", "nonsense", "127.0.0.1"},
		{"[::ffff:127.0.0.1]:4711", "2001:db8::1", "2001:db8::1"},
	}
	for _, test := range tests {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = test.remote
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		if got := s.client(r).String(); got != test.want {
			t.Errorf("%s with %q: got %s, want %s", test.remote, test.forwarded, got, test.want)
		}
	}
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	l := newLimiter(2, time.Hour)
	now := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	one, other := network(netip.MustParseAddr("203.0.113.9")), network(netip.MustParseAddr("2001:db8::1"))
	for i, want := range []bool{true, true, false} {
		if got := l.allow(one, now); got != want {
			t.Errorf("try %d: got %v", i+1, got)
		}
	}
	if l.allow(network(netip.MustParseAddr("203.0.113.200")), now) {
		t.Error("a neighbour in the same network was let in")
	}
	if !l.allow(other, now) {
		t.Error("another network was refused")
	}
	if !l.allow(one, now.Add(time.Hour)) {
		t.Error("refused after an hour")
	}
}

func TestSamplesAreEscaped(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	writeSamples(&b, []Sample{
		{"b", "B.", "gauge", []string{"source", "a\"b\\c\nd"}, 1.5},
		{"a", "A.", "counter", nil, 2},
		{"b", "B.", "gauge", []string{"source", "x", "kind", "y"}, 3},
	})
	const want = "# HELP a A.\n# TYPE a counter\na 2\n# HELP b B.\n# TYPE b gauge\n" +
		`b{source="a\"b\\c\nd"} 1.5` + "\n" + `b{source="x",kind="y"} 3` + "\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// A proxy may pass the path of the base address on, or take it off.
func TestBaseAddressWithAPath(t *testing.T) {
	t.Parallel()
	s := &Site{base: &url.URL{Scheme: "https", Host: "town.example", Path: "/fund"}}
	h := s.below(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(r.URL.Path)) })) //nolint:errcheck // into memory
	for path, want := range map[string]string{
		"/fund/calls": "/calls", "/calls": "/calls", "/fund/": "/", "/fundraising": "/fundraising",
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if got := w.Body.String(); got != want {
			t.Errorf("%s: asked for %s, want %s", path, got, want)
		}
	}
	if got := s.absolute("/calls"); got != "https://town.example/fund/calls" {
		t.Errorf("absolute address %q", got)
	}
}

// Links to other languages lead to the same page, also where its address begins as the base address does.
func TestLanguagesBelowABaseAddressLikeAPage(t *testing.T) {
	t.Parallel()
	texts, err := readTexts(files)
	if err != nil {
		t.Fatal(err)
	}
	s := &Site{base: &url.URL{Scheme: "https", Host: "town.example", Path: "/c"}, texts: texts, Parts: Parts{Now: time.Now}}
	var links []languageLink
	s.below(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		links = s.newPage(r, "list.title").Languages()
	})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "https://town.example/c/calls", nil))
	for _, link := range links {
		if !strings.HasPrefix(link.URL, "/c/calls?") {
			t.Errorf("%s is at %s", link.Code, link.URL)
		}
	}
	if len(links) < 2 {
		t.Errorf("%d links", len(links))
	}
}

// A reference may hold a slash and the base address letters beyond ASCII: both are escaped, in capitals or not.
func TestReferencesBelowABaseAddressInLetters(t *testing.T) {
	t.Parallel()
	s := &Site{base: &url.URL{Scheme: "https", Host: "town.example", Path: "/för der/a"}}
	mux := http.NewServeMux()
	mux.HandleFunc("/calls/{source}/{reference}", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(r.PathValue("source") + " " + r.PathValue("reference"))) //nolint:errcheck // into memory
	})
	for _, path := range []string{
		"/f%C3%B6r%20der/a/calls/my%2Fown/..%2Fd%25", "/f%c3%b6r%20d%65r/a/calls/my%2fown/..%2fd%25", "/calls/my%2Fown/..%2Fd%25",
	} {
		w := httptest.NewRecorder()
		s.below(mux).ServeHTTP(w, httptest.NewRequest("GET", "https://town.example"+path, nil))
		if got := w.Body.String(); got != "my/own ../d%" {
			t.Errorf("%s leads to %q (%d)", path, got, w.Code)
		}
	}
	for _, path := range []string{"/f%C3%B6r%20der%2Fa/calls/b/c", "/f%C3%B6r%20der/ab/calls/b/c", "/f%C3%B6r%20der/calls/b/c"} {
		w := httptest.NewRecorder()
		if s.below(mux).ServeHTTP(w, httptest.NewRequest("GET", "https://town.example"+path, nil)); w.Code != http.StatusNotFound {
			t.Errorf("%s is answered with %d %q", path, w.Code, w.Body)
		}
	}
}

// Whatever the address, nobody is led out of the base address, where somebody else's pages are.
func TestRedirectsStayBelowTheBaseAddress(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	for _, page := range []string{"/{$}", "/calls", "/calls/{source}/{reference}", "/"} {
		mux.HandleFunc(page, func(http.ResponseWriter, *http.Request) {})
	}
	tests := []struct{ base, path, want string }{
		{"/fund", "/fund", "/fund/"},
		{"/fund", "/fund?lang=fr", "/fund/?lang=fr"},
		{"/fund", "/fund//calls?q=a%2Fb", "/fund/calls?q=a%2Fb"},
		{"/fund", "//fund/calls", "/fund/calls"},
		{"/fund", "//calls", "/fund/calls"}, // the proxy took the base off
		{"/fund", "/fund//", "/fund/"},
		{"/fund", "/fund/.", "/fund/"},
		{"/fund", "/fund/calls/", ""},
		{"/fund", "/fund/../calls", "/fund/calls"},
		{"/fund", "/fund/x/../../../fund", "/fund/"},
		{"/fund", "//evil.example/..", "/fund/"},
		{"/fund", "/fund//calls/evil/..%2F%22x", "/fund/calls/evil/..%2F%22x"},
		{"/fund", "/fund/calls/evil/..%2F%22x", ""},
		{"/fund", "/fund/", ""},
		{"/för der", "/f%C3%B6r%20der//calls", "/f%C3%B6r%20der/calls"},
		{"/för der", "/f%c3%b6r%20der//calls", "/f%c3%b6r%20der/calls"},
		{"/för der", "/f%c3%b6r%20der", "/f%c3%b6r%20der/"},
		{"/för der", "/f%C3%B6r%20der/calls/evil/..%2F%22x", ""},
		{"", "//evil.example", "/evil.example"},
		{"", "//calls//", "/calls/"},
		{"", "/", ""},
	}
	for _, test := range tests {
		s := &Site{base: &url.URL{Scheme: "https", Host: "town.example", Path: test.base}}
		w := httptest.NewRecorder()
		s.below(mux).ServeHTTP(w, httptest.NewRequest("GET", "https://town.example"+test.path, nil))
		if got := w.Header().Get("Location"); got != test.want {
			t.Errorf("below %q, %s leads to %q, want %q", test.base, test.path, got, test.want)
		}
		if test.want != "" && w.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("below %q, %s is led on without the guards", test.base, test.path)
		}
	}
}
