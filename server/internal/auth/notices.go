package auth

import (
	"errors"
	"strconv"

	"llavero/server/internal/store"
	"llavero/server/internal/workflow"
	"llavero/shared/es"
)

// TemplateNotice tells a person of something about their own account. It carries
// no link and no secret: who did not do it calls the help desk.
const TemplateNotice = "account_notice"

// notice is what happened, in the words of the mail.
type notice string

// The notices.
const (
	noticeEnrolled notice = "Se activó el segundo factor de su usuario."
	noticeReplaced notice = "Se cambió el segundo factor de su usuario. El anterior y sus códigos de recuperación ya no sirven."
	noticeRemoved  notice = "Se quitó el segundo factor de su usuario."
	noticeDevice   notice = "Alguien ingresó con su usuario desde un equipo o una red que no conocíamos."
)

// noticeRecovery tells of a recovery code that was used.
func noticeRecovery(left int) notice {
	switch left {
	case 0:
		return "Se usó el último código de recuperación de su usuario. Genere otros en «Mi cuenta»."
	case 1:
		return "Se usó un código de recuperación de su usuario. Le queda 1."
	}
	return notice("Se usó un código de recuperación de su usuario. Le quedan " + strconv.Itoa(left) + ".")
}

// notify mails a notice to the registered address, if there is one.
func (s *Service) notify(tx *store.Tx, a store.Account, n notice, v Visit) error {
	to, err := registeredAddress(tx, a)
	if err != nil || to == "" || s.flow == nil {
		return err
	}
	from := v.Address
	if from == "" {
		from = "el servidor"
	}
	return s.flow.EnqueueMail(tx, string(a.ID), workflow.Mail{
		To: to, Template: TemplateNotice,
		Data: map[string]string{"login": a.Login, "name": a.Person.Name, "what": string(n), "when": es.DateTimeZone(tx.Now()), "from": from},
	})
}

// registeredAddress is where mails to an account go: MiSeguridadSocial's address,
// and the account's own of somebody whom MiSeguridadSocial does not know. "" when
// there is none.
func registeredAddress(tx *store.Tx, a store.Account) (string, error) {
	p, err := tx.Person(a.Person.Document)
	if errors.Is(err, store.ErrNotFound) {
		return a.Email, nil
	}
	return p.Email, err
}
