package workflow

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// Entra's servers may disagree for minutes, so a difference is told when it was
// seen twice.
const (
	// young is for how long what was made or changed is not compared.
	young = 15 * time.Minute
	// secondLook is how long after the first look a second one counts.
	secondLook = 10 * time.Minute
	// lookAgain is when what was seen once is looked at again.
	lookAgain = 15 * time.Minute
	// fixedKept is for how long differences that are gone stay in the list.
	fixedKept = 90 * day
)

// DriftKey is what the records say of one key, for a comparison.
type DriftKey struct {
	Key      *store.Key
	Secrets  []store.Secret
	Resource string // client id of the API whose permissions count
	// IsBusy: a job or an officer is about to change it, or has half done so.
	// IsYoung: it was made moments ago. Neither is compared.
	IsBusy, IsYoung bool
	// RolesKnown: its permissions were read, and not moments ago.
	RolesKnown bool
}

// Difference is one thing in which Entra and the records differ.
type Difference struct {
	Kind   access.DriftKind
	Thing  string // which of the application's; "" = itself
	Detail string
}

// Compared is one subject with what differs.
type Compared struct {
	Environment access.Environment
	Key         access.KeyID // "" of an orphan
	Version     int64        // the key's, when it was read
	Code        access.LicenseCode
	Name        string
	ObjectID    string
	ClientID    string
	Differences []Difference
	// Unlooked are the kinds that could not be looked at: what was found of them
	// before stands.
	Unlooked []access.DriftKind
}

// Subject is what the differences are filed under.
func (c Compared) Subject() string {
	if c.Key != "" {
		return string(c.Key)
	}
	return c.ObjectID
}

// DriftKeyOf reads one key for a comparison; nil when there is nothing to
// compare.
func (f *Flow) DriftKeyOf(ctx context.Context, id access.KeyID) (d *DriftKey, err error) {
	err = f.store.Read(ctx, func(tx *store.Tx) error {
		k, err := tx.Key(id)
		if err != nil {
			return err
		}
		if k.State == access.KeyCreating || k.ClientID == "" {
			return nil
		}
		d, err = f.driftKey(tx, k)
		return err
	})
	return d, refused(err)
}

func (f *Flow) driftKey(tx *store.Tx, k *store.Key) (*DriftKey, error) {
	d := &DriftKey{Key: k, Resource: f.params.Of(k.Environment).ResourceAppID}
	var err error
	if d.Secrets, err = tx.Secrets(k.ID); err != nil {
		return nil, err
	}
	d.IsBusy, err = tx.KeyIsBusy(k, young)
	d.IsYoung = tx.Now().Sub(k.IssuedAt) < young
	d.RolesKnown = !k.PermissionsAt.IsZero() && tx.Now().Sub(k.PermissionsAt) >= young
	return d, err
}

// RecordCompared writes down what a comparison found. sure: it has looked twice.
// Keys that changed since they were read are left out; it answers those.
func (f *Flow) RecordCompared(ctx context.Context, all []Compared, sure bool) (left []access.KeyID, err error) {
	err = f.store.Write(ctx, func(tx *store.Tx) error {
		left, err = recordAll(tx, all, sure)
		return err
	})
	return left, refused(err)
}

func recordAll(tx *store.Tx, all []Compared, sure bool) (left []access.KeyID, err error) {
	for _, c := range all {
		live, err := tx.LiveDrifts(c.Environment, c.Subject())
		if err != nil {
			return nil, err
		}
		if len(live) == 0 && len(c.Differences) == 0 {
			continue // as it should be
		}
		k, err := keyOfDrift(tx, c)
		if err != nil {
			return nil, err
		}
		if k != nil && k.Version != c.Version {
			left = append(left, k.ID)
			continue
		}
		counted, err := recordOne(tx, c, k, live, sure)
		if err == nil && counted && k != nil {
			err = tellKeyQuietly(tx, k)
		}
		if err != nil {
			return nil, err
		}
	}
	return left, nil
}

func keyOfDrift(tx *store.Tx, c Compared) (*store.Key, error) {
	if c.Key == "" {
		return nil, nil
	}
	return tx.Key(c.Key)
}

