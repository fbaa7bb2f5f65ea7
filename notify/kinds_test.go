package notify_test

import (
	"strings"
	"testing"

	"fundwatch/calls"
	"fundwatch/notify"
)

func TestAReminderSaysWhatItIs(t *testing.T) {
	t.Parallel()
	composer := newComposer(t, letterSettings())
	for lang, want := range map[string][2]string{
		"en": {"1 reminder: Town Twinning closes 23 Sep", "Your regular letter comes as usual."},
		"de": {"1 Erinnerung: Town Twinning bis 23. Sept.", "Ihre regelmäßige E-Mail kommt wie gewohnt."},
		"fr": {"1\u00a0rappel\u202f: Town Twinning (clôture 23\u00a0sept.)", "Votre lettre habituelle arrivera comme prévu."},
	} {
		d := mixedDigest(t, "Drogheda", "IE", lang)
		d.Kind, d.Period, d.Closing, d.New, d.Changed = calls.DigestReminder, "2026-09-21", d.New[:1], nil, nil
		m := compose(t, composer, d)
		header, _ := readMail(t, m.Delivery.Bytes)
		text := strings.Join(strings.Fields(m.Text), " ")
		if !strings.Contains(text, want[1]) || strings.Join(strings.Fields(m.Delivery.Subject), " ") != strings.Join(strings.Fields(want[0]), " ") {
			t.Errorf("%s: %q\n%s", lang, m.Delivery.Subject, m.Text)
		}
		if m.Delivery.Key != "reminder/7/2026-09-21" || header.Get("Message-Id") != "<reminder.2026-09-21.ti23dw2tqy6d2cmxctbiptxoha@example.org>" {
			t.Errorf("key %s, Message-ID %s", m.Delivery.Key, header.Get("Message-Id"))
		}
	}
}

func TestAllQuiet(t *testing.T) {
	t.Parallel()
	composer := newComposer(t, letterSettings())
	for _, lang := range notify.Languages() {
		d := mixedDigest(t, "Drogheda", "IE", lang)
		d.Kind, d.New, d.Changed, d.Closing, d.Opening = calls.DigestQuiet, nil, nil, nil, nil
		m := compose(t, composer, d)
		header, parts := readMail(t, m.Delivery.Bytes)
		golden(t, "quiet-"+lang+".txt", "Subject: "+m.Delivery.Subject+"\n\n"+m.Text)
		if len(parts) != 2 || header.Get("Feedback-Id") != "2026-W36:weekly:quiet:fundwatch" || m.Delivery.Key != "quiet/7/2026-W36" {
			t.Errorf("%s: %d parts, %s, %s", lang, len(parts), header.Get("Feedback-Id"), m.Delivery.Key)
		}
	}
}
