package auth

import (
	"context"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/imagecode"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// NewImage draws an image code. The one it replaces is good no more.
func (s *Service) NewImage(ctx context.Context, v Visit, in wire.NewImage) (wire.Image, error) {
	if in.Scale == 0 {
		in.Scale = imagecode.MinScale
	}
	if in.Scale < imagecode.MinScale || in.Scale > imagecode.MaxScale {
		return wire.Image{}, access.InvalidField("scale", access.HintUnknownValue)
	}
	if err := s.count(ctx, v, "image"); err != nil {
		return wire.Image{}, err
	}
	m, err := s.images.New(s.clock(), in.Replaces, in.Scale)
	if err != nil {
		return wire.Image{}, err
	}
	return wire.Image{ID: m.ID, PNG: m.PNG, ExpiresAt: m.ExpiresAt.UTC().Truncate(time.Microsecond)}, nil
}

// count takes one of the tries an address has for a kind of act that nobody
// signed in for.
func (s *Service) count(ctx context.Context, v Visit, kind string) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		return tally(tx, subjectOf(kind, addressOf(v.Address)), s.settings.AddressTries, s.settings.Window)
	})
}

// TryNotice counts a try of the page of notices to third parties.
func (s *Service) TryNotice(ctx context.Context, v Visit) error { return s.count(ctx, v, "notice") }

// needImage adds what an image's answer lacks to the wrong fields.
func needImage(a wire.ImageAnswer, wrong []access.FieldError) []access.FieldError {
	if a.ID == "" || imagecode.Clean(a.Code) == "" {
		wrong = append(wrong, access.FieldError{Field: "image.code", Hint: access.HintRequired})
	}
	return wrong
}

// checkImage spends an image and refuses what was not read in it, recorded.
// Nothing was looked up for it yet.
func (s *Service) checkImage(ctx context.Context, v Visit, a wire.ImageAnswer, act string) error {
	if s.images.Check(s.clock(), a.ID, a.Code) {
		return nil
	}
	return s.refuseImage(ctx, v, act)
}

func (s *Service) refuseImage(ctx context.Context, v Visit, act string) error {
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		e := audit.Entry{Kind: audit.ImageRefused, Person: access.Person{Name: "?"}, Subject: act, RequestID: v.RequestID}
		e.Detail = audit.Details(audit.Address(v.Address))
		return tx.Audit(e)
	})
	if err != nil {
		return err
	}
	e := access.InvalidField("image.code", access.HintImageCode)
	e.Hint = access.HintImageCode
	return e
}
