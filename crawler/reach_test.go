package crawler_test

import (
	"errors"
	"strings"
	"testing"

	"fundwatch/crawler"
	"fundwatch/crawler/portaltest"
)

func TestReach(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		site website
		want error  // that it wraps; nil: any
		says string // "": it can be reached
	}{
		{"there", website{"/1": {body: "anything"}}, nil, ""},
		{"gone", website{}, nil, "HTTP 404"},
		{"out of order", website{"/1": {status: 500, body: "oh"}}, nil, "HTTP 500"},
		{"unwanted", website{"/robots.txt": {body: "User-agent: *\nDisallow: /1"}, "/1": {}}, crawler.ErrRobots, "robots.txt"},
		{"sent elsewhere", website{"/1": {status: 302, header: map[string]string{"Location": "https://elsewhere.example/"}}}, crawler.ErrRedirect, "redirect"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			def := define(t, strings.ReplaceAll(linkedList, "HOST", test.site.open(t)))
			err := crawler.New(impatient(), still()).Reach(t.Context(), def)
			if test.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.says) || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got %v, want words %q", err, test.says)
			}
		})
	}
}

func TestReachNeedsNoNetworkForACalendar(t *testing.T) {
	t.Parallel()
	if err := crawler.New(impatient(), still()).Reach(t.Context(), builtin(t, "visegrad", "http://127.0.0.1:1/")); err != nil {
		t.Error(err)
	}
}

func TestReachPortal(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault portaltest.Fault
		says  string
	}{
		"well":   {nil, ""},
		"markup": {portaltest.HTML(), "it is markup"},
		"busy":   {portaltest.ServerError(), "500"},
	} {
		server := portaltest.New(portaltest.Catalogue(1))
		server.Fail(test.fault)
		err := crawler.New(impatient(), still()).ReachPortal(t.Context(), serve(t, server))
		if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: got %v, want %q", name, err, test.says)
		}
	}
}
