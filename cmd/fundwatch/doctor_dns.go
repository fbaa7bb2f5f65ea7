package main

import (
	"cmp"
	"context"
	"errors"
	"net"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// A resolver answers questions to the domain name system; *net.Resolver is one.
type resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

func (l *launcher) machineResolver() resolver {
	if l.surroundings.resolver != nil {
		return l.surroundings.resolver
	}
	return net.DefaultResolver
}

// texts returns the TXT records of a name; none is no error. The dot at the end keeps the machine from trying
// its own domain as well.
func (d *doctor) texts(ctx context.Context, name string) ([]string, error) {
	records, err := d.resolver.LookupTXT(ctx, name+".")
	var failed *net.DNSError
	if errors.As(err, &failed) && failed.IsNotFound {
		return nil, nil
	}
	if err != nil && errors.Is(context.Cause(ctx), errTooSlow) {
		err = errTooSlow
	}
	return records, err
}

// senderDomain returns the domain whose records count, as the domain name system writes it; or why there is
// none to look at.
func (d *doctor) senderDomain(address string) (string, *diagnosis) {
	if d.cfg.Mail.From == exampleFrom {
		f := found(unchecked, "the sender is the example address")
		return "", &f
	}
	domain, err := idna.Lookup.ToASCII(fromDomain(address))
	if err != nil || domain == "" {
		f := found(checkFailure, "mail.from has no domain that can be looked up").toDo("set mail.from to an address of your own domain")
		return "", &f
	}
	return domain, nil
}

// notLookedUp says that the domain name system did not answer.
func notLookedUp(name string, err error) diagnosis {
	return found(checkWarning, "%s could not be looked up: %v", name, err).toDo("check the network and its name server (/etc/resolv.conf), then try again")
}

// textRecord writes a record as it stands in a zone file. A string in one holds at most 255 bytes (RFC 1035,
// 3.3), so longer texts are written in several.
func textRecord(name, text string) string {
	const longest = 255
	var quoted []string
	for part := range slices.Chunk([]byte(text), longest) {
		quoted = append(quoted, `"`+string(part)+`"`)
	}
	return name + ". IN TXT " + strings.Join(quoted, " ")
}

// spf checks the domain of the envelope sender, which is what receivers hold against SPF (RFC 7208, 2.4).
// Whether the record names the machine that hands our mail to the world only a mail that arrived can show.
func (d *doctor) spf(ctx context.Context) diagnosis {
	envelope := d.cfg.Mail.From
	if d.cfg.Mail.BounceAddress != "" {
		envelope = d.cfg.Mail.BounceAddress
	}
	domain, nothing := d.senderDomain(envelope)
	if nothing != nil {
		return *nothing
	}
	records, err := d.texts(ctx, domain)
	if err != nil {
		return notLookedUp(domain, err)
	}
	return judgeSPF(domain, d.cfg.Mail.SMTP.Host, records)
}

// judgeSPF looks at the TXT records of a domain. The rules are those of RFC 7208, checked 2026-11-23.
func judgeSPF(domain, server string, records []string) diagnosis {
	var spf []string
	for _, r := range records {
		if lower := strings.ToLower(r); lower == "v=spf1" || strings.HasPrefix(lower, "v=spf1 ") {
			spf = append(spf, r)
		}
	}
	switch len(spf) {
	case 0:
		return found(checkFailure, "%s has no SPF record: nobody can tell your mail from a forged one", domain).
			toDo("publish this; if a mail service sends for you, put in what it tells you (include:...)").
			publishing(textRecord(domain, "v=spf1 mx"+serverTerm(server)+" ~all"))
	case 1:
		return judgeTerms(domain, spf[0])
	}
	return found(checkFailure, "%s has %d SPF records, which receivers take for an error (RFC 7208, 4.5): %s", domain, len(spf), strings.Join(spf, " / ")).
		toDo("make one of them")
}

// serverTerm names the mail server, if its name means something outside.
func serverTerm(server string) string {
	ip := net.ParseIP(server)
	switch {
	case thisMachine(server):
		return ""
	case ip.To4() != nil:
		return " ip4:" + server
	case ip != nil:
		return " ip6:" + server
	case !strings.Contains(server, "."):
		return ""
	}
	return " a:" + server
}

// mostLookups is how many look-ups an SPF record may cost (RFC 7208, 4.6.4).
const mostLookups = 10

func judgeTerms(domain, record string) diagnosis {
	terms := strings.Fields(strings.ToLower(record))[1:]
	end, lookups := "", 0
	for _, term := range terms {
		name := strings.TrimLeft(term, "+-~?")
		name = name[:len(name)-len(strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz0123456789"))]
		switch name {
		case "all":
			end = term
		case "redirect":
			end = cmp.Or(end, term)
			lookups++
		case "include", "a", "mx", "ptr", "exists":
			lookups++
		}
	}
	switch {
	case lookups > mostLookups:
		return found(checkFailure, "%s: %d look-ups, where at most %d are allowed: receivers take it for an error (%s)", domain, lookups, mostLookups, record).
			toDo("write addresses (ip4:, ip6:) in place of some include:, a and mx")
	case end == "all" || end == "+all":
		return found(checkFailure, "%s: %s lets everybody send in your name", domain, record).toDo("end the record in ~all")
	case end == "" || end == "?all":
		return found(checkWarning, "%s: %s does not say that others may not send in your name", domain, record).toDo("end the record in ~all")
	}
	return found(checkOK, "%s: %s", domain, record)
}

// dmarc checks what the domain of the sender, or one above it, asks receivers to do with mail that fails.
func (d *doctor) dmarc(ctx context.Context) diagnosis {
	domain, nothing := d.senderDomain(d.cfg.Mail.From)
	if nothing != nil {
		return *nothing
	}
	for at := domain; strings.Contains(at, "."); _, at, _ = strings.Cut(at, ".") {
		records, err := d.texts(ctx, "_dmarc."+at)
		if err != nil {
			return notLookedUp("_dmarc."+at, err)
		}
		if f, any := judgeDMARC(at, records); any {
			return f
		}
	}
	return found(checkWarning, "%s has no DMARC record: large mail services distrust the sender", domain).
		toDo("publish this, and let a person read the reports").
		publishing(textRecord("_dmarc."+domain, "v=DMARC1; p=none; rua=mailto:postmaster@"+domain))
}

// judgeDMARC looks at the TXT records of _dmarc.domain, by the rules of RFC 7489, 6.3 and 6.6.3. It reports
// false if none of them is a DMARC record, so that the domain above counts.
func judgeDMARC(domain string, records []string) (diagnosis, bool) {
	var dmarc []string
	for _, r := range records {
		if version, _, _ := strings.Cut(r, ";"); strings.ReplaceAll(version, " ", "") == "v=DMARC1" {
			dmarc = append(dmarc, r)
		}
	}
	switch {
	case len(dmarc) == 0:
		return diagnosis{}, false
	case len(dmarc) > 1:
		return found(checkFailure, "_dmarc.%s has %d records, and so counts as having none", domain, len(dmarc)).toDo("keep one of them"), true
	}
	policy := tag(dmarc[0], "p")
	if !slices.Contains([]string{"none", "quarantine", "reject"}, strings.ToLower(policy)) {
		return found(checkFailure, "_dmarc.%s: %s has no p= that receivers know", domain, dmarc[0]).toDo("write p=none, p=quarantine or p=reject"), true
	}
	return found(checkOK, "_dmarc.%s: %s", domain, dmarc[0]), true
}

// tag returns the value of a tag of a DKIM or DMARC record, "" if it has none.
func tag(record, name string) string {
	for part := range strings.SplitSeq(record, ";") {
		key, value, _ := strings.Cut(part, "=")
		if strings.EqualFold(strings.TrimSpace(key), name) {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// dkim checks that the public half of the configured key is published.
func (d *doctor) dkim(ctx context.Context) diagnosis {
	cfg := d.cfg.Mail.DKIM
	if cfg.KeyFile == "" {
		return found(unchecked, "fundwatch has no key to sign with (mail.dkim), so your mail server has to sign: look for DKIM-Signature in a mail that arrived")
	}
	want, err := publishedKey(cfg.KeyFile)
	if err != nil {
		return found(checkFailure, "mail.dkim.key_file: %v", err).toDo("make a key with: openssl genrsa 2048")
	}
	domain, err := idna.Lookup.ToASCII(cfg.Domain)
	if err != nil {
		return found(checkFailure, "mail.dkim.domain: %v", err)
	}
	name := cfg.Selector + "._domainkey." + domain
	records, err := d.texts(ctx, name)
	if err != nil {
		return notLookedUp(name, err)
	}
	return judgeDKIM(name, want, records)
}

// judgeDKIM compares the records of a selector with the one that should be there (RFC 6376, 3.6.1).
func judgeDKIM(name, want string, records []string) diagnosis {
	line := textRecord(name, want)
	if len(records) == 0 {
		return found(checkFailure, "%s has no key: receivers cannot check your signatures", name).toDo("publish this").publishing(line)
	}
	key := func(record string) string { return strings.Join(strings.Fields(tag(record, "p")), "") }
	for _, r := range records {
		switch {
		case len(records) == 1 && key(r) == key(want):
			return found(checkOK, "%s has the key that fundwatch signs with", name)
		case len(records) == 1 && key(r) == "":
			return found(checkFailure, "%s has an empty key, which means: revoked", name).toDo("publish this").publishing(line)
		}
	}
	if len(records) > 1 {
		return found(checkFailure, "%s has %d records, of which receivers take any", name, len(records)).toDo("keep this one").publishing(line)
	}
	return found(checkFailure, "%s has another key than fundwatch signs with", name).toDo("publish this, or take another selector").publishing(line)
}
