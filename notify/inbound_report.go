package notify

import (
	"bufio"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/emersion/go-message"

	"fundwatch/calls"
)

// A report is what the parts of a multipart/report say. Only its direct parts are looked at: a report inside
// a report is somebody's mail, and not about ours.
type report struct {
	status   deliveryStatus // nil if there is none
	feedback fields         // of a complaint; nil if there is none
	returned fields         // header of the mail that it speaks of; nil if it was not returned
	receipt  bool
}

// readReport reads as many parts as are whole.
func readReport(mail *message.Entity) report {
	var r report
	parts := mail.MultipartReader()
	if parts == nil {
		return r
	}
	defer parts.Close()
	for range mostParts {
		part, err := parts.NextPart()
		if part == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
			return r
		}
		r.add(part)
	}
	return r
}

func (r *report) add(part *message.Entity) {
	kind, _, _ := part.Header.ContentType() //nolint:errcheck // what has no readable type is of no use
	groups := func() []fields { return readFields(part.Body) }
	switch kind {
	case "message/delivery-status", "message/global-delivery-status":
		if found := groups(); r.status == nil && len(found) > 0 {
			r.status = found
		}
	case "message/feedback-report":
		if found := groups(); r.feedback == nil && len(found) > 0 {
			r.feedback = found[0]
		}
	case "message/disposition-notification", "message/global-disposition-notification":
		r.receipt = true
	case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers":
		if found := groups(); r.returned == nil && len(found) > 0 {
			r.returned = found[0]
		}
	}
}

// Fields are a group of header fields; the first of a name counts.
type fields map[string]string

// get returns a field by its name in the form "Final-Recipient", "" if it is not there.
func (f fields) get(name string) string { return f[strings.ToLower(name)] }

// readFields reads groups of header fields that blank lines part, as far as the limits go. Lines that are no
// field are passed over: mail servers write all sorts of things.
func readFields(r io.Reader) []fields {
	var groups []fields
	lines := bufio.NewScanner(io.LimitReader(r, partLimit))
	lines.Buffer(nil, partLimit)
	open, name, seen := false, "", 0
	for lines.Scan() && seen < mostFields {
		line := strings.TrimRight(lines.Text(), "\r")
		switch {
		case strings.TrimSpace(line) == "":
			open, name = false, ""
			continue
		case line[0] == ' ' || line[0] == '\t':
			if name != "" {
				groups[len(groups)-1][name] += " " + strings.TrimSpace(line)
			}
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		if !open {
			open, groups = true, append(groups, fields{})
		}
		seen++
		last := groups[len(groups)-1]
		name = strings.ToLower(strings.TrimSpace(key))
		if _, twice := last[name]; twice {
			name = ""
			continue
		}
		last[name] = strings.TrimSpace(value)
	}
	return groups
}

// A deliveryStatus is the machine's part of a delivery status notice: a group about the mail, then one for
// each recipient. Our mails have one.
type deliveryStatus []fields

// judge says what the notice means. A mail that is merely late may still arrive; one that arrived is no news.
func (s deliveryStatus) judge(in *calls.Inbound) {
	in.Kind, in.Answer = calls.InboundUnknown, "a delivery report without a status"
	for _, group := range s {
		status, action := statusCode(group.get("Status")), strings.ToLower(group.get("Action"))
		if status == "" && action == "" {
			continue // the group about the mail
		}
		diagnostic := group.get("Diagnostic-Code")
		in.Status, in.Answer = status, strings.TrimSpace(action+" "+status+" "+diagnostic)
		in.Recipients = recipientsOf(group)
		failed := strings.HasPrefix(action, "failed") || action == "" && (status[0] == '4' || status[0] == '5')
		switch {
		case failed && status != "":
			in.Kind = calls.InboundBounce
			in.Failure, in.Code = failureOf(status, diagnostic)
			return
		case !failed && action != "":
			in.Kind = calls.InboundIgnored
		}
	}
}

// recipientsOf returns the addresses of a group, without their type ("rfc822;").
func recipientsOf(group fields) []string {
	var all []string
	for _, name := range []string{"Original-Recipient", "Final-Recipient"} {
		_, address, ok := strings.Cut(group.get(name), ";")
		if address = strings.ToLower(strings.Trim(address, "<> \t")); ok && strings.Contains(address, "@") {
			all = append(all, address)
		}
	}
	return all
}

var (
	statusPattern     = regexp.MustCompile(`[245]\.\d{1,3}\.\d{1,3}`)
	diagnosticPattern = regexp.MustCompile(`(?:^|[\s;])([45]\d\d)[ -]+(?:#?([45]\.\d{1,3}\.\d{1,3})\b)?`)
)

func statusCode(field string) string { return statusPattern.FindString(field) }

// failureOf judges as [SendError] does what a server says at once: a code that says nothing more than
// "failed" is looked for in the answer that the notice quotes. Full mailboxes, loops and mails that are too
// large say nothing about the address.
func failureOf(status, diagnostic string) (calls.Failure, int) {
	code := int(status[0]-'0')*100 + 50
	quoted := 0
	if found := diagnosticPattern.FindStringSubmatch(diagnostic); found != nil {
		quoted, _ = strconv.Atoi(found[1]) //nolint:errcheck // three digits
		if strings.HasSuffix(status, ".0.0") && found[2] != "" && found[2][0] == status[0] {
			status = found[2]
		}
		if quoted/100 == code/100 {
			code = quoted
		}
	}
	e := SendError{Step: StepRecipient, Code: code, Enhanced: status, Err: errors.New(diagnostic)}
	if strings.HasSuffix(status, ".0.0") {
		e.Enhanced = ""
	}
	subject := strings.Split(status, ".")[1]
	switch {
	case e.badAddress():
		return calls.FailureAddress, quoted
	case subject == "7", status == "5.1.7", status == "5.1.8", e.Enhanced == "" && code/100 == 5 && policyWords.MatchString(e.Answer()):
		return calls.FailurePolicy, quoted
	}
	return calls.FailureMailbox, quoted
}
