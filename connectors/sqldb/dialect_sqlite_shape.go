package sqldb

import (
	"context"
	"strings"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

func (d *sqliteDialect) shape(ctx context.Context, tx sqlx.QueryerContext, tables []string) (shape, error) {
	found := shape{}
	for _, table := range tables {
		t := &tableShape{}
		rows, err := tx.QueryxContext(ctx, `SELECT name, type, "notnull" = 0, dflt_value, pk > 0 FROM pragma_table_info(?) ORDER BY cid`, bare(table))
		if err != nil {
			return nil, err
		}
		if err := eachRow(rows, func() error {
			var c Column
			err := rows.Scan(&c.Name, &c.Type, &c.Nullable, &c.Default, &c.Primary)
			t.columns = append(t.columns, c)
			return err
		}); err != nil {
			return nil, err
		}
		if err := d.keys(ctx, tx, t, bare(table)); err != nil {
			return nil, err
		}
		found[table] = t
	}
	return found, nil
}

// keys reads a table's indexes. A key over some rows only, or over expressions, makes nothing unique; a row's own number has
// no index and is unique.
func (*sqliteDialect) keys(ctx context.Context, tx sqlx.QueryerContext, t *tableShape, table string) error {
	rows, err := tx.QueryxContext(ctx, `SELECT l.name, l."unique", l.partial, i.seqno, COALESCE(i.name, '')
  FROM pragma_index_list(?) l
  JOIN pragma_index_info(l.name) i
 ORDER BY l.seq, i.seqno`, table)
	if err != nil {
		return err
	}
	parts, order := map[string][]string{}, []string{}
	broken := map[string]bool{}
	err = eachRow(rows, func() error {
		var index, column string
		var unique, partial bool
		var nth int
		if err := rows.Scan(&index, &unique, &partial, &nth, &column); err != nil {
			return err
		}
		if nth == 0 {
			t.indexed = append(t.indexed, column)
			order = append(order, index)
		}
		parts[index] = append(parts[index], column)
		broken[index] = broken[index] || !unique || partial || column == ""
		return nil
	})
	for _, index := range order {
		if !broken[index] {
			t.uniques = append(t.uniques, parts[index])
		}
	}
	primary := []string{}
	for _, c := range t.columns {
		if c.Primary {
			primary = append(primary, c.Name)
		}
	}
	if len(primary) == 1 && strings.EqualFold(t.column(primary[0]).Type, "INTEGER") {
		t.uniques, t.indexed = append(t.uniques, primary), append(t.indexed, primary[0])
	}
	return err
}

// stamps are empty: a file is kept in one way.
func (*sqliteDialect) stamps(context.Context, sqlx.QueryerContext, []string) (map[string]stamp, error) {
	return nil, nil
}

// fit changes nothing: a column gives its type to what it is compared with.
func (*sqliteDialect) fit(_ string, v any) any { return v }

// examine says how the file is kept.
func (*sqliteDialect) examine(ctx context.Context, tx sqlx.QueryerContext, f *findings) error {
	var version, journal string
	if err := tx.QueryRowxContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return err
	}
	if err := tx.QueryRowxContext(ctx, "PRAGMA journal_mode").Scan(&journal); err != nil {
		return err
	}
	f.add(connectors.OK, "SQLite "+version, "")
	f.is(journal == "wal", "readers and the writer do not wait for each other", connectors.Warn, "readers and the writer wait for each other: journal_mode is "+journal,
		"PRAGMA journal_mode = WAL, if the program that owns the file can do with it")
	return nil
}

// comes is one more than the highest that is there, or ever was where the file remembers it.
func (*sqliteDialect) comes(ctx context.Context, tx sqlx.QueryerContext, table, key string) (next, step int64, err error) {
	var remembers bool
	err = tx.QueryRowxContext(ctx, `SELECT COUNT(*) > 0 FROM sqlite_master WHERE name = 'sqlite_sequence'`).Scan(&remembers)
	if err != nil {
		return 0, 0, err
	}
	ever := "0"
	if remembers {
		ever = "COALESCE((SELECT seq FROM sqlite_sequence WHERE name = '" + strings.ReplaceAll(bare(table), "'", "''") + "'), 0)"
	}
	err = tx.QueryRowxContext(ctx, `SELECT MAX(COALESCE((SELECT MAX(`+quote(key)+`) FROM `+quoteTable(table)+`), 0), `+ever+`) + 1`).Scan(&next)
	return next, 1, err
}

func (*sqliteDialect) indexing(c Column) string { return quote(c.Name) }
