package sim

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"

	"tradewire/connectors"
)

// dialect is all that differs between the databases that can hold the ERP. Everything else is written in words that mean
// the same to both: CAST(x AS CHAR) is a decimal's text, which ends with zeros in one and not in the other and is read by
// parse; CAST(? AS DECIMAL(12,3)) keeps a sum exact where decimals are; a table made by a SELECT has a name.
type dialect struct {
	rising string              // what makes a whole number count upwards by itself
	table  string              // how CREATE TABLE ends
	locked string              // the end of a SELECT that keeps what it reads as it is until the transaction ends
	begin  *sql.TxOptions      // how a transaction begins
	judge  func(error) verdict // what becomes of an error
}

// verdict is what becomes of an error of the database. The zero verdict says nothing of it.
type verdict struct {
	kind   connectors.Kind
	hint   string
	passes bool // the same transaction, run again from BEGIN, may well succeed
}

// sqliteDialect needs no locking read: a transaction begins with the one lock there is.
var sqliteDialect = &dialect{rising: "AUTOINCREMENT", judge: func(error) verdict { return verdict{} }}

// mysqlDialect compares keys as they are written, like SQLite: neither case nor accents are overlooked. Spaces at the end
// are, and no key has any.
var mysqlDialect = &dialect{
	rising: "AUTO_INCREMENT",
	table:  " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
	locked: " FOR UPDATE",
	begin:  &sql.TxOptions{Isolation: sql.LevelReadCommitted}, // no gaps are locked: others may insert meanwhile
	judge:  judgeMySQL,
}

// statements are the ERP's schema, one by one.
func (d *dialect) statements() []string {
	var all []string
	for statement := range strings.SplitSeq(strings.ReplaceAll(erpSchema, "{rising}", d.rising), ";") {
		statement = strings.TrimSpace(statement)
		if tableOf(statement) != "" {
			statement += d.table
		}
		if statement != "" {
			all = append(all, statement)
		}
	}
	return all
}

// tableOf is the table that a statement makes, empty when it makes none.
func tableOf(statement string) string {
	words := strings.Fields(statement)
	if len(words) < 3 || words[0] != "CREATE" || words[1] != "TABLE" {
		return ""
	}
	return words[2]
}

func judgeMySQL(err error) verdict {
	said, answered := errors.AsType[*mysql.MySQLError](err)
	if !answered {
		if _, ok := errors.AsType[*net.OpError](err); ok || errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) {
			return verdict{kind: connectors.Unavailable, hint: "see whether the server runs and can be reached"}
		}
		return verdict{}
	}
	switch said.Number {
	case 1020, 1205, 1213:
		return verdict{connectors.Unavailable, "another program holds these rows locked: let it end", true}
	case 1044, 1045, 1142, 1227, 1698:
		return verdict{kind: connectors.Misconfigured, hint: "give this user all rights on the database, and see whether the password is right"}
	case 1049:
		return verdict{kind: connectors.Misconfigured, hint: "make the database first: CREATE DATABASE ... CHARACTER SET utf8mb4"}
	case 1046, 1054, 1146:
		return verdict{kind: connectors.Misconfigured, hint: "this is not the database in which the world's ERP was made"}
	}
	return verdict{kind: connectors.Unknown, hint: fmt.Sprintf("look up error %d of MySQL", said.Number)}
}

// rowsAtOnce bounds how many rows go into one statement.
const rowsAtOnce = 250

// insert adds rows to a table, many with one statement: a server may be far away. into names the table and its columns.
func insert(tx *sql.Tx, into string, rows [][]any) error {
	for some := range slices.Chunk(rows, rowsAtOnce) {
		row := "(" + marks(len(some[0])) + ")"
		// #nosec G202 -- what is joined are question marks and a name of our own
		query := "INSERT INTO " + into + " VALUES " + row + strings.Repeat(", "+row, len(some)-1)
		if _, err := tx.Exec(query, slices.Concat(some...)...); err != nil {
			return err
		}
	}
	return nil
}

// marks are n placeholders.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
