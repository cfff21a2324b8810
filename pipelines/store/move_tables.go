package store

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// moveTable is a table as a move carries it: what the migrations say of it.
type moveTable struct {
	name    string
	columns []moveColumn
	key     []string // the columns of its primary key, in their order
	numbers bool     // the database counts its key up
	only    string   // the rows of the file that are moved; empty: all
}

type moveColumn struct {
	name string
	word string // its type as the migrations call it: int, name, key, text, stamp, bytes
	must bool   // it holds something in every row
}

// stays are the tables that are not moved. (What the migrations have done is noted by each store for itself.)
var stays = []string{
	"gate", // rows to be locked, without a content: whoever queues makes its own
}

// staysOf are columns that are not moved. Of a lease its name and epoch are: what targets have seen under an epoch is
// refused under a lower one. Who held it, and until when, is over.
var staysOf = map[string][]string{"lease": {"holder", "until_at"}}

// movesOf are the rows that are moved where not all are. A message that every group of its topic has passed stays behind:
// Prune would delete it, and a relay would publish it as news.
var movesOf = map[string]string{
	"queue": `off > COALESCE((SELECT MIN(p.off) FROM progress p WHERE p.topic = queue.topic AND p.part = queue.part), 0)`,
}

var (
	createdTable = regexp.MustCompile(`(?s)^CREATE TABLE (\w+|"\w+") \((.*)\)$`)
	addedColumn  = regexp.MustCompile(`^ALTER TABLE (\w+|"\w+") ADD COLUMN (.*)$`)
	columnLine   = regexp.MustCompile(`^(\w+|"\w+")\s+\{?(\w+)\}?(.*)$`)
	keyLine      = regexp.MustCompile(`^PRIMARY KEY \((.*)\)$`)
)

// moveTables are the tables that a move carries, after these steps. They are read from the steps themselves, so that a
// further step is carried too.
func moveTables(steps []migration) []moveTable {
	var all []moveTable
	for _, step := range steps {
		for statement := range strings.SplitSeq(step.sql, ";\n") {
			statement = strings.TrimSuffix(strings.TrimSpace(statement), ";")
			if found := createdTable.FindStringSubmatch(statement); found != nil {
				all = append(all, readTable(bare(found[1]), found[2]))
			}
			if found := addedColumn.FindStringSubmatch(statement); found != nil {
				t := slices.IndexFunc(all, func(t moveTable) bool { return t.name == bare(found[1]) })
				all[t].add(found[2])
			}
		}
	}
	return slices.DeleteFunc(all, func(t moveTable) bool { return slices.Contains(stays, t.name) })
}

func readTable(name, lines string) moveTable {
	t := moveTable{name: name, only: movesOf[name]}
	for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
		t.add(strings.TrimSuffix(strings.TrimSpace(line), ","))
	}
	return t
}

// add reads one line of a table: a column, or its key.
func (t *moveTable) add(line string) {
	if key := keyLine.FindStringSubmatch(line); key != nil {
		for name := range strings.SplitSeq(key[1], ",") {
			t.key = append(t.key, bare(strings.TrimSpace(name)))
		}
		return
	}
	found := columnLine.FindStringSubmatch(line)
	if found == nil || strings.HasPrefix(found[0], "UNIQUE (") {
		return
	}
	c := moveColumn{name: bare(found[1]), word: found[2], must: strings.Contains(found[3], "NOT NULL")}
	switch c.word {
	case "auto_key", "auto_number":
		c.word, t.numbers, t.key = "int", true, []string{c.name}
	case "BIGINT":
		c.word = "int"
	}
	if strings.Contains(found[3], "PRIMARY KEY") {
		t.key, c.must = []string{c.name}, true
	}
	if !slices.Contains(staysOf[t.name], c.name) {
		t.columns = append(t.columns, c)
	}
}

func bare(name string) string { return strings.Trim(name, `"`) }

func quoted(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }

func (t moveTable) names() []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return names
}

// keyAt are the places of the key among the columns.
func (t moveTable) keyAt() []int {
	names, at := t.names(), make([]int, len(t.key))
	for i, name := range t.key {
		at[i] = slices.Index(names, name)
	}
	return at
}

// in is the SELECT of the table's rows in the order of their key. Both databases put texts in the order of their bytes.
func (t moveTable) in(conditions ...string) string {
	where := ""
	if conditions = slices.DeleteFunc(conditions, func(c string) bool { return c == "" }); len(conditions) > 0 {
		where = " WHERE " + strings.Join(conditions, " AND ")
	}
	return fmt.Sprintf(`SELECT %s FROM "%s"%s ORDER BY %s`, quoted(t.names()), t.name, where, quoted(t.key))
}

// lastIn is the SELECT of the row with the highest key.
func (t moveTable) lastIn() string {
	return fmt.Sprintf(`SELECT %s FROM "%s" ORDER BY "%s" DESC LIMIT 1`, quoted(t.names()), t.name, strings.Join(t.key, `" DESC, "`))
}

// behind is the condition of rows that come after a key.
func (t moveTable) behind() string {
	return fmt.Sprintf("(%s) > (%s)", quoted(t.key), strings.Repeat(", ?", len(t.key))[2:])
}
