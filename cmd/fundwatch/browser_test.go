package main

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A tab is a real browser that reads the pages, driven by keys as a person without a mouse does. It notes what
// the pages load and complain of.
type tab struct {
	t      *testing.T
	ctx    context.Context
	server *pagesServer

	mu       sync.Mutex
	loaded   []string // addresses that were asked for
	troubles []string // what the browser wrote to its console
}

// browserWithin is how long a whole test with a browser may take.
const browserWithin = 10 * patience

// openTab starts a browser of its own for the test. Without one on this machine the test is skipped.
func openTab(t *testing.T, server *pagesServer) *tab {
	t.Helper()
	within, stop := context.WithTimeout(context.Background(), browserWithin)
	t.Cleanup(stop)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WSURLReadTimeout(time.Minute),
		chromedp.Flag("headless", "new"), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocator, end := chromedp.NewExecAllocator(within, options...)
	t.Cleanup(end)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	b := &tab{t: t, ctx: ctx, server: server}
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatalf("start browser: %v", err)
	}
	for _, err := range []error{
		second(chromedp.Call(ctx, network.Enable, network.EnableParams{})),
		second(chromedp.Call(ctx, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})),
	} {
		if err != nil {
			t.Fatalf("watch browser: %v", err)
		}
	}
	return b
}

func second[T any](_ T, err error) error { return err }

// chromium returns where the browser is.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("there is no chromium on this machine: the pages were not tried in a browser")
	return ""
}

// note keeps what a browser asks for and complains of. That a page was refused is no trouble: it is what some
// tests want.
func (b *tab) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.loaded = append(b.loaded, e.Request.URL)
	case *runtime.EventExceptionThrown:
		b.troubles = append(b.troubles, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.troubles = append(b.troubles, fmt.Sprintf("console.%s", e.Type))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "responded with a status of 4") {
			b.troubles = append(b.troubles, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

// wantClean wants everything to have come from the server, and no complaint.
func (b *tab) wantClean() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, address := range b.loaded {
		// The browser draws its own signs, such as that of a date, from data: addresses.
		if !strings.HasPrefix(address, b.server.url+"/") && !strings.HasPrefix(address, "data:") {
			b.t.Errorf("a page loads %s", address)
		}
	}
	if len(b.loaded) == 0 {
		b.t.Error("the browser loaded nothing")
	}
	for _, trouble := range b.troubles {
		b.t.Errorf("the browser complains: %s", trouble)
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("browser: %v", err)
	}
}

// open goes to a path of the server.
func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.server.url + path))
}

// ask evaluates an expression on the page.
func ask[T any](b *tab, expression string, options ...chromedp.EvaluateOption) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, options...))
	if err != nil {
		b.t.Fatalf("browser: %s: %v", clip(expression, 80), err)
	}
	return value
}

// wait waits until an expression is true on a page that is there whole.
func (b *tab) wait(expression string) {
	b.t.Helper()
	whole := `document.readyState === "complete" && !!(` + expression + `)`
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		// Between two pages there is nothing to ask.
		if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](whole)); err == nil && ok {
			return
		}
	}
	b.t.Fatalf("not within %s: %s\nat %s:\n%s", patience, expression, ask[string](b, "location.pathname"), ask[string](b, "document.body.innerText"))
}

// mostTabs is more than any page has stops.
const mostTabs = 200

// tabTo presses the tab key until the element that the selector means has the focus, and wants to see that it
// has it.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	there := fmt.Sprintf("document.activeElement.matches(%q)", selector)
	for range mostTabs {
		b.press(kb.Tab)
		if ask[bool](b, there) {
			if outline := ask[string](b, "getComputedStyle(document.activeElement).outlineStyle"); outline == "none" {
				b.t.Errorf("the focus on %s cannot be seen", selector)
			}
			return
		}
	}
	b.t.Fatalf("no number of tabs leads to %s at %s", selector, ask[string](b, "location.pathname"))
}

// choose goes down the list that has the focus until it says the value. Letters would do, too, for a person: a
// browser takes them for one beginning only as long as they follow each other within a second.
func (b *tab) choose(value string) {
	b.t.Helper()
	for range mostTabs {
		if ask[string](b, "document.activeElement.value") == value {
			return
		}
		b.press(kb.ArrowDown)
	}
	b.t.Fatalf("no way down leads to %s: %s", value, ask[string](b, "document.activeElement.innerText"))
}

func (b *tab) press(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// follow goes to a link or button by keys and presses Enter; then the expression has to become true.
func (b *tab) follow(selector, expression string) {
	b.t.Helper()
	b.tabTo(selector)
	b.press(kb.Enter)
	b.wait(expression)
}

// view sets the size of the window in CSS pixels, and how many pixels of the screen one is.
func (b *tab) view(width int64, scale float64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 900, chromedp.EmulateScale(scale)))
}

// scheme makes the reader wish for light or dark.
func (b *tab) scheme(name string) {
	b.t.Helper()
	params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, params); err != nil {
		b.t.Fatalf("browser: %v", err)
	}
}
