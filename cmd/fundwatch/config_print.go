package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Print writes the effective configuration as YAML that [LoadConfig] reads again. A password stands as
// "(set)", never as itself, and not at all if it came from a file; loading "(set)" is refused unless
// the password is then given otherwise.
func (c *Config) Print(w io.Writer) error {
	shown := *c
	if shown.Mail.SMTP.PasswordFile != "" {
		shown.Mail.SMTP.Password = ""
	}
	var b bytes.Buffer
	var open []string // sections that are open, outermost first
	for _, s := range shown.settings(loadProgrammeNames) {
		path := strings.Split(s.key, ".")
		sections, name := path[:len(path)-1], path[len(path)-1]
		if len(open) > 0 && open[0] == "sources" && (len(sections) == 0 || sections[0] != "sources") {
			b.WriteString(c.Sources.print()) // they end the section that is left
		}
		for i, section := range sections {
			if i >= len(open) || open[i] != section {
				b.WriteString(strings.Repeat("  ", i) + section + ":\n")
				open = append(open[:i:i], section)
			}
		}
		open = sections
		b.WriteString(strings.Repeat("  ", len(sections)) + name + ": " + s.show() + "\n")
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Check writes what `config check` says of a configuration that could be loaded: that nothing is
// wrong, and what is doubtful. name is the file, or what stands for it.
func (c *Config) Check(w io.Writer, name string) error {
	var b strings.Builder
	switch n := len(c.Warnings); n {
	case 0:
		fmt.Fprintf(&b, "%s: no problem\n", name)
	default:
		fmt.Fprintf(&b, "%s: no problem, but %d doubtful:\n%s\n", name, n, c.Warnings.Error())
	}
	_, err := io.WriteString(w, b.String())
	return err
}
