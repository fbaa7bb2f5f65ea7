package portaltest

import (
	"cmp"
	"html"
	"regexp"
	"strconv"
	"strings"
)

// described writes the description as the portal does: a kind, then HTML. Which of the portal's
// habits of markup it shows depends on the reference, so that the catalogue has all of them.
func described(f facts) string {
	n, err := strconv.Atoi(digits(f["reference"]))
	if err != nil {
		n = 0
	}
	body := markup(f["description"], n)
	if n%2 == 0 {
		return `<span class="topicdescriptionkind">Objective:</span>` + body
	}
	return `<p class="topicdescriptionkind">Scope:</p>` + body
}

// markup dresses a plain paragraph in one of four kinds of HTML that the portal serves: entities of
// one kind or encoded twice, lists without a space between their items, line breaks with an end tag,
// class names with a stray bracket.
func markup(text string, n int) string {
	text = html.EscapeString(text)
	sentences := strings.SplitAfter(text, ". ")
	switch n % 4 {
	case 1:
		return "<ul><li>" + strings.Join(trimmed(sentences), "</li><li>") + "</li></ul>"
	case 2:
		return "<p>" + strings.Join(trimmed(sentences), "<br></br>") + "</p>"
	case 3:
		return `<div class="eui-u-mt-l>"><p>` + strings.Replace(text, " ", "&amp;nbsp;", 1) + "</p></div>"
	}
	return "<p>" + strings.Replace(text, " ", "&#xa0;", 1) + "</p>"
}

func trimmed(sentences []string) []string {
	for i, sentence := range sentences {
		sentences[i] = strings.TrimSpace(sentence)
	}
	return sentences
}

// latestInfos is the JSON text of the news of the call; the catalogue knows at most one piece.
func (b builder) latestInfos() string {
	type info struct {
		ApprovalDate   string `json:"approvalDate"`
		LastChangeDate string `json:"lastChangeDate"`
		Content        string `json:"content"`
	}
	infos := []info{}
	if day, text, ok := strings.Cut(b.facts["news"], " "); ok {
		infos = append(infos, info{"", day + "T10:49:10.129", "<p>" + html.EscapeString(text) + "</p>"})
	}
	return jsonText(infos)
}

type namedID struct {
	ID           int    `json:"id"`
	Abbreviation string `json:"abbreviation"`
	Description  string `json:"description"`
}

// actions is the JSON text of the ways to apply; the catalogue knows one for each call.
func (b builder) actions() string {
	type actionType struct {
		TypeOfAction string    `json:"typeOfAction"`
		TypeOfMGA    []namedID `json:"typeOfMGA"`
	}
	type action struct {
		Types     []actionType `json:"types"`
		Status    namedID      `json:"status"`
		Opening   string       `json:"plannedOpeningDate"`
		Procedure namedID      `json:"submissionProcedure"`
		Deadlines []string     `json:"deadlineDates"`
	}
	stated := b.statedStatus(b.day)
	id, _ := strconv.Atoi(stated) // one of the three constants
	label := map[string]string{statusOpen: "Open", statusForthcoming: "Forthcoming", statusClosed: "Closed"}[stated]
	model := cmp.Or(b.facts["model"], "single-stage")
	procedure := map[string]int{"single-stage": 31094504, "two-stage": 31094505}[model]
	return jsonText([]action{{
		Types: []actionType{{actionCode(b.facts["action"]) + " " + b.facts["action"],
			[]namedID{{43000001, programmeWord(b.facts["action"]) + "-AG", "Model grant agreement"}}}},
		Status:    namedID{id, label, label},
		Opening:   b.facts["opens"],
		Procedure: namedID{procedure, model, model},
		Deadlines: b.list("deadlines"),
	}})
}

// actionCode returns the code that the portal writes before the name of an action.
func actionCode(action string) string {
	suffix := map[string]string{
		"Project Grants": "PJG", "Lump Sum Grants": "LS", "Innovation Actions": "IA",
		"Research and Innovation Actions": "RIA", "Coordination and Support Actions": "CSA",
		"Simple Grants": "SIMPLE", "Operating Grants Framework Partnerships": "FPA",
	}
	word := programmeWord(action)
	name := strings.TrimSpace(strings.TrimPrefix(action, word))
	return word + "-" + cmp.Or(suffix[name], "AG")
}

func programmeWord(action string) string {
	word, _, _ := strings.Cut(action, " ")
	return cmp.Or(word, "EU")
}

var year = regexp.MustCompile(`\b20[0-9]{2}\b`)

type budgetLine struct {
	Action        string            `json:"action"`
	Grants        int               `json:"expectedGrants"`
	Min           float64           `json:"minContribution"`
	Max           float64           `json:"maxContribution"`
	BudgetYearMap map[string]string `json:"budgetYearMap"`
	Opening       string            `json:"plannedOpeningDate"`
	Model         string            `json:"deadlineModel"`
	Deadlines     []string          `json:"deadlineDates"`
}

// budgetOverview is the JSON text of the money. It covers the whole call, so it holds a line for
// every sibling. What is not stated is 0, as at the portal.
func (b builder) budgetOverview() string {
	var lines []budgetLine
	for _, sibling := range b.call {
		if sibling["identifier"] != b.facts["identifier"] {
			lines = append(lines, lineOf(sibling))
		}
	}
	lines = append(lines, lineOf(b.facts)) // last: who reads the first line only reads a wrong one
	return jsonText(map[string]any{
		"budgetYearsColumns":   []string{budgetYear(b.facts)},
		"budgetTopicActionMap": map[string][]budgetLine{fakeNumber(b.facts["call"])[:6]: lines},
	})
}

func lineOf(f facts) budgetLine {
	line := budgetLine{
		Action: f["identifier"] + " - " + actionCode(f["action"]) + " " + f["action"],
		Grants: int(euro(f["grants"])), Min: euro(f["grant min"]), Max: euro(f["grant max"]),
		BudgetYearMap: map[string]string{},
		Opening:       f["opens"], Model: cmp.Or(f["model"], "single-stage"), Deadlines: f.list("deadlines"),
	}
	if f["budget"] != "" {
		line.BudgetYearMap[budgetYear(f)] = f["budget"]
	}
	return line
}

func budgetYear(f facts) string {
	return cmp.Or(year.FindString(f["identifier"]), year.FindString(f["opens"]), "2026")
}

// euro reads an amount; what is not stated is 0, which is how the portal says so too.
func euro(amount string) float64 {
	n, err := strconv.ParseFloat(amount, 64)
	if err != nil {
		return 0
	}
	return n
}
