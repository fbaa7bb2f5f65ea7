package main

import (
	"net"
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/idna"
)

// checkBaseURL checks the address of the web pages. Links are made of it by adding to its path, so it must hold
// nothing behind that, and no part of it that a browser or a proxy would leave out.
func checkBaseURL(text string) *fault {
	if f := checkURL(text); f != nil {
		return f
	}
	u, err := url.Parse(text)
	if err != nil {
		return &fault{"this is no web address", ""} // checkURL has parsed it
	}
	below := strings.TrimRight(u.Path, "/")
	switch {
	case u.RawQuery != "" || u.ForceQuery:
		return &fault{"the address of the pages must not hold a ?", "links add the path of each page to it"}
	case strings.ContainsAny(text, "'()"):
		return &fault{"the address of the pages must not hold an apostrophe or a bracket", "mail programs end a link there"}
	case below != "" && path.Clean(below) != below:
		return &fault{"the path of the pages must not hold empty or dotted parts", "browsers leave them out: write " + path.Clean(below)}
	}
	return nil
}

// baseAddress returns the address of the web pages as links begin: without a slash at its end, and with its host as
// DNS has it, in lower case: not every program that follows a link in a mail knows letters beyond ASCII there, and
// browsers name the pages so when they send a form.
func baseAddress(text string) string {
	text = strings.TrimRight(text, "/")
	u, err := url.Parse(text)
	if err != nil {
		return text // reported by its check
	}
	host, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil { // an IP address, a name that only a local network has
		return text
	}
	if port := u.Port(); port != "" {
		host = net.JoinHostPort(host, port)
	}
	u.Host = host
	return u.String()
}
