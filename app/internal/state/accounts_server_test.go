package state

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"strconv"
	"time"

	"llavero/shared/access"
	"llavero/shared/wire"
)

// registry is the part of the server that stands for users: the image codes are
// "A1", "A2"… in the order they were drawn; the mailed code is "T1".
type registry struct {
	images  int
	last    wire.NewImage
	spent   map[string]bool
	unmet   []access.FieldError
	form    access.Registration
	body    wire.Register
	set     wire.SetPassword
	changed wire.ChangePassword
	asked   wire.Recover
	officer bool
	pass    time.Duration // how long a pass lasts; 0: ten minutes
	pledge  string
}

func pixel(w, h int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func (s *server) NewImage(_ context.Context, b wire.NewImage) (wire.Image, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("image", b.Replaces); err != nil {
		return wire.Image{}, err
	}
	s.users.images++
	s.users.last = b
	return wire.Image{ID: "i" + strconv.Itoa(s.users.images), PNG: pixel(250, 80), ExpiresAt: time.Now().Add(5 * time.Minute)}, nil
}

func (s *server) RegistrationInfo(context.Context) (wire.RegistrationInfo, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.RegistrationInfo{Pledge: wire.ConsentText{ID: "pledge", Hash: "p" + s.users.pledge, Label: "Acepto"}}, s.enter("info", "")
}

// answers checks an image's answer, which spends it.
func (s *server) answers(a wire.ImageAnswer) error {
	if s.users.spent == nil {
		s.users.spent = map[string]bool{}
	}
	was := s.users.spent[a.ID]
	s.users.spent[a.ID] = true
	if was || a.Code != "A"+a.ID[1:] {
		return access.InvalidField("image.code", access.HintImageCode)
	}
	return nil
}

func (s *server) CheckPrerequisites(_ context.Context, b wire.CheckPrerequisites) (wire.Prerequisites, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("check", b.Image.ID); err != nil {
		return wire.Prerequisites{}, err
	}
	if err := s.answers(b.Image); err != nil {
		return wire.Prerequisites{}, err
	}
	s.users.form = b.Form
	lasts := s.users.pass
	if lasts == 0 {
		lasts = 10 * time.Minute
	}
	return wire.Prerequisites{
		Items: []access.Prerequisite{{ID: access.PrerequisitePerson, Verdict: access.VerdictMet, DataAt: time.Now()}},
		Met:   true, Pass: "pase", PassExpiresAt: time.Now().Add(lasts),
	}, nil
}

func (s *server) Register(_ context.Context, b wire.Register) (wire.Registered, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("register", b.Pass); err != nil {
		return wire.Registered{}, err
	}
	switch {
	case b.Image != nil:
		if err := s.answers(*b.Image); err != nil {
			return wire.Registered{}, err
		}
	case b.Pass != "pase" || b.Form != s.users.form:
		return wire.Registered{}, access.InvalidField("image.code", access.HintImageCode)
	}
	if s.users.unmet != nil {
		return wire.Registered{}, &access.Error{Code: access.CodeInvalid, Hint: access.HintPrerequisites, Fields: s.users.unmet}
	}
	s.users.body = b
	return wire.Registered{Login: "CC9999000011", Form: b.Form, MaskedEmail: "p•••@example.org"}, nil
}

func (s *server) Recover(_ context.Context, b wire.Recover) (wire.Recovering, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("recover", b.Image.ID); err != nil {
		return wire.Recovering{}, err
	}
	if err := s.answers(b.Image); err != nil {
		return wire.Recovering{}, err
	}
	s.users.asked = b
	return wire.Recovering{Sender: "llaves@example.org"}, nil
}

func (s *server) AccountLink(_ context.Context, b wire.AccountLink) (wire.AccountLinkInfo, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("link", b.Token); err != nil {
		return wire.AccountLinkInfo{}, err
	}
	if b.Token != "T1" {
		return wire.AccountLinkInfo{}, access.Refuse(access.CodeExpired, access.HintLink)
	}
	return wire.AccountLinkInfo{Login: "CC9999000011", Purpose: wire.LinkFinish, NeedsSecondFactor: s.users.officer}, nil
}

func (s *server) SetPassword(_ context.Context, b wire.SetPassword) (wire.PasswordSet, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("set", b.Token); err != nil {
		return wire.PasswordSet{}, err
	}
	s.users.set = b
	set := wire.PasswordSet{Login: "CC9999000011"}
	if s.users.officer {
		set.Enrolment = &wire.Enrolment{Ticket: "boleto", Seed: "ABC", Address: "otpauth://totp/x?secret=ABC"}
	}
	return set, nil
}

func (s *server) ConfirmEnrolment(_ context.Context, b wire.ConfirmEnrolment) (wire.RecoveryCodes, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.Code != "123456" {
		return wire.RecoveryCodes{}, access.InvalidField("code", access.HintSecondFactor)
	}
	return wire.RecoveryCodes{}, s.enter("enrol", b.Ticket)
}

func (s *server) ChangePassword(_ context.Context, key string, b wire.ChangePassword) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.enter("password", key); err != nil {
		return err
	}
	s.users.changed = b
	return nil
}
