package store

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// dialect holds what SQLite and MySQL say differently, as far as the store uses it. Everything else is written in the
// words both understand: both know "change" in double quotes for a name, and || for joined texts.
type dialect struct {
	shared    bool                      // other processes write at the same moment; else this one is alone
	types     map[string]string         // of columns, by the word that the migrations use
	table     string                    // what stands behind the columns of a new table
	forUpdate string                    // end of a SELECT that locks what it reads until the transaction ends
	forShare  string                    // the same for one that lets others read it under the same lock, and write it not
	conflict  string                    // what comes of an INSERT whose key stands already; %s is the key
	incoming  string                    // the value that such an INSERT brought; %s is the column
	pairs     string                    // what stands before a list of pairs in IN (...)
	tables    string                    // a SELECT of the names of all tables
	through   func(index string) string // the index by which a SELECT of many keys is to go: what the database knows of a young table misleads it
	clock     string                    // milliseconds since 1970 by the database's own clock

	atOnce   func(rows int) int                                                                      // how many of so many rows one statement takes
	amend    func(table, brought, sets, where string) string                                         // an UPDATE from rows that are brought
	numbered func(ctx context.Context, tx *txn, said int64, rows int) (first, step int64, err error) // what rows of one INSERT are numbered, from what it said

	explain    func(error) error // a fault of the database in words for the person who has to do something about it
	passes     func(error) bool  // the transaction was undone and may work the next time
	taken      func(error) bool  // a row with that key stands there
	unfit      func(error) bool  // a value does not fit its column, or its row is too long
	tooLong    func(error) bool  // a row is more than the database takes at once
	made       func(error) bool  // a table, column or index of that name stands there
	undefined  func(error) bool  // a table is missing
	unanswered func(error) bool  // after this error of a COMMIT it may have happened all the same
}

var column = regexp.MustCompile(`\{(\w+)\}`)

// upsert ends an INSERT into a table with one key: a row that stands there takes the columns that are named. A set may also
// be an assignment, in which {column} is the value that the INSERT brought. Without sets the row stays as it is.
func (d dialect) upsert(key string, sets ...string) string {
	if len(sets) == 0 {
		first, _, _ := strings.Cut(key, ",")
		sets = []string{first + " = " + first} // the name of the row's own column: nothing moves
	}
	for i, set := range sets {
		if !strings.Contains(set, "=") {
			set += " = {" + set + "}"
		}
		sets[i] = column.ReplaceAllString(set, strings.ReplaceAll(d.incoming, "%s", "$1"))
	}
	conflict := d.conflict
	if strings.Contains(conflict, "%s") {
		conflict = fmt.Sprintf(conflict, key)
	}
	return "\n    " + conflict + " " + strings.Join(sets, ", ")
}

// define puts the dialect's types into a migration, which names them in braces.
func (d dialect) define(sql string) string {
	return column.ReplaceAllStringFunc(sql, func(word string) string {
		if said, known := d.types[word[1:len(word)-1]]; known {
			return said
		}
		return word
	})
}
