package store

import (
	"encoding/binary"
	"errors"
	"math"
)

// columnWeights say how much a word counts in each column of fulltext: identifier, title, keywords,
// summary, body. A title is chosen with care; a body mentions many things.
var columnWeights = [...]float64{6, 5, 3, 2, 1}

// The usual constants of BM25: how fast repeats stop counting, and how much long texts are held back.
const (
	saturation = 1.2
	lengthPull = 0.75
)

// score is BM25 over matchinfo(fulltext, 'pcnalx'), higher is better. Each column is a text of its own
// with its own length: a word that a body repeats without end stays below one that stands in a title.
func (m *matchinfo) score() float64 {
	shortness := m.shortness()
	score := 0.0
	for phrase := range m.phrases {
		weighted, rowsWith := 0.0, 0.0
		for c, weight := range columnWeights {
			here, rows := m.hits(phrase, c)
			if here > 0 {
				weighted += weight * here * (saturation + 1) / (here + shortness[c])
			}
			rowsWith = max(rowsWith, rows) // as near as matchinfo gets to the rows with a hit anywhere
		}
		if weighted > 0 {
			score += weighted * rarity(rowsWith, m.rows)
		}
	}
	return score
}

// holdsAny reports whether this row holds one of the phrases from <= p < to.
func (m *matchinfo) holdsAny(from, to int) bool {
	for phrase := from; phrase < min(to, m.phrases); phrase++ {
		for c := range columnWeights {
			if here, _ := m.hits(phrase, c); here > 0 {
				return true
			}
		}
	}
	return false
}

// rarity weighs a phrase by how few rows hold it; always above zero, so that every hit helps.
func rarity(rowsWith, rows float64) float64 {
	return math.Log(1 + (rows-rowsWith+0.5)/(rowsWith+0.5))
}

// A matchinfo is what FTS4 tells of one row that matches.
type matchinfo struct {
	phrases, columns int
	rows             float64
	averages         []byte // tokens in each column, on average
	lengths          []byte // tokens in each column of this row
	counts           []byte // per phrase and column: hits here, hits in all, rows with hits
}

func readMatchinfo(b []byte) (matchinfo, error) {
	const word = 4
	if len(b) < 3*word {
		return matchinfo{}, errors.New("matchinfo is too short")
	}
	m := matchinfo{phrases: int(uint32At(b, 0)), columns: int(uint32At(b, 1)), rows: float64(uint32At(b, 2))}
	if m.columns != len(columnWeights) || len(b) != word*(3+2*m.columns+3*m.phrases*m.columns) {
		return matchinfo{}, errors.New("matchinfo is not of the format pcnalx")
	}
	b = b[3*word:]
	m.averages, m.lengths, m.counts = b[:m.columns*word], b[m.columns*word:2*m.columns*word], b[2*m.columns*word:]
	return m, nil
}

func uint32At(b []byte, i int) uint32 { return binary.NativeEndian.Uint32(b[4*i:]) }

// shortness returns, for each column, how much a single hit is held back by the length of the text.
func (m *matchinfo) shortness() (s [len(columnWeights)]float64) {
	for c := range s {
		length, average := float64(uint32At(m.lengths, c)), float64(uint32At(m.averages, c))
		s[c] = saturation * (1 - lengthPull + lengthPull*length/max(average, 1))
	}
	return s
}

// hits returns how often a phrase stands in a column of this row, and in how many rows it stands there.
func (m *matchinfo) hits(phrase, column int) (here, rowsWith float64) {
	at := 3 * (phrase*m.columns + column)
	return float64(uint32At(m.counts, at)), float64(uint32At(m.counts, at+2))
}
