package store

import (
	"database/sql"
	"sync"

	"github.com/mattn/go-sqlite3"
)

// driverName is SQLite's driver as the store uses it.
const driverName = "sqlite3-llavero"

// registerDriver makes the driver once. What SQLite sorts stays in memory: a temporary
// file would be one more place where the data of people lies about, in a folder
// that is not ours.
var registerDriver = sync.OnceFunc(func() {
	sql.Register(driverName, &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
		_, err := c.Exec(`PRAGMA temp_store = MEMORY`, nil)
		return err
	}})
})

// openSQL prepares connections to a database file; the first is made when used.
func openSQL(source string) (*sql.DB, error) {
	registerDriver()
	return sql.Open(driverName, source)
}
