package store

import "strings"

// dialect holds what SQLite and MySQL say differently, as far as the store uses it. Everything else is written in the
// words both understand.
type dialect struct {
	autoNumber    string // type of a primary key that counts upwards and never comes back
	bytes         string // type of a column for bytes of any length
	forUpdate     string // end of a SELECT that locks what it reads until the transaction ends
	insertMissing string // start of an INSERT that leaves a row with that key as it is
}

// sqliteDialect needs no locking read: a transaction begins with the one lock there is.
var sqliteDialect = dialect{
	autoNumber:    "INTEGER PRIMARY KEY AUTOINCREMENT",
	bytes:         "BLOB",
	forUpdate:     "",
	insertMissing: "INSERT OR IGNORE INTO",
}

// types puts the dialect's types into a migration, which names them {auto_number} and {bytes}.
func (d dialect) types(sql string) string {
	return strings.NewReplacer("{auto_number}", d.autoNumber, "{bytes}", d.bytes).Replace(sql)
}
