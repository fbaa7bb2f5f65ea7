package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// A twin town counts once, however it is spelt, and a town is no twin of itself: not when it subscribes, not when it
// changes its settings.
func TestTwinsOnPagesCountOnce(t *testing.T) {
	t.Parallel()
	p, server, _ := pagesWithMail(t)
	form := signUpForm()
	form.Set("town", "Görlitz")
	form.Set("twins", "Görlitz (DE)\nWrocław (PL)\nGORLITZ (de)\nwroclaw (pl)\nGörlitz (AT)")
	p.post("/subscribe?lang=en", form, http.StatusSeeOther)
	_, text := mailTo(t, server, "kultur@ludwigsburg.example", 1)
	p.post(regexp.MustCompile(`/confirm/[a-z2-7]{32}`).FindString(text), nil, http.StatusOK)
	found, err := p.db().SubscribersByEmail(t.Context(), "kultur@ludwigsburg.example")
	if err != nil || len(found) != 1 {
		t.Fatalf("mailboxes %+v, %v", found, err)
	}
	twins := func() string {
		t.Helper()
		town, err := p.db().Municipality(t.Context(), found[0].Municipality)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, twin := range town.Twins {
			all = append(all, twin.String())
		}
		return strings.Join(all, ", ")
	}
	if got, want := twins(), "Wrocław (PL), Görlitz (AT)"; got != want {
		t.Errorf("subscribed with %s, want %s", got, want)
	}
	own := "/u/" + found[0].Token
	form.Set("twins", "Wrocław (PL)\nWROCŁAW (PL)\nGörlitz (DE)\nZgorzelec (PL)\nzgorzelec (PL)")
	form.Set("shown", p.shown(own))
	p.post(own+"/settings", form, http.StatusOK)
	if got, want := twins(), "Wrocław (PL), Zgorzelec (PL)"; got != want {
		t.Errorf("changed to %s, want %s", got, want)
	}
}
