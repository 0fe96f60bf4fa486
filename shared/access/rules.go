package access

import "time"

// CodeState is what is known of a license code when somebody wants to ask for
// its keys.
type CodeState struct {
	Code    LicenseCode
	Entity  EntityID // whose it is in REPS
	Current bool     // enabled in the last REPS snapshot
	HasKey  bool
	Open    *KeyRequest // the request in the way, if any
}

// CanRequest says whether a viewer may ask for a code's keys: nil, or the
// refusal. An unsigned request of the same entity is no obstacle: it is taken up
// again.
func CanRequest(who Viewer, kind Kind, c CodeState) error {
	if !who.IsDelegate() {
		return Refuse(CodeForbidden, "")
	}
	if c.Entity != who.Entity || !c.Current {
		return Refuse(CodeNotFound, "")
	}
	if c.Open != nil && c.Open.Status != StatusSigning {
		return &Error{Code: CodeConflict, Hint: HintOpenRequest, Version: c.Open.Version}
	}
	if kind == KindEnroll && c.HasKey {
		return Refuse(CodeConflict, HintKeyExists)
	}
	if kind == KindRenew && !c.HasKey {
		return Refuse(CodeConflict, HintNoKey)
	}
	return nil
}

// CanSee says whether a request exists for this viewer. Officers see it from
// the moment it is signed.
func CanSee(who Viewer, r *KeyRequest) bool {
	if who.IsOfficer() {
		return !r.SignedAt.IsZero()
	}
	return who.IsDelegate() && r.Entity == who.Entity
}

// CanSign says whether a viewer may sign, change or withdraw a request.
func CanSign(who Viewer, r *KeyRequest) error {
	if !who.IsDelegate() {
		return Refuse(CodeForbidden, "")
	}
	if r.Entity != who.Entity {
		return Refuse(CodeNotFound, "")
	}
	if r.Status != StatusSigning {
		return r.refuse(HintState)
	}
	return nil
}

// CanTake says whether an officer may take a request. One taken by another is a
// conflict that names them in Args "by" and "since".
func CanTake(who Viewer, r *KeyRequest, now time.Time) error {
	if !who.IsOfficer() {
		return Refuse(CodeForbidden, "")
	}
	if !CanSee(who, r) {
		return Refuse(CodeNotFound, "")
	}
	if r.Status != StatusPending {
		return r.refuse(HintState)
	}
	if r.IsTaken(now) && r.TakenBy != who.Account {
		return &Error{Code: CodeConflict, Hint: HintTaken, Version: r.Version, Args: map[string]string{
			"by": r.TakenName, "since": r.TakenAt.UTC().Format(time.RFC3339),
		}}
	}
	return nil
}

// CanAttend says whether an officer may decide a request: resume it, type its
// keys, release it. They must have taken it first.
func CanAttend(who Viewer, r *KeyRequest, now time.Time) error {
	if err := CanTake(who, r, now); err != nil {
		return err
	}
	if !r.IsTaken(now) {
		return r.refuse(HintNotTaken)
	}
	return nil
}

// CanReveal says whether a viewer may see a key's values.
func CanReveal(who Viewer, k *Key) error {
	if !who.IsDelegate() {
		return Refuse(CodeForbidden, "")
	}
	if k.Entity != who.Entity || k.State == KeyCreating {
		return Refuse(CodeNotFound, "")
	}
	return nil
}

// CanSearchTrail says whether a viewer may search the whole audit trail and
// export it.
func CanSearchTrail(who Viewer) bool { return who.IsOfficer() }
