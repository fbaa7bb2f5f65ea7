package main

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// Four processes that send from one outbox at the same time: one does, the others say who has it, or come when
// all is done. No mail comes twice.
func TestSendersAtTheSameTime(t *testing.T) {
	t.Parallel()
	x := newOrdeal(t, "send", 12).try(t)
	x.environ = append(x.environ, envPair("MAIL_SMTP_CONNECTIONS", 3))
	var processes sync.WaitGroup
	for range 4 {
		processes.Go(func() {
			cmd := exec.Command(os.Args[0], "--db", x.db, "send", "--now", trialBegins)
			cmd.Env = append(x.reaching(x.plug), runAsProgram+"=1", "PATH="+os.Getenv("PATH"))
			out, err := cmd.CombinedOutput()
			locked := cmd.ProcessState.ExitCode() == exitFailed && strings.Contains(string(out), "send: locked by process")
			if err != nil && !locked {
				t.Errorf("send: %v\n%s", err, out)
			}
		})
	}
	processes.Wait()
	if n := len(x.plug.received()); n != x.towns-1 {
		t.Errorf("%d mails, want one for all but the reader who was put off", n)
	}
	x.recover(0)
}
