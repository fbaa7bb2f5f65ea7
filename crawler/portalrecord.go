package crawler

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"fundwatch/calls"
)

// portalScreen is where the portal shows calls to people.
const portalScreen = "https://" + calls.PortalHost + "/info/funding-tenders/opportunities/portal/screen/opportunities/"

// topicFolder is where the pages of topics lie there (checked 2026-11-22).
const topicFolder = "topic-details"

// record turns a document into what it says about one call.
func (d *document) record() PortalRecord {
	m := d.meta
	r := PortalRecord{
		Type: m[fieldType].first(), Status: m[fieldStatus].first(), Index: m[fieldIndex].first(), Programmes: m[fieldProgramme],
		Raw: calls.Raw{
			Reference:  d.reference.first(),
			Identifier: m[fieldIdentifier].first(),
			Title:      line(m[fieldTitle].first()),
			Keywords:   m.keywords(),
			Programme:  m[fieldProgramme].first(),
			Divisions:  m[fieldDivisions],
			ActionType: m[fieldActionType].first(),
			Language:   strings.ToLower(firstOf(d.top[fieldLanguage], m[fieldLanguage])),
			Model:      calls.DeadlineModel(m[fieldModel].first()),
		},
	}
	if ingested, ok := parsePortalDate(m[fieldIngested].first()); ok {
		r.Ingested = ingested.t
	}
	r.setStatus()
	switch d.kind() {
	case calls.KindTopic:
		d.readTopic(&r.Raw)
	case calls.KindExternal:
		d.readExternal(&r.Raw)
	case calls.KindCascade:
		d.readCascade(&r.Raw)
	default:
		d.readNews(&r.Raw)
	}
	return r
}

// kind returns the kind of call by its type or, where a stub states none, by the name that its
// reference carries; "" for news, tenders and pages.
func (d *document) kind() calls.Kind {
	stated, reference := d.meta[fieldType].first(), d.reference.first()
	for _, t := range portalTypes() {
		if stated == t.code || (stated == "" && strings.Contains(reference, t.mark)) {
			return t.kind
		}
	}
	return ""
}

func (r *PortalRecord) setStatus() {
	switch r.Status {
	case portalForthcoming:
		r.Raw.Status = calls.Forthcoming
	case portalOpen:
		r.Raw.Status = calls.Open
	case portalClosed:
		r.Raw.Status = calls.Closed
	case "":
	default:
		r.Raw.Problems = append(r.Raw.Problems, "status code "+quoted(r.Status)+" is unknown: dates decide")
	}
}

// readTopic reads what only topics (type 1) have, or have in their own way.
func (d *document) readTopic(raw *calls.Raw) {
	m := d.meta
	raw.Kind = calls.KindTopic
	raw.UsualHour = portalHour
	raw.Deadlines = dateReading(readTopicDate).read(m[fieldDeadlines])
	raw.Opens = opening(readTopicDate, m[fieldStart])
	raw.Umbrella = otherThan(raw.Title, line(m[fieldCallTitle].first()))
	if raw.Identifier != "" {
		raw.URL = portalScreen + topicFolder + "/" + url.PathEscape(raw.Identifier)
	}
	description := plainText(m[fieldDescriptionByte].first())
	raw.Summary = summary(description)
	raw.Body = paragraphs(description, m[fieldConditions], m[fieldSupport], m[fieldDestinationDescription], m[fieldDestinationDetails],
		m[fieldMissionDescription], m[fieldMissionDetails], m[fieldAdditionalInfo])
	m.readMoney(raw)
	m.readMissing(raw)
}

// readMoney reads the budget overview of a topic. Broken JSON costs the money alone.
func (m *portalMetadata) readMoney(raw *calls.Raw) {
	text := m[fieldOverview].first()
	if !notEmpty(text) {
		return
	}
	amounts, err := readOverview(text, raw.Identifier)
	if err != nil {
		raw.Problems = append(raw.Problems, err.Error())
	}
	raw.Budget, raw.GrantMin, raw.GrantMax, raw.Grants = amounts.budget, amounts.grantMin, amounts.grantMax, amounts.grants
}

// readMissing asks the actions for what the metadata do not say.
func (m *portalMetadata) readMissing(raw *calls.Raw) {
	text := m[fieldActions].first()
	if !notEmpty(text) || (len(raw.Deadlines) > 0 && raw.Opens != "" && raw.Status != "" && raw.Model != "") {
		return
	}
	actions, err := readActions(text)
	if err != nil {
		raw.Problems = append(raw.Problems, err.Error())
		return
	}
	stated := PortalRecord{}
	for _, a := range actions {
		if len(m[fieldDeadlines]) == 0 {
			raw.Deadlines = append(raw.Deadlines, dateReading(readTopicDate).read(a.Deadlines)...)
		}
		if raw.Opens == "" {
			raw.Opens = opening(readTopicDate, a.Opening)
		}
		if raw.Model == "" {
			raw.Model = calls.DeadlineModel(a.Procedure.Abbreviation.first())
		}
		if stated.Status == "" {
			stated.Status = a.Status.ID.first()
		}
	}
	if stated.setStatus(); raw.Status == "" {
		raw.Status = stated.Raw.Status
	}
}

