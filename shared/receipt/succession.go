package receipt

// Succession is how a ring stands to one of the same server that was known before.
// Keys are added, and the one that signs ends; nothing else ever happens to a ring.
type Succession struct {
	Lost    []KeyID // known before, and gone
	Changed []KeyID // another key under a known name, or other times than were known
}

// IsSound reports that everything known before is still so.
func (s Succession) IsSound() bool { return len(s.Lost) == 0 && len(s.Changed) == 0 }

// After compares a ring with the one known before.
func (r KeyRing) After(before KeyRing) Succession {
	var s Succession
	for _, old := range before.keys {
		k, ok := r.Find(old.ID)
		switch {
		case !ok:
			s.Lost = append(s.Lost, old.ID)
		case !k.Public.Equal(old.Public), !k.From.Equal(old.From), !old.Until.IsZero() && !k.Until.Equal(old.Until):
			s.Changed = append(s.Changed, old.ID)
		}
	}
	return s
}
