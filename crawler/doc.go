// Package crawler brings funding calls home from the web: fetched politely, read by pure functions,
// held against the question that was asked, and handed over as a [calls.Sweep]. The Funding & Tenders
// Portal has code of its own; every other source is data.
//
//	Crawler.Portal          the question, page after page, and what completeness means
//	  -> asker              colly: one fresh collector per source and run, no settings from outside
//	    -> polite           manners: robots.txt, one queue per host, retries, limits, timeouts
//	      -> guard          which addresses may be dialled at all
//	  <- ParsePortalPage    bytes -> Page: pure, no network, no clock
//	  <- calls.Normalise    strings nobody has believed yet -> a Call, or an odd record
//
//	Crawler.Source          a SourceDef: web pages, a feed, JSON, or a calendar of yearly rounds
//	  SourceDef.plan        checks the definition, every problem at once, and makes its rules ready
//	    -> getter           colly again, for pages; -> polite -> guard
//	  <- finder             one item of a list: what do its rules find there?
//	  <- entry              rules and texts -> calls.Raw -> calls.Normalise
//
// # Manners
//
// Every request of every source passes through one http.RoundTripper. It asks robots.txt first (24
// hours of life, disallowed while the server cannot answer), keeps one queue per host, waits as long
// as the host asks, tries again a bounded number of times, and gives up at once when the context
// ends. A body is read whole, under a limit that counts what comes out of the decompressor, before
// anybody sees it: a body that was cut is a failure that is tried again, never a short page.
//
// # Completeness
//
// The portal's API ignores what it does not understand and answers something else, as if all were
// well. So every answer is held against the question, every page against the others, and only a
// sweep in which all agree is complete: only then does the absence of a call mean anything. What was
// read before a failure is still true and is still handed over.
//
// Pages made for people break in another way: one day a selector finds nothing. So a list without items
// is a failure unless the definition allows it, and a list whose items all lack the same fact has changed
// its shape and is not believed, or every reader would be told that all deadlines were lifted.
//
// # Sources as data
//
// A definition (sources/*.yaml, or a section of the configuration) names what an operator sees in a
// browser: the list, the items, where in an item title, link and dates stand, how dates are written, how
// the list goes on. It names where its facts come from and when they were checked. What nobody here has
// seen live is off until somebody tried it with [Crawler.Check]. A page that bears a validator (ETag,
// Last-Modified) is kept, and next time the source is asked only whether it has changed. What it calls
// unchanged is read again from the copy: the definition may have changed, and the clock has.
//
// # Everything fetched is hostile
//
// Markup becomes plain text here, links lead to known hosts or nowhere, sizes and times are bounded,
// and a record that cannot be read costs that record alone.
package crawler
