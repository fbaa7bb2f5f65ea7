package calls

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"
)

// NearestWords returns at most three words that mean a topic in some language and that someone who wrote
// word may have meant, best first, as the data writes them; nil if nothing is near. It reads the words of
// every language, so it is for searches that found nothing.
func (t *Topics) NearestWords(word string) []string {
	var words []string
	names, _ := fs.Glob(t.files, interestsFolder+"/*.txt") // the pattern is well-formed
	for _, name := range names {
		data, err := fs.ReadFile(t.files, name)
		if err != nil {
			continue // told by Check
		}
		for line := range strings.Lines(string(data)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
			if value = strings.TrimRight(value, "*"); key == "word" && len(Words(value)) == 1 {
				words = append(words, value)
			}
		}
	}
	slices.SortFunc(words, func(a, b string) int { return cmp.Or(strings.Compare(Fold(a), Fold(b)), strings.Compare(a, b)) })
	return Nearest(word, slices.CompactFunc(words, func(a, b string) bool { return Fold(a) == Fold(b) }))
}
