// Package notify turns digests into mails and gets the mails to their readers: neither lost nor
// doubled, whatever dies on the way.
//
//	Digest -> compose -> bytes -> outbox -> Deliver -> SMTP  -> a mail server
//	                     frozen            a few at   or Files -> a folder
//	                     for good          a time
//
// # Composing
//
// A [calls.Digest] becomes one message in the reader's language: text written by hand first, the same in
// HTML, the deadlines as a calendar. The message is rendered once. From then on it is bytes: they are
// stored in the outbox in the transaction that notes what they tell, and those bytes, with their
// Message-ID, are what is sent, today or at the third attempt. MIME boundaries are random, so rendering
// again would make another mail under the same name.
//
// # Delivering
//
// [Deliver] takes one mail after the other out of an [Outbox] and hands it to a [Sender], until nothing
// is due. It begins alone; when the server has taken a mail, further workers join, each with a mail and a
// connection of its own. One at a time looks for its next mail, which keeps them all to one rate. The outbox
// leases a mail to one worker of one process, and looks at that moment once more whether the reader still wants
// it; the lease is longer than a mail can take. A single worker at full speed has what became of one mail written
// down with the claim of the next, which follows at once. What the server answers decides:
//
//	250                                  sent
//	4xx; connection lost before the dot  queued, waits as calls.Retry says, failed after the last wait
//	connection lost after the dot        unknown: once more, byte for byte, then for a person
//	5xx, the recipient does not exist    bounced
//	5xx, anything else                   failed: needs a person, and never counts against the reader
//	421; log-in refused                  the run pauses
//	no connection, and no other works    put back as it was; after three in a row the run ends
//
// # Why a mail may come twice, and never more often
//
// Between the final dot and the answer nobody can know whether the server has the mail (RFC 1047). A mail
// that may have been taken is sent at most once more, with the same bytes and Message-ID, by which
// some mailboxes drop the copy. [Outbox].MarkData is written just before the bytes leave, so that this
// also holds for a process killed in between. If the second attempt tells nothing either, the mail stays
// unknown: to call it failed would announce its calls again. Whatever goes wrong before the bytes leave
// does not use that attempt up.
//
// # What counts as an attempt
//
// Only what a server said, or left unsaid, about this mail. A server that cannot be reached, or does not
// let us in, has not seen the mail: the mail is put back due at once, with no attempt counted, and the
// next run finds it. So an outage of any length fails no mail, while a mail that kills every
// connection is given up after about three days like one that is put off every time.
//
// Two brakes protect an outbox from a fault that is not the mails': three connection errors in a row, and
// ten refusals for policy in a row, by whichever worker, end the run with an error, and leave the rest
// untouched. Whatever ends the run, every worker finishes the mail that it has in hand.
//
// A connection that the server refuses while others work is no fault: fewer must do.
//
// # What comes back
//
// A server that took a mail may still send it back, for days. An [Inbox] reads what comes to the addresses
// that we gave out: delivery reports, complaints, wishes to stop. The reader is known by the token in the
// address, and the mail by its period beside it or by its Message-ID. The token in an envelope sender is put in
// by the outbox, and is good for nothing else: every server on the way writes it into its log. So does the one in
// the address to which a reader writes to stop, and it is good for nothing but that. What is a bounce is judged as
// for an answer given at once, by the same rules.
//
// # What is kept of an answer
//
// One line of 300 characters without addresses: an answer outlives the reader whom it speaks of.
package notify
