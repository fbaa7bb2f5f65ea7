package calls

import (
	"slices"
	"strings"
)

// AsWritten returns folded words, such as those of a [Term], in the spelling in which they stand in text, for
// messages to whoever wrote it: "stadtepartnerschaft" and "staedtepartnerschaft" of "Städtepartnerschaft" as
// that. Words that do not stand there side by side are returned as they are.
func AsWritten(text, folded string) string {
	words, wanted := Words(text), strings.Fields(folded)
	for i := range len(words) - len(wanted) + 1 {
		var written []string
		for j, w := range words[i : i+len(wanted)] {
			word := text[w.Start:w.End]
			if other, _ := otherSpelling(word, w.Text); !slices.Contains([]string{w.Text, other}, wanted[j]) {
				break
			}
			written = append(written, word)
		}
		if len(written) == len(wanted) && len(wanted) > 0 {
			return strings.Join(written, " ")
		}
	}
	return folded
}
