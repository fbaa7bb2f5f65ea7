package web

// A countryGroup is a heading over countries to choose.
type countryGroup struct{}

func (s *Site) countryLists() map[string][]countryGroup { return nil }
