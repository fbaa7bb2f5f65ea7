package crawler_test

import (
	"strings"
	"testing"
	"time"

	"fundwatch/crawler"
	"fundwatch/crawler/portaltest"
)

func TestPortalNews(t *testing.T) {
	t.Parallel()
	const topic = "LIFE-2026-SAP-CLIMA-CCA"
	since := time.Date(2026, 8, 20, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name        string
		identifiers []string
		since       time.Time
		fault       portaltest.Fault
		want        int
		err         string
	}{
		{"on a topic", []string{topic}, since, nil, 1, ""},
		{"on another one", []string{"CERV-2026-CITIZENS-TOWN-TT"}, since, nil, 0, ""},
		{"nothing asked", nil, since, nil, 0, ""},
		{"too old", []string{topic}, since.AddDate(0, 1, 0), nil, 0, ""},
		{"query ignored", []string{topic}, since, portaltest.IgnoreQuery(), 1, ""},
		{"no answer", []string{topic}, since, portaltest.HTML(), 0, "it is markup"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := portaltest.New(portaltest.Catalogue(2))
			server.Fail(test.fault)
			news, err := crawler.New(impatient(), still()).PortalNews(t.Context(), serve(t, server), test.identifiers, test.since)
			if (err != nil) != (test.err != "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Fatalf("got error %v, want %q", err, test.err)
			}
			if len(news) != test.want {
				t.Fatalf("got %+v, want %d", news, test.want)
			}
			for _, n := range news {
				if n.Identifier != topic || n.At.Format(time.RFC3339) != "2026-09-07T08:30:00Z" || !strings.Contains(n.Text, "6 October 2026") {
					t.Errorf("got %+v", n)
				}
			}
		})
	}
}
