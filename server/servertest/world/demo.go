package world

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"llavero/server/internal/entraemu"
	"llavero/shared/access"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// story is one request of the demonstration: whose, for what, and how the
// tenant treats it.
type story struct {
	login string
	in    wire.NewRequest
	fault entraemu.Fault // zero: it goes well
}

// refused is a fault that no retry helps against.
func refused(status int, code, method, path string) entraemu.Fault {
	return entraemu.Fault{
		Kind: entraemu.FaultStatus, Surface: entraemu.SurfaceGraph, Status: status, Code: code,
		Method: method, Path: path, Count: entraemu.Forever,
	}
}

// stories are told in this order, oldest first.
func stories() []story {
	enrol := func(code access.LicenseCode) wire.NewRequest {
		return wire.NewRequest{Kind: access.KindEnroll, Code: code, Form: Form()}
	}
	return []story{
		{login: seed.LoginDelegate, in: enrol("0800199777")},
		{seed.LoginDelegate, enrol("1100199003"), refused(403, "Authorization_RequestDenied", "POST", "addPassword")},
		{seed.LoginBigDelegate, enrol("7600199010"), refused(403, "Directory_QuotaExceeded", "PATCH", "/applications(")},
		{seed.LoginBigDelegate, enrol("5200199010"), refused(403, "Authorization_RequestDenied", "PATCH", "/servicePrincipals(")},
		{seed.LoginIndependent, enrol("8500199005"), refused(400, "CredentialInvalidLifetimeAsPerAppPolicy", "POST", "addPassword")},
	}
}

// Demo makes the demonstration's requests once, by the use cases people work
// with: one that went well, four that the tenant refused at different steps, and
// codes that officers have attended to.
// Later calls do nothing. say hears of each.
func (w *World) Demo(ctx context.Context, say func(string)) (err error) {
	mark := filepath.Join(w.stateDir(), "demo")
	if _, err := os.Stat(mark); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// The tenant's manners are for people to meet, not for the preparation.
	manners := w.Emulator.Knobs()
	calm, err := entraemu.KnobsOf(entraemu.ProfileInstant)
	if err != nil {
		return err
	}
	calm.Token = manners.Token
	if err := w.Emulator.SetKnobs(calm); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Emulator.SetKnobs(manners)) }()
	for _, s := range stories() {
		if err := w.tell(ctx, s); err != nil {
			return fmt.Errorf("request for %s: %w", s.in.Code, err)
		}
		say(fmt.Sprintf("made the request for %s", s.in.Code))
	}
	if err := w.attended(ctx, say); err != nil {
		return err
	}
	return os.WriteFile(mark, nil, 0o600)
}

func (w *World) tell(ctx context.Context, s story) error {
	p, ok := w.Person(s.login)
	if !ok {
		return fmt.Errorf("there is no %s", s.login)
	}
	want := access.StatusDone
	if s.fault.Kind != "" {
		want = access.StatusPending
		id, err := w.Emulator.Faults().Add(s.fault)
		if err != nil {
			return err
		}
		defer w.Emulator.Faults().Remove(id)
	}
	id, err := w.Ask(ctx, p, s.in)
	if err != nil {
		return err
	}
	r, err := w.WaitRequest(ctx, id, access.StatusDone, access.StatusPending)
	if err != nil {
		return err
	}
	if r.Status != want {
		return fmt.Errorf("it stands at %s, not at %s: %+v", r.Status, want, r.Failure)
	}
	return nil
}
