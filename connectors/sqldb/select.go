package sqldb

import (
	"slices"
	"strings"
	"unicode"
)

// selection is what can be told of a SELECT from its text alone: one that picks columns of tables that it joins. Of any other
// (unions, WITH, tables made of a SELECT) less is known, and nothing is claimed.
type selection struct {
	tables []joined
	shows  []output
	whole  bool        // shows is all that it shows, but for the columns that a star stands for
	names  []reference // columns that it names, as far as it can be told that they are columns
	where  []token
	firm   []reference // of those, what its WHERE compares: a row without a value does not come
}

// joined is a table in FROM.
type joined struct {
	table string // empty: a SELECT stands there
	alias string
	outer bool // rows come without one of it
}

// output is a column of the result. One with a star stands for all of a table, or of all tables.
type output struct {
	name string
	of   reference // where it is a plain column of a table
	star bool
}

// reference is a column of a table; without a table it is that of the only one.
type reference struct{ table, column string }

// token is a word, a name in quotes, or a sign.
type token struct {
	text string
	kind byte // w: a word, n: a name in quotes, s: a text, 0: a sign
}

func (t token) is(words ...string) bool {
	return t.kind == 'w' && slices.Contains(words, strings.ToUpper(t.text))
}

func (t token) sign(signs ...string) bool { return t.kind == 0 && slices.Contains(signs, t.text) }

// named says that it can be the name of a table or column.
func (t token) named() bool {
	return t.kind == 'n' || t.kind == 'w' && !unicode.IsDigit([]rune(t.text)[0]) && !reserved[strings.ToUpper(t.text)]
}

// reserved are words that are no names, or are not taken for such.
var reserved = func() map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(`SELECT DISTINCT ALL FROM WHERE GROUP ORDER BY HAVING LIMIT OFFSET UNION EXCEPT INTERSECT WINDOW AS ON USING
		JOIN LEFT RIGHT FULL INNER OUTER CROSS NATURAL STRAIGHT_JOIN AND OR NOT XOR IN IS LIKE GLOB REGEXP RLIKE MATCH BETWEEN EXISTS
		CASE WHEN THEN ELSE END NULL TRUE FALSE ASC DESC DIV MOD COLLATE BINARY INTERVAL ESCAPE ANY SOME FOR UPDATE LOCK PARTITION
		CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP LOCALTIME LOCALTIMESTAMP UTC_DATE UTC_TIME UTC_TIMESTAMP
		SECOND MINUTE HOUR DAY WEEK MONTH QUARTER YEAR MICROSECOND UNKNOWN ROWID OID _ROWID_ SQL_CALC_FOUND_ROWS FORCE USE IGNORE INDEX`) {
		set[w] = true
	}
	return set
}()

// tokens reads a statement that closed() has let pass.
func tokens(text string) (list []token) {
	runes := []rune(text)
	for i := 0; i < len(runes); {
		r := runes[i]
		switch {
		case unicode.IsSpace(r):
			i++
		case strings.ContainsRune("'\"`[", r):
			end, kind := r, byte('n')
			if r == '[' {
				end = ']'
			}
			if r == '\'' || r == '"' { // the second is a name to one database and a text to another
				kind = 's'
			}
			j := i + 1
			for j < len(runes) && runes[j] != end {
				j++
			}
			list = append(list, token{string(runes[i+1 : min(j, len(runes))]), kind})
			i = j + 1
		case unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_$@", r):
			j := i
			for j < len(runes) && (unicode.IsLetter(runes[j]) || unicode.IsDigit(runes[j]) || strings.ContainsRune("_$@", runes[j])) {
				j++
			}
			list = append(list, token{string(runes[i:j]), 'w'})
			i = j
		default:
			n := 1
			if i+1 < len(runes) && slices.Contains([]string{"<=", ">=", "<>", "!=", "||"}, string(runes[i:i+2])) {
				n = 2
			}
			list = append(list, token{string(runes[i : i+n]), 0})
			i += n
		}
	}
	return list
}

