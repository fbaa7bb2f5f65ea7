package portaltest

import (
	"cmp"
	"encoding/json"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
)

// instantLayout is how the API writes nearly every date.
const instantLayout = "2006-01-02T15:04:05.000-0700"

const (
	portalURL  = "https://ec.europa.eu/info/funding-tenders/opportunities/"
	topicURL   = portalURL + "portal/screen/opportunities/topic-details/"
	cascadeURL = portalURL + "portal/screen/opportunities/competitive-calls-cs/"
	tenderURL  = portalURL + "portal/screen/opportunities/tender-details/"
	delegation = "https://webgate.ec.europa.eu/prospect/external/publishedcalls.htm?callId="
)

// build turns facts into records as they stand on a day.
func build(all []facts, day int) []Record {
	calls := siblings(all)
	var records []Record
	for _, f := range all {
		standing, there := f.on(day)
		if !there {
			continue
		}
		b := builder{facts: standing, call: calls[standing["call"]], day: day}
		records = append(records, b.record("en"))
		for _, language := range standing.list("also in") {
			records = append(records, b.record(language))
		}
	}
	return records
}

// siblings returns the topics of every call. They are always those of day 1: the portal brings the
// copies that lie in sibling records up to date later than the record itself, or never.
func siblings(all []facts) map[string][]facts {
	calls := map[string][]facts{}
	for _, f := range all {
		if standing, there := f.on(1); there && f["call"] != "" {
			calls[f["call"]] = append(calls[f["call"]], standing)
		}
	}
	return calls
}

type builder struct {
	facts
	call []facts // every topic of the same call, this one among them
	day  int
}

func (b builder) record(language string) Record {
	reference := b.facts["reference"]
	if language != "en" {
		reference = strings.TrimSuffix(reference, "en") + language
	}
	m := map[string][]string{
		"REFERENCE": {reference}, "language": {language}, "type": {b.kind()},
		"identifier": {b.facts["identifier"]}, "title": {b.facts["title"]},
		"DATASOURCE": {b.source()}, "programmePeriod": {"2021 - 2027"},
		"es_ContentType": {"text/plain"}, "esST_FileName": {"file.txt"},
		"esDA_IngestDate": {"2026-09-01T03:12:41.938+0200"},
		"url":             {b.url()}, "esST_URL": {b.url()},
		"startDate": b.stamps("opens"), "es_SortDate": b.stamps("opens"), "deadlineDate": b.stamps("deadlines"),
		"frameworkProgramme": b.list("programme"),
	}
	switch b.kind() {
	case "1":
		b.topic(m)
	case "2":
		b.external(m)
	case "8":
		b.cascade(m)
	default:
		m["description"] = []string{markup(b.facts["description"], 0)}
	}
	if b.kind() != "6" { // news has no state
		m["status"], m["sortStatus"] = b.status()
	}
	dropEmpty(m)
	return Record{Reference: reference, Metadata: m}
}

// dropEmpty takes out the dates and names that were not stated. Other lists are sent empty.
func dropEmpty(m map[string][]string) {
	for _, field := range []string{"startDate", "es_SortDate", "deadlineDate", "frameworkProgramme",
		"callIdentifier", "callTitle", "deadlineModel", "typesOfAction", "programmeDivision"} {
		if len(m[field]) == 0 || m[field][0] == "" {
			delete(m, field)
		}
	}
}

func (b builder) kind() string { return cmp.Or(b.facts["type"], "1") }

func (b builder) source() string {
	if b.has("old index") {
		return "SEDIA_PRD_CENTRICITY"
	}
	return "SEDIA"
}

func (b builder) status() (status, sortStatus []string) {
	stated := b.statedStatus(b.day)
	rank := map[string]string{statusOpen: "1", statusForthcoming: "2", statusClosed: "3"}[stated]
	return []string{stated}, []string{rank}
}

