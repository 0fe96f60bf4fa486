package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/consent"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/es"
	"llavero/shared/receipt"
	"llavero/shared/secret"
	"llavero/shared/wire"
)

// TemplateOTP is the mail that carries a one-time code. Its data: act, code,
// entity, expires, hash, license, number, reason.
const TemplateOTP = "otp"

// Mail is one mail waiting to be sent. It holds a one-time code: it is sealed in
// its job and prints as its template's name.
type Mail struct {
	To       string
	Template string
	Data     map[string]string
	NotAfter time.Time // pointless to send later; zero: never
	// CanWait: people wait for the others, which go first.
	CanWait bool `json:"-"`

	Items []map[string]string `json:",omitempty"` // rows of a mail that lists things
	Files []File              `json:",omitempty"`
}

// File is a file that goes with a mail.
type File struct {
	Name    string
	Type    string // "text/calendar; charset=utf-8; method=PUBLISH"
	Content []byte
}

// String keeps the code out of logs.
func (m Mail) String() string { return "mail " + m.Template }

// GoString keeps the code out of logs.
func (m Mail) GoString() string { return m.String() }

// Format keeps the code out of logs, whatever the verb.
func (m Mail) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(m.String())) }

// LogValue keeps the code out of logs.
func (m Mail) LogValue() slog.Value { return slog.StringValue(m.String()) }

// OpenMail unseals the mail of a job of kind store.JobMail.
func (f *Flow) OpenMail(_ context.Context, job store.Job) (Mail, error) {
	text, err := f.box.Open(job.Payload, mailIdentity(job.ID))
	if err != nil {
		return Mail{}, err
	}
	var m Mail
	if err := json.Unmarshal([]byte(text.Reveal()), &m); err != nil {
		return Mail{}, fmt.Errorf("mail of job %s: malformed payload", job.ID) // the cause may quote the code
	}
	return m, nil
}

func mailIdentity(job string) string { return "job/mail/" + job }

// EnqueueMail seals a mail into its job. One to nobody is kept and never sent.
func (f *Flow) EnqueueMail(tx *store.Tx, subject string, m Mail) error {
	_, err := f.enqueueMail(tx, subject, m)
	return err
}

// enqueueMail is EnqueueMail that says which job it is.
func (f *Flow) enqueueMail(tx *store.Tx, subject string, m Mail) (job string, err error) {
	body, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("mail %s: %w", m.Template, err)
	}
	job = uuid.NewString()
	sealed, err := f.box.Seal(secret.New(string(body)), mailIdentity(job))
	if err != nil {
		return "", err
	}
	return job, tx.Enqueue(store.Job{ID: job, Kind: store.JobMail, Subject: subject, Payload: sealed, Urgent: !m.CanWait})
}

// SendCode mails a one-time code for a request as it stands, to the address
// registered for whoever asks. Each text in force must have been ticked, by the
// hash of what was shown.
func (f *Flow) SendCode(ctx context.Context, act Act, id access.RequestID, in wire.SendCode) (wire.CodeSent, error) {
	return once(ctx, f, act, "code "+string(id), func(tx *store.Tx) (wire.CodeSent, error) {
		r, err := own(tx, act.Who, id)
		if err != nil {
			return wire.CodeSent{}, err
		}
		if err := access.CanSign(act.Who, &r.KeyRequest); err != nil {
			return wire.CodeSent{}, err
		}
		if err := f.agreed(tx, act.Who); err != nil {
			return wire.CodeSent{}, err
		}
		account, err := tx.Account(act.Who.Account)
		if err != nil {
			return wire.CodeSent{}, err
		}
		if account.Email == "" {
			return wire.CodeSent{}, access.Refuse(access.CodeConflict, access.HintNoAddress)
		}
		hash, texts, err := contentHash(tx, r)
		if err != nil {
			return wire.CodeSent{}, err
		}
		ticks, err := checkTicked(act, in, texts, tx.Now())
		if err != nil {
			return wire.CodeSent{}, err
		}
		if hash != r.ContentHash { // a text was replaced since the request was written
			if err := restate(tx, act, r, hash, "texts_changed"); err != nil {
				return wire.CodeSent{}, err
			}
		}
		if err := f.repromise(tx, act, r); err != nil {
			return wire.CodeSent{}, err
		}
		return f.send(tx, act, r, account.Email, ticks)
	})
}

