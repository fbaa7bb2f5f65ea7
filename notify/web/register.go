package web

import (
	"context"
	"time"

	"fundwatch/calls"
)

// A Register keeps who is subscribed. Errors for what is not there wrap [calls.ErrNotFound], for what came
// too late [calls.ErrExpired], for what changed meanwhile [calls.ErrChanged].
type Register interface {
	SubscriberByToken(ctx context.Context, token string) (*calls.Subscriber, error)
	SetSubscriberState(ctx context.Context, id int64, state calls.SubscriberState, until time.Time) error
	ChangeProfile(ctx context.Context, m, seen *calls.Municipality, now time.Time) error
	Erase(ctx context.Context, email string) (lingers bool, err error) // lingers: until the next upkeep a trace is left

	SignUp(ctx context.Context, s *calls.SignUp, letter func(*calls.Subscriber) (calls.Delivery, error)) (bool, error)
	Invite(ctx context.Context, s *calls.SignUp, letter func(*calls.Subscriber) (calls.Delivery, error)) (bool, error)
	SignedUp(ctx context.Context, secret [32]byte, now time.Time) (*calls.SignUp, error)
	Confirm(ctx context.Context, secret [32]byte, now time.Time) (*calls.SignUp, error)

	// Of which calls a mailbox wants to hear no more; MutedSince is zero if it wants to hear of the call.
	Mute(ctx context.Context, subscriber int64, call calls.Key, now time.Time) error
	Unmute(ctx context.Context, subscriber int64, call calls.Key, told *calls.Told, now time.Time) (muted bool, err error)
	MutedSince(ctx context.Context, subscriber int64, call calls.Key) (time.Time, error)

	// The address of a mailbox's feeds, and a new one in its place.
	SubscriberByFeed(ctx context.Context, token string) (*calls.Subscriber, error)
	FeedToken(ctx context.Context, subscriber int64) (string, error)
	RenewFeed(ctx context.Context, subscriber int64) error

	Records
}

// A Letter is a short mail to write.
type Letter struct {
	To       calls.Subscriber
	Language string
	Subject  string
	Text     string
	Key      string // of the delivery; unique
	ID       string // for the Message-ID; unique
}
