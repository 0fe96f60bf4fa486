// Package hostile is clients that mean harm, against the whole server over real
// TLS sockets: tests only. What they send is written byte by byte, since a
// client library would not send it. Each test asks for the right refusal, and
// that a good client is served as if nobody else were there.
//
// The websocket's manners are package feed's tests, slow clients and limits of
// connections those of package daemon.
package hostile
