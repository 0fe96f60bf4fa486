package tell

import (
	"llavero/app/internal/ui/kit"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// KeyActs are what both roles can have done to a key. Done tells what came of an
// act after its question.
type KeyActs struct {
	// OnTest has a key tested; its lights come with the rows.
	OnTest func(access.KeyID)
	// OnEndOverlap asks whether to end the overlap of a key, and ends it.
	OnEndOverlap func(ask kit.Ask, key access.KeyID)
	// OnCompromise and OnRevoke end a key's secrets.
	OnCompromise func(key access.KeyID, body wire.Compromise, done func(error))
	OnRevoke     func(key access.KeyID, body wire.Revoke, done func(error))
	// OnForget puts away what was refused of a key's last act.
	OnForget func(access.KeyID)
	// OnSecrets has the history of a key's secrets read.
	OnSecrets func(access.KeyID)
}
