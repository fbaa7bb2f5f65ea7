package portaltest

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"time"
)

// A reply is an answer on its way out.
type reply struct {
	status  int
	header  http.Header
	body    []byte
	delay   time.Duration // before the first byte
	padding int64         // bytes of white space before the body
}

func newReply(body []byte) *reply {
	return &reply{
		status: http.StatusOK,
		header: http.Header{"Content-Type": {"application/json;charset=UTF-8"}},
		body:   body,
	}
}

// refuse puts an error of the API in the place of the answer.
func (rp *reply) refuse(r *refusal) {
	rp.status = r.status
	rp.header.Set("Content-Type", "application/json;charset=UTF-8")
	// Two strings cannot fail to be encoded.
	rp.body, _ = encodeJSON(struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	}{r.kind, r.message})
}

// send writes the reply. It gives up when the client goes away.
func (rp *reply) send(ctx context.Context, w http.ResponseWriter) {
	if !wait(ctx, min(rp.delay, maxWait)) {
		return
	}
	maps.Copy(w.Header(), rp.header)
	w.WriteHeader(rp.status)
	if err := pad(ctx, w, rp.padding); err != nil {
		return
	}
	// Who hung up does not get the rest; there is nobody to tell.
	_, _ = w.Write(rp.body)
}

// pad writes n bytes of white space, piece by piece, so that it costs no memory.
func pad(ctx context.Context, w io.Writer, n int64) error {
	piece := bytes.Repeat([]byte{' '}, 64<<10)
	for n > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		written, err := w.Write(piece[:min(n, int64(len(piece)))])
		if err != nil {
			return err
		}
		n -= int64(written)
	}
	return nil
}

// wait reports whether the time passed before the client went away.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
