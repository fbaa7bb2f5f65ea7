package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"fundwatch/calls"
)

// The feeds of a mailbox hold what concerns its town now. Their address has a token of its own: it stands in other
// people's programs, so it shows neither the mailbox nor its page, and can be made anew.

// Feeds are the addresses of the feeds of one mailbox.
type Feeds struct{ Atom, Calendar string }

// feedsOf returns the addresses of the feeds, nil if the mailbox has stopped its letters.
func (s *Site) feedsOf(ctx context.Context, to *calls.Subscriber) (*Feeds, error) {
	if !hasFeeds(to) {
		return nil, nil
	}
	token, err := s.Register.FeedToken(ctx, to.ID)
	if err != nil {
		return nil, err
	}
	at := s.absolute("/f/" + token)
	return &Feeds{Atom: at + "/calls.atom", Calendar: at + "/deadlines.ics"}, nil
}

// hasFeeds reports whether a mailbox wants to hear of calls, be it later or elsewhere than in letters.
func hasFeeds(to *calls.Subscriber) bool {
	return to.State != calls.SubscriberUnsubscribed && to.State != calls.SubscriberPending
}

// renewFeeds gives the feeds of a mailbox new addresses.
func (s *Site) renewFeeds(w http.ResponseWriter, r *http.Request) error {
	if err := s.ownForm(r); err != nil {
		return err
	}
	m, err := s.mailbox(r, "manage.title")
	if err != nil {
		return err
	}
	if err := s.Register.RenewFeed(r.Context(), m.Mailbox.ID); err != nil {
		return err
	}
	return s.showDone(w, r, m, "done.feeds")
}

// An ownFeed is what the feeds of one mailbox are written from.
type ownFeed struct {
	*page
	to    *calls.Subscriber
	town  *calls.Municipality
	calls []calls.Call
}

// ownFeed finds whose feed an address is, and what it holds.
func (s *Site) ownFeed(r *http.Request) (*ownFeed, error) {
	to, err := s.Register.SubscriberByFeed(r.Context(), r.PathValue("token"))
	if err != nil {
		return nil, s.wrongToken(r, err)
	}
	if !hasFeeds(to) {
		return nil, problem{http.StatusGone, "expired"}
	}
	town, err := s.Register.Municipality(r.Context(), to.Municipality)
	if err != nil {
		return nil, err
	}
	f := &ownFeed{page: s.pageFor(r, "list.title", to.Language), to: to, town: town}
	f.calls, err = s.Concerning(r.Context(), to)
	return f, err
}

// ownAtom answers with what concerns the town of a mailbox, as a feed.
func (s *Site) ownAtom(w http.ResponseWriter, r *http.Request) error {
	f, err := s.ownFeed(r)
	if err != nil {
		return err
	}
	at := f.absolute(f.path) // in the language of the mailbox
	if f.asked {
		at = f.spoken(f.path)
	}
	feed := calls.Feed{
		Language: f.lang, ID: at, Title: f.T("list.title.words", "Words", f.town.Name), Author: s.settings.Sender,
		Self: at, Alternate: f.absolute("/calls"), Empty: f.to.Created,
	}
	for i := range f.calls {
		feed.Entries = append(feed.Entries, card{page: f.page, Call: &f.calls[i]}.entry())
	}
	out, err := feed.Atom()
	if err != nil {
		return err
	}
	serveOwn(w, r, atomType, out, out)
	return nil
}

// ownCalendar answers with the deadlines to come: the same events as in letters.
func (s *Site) ownCalendar(w http.ResponseWriter, r *http.Request) error {
	f, err := s.ownFeed(r)
	if err != nil {
		return err
	}
	var events []calls.Event
	for i := range f.calls {
		events = append(events, f.deadlines(&f.calls[i])...)
	}
	// The file says when it was written, so its bytes always differ: what counts is what it tells.
	serveOwn(w, r, "text/calendar; charset=utf-8", calls.Calendar(events, 0, f.now), fmt.Append(nil, f.lang, events))
	return nil
}

// serveOwn answers with a file for one reader, or says that it is what the reader has. Tells is what the file
// says: while that is the same, so is the file.
func serveOwn(w http.ResponseWriter, r *http.Request, contentType string, file, tells []byte) {
	sum := sha256.Sum256(tells)
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "private, max-age=900")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("ETag", `W/"`+hex.EncodeToString(sum[:16])+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(file))
}
