package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// dialect is all that differs between one database and another.
type dialect interface {
	name() string
	place() string // which database it is, on its server
	connector(write bool) driver.Connector
	sessions(write bool) int                          // how many sessions at once
	transaction(write bool) *sql.TxOptions            // how a transaction begins
	tries() int                                       // how often a transaction is tried
	judge(err error) verdict                          // what happens next with an error
	lost(err error) bool                              // after this error of a COMMIT it may have happened
	taken(err error) bool                             // a unique key stands there already
	missing(err error) bool                           // a table is not there
	misfit(err error) bool                            // the table and what is written do not fit each other
	locking() string                                  // what a SELECT ends with that locks what it reads
	mode(context.Context, sqlx.QueryerContext) string // the sql_mode of the session; empty: there is none
	preset() string                                   // the sql_mode that the configuration gives a session; empty: there is none
	keeps(declared string) (decimals int, is keeping) // what becomes of a number's decimals in a column declared so
	numbers(c Column) bool                            // the database numbers a primary key declared so
	counts() bool                                     // an UPDATE counts the rows it matched, not those it changed
	undoesSchema() bool                               // CREATE TABLE is undone by ROLLBACK
	clock() string                                    // a SELECT of the database's own UTC time; empty: it has our clock
	singles() string                                  // the type of binary fractions that are shown with fewer digits than they have; empty: none
	plain(column string) string                       // a quoted column so that its value comes as it is stored
	lists() bool                                      // columns must be listed for that, * does not do
	value(v any, declared string) (any, error)        // a value of the driver as a value of a Record
	fold(key string) string                           // keys that the database takes for equal have equal folds
	effectTable(quoted string) string                 // the statement that makes our effect table
	describe(d *description) error                    // how all tables are made
	fit(declared string, v any) any                   // a bound value as it is compared with a column declared so
	indexing(c Column) string                         // a column as CREATE INDEX names it
	shape(ctx context.Context, tx sqlx.QueryerContext, tables []string) (shape, error)
	logTable(quoted string, keys []string) string // the statement that makes a change log
	triggerBody(statement string) string
	micros() string              // now, in microseconds since 1970
	logged(column string) string // a column as it goes into a change log
	examine(ctx context.Context, tx sqlx.QueryerContext, f *findings) error
	stamps(ctx context.Context, tx sqlx.QueryerContext, tables []string) (map[string]stamp, error)
	comes(ctx context.Context, tx sqlx.QueryerContext, table, key string) (next, step int64, err error) // the numbers that the database would give to new rows
}

// keeping is what a column does with the decimals of a number.
type keeping int

const (
	unknownKeeping keeping = iota
	exactly                // it keeps a fixed number of them and rounds the rest
	singly                 // it is a binary fraction of single precision: about seven digits in all
)

// verdict is what happens next with an error of the database.
type verdict struct {
	kind      connectors.Kind
	hint      string
	passes    bool // it passes by itself: the transaction is tried again from BEGIN
	elsewhere bool // on another session: this one is given up
}

// identifier is what may be a name of a table or column: letters of any script, digits, and what real schemas use, such as
// "Unit Price (HKD)". No question mark: drivers take it for a value.
var identifier = regexp.MustCompile(`^[\p{L}\p{N}_$#][\p{L}\p{N}_$#. ()/%&+:@-]{0,63}$`)

// checkName refuses a name that could be anything but a name.
func checkName(name string) error {
	if !identifier.MatchString(name) {
		return fmt.Errorf("%q is not the name of a table or column", name)
	}
	return nil
}

// quote quotes a column's name. The backtick is the one quote that both databases take and that never turns a
// misspelt column into a string, as SQLite does with the double quote.
func quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

// quoteTable quotes a table's name, which may begin with its schema.
func quoteTable(name string) string {
	parts := strings.Split(name, ".")
	for i, part := range parts {
		parts[i] = quote(part)
	}
	return strings.Join(parts, ".")
}

// bare is a column's name without the table in front of it. "Order No." and "No. of Cartons" have none.
func bare(column string) string {
	rest := column[strings.LastIndex(column, ".")+1:]
	if rest == "" || rest[0] == ' ' {
		return column
	}
	return rest
}

// marks are n placeholders.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// as finds an error of the driver in err's chain.
func as[E error](err error) (E, bool) { return errors.AsType[E](err) }
