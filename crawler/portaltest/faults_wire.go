package portaltest

import (
	"net/http"
	"strconv"
	"time"
)

const (
	// maxWait bounds how long a fault may hold a connection, so that no mistake of a test or a
	// demonstration can hang a machine.
	maxWait = time.Minute
	// maxHuge bounds how much a fault may send.
	maxHuge = 256 << 20
)

// HTML answers with a web page and status 200, as a proxy or a maintenance page does.
func HTML() Fault {
	return onWire(func(rp *reply) {
		rp.header.Set("Content-Type", "text/html; charset=utf-8")
		rp.body = []byte("<!DOCTYPE html><html><head><title>Maintenance</title></head>" +
			"<body><h1>The service is being updated</h1></body></html>\n")
	})
}

// ServerError answers with status 500.
func ServerError() Fault {
	return onWire(func(rp *reply) { rp.refuse(throwable()) })
}

// Throwable answers with an error in a body of status 200.
func Throwable() Fault {
	return onWire(func(rp *reply) {
		rp.refuse(throwable())
		rp.status = http.StatusOK
	})
}

// TooManyRequests answers with status 429. The value of Retry-After is sent as it is: seconds, an
// HTTP date, or nonsense; "" leaves the header out.
func TooManyRequests(retryAfter string) Fault {
	return onWire(func(rp *reply) {
		rp.refuse(&refusal{http.StatusTooManyRequests, "businessError", "Too many requests"})
		if retryAfter != "" {
			rp.header.Set("Retry-After", retryAfter)
		}
	})
}

// ForeignRedirect sends the client, form and all, to another address.
func ForeignRedirect(url string) Fault {
	return onWire(func(rp *reply) {
		rp.status, rp.body = http.StatusTemporaryRedirect, nil
		rp.header.Set("Location", url)
	})
}

// Hang says nothing until the client goes away or the time is over, at most a minute; then it
// answers as a gateway does that has waited in vain, with status 504.
func Hang(atMost time.Duration) Fault {
	return onWire(func(rp *reply) {
		rp.delay += atMost
		rp.refuse(&refusal{http.StatusGatewayTimeout, "throwable", "Gateway timeout"})
	})
}

// Slow answers rightly, but only after a delay of at most a minute.
func Slow(delay time.Duration) Fault {
	return onWire(func(rp *reply) { rp.delay += delay })
}

// CutBody promises the whole body in Content-Length, sends half of it and closes the connection.
func CutBody() Fault {
	return onWire(func(rp *reply) {
		rp.header.Set("Content-Length", strconv.Itoa(len(rp.body)))
		rp.body = rp.body[:len(rp.body)/2]
	})
}

// TruncatedJSON sends half of the body as if it were all.
func TruncatedJSON() Fault {
	return onWire(func(rp *reply) { rp.body = rp.body[:len(rp.body)/2] })
}

// Huge sends the answer behind that many bytes of white space, at most 256 MiB: still one valid
// JSON text, and more than anyone should take.
func Huge(bytes int64) Fault {
	return onWire(func(rp *reply) { rp.padding = min(bytes, maxHuge) })
}

func onWire(change func(*reply)) Fault { return hookList{{reply: change}} }
