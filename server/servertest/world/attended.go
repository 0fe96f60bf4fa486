package world

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/access"
	"llavero/shared/seed"
	"llavero/shared/wire"
)

// The codes that officers have attended to in the demonstration; all are of the
// large network.
const (
	CodePermitted = access.LicenseCode("7610999010") // proof, two permissions in production
	CodeProven    = access.LicenseCode("7611199010") // proof, no permission yet
	CodeRenewed   = access.LicenseCode("7613099010") // its key was changed once; no proof
	CodeTyped     = access.LicenseCode("1910099010") // typed by hand, with client ids that Entra does not know
)

// attended makes the codes that officers have attended to, by the use cases they
// work with: what their lists of assigned keys and of permissions show.
func (w *World) attended(ctx context.Context, say func(string)) error {
	big, okBig := w.Person(seed.LoginBigDelegate)
	officer, okOfficer := w.Person(seed.LoginOfficer)
	if !okBig || !okOfficer {
		return errors.New("the people of the demonstration are not there")
	}
	act := workflow.Act{Who: officer.Viewer(), RequestID: "seed", Device: "demostración", Address: "127.0.0.1"}
	enrol := func(code access.LicenseCode) wire.NewRequest {
		return wire.NewRequest{Kind: access.KindEnroll, Code: code, Form: Form()}
	}
	for _, code := range []access.LicenseCode{CodePermitted, CodeProven, CodeRenewed} {
		if err := w.tell(ctx, story{login: big.Login, in: enrol(code)}); err != nil {
			return fmt.Errorf("request for %s: %w", code, err)
		}
	}
	renewal := enrol(CodeRenewed)
	renewal.Kind, renewal.Reason = access.KindRenew, access.ReasonVendor
	steps := []struct {
		code access.LicenseCode
		do   func() error
	}{
		{CodeRenewed, func() error { return w.tell(ctx, story{login: big.Login, in: renewal}) }},
		{CodePermitted, func() error { return w.prove(ctx, act, CodePermitted) }},
		{CodePermitted, func() error { return w.permit(ctx, act, CodePermitted, "ConsultaExterna", "Urgencias") }},
		{CodeProven, func() error { return w.prove(ctx, act, CodeProven) }},
		{CodeTyped, func() error { return w.typeKeys(ctx, act, big, enrol(CodeTyped)) }},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			return fmt.Errorf("attend %s: %w", s.code, err)
		}
		say(fmt.Sprintf("attended to %s", s.code))
	}
	return nil
}

func (w *World) prove(ctx context.Context, act workflow.Act, code access.LicenseCode) error {
	_, err := w.Server().Flow().AddEvidence(ctx, act, code, wire.NewEvidence{
		Kind: access.EvidenceFile, Note: "97 % de transacciones aceptadas en preproducción", Name: "pruebas-" + string(code) + ".txt",
		File: []byte("Informe de demostración: 97 de 100 transacciones aceptadas.\n"),
	})
	return err
}

// permit grants permissions of production and waits until Entra has done it.
func (w *World) permit(ctx context.Context, act workflow.Act, code access.LicenseCode, values ...string) error {
	flow := w.Server().Flow()
	wake, cancel := w.Server().Store().Subscribe()
	defer cancel()
	for {
		if _, err := flow.Permissions(ctx, act); access.CodeOf(err) != access.CodeUnavailable {
			break
		}
		select { // the worker reads what there is to grant
		case <-wake:
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for asked := false; ; {
		k, err := w.key(ctx, code, access.Production)
		if err != nil {
			return err
		}
		if !asked {
			_, err = flow.ChangePermissions(ctx, act, k.ID, k.Version, wire.ChangePermissions{Grant: values})
			switch {
			case access.HintOf(err) == access.HintStale:
				continue // it was read meanwhile
			case err != nil:
				return err
			}
			asked = true
			continue
		}
		if len(k.Tasks) == 0 {
			return nil
		}
		if k.Tasks[0].Failed != "" {
			return fmt.Errorf("%s: %s", k.Tasks[0].Permission, k.Tasks[0].Failed)
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// typeKeys has a request refused and closed by an officer who types its keys.
func (w *World) typeKeys(ctx context.Context, act workflow.Act, p Person, in wire.NewRequest) error {
	err := w.tell(ctx, story{login: p.Login, in: in, fault: refused(403, "Authorization_RequestDenied", "PATCH", "/applications(")})
	if err != nil {
		return err
	}
	var open *store.Request
	err = w.Server().Store().Read(ctx, func(tx *store.Tx) (err error) {
		open, err = tx.OpenRequest(in.Code)
		return err
	})
	if err != nil || open == nil {
		return errors.Join(errors.New("its request is not open"), err)
	}
	flow := w.Server().Flow()
	taken, err := flow.Take(ctx, act, open.ID, wire.Take{})
	if err != nil {
		return err
	}
	typed := func() wire.TypedKey {
		return wire.TypedKey{ClientID: uuid.NewString(), Secret: "demo-" + newPassword(), ExpiresAt: w.cfg.Clock().Add(180 * 24 * time.Hour)}
	}
	_, err = flow.Assign(ctx, act, open.ID, taken.Version, wire.Assign{Production: typed(), Preproduction: typed()})
	return err
}

// key reads a code's key.
func (w *World) key(ctx context.Context, code access.LicenseCode, env access.Environment) (*store.Key, error) {
	var k *store.Key
	err := w.Server().Store().Read(ctx, func(tx *store.Tx) (err error) {
		if k, err = tx.KeyOf(code, env); err == nil && k == nil {
			err = store.ErrNotFound
		}
		return err
	})
	return k, err
}