// url is the address that the index holds, which is a wrong one for cascade calls (it ends in the
// number of the parent topic) and for documents of the old index.
func (b builder) url() string {
	identifier := b.facts["identifier"]
	switch {
	case b.kind() == "8":
		return cascadeURL + cmp.Or(b.facts["parent"], fakeNumber(identifier))
	case b.kind() == "2":
		return delegation + b.facts["call"]
	case b.kind() == "0":
		return tenderURL + identifier
	case b.has("old index") || b.kind() == "6":
		return portalURL + "data/topicDetails/" + identifier + ".json"
	}
	return topicURL + identifier
}

// digits returns the number at the head of a reference.
func digits(reference string) string {
	end := strings.IndexFunc(reference, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		return reference
	}
	return reference[:end]
}

// fakeNumber stands for a number of the portal that no capture shows.
func fakeNumber(name string) string {
	h := fnv.New32a()
	h.Write([]byte(name))
	return strconv.FormatUint(uint64(40000000+h.Sum32()%9000000), 10)
}

func (b builder) topic(m map[string][]string) {
	m["callIdentifier"] = []string{b.facts["call"]}
	m["callTitle"] = []string{b.facts["call title"]}
	m["ccm2Id"] = []string{digits(b.facts["reference"])}
	m["callccm2Id"] = []string{fakeNumber(b.facts["call"])}
	m["programmeDivision"] = b.list("divisions")
	m["typesOfAction"] = []string{b.facts["action"]}
	m["typeOfMGAs"] = []string{"43000001"}
	m["deadlineModel"] = []string{b.facts["model"]}
	m["tags"] = b.list("tags")
	m["keywords"] = b.keywords()
	m["crossCuttingPriorities"], m["focusArea"], m["specificObjective"] = []string{}, []string{}, []string{}
	m["descriptionByte"] = []string{described(b.facts)}
	if b.facts["conditions"] != "" {
		m["topicConditions"] = []string{"<p>1. Eligibility:&#xa0;</p>" + markup(b.facts["conditions"], 1)}
	}
	m["supportInfo"] = []string{`<p>Ask the contact point of your country.<br></br>Guidance: <a href="https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/support" target="_blank" rel="noopener noreferrer">Support</a></p>`}
	m["actions"] = []string{b.actions()}
	m["links"] = []string{"[]"}
	m["latestInfos"] = []string{b.latestInfos()}
	m["allowPartnerSearch"] = []string{"true"}
	if b.facts["budget"] != "" {
		m["budgetOverview"] = []string{b.budgetOverview()}
	}
}

// keywords begin with the codes of topic and call. Old documents hold the list as JSON text.
func (b builder) keywords() []string {
	list := append([]string{b.facts["identifier"], b.facts["call"]}, b.list("keywords")...)
	if b.has("keywords as json") {
		return []string{jsonText(b.list("keywords"))}
	}
	return slices.DeleteFunc(list, func(k string) bool { return k == "" })
}

func (b builder) external(m map[string][]string) {
	m["callIdentifier"] = []string{b.facts["call"]}
	m["geographicalZones"] = b.list("country")
	if b.facts["budget"] != "" {
		m["budget"], m["currency"] = []string{b.facts["budget"]}, []string{"EUR"}
	}
	m["publicationDocuments"] = []string{jsonText([]map[string]string{{
		"nameDoc": "Guidelines for applicants", "typeDoc": "pdf", "languageDoc": "en",
		"docUrl": b.url(), "finalPublicDocDate": b.facts["opens"],
	}})}
}

func (b builder) cascade(m map[string][]string) {
	own := b.facts["call title"]
	m["callTitle"], m["caName"] = []string{own}, []string{strings.TrimSpace(own)}
	m["callccm2Id"] = []string{digits(b.facts["reference"])}
	m["projectAcronym"] = []string{cmp.Or(b.facts["project"], "EXAMPLE")}
	m["deadlineModel"] = []string{b.facts["model"]}
	m["description"] = []string{markup(b.facts["description"], 2)}
	m["beneficiaryAdministration"] = []string{"<p>The project that passes the money on decides.</p>"}
	if b.facts["budget"] != "" {
		m["budget"] = []string{b.facts["budget"]}
	}
}

// jsonText writes v as the text of a JSON value. What it is given here can always be written.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("portaltest: write JSON text: " + err.Error())
	}
	return string(text)
}
