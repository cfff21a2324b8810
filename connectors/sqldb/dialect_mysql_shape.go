package sqldb

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
)

// shape asks about every table by itself: only then does an old server open no other.
func (d *mysqlDialect) shape(ctx context.Context, tx sqlx.QueryerContext, tables []string) (shape, error) {
	found := shape{}
	for _, table := range tables {
		t := &tableShape{}
		schema, name := d.within(table)
		rows, err := tx.QueryxContext(ctx, `SELECT column_name, column_type, is_nullable = 'YES', IF(extra LIKE '%auto_increment%' OR extra LIKE '%GENERATED%', 'made', column_default), column_key = 'PRI', COALESCE(character_set_name, '')
  FROM information_schema.columns
 WHERE table_schema = ? AND table_name = ?
 ORDER BY ordinal_position`, schema, name)
		if err != nil {
			return nil, err
		}
		if err := eachRow(rows, func() error {
			var c Column
			err := rows.Scan(&c.Name, &c.Type, &c.Nullable, &c.Default, &c.Primary, &c.Charset)
			t.columns = append(t.columns, c)
			return err
		}); err != nil {
			return nil, err
		}
		if err := d.keys(ctx, tx, t, schema, name); err != nil {
			return nil, err
		}
		found[table] = t
	}
	stamps, err := d.stamps(ctx, tx, tables)
	for table, s := range stamps {
		found[table].stamp = s
	}
	return found, err
}

// keys reads a table's indexes. A key over the beginnings of texts makes nothing unique by the whole column.
func (*mysqlDialect) keys(ctx context.Context, tx sqlx.QueryerContext, t *tableShape, schema, name string) error {
	rows, err := tx.QueryxContext(ctx, `SELECT index_name, non_unique, seq_in_index, COALESCE(column_name, ''), sub_part IS NULL
  FROM information_schema.statistics
 WHERE table_schema = ? AND table_name = ?
 ORDER BY index_name, seq_in_index`, schema, name)
	if err != nil {
		return err
	}
	parts, order := map[string][]string{}, []string{}
	broken := map[string]bool{}
	err = eachRow(rows, func() error {
		var index, column string
		var repeats, whole bool
		var nth int
		if err := rows.Scan(&index, &repeats, &nth, &column, &whole); err != nil {
			return err
		}
		if nth == 1 {
			t.indexed = append(t.indexed, column)
			order = append(order, index)
		}
		parts[index] = append(parts[index], column)
		broken[index] = broken[index] || repeats || !whole || column == ""
		return nil
	})
	for _, index := range order {
		if !broken[index] {
			t.uniques = append(t.uniques, parts[index])
		}
	}
	return err
}

// stamps is one question for all tables.
func (d *mysqlDialect) stamps(ctx context.Context, tx sqlx.QueryerContext, tables []string) (map[string]stamp, error) {
	one := `SELECT ? AS configured, COALESCE(t.engine, '') AS engine, COALESCE(e.transactions, 'YES') <> 'YES' AS unsafe, COALESCE(t.create_time, '') AS modified
  FROM information_schema.tables AS t
  LEFT JOIN information_schema.engines AS e ON e.engine = t.engine
 WHERE t.table_schema = ? AND t.table_name = ?`
	var args []any
	for _, table := range tables {
		schema, name := d.within(table)
		args = append(args, table, schema, name)
	}
	rows, err := tx.QueryxContext(ctx, strings.Join(slices.Repeat([]string{one}, len(tables)), "\n UNION ALL\n"), args...)
	if err != nil {
		return nil, err
	}
	found := map[string]stamp{}
	return found, eachRow(rows, func() error {
		var table string
		var s stamp
		err := rows.Scan(&table, &s.Engine, &s.Unsafe, &s.Modified)
		found[table] = s
		return err
	})
}

// comes looks at the table too: a server may keep what it says of tables for a day.
func (d *mysqlDialect) comes(ctx context.Context, tx sqlx.QueryerContext, table, key string) (next, step int64, err error) {
	schema, name := d.within(table)
	err = tx.QueryRowxContext(ctx, `SELECT GREATEST(COALESCE((SELECT auto_increment FROM information_schema.tables WHERE table_schema = ? AND table_name = ?), 1),
       COALESCE((SELECT MAX(`+quote(key)+`) FROM `+quoteTable(table)+`), 0) + 1), @@auto_increment_increment`, schema, name).Scan(&next, &step)
	return next, step, err
}

// within is the schema of a table, and its name in it.
func (d *mysqlDialect) within(table string) (schema, name string) {
	if schema, name, qualified := strings.Cut(table, "."); qualified {
		return schema, name
	}
	return d.config.DBName, table
}

// fit knows columns of texts and of whole numbers.
func (*mysqlDialect) fit(declared string, v any) any {
	declared = strings.TrimPrefix(strings.ToLower(declared), "unsigned ")
	kind, _, _ := strings.Cut(declared, "(")
	kind, _, _ = strings.Cut(kind, " ")
	switch kind {
	case "char", "varchar", "text", "tinytext", "mediumtext", "longtext", "enum", "set":
		switch n := v.(type) {
		case int64:
			return strconv.FormatInt(n, 10)
		case uint64:
			return strconv.FormatUint(n, 10)
		}
	case "tinyint", "smallint", "mediumint", "int", "bigint", "decimal":
		if s, ok := v.(string); ok {
			if n, err := strconv.ParseInt(s, 10, 64); err == nil {
				return n
			}
			if n, err := strconv.ParseUint(s, 10, 64); err == nil {
				return n
			}
		}
	}
	return v
}

// eachRow runs work for every row and closes the rows.
func eachRow(rows *sqlx.Rows, work func() error) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := work(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// indexing tells of long texts and blobs how many letters count, without which the server makes no index of them.
func (*mysqlDialect) indexing(c Column) string {
	if kind := strings.ToLower(c.Type); strings.HasSuffix(kind, "text") || strings.HasSuffix(kind, "blob") {
		return quote(c.Name) + "(64)"
	}
	return quote(c.Name)
}
