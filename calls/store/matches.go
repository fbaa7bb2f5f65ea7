package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"fundwatch/calls"
)

// A matched is a call that concerns a municipality, as it is stored.
type matched struct {
	call  int64
	score uint64 // in steps of 1/calls.ScoreSteps
}

// A matchList is all calls that concern a municipality, ascending by id. As a BLOB it is made of varints,
// two or three bytes to a call: for each its id less the one before, then its score.
type matchList []matched

func (l matchList) encode() []byte {
	b := make([]byte, 0, 4*len(l))
	before := int64(0)
	for _, m := range l {
		b = binary.AppendUvarint(b, uint64(m.call-before))
		b = binary.AppendUvarint(b, m.score)
		before = m.call
	}
	return b
}

// errSpoiltList says that a list of matches is not as [matchList.encode] writes it.
var errSpoiltList = errors.New("the list of matches is spoilt: 'fundwatch municipalities import' with other interests makes it anew")

// appendMatches appends the list that b holds.
func appendMatches(list matchList, b []byte) (matchList, error) {
	call := int64(0)
	for len(b) > 0 {
		step, n := binary.Uvarint(b)
		if n <= 0 || step == 0 || step > math.MaxInt32 {
			return nil, errSpoiltList
		}
		score, m := binary.Uvarint(b[n:])
		if m <= 0 || score > calls.ScoreSteps {
			return nil, errSpoiltList
		}
		call += int64(step)
		list = append(list, matched{call, score})
		b = b[n+m:]
	}
	return list, nil
}

func storedScore(score float64) uint64 { return uint64(math.Round(score * calls.ScoreSteps)) }

func (m matched) realScore() float64 { return float64(m.score) / calls.ScoreSteps }

// loadMatches returns the list of the municipality with this name, empty if there is none.
func loadMatches(ctx context.Context, q querier, municipality string) (matchList, error) {
	const query = `
		SELECT m.calls
		FROM municipalities u
		JOIN matches m ON m.municipality = u.id
		WHERE u.name = ?`
	lists, err := collect(ctx, q, scanOne[[]byte], query, municipality)
	if err != nil || len(lists) == 0 {
		return nil, err
	}
	return appendMatches(nil, lists[0])
}

// Matches returns the calls that concern a municipality, best first, without reasons (see
// [calls.Explain]): those that were not closed when their list was last written. It returns nil for a
// municipality that is not known.
func (db *DB) Matches(ctx context.Context, municipality string) ([]calls.Match, error) {
	var matches []calls.Match
	err := db.view(ctx, fmt.Sprintf("read matches of %q", municipality), func(q querier) error {
		list, err := loadMatches(ctx, q, municipality)
		if err != nil {
			return err
		}
		keys, err := callKeys(ctx, q)
		for _, m := range list {
			if key, still := keys[m.call]; still { // it may have become one with another call
				matches = append(matches, calls.Match{Municipality: municipality, Call: key, Score: m.realScore()})
			}
		}
		return err
	})
	slices.SortFunc(matches, func(a, b calls.Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Call.String(), b.Call.String()))
	})
	return matches, err
}

// callKeys returns the keys of all calls by id.
func callKeys(ctx context.Context, q querier) (map[int64]calls.Key, error) {
	type named struct {
		id  int64
		key calls.Key
	}
	all, err := collect(ctx, q, func(s scanner) (n named, err error) {
		return n, s.Scan(&n.id, &n.key.Source, &n.key.Reference)
	}, `SELECT id, source, reference FROM calls`)
	keys := make(map[int64]calls.Key, len(all))
	for _, n := range all {
		keys[n.id] = n.key
	}
	return keys, err
}
