package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"llavero/server/internal/audit"
	"llavero/server/internal/store"
	"llavero/shared/access"
	"llavero/shared/wire"
)

// metaDirectory is the mark in the table meta of what is known of the server's
// own standing in an environment's directory: JSON of wire.DirectoryOf.
const metaDirectory = "directory."

// Directory tells the server's own standing in Entra, as it was last read, and
// when all keys were last compared.
func (f *Flow) Directory(ctx context.Context, act Act) (d wire.Directory, err error) {
	err = f.store.Read(ctx, func(tx *store.Tx) error {
		if !act.Who.IsOfficer() {
			return access.Refuse(access.CodeForbidden, "")
		}
		d.Items = []wire.DirectoryOf{}
		for _, env := range access.Environments() {
			one, err := directoryOf(tx, env)
			if err != nil {
				return err
			}
			d.Items = append(d.Items, one)
			at, keys, err := comparedAt(tx, env)
			if err != nil {
				return err
			}
			d.Compared += keys
			if at.After(d.ComparedAt) {
				d.ComparedAt = at
			}
		}
		return nil
	})
	return d, refused(err)
}

func directoryOf(tx *store.Tx, env access.Environment) (wire.DirectoryOf, error) {
	d := wire.DirectoryOf{Environment: env}
	text, err := tx.Meta(metaDirectory + string(env))
	if errors.Is(err, store.ErrNotFound) {
		return d, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &d)
	}
	return d, err
}

// comparedAt is when all keys of an environment were last compared, and how many
// they were.
func comparedAt(tx *store.Tx, env access.Environment) (time.Time, int, error) {
	text, err := tx.Meta(metaCompared + "." + string(env))
	if errors.Is(err, store.ErrNotFound) {
		return time.Time{}, 0, nil
	}
	if err != nil {
		return time.Time{}, 0, err
	}
	when, keys, _ := strings.Cut(text, " ")
	at, err := time.Parse(time.RFC3339, when)
	if err != nil {
		return time.Time{}, 0, err
	}
	n, err := strconv.Atoi(keys)
	return at, n, err
}

// RecordDirectory keeps what was read of the server's own standing. Of a
// directory that could not be asked (Failed) what was known of the same
// application stays. What it may do, and until when, goes into the trail when it
// is not what was known.
func (f *Flow) RecordDirectory(ctx context.Context, d wire.DirectoryOf) error {
	return refused(f.store.Write(ctx, func(tx *store.Tx) error {
		before, err := directoryOf(tx, d.Environment)
		if err != nil {
			return err
		}
		if d.Failed != "" && before.ClientID == d.ClientID && before.Credential == d.Credential {
			failed, ends := d.Failed, d.ExpiresAt
			if d = before; !ends.IsZero() {
				d.ExpiresAt = ends
			}
			d.Failed = failed
		}
		text, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if err := tx.SetMeta(metaDirectory+string(d.Environment), string(text)); err != nil {
			return err
		}
		isSame := slices.Equal(before.Missing, d.Missing) && slices.Equal(before.Excess, d.Excess) && before.Failed == d.Failed &&
			before.ClientID == d.ClientID && before.ExpiresAt.Equal(d.ExpiresAt) && before.Configured == d.Configured
		if isSame {
			return nil
		}
		e := audit.ByServer(audit.DirectoryRead, "directory", "")
		e.Detail = audit.Details(audit.Environment(d.Environment), audit.Word("clientId", d.ClientID), audit.Word("missing", strings.Join(d.Missing, ", ")),
			audit.Word("excess", strings.Join(d.Excess, ", ")), audit.Time("expiresAt", d.ExpiresAt), audit.Word("code", machine(d.Failed)))
		return tx.Audit(e)
	}))
}
