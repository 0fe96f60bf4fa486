package store

import (
	"strings"
	"testing"
	"time"

	"llavero/shared/access"
)

// What the feed asks for each client, at each change, must be found by an index:
// the log has 200,000 rows and an import puts 61,177 there at once.
func TestFeedQueries_useAnIndex(t *testing.T) {
	db, err := Open(t.Context(), t.TempDir()+"/llavero.db", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	officer := access.Viewer{Account: "o", Role: access.RoleOfficer, SecondFactor: true}
	delegate := access.Viewer{Account: "d", Role: access.RoleDelegate, Entity: "NI-999100005"}
	if !officer.IsOfficer() || !delegate.IsDelegate() {
		t.Fatal("the viewers are not what they should be")
	}
	queryOf := func(query string, args ...any) func() (string, []any) {
		return func() (string, []any) { return query, args }
	}
	one := func(columns, from string, scope func(access.Viewer, ...any) (string, []any), viewer access.Viewer, table string) func() (string, []any) {
		where, args := scope(viewer, "id")
		return queryOf(`SELECT `+columns+from+` WHERE `+table+`.id = $1 AND `+where, args...)
	}
	all := func(columns, from string, scope func(access.Viewer, ...any) (string, []any), viewer access.Viewer, table string) func() (string, []any) {
		where, args := scope(viewer)
		return queryOf(`SELECT `+columns+from+` WHERE `+where+` ORDER BY `+table+`.id`, args...)
	}
	cases := []struct {
		name  string
		query func() (string, []any)
		want  []string // each must be in the plan
	}{
		{"log, officer", func() (string, []any) { return logQuery(officer, 5, 256) }, []string{"SEARCH changes USING INTEGER PRIMARY KEY"}},
		{"log, delegate", func() (string, []any) { return logQuery(delegate, 5, 256) }, []string{"SEARCH changes USING INDEX changes_by_entity (entity=? AND seq>?)"}},
		{"request, officer", one(requestRowColumns, requestRowFrom, requestScope, officer, "key_requests"), []string{"SEARCH key_requests", "SEARCH providers", "SEARCH entities"}},
		{"request, delegate", one(requestRowColumns, requestRowFrom, requestScope, delegate, "key_requests"), []string{"SEARCH key_requests", "SEARCH providers", "SEARCH entities"}},
		{"key, officer", one(keyRowColumns, keyRowFrom, keyScope, officer, "access_keys"), []string{"SEARCH access_keys", "SEARCH evidence USING COVERING INDEX evidence_by_code"}},
		{"key, delegate", one(keyRowColumns, keyRowFrom, keyScope, delegate, "access_keys"), []string{"SEARCH access_keys"}},
		{"all requests, delegate", all(requestRowColumns, requestRowFrom, requestScope, delegate, "key_requests"), []string{"key_requests_by_entity", "SEARCH providers"}},
		{"all keys, delegate", all(keyRowColumns, keyRowFrom, keyScope, delegate, "access_keys"), []string{"access_keys_by_entity"}},
		{"all requests, officer", all(requestRowColumns, requestRowFrom, requestScope, officer, "key_requests"), []string{"SEARCH providers", "SEARCH entities"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			query, args := c.query()
			plan := explain(t, db, query, args...)
			for _, want := range c.want {
				if !strings.Contains(plan, want) {
					t.Errorf("no %q in the plan:\n%s", want, plan)
				}
			}
			if strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("sorts by itself:\n%s", plan)
			}
		})
	}
	if query, _ := logQuery(access.Viewer{Account: "n"}, 0, 10); query != "" {
		t.Errorf("who sees nothing asks %s", query)
	}
}

// explain returns SQLite's plan, a line for each step.
func explain(t *testing.T, db *DB, query string, args ...any) string {
	t.Helper()
	var steps []string
	err := db.Read(t.Context(), func(tx *Tx) error {
		return tx.each(func(scan func(...any) error) error {
			var id, parent, unused int
			var detail string
			if err := scan(&id, &parent, &unused, &detail); err != nil {
				return err
			}
			steps = append(steps, detail)
			return nil
		}, `EXPLAIN QUERY PLAN `+query, args...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(steps, "\n")
}
