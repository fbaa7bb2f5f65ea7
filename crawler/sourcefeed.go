package crawler

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"regexp"
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
	feed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
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
	return xmlDeclaration.ReplaceAll(body, nil), nil
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

// nestedBeyond reports whether elements of an XML text lie deeper than limit in each other. It looks
// at brackets alone and counts what is never closed too.
func nestedBeyond(body []byte, limit int) bool {
	depth := 0
	for {
		at := bytes.IndexByte(body, '<')
		if at < 0 {
			return false
		}
		body = body[at+1:]
		switch {
		case bytes.HasPrefix(body, []byte("![CDATA[")):
			body = after(body, "]]>")
		case bytes.HasPrefix(body, []byte("!--")):
			body = after(body, "-->")
		case bytes.HasPrefix(body, []byte("/")):
			depth--
		case bytes.HasPrefix(body, []byte("?")), bytes.HasPrefix(body, []byte("!")):
		default:
			tag := body[:min(len(body), longestTag)]
			if end := bytes.IndexByte(tag, '>'); end < 1 || tag[end-1] != '/' {
				depth++
			}
		}
		if depth > limit {
			return true
		}
	}
}

// after returns what follows mark, nothing if it is missing.
func after(body []byte, mark string) []byte {
	_, rest, _ := bytes.Cut(body, []byte(mark))
	return rest
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
