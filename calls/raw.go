package calls

// A Raw is what a parser read, before anyone has believed it: strings as the source means them, with
// the source's own quirks already undone (JSON in strings, lists of one, HTML), but with nothing
// checked. [Normalise] does that.
//
// Dates are written in one of three ways, and the way says what is known:
//
//	2026-09-23            that day in Brussels, no hour stated
//	2026-09-23T17:00      that wall time in Brussels (seconds allowed)
//	2026-09-23T15:00:00Z  that instant (any RFC 3339 offset)
type Raw struct {
	Source     string
	Reference  string
	Identifier string
	Kind       Kind
	Title      string
	Summary    string
	Body       string
	Umbrella   string
	Keywords   []string
	Programme  string // a short code or the source's number
	Divisions  []string
	ActionType string
	URL        string
	Language   string
	Status     Status // as stated; "" if not
	Opens      string
	Deadlines  []string
	UsualHour  string // "17:00": when calls of this source close if only a day is given; "" if unknown
	Model      DeadlineModel
	Season     Season
	Budget     string // euro; plain digits, or a decimal number
	GrantMin   string
	GrantMax   string
	Grants     string

	// Problems the parser met in this record without giving it up, such as broken JSON in one field.
	Problems []string
}

// An Odd is one record, or one field of it, that could not be believed. It is counted, listed and
// never fatal.
type Odd struct {
	Reference string // of the record; "" if even that could not be read
	Problem   string // in English, with the offending text quoted
}
