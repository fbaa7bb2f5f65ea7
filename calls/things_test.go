package calls

import "testing"

func TestThings(t *testing.T) {
	t.Parallel()
	if known, err := loadThings(); err != nil || len(known.english) < 300 {
		t.Fatalf("%d words, error %v", len(known.english), err)
	}
	text := "Hydrogen-powered aircraft, forests and the fire brigade"
	for typed, want := range map[string]string{
		"Wasserstoff": "Hydrogen", "WASSERSTOFFS": "Hydrogen", "hydrogène": "Hydrogen", "υδρογόνου": "Hydrogen", "vodíková": "Hydrogen",
		"Flugzeuge": "aircraft", "metsät": "forests", "erdő": "forests", "vigili del fuoco": "fire brigade", "Feuerwehren": "fire brigade",
		"Wasser": "", "stoff": "", "Wein": "", "fire": "fire", "Wasserstoff fliegen": "",
	} {
		p, err := parseOwn(typed)
		if err != nil {
			t.Fatal(err)
		}
		words, got := Words(text), ""
		if from, to, ok := p.Find(text, words); ok {
			got = text[words[from].Start:words[to-1].End]
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", typed, got, want)
		}
	}
}
