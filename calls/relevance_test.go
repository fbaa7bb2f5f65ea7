package calls_test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"fundwatch/calls"
)

// relevanceDay is when the calls of testdata/relevance are looked at.
var relevanceDay = time.Date(2026, 5, 31, 8, 0, 0, 0, time.UTC)

// figures say how well what a town is offered suits it, each from 0 to 1.
type figures struct{ precision, recall, order, first float64 }

func (f figures) String() string {
	return fmt.Sprintf("%.3f\t%.3f\t%.3f\t%.3f", f.precision, f.recall, f.order, f.first)
}

func (f figures) values() []float64 { return []float64{f.precision, f.recall, f.order, f.first} }

// The relevance of what towns are offered, held against what people labelled. With -v it lists what is
// missing and what is wrong.
func TestRelevance(t *testing.T) {
	t.Parallel()
	topics := loadTopics(t)
	list := labelledCalls(t, topics)
	towns := labelledTowns(t, list)
	floors := relevanceFloors(t)
	if len(list) < 300 || len(towns) < 25 || len(floors) != len(towns)+1 {
		t.Fatalf("%d calls, %d towns, %d floors", len(list), len(towns), len(floors))
	}
	offers := offersOf(t, topics, list, towns)
	var all figures
	var report strings.Builder
	for i := range towns {
		lt := &towns[i]
		got, slips := lt.measure(list, offers[lt.ID])
		fmt.Fprintf(&report, "%s\t%v\n%s", lt.ID, got, slips)
		checkFloor(t, lt.ID, got, floors)
		share := 1 / float64(len(towns))
		all.precision += got.precision * share
		all.recall += got.recall * share
		all.order += got.order * share
		all.first += got.first * share
	}
	checkFloor(t, "all", all, floors)
	t.Logf("town\tprecision\trecall\torder\tfirst\n%sall\t%v", &report, all)
}

// relevanceFloors reads the figures below which nothing may fall, by town; "all" is their mean.
func relevanceFloors(t *testing.T) map[string][]float64 {
	t.Helper()
	floors := map[string][]float64{}
	for _, line := range relevanceFile(t, "floors.tsv") {
		f := strings.Split(line, "\t")
		for _, number := range f[1:] {
			floor, err := strconv.ParseFloat(number, 64)
			if err != nil {
				t.Fatalf("floors.tsv: %v", err)
			}
			floors[f[0]] = append(floors[f[0]], floor)
		}
	}
	return floors
}

func checkFloor(t *testing.T, who string, got figures, floors map[string][]float64) {
	t.Helper()
	floor := floors[who]
	if len(floor) != len(got.values()) {
		t.Errorf("floors.tsv has no line with four figures for %s", who)
		return
	}
	for i, name := range []string{"precision", "recall", "order", "first"} {
		const rounding = 0.0006
		if v := got.values()[i]; v < floor[i]-rounding {
			t.Errorf("%s: %s is %.3f, below its floor %.3f", who, name, v, floor[i])
		}
	}
}

// offersOf returns what a digest would offer to each town, best first, as places in list. The matcher
// and Explain must agree about every pair.
func offersOf(t *testing.T, topics *calls.Topics, list []labelledCall, towns []labelledTown) map[string][]int {
	t.Helper()
	plain := make([]calls.Call, len(list))
	for i := range list {
		plain[i] = list[i].Call
	}
	matcher := calls.NewMatcher(topics, plain)
	offers, scores := map[string][]int{}, map[string][]float64{}
	for j := range towns {
		town := &towns[j].Municipality
		found := map[int]float64{}
		for _, m := range matcher.Match(&town.Interests) {
			found[m.Call] = m.Score
		}
		for i := range list {
			c := &list[i].Call
			e := calls.Explain(topics, c, town)
			score, ok := found[i]
			if ok != (e.Match != nil) || ok && score != e.Match.Score {
				t.Errorf("%s, %s: the matcher says %v, Explain %v", list[i].handle, town.ID, score, e.Match)
			}
			if _, closed := c.ClosedToNewcomers(relevanceDay); ok && !closed {
				offers[town.ID] = append(offers[town.ID], i)
				scores[town.ID] = append(scores[town.ID], score)
			}
		}
	}
	for id, places := range offers {
		sortByScore(places, scores[id], list)
	}
	return offers
}

