package crawler_test

import (
	"fmt"
	"strings"
	"testing"

	"fundwatch/crawler"
	"fundwatch/crawler/portaltest"
)

// The texts of a large sweep lie in a file, and each comes back with its own call.
func TestTextsOfALargeSweep(t *testing.T) {
	t.Parallel()
	records := portaltest.Many(600)
	padding := strings.Repeat(" towns", 2000)
	for i := range records {
		records[i].Metadata["topicConditions"] = []string{fmt.Sprintf("<p>conditions of %s%s</p>", records[i].Reference, padding)}
	}
	src := serve(t, portaltest.New(records))
	sweep := crawler.New(impatient(), still()).Portal(t.Context(), src, programmes(t))
	defer sweep.Close()
	if !sweep.Complete || len(sweep.Found) != 600 || sweep.Bodies == nil {
		t.Fatalf("complete %v, %v; %d calls, put aside %v", sweep.Complete, sweep.Err, len(sweep.Found), sweep.Bodies != nil)
	}
	for i := range sweep.Found {
		body, err := sweep.Bodies.Body(i)
		if want := "conditions of " + sweep.Found[i].Key.Reference + padding; err != nil || !strings.Contains(body, want) {
			t.Fatalf("body %d of %s: %v, %.60q", i, sweep.Found[i].Key, err, body)
		}
	}
}
