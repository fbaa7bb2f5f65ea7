package main

import (
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"fundwatch/calls"
)

func checkOneOf(names ...string) check {
	return func(text string) *fault { return oneOf(text, names) }
}

func checkZone(name string) *fault {
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return &fault{quoteShort(name) + " is no time zone", "write it as in Europe/Brussels, or UTC"}
	}
	return nil
}

func checkPath(path string) *fault {
	switch {
	case strings.HasPrefix(path, "-----BEGIN"):
		return &fault{"this is a key itself", "put it into a file and name the file here"}
	case strings.HasPrefix(path, "~"):
		return &fault{"~ is not a folder here", "write the whole path, beginning with /"}
	}
	return nil
}

func checkURL(text string) *fault {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return &fault{"this is no web address", "write it as in https://fundwatch.example.org"}
	case u.Scheme != "http" && u.Scheme != "https":
		return &fault{"a web address must begin with https:// or http://", ""}
	case u.User != nil:
		return &fault{"a web address must not hold a user name or password", ""}
	case u.Fragment != "":
		return &fault{"a web address must not hold a #", ""}
	}
	return checkPort(u.Port())
}

func checkPort(port string) *fault {
	if port == "" {
		return nil
	}
	const last = 65535
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > last {
		return &fault{"port " + quoteShort(port) + " is out of range", "want 1 to 65535"}
	}
	return nil
}

func checkListen(text string) *fault {
	host, port, err := net.SplitHostPort(text)
	if err != nil || port == "" || strings.ContainsAny(host, " /") {
		return &fault{quoteShort(text) + " is no address to listen on", "write host:port, such as localhost:8080 or :8080"}
	}
	return checkPort(port)
}

func checkHost(host string) *fault {
	if net.ParseIP(host) != nil {
		return nil
	}
	if strings.ContainsAny(host, ":/") {
		return &fault{quoteShort(host) + " is more than a host name", "the name alone; the port has its own key"}
	}
	return checkDomain(host)
}

// checkDomain accepts names of letters, digits and hyphens between dots; names with other letters
// must be written in their xn-- form, as mail servers want them.
func checkDomain(name string) *fault {
	const longest, longestLabel = 253, 63
	good := len(name) <= longest
	for label := range strings.SplitSeq(name, ".") {
		good = good && label != "" && len(label) <= longestLabel && label[0] != '-' && label[len(label)-1] != '-' &&
			strings.IndexFunc(label, func(r rune) bool { return !hostRune(r) }) < 0
	}
	if !good {
		return &fault{quoteShort(name) + " is no domain name", "letters, digits, hyphens and dots; other letters in their xn-- form"}
	}
	return nil
}

func hostRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
}

// checkMailbox accepts a bare address, as RFC 5321 limits it and without quoting: what can stand in an
// envelope and in a header without further thought.
func checkMailbox(address string) *fault {
	const longest, longestLocal = 254, 64
	bad := &fault{quoteShort(address) + " is no mail address", "the address alone, such as office@town.example"}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || len(address) > longest {
		return bad
	}
	local, domain, _ := strings.Cut(address, "@")
	if len(local) > longestLocal || strings.ContainsAny(local, "\"\\<>()[],;: \t") || checkDomain(domain) != nil {
		return bad
	}
	for _, r := range local {
		if r > '~' || r < '!' {
			return &fault{quoteShort(address) + " holds a letter that many mail servers refuse", "use only a to z before the @"}
		}
	}
	return nil
}

// checkSender accepts an address with or without a name before it.
func checkSender(text string) *fault {
	parsed, err := mail.ParseAddress(text)
	if err != nil {
		return &fault{quoteShort(text) + " is no mail address", "such as fundwatch <fundwatch@town.example>"}
	}
	return checkMailbox(parsed.Address)
}

// tokenMark is where the token of a subscriber goes in an address.
const tokenMark = "TOKEN"

func checkTokenAddress(address string) *fault {
	local, _, _ := strings.Cut(address, "@")
	if strings.Count(local, tokenMark) != 1 || strings.Count(address, tokenMark) != 1 {
		return &fault{"the word TOKEN must stand once, before the @", "such as bounce+TOKEN@town.example"}
	}
	return checkMailbox(address)
}

func checkLanguage(tag string) (string, *fault) {
	tag = strings.ToLower(tag)
	if !calls.IsLanguage(tag) {
		return "", &fault{quoteShort(tag) + " is no official language of the EU", "one of: " + strings.Join(calls.Languages(), " ")}
	}
	return tag, nil
}

// programmeNames knows the funding programmes. [calls.Programmes] is one.
type programmeNames interface {
	Code(number string) string
	Codes() []string
	Nearest(code string) []string
}

// checkProgramme accepts a short code in any case, and a number of the portal even if it is unknown:
// new programmes appear.
func checkProgramme(load func() (programmeNames, error)) func(string) (string, *fault) {
	return func(text string) (string, *fault) {
		programmes, err := load()
		if err != nil {
			return "", &fault{"programmes cannot be read: " + err.Error(), ""}
		}
		return knownProgramme(programmes, text)
	}
}