func sortByScore(places []int, scores []float64, list []labelledCall) {
	score := map[int]float64{}
	for i, p := range places {
		score[p] = scores[i]
	}
	slices.SortFunc(places, func(a, b int) int {
		return cmp.Or(cmp.Compare(score[b], score[a]), strings.Compare(list[a].Identifier, list[b].Identifier), cmp.Compare(a, b))
	})
}

// measure holds an offer against the labels, and lists what is missing and what is wrong.
func (lt *labelledTown) measure(list []labelledCall, offer []int) (figures, string) {
	var slips strings.Builder
	wanted, found, wrong, firstPlace := 0, 0, 0, 0
	var gains, best []float64
	for _, i := range offer {
		switch lt.label(&list[i]) {
		case must:
			found++
			gains = append(gains, lt.gain(&list[i]))
			if firstPlace == 0 {
				firstPlace = len(gains)
			}
		case mustNot:
			wrong++
			gains = append(gains, 0)
			fmt.Fprintf(&slips, "\twrong\t%s\t%s\n", list[i].handle, list[i].Title)
		case either:
		}
	}
	for i := range list {
		if lt.label(&list[i]) != must {
			continue
		}
		wanted++
		best = append(best, lt.gain(&list[i]))
		if !slices.Contains(offer, i) {
			fmt.Fprintf(&slips, "\tmissing\t%s\t%s\n", list[i].handle, list[i].Title)
		}
	}
	slices.SortFunc(best, func(a, b float64) int { return cmp.Compare(b, a) })
	f := figures{precision: 1, recall: float64(found) / float64(wanted), order: discounted(gains) / discounted(best)}
	if found+wrong > 0 {
		f.precision = float64(found) / float64(found+wrong)
	}
	if firstPlace > 0 {
		f.first = 1 / float64(firstPlace)
	}
	return f, slips.String()
}

// gain is what a call that must be offered is worth at the top.
func (lt *labelledTown) gain(c *labelledCall) float64 {
	if slices.Contains(lt.said["first"], c.handle) {
		return 4
	}
	return 1
}

// discounted adds up the gains of the first ten, each worth less the later it comes.
func discounted(gains []float64) float64 {
	sum := 0.0
	for i, g := range gains[:min(len(gains), 10)] {
		sum += g / math.Log2(float64(i)+2)
	}
	return sum
}

// The word for town twinning finds the call for it in every language, and nothing that is called
// twinning and is something else.
func TestTwinningInEveryLanguage(t *testing.T) {
	t.Parallel()
	topics := loadTopics(t)
	list := labelledCalls(t, topics)
	languages := relevanceFile(t, "twinning.tsv")
	if len(languages) != 24 {
		t.Errorf("%d languages, want 24", len(languages))
	}
	for _, line := range languages {
		words := strings.Split(line, "\t")
		for _, word := range words[1:] {
			m := town("town", calls.Interests{Keywords: []string{word}})
			found := false
			for i := range list {
				if calls.Explain(topics, &list[i].Call, &m).Match == nil {
					continue
				}
				found = found || list[i].handle == "CERV-2026-CITIZENS-TOWN-TT"
				if _, twinning := list[i].about["twinning"]; !twinning {
					t.Errorf("%s: %q finds %s, %s", words[0], word, list[i].handle, list[i].Title)
				}
			}
			if !found {
				t.Errorf("%s: %q does not find Town Twinning", words[0], word)
			}
		}
	}
}
