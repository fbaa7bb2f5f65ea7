package main

import (
	"slices"
	"strings"
	"testing"

	"fundwatch/crawler"
)

const ownRegion = `sources:
  my-region: {kind: html, name: My region, url: "https://a.example/x", item: li, fields: {title: a, link: a@href}}
  eui: {note: "ours"}
`

// Sources that are built in or in the file can be changed by variables, and what is printed of them is read the same.
func TestSourcesFromTheEnvironment(t *testing.T) {
	t.Parallel()
	environ := append(slices.Clone(homeOnly),
		"FUNDWATCH_SOURCES_EUI_ENABLED=yes", "FUNDWATCH_SOURCES_EUI_CITY_TO_CITY_ENABLED=0", "FUNDWATCH_SOURCES_EUI_FIELDS_TITLE=h2 a",
		"FUNDWATCH_SOURCES_MY_REGION_URL=https://b.example/", "FUNDWATCH_SOURCES_MY_REGION_HOSTS=c.example, d.example")
	c, err := LoadConfig(writeConfig(t, ownRegion), environ)
	if err != nil {
		t.Fatal(err)
	}
	checkChangedSources(t, c)
	var printed strings.Builder
	if err := c.Print(&printed); err != nil {
		t.Fatal(err)
	}
	again, err := LoadConfig(writeConfig(t, printed.String()), homeOnly)
	if err != nil {
		t.Fatalf("what was printed is refused: %v\n%s", err, printed.String())
	}
	checkChangedSources(t, again)
}

func checkChangedSources(t *testing.T, c *Config) {
	t.Helper()
	defs, err := c.Sources.all()
	if err != nil {
		t.Fatal(err)
	}
	of := func(id string) crawler.SourceDef {
		i := slices.IndexFunc(defs, func(d crawler.SourceDef) bool { return d.ID == id })
		if i < 0 {
			t.Fatalf("no source %s", id)
		}
		return defs[i]
	}
	if d := of("eui"); !d.Enabled || d.Fields.Title.Select != "h2 a" || d.Note != "ours" || d.Fields.Link.Select == "" {
		t.Errorf("eui is %+v", d)
	}
	if d := of("eui-city-to-city"); d.Enabled {
		t.Error("eui-city-to-city is still on")
	}
	if d := of("my-region"); d.URL != "https://b.example/" || !slices.Equal(d.Hosts, []string{"c.example", "d.example"}) || d.Name != "My region" {
		t.Errorf("my-region is %+v", d)
	}
}

func TestSourceVariablesThatCannotBeObeyed(t *testing.T) {
	t.Parallel()
	comparePrefixes(t, problemLines(t, ownRegion,
		"FUNDWATCH_SOURCES_EUI_ENABLD=yes", "FUNDWATCH_SOURCES_EUI_CITY_TO_CITY_ENABLED=perhaps", "FUNDWATCH_SOURCES_VISEGARD_ENABLED=1",
		"FUNDWATCH_SOURCES_MY_REGION_URL=ftp://x", "FUNDWATCH_SOURCES_MY_REGION_HOSTS=c example", "FUNDWATCH_SOURCES_FOO=1"),
		[]string{
			"environment: FUNDWATCH_SOURCES_EUI_ENABLD: no key has this variable (did you mean FUNDWATCH_SOURCES_EUI_ENABLED",
			"environment: FUNDWATCH_SOURCES_VISEGARD_ENABLED: no key has this variable (did you mean FUNDWATCH_SOURCES_VISEGRAD_ENABLED",
			"environment: FUNDWATCH_SOURCES_FOO: no key has this variable (see 'fundwatch sources list'",
			`environment: FUNDWATCH_SOURCES_EUI_CITY_TO_CITY_ENABLED: "perhaps" is neither true nor false`,
			`environment: FUNDWATCH_SOURCES_MY_REGION_URL: "ftp://x" is no web address`,
			`environment: FUNDWATCH_SOURCES_MY_REGION_HOSTS: "c example" is no name of a host`,
		})
}
