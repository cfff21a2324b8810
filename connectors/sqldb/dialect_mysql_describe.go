package sqldb

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

// describe asks each table of information_schema once. What it does not show to a user who may only SELECT is said.
func (d *mysqlDialect) describe(of *description) error {
	schema := []any{d.config.DBName}
	return errors.Join(
		of.each(`SELECT VERSION()`, nil, func(rows *sqlx.Rows) error {
			err := rows.Scan(&of.system)
			of.system = serverName(of.system)
			return err
		}),
		d.describeTables(of, schema), d.lookIntoEmpty(of), d.describeColumns(of, schema), d.describeKeys(of, schema), d.describeReferences(of, schema), d.describeTriggers(of, schema))
}

// serverName is a version as people say it.
func serverName(version string) string {
	number, _, _ := strings.Cut(strings.TrimPrefix(version, "5.5.5-"), "-") // before it MariaDB says so to old clients
	if strings.Contains(version, "MariaDB") {
		return "MariaDB " + number
	}
	return "MySQL " + number
}

func (*mysqlDialect) describeTables(of *description, schema []any) error {
	return of.each(`SELECT table_name, table_type, COALESCE(table_rows, -1), COALESCE(table_comment, '')
  FROM information_schema.tables
 WHERE table_schema = ?
   AND table_type IN ('BASE TABLE', 'VIEW')
 ORDER BY table_name`, schema, func(rows *sqlx.Rows) error {
		var t connectors.Table
		var sort string
		err := rows.Scan(&t.Name, &sort, &t.Rows, &t.Comment)
		if t.View = sort == "VIEW"; t.View {
			t.Comment = "" // it says VIEW
		}
		of.add(t)
		return err
	})
}

// lookIntoEmpty asks those tables for a row of which the server thinks that they have none: it only estimates.
func (d *mysqlDialect) lookIntoEmpty(of *description) error {
	var empty []string
	for _, name := range slices.Sorted(maps.Keys(of.tables)) {
		if of.tables[name].Rows == 0 {
			empty = append(empty, name)
		}
	}
	for chunk := range slices.Chunk(empty, 100) {
		parts := make([]string, len(chunk))
		args := make([]any, len(chunk))
		for i, name := range chunk {
			parts[i], args[i] = "SELECT ?, EXISTS (SELECT 1 FROM "+quote(name)+")", name
		}
		err := of.each(strings.Join(parts, "\nUNION ALL\n"), args, func(rows *sqlx.Rows) error {
			var table string
			var some int64
			err := rows.Scan(&table, &some)
			of.tables[table].Rows = some
			return err
		})
		if err == nil {
			continue
		}
		if d.judge(err).kind == connectors.Unavailable {
			return err
		}
		for _, name := range chunk {
			of.tables[name].Rows = -1 // one of them may not be read
		}
	}
	return nil
}

func (*mysqlDialect) describeColumns(of *description, schema []any) error {
	maria := strings.HasPrefix(of.system, "MariaDB")
	return of.each(`SELECT table_name, column_name, column_type, is_nullable = 'YES', column_default, column_key = 'PRI',
       COALESCE(character_set_name, ''), column_comment, LOWER(extra)
  FROM information_schema.columns
 WHERE table_schema = ?
 ORDER BY table_name, ordinal_position`, schema, func(rows *sqlx.Rows) error {
		var table, extra string
		var c connectors.Column
		err := rows.Scan(&table, &c.Name, &c.Type, &c.Nullable, &c.Default, &c.Primary, &c.Charset, &c.Comment, &extra)
		c.Default = defaultAsSQL(c.Default, c.Type, maria || strings.Contains(extra, "default_generated"))
		c.Auto = strings.Contains(extra, "auto_increment") || strings.Contains(extra, "generated") && !strings.Contains(extra, "default_generated")
		c.Touched = strings.Contains(extra, "on update")
		if t := of.tables[table]; t != nil {
			t.Columns = append(t.Columns, c)
		}
		return err
	})
}

