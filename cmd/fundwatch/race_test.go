//go:build race

package main

// underRace says that the race detector watches, which makes everything ten times slower and larger: tests whose length
// finds no further races do a slice of their work then. The plain run does all of it.
const underRace = true
