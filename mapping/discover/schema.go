package discover

import (
	"fmt"
	"strconv"
	"strings"

	"tradewire/config"
	"tradewire/connectors"
)

// schemaHead explains the file to those who open it.
const schemaHead = `# How the tables of the connection %s are made, as "tradewire discover" saw them. Write it anew into another folder, and
# compare, to see what was changed in the ERP. How many rows there are is left out, so that two files differ only where the tables do. Tables are sorted by name, columns stand as in the table.
#   nullable: a row can be without a value     default: what the database takes then, as SQL     auto: the database makes the value
#   touched: the database sets it to the time of each change     charset: where it is not that of most columns
`

// fileSchema is the file as it is read.
type fileSchema struct {
	System  string      `yaml:"system"`
	Charset string      `yaml:"charset"`
	Tables  []fileTable `yaml:"tables" required:"true"`
}

type fileTable struct {
	Name       string          `yaml:"name" required:"true" example:"the table's name"`
	View       bool            `yaml:"view"`
	Comment    string          `yaml:"comment"`
	Key        []string        `yaml:"key"`
	Unique     [][]string      `yaml:"unique"`
	References []fileReference `yaml:"references"`
	Triggers   []string        `yaml:"triggers"`
	Columns    []fileColumn    `yaml:"columns"`
}

type fileReference struct {
	Columns []string `yaml:"columns"`
	Table   string   `yaml:"table"`
	To      []string `yaml:"to"`
}

type fileColumn struct {
	Name    string  `yaml:"name" required:"true" example:"the column's name"`
	Type    string  `yaml:"type"`
	Null    bool    `yaml:"nullable"`
	Default *string `yaml:"default"`
	Auto    bool    `yaml:"auto"`
	Touched bool    `yaml:"touched"`
	Charset string  `yaml:"charset"`
	Comment string  `yaml:"comment"`
}

// WriteSchema is a schema as a file, the same bytes for the same tables.
func WriteSchema(connection string, s connectors.Schema) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, schemaHead, connection)
	fmt.Fprintf(&b, "system: %s\n", plain(s.System))
	usual := usualCharset(s)
	if usual != "" {
		fmt.Fprintf(&b, "charset: %s\n", plain(usual))
	}
	b.WriteString("tables:\n")
	for _, t := range s.Tables {
		fmt.Fprintf(&b, "  - name: %s\n", plain(t.Name))
		if t.View {
			b.WriteString("    view: true\n")
		}
		if t.Comment != "" {
			fmt.Fprintf(&b, "    comment: %s\n", plain(t.Comment))
		}
		if len(t.Primary) > 0 {
			fmt.Fprintf(&b, "    key: %s\n", list(t.Primary))
		}
		if len(t.Uniques) > 0 {
			b.WriteString("    unique:\n")
			for _, key := range t.Uniques {
				fmt.Fprintf(&b, "      - %s\n", list(key))
			}
		}
		if len(t.References) > 0 {
			b.WriteString("    references:\n")
			for _, r := range t.References {
				fmt.Fprintf(&b, "      - {columns: %s, table: %s, to: %s}\n", list(r.Columns), plain(r.Table), list(r.To))
			}
		}
		if len(t.Triggers) > 0 {
			fmt.Fprintf(&b, "    triggers: %s\n", list(t.Triggers))
		}
		b.WriteString("    columns:\n")
		for _, c := range t.Columns {
			fmt.Fprintf(&b, "      - {name: %s, type: %s", plain(c.Name), plain(c.Type))
			if c.Nullable {
				b.WriteString(", nullable: true")
			}
			if c.Default != nil {
				fmt.Fprintf(&b, ", default: %s", strconv.Quote(*c.Default))
			}
			if c.Auto {
				b.WriteString(", auto: true")
			}
			if c.Touched {
				b.WriteString(", touched: true")
			}
			if c.Charset != "" && c.Charset != usual {
				fmt.Fprintf(&b, ", charset: %s", plain(c.Charset))
			}
			if c.Comment != "" {
				fmt.Fprintf(&b, ", comment: %s", plain(c.Comment))
			}
			b.WriteString("}\n")
		}
	}
	return []byte(b.String())
}

// ReadSchema reads what WriteSchema wrote, as strictly as any file of the configuration.
func ReadSchema(name string, data []byte) (connectors.Schema, config.Faults) {
	var f fileSchema
	section, faults := config.ParseWritten(name, data)
	if len(faults) == 0 {
		faults = section.Decode(&f)
	}
	if len(faults) > 0 {
		return connectors.Schema{}, faults
	}
	s := connectors.Schema{System: f.System}
	for _, t := range f.Tables {
		read := connectors.Table{Name: t.Name, View: t.View, Comment: t.Comment, Rows: -1, Primary: t.Key, Uniques: t.Unique, Triggers: t.Triggers}
		for _, r := range t.References {
			read.References = append(read.References, connectors.Reference(r))
		}
		for _, c := range t.Columns {
			column := connectors.Column{Name: c.Name, Type: c.Type, Nullable: c.Null, Default: c.Default, Auto: c.Auto, Touched: c.Touched, Charset: c.Charset, Comment: c.Comment}
			if column.Charset == "" && isText(c.Type) {
				column.Charset = f.Charset
			}
			for _, k := range t.Key {
				column.Primary = column.Primary || k == c.Name
			}
			read.Columns = append(read.Columns, column)
		}
		s.Tables = append(s.Tables, read)
	}
	return s, nil
}

func isText(declared string) bool {
	c := column{Column: connectors.Column{Type: declared}}
	return c.text()
}

// usualCharset is that of most texts.
func usualCharset(s connectors.Schema) (usual string) {
	count := map[string]int{}
	for _, t := range s.Tables {
		for _, c := range t.Columns {
			if c.Charset == "" {
				continue
			}
			count[c.Charset]++
			if n := count[c.Charset]; n > count[usual] || n == count[usual] && c.Charset < usual {
				usual = c.Charset
			}
		}
	}
	return usual
}

// plain is a text as a value of YAML, in quotes where it could be taken for something else.
func plain(s string) string {
	if plainName.MatchString(s) && !word.MatchString(s) {
		return s
	}
	return strconv.Quote(s)
}

func list(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = plain(w)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
