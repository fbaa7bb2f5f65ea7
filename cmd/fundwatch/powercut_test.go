package main

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"testing"
)

// A kill leaves what the program wrote; a power cut leaves only what was synced, and of what was not, any part. So
// the same trials once more: when the program is dead, every sector of the database and of its log that was
// written after the last sync is kept or forgotten by chance.

// keptEnding marks the copies of what was synced.
const keptEnding = ".synced"

// sector is what a disk writes as one.
const sector = 512

// losses is how the power is cut at each point: all that was not synced is forgotten, and some of it.
var losses = map[string]float64{"all": 1, "some": 0.5}

// cutPower forgets that share of what was written after the last sync.
func (x *trial) cutPower(share float64, seed int) {
	x.t.Helper()
	chance := rand.New(rand.NewPCG(uint64(seed), 7))
	if err := os.Remove(x.db + "-shm"); err != nil && !errors.Is(err, fs.ErrNotExist) { // it is but memory
		x.t.Fatal(err)
	}
	x.forget(x.db, x.base, share, chance)
	x.forget(x.db+"-wal", "", share, chance)
}

// forget makes a file what a power cut may leave of it. What was never synced is as it was before: like the file
// of that name, or not there.
func (x *trial) forget(file, before string, share float64, chance *rand.Rand) {
	x.t.Helper()
	synced, err := os.ReadFile(file + keptEnding)
	if errors.Is(err, fs.ErrNotExist) && before != "" {
		synced, err = os.ReadFile(before)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		x.t.Fatal(err)
	}
	now, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil {
		err = os.WriteFile(file, mixed(synced, now, share, chance), 0o600)
	}
	if err != nil {
		x.t.Fatal(err)
	}
}

// mixed returns now with that share of the sectors that differ as they were when synced. Its length is of its time,
// too; a sector that is within it but was never written is zero.
func mixed(synced, now []byte, share float64, chance *rand.Rand) []byte {
	length := len(now)
	if chance.Float64() < share {
		length = len(synced)
	}
	out := make([]byte, length)
	copy(out, synced)
	for at := 0; at < length; at += sector {
		if chance.Float64() >= share {
			copy(out[at:min(at+sector, length)], now[min(at, len(now)):])
		}
	}
	return out
}

// That a mail was taken is brought to the disk before the bytes of the next one leave, or at the end of the run: so
// between two mails one may be forgotten, and none while the bytes of another are on their way.
func TestPowerCutAtEveryStepOfTheConversation(t *testing.T) {
	cutEverywhere(t, 3, func(x *trial, at int, library string) (most int, there bool) {
		x.run(at, "LD_PRELOAD="+library, "FAULT_KEEP="+keptEnding)
		step := x.plug.pulledAt()
		return count(step != "half of the message"), step != ""
	})
}

func TestPowerCutAtEveryStepOfTheDatabase(t *testing.T) {
	cutEverywhere(t, 71, func(x *trial, at int, library string) (most int, there bool) {
		if x.stride > 1 {
			return 0, false // the steps of 200 mails are those of three
		}
		return 1, !x.run(0, append(x.fault(library, "kill", at), "FAULT_KEEP="+keptEnding)...).Exited()
	})
}

// cutEverywhere cuts the power where die has the program die: in each ordeal, with each loss.
func cutEverywhere(t *testing.T, ordinarily int, die func(x *trial, at int, library string) (most int, there bool)) {
	skipUnderRace(t)
	t.Parallel()
	library := faultLibrary(t)
	for name, w := range ordeals(t) {
		for loss, share := range losses {
			t.Run(name+"/"+loss, func(t *testing.T) {
				t.Parallel()
				w.endure(t, w.every(ordinarily), func(x *trial, at int) (most int, there bool) {
					if most, there = die(x, at, library); there {
						x.cutPower(share, at)
					}
					return most, there
				})
			})
		}
	}
}

// The tests above can tell: what is not synced is lost.
func TestPowerCutForgets(t *testing.T) {
	t.Parallel()
	synced, now := bytes.Repeat([]byte("a"), 4*sector), bytes.Repeat([]byte("b"), 8*sector)
	chance := rand.New(rand.NewPCG(1, 1))
	if got := mixed(synced, now, 1, chance); !bytes.Equal(got, synced) {
		t.Errorf("forgetting all leaves %q", got)
	}
	if got := mixed(synced, now, 0, chance); !bytes.Equal(got, now) {
		t.Errorf("forgetting nothing leaves %q", got)
	}
	some := mixed(synced, now, 0.5, chance)
	if !bytes.Contains(some, []byte("a")) || !bytes.Contains(some, []byte("b")) {
		t.Errorf("forgetting half leaves %q", some)
	}
}