// understand tells what can be told of a SELECT, in brackets or not.
func understand(text string) (s selection, ok bool) {
	all := tokens(strings.TrimSpace(text))
	if len(all) > 2 && all[0].sign("(") {
		all = all[1 : len(all)-1]
	}
	all = withoutInner(all)
	if len(all) == 0 || !all[0].is("SELECT") {
		return s, false
	}
	parts := clauses(all)
	if parts == nil {
		return s, false
	}
	s.from(parts["FROM"])
	s.items(parts["SELECT"])
	where := parts["WHERE"]
	s.where = where
	for _, part := range [][]token{parts["SELECT"], parts["FROM"], where, parts["GROUP"], parts["HAVING"], parts["ORDER"]} {
		s.note(part)
	}
	if !slices.ContainsFunc(where, func(t token) bool { return t.is("OR", "XOR") }) {
		before := len(s.names)
		s.note(where)
		s.firm = compared(where, s.names[before:])
		s.names = s.names[:before]
	}
	return s, true
}

// withoutInner leaves out the brackets that hold a SELECT of their own: a sign stands for them.
func withoutInner(all []token) (list []token) {
	for i := 0; i < len(all); i++ {
		if all[i].sign("(") && i+1 < len(all) && all[i+1].is("SELECT", "WITH", "VALUES") {
			depth := 0
			for ; i < len(all); i++ {
				if all[i].sign("(") {
					depth++
				}
				if all[i].sign(")") {
					if depth--; depth == 0 {
						break
					}
				}
			}
			list = append(list, token{"(...)", 0})
			continue
		}
		list = append(list, all[i])
	}
	return list
}

