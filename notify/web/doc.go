// Package web is what towns see in a browser: the calls with the search of the terminal, feeds, and the
// pages on which a mailbox subscribes, changes what it gets, and stops.
//
// The pages are made on the server and need no script. Nothing comes from another host, nothing is
// remembered in the browser: no cookie, no tracking. The language travels in the address (?lang=fr); without
// it the browser's wish counts, or the language of the mailbox whose link was opened.
//
// # Who may do what
//
// Calls are public. Whatever concerns one mailbox stands behind its token, which only mails to that mailbox
// carry; a form is bound to the token in its address, so no other site can send it. Only POST changes
// anything: mail scanners open every link. Whether an address is known is never told: the answer to a
// subscription is the same for all, and the rest is in the mail.
//
// A mailbox has feeds of its own, with a token that opens only them: their address stands in other people's
// programs. It can be made anew, and ends when the mailbox stops its letters.
//
// # What is needed of others
//
// The package knows neither SQL nor mail. What it needs is declared here, beside its use ([Catalogue],
// [Register], [Facts]), and package main puts the parts together.
//
// # Words
//
// locale/ holds one file of sentences for each language. Sentences are made so that none needs a plural
// ("Calls found: 3"). A language without a file reads English, marked as such.
package web
