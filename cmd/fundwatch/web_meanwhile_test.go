package main

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"fundwatch/calls"
)

// What staff changed while a reader had the form open is not lost to it: the reader is told, keeps what it typed,
// and decides.
func TestSettingsThatChangedMeanwhile(t *testing.T) {
	t.Parallel()
	p, server, environ := pagesWithMail(t)
	mailTo(t, server, "clerk@town-0.example", 1)
	own := "/u/" + p.mailbox(1).Token
	twins := func() []calls.Twin {
		town, err := p.db().Municipality(t.Context(), "town-0")
		if err != nil {
			t.Fatal(err)
		}
		return town.Twins
	}
	wishes := signUpForm()
	wishes.Set("shown", p.shown(own))
	must(t, environ, "municipalities", "edit", "town-0", "--twin", "Sopot (PL)")

	wishes.Set("keywords", "") // a mistake between does not make the form forget what it showed
	wishes["topics"] = nil
	refused := p.post(own+"/settings?lang=en", wishes, http.StatusUnprocessableEntity, "Choose at least one topic")
	wishes.Set("keywords", "Radverkehr")
	again := regexp.MustCompile(`name="shown" value="([0-9a-f]{64})"`)
	wishes.Set("shown", again.FindStringSubmatch(refused)[1])
	page := p.post(own+"/settings?lang=en", wishes, http.StatusConflict, "Nothing was saved", "Montbéliard (FR)", "Radverkehr")
	if got := twins(); len(got) != 1 || got[0].Name != "Sopot" {
		t.Errorf("the twins are %v: want what staff entered", got)
	}
	wishes.Set("shown", again.FindStringSubmatch(page)[1])
	p.post(own+"/settings", wishes, http.StatusOK)
	if got := twins(); len(got) != 2 {
		t.Errorf("the twins are %v: want what was saved knowingly", got)
	}
	wishes.Del("shown")
	p.post(own+"/settings", wishes, http.StatusConflict)
}

// Who stopped its letters, perhaps long ago, changes nothing of what its town gets.
func TestAStoppedMailboxChangesNothing(t *testing.T) {
	t.Parallel()
	p, server, _ := pagesWithMail(t)
	mailTo(t, server, "clerk@town-0.example", 1)
	own := "/u/" + p.mailbox(1).Token
	wishes := signUpForm()
	wishes.Set("shown", p.shown(own))
	p.post(own, url.Values{"List-Unsubscribe": {"One-Click"}}, http.StatusOK)
	wishes.Set("keywords", "Unfug")
	p.post(own+"/settings?lang=en", wishes, http.StatusConflict)
	town, err := p.db().Municipality(t.Context(), "town-0")
	if err != nil || len(town.Interests.Keywords) > 0 {
		t.Errorf("%v, %v: want what it was", town.Interests, err)
	}
}