// clauses parts a SELECT; nil: it is more than one.
func clauses(all []token) map[string][]token {
	parts, now, depth := map[string][]token{}, "", 0
	for _, t := range all {
		switch {
		case t.sign("("):
			depth++
		case t.sign(")"):
			depth--
		case depth == 0 && t.is("UNION", "EXCEPT", "INTERSECT"):
			return nil
		case depth == 0 && t.is("SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "WINDOW", "FOR"):
			now = strings.ToUpper(t.text)
			continue
		}
		parts[now] = append(parts[now], t)
	}
	return parts
}

// byComma parts tokens at the commas that stand outside of brackets.
func byComma(all []token) (parts [][]token) {
	depth, begin := 0, 0
	for i, t := range all {
		switch {
		case t.sign("("):
			depth++
		case t.sign(")"):
			depth--
		case t.sign(",") && depth == 0:
			parts = append(parts, all[begin:i])
			begin = i + 1
		}
	}
	return append(parts, all[begin:])
}

// from reads the tables and how they are joined.
func (s *selection) from(all []token) {
	outer, expect := false, true
	for i := 0; i < len(all); i++ {
		t := all[i]
		switch {
		case t.sign(","), t.is("JOIN", "STRAIGHT_JOIN"):
			expect = true
		case t.is("LEFT"):
			outer = true
		case t.is("INNER", "CROSS", "NATURAL"):
			outer = false
		case t.is("RIGHT", "FULL"):
			outer = t.is("FULL")
			for j := range s.tables {
				s.tables[j].outer = true
			}
		case t.sign("("), t.sign(")"): // tables in brackets, or a condition
		case expect && (t.named() || t.sign("(...)")):
			name := ""
			if t.named() {
				name = t.text
				for i+2 < len(all) && all[i+1].sign(".") {
					name, i = name+"."+all[i+2].text, i+2
				}
			}
			one := joined{table: name, alias: bare(name), outer: outer}
			if i+1 < len(all) && all[i+1].is("AS") {
				i++
			}
			if i+1 < len(all) && all[i+1].named() {
				i++
				one.alias = all[i].text
			}
			s.tables = append(s.tables, one)
			outer, expect = false, false
		}
	}
}

// items reads what is shown.
func (s *selection) items(all []token) {
	for len(all) > 0 && all[0].is("DISTINCT", "ALL") {
		all = all[1:]
	}
	s.whole = true
	for _, item := range byComma(all) {
		n := len(item)
		named := n > 1 && item[n-1].kind != 0 && (item[n-2].is("AS") || n > 2 && item[n-1].named() && !item[n-2].sign(".") && (item[n-2].kind != 0 || item[n-2].sign(")", "(...)")))
		if n == 2 && item[0].named() && item[1].named() {
			named = true // a b: a is called b
		}
		one := output{}
		plain := item
		if named {
			one.name, plain = item[n-1].text, item[:n-1]
			if last := len(plain) - 1; last >= 0 && plain[last].is("AS") {
				plain = plain[:last]
			}
		}
		switch {
		case len(plain) == 1 && plain[0].sign("*"):
			one.star = true
		case len(plain) == 1 && plain[0].named():
			one.of.column = plain[0].text
		case len(plain) >= 3 && plain[len(plain)-2].sign(".") && plainName(plain):
			one.of = reference{plain[len(plain)-3].text, plain[len(plain)-1].text}
			if plain[len(plain)-1].sign("*") {
				one.star, one.of.column = true, ""
			}
		}
		if one.name == "" {
			one.name = one.of.column
		}
		if one.name == "" && !one.star && (len(plain) == 0 || plain[len(plain)-1].kind != 0) {
			s.whole = false // it has a name, and we do not know which
		}
		s.shows = append(s.shows, one)
	}
}

// plainName says that the tokens are names and points.
func plainName(list []token) bool {
	for i, t := range list {
		if (i%2 == 1) != t.sign(".") || i%2 == 0 && !t.named() && !(i == len(list)-1 && t.sign("*")) {
			return false
		}
	}
	return true
}

// note takes in which columns are named: a.b, or a bare word that is shown or compared.
func (s *selection) note(all []token) {
	at := func(i int) token {
		if i < 0 || i >= len(all) {
			return token{}
		}
		return all[i]
	}
	for i := range all {
		t := all[i]
		switch {
		case !t.named() || at(i-1).sign(".") || at(i-1).is("AS") || at(i+1).sign("("):
		case at(i + 1).sign("."):
			last := i + 2
			for at(last + 1).sign(".") {
				last += 2
			}
			if at(last).named() && !at(last+1).sign("(") && last < len(all) {
				s.names = append(s.names, reference{at(last - 2).text, at(last).text})
			}
		case comparing(at(i+1)) || at(i+1).is("NOT") && comparing(at(i+2)):
			if !slices.ContainsFunc(s.shows, func(c output) bool { return strings.EqualFold(c.name, t.text) && c.of.column == "" }) {
				s.names = append(s.names, reference{"", t.text})
			}
		}
	}
}

// picksBy says that a column decides which rows come.
func (s selection) picksBy(column string) bool {
	return slices.ContainsFunc(s.where, func(t token) bool { return strings.EqualFold(t.text, column) })
}

func comparing(t token) bool {
	return t.sign("=", "<", ">", "<=", ">=", "<>", "!=") || t.is("IN", "IS", "LIKE", "BETWEEN")
}

// compared are the columns that a condition compares so that none without a value passes: x IS NULL lets them pass.
func compared(where []token, names []reference) (firm []reference) {
	loose := map[string]bool{}
	for i, t := range where {
		null := i+2 < len(where) && where[i+1].is("IS") && !where[i+2].is("NOT")
		call := i+1 < len(where) && where[i+1].sign("(") && t.kind == 'w' && !t.is("AND", "IN", "NOT", "WHERE")
		if null || t.is("NOT") && i+1 < len(where) && where[i+1].sign("(") {
			loose[strings.ToLower(t.text)] = true
		}
		if call { // IFNULL(x, 0) = 0
			for j := i + 2; j < len(where) && !where[j].sign(")"); j++ {
				loose[strings.ToLower(where[j].text)] = true
			}
		}
	}
	for _, n := range names {
		if !loose[strings.ToLower(n.column)] {
			firm = append(firm, n)
		}
	}
	return firm
}
