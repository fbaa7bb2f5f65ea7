package calls_test

import (
	"testing"

	"fundwatch/calls"
)

func TestAsWritten(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, folded, want string }{
		{"Städtepartnerschaft", "stadtepartnerschaft", "Städtepartnerschaft"},
		{"Städtepartnerschaft", "staedtepartnerschaft", "Städtepartnerschaft"},
		{"staedtepartnerschaft", "stadtepartnerschaft", "staedtepartnerschaft"},
		{"ΑΔΕΛΦΟΠΟΊΗΣΗ Łódź", "αδελφοποιηση", "ΑΔΕΛΦΟΠΟΊΗΣΗ"},
		{"ΑΔΕΛΦΟΠΟΊΗΣΗ Łódź", "lodz", "Łódź"},
		{`-topic:youth "Nový" 'Jičín'`, "novy jicin", "Nový Jičín"},
		{"Jičín, Nový", "novy jicin", "novy jicin"},
		{"Nový", "novy jicin", "novy jicin"},
		{"", "novy", "novy"},
		{"Nový", "", ""},
	} {
		if got := calls.AsWritten(tt.text, tt.folded); got != tt.want {
			t.Errorf("AsWritten(%q, %q) = %q, want %q", tt.text, tt.folded, got, tt.want)
		}
	}
}
