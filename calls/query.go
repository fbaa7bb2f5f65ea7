package calls

import "strings"

// ParseQuery reads what a person typed into a search. Every text means something; none is an error:
//
//	town youth      both
//	"town twinning" the phrase; an unbalanced quote is ignored
//	town OR city    either; OR in capitals between two terms, anywhere else it is ignored
//	-digital        not this one; a lone minus is ignored
//	testvér*        words that begin so
//
// AND in capitals between two terms may be written and changes nothing. Hyphenated words are
// phrases. German umlauts are found in both spellings, as with [ParsePattern]. The result is nil if
// the text holds no word.
func ParseQuery(text string) []Clause { return clausesOf(queryTokens(text)) }

func clausesOf(tokens []queryToken) []Clause {
	var clauses []Clause
	joined := false // the last piece was OR
	for _, p := range pieces(tokens) {
		switch {
		case p.operator == "OR":
			joined = true
			continue
		case p.operator == "AND":
			continue
		}
		last := len(clauses) - 1
		if joined && last >= 0 && !p.not && !clauses[last].Not {
			clauses[last].Any = append(clauses[last].Any, p.terms...)
		} else {
			clauses = append(clauses, Clause{Any: p.terms, Not: p.not})
		}
		joined = false
	}
	return clauses
}

// A piece is one term of a query with its other spellings, or an operator.
type piece struct {
	terms    []Term
	not      bool
	operator string
}

// pieces reads the tokens of a query. If it holds nothing but operators, they are taken for words.
func pieces(tokens []queryToken) []piece {
	var all, literal []piece
	words := false
	for _, t := range tokens {
		terms := t.terms()
		if terms == nil {
			continue
		}
		word := piece{terms: terms, not: t.not}
		literal = append(literal, word)
		if t.operator() {
			all = append(all, piece{operator: t.text})
			continue
		}
		all = append(all, word)
		words = true
	}
	if !words {
		return literal
	}
	return all
}

// A queryToken is a stretch of the query between spaces, or between quotes.
type queryToken struct {
	text     string
	not      bool
	quoted   bool
	star     bool // a * follows the closing quote
	attached bool // no space before it
}

func (t queryToken) operator() bool {
	return !t.quoted && !t.not && (t.text == "OR" || t.text == "AND")
}

// terms returns the token as terms of one clause: the token and, if it has one, its other spelling;
// nil if it holds no word.
func (t queryToken) terms() []Term {
	words := Words(t.text)
	if len(words) == 0 {
		return nil
	}
	plain, other := Term{Words: make([]string, len(words))}, make([]string, len(words))
	differs := false
	for i, w := range words {
		plain.Words[i], other[i] = w.Text, w.Text
		if spelling, ok := otherSpelling(t.text[w.Start:w.End], w.Text); ok {
			other[i], differs = spelling, true
		}
	}
	plain.Prefix = t.star || strings.HasPrefix(t.text[words[len(words)-1].End:], "*")
	if !differs {
		return []Term{plain}
	}
	return []Term{plain, {Words: other, Prefix: plain.Prefix}}
}

// queryTokens splits a query at spaces outside quotes. A minus before a word or quote negates it.
func queryTokens(text string) []queryToken {
	var tokens []queryToken
	for rest := straightQuotes.Replace(text); ; {
		trimmed := strings.TrimLeft(rest, " \t\r\n\u00a0")
		if trimmed == "" {
			return tokens
		}
		t := queryToken{attached: len(trimmed) == len(rest)}
		rest = trimmed
		body := strings.TrimLeft(rest, "-")
		t.not = len(body) < len(rest)
		if inside, after, ok := quotedPart(body); ok {
			t.text, t.quoted = inside, true
			rest, t.star = strings.CutPrefix(after, "*")
		} else {
			t.text, rest = untilSpace(body)
		}
		tokens = append(tokens, t)
	}
}

var straightQuotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "‟", `"`, "«", `"`, "»", `"`)

// quotedPart returns what stands between the quotes that s begins with, and what follows.
func quotedPart(s string) (inside, after string, ok bool) {
	s, ok = strings.CutPrefix(s, `"`)
	if !ok {
		return "", "", false
	}
	return strings.Cut(s, `"`)
}

// untilSpace returns s up to the next space, or up to a quote that is closed later.
func untilSpace(s string) (word, rest string) {
	for i, r := range s {
		switch r {
		case ' ', '\t', '\r', '\n', '\u00a0':
			return s[:i], s[i:]
		case '"':
			if i > 0 && strings.Contains(s[i+1:], `"`) {
				return s[:i], s[i:]
			}
		}
	}
	return s, ""
}
