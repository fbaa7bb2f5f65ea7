package crawler

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"mime"
	"regexp"
	"slices"
	"time"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html/charset"
)

// deepestFeed bounds how deeply elements of a feed may lie in each other: the parser recurses.
const deepestFeed = 500

// errNotFeed says that an answer is no feed.
var errNotFeed = errors.New("no feed")

// feedItems reads an RSS, Atom or JSON feed.
func (p *sourcePlan) feedItems(f *fetched) (*sourcePage, error) {
	body, err := feedText(f.body, f.contentType)
	if err != nil {
		return nil, err
	}
	if nestedBeyond(body, deepestFeed) {
		return nil, fmt.Errorf("%w: its elements lie more than %d deep", errNotFeed, deepestFeed)
	}
	feed, err := parseFeed(body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w: %q", errNotFeed, err, said(body))
	}
	page := &sourcePage{total: unknownTotal}
	for _, item := range feed.Items {
		if item != nil {
			page.items = append(page.items, feedItem{item})
		}
	}
	return page, nil
}

// parseFeed has the parser read a feed. It panics where JSON has null for an entry, an author or an attachment, which
// says no more than that this is no feed.
func parseFeed(body []byte) (feed *gofeed.Feed, err error) {
	defer caught(&err)
	return gofeed.NewParser().Parse(bytes.NewReader(body))
}

// xmlDeclaration is the line that XML may begin with, xmlEncoding what it says of its letters.
var (
	xmlDeclaration = regexp.MustCompile(`^\s*<\?xml[^>]*\?>`)
	xmlEncoding    = regexp.MustCompile(`encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']`)
)

// feedText returns a feed as UTF-8 without its XML declaration. Its letters are decoded here, once:
// the header says how, else the declaration (RFC 7303, 3.2), and a parser that saw the declaration
// would decode what is decoded already.
func feedText(body []byte, contentType string) ([]byte, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, fmt.Errorf("%w: the answer is empty", errNotFeed)
	}
	if label := feedLetters(body, contentType); label != "" {
		encoding, name := charset.Lookup(label)
		if encoding == nil {
			return nil, fmt.Errorf("%w: its letters are written as %s, which is unknown", errNotFeed, quoted(label))
		}
		decoded, err := encoding.NewDecoder().Bytes(body)
		if err != nil {
			return nil, fmt.Errorf("%w: its letters are not %s: %w", errNotFeed, name, err)
		}
		body = decoded
	}
	body = bytes.TrimPrefix(bytes.ToValidUTF8(body, []byte("\ufffd")), []byte("\ufeff"))
	return xmlDeclaration.ReplaceAll(dropControl(body), nil), nil
}

// dropControl drops what XML has no place for. The parser would do so itself, after its depth was measured.
func dropControl(body []byte) []byte {
	control := func(b byte) bool { return b < ' ' && b != '\t' && b != '\n' && b != '\r' }
	return slices.DeleteFunc(body, control)
}

// feedLetters returns what the letters of a feed are said to be; "" for UTF-8.
func feedLetters(body []byte, contentType string) string {
	switch {
	case bytes.HasPrefix(body, []byte("\ufeff")):
		return ""
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		return "utf-16le"
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		return "utf-16be"
	}
	if _, parameters, err := mime.ParseMediaType(contentType); err == nil && parameters["charset"] != "" {
		return parameters["charset"]
	}
	declared := xmlEncoding.FindSubmatch(xmlDeclaration.Find(body))
	if declared == nil || bytes.HasPrefix(bytes.ToLower(declared[1]), []byte("utf-16")) {
		return "" // a declaration that could be read so far is not written in two bytes a letter
	}
	return string(declared[1])
}

// nestedBeyond reports whether elements of an XML text lie deeper than limit in each other. It reads with the decoder of
// the parser, and as leniently: whatever counts brackets in another way can be deceived by a comment, a quotation mark
// or a processing instruction. What comes after a mistake in the text is not reached by the parser either.
func nestedBeyond(body []byte, limit int) bool {
	tokens := xml.NewDecoder(bytes.NewReader(body))
	tokens.Strict, tokens.CharsetReader = false, charset.NewReaderLabel
	for depth := 0; depth <= limit; {
		token, err := tokens.Token()
		if err != nil {
			return false
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	return true
}

// A feedItem is one entry of a feed.
type feedItem struct{ item *gofeed.Item }

// find returns an element of the entry by its name. Dates that could be read are RFC 3339.
func (i feedItem) find(r *rulePlan) []string {
	switch it := i.item; r.Select {
	case "title":
		return nonEmpty(it.Title)
	case "link":
		return nonEmpty(it.Link)
	case "guid":
		return nonEmpty(it.GUID)
	case "description":
		return nonEmpty(it.Description)
	case "content":
		return nonEmpty(it.Content)
	case "published":
		return nonEmpty(feedDate(it.Published, it.PublishedParsed))
	case "updated":
		return nonEmpty(feedDate(it.Updated, it.UpdatedParsed))
	case "categories":
		return it.Categories
	}
	return nil
}

func nonEmpty(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func feedDate(text string, parsed *time.Time) string {
	if parsed == nil {
		return text
	}
	return parsed.Format(time.RFC3339)
}
