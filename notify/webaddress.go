package notify

import (
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"fundwatch/calls"
)

// longestURL is where an address stops being one, in bytes.
const longestURL = 2000

// attributeMarks are characters that html/template writes in percent form inside a link. Doing it here
// keeps the address in the text part the same.
var attributeMarks = strings.NewReplacer("'", "%27", "(", "%28", ")", "%29")

// webAddress returns a safe form of an http or https address, and its host for people; "" for anything
// else. It holds ASCII only, and nothing that could end a line or an attribute.
func webAddress(s string) (address, host string) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return "", ""
	}
	if host, err = idna.Lookup.ToASCII(u.Hostname()); err != nil || host == "" {
		return "", ""
	}
	port := u.Port()
	if u.Host = host; port != "" {
		u.Host += ":" + port
	}
	u.RawQuery = calls.CleanAddress(u.RawQuery)
	address = attributeMarks.Replace(u.String())
	if len(address) > longestURL || calls.CleanAddress(address) != address {
		return "", ""
	}
	return address, strings.TrimPrefix(host, "www.")
}
