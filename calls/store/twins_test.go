package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fundwatch/calls"
)

func twinnedTown(id, name, country, twins string) calls.Municipality {
	m := calls.Municipality{ID: id, Name: name, Country: country, Interests: calls.Interests{Topics: []string{"youth"}}}
	for _, s := range strings.Split(twins, ", ") {
		twin, code, _ := strings.Cut(strings.TrimSuffix(s, ")"), " (")
		if twin != "" {
			m.Twins = append(m.Twins, calls.Twin{Name: twin, Country: code})
		}
	}
	return m
}

// written joins twins, or links, into one line.
func written[T any](list []T, write func(T) string) string {
	var all []string
	for _, v := range list {
		all = append(all, write(v))
	}
	return strings.Join(all, ", ")
}

func writtenLinks(links []calls.Link) string {
	return written(links, func(l calls.Link) string { return l.Town.String() + " of " + l.Through.String() })
}

func TestTwinsAreFoundFromBothEnds(t *testing.T) {
	t.Parallel()
	db := open(t)
	importTowns(t, db,
		twinnedTown("lodz", "Łódź", "PL", "Chemnitz (DE), Lyon (FR)"),
		twinnedTown("chemnitz", "Chemnitz", "DE", "LODZ (PL), Tampere (FI), Somewhere"),
		twinnedTown("mulhouse", "Mulhouse", "FR", "chemnitz (DE), Lodz (PL), lódz (PL)"),
		twinnedTown("chemnitz-us", "Chemnitz", "US", "Łódź"))
	for town, want := range map[calls.Twin]string{
		{Name: " lodz ", Country: "PL"}:    "Chemnitz (DE), Mulhouse (FR)",
		{Name: "Chemnitz", Country: "DE"}:  "Łódź (PL), Mulhouse (FR)",
		{Name: "Chemnitz", Country: "US"}:  "",
		{Name: "Łódź", Country: ""}:        "", // which one?
		{Name: "Somewhere", Country: "DE"}: "",
	} {
		got := must(db.Listing(t.Context(), town))(t)
		if written(got, calls.Twin.String) != want {
			t.Errorf("Listing(%s) = %v, want %s", town, got, want)
		}
	}
	links := must(db.TwinsOfTwins(t.Context(), []calls.Twin{{Name: "Chemnitz", Country: "DE"}, {Name: "Tampere", Country: "FI"}, {Name: "Somewhere"}}))(t)
	const want = "Łódź (PL) of Chemnitz (DE), Mulhouse (FR) of Chemnitz (DE), LODZ (PL) of Chemnitz (DE), " +
		"Tampere (FI) of Chemnitz (DE), Somewhere of Chemnitz (DE), Chemnitz (DE) of Tampere (FI)"
	if got := writtenLinks(links); got != want {
		t.Errorf("TwinsOfTwins = %s\nwant %s", got, want)
	}

	// A changed list of twins is followed, and a town that is gone lists nobody.
	importTowns(t, db, twinnedTown("mulhouse", "Mulhouse", "FR", "Walsall (GB)"))
	if err := db.RemoveMunicipality(t.Context(), "lodz"); err != nil {
		t.Fatal(err)
	}
	if got := must(db.Listing(t.Context(), calls.Twin{Name: "Chemnitz", Country: "DE"}))(t); len(got) > 0 {
		t.Errorf("still listed by %v", got)
	}
	if got := must(db.Listing(t.Context(), calls.Twin{Name: "Walsall", Country: "GB"}))(t); len(got) != 1 {
		t.Errorf("Walsall is listed by %v", got)
	}
}

func TestFellowsAreSubscribedAndShareTopics(t *testing.T) {
	t.Parallel()
	db := open(t)
	subscribed := func(id, country string, state calls.SubscriberState, topics ...string) calls.Municipality {
		return calls.Municipality{ID: id, Name: "Town " + id, Country: country, Interests: calls.Interests{Topics: topics},
			Subscribers: []calls.Subscriber{{Email: "eu@" + id + ".example", Language: "en", Frequency: calls.Weekly, State: state}}}
	}
	us := subscribed("us", "DE", calls.SubscriberActive, "youth", "sport", "culture-heritage")
	importTowns(t, db, us,
		subscribed("both", "FR", calls.SubscriberActive, "sport", "youth", "digital-services"),
		subscribed("one", "FR", calls.SubscriberActive, "sport"),
		subscribed("none", "FR", calls.SubscriberActive, "tourism"),
		subscribed("gone", "FR", calls.SubscriberUnsubscribed, "sport", "youth"),
		subscribed("elsewhere", "IT", calls.SubscriberActive, "sport", "youth"),
		subscribed("pole", "PL", calls.SubscriberActive, "youth"),
		twinnedTown("nobody", "Nobody", "PL", ""))
	fellows := must(db.Fellows(t.Context(), &us, []string{"DE", "FR", "PL"}))(t)
	got := written(fellows, func(f calls.Fellow) string { return f.Town.String() + " " + strings.Join(f.Topics, "+") })
	if want := "Town both (FR) sport+youth, Town one (FR) sport, Town pole (PL) youth"; got != want {
		t.Errorf("Fellows = %s, want %s", got, want)
	}
	if got := must(db.Fellows(t.Context(), &calls.Municipality{ID: "us"}, []string{"FR"}))(t); len(got) > 0 {
		t.Errorf("a town without topics shares %v", got)
	}
}

// A file of the first version learns who lists whom when it is opened.
func TestOldFileLearnsTwins(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "fundwatch.db")
	old, err := os.ReadFile(filepath.Join("migrations", "0001_start.sql"))
	if err != nil {
		t.Fatal(err)
	}
	raw := outside(t, path)
	exec(t, raw, string(old))
	exec(t, raw, `PRAGMA user_version = 1`)
	exec(t, raw, `INSERT INTO municipalities (name, label, country, lau, twins, interests, revision) VALUES
		('lodz', 'Łódź', 'PL', '', '[{"name":"Chemnitz","country":"DE"},{"name":"CHEMNITZ","country":"DE"},{"name":"Nowhere"}]', '{}', 1),
		('lonely', 'Lonely', 'IE', '', '[]', '{}', 1)`)
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	db := openAt(t, path)
	if got := must(db.Listing(t.Context(), calls.Twin{Name: "chemnitz", Country: "DE"}))(t); written(got, calls.Twin.String) != "Łódź (PL)" {
		t.Errorf("Listing = %v", got)
	}
	links := must(db.TwinsOfTwins(t.Context(), []calls.Twin{{Name: "LODZ", Country: "PL"}}))(t)
	if got := writtenLinks(links); got != "Chemnitz (DE) of LODZ (PL), CHEMNITZ (DE) of LODZ (PL), Nowhere of LODZ (PL)" {
		t.Errorf("TwinsOfTwins = %s", got)
	}
}
