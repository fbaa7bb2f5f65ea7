package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const hunter2 = "hunter2-very-secret"

// writeSecret writes a file with the given mode and returns its path.
func writeSecret(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return path
}

func smtpLogin(rest string) string {
	return "mail:\n  transport: smtp\n  from: a@town.example\n  smtp:\n    username: u\n" + rest
}

func TestPasswordSources(t *testing.T) {
	t.Parallel()
	closed := writeSecret(t, hunter2+"\r\n", 0o600)
	other := writeSecret(t, "other", 0o600)
	for _, test := range []struct {
		name, text string
		environ    []string
		want       string
	}{
		{"inline", smtpLogin("    password: '" + hunter2 + "'\n"), nil, hunter2},
		{"digits keep their zeros", smtpLogin("    password: 0012\n"), nil, "0012"},
		{"file", smtpLogin("    password_file: " + closed + "\n"), nil, hunter2},
		{"environment over inline", smtpLogin("    password: old\n"), []string{"FUNDWATCH_MAIL_SMTP_PASSWORD=" + hunter2}, hunter2},
		{"environment over file", smtpLogin("    password_file: " + other + "\n"), []string{"FUNDWATCH_MAIL_SMTP_PASSWORD=" + hunter2}, hunter2},
		{"file of the environment over inline", smtpLogin("    password: old\n"), []string{"FUNDWATCH_MAIL_SMTP_PASSWORD_FILE=" + closed}, hunter2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, err := LoadConfig(writeConfig(t, test.text), append(test.environ, homeOnly...))
			if err != nil {
				t.Fatal(err)
			}
			if c.Mail.SMTP.Password != test.want || c.Warnings != nil {
				t.Errorf("password %q, warnings %v; want %q and none", c.Mail.SMTP.Password, c.Warnings, test.want)
			}
		})
	}
}

func TestPasswordProblems(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, rest, want string }{
		{"both", "    password: a\n    password_file: /x\n", "config.yaml:7: mail.smtp.password_file: mail.smtp.password is given too"},
		{"password in the wrong key", "    password_file: " + hunter2 + "\n", "config.yaml:6: mail.smtp.password_file: the file cannot be read: no such file or directory"},
		{"a folder", "    password_file: /\n", "config.yaml:6: mail.smtp.password_file: the file cannot be read: is a directory"},
		{"empty", "    password_file: " + writeSecret(t, "\n", 0o600) + "\n", "config.yaml:6: mail.smtp.password_file: the file is empty"},
		{"several lines", "    password_file: " + writeSecret(t, hunter2+"\nx\n", 0o600) + "\n", "config.yaml:6: mail.smtp.password_file: the file holds more than one line"},
		{"placeholder", "    password: (set)\n", "config.yaml:6: mail.smtp.password: (set) only stands for a password"},
		{"broken YAML", "    password: \"" + hunter2 + "\\q\"\n", "config.yaml:6: the YAML is broken here"},
		{"broken quotes", "    password: '" + hunter2 + "\n", "config.yaml:6: the YAML is broken here"},
		{"alias", "    password: *" + hunter2 + "\n", "config.yaml:6: anchors (&) and aliases (*) are not used here"},
		{"section", "    password: {" + hunter2 + ": 1}\n", "config.yaml:6: mail.smtp.password: want one value"},
		{"line break", "    password: \"" + hunter2 + "\\n\"\n    port: 0\n", "config.yaml:7: mail.smtp.port"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			lines := problemLines(t, smtpLogin(test.rest))
			if len(lines) == 0 || !strings.HasPrefix(lines[0], test.want) {
				t.Errorf("problems %q, want %q first", lines, test.want)
			}
			if strings.Contains(strings.Join(lines, "\n"), hunter2) {
				t.Errorf("the secret is in %q", lines)
			}
		})
	}
}

func TestOpenSecrets(t *testing.T) {
	t.Parallel()
	short, err := pemKey(1024)
	if err != nil {
		t.Fatal(err)
	}
	key := writeSecret(t, short, 0o644)
	path := writeConfig(t, smtpLogin("    password: "+hunter2+"\n  dkim: {domain: other.example, selector: s, key_file: "+key+"}\n"))
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := LoadConfig(path, homeOnly)
	if err != nil {
		t.Fatal(err)
	}
	comparePrefixes(t, strings.Split(strings.ReplaceAll(c.Warnings.Error(), filepath.Dir(path)+"/", ""), "\n"), []string{
		"config.yaml:6: mail.smtp.password: every user of this machine can read this secret",
		"config.yaml:7: mail.dkim.key_file: every user of this machine can read this secret",
		"config.yaml:7: mail.dkim.key_file: the key is shorter than 2048 bits",
		"config.yaml:7: mail.dkim.domain: it is not the domain of mail.from",
	})
}

func TestDKIMKeyProblems(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, file, want string }{
		{"no key", writeSecret(t, hunter2, 0o600), "the file holds no private key in PEM form"},
		{"public key", writeSecret(t, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", 0o600), "the file holds no private key in PEM form"},
		{"broken key", writeSecret(t, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0o600), "the private key is broken"},
		{"missing", "/no/such/key", "the file cannot be read: no such file or directory"},
		{"key instead of file", "'-----BEGIN PRIVATE KEY----- " + hunter2 + "'", "this is a key itself"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			lines := problemLines(t, "mail:\n  from: a@town.example\n  dkim: {domain: town.example, selector: s, key_file: "+test.file+"}\n")
			if want := "config.yaml:3: mail.dkim.key_file: " + test.want; len(lines) == 0 || !strings.HasPrefix(lines[0], want) {
				t.Errorf("problems %q, want %q first", lines, want)
			}
			if strings.Contains(strings.Join(lines, "\n"), hunter2) {
				t.Errorf("the secret is in %q", lines)
			}
		})
	}
}

func TestConfigPrint(t *testing.T) {
	t.Parallel()
	path := writeConfig(t, smtpLogin("    password: "+hunter2+"\n")+"sources: {portal: {programmes: [CERV, \"44773066\"]}}\ncrawler: {contact: office@town.example}\n")
	c, err := LoadConfig(path, homeOnly)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := c.Print(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), hunter2) || !strings.Contains(b.String(), "\n    password: \"(set)\"\n") {
		t.Errorf("Print wrote\n%s\nwant the password as (set)", b.String())
	}
	printed := writeConfig(t, b.String())
	if _, err := LoadConfig(printed, homeOnly); err == nil || !strings.Contains(err.Error(), "mail.smtp.password: (set) only stands for") {
		t.Errorf("loading the placeholder: %v, want it refused", err)
	}
	again, err := LoadConfig(printed, append([]string{"FUNDWATCH_MAIL_SMTP_PASSWORD=" + hunter2}, homeOnly...))
	if err != nil {
		t.Fatalf("load what was printed: %v\n%s", err, b.String())
	}
	if diff := cmp.Diff(c, again, ignoreUnexported); diff != "" {
		t.Errorf("load what was printed (-want +got):\n%s", diff)
	}
}

func TestConfigPrintWithPasswordFile(t *testing.T) {
	t.Parallel()
	c, err := LoadConfig(writeConfig(t, smtpLogin("    password_file: "+writeSecret(t, hunter2, 0o600)+"\n")), homeOnly)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := c.Print(&b); err != nil || strings.Contains(b.String(), hunter2) {
		t.Fatalf("Print: %v\n%s", err, b.String())
	}
	again, err := LoadConfig(writeConfig(t, b.String()), homeOnly)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, again, ignoreUnexported); diff != "" {
		t.Errorf("load what was printed (-want +got):\n%s", diff)
	}
}
