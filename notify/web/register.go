package web

import (
	"context"
	"time"

	"fundwatch/calls"
)

// A Register keeps who is subscribed. Errors for what is not there wrap [calls.ErrNotFound], for what came
// too late [calls.ErrExpired].
type Register interface {
	SubscriberByToken(ctx context.Context, token string) (*calls.Subscriber, error)
	SubscribersByEmail(ctx context.Context, email string) ([]calls.Subscriber, error)
	SetSubscriberState(ctx context.Context, id int64, state calls.SubscriberState, until time.Time) error
	Municipality(ctx context.Context, id string) (*calls.Municipality, error)
	ChangeProfile(ctx context.Context, m *calls.Municipality, now time.Time) error
	Erase(ctx context.Context, email string) (int, error)

	SignUp(ctx context.Context, s *calls.SignUp, letter func(*calls.Subscriber) (calls.Delivery, error)) (bool, error)
	SignedUp(ctx context.Context, secret [32]byte, now time.Time) (*calls.SignUp, error)
	Confirm(ctx context.Context, secret [32]byte, now time.Time) (*calls.SignUp, error)
	SignUps(ctx context.Context, subscriber int64) ([]calls.SignUp, error)

	Mails(ctx context.Context, subscriber int64) ([]calls.Delivery, error)
	Told(ctx context.Context, subscriber int64) ([]calls.Notice, error)
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