// recordOne writes down the differences of one subject; counted: the number of
// those that are open changed.
func recordOne(tx *store.Tx, c Compared, k *store.Key, live []store.Drift, sure bool) (counted bool, err error) {
	for _, diff := range c.Differences {
		i := slices.IndexFunc(live, func(d store.Drift) bool { return d.Kind == diff.Kind && d.Thing == diff.Thing })
		var news bool
		if i < 0 {
			news, err = newDrift(tx, c, k, diff, sure)
		} else {
			news, err = seenAgain(tx, &live[i], k, diff, sure)
			live = slices.Delete(live, i, i+1)
		}
		if err != nil {
			return false, err
		}
		counted = counted || news
	}
	for _, d := range live {
		if slices.Contains(c.Unlooked, d.Kind) {
			continue
		}
		news, err := gone(tx, &d, k)
		if err != nil {
			return false, err
		}
		counted = counted || news
	}
	return counted, nil
}

func newDrift(tx *store.Tx, c Compared, k *store.Key, diff Difference, sure bool) (bool, error) {
	d := store.Drift{
		Drift: access.Drift{
			ID: uuid.NewString(), Kind: diff.Kind, State: store.DriftSuspected, Environment: c.Environment, Key: c.Key, Code: c.Code,
			Name: c.Name, ClientID: c.ClientID, Detail: diff.Detail, FoundAt: tx.Now(), SeenAt: tx.Now(),
		},
		Subject: c.Subject(), Thing: diff.Thing, ObjectID: c.ObjectID,
	}
	if !sure {
		return false, tx.InsertDrift(&d)
	}
	d.State = access.DriftOpen
	if err := tx.InsertDrift(&d); err != nil {
		return false, err
	}
	return true, tellDrift(tx, &d, driftEntry(audit.DriftFound, &d, k))
}

// seenAgain keeps a difference that was known; one that was seen once is told
// when enough time lies between the looks.
func seenAgain(tx *store.Tx, d *store.Drift, k *store.Key, diff Difference, sure bool) (bool, error) {
	news := d.State == store.DriftSuspected && (sure || tx.Now().Sub(d.FoundAt) >= secondLook)
	if d.State == store.DriftSuspected && !news {
		return false, nil // its second look is still to come
	}
	d.SeenAt, d.Detail = tx.Now(), diff.Detail
	if news {
		d.State = access.DriftOpen
	}
	if err := tx.SaveDrift(d); err != nil {
		return false, err
	}
	if news {
		return true, tellDrift(tx, d, driftEntry(audit.DriftFound, d, k))
	}
	_, err := tx.Change(wire.RowDrift, d.ID, "")
	return false, err
}

// gone closes a difference that was not found any more.
func gone(tx *store.Tx, d *store.Drift, k *store.Key) (bool, error) {
	if d.State == store.DriftSuspected {
		return false, tx.ForgetDrift(d.ID)
	}
	was := d.State
	d.State, d.EndedAt, d.Failed = access.DriftFixed, tx.Now(), ""
	if err := tx.SaveDrift(d); err != nil {
		return false, err
	}
	if err := tx.FinishJobsOf(store.JobDriftFix, d.ID); err != nil {
		return false, err
	}
	return was != access.DriftDismissed, tellDrift(tx, d, driftEntry(audit.DriftFixed, d, k, audit.Word("was", string(was))))
}

// tellDrift writes the audit entry and the change of a difference.
func tellDrift(tx *store.Tx, d *store.Drift, e audit.Entry) error {
	if err := tx.Audit(e); err != nil {
		return err
	}
	_, err := tx.Change(wire.RowDrift, d.ID, "") // officers alone see it
	return err
}

// driftEntry begins the audit entry of what the server finds or does.
func driftEntry(kind audit.Kind, d *store.Drift, k *store.Key, attrs ...audit.Attr) audit.Entry {
	e := audit.ByServer(kind, d.ID, entityOf(k))
	e.Detail = audit.Details(append(attrs, driftAttrs(d)...)...)
	return e
}

func entityOf(k *store.Key) access.EntityID {
	if k == nil {
		return ""
	}
	return k.Entity
}

func driftAttrs(d *store.Drift) []audit.Attr {
	attrs := []audit.Attr{
		audit.Word("kind", string(d.Kind)), audit.Environment(d.Environment), audit.Word("name", d.Name), audit.Word("clientId", d.ClientID),
		audit.Word("what", machine(d.Detail)),
	}
	if d.Key != "" {
		attrs = append(attrs, audit.Word("key", string(d.Key)))
	}
	if d.Fix != "" {
		attrs = append(attrs, audit.Word("fix", string(d.Fix)), audit.Word("askedBy", d.By))
	}
	return attrs
}
