package calls

// A Rule says on what evidence a call was found to concern a topic or a municipality, strongest first.
type Rule string

// The rules, in the order of their strength.
const (
	RuleIdentifier Rule = "identifier" // the identifier has the topic's pattern
	RuleTitle      Rule = "title"      // a strong phrase stands in the title
	RuleProgramme  Rule = "programme"  // the programme, plus a keyword
	RuleText       Rule = "text"       // keywords in the text
	RuleKeyword    Rule = "keyword"    // a municipality's own keyword, literally
	RuleEverything Rule = "everything" // the municipality asked for every call
)

// A TopicHit is one topic that a call is about, with the best reason for it.
type TopicHit struct {
	Topic  string // id
	Rule   Rule
	Field  string  // where the words stand: "identifier", "title", "summary", "body", "keywords"
	Words  string  // the words as the call writes them
	Weight float64 // 0 to 1; comparable between topics
}

// A Reason says why a call matches a municipality.
type Reason struct {
	Topic   string  `json:"topic,omitempty"`   // id, if it matched by a topic
	Keyword string  `json:"keyword,omitempty"` // the municipality's own keyword as it wrote it, if that led here
	Rule    Rule    `json:"rule"`
	Field   string  `json:"field,omitempty"`
	Words   string  `json:"words,omitempty"` // as the call writes them
	Weight  float64 `json:"weight"`
}

// A Match says that a call concerns a municipality.
type Match struct {
	Municipality string
	Call         Key
	Score        float64  // above 0 to 1 in [ScoreSteps]; higher is better
	Reasons      []Reason // strongest first; nil where only the score was asked for
}
