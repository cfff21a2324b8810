package sqldb

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// Counting reads a table; a large one is counted only so far.
const countedTo = 100_000

// theirs are the tables that are not SQLite's own.
const theirs = `m.name NOT LIKE 'sqlite\_%' ESCAPE '\'`

// describe asks once for all tables, once for all columns and so on.
func (d *sqliteDialect) describe(of *description) error {
	err := of.each("SELECT sqlite_version()", nil, func(rows *sqlx.Rows) error { return rows.Scan(&of.system) })
	of.system = "SQLite " + of.system
	return errors.Join(err, d.describeTables(of), d.describeColumns(of), d.describeKeys(of), d.describeReferences(of), d.describeTriggers(of), d.countRows(of))
}

func (*sqliteDialect) describeTables(of *description) error {
	return of.each(`SELECT m.name, m.type = 'view' FROM sqlite_master m WHERE m.type IN ('table', 'view') AND `+theirs+` ORDER BY m.name`, nil, func(rows *sqlx.Rows) error {
		t := connectors.Table{Rows: -1}
		err := rows.Scan(&t.Name, &t.View)
		of.add(t)
		return err
	})
}

// describeColumns knows that a table's own number is made by SQLite where the key is one column declared INTEGER.
func (*sqliteDialect) describeColumns(of *description) error {
	err := of.each(`SELECT m.name, c.name, c.type, c."notnull" = 0 AND c.pk = 0, c.dflt_value, c.pk, c.hidden > 1
  FROM sqlite_master m
  JOIN pragma_table_xinfo(m.name) c
 WHERE m.type IN ('table', 'view') AND `+theirs+`
   AND c.hidden <> 1
 ORDER BY m.name, c.cid`, nil, func(rows *sqlx.Rows) error {
		var table string
		var nth int
		var c connectors.Column
		err := rows.Scan(&table, &c.Name, &c.Type, &c.Nullable, &c.Default, &nth, &c.Auto)
		c.Primary = nth > 0
		t := of.tables[table]
		if t == nil {
			return err
		}
		t.Columns = append(t.Columns, c)
		if c.Primary {
			t.Primary = append(t.Primary, slices.Repeat([]string{""}, max(0, nth-len(t.Primary)))...)
			t.Primary[nth-1] = c.Name
		}
		return err
	})
	for _, t := range of.tables {
		if len(t.Primary) == 1 && t.Column(t.Primary[0]) != nil && strings.EqualFold(t.Column(t.Primary[0]).Type, "INTEGER") {
			t.Column(t.Primary[0]).Auto = true
		}
	}
	return err
}

func (*sqliteDialect) describeKeys(of *description) error {
	last := ""
	broken := map[string]bool{}
	keys := map[string][]string{}
	var order []string
	err := of.each(`SELECT m.name, l.name, i.name
  FROM sqlite_master m
  JOIN pragma_index_list(m.name) l
  JOIN pragma_index_info(l.name) i
 WHERE m.type = 'table' AND `+theirs+`
   AND l."unique" AND NOT l.partial AND l.origin <> 'pk'
 ORDER BY m.name, l.name, i.seqno`, nil, func(rows *sqlx.Rows) error {
		var table, index string
		var column *string
		err := rows.Scan(&table, &index, &column)
		at := table + "\n" + index
		if at != last {
			order, last = append(order, at), at
		}
		if column == nil { // an expression
			broken[at] = true
			return err
		}
		keys[at] = append(keys[at], *column)
		return err
	})
	for _, at := range order {
		table, _, _ := strings.Cut(at, "\n")
		if t := of.tables[table]; t != nil && !broken[at] {
			t.Uniques = append(t.Uniques, keys[at])
		}
	}
	return err
}

func (*sqliteDialect) describeReferences(of *description) error {
	return of.each(`SELECT m.name, f.seq = 0, f."from", f."table", COALESCE(f."to", '')
  FROM sqlite_master m
  JOIN pragma_foreign_key_list(m.name) f
 WHERE m.type = 'table' AND `+theirs+`
 ORDER BY m.name, f.id DESC, f.seq`, nil, func(rows *sqlx.Rows) error {
		var table, column, other, to string
		var first bool
		err := rows.Scan(&table, &first, &column, &other, &to)
		if t := of.tables[table]; t != nil {
			refer(t, first, column, other, to)
		}
		return err
	})
}

// describeTriggers takes the beginning of a trigger's own text, which says when it runs.
func (*sqliteDialect) describeTriggers(of *description) error {
	return of.each(`SELECT m.tbl_name, m.name, m.sql FROM sqlite_master m WHERE m.type = 'trigger' ORDER BY m.tbl_name, m.name`, nil, func(rows *sqlx.Rows) error {
		var table, name, text string
		err := rows.Scan(&table, &name, &text)
		if t := of.tables[table]; t != nil {
			t.Triggers = append(t.Triggers, name+": "+runsWhen(text))
		}
		return err
	})
}

// runsWhen is when a trigger runs, by its text: AFTER UPDATE.
func runsWhen(text string) string {
	when := "BEFORE"
	words := strings.Fields(strings.ToUpper(text))
	for _, w := range words {
		switch w {
		case "BEFORE", "AFTER", "INSTEAD":
			when = w
		case "INSERT", "UPDATE", "DELETE":
			return when + " " + w
		}
	}
	return when
}

// countRows counts many tables in one statement, and none of them further than countedTo.
func (*sqliteDialect) countRows(of *description) error {
	var tables []string
	for _, name := range of.names {
		if t := of.tables[name]; t != nil && !t.View {
			tables = append(tables, name)
		}
	}
	for chunk := range slices.Chunk(tables, 100) {
		parts := make([]string, len(chunk))
		for i, name := range chunk {
			parts[i] = fmt.Sprintf("SELECT '%s', (SELECT COUNT(*) FROM (SELECT 1 FROM %s LIMIT %d))", strings.ReplaceAll(name, "'", "''"), quote(name), countedTo)
		}
		err := of.each(strings.Join(parts, "\nUNION ALL\n"), nil, func(rows *sqlx.Rows) error {
			var table string
			var n int64
			err := rows.Scan(&table, &n)
			of.tables[table].Rows = n
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
