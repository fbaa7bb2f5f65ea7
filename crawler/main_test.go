package crawler

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails when a test leaves a goroutine behind: a connection that nobody closed.
func TestMain(m *testing.M) { goleak.VerifyTestMain(unhurried{m}) }

// An unhurried run ends when every goroutine has ended, or after half a minute: goleak itself waits less than half a
// second for one on its way out, which a busy machine may hold up.
type unhurried struct{ *testing.M }

func (u unhurried) Run() int {
	code := u.M.Run()
	for looks := 60; code == 0 && looks > 0 && goleak.Find() != nil; looks-- { // each takes half a second
		continue
	}
	return code
}