// defaultAsSQL is a column's default as one would write it. MariaDB tells it so, and NULL for none; MySQL tells the bare text of
// what is no expression.
func defaultAsSQL(said *string, declared string, isSQL bool) *string {
	if said == nil || isSQL && *said == "NULL" {
		return nil
	}
	for _, bare := range []string{"int", "decimal", "numeric", "float", "double", "bit", "year"} {
		isSQL = isSQL || strings.Contains(strings.ToLower(declared), bare)
	}
	if isSQL {
		return said
	}
	quoted := "'" + strings.ReplaceAll(*said, "'", "''") + "'"
	return &quoted
}

// describeKeys leaves out keys over the beginnings of texts, which make nothing unique by the whole column.
func (*mysqlDialect) describeKeys(of *description, schema []any) error {
	return of.each(`SELECT table_name, index_name, GROUP_CONCAT(column_name ORDER BY seq_in_index SEPARATOR '\n')
  FROM information_schema.statistics
 WHERE table_schema = ?
   AND non_unique = 0
 GROUP BY table_name, index_name
HAVING SUM(sub_part IS NOT NULL OR column_name IS NULL) = 0
 ORDER BY table_name, index_name`, schema, func(rows *sqlx.Rows) error {
		var table, index, columns string
		err := rows.Scan(&table, &index, &columns)
		t := of.tables[table]
		switch {
		case t == nil:
		case index == "PRIMARY":
			t.Primary = strings.Split(columns, "\n")
		default:
			t.Uniques = append(t.Uniques, strings.Split(columns, "\n"))
		}
		return err
	})
}

func (*mysqlDialect) describeReferences(of *description, schema []any) error {
	last := ""
	return of.each(`SELECT table_name, constraint_name, column_name, referenced_table_name, referenced_column_name
  FROM information_schema.key_column_usage
 WHERE table_schema = ?
   AND referenced_table_schema = table_schema
 ORDER BY table_name, constraint_name, ordinal_position`, schema, func(rows *sqlx.Rows) error {
		var table, name, column, other, to string
		err := rows.Scan(&table, &name, &column, &other, &to)
		if t := of.tables[table]; t != nil {
			refer(t, last != table+"."+name, column, other, to)
		}
		last = table + "." + name
		return err
	})
}

// describeTriggers finds none where the user may not see them, and that looks as if there were none: the rights are looked at.
func (d *mysqlDialect) describeTriggers(of *description, schema []any) error {
	err := of.each(`SELECT event_object_table, CONCAT(trigger_name, ': ', action_timing, ' ', event_manipulation)
  FROM information_schema.triggers
 WHERE trigger_schema = ?
 ORDER BY event_object_table, trigger_name`, schema, func(rows *sqlx.Rows) error {
		var table, trigger string
		err := rows.Scan(&table, &trigger)
		if t := of.tables[table]; t != nil {
			t.Triggers = append(t.Triggers, trigger)
		}
		return err
	})
	if err != nil {
		return err
	}
	var rights []string
	err = of.each("SHOW GRANTS", nil, func(rows *sqlx.Rows) error {
		var right string
		err := rows.Scan(&right)
		rights = append(rights, right)
		return err
	})
	may := func(right string) bool {
		return slices.ContainsFunc(rights, func(line string) bool { return d.grants(line, right) })
	}
	if err == nil && !may("SELECT") {
		of.unseen = append(of.unseen, "tables: only those are shown that the user has a right to, and it may not read the whole of the database; to see them all: GRANT SELECT ON "+
			quote(d.config.DBName)+".* TO "+d.account(of.ctx, of.tx))
	}
	if err == nil && !may("TRIGGER") {
		of.unseen = append(of.unseen, "triggers: only a user with the right TRIGGER is shown them. It reads just as well without; to see them: GRANT TRIGGER ON "+
			quote(d.config.DBName)+".* TO "+d.account(of.ctx, of.tx))
	}
	return err
}

// grants says whether a line of SHOW GRANTS gives the user a right to the whole database.
func (d *mysqlDialect) grants(line, right string) bool {
	rights, on, _ := strings.Cut(strings.ToUpper(line), " ON ")
	here := strings.HasPrefix(on, "*.*") || strings.HasPrefix(strings.ReplaceAll(on, `\_`, "_"), strings.ToUpper(quote(d.config.DBName))+".*")
	return here && (strings.Contains(rights, "ALL PRIVILEGES") || strings.Contains(rights, right))
}
