// Package entraemu is an emulator of Microsoft Entra ID and Microsoft Graph: a
// tenant that issues applications, secrets, role assignments and tokens over
// real HTTPS, with Entra's paths, JSON and refusals. Clients written for the
// real service work against it unchanged.
//
// A request passes the middleware (journal, faults, throttle), then one of the
// surfaces: login (discovery, keys, tokens), Graph, the IHCE gateway, or the
// control API. Knobs say how slow and how unkind the tenant is; a profile is a
// ready set of them, and a seed replays it. Secrets are random at run time,
// shown once, kept as hashes.
//
// It shares no type with the product's own Graph client, on purpose: a JSON tag
// wrong on both sides would pass every test.
//
// Concurrency: the tenant (directory), the knobs and the clock stand behind one
// mutex, Emulator.mu, held while a request acts and never while it writes to
// the network. Journal, Faults and the token keys have locks of their own,
// taken after mu or without it. A random source is used under mu only.
package entraemu
