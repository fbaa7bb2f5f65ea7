package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"fundwatch/calls"
)

// A town subscribes, reads its mail, confirms, gets a digest, changes its interests, leaves out a call, stops
// with one click and takes that back: in a real browser, in French, with the keys alone.
func TestSubscribeWithTheKeyboardAlone(t *testing.T) {
	t.Parallel()
	p, server, environ := pagesWithMail(t)
	b := openTab(t, p)
	const address = "mairie@ludwigsburg.example"

	b.open("/?lang=fr")
	b.follow(`main a[href*="/subscribe"]`, `location.pathname === "/subscribe"`)
	b.tabTo("#country")
	b.choose("DE")
	b.tabTo("#town")
	b.press("Ludwigsburg")
	b.tabTo("#twins")
	b.press("Sopot (PL)" + kb.Enter + "Namur (BE)")
	b.tabTo(`input[value="town-twinning"]`)
	b.press(" ")
	b.tabTo("#email")
	b.press(address)
	b.follow("main button", `document.querySelector("#consent-error")`) // forgotten, and told so
	b.wait(`document.activeElement.id === "errors"`)                    // a page has its focus when it is first drawn
	if got := ask[string](b, `document.title`); !strings.HasPrefix(got, "Erreur") {
		t.Errorf("a page with a mistake is called %q", got)
	}
	b.tabTo("#consent")
	b.press(" ")
	b.follow("main button", `location.pathname === "/subscribe/sent"`)

	_, text := mailTo(t, server, address, 1)
	b.open(regexp.MustCompile(`/confirm/[a-z2-7]{32}`).FindString(text))
	b.follow("main button", `document.querySelector("main a[href*='/u/']")`)
	to, err := p.db().SubscribersByEmail(t.Context(), address)
	if err != nil || len(to) != 1 || to[0].State != calls.SubscriberActive || to[0].Language != "fr" {
		t.Fatalf("subscribed are %+v, %v", to, err)
	}
	besideServe(t, append(environ, envPair("WEB_LISTEN", "127.0.0.1:0"), envPair("WEB_BASE_URL", "https://fundwatch.example")),
		"digest", "--now", "2026-09-08T09:00:00Z")
	subject, _ := mailTo(t, server, address, 2)
	letter := server.received()[len(server.received())-1].data
	own := regexp.MustCompile(`<https://fundwatch\.example(/u/[a-z2-7]{26})>`).FindStringSubmatch(strings.ReplaceAll(letter, "\r\n ", " "))
	if own == nil || subject == "" {
		t.Fatalf("no link for one click in\n%.2000s", letter)
	}
	b.changeAndMute(own[1])
	r := p.request("POST", own[1], "List-Unsubscribe=One-Click") // as a mail program does
	if status, body, _ := p.do(r); status != http.StatusOK {
		t.Errorf("one click: status %d\n%s", status, body)
	}
	p.wantState(to[0].ID, calls.SubscriberUnsubscribed)
	b.open(own[1])
	b.follow(`button[value="resume"]`, `document.querySelector("[role=status]")`)
	p.wantState(to[0].ID, calls.SubscriberActive)
	b.wantClean()
}

// changeAndMute takes a topic more, and leaves out the first call that letters told of.
func (b *tab) changeAndMute(own string) {
	b.t.Helper()
	b.open(own)
	b.follow(`a[href*="/settings"]`, `location.pathname.endsWith("/settings")`)
	b.tabTo(`input[value="culture-heritage"]`)
	b.press(" ")
	b.follow("main button", `document.querySelector("[role=status]")`)
	town, err := b.server.db().Municipality(b.t.Context(), "web-ludwigsburg-de")
	if err != nil || len(town.Interests.Topics) != 2 || len(town.Twins) != 2 || town.Country != "DE" {
		b.t.Fatalf("the town is %+v, %v", town, err)
	}
	b.open(own)
	b.follow(`a[href*="/mute/"]`, `document.querySelector("button[value=mute]")`)
	b.follow(`button[value="mute"]`, `document.querySelector("button[value=unmute]")`)
	b.follow(`a[href*="#check"]`, `document.querySelector("#check .note")`) // filled in from the mailbox
	if address := ask[string](b, "location.href"); strings.Contains(address, own) {
		b.t.Errorf("the address of the check holds the token: %s", address)
	}
	if got := ask[string](b, `document.querySelector("#town").value`); got != "Ludwigsburg" {
		b.t.Errorf("the check is for %q", got)
	}
}

// A stop is a page to look at.
type stop struct {
	name, path string
	submit     bool // its empty form is sent, for what is said then
}

// stops returns every kind of page; call is the path of one, own that of a mailbox, sign of a wish.
func stops(call, own, sign string) []stop {
	asked := func(town, twins string) string {
		return call + "?" + url.Values{"town": {town}, "country": {"DE"}, "twins": {twins}}.Encode()
	}
	return []stop{
		{name: "home", path: "/"},
		{name: "list", path: "/calls?q=jumelage&status=all"},
		{name: "list-none", path: "/calls?q=twining&exact=1"},
		{name: "list-wrong", path: "/calls?topic=nonsense&deadline-after=tomorrow&min-grant=x"},
		{name: "list-expected", path: "/calls?status=expected"},
		{name: "call", path: call},
		{name: "expected", path: "/expected/CERV-2027-CITIZENS-TOWN-TT"},
		{name: "check", path: asked("Ludwigsburg", "Sopot (PL)\nCaerphilly (GB)\nBitola (MK)")},
		{name: "check-short", path: asked("Ludwigsburg", "")},
		{name: "check-wrong", path: asked("", "Sopot")},
		{name: "subscribe", path: "/subscribe"},
		{name: "subscribe-wrong", path: "/subscribe", submit: true},
		{name: "sent", path: "/subscribe/sent"},
		{name: "confirm", path: sign},
		{name: "manage", path: own},
		{name: "settings", path: own + "/settings"},
		{name: "mute", path: own + "/mute" + strings.TrimPrefix(call, "/calls")},
		{name: "erase", path: own + "/erase"},
		{name: "expired", path: "/u/" + strings.Repeat("a", 26)},
		{name: "none", path: "/nothing"},
	}
}

