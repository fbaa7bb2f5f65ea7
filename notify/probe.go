package notify

import (
	"context"
	"time"
)

// A Probe is how a mail server received us.
type Probe struct {
	Encrypted       bool
	CertificateEnds time.Time // when the server's certificate runs out; zero without encryption
	LoggedIn        bool      // with the configured user name
}

// Probe connects to the mail server, encrypts, logs in and says good-bye: all that comes before a mail, and
// no mail. The error is a [*SendError] of [StepConnect]. Its text may hold what the server said, addresses
// among it, but no password, unless the server says it back; [SendError.Answer] holds no addresses.
func (s *SMTP) Probe(ctx context.Context) (Probe, error) {
	c, err := s.connect(ctx)
	if err != nil {
		return Probe{}, newSendError(StepConnect, err)
	}
	defer c.quit()
	p := Probe{LoggedIn: s.cfg.Username != ""}
	if state, err := c.client.GetTLSConnectionState(); err == nil && len(state.PeerCertificates) > 0 {
		p.Encrypted, p.CertificateEnds = true, state.PeerCertificates[0].NotAfter
	}
	return p, nil
}
