package notify_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
	"fundwatch/notify"
)

// A feed is an Outbox that never runs dry until n mails are out: the benchmark measures the sending.
type feed struct {
	left    int
	message []byte
}

func (f *feed) Claim(context.Context, *calls.Tried, time.Time, time.Duration) (*calls.Claimed, error) {
	if f.left == 0 {
		return nil, nil
	}
	f.left--
	return &calls.Claimed{Delivery: calls.Delivery{ID: 1, Sender: "bounce@fundwatch.example",
		Recipient: "a@lodeve.example", Bytes: f.message, State: calls.DeliveryQueued}}, nil
}

func (f *feed) MarkData(context.Context, int64) error { return nil }

func (f *feed) Record(context.Context, int64, calls.Outcome, time.Time) error { return nil }

// digest30KB is a message of the size of a digest of twenty calls.
func digest30KB() []byte {
	var b bytes.Buffer
	b.WriteString("Subject: 20 new calls\r\n\r\n")
	for i := 0; b.Len() < 30_000; i++ {
		fmt.Fprintf(&b, "%3d %s\r\n", i, strings.Repeat("=C3=A9 line ", 6))
	}
	return b.Bytes()
}

// BenchmarkDeliver sends mails of 30 KB to a server on loopback, in this process, over one connection.
func BenchmarkDeliver(b *testing.B) {
	server := startMailServer(b, nil)
	server.keepNothing = true
	sender := newSMTP(b, server.cfg)
	message := digest30KB()
	b.ReportAllocs()
	b.SetBytes(int64(len(message)))
	b.ResetTimer()
	tally, err := notify.Deliver(b.Context(), &feed{left: b.N, message: message}, sender, notify.Options{})
	b.StopTimer()
	if err != nil || tally.Sent != b.N {
		b.Fatalf("Deliver = %+v, %v, want %d sent", tally, err, b.N)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}