// pageToured returns a server with all that the stops show.
func pageToured(t *testing.T) (*tab, []stop) {
	t.Helper()
	p, server, _ := pagesWithMail(t)
	b := openTab(t, p)
	p.post("/subscribe", signUpForm(), http.StatusSeeOther)
	_, text := mailTo(t, server, "kultur@ludwigsburg.example", 1)
	mailTo(t, server, "clerk@town-0.example", 1)
	listElsewhere(t, p.db(), "CERV-2026-CITIZENS-TOWN-TT", "our-region", "https://region.example/call")
	return b, stops(p.pageOf("CERV-2026-CITIZENS-TOWN-TT"), "/u/"+p.mailbox(1).Token, regexp.MustCompile(`/confirm/[a-z2-7]{32}`).FindString(text))
}

// visit opens a page in a language.
func (b *tab) visit(s stop, lang string) {
	b.t.Helper()
	path := s.path + "?lang=" + lang
	if strings.Contains(s.path, "?") {
		path = s.path + "&lang=" + lang
	}
	b.open(path)
	if s.submit {
		ask[any](b, `document.querySelector("main form").submit()`)
		b.wait(`document.querySelector("#errors")`)
	}
	if got := ask[string](b, "document.documentElement.lang"); got != lang {
		b.t.Errorf("%s is in %q, want %s", s.name, got, lang)
	}
}

// No page in four languages and three scripts hides anything from those who see, hear or enlarge it in their own
// way: nothing must be scrolled sideways on a small screen or at 200 %, and axe-core finds no fault (WCAG 2.2 AA).
func TestPagesAreForEverybody(t *testing.T) {
	skipUnderRace(t)
	t.Parallel()
	axe := readAxe(t)
	b, all := pageToured(t)
	for _, lang := range []string{"en", "fr", "el", "bg"} {
		for _, s := range all {
			b.view(1280, 1)
			b.visit(s, lang)
			b.wantNoFaults(axe, s.name+" in "+lang, lang == "en")
			for _, window := range []struct {
				width int64
				scale float64
				what  string
			}{{640, 2, "at 200 %"}, {320, 1, "at 320 pixels"}} {
				b.view(window.width, window.scale)
				b.wait(fmt.Sprintf("innerWidth === %d", window.width))
				if wide := ask[int64](b, "document.documentElement.scrollWidth"); wide > window.width {
					t.Errorf("%s in %s %s is %d pixels wide", s.name, lang, window.what, wide)
				}
			}
		}
	}
	b.wantClean()
}

// readAxe returns the script of axe-core, or "" if nobody said where it is.
func readAxe(t *testing.T) string {
	t.Helper()
	path := os.Getenv("FUNDWATCH_AXE")
	if path == "" {
		t.Log("FUNDWATCH_AXE names no axe.min.js: the pages were not held against WCAG")
		return ""
	}
	script, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}

// wantNoFaults holds the page against the rules of WCAG 2.2 AA and, if that is wanted, its colours in the dark.
func (b *tab) wantNoFaults(axe, what string, dark bool) {
	b.t.Helper()
	if axe == "" {
		return
	}
	ask[any](b, axe+";null")
	b.wantRules(`{type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}`, what)
	if dark {
		b.scheme("dark")
		b.wantRules(`{type: "rule", values: ["color-contrast"]}`, what+", in the dark")
		b.scheme("light")
	}
}

func (b *tab) wantRules(rules, what string) {
	b.t.Helper()
	faults := ask[[]string](b, `axe.run({runOnly: `+rules+`, resultTypes: ["violations"]}).then(r =>
		r.violations.map(v => v.id + ": " + v.nodes.map(n => n.html).join(" ")))`, chromedp.EvalAwaitPromise)
	for _, fault := range faults {
		b.t.Errorf("%s: %.600s", what, fault)
	}
}

// Pictures of all pages, to be looked at by a person: FUNDWATCH_PICTURES names the folder to put them into.
func TestPictures(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("FUNDWATCH_PICTURES")
	if dir == "" {
		t.Skip("FUNDWATCH_PICTURES names no folder for pictures of the pages")
	}
	b, all := pageToured(t)
	for _, lang := range []string{"fr", "el"} {
		for _, scheme := range []string{"light", "dark"} {
			b.scheme(scheme)
			for _, s := range all {
				b.visit(s, lang)
				for _, width := range []int64{320, 768, 1280} {
					b.view(width, 1)
					picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
					if err != nil {
						t.Fatal(err)
					}
					name := fmt.Sprintf("%s-%s-%s-%d.png", s.name, lang, scheme, width)
					if err := os.WriteFile(filepath.Join(dir, name), picture, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}
