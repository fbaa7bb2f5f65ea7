package web

// A Register keeps who is subscribed.
type Register interface{}

// A Letter is a mail to write.
type Letter struct{}
