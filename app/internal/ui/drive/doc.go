// Package drive lets the tour find its way in a real window: built with the tag
// e2e, the program tells on a Unix socket which objects are on screen, where,
// and what stands on them. Programs built without the tag, all that are handed
// out among them, have no socket. Values typed into password fields and masked
// secrets are never told.
package drive
