package connectors

import (
	"context"
	"strings"
)

// A Describer is a Connection to a system that keeps tables, and tells how they are made. It reads what describes the tables
// and nothing of what stands in them but how many rows there are, and changes nothing.
type Describer interface {
	Describe(ctx context.Context) (Schema, error)
}

// A Sampler is a Connection that shows some rows of one of its tables: a person has allowed it.
type Sampler interface {
	Sample(ctx context.Context, table string, max int) ([]Record, error)
}

// Schema is how the tables of a system are made.
type Schema struct {
	System string   // what it says it is: MariaDB 10.11.6, SQLite 3.50.1
	Tables []Table  // by name
	Unseen []string // what our rights do not show, in words, with what to type
}

// Table is a table or a view.
type Table struct {
	Name       string
	Comment    string
	View       bool
	Rows       int64       // how many, about; -1: not known
	Columns    []Column    // in the order of the table
	Primary    []string    // the columns of the primary key, in its order
	Uniques    [][]string  // the other keys that make rows unique by whole columns
	References []Reference // the foreign keys that are declared
	Triggers   []string    // "name: AFTER INSERT"
}

// Column is a column of a Table, as it is declared.
type Column struct {
	Name     string
	Type     string
	Nullable bool
	Default  *string // as SQL; nil when there is none
	Primary  bool    // part of the primary key
	Charset  string  // of a text, where the database has several
	Comment  string
	Auto     bool // the database makes the value of a new row, or computes it
	Touched  bool // the database sets it to the time of each change
}

// Reference is a foreign key.
type Reference struct {
	Columns []string
	Table   string
	To      []string
}

// Column finds a column by its name, whatever its case; nil when there is none.
func (t *Table) Column(name string) *Column {
	for i := range t.Columns {
		if strings.EqualFold(t.Columns[i].Name, name) {
			return &t.Columns[i]
		}
	}
	return nil
}

// Table finds a table by its name; nil when there is none.
func (s *Schema) Table(name string) *Table {
	for i := range s.Tables {
		if s.Tables[i].Name == name {
			return &s.Tables[i]
		}
	}
	return nil
}

// Must says that a new row needs a value for the column: the database has none of its own.
func (c Column) Must() bool { return !c.Nullable && c.Default == nil && !c.Auto && !c.Touched }
