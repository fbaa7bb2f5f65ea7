package main

import "testing"

// Links in letters begin with the address of the pages: every program that follows one must know its host.
func TestTheAddressOfThePages(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"https://town.example/":            "https://town.example",
		"https://Fünd.example/förder/":     "https://xn--fnd-hoa.example/f%C3%B6rder",
		"https://xn--fnd-hoa.example":      "https://xn--fnd-hoa.example",
		"https://fünd.example:8443/a%2Fb/": "https://xn--fnd-hoa.example:8443/a%2Fb",
		"https://Town.Example/fw":          "https://town.example/fw",
		"http://[::1]:8080/fw/":            "http://[::1]:8080/fw",
		"http://my_host:8080":              "http://my_host:8080",
		"":                                 "",
	} {
		c, err := LoadConfig(writeConfig(t, "web: {base_url: \""+written+"\"}\n"), homeOnly)
		if err != nil {
			t.Fatal(err)
		}
		if c.Web.BaseURL != want {
			t.Errorf("%q is %q, want %q", written, c.Web.BaseURL, want)
		}
	}
}
