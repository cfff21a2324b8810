package sqldb

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tradewire/config"
)

// checker collects the faults of names and SELECTs in a configuration.
type checker struct {
	prefix string // of the tables; empty: none is configured
	faults config.Faults
}

func (c *Connection) checker() *checker { return &checker{prefix: c.prefix} }

// prefixOf checks the prefix of tables.
func prefixOf(faults *config.Faults, t config.Text) string {
	if t.Value != "" && checkName(t.Value) != nil {
		*faults = append(*faults, t.Pos.Fault("bad-prefix", fmt.Sprintf("%q cannot begin the name of a table", t), "write what the names of the tables begin with: llx_"))
	}
	return t.Value
}

// expand puts the prefix of the connection in the place of {prefix}.
func (c *checker) expand(t config.Text) config.Text {
	if !strings.Contains(t.Value, "{prefix}") {
		return t
	}
	if c.prefix == "" {
		c.fault(t.Pos, "missing-prefix", "the connection has no prefix", "write prefix: at the connection, and what the names of its tables begin with")
	}
	t.Value = strings.ReplaceAll(t.Value, "{prefix}", c.prefix)
	return t
}

func (c *checker) fault(pos config.Pos, code, what, fix string) {
	c.faults = append(c.faults, pos.Fault(code, what, fix))
}

// name checks the name of a table or column.
func (c *checker) name(t config.Text) string {
	t = c.expand(t)
	if err := checkName(t.Value); err != nil {
		c.fault(t.Pos, "bad-name", err.Error(), "write the name as the database has it, without quotes")
	}
	return t.Value
}

// optional is the bare name of a column of a SELECT, or nothing.
func (c *checker) optional(t config.Text) string {
	if t.Value == "" {
		return ""
	}
	return bare(c.name(t))
}

// columns reads one column or a list of them. One may be written as a/b, too.
func (c *checker) columns(list []config.Text, at config.Pos) []string {
	if len(list) == 1 {
		one := list[0]
		list = nil
		for _, part := range strings.Split(one.Value, "/") {
			list = append(list, config.Text{Value: strings.TrimSpace(part), Pos: one.Pos})
		}
	}
	names := make([]string, len(list))
	for i, t := range list {
		names[i] = c.optional(t)
	}
	if slices.Contains(names, "") || len(names) == 0 {
		c.fault(at, "missing-column", "no column is named", "write the name of a column, or a list of names")
	}
	return names
}

// selection is a SELECT in brackets, out of which rows can be picked.
func (c *checker) selection(t config.Text) string {
	t = c.expand(t)
	text := strings.TrimSuffix(strings.TrimSpace(t.Value), ";")
	first, _, _ := strings.Cut(strings.ToUpper(strings.Join(strings.Fields(text), " ")), " ")
	switch {
	case first != "SELECT" && first != "WITH":
		c.fault(t.Pos, "bad-select", "this is no SELECT", "write SELECT ... FROM ...")
	case !closed(text):
		c.fault(t.Pos, "bad-select", "a bracket or a quote of the SELECT is not closed, or it holds a ; or a comment", "write one statement without comments")
	}
	return "(" + text + ")"
}

// closed says that text can stand in brackets: nothing in it ends the brackets, and no comment swallows them.
func closed(text string) bool {
	depth, quoted := 0, rune(0)
	var last rune
	for _, r := range text {
		switch {
		case quoted != 0:
			if r == quoted {
				quoted = 0
			}
		case r == '\'' || r == '"' || r == '`':
			quoted = r
		case r == '[':
			quoted = ']'
		case r == '(':
			depth++
		case r == ')':
			if depth--; depth < 0 {
				return false
			}
		case r == ';', r == '#', r == '-' && last == '-', r == '*' && last == '/':
			return false
		}
		last = r
	}
	return depth == 0 && quoted == 0
}

// links reads which columns of a row name the record it belongs to.
func (c *checker) links(parent map[string]config.Text, section config.Section) []link {
	if len(parent) == 0 {
		c.fault(section.Pos(), "missing-parent", "nothing says to which record a row belongs", "write parent: {COLUMN_OF_THE_ROW: COLUMN_OF_THE_RECORD}")
	}
	var links []link
	for _, name := range slices.Sorted(maps.Keys(parent)) {
		column := config.Text{Value: name, Pos: parent[name].Pos}
		links = append(links, link{c.optional(column), c.optional(parent[name])})
	}
	return links
}

// order reads columns separated by commas, each of which may end with DESC.
func (c *checker) order(t config.Text) []string {
	var terms []string
	for _, part := range strings.Split(t.Value, ",") {
		words := strings.Fields(part)
		direction := ""
		if n := len(words); n > 1 && (strings.EqualFold(words[n-1], "DESC") || strings.EqualFold(words[n-1], "ASC")) {
			direction, words = " "+strings.ToUpper(words[n-1]), words[:n-1]
		}
		if len(words) > 0 {
			terms = append(terms, fmt.Sprintf("t.%s%s", quote(c.optional(config.Text{Value: strings.Join(words, " "), Pos: t.Pos})), direction))
		}
	}
	return terms
}
