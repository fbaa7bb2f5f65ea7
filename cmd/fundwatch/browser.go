package main

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
)

// browse opens the page of a call in a browser. Where nobody sits at a terminal, or no browser can be
// started, it prints the address.
func (l *launcher) browse(ctx context.Context, name string) error {
	a, c, err := l.openCall(ctx, name)
	if err != nil {
		return err
	}
	defer a.close()
	if !isWebAddress(c.URL) {
		return fmt.Errorf("%s has no page on the web", identifierOf(c))
	}
	if a.screen.tty {
		for _, command := range l.browsers(c.URL) {
			if l.startBrowser(command) == nil {
				fmt.Fprintf(l.err, "Opening %s\n", c.URL)
				return nil
			}
		}
	}
	_, err = fmt.Fprintln(l.out, c.URL)
	return err
}

// browsers returns the commands that may open an address, best first: those that $BROWSER names, parted by
// colons, with the address in place of %s or behind them; else what the system opens addresses with.
func (l *launcher) browsers(address string) [][]string {
	if named := l.getenv("BROWSER"); named != "" {
		var commands [][]string
		for one := range strings.SplitSeq(named, ":") {
			if command := browserCommand(one, address); command != nil {
				commands = append(commands, command)
			}
		}
		return commands
	}
	switch {
	case runtime.GOOS == "darwin":
		return [][]string{{"open", address}}
	case runtime.GOOS == "windows":
		return [][]string{{"rundll32", "url.dll,FileProtocolHandler", address}}
	case l.getenv("DISPLAY") != "" || l.getenv("WAYLAND_DISPLAY") != "":
		return [][]string{{"xdg-open", address}}
	}
	return nil
}

func browserCommand(named, address string) []string {
	words := splitCommand(named)
	if len(words) == 0 {
		return nil
	}
	placed := false
	for i, word := range words {
		if strings.Contains(word, "%s") {
			words[i], placed = strings.ReplaceAll(word, "%s", address), true
		}
	}
	if !placed {
		words = append(words, address)
	}
	return words
}

// startBrowser starts a browser and waits for it: those of a terminal need it, others come back at once.
func (l *launcher) startBrowser(command []string) error {
	browser := exec.Command(command[0], command[1:]...) //nolint:gosec // the user's own browser; no shell reads the address
	browser.Env, browser.Stdin, browser.Stdout, browser.Stderr = l.environ, l.in, l.out, l.err
	return browser.Run()
}
