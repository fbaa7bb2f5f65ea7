package main

import (
	"log/slog"
	"regexp"
)

// addressLike is a word that holds a mail address, as it stands or as a link carries it. Message-IDs and the
// addresses with tokens look so too.
var addressLike = regexp.MustCompile(`(?i)"[^"\s]*"@\S*|\S*(?:@|＠|%40)\S*`)

// withoutAddresses keeps mail addresses out of the log, whoever put them there: logs are kept longer than
// subscribers, and read by more people. What servers say quotes them.
func withoutAddresses(_ []string, a slog.Attr) slog.Attr {
	var text string
	switch value := a.Value.Resolve().Any().(type) {
	case string:
		text = value
	case error:
		text = value.Error()
	default:
		return a
	}
	return slog.String(a.Key, addressLike.ReplaceAllString(text, "<address>"))
}
