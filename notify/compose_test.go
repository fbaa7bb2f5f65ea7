package notify_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fundwatch/calls"
	"fundwatch/notify"
)

var updateLetters = flag.Bool("update-letters", false, "write the golden letters anew")

func TestLettersReadAsTheGoldenOnes(t *testing.T) {
	t.Parallel()
	first := mixedDigest(t, "Ludwigsburg", "DE", "de")
	first.First, first.New, first.Changed, first.Closing, first.Opening = true, first.New[:1], nil, nil, nil
	cases := []struct {
		name   string
		digest *calls.Digest
	}{
		{"en", mixedDigest(t, "Drogheda", "IE", "en")},
		{"fr", mixedDigest(t, "Montbéliard", "FR", "fr")},
		{"de", mixedDigest(t, "Ludwigsburg", "DE", "de-DE")},
		{"bg", mixedDigest(t, "Габрово", "BG", "bg")},
		{"el", mixedDigest(t, "Χαλάνδρι", "GR", "el")},
		{"ga", mixedDigest(t, "Gaillimh", "IE", "ga")},
		{"hu", mixedDigest(t, "Szentendre", "HU", "hu")},
		{"first-de", first},
		{"fallback-sr", mixedDigest(t, "Sombor", "RS", "sr")},
	}
	composer := newComposer(t, letterSettings())
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := compose(t, composer, c.digest)
			golden(t, c.name+".txt", "Subject: "+m.Delivery.Subject+"\n\n"+m.Text)
			golden(t, c.name+".html", m.HTML)
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "letters", name)
	if *updateLetters {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (write it with -update-letters)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

func TestNewComposerReportsEveryBadSetting(t *testing.T) {
	t.Parallel()
	_, err := notify.NewComposer(notify.Settings{
		From: "nobody", ReplyTo: "a@b\r\nBcc: c@d", UnsubscribeMailto: "x y@example.org", BounceAddress: "bounce@TOKEN.example.org",
		BaseURL: "ftp://example.org",
	}, letterTopics, letterProgrammes)
	if err == nil {
		t.Fatal("got no error")
	}
	for _, setting := range []string{"from", "reply_to", "unsubscribe_mailto", "bounce_address", "base_url"} {
		if !strings.Contains(err.Error(), "mail setting "+setting+": ") {
			t.Errorf("error does not name %s:\n%v", setting, err)
		}
	}
}
