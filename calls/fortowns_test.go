package calls

import "testing"

func TestForTowns(t *testing.T) {
	t.Parallel()
	if _, err := loadTownSigns(); err != nil {
		t.Fatal(err)
	}
	topics, err := LoadTopics()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		call Call
		want bool
	}{
		{"a programme of towns", Call{Programme: "LIFE", Title: "Climate"}, true},
		{"an unknown programme", Call{Programme: "49999999", Title: "Climate"}, true},
		{"no programme", Call{Title: "Climate"}, true},
		{"research", Call{Programme: "HORIZON", Title: "Climate models"}, false},
		{"research that only mentions cities", Call{Programme: "HORIZON", Title: "Climate models", Summary: "Heat in cities."}, false},
		{"research whose body names everybody", Call{Programme: "HORIZON", Title: "Climate models", Body: "For local authorities."}, false},
		{"research with local authorities", Call{Programme: "HORIZON", Title: "Climate models", Summary: "For Local Authorities."}, true},
		{"research in cities", Call{Programme: "HORIZON", Title: "Climate in cities"}, true},
		{"citizens are no cities", Call{Programme: "HORIZON", Title: "Climate and citizens"}, false},
		{"mission of the cities", Call{Programme: "HORIZON", Identifier: "Horizon-MISS-2027-04-CIT-03", Title: "Hubs"}, true},
		{"mission of cities and others", Call{Programme: "HORIZON", Identifier: "HORIZON-MISS-2027-07-CLIMA-CIT-NEB-01", Title: "Hubs"}, true},
		{"cited is not the cities", Call{Programme: "HORIZON", Identifier: "HORIZON-MISS-2027-04-CITED-03", Title: "Hubs"}, false},
		{"a word that means something else", Call{Programme: "HORIZON", Title: "Urban Mobility Business Plan"}, false},
		{"others win it, whatever the programme", Call{Programme: "LIFE", Identifier: "LIFE-2027-CET-INDUSTRY", Title: "Energy in cities"}, false},
		{"help for another country's associations", Call{Programme: "RELEX", Title: "Civil society in Kenya"}, false},
		{"help that only mentions them", Call{Programme: "RELEX", Title: "Civil society in Kenya", Summary: "With local authorities."}, false},
		{"help by local authorities", Call{Programme: "RELEX", Title: "Local Authorities: partnerships"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := topics.forTowns(&tt.call, fields(&tt.call)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestTownSignsFaults(t *testing.T) {
	t.Parallel()
	s := &townSigns{index: newPatternIndex()}
	for _, line := range [][2]string{{"identifier", "("}, {"others", "["}, {"title", "*"}, {"somewhere", "city"}} {
		if s.add(line[0], line[1]) == nil {
			t.Errorf("%v is taken", line)
		}
	}
	if err := s.add("title", "city"); err != nil || s.add("never", "City") == nil {
		t.Errorf("the same word twice is taken, or once is not: %v", err)
	}
}