// ticked is one accepted text as kept until the signature.
type ticked struct {
	ID       string `json:"id"`
	Version  string `json:"version"`
	Language string `json:"language,omitempty"`
	Hash     string `json:"hash"`
	Label    string `json:"label"`
	// ShownAt and TickedAt are in the server's time; zero: the client did not say.
	ShownAt  time.Time `json:"shownAt,omitzero"`
	TickedAt time.Time `json:"tickedAt,omitzero"`
}

// checkTicked says that each text in force was ticked as it stands, and what is
// known of how.
func checkTicked(act Act, in wire.SendCode, texts []store.ConsentText, now time.Time) ([]ticked, error) {
	var all []ticked
	var wrong []access.FieldError
	changed := false
	for _, t := range texts {
		i := slices.IndexFunc(in.Accepted, func(a wire.AcceptedText) bool { return a.ID == t.ID })
		if i < 0 {
			wrong = append(wrong, access.FieldError{Field: "accepted." + t.ID, Hint: access.HintNotAccepted})
		} else if in.Accepted[i].Hash != t.Hash {
			changed = true
		}
		all = append(all, ticked{ID: t.ID, Version: t.Version, Language: t.Language, Hash: t.Hash, Label: t.Label})
	}
	wrong = append(wrong, addShown(act, in.Shown, all, now)...)
	if len(wrong) > 0 {
		return nil, &access.Error{Code: access.CodeInvalid, Fields: wrong}
	}
	if changed {
		return nil, access.Refuse(access.CodeConflict, access.HintTextsChanged)
	}
	return all, nil
}

// addShown adds what the client says of how the texts were shown, once for each.
func addShown(act Act, shown []wire.ShownText, all []ticked, now time.Time) []access.FieldError {
	var wrong []access.FieldError
	said := map[string]bool{}
	for _, s := range shown {
		i := slices.IndexFunc(all, func(t ticked) bool { return t.ID == s.ID })
		if i < 0 || said[s.ID] {
			wrong = append(wrong, access.FieldError{Field: "shown.id", Hint: access.HintUnknownValue})
			continue
		}
		said[s.ID] = true
		when, more := shownOn(act, s, s.ID, now)
		wrong = append(wrong, inside("shown", more)...)
		all[i].ShownAt, all[i].TickedAt = when.shown, when.ticked
	}
	return wrong
}

// restate writes that a request says something else by now; its codes stop working.
func restate(tx *store.Tx, act Act, r *store.Request, hash, why string) error {
	r.ContentHash, r.UpdatedAt = hash, tx.Now()
	if err := tx.VoidCodes(r.ID); err != nil {
		return err
	}
	_, err := save(tx, r, entry(act, audit.RequestChanged, r, audit.Word("contentHash", hash), audit.Word("why", why)))
	return err
}

func (f *Flow) send(tx *store.Tx, act Act, r *store.Request, to string, ticks []ticked) (wire.CodeSent, error) {
	codes, err := tx.Codes(r.ID)
	if err != nil {
		return wire.CodeSent{}, err
	}
	signing, err := f.admit(tx, r, codes)
	if err != nil {
		return wire.CodeSent{}, err
	}
	rules, now := f.policy.Codes, tx.Now()
	gone := rules.Surplus(sentOf(codes, now), r.ContentHash, now)
	for _, c := range codes {
		if isFuture(c, now) { // or it would live when the clock is there again
			gone = append(gone, c.ID)
		}
	}
	for _, id := range gone {
		if err := tx.VoidCode(id); err != nil {
			return wire.CodeSent{}, err
		}
	}
	c, code, err := f.draw(r, to, now)
	if err != nil {
		return wire.CodeSent{}, err
	}
	if c.Accepted, err = accept(signing, ticks, now); err != nil {
		return wire.CodeSent{}, err
	}
	c.Account = act.Who.Account
	if err := tx.InsertCode(c); err != nil {
		return wire.CodeSent{}, err
	}
	signing.Sends++
	signing.ResendAt = now.Add(rules.Wait(signing.Sends))
	if err := tx.SaveSigning(*signing); err != nil {
		return wire.CodeSent{}, err
	}
	if err := f.mailCode(tx, r, to, c, code); err != nil {
		return wire.CodeSent{}, err
	}
	err = tx.Audit(entry(act, audit.CodeSent, r, audit.Word("oneTimeCode", c.ID), audit.Word("to", c.SentTo),
		audit.Word("contentHash", r.ContentHash), audit.Count("sends", int64(signing.Sends))))
	return wire.CodeSent{
		To: c.SentTo, From: f.mailFrom, SentAt: now, ExpiresAt: c.ExpiresAt, ResendAt: signing.ResendAt, Sends: signing.Sends,
		TriesLeft: rules.Failures - signing.Failures, ContentHash: r.ContentHash,
	}, err
}

