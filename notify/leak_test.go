package notify_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails when a test leaves a goroutine behind: a connection that nobody closed.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