// readExternal reads what only external actions (type 2) have.
func (d *document) readExternal(raw *calls.Raw) {
	m := d.meta
	raw.Kind = calls.KindExternal
	raw.Deadlines = dateReading(readInstant).read(m[fieldDeadlines])
	if opens := dateReading(readInstant).read(m[fieldStart]); len(opens) > 0 {
		raw.Opens = opens[0]
	}
	if raw.Title == "" {
		raw.Title = line(d.summary.first())
	}
	raw.Umbrella = otherThan(raw.Title, line(m[fieldCallTitle].first()))
	raw.URL = knownLink(firstOf(m[fieldURL], d.top[fieldURL]))
	if number := m[fieldCallIdentifier].first(); raw.URL == "" && number != "" {
		raw.URL = portalScreen + "prospect-details/" + url.PathEscape(number) + "PROSPECTSEN"
	}
	description := plainText(firstOf(m[fieldDescription], m[fieldDescriptionByte]))
	raw.Summary = summary(description)
	raw.Body = paragraphs(description, m[fieldFurtherInformation], m[fieldAdditionalInfo])
	m.readBudget(raw)
}

// readCascade reads what only cascade calls (type 8) have. Their title and url are those of the
// parent topic, as is their identifier (in 296 rows of three snapshots without exception,
// checked 2026-11-22).
func (d *document) readCascade(raw *calls.Raw) {
	m := d.meta
	raw.Kind = calls.KindCascade
	parent := raw.Title
	raw.Title = line(firstOf(m[fieldCallTitle], d.summary, m[fieldAgency]))
	raw.Umbrella = otherThan(raw.Title, parent)
	raw.Deadlines = dateReading(readWallDate).read(m[fieldDeadlines])
	raw.Opens = opening(readWallDate, m[fieldStart])
	if number := m[fieldCallID].first(); number != "" {
		raw.URL = portalScreen + "competitive-calls-cs/" + url.PathEscape(number)
	}
	description := plainText(m[fieldDescription].first())
	raw.Summary = summary(description)
	raw.Body = paragraphs(description, m[fieldBeneficiaries], m[fieldFurtherInformation], m[fieldAdditionalInfo])
	m.readBudget(raw)
}

// readBudget reads the plain budget of types 2 and 8.
func (m *portalMetadata) readBudget(raw *calls.Raw) {
	amount, currency := m[fieldBudget].first(), m[fieldCurrency].first()
	if currency != "" && !strings.EqualFold(currency, "EUR") {
		raw.Problems = append(raw.Problems, "budget "+quoted(amount)+" is in "+quoted(currency)+", not in euro: left out")
		return
	}
	raw.Budget = amount
}

// opening returns the day on which a call opens, or "".
func opening(reading dateReading, start list) string {
	dates := reading.read(start)
	if len(dates) == 0 {
		return ""
	}
	return day(dates[0])
}

// mostKeywords bounds the words of one record; real ones have about twenty.
const mostKeywords = 100

// keywords returns the words that the record is filed under, without the codes of the topic and the
// call that stand among them. Old documents hold the list as one JSON text.
func (m *portalMetadata) keywords() []string {
	var words []string
	codes := []string{m[fieldIdentifier].first(), m[fieldCallIdentifier].first()}
	for _, word := range slices.Concat(m[fieldTags], unpackList(m[fieldKeywords])) {
		if len(words) == mostKeywords {
			break
		}
		if word = strings.TrimSpace(word); word != "" && !slices.Contains(codes, word) && !slices.Contains(words, word) {
			words = append(words, line(word))
		}
	}
	return words
}

func unpackList(l list) []string {
	if len(l) == 1 && strings.HasPrefix(l[0], "[") {
		var packed list
		if json.Unmarshal([]byte(l[0]), &packed) == nil {
			return packed
		}
	}
	return l
}

// knownLink returns the link if it leads to the portal or to the external actions' own site, over
// https; otherwise "".
func knownLink(link string) string {
	u, err := url.Parse(link)
	if err != nil || u.User != nil || u.Port() != "" || (u.Scheme != "https" && u.Scheme != "http") {
		return ""
	}
	if host := strings.ToLower(u.Hostname()); host != calls.PortalHost && host != "webgate.ec.europa.eu" {
		return ""
	}
	u.Scheme = "https"
	return u.String()
}

// otherThan returns text, or "" if it only repeats the title.
func otherThan(title, text string) string {
	if strings.EqualFold(title, text) {
		return ""
	}
	return text
}
