package store

import (
	"crypto/ed25519"
	"crypto/rand"
	"database/sql"
	"strings"
	"testing"
	"time"

	"llavero/server/internal/audit"
	"llavero/shared/access"
	"llavero/shared/receipt"
)

// evidence gives a bench a row in each table of evidence.
func (b *bench) evidence(t *testing.T) {
	t.Helper()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := receipt.SigningKey{ID: receipt.KeyIDOf(public), Public: public, From: fixed()}
	account := access.AccountID("account-of-evidence")
	b.write(t, func(tx *Tx) error {
		for _, do := range []func() error{
			func() error { return tx.InsertSigningKey(key) },
			func() error {
				return tx.CreateAccount(Account{ID: account, Login: "l", Person: access.Person{Document: access.Document{Type: "CC", Number: "9999000077"}}})
			},
			func() error {
				_, err := tx.InstallConsentText(ConsentText{ID: "terms", Version: "1", Language: "es-CO", Label: "l", Body: "b", Hash: "h", Origin: OfProgram})
				return err
			},
			func() error {
				return tx.InsertAgreement(Agreement{Account: account, TextVersion: "1", TextHash: "h", AcceptedAt: fixed()})
			},
			func() error { return tx.Audit(audit.ByServer(audit.RequestDone, "x", "")) },
			func() error {
				_, err := tx.exec(`INSERT INTO entities VALUES ('NI-1', 'NI', '1', 0, 'E');
					INSERT INTO snapshots (kind, cut_off, file_hash, imported_at, accepted, rejected, warned) VALUES ('reps', '', '', 0, 0, 0, 0);
					INSERT INTO providers (code, row_no, entity, name, class, municipality, snapshot, version) VALUES ('c', 99, 'NI-1', 'P', '', '', 1, 1);
					INSERT INTO key_requests (id, number, kind, reason, code, entity, status, form, content_hash, requested_by, requested_at, updated_at, version)
						VALUES ('r', 'n', 'enroll', '', 'c', 'NI-1', 'done', '{}', 'h', 'account-of-evidence', 0, 0, 1);
					INSERT INTO one_time_codes (id, request, content_hash, salt, code_hash, sent_to, sent_at, expires_at) VALUES ('o', 'r', 'h', x'', x'', '', 0, 0)`)
				return err
			},
			func() error {
				return tx.InsertConsent(Consent{Request: "r", TextID: "terms", Account: account, OneTimeCode: "o"})
			},
			func() error {
				return tx.InsertReceipt(Receipt{Request: "r", Number: "CON-1", File: []byte("{}"), Hash: "h", KeyID: key.ID, MadeAt: fixed()})
			},
			func() error {
				return tx.InsertPaperSignature("r", "h", receipt.Signature{KeyID: key.ID, At: fixed(), Value: []byte("v")})
			},
		} {
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	})
}

// Rows of evidence are written once: no UPDATE, no DELETE and no INSERT OR REPLACE,
// which deletes without asking a delete trigger, changes one; neither on the store's
// own connection nor on another program's, with the settings SQLite has by itself or
// with those that relax its checks.
func TestEvidence_isWrittenOnce(t *testing.T) {
	b := newBench(t)
	b.evidence(t)
	other, err := sql.Open("sqlite3", dsn(b.db.Path(), "_busy_timeout", "5000"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	other.SetMaxOpenConns(1)
	for _, pragma := range []string{
		`PRAGMA recursive_triggers = OFF`, `PRAGMA foreign_keys = OFF`, `PRAGMA ignore_check_constraints = ON`,
		`PRAGMA defer_foreign_keys = ON`, `PRAGMA legacy_alter_table = ON`,
	} {
		if _, err := other.ExecContext(t.Context(), pragma); err != nil {
			t.Fatal(err)
		}
	}
	for table, change := range map[string]string{
		"receipts": "file = x'00'", "receipt_papers": "value = x'00'", "consents": "label = 'x'", "consent_texts": "body = 'x'",
		"agreements": "accepted_at = 1", "audit_entries": "person = 'x'", "signing_keys": "public = x'00'",
	} {
		before := rowsOf(t, other, table)
		if !strings.Contains(before, "|") {
			t.Fatalf("%s is empty: %q", table, before)
		}
		for _, act := range []string{
			`UPDATE ` + table + ` SET ` + change,
			`UPDATE OR REPLACE ` + table + ` SET ` + change,
			`UPDATE OR IGNORE ` + table + ` SET ` + change,
			`DELETE FROM ` + table,
			`INSERT OR REPLACE INTO ` + table + ` SELECT * FROM ` + table,
			`REPLACE INTO ` + table + ` SELECT * FROM ` + table,
			`INSERT INTO ` + table + ` SELECT * FROM ` + table + ` WHERE true ON CONFLICT DO UPDATE SET ` + change,
		} {
			for name, db := range map[string]*sql.DB{"the store": b.db.writer, "another program": other} {
				_, err := db.ExecContext(t.Context(), act)
				if after := rowsOf(t, other, table); after != before {
					t.Fatalf("%s: %s changed a row\n%s\n%s", name, act, before, after)
				}
				if err == nil && table != "consent_texts" { // what is there already is left as it is, without a word
					t.Errorf("%s: %s was let through", name, act)
				}
			}
		}
		// Another row of the same key, with other values, takes no place either.
		replace := `INSERT OR REPLACE INTO ` + table + ` SELECT ` + replaced(t, other, table, change) + ` FROM ` + table
		for name, db := range map[string]*sql.DB{"the store": b.db.writer, "another program": other} {
			_, _ = db.ExecContext(t.Context(), replace)
			if after := rowsOf(t, other, table); after != before {
				t.Fatalf("%s: %s replaced a row\n%s\n%s", name, replace, before, after)
			}
		}
	}
}

// columnsOf lists a table's columns.
func columnsOf(t *testing.T, db *sql.DB, table string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `SELECT name FROM pragma_table_info('`+table+`')`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		all = append(all, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// replaced lists a table's columns with one of them changed.
func replaced(t *testing.T, db *sql.DB, table, change string) string {
	t.Helper()
	column, value, _ := strings.Cut(change, " = ")
	all := columnsOf(t, db, table)
	for i, name := range all {
		if name == column {
			all[i] = value
		}
	}
	return strings.Join(all, ", ")
}

// rowsOf is all rows of a table, and how many.
func rowsOf(t *testing.T, db *sql.DB, table string) string {
	t.Helper()
	columns := columnsOf(t, db, table)
	for i, name := range columns {
		columns[i] = "quote(" + name + ")"
	}
	var all string
	err := db.QueryRowContext(t.Context(), `SELECT group_concat(row, char(10)) || ' ' || count(*) FROM (SELECT `+strings.Join(columns, ` || '|' || `)+` AS row FROM `+table+` ORDER BY 1)`).Scan(&all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A key that ended keeps its end, and only one is in force.
func TestSigningKeys(t *testing.T) {
	b := newBench(t)
	b.evidence(t)
	var key *SigningKey
	b.write(t, func(tx *Tx) (err error) { key, err = tx.SigningKeyInForce(); return err })
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	next := receipt.SigningKey{ID: receipt.KeyIDOf(public), Public: public, From: fixed().Add(time.Hour)}
	if err := b.db.Write(t.Context(), func(tx *Tx) error { return tx.InsertSigningKey(next) }); err == nil {
		t.Error("two keys are in force")
	}
	b.write(t, func(tx *Tx) error {
		if err := tx.EndSigningKey(key.ID, next.From); err != nil {
			return err
		}
		return tx.InsertSigningKey(next)
	})
	if err := b.db.Write(t.Context(), func(tx *Tx) error { return tx.EndSigningKey(key.ID, next.From.Add(time.Hour)) }); err == nil {
		t.Error("a key ended twice")
	}
	if _, err := b.db.writer.ExecContext(t.Context(), `UPDATE signing_keys SET until_at = 0 WHERE id = $1`, key.ID); err == nil {
		t.Error("a key that had ended is in force again")
	}
}
