package sqldb

import (
	"fmt"
	"strings"
)

// Preparation is the SQL that someone with the right to make triggers must run before the source can be read: the log, the
// triggers that write it, and an entry for every record there is. It is empty for a source that needs nothing. It is text to
// be read: nothing of ours runs it.
func (s *source) Preparation() string {
	if s.log == nil {
		return ""
	}
	d, l := s.conn.dialect, s.log
	keys := l.keys(len(s.key))
	into := "INSERT INTO " + quoteTable(l.table) + " (noted_at, " + strings.Join(keys, ", ") + ")"
	var b strings.Builder
	fmt.Fprintf(&b, "-- What changes in the records of %s is noted in %s.\n", s.name, l.table)
	fmt.Fprintf(&b, "-- The database user of Tradewire may SELECT and DELETE there; those who write to the watched tables need no right to it.\n")
	b.WriteString(d.logTable(quoteTable(l.table), keys) + ";\n\n")
	for _, w := range l.watches {
		for _, event := range []string{"insert", "update", "delete"} {
			trigger := l.trigger(w, event)
			b.WriteString("CREATE TRIGGER " + trigger + " AFTER " + strings.ToUpper(event) + " ON " + quoteTable(w.table) + " FOR EACH ROW\n" +
				d.triggerBody(into+"\n    "+w.noted(d, event)) + ";\n")
		}
		b.WriteString("\n")
	}
	b.WriteString("-- Every record that is there already.\n" + into + "\nSELECT " + d.micros())
	for _, column := range s.key {
		b.WriteString(", " + d.logged("t."+quote(column)))
	}
	b.WriteString("\n  FROM " + s.from + " AS t;\n\n-- To undo all this:\n")
	for _, w := range l.watches {
		for _, event := range []string{"insert", "update", "delete"} {
			b.WriteString("-- DROP TRIGGER " + l.trigger(w, event) + ";\n")
		}
	}
	b.WriteString("-- DROP TABLE " + quoteTable(l.table) + ";\n")
	return b.String()
}

// trigger is a trigger's name, in the schema of the table it watches.
func (l *changeLog) trigger(w watch, event string) string {
	name := bare(l.table) + "_" + bare(w.table) + "_" + event[:3]
	if schema := strings.TrimSuffix(w.table, bare(w.table)); schema != "" {
		return quoteTable(schema + name)
	}
	return quote(name)
}

// noted is what a trigger writes: the row's key, and after an update that changed it both.
func (w watch) noted(d dialect, event string) string {
	values := func(of string) string {
		list := []string{d.micros()}
		for _, column := range w.columns {
			list = append(list, d.logged(of+"."+quote(column)))
		}
		return strings.Join(list, ", ")
	}
	switch event {
	case "insert":
		return "VALUES (" + values("NEW") + ")"
	case "delete":
		return "VALUES (" + values("OLD") + ")"
	}
	return "SELECT " + values("OLD") + "\n    UNION SELECT " + values("NEW")
}

func (*mysqlDialect) logTable(table string, keys []string) string {
	return "CREATE TABLE " + table + " (\n  seq      BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,\n  noted_at BIGINT NOT NULL, -- microseconds since 1970\n  " +
		strings.Join(keys, " VARCHAR(255),\n  ") + " VARCHAR(255)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"
}

// triggerBody is one statement, which needs no delimiter of its own.
func (*mysqlDialect) triggerBody(statement string) string { return "  " + statement }

func (*mysqlDialect) micros() string { return "CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)" }

// logged cuts what is too long for the log: a trigger must never refuse what the company's own programs write.
func (*mysqlDialect) logged(column string) string { return "LEFT(" + column + ", 255)" }

func (*sqliteDialect) logTable(table string, keys []string) string {
	return "CREATE TABLE " + table + " (\n  seq      INTEGER PRIMARY KEY AUTOINCREMENT,\n  noted_at INTEGER NOT NULL, -- microseconds since 1970\n  " +
		strings.Join(keys, ",\n  ") + "\n)"
}

func (*sqliteDialect) triggerBody(statement string) string {
	return "BEGIN\n  " + statement + ";\nEND"
}

func (*sqliteDialect) micros() string { return "CAST(strftime('%s', 'now') AS INTEGER) * 1000000" }

func (*sqliteDialect) logged(column string) string { return column }