// admit says whether one more code may be sent, and gives the state it joins.
func (f *Flow) admit(tx *store.Tx, r *store.Request, codes []store.OneTimeCode) (*store.Signing, error) {
	rules, now := f.policy.Codes, tx.Now()
	signing, err := tx.Signing(r.ID, r.ContentHash)
	if err != nil {
		return nil, err
	}
	if signing == nil {
		signing = &store.Signing{Request: r.ID, ContentHash: r.ContentHash}
	}
	longest := max(rules.Wait(signing.Sends), rules.Pause) + clockSlack // more is from before the clock was set back
	if now.Before(signing.ResendAt) && !signing.ResendAt.After(now.Add(longest)) {
		return nil, wait(signing.ResendAt, now)
	}
	var lastHour []store.OneTimeCode // newest first, as codes are
	for _, c := range codes {
		if c.SentAt.After(now.Add(-time.Hour)) && !isFuture(c, now) {
			lastHour = append(lastHour, c)
		}
	}
	if len(lastHour) >= rules.PerHour {
		return nil, wait(lastHour[rules.PerHour-1].SentAt.Add(time.Hour), now)
	}
	if signing.Failures >= rules.Failures { // the pause is over: the signature begins anew
		signing.Failures, signing.Sends = 0, 0
	}
	return signing, nil
}

// clockSlack is how far a clock may be put right without anybody's notice.
const clockSlack = time.Minute

// isFuture reports a code from before the clock was set back: it makes nobody
// wait, and signs nothing, or it would until the clock is there again.
func isFuture(c store.OneTimeCode, now time.Time) bool { return c.SentAt.After(now.Add(clockSlack)) }

func wait(until, now time.Time) error {
	seconds := int((until.Sub(now) + time.Second - 1) / time.Second)
	return &access.Error{Code: access.CodeThrottled, Hint: access.HintResendWait, Args: map[string]string{
		"until": until.UTC().Format(time.RFC3339), "seconds": strconv.Itoa(seconds),
	}}
}

// draw makes a code and what is stored of it.
func (f *Flow) draw(r *store.Request, to string, now time.Time) (store.OneTimeCode, secret.Text, error) {
	code, err := consent.NewCode(f.rand)
	if err != nil {
		return store.OneTimeCode{}, secret.Text{}, err
	}
	salt, err := consent.NewSalt(f.rand)
	if err != nil {
		return store.OneTimeCode{}, secret.Text{}, err
	}
	return store.OneTimeCode{
		ID: uuid.NewString(), Request: r.ID, ContentHash: r.ContentHash, Salt: salt,
		CodeHash: consent.Digest(f.pepper, salt, code), SentTo: access.MaskEmail(to),
		SentAt: now, ExpiresAt: now.Add(f.policy.Codes.Life),
	}, code, nil
}

// accept keeps what was ticked, and returns it as it is kept with a code.
func accept(signing *store.Signing, ticks []ticked, now time.Time) (string, error) {
	b, err := json.Marshal(ticks)
	signing.Accepted, signing.AcceptedAt = string(b), now
	return string(b), err
}

func (f *Flow) mailCode(tx *store.Tx, r *store.Request, to string, c store.OneTimeCode, code secret.Text) error {
	p, err := tx.Provider(r.Code)
	if err != nil {
		return err
	}
	return f.EnqueueMail(tx, string(r.ID), Mail{To: to, Template: TemplateOTP, NotAfter: c.ExpiresAt, Data: map[string]string{
		"act": es.Kind(r.Kind), "code": code.Reveal(), "entity": p.Name, "expires": es.DateTime(c.ExpiresAt),
		"hash": receipt.Short(r.ContentHash), "license": string(r.Code), "number": r.Number, "reason": es.Reason(r.Reason),
	}})
}

func sentOf(codes []store.OneTimeCode, now time.Time) []consent.Sent {
	all := make([]consent.Sent, len(codes))
	for i, c := range codes {
		if isFuture(c, now) {
			c.ExpiresAt = now // it is past its end
		}
		all[i] = consent.Sent{
			ID: c.ID, ContentHash: c.ContentHash, Salt: c.Salt, Digest: c.CodeHash, ExpiresAt: c.ExpiresAt, VoidedAt: c.VoidedAt,
		}
	}
	return all
}
