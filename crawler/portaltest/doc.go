// Package portaltest is a stand-in for the search API of the EU Funding & Tenders Portal, for tests
// and for demonstrations without a network.
//
// It behaves as the real API was observed to behave (reference pages checked 2026-11-22), and is
// strict where the real one punishes in silence: a query sent the wrong way is ignored, not refused,
// and so a crawler that never checks whether the answer obeys the question fails here as it would
// outside.
//
//	question      read from the multipart form, or nothing at all if the form is not one
//	  -> matches  every record that the query, the languages and the text let through, in order
//	  -> page     the rows that were asked for, and the envelope around them
//	  -> reply    status, headers and bytes
//
// A [Fault] is played at one of these four places. Faults say when they happen ([OnRequest],
// [OnType]) and combine ([All]); without one the same question gets the same bytes for ever.
// One thing is meant to look unstable although it is not: rows that tie in the asked order come in
// another order on every page, as in the real index, so that a sweep sorted by a field with few
// values loses some rows and meets others twice.
//
// The records come from [Catalogue], from captured answers ([ReadPages]) or from the test itself.
// The catalogue is a set of text files that need no programmer: each block holds the facts of one
// call, where they come from, and which of them were arranged for the demonstration.
package portaltest
