package notify_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"fundwatch/notify"
)

func TestSendErrorAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"plain", "550 5.1.1 no such user", "rcpt to: 550 5.1.1 no such user"},
		{"lines", "550-first\r\n550 second", "rcpt to: 550-first 550 second"},
		{"address", "550 <Clerk@Lodeve.example>: rejected", "rcpt to: 550 <address> rejected"},
		{"address in quotes", `550 "the clerk"@lodeve.example rejected`, "rcpt to: 550 <address> rejected"},
		{"address in a link", "550 see https://mx.example/?to=a%40b.example now", "rcpt to: 550 see <address> now"},
		{"wide at sign", "550 a＠b.example rejected", "rcpt to: 550 <address> rejected"},
		{"two", "a@b.example,c@d.example and e@f.example", "rcpt to: <address> and <address>"},
		{"escape codes", "550 \x1b[31mred\x00", "rcpt to: 550 [31mred"},
		{"turned text", "550 \u202egnorw", "rcpt to: 550 gnorw"},
		{"not text", "550 \xff\xfe", "rcpt to: 550 ?"},
		{"endless", strings.Repeat("a@b.example", 1000), "rcpt to: …"},
		{"cut before an address", strings.Repeat(" ", 4080) + "clerk@lodeve.example", "rcpt to: …"},
		{"long", strings.Repeat("x", 1000), "rcpt to: " + strings.Repeat("x", 290) + "…"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := &notify.SendError{Step: notify.StepRecipient, Err: errors.New(test.text)}
			if got := e.Answer(); got != test.want {
				t.Errorf("Answer of %q = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func TestSendErrorUnwraps(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("mail 7: %w", &notify.SendError{Step: notify.StepData, Err: errBroken})
	if !errors.Is(err, errBroken) {
		t.Errorf("errors.Is(%v, %v) = false, want true", err, errBroken)
	}
}

func FuzzSendErrorAnswer(f *testing.F) {
	for _, seed := range []string{"550 5.1.1 no such user", "a@b", `"a b"@c`, "\r\n", "\xff@", "＠", strings.Repeat("é@ ", 400)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := (&notify.SendError{Step: notify.StepRecipient, Err: errors.New(text)}).Answer()
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > 300 {
			t.Errorf("Answer of %q = %q: want valid and at most 300 characters", text, got)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return unicode.IsControl(r) || r == '@' || r == '＠' }) {
			t.Errorf("Answer of %q = %q: want one line without addresses", text, got)
		}
	})
}
