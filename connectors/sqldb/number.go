package sqldb

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tradewire/config"
	"tradewire/connectors"
)

// numbering says who makes the key of a new header: a counter row of theirs, the database itself, or the highest
// number there is. Without it the record holds the key.
type numbering struct {
	Counter config.Text            `yaml:"counter"` // the table of the counter
	Column  config.Text            `yaml:"column"`
	Where   map[string]config.Text `yaml:"where"`                                 // which row of it; may hold {YYYY}, {YY}, {MM}, {DD}
	Begin   *int64                 `yaml:"begin"`                                 // where that row is not there it is made, and this is the first number
	Holds   string                 `yaml:"holds" enum:"next,last" default:"next"` // the number to give out next, or the last one given out
	Auto    bool                   `yaml:"auto"`
	Max     bool                   `yaml:"max"`
	Key     bool                   `yaml:"key"`  // of a further column: the number of the key, by this mask
	Mask    config.Text            `yaml:"mask"` // SO{000000}, SO{YY}{MM}-{0000}; empty: the bare number
}

var slot = regexp.MustCompile(`\{(0+|YYYY|YY|MM|DD)\}`)

// numbered is a further column that is numbered when its row is made.
type numbered struct {
	column string
	*numbering
}

// ofKey and ofColumn say what is numbered: the key of the header, or a further column.
const (
	ofKey = iota
	ofColumn
)

// numbers reads the further columns that are numbered.
func (c *checker) numbers(s *sink, numbers map[string]*numbering, section config.Section) (list []numbered) {
	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		n, at := numbers[name], section.At(name)
		if n == nil {
			c.fault(at.Pos(), "bad-number", name+" is numbered in no way", "write {max: true, mask: ...}, {counter: ...} or {key: true, mask: ...}")
			continue
		}
		n.check(c, at.Pos(), ofColumn)
		column := c.name(config.Text{Value: name, Pos: at.Pos()})
		if column == s.key || column == s.reference || column == s.revision {
			c.fault(at.Pos(), "bad-number", name+" holds something else already", "write number: for the key, and under numbers: further columns")
		}
		list = append(list, numbered{column, n})
	}
	return list
}

// rowNumbers reads the columns of rows that are numbered. A counter tells many rows apart at once; the highest of a table does not.
func (c *checker) rowNumbers(numbers map[string]*numbering, section config.Section) (list []numbered) {
	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		n, at := numbers[name], section.At(name).Pos()
		if n == nil || n.Counter.Value == "" || n.Max || n.Auto || n.Key {
			c.fault(at, "bad-number", name+" of rows is numbered by something else than a counter", "write {counter: TABLE, column: COLUMN}; a number that the database makes by itself is left out")
			continue
		}
		n.check(c, at, ofColumn)
		list = append(list, numbered{c.name(config.Text{Value: name, Pos: at}), n})
	}
	return list
}

func (n *numbering) check(c *checker, pos config.Pos, of int) {
	if n == nil {
		return
	}
	ways := 0
	for _, way := range []bool{n.Counter.Value != "", n.Auto, n.Max, n.Key} {
		if way {
			ways++
		}
	}
	switch {
	case of == ofKey && (ways != 1 || n.Key):
		c.fault(pos, "bad-number", "a number is made in exactly one way", "write one of counter: TABLE, auto: true, max: true")
	case of == ofColumn && (ways != 1 || n.Auto):
		c.fault(pos, "bad-number", "a further column is numbered in exactly one way", "write one of counter: TABLE, max: true, key: true")
	}
	if n.Counter.Value == "" && (n.Column.Value != "" || len(n.Where) > 0 || n.Begin != nil) {
		c.fault(pos, "bad-number", "column, where and begin are of a counter, and there is none", "write counter: and its table, or leave them out")
	}
	if n.Counter.Value != "" {
		n.Counter.Value = c.name(n.Counter)
		if n.Column.Value == "" {
			c.fault(n.Counter.Pos, "missing-column", "the counter has no column", "write column: and the counter's column")
		} else {
			c.name(n.Column)
		}
		for column, v := range n.Where {
			c.name(config.Text{Value: column, Pos: v.Pos})
			if strings.Contains(v.Value, "{0") {
				c.fault(v.Pos, "bad-number", fmt.Sprintf("%q holds the number that it is to find", v), "write at most {YYYY}, {YY}, {MM}, {DD} in it")
			}
		}
	}
	zeros := 0
	for _, part := range slot.FindAllString(n.Mask.Value, -1) {
		if part[1] == '0' {
			zeros++
		}
	}
	rest := slot.ReplaceAllString(n.Mask.Value, "")
	if n.Mask.Value != "" && (zeros != 1 || strings.ContainsAny(rest, "{}") || n.Auto) {
		c.fault(n.Mask.Pos, "bad-mask", fmt.Sprintf("the mask %q is no mask of a number", n.Mask), "write one {000000} and around it letters, {YYYY}, {YY}, {MM}, {DD}")
	}
}

// format writes number i by the mask.
func (n *numbering) format(i int64, today time.Time) any {
	if n.Mask.Value == "" {
		return i
	}
	return slot.ReplaceAllStringFunc(n.Mask.Value, func(part string) string {
		if part[1] == '0' {
			return fmt.Sprintf("%0*d", len(part)-2, i)
		}
		return day(part, today)
	})
}

func day(part string, today time.Time) string {
	layout := map[string]string{"{YYYY}": "2006", "{YY}": "06", "{MM}": "01", "{DD}": "02"}[part]
	return today.Format(layout)
}

// around is what the mask writes before and after the number.
func (n *numbering) around(today time.Time) (before, after string) {
	mask := n.Mask.Value
	for _, part := range []string{"{YYYY}", "{YY}", "{MM}", "{DD}"} {
		mask = strings.ReplaceAll(mask, part, day(part, today))
	}
	if at := slot.FindStringIndex(mask); at != nil {
		return mask[:at[0]], mask[at[1]:]
	}
	return "", ""
}

// counters are the numberings that count in a row of theirs.
func (s *sink) counters() (list []*numbering) {
	if s.number != nil && s.number.Counter.Value != "" {
		list = append(list, s.number)
	}
	numbers := slices.Clone(s.numbers)
	for _, r := range s.rows {
		numbers = append(numbers, r.numbers...)
	}
	for _, n := range numbers {
		if n.Counter.Value != "" {
			list = append(list, n.numbering)
		}
	}
	return list
}

// highestTaken says that something is numbered above the highest: two writers may find the same.
func (s *sink) highestTaken() bool {
	return s.number != nil && s.number.Max || slices.ContainsFunc(s.numbers, func(n numbered) bool { return n.Max })
}

// shown says that a further column shows the number that the database makes.
func (s *sink) shown() bool {
	return s.number != nil && s.number.Auto && slices.ContainsFunc(s.numbers, func(n numbered) bool { return n.Key })
}

// number gives a number to every new header. It comes out of the same transaction: what is rolled back leaves no gap.
func (w *work) number(tasks []*task) error {
	var fresh []*task
	for _, t := range tasks {
		if t.fresh() {
			fresh = append(fresh, t)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if n := w.sink.number; n != nil && !n.Auto {
		serials, err := w.nextEach(n, w.key, fresh)
		if err != nil {
			return err
		}
		for i, t := range fresh {
			t.serial = serials[i]
			t.own = n.format(t.serial, w.today())
		}
	}
	for _, n := range w.numbers {
		if err := w.numberColumn(n, fresh); err != nil {
			return err
		}
	}
	return nil
}

// numberColumn numbers a further column of new headers.
func (w *work) numberColumn(n numbered, fresh []*task) error {
	serials, err := make([]int64, len(fresh)), error(nil)
	if !n.Key {
		if serials, err = w.nextEach(n.numbering, n.column, fresh); err != nil {
			return err
		}
	}
	for i, t := range fresh {
		serial := serials[i]
		if n.Key {
			if serial = t.serial; w.sink.number == nil {
				if serial, err = strconv.ParseInt(keyText(number(t.own)), 10, 64); err != nil {
					return refused("number the column in another way, or let the mapping give it", "%s.%s shows the number of the key, and %s is none", w.table, n.column, keyText(number(t.own)))
				}
			}
		}
		v := n.format(serial, w.today())
		t.cells.set(n.column, v, number(v))
	}
	return nil
}

// numberLines numbers columns of rows that are made.
func (w *work) numberLines(table rowTable, fresh []freshLine) error {
	for _, n := range table.numbers {
		first, err := int64(0), error(nil)
		if w.draft == nil && len(fresh) > 0 {
			if first, err = w.next(n.numbering, n.column, int64(len(fresh))); err != nil {
				return err
			}
		}
		for i, f := range fresh {
			serial := first + int64(i)
			if w.draft != nil {
				serial, err = w.draft.once(f.task.id, table.table+"."+n.column+" "+f.line.key, func() (int64, error) { return w.next(n.numbering, n.column, 1) })
				if err != nil {
					return err
				}
			}
			v := n.format(serial, w.today())
			f.line.cells.set(n.column, v, number(v))
		}
	}
	return nil
}

// show writes the number that the database has made into the columns that show it. Until then they show 0.
func (w *work) show(t *task, key int64) error {
	var sets []string
	var args []any
	for _, n := range w.numbers {
		if n.Key {
			v := n.format(key, w.today())
			at := slices.Index(t.cells.columns, n.column)
			t.cells.bound[at], t.cells.given[at], t.parents[n.column] = v, number(v), v
			sets, args = append(sets, quote(n.column)+" = ?"), append(args, v)
			if w.draft != nil {
				w.draft.shows(n.column, number(v))
			}
		}
	}
	if len(sets) == 0 {
		return nil
	}
	_, err := w.exec(1, "UPDATE "+quoteTable(w.table)+"\n   SET "+strings.Join(sets, ", ")+"\n WHERE "+quote(w.key)+" = ?", append(args, key)...)
	return err
}

// today is the day of numbers with a date in them, in the zone of the database.
func (w *work) today() time.Time { return w.conn.env.Now().In(w.conn.env.Zone) }

// nextEach is next, for one header after the other: in a draft each has its own from before.
func (w *work) nextEach(n *numbering, column string, fresh []*task) ([]int64, error) {
	serials := make([]int64, len(fresh))
	if w.draft == nil {
		first, err := w.next(n, column, int64(len(fresh)))
		for i := range fresh {
			serials[i] = first + int64(i)
		}
		return serials, err
	}
	for i, t := range fresh {
		var err error
		if serials[i], err = w.draft.once(t.id, column, func() (int64, error) { return w.next(n, column, 1) }); err != nil {
			return nil, err
		}
	}
	return serials, nil
}

// next takes many numbers, one after the other, and answers the first.
func (w *work) next(n *numbering, column string, many int64) (int64, error) {
	if n.Max {
		return w.highest(n, column)
	}
	return w.count(n, many)
}

// count takes many numbers from the counter row, which stays locked until the transaction ends.
func (w *work) count(n *numbering, many int64) (int64, error) {
	table, column := quoteTable(n.Counter.Value), quote(n.Column.Value)
	var conditions, words []string
	var args []any
	names := slices.Sorted(maps.Keys(n.Where))
	for _, name := range names {
		conditions = append(conditions, "t."+quote(name)+" = ?")
		value := slot.ReplaceAllStringFunc(n.Where[name].Value, func(part string) string { return day(part, w.today()) })
		words = append(words, fmt.Sprintf("%s is %s", name, value))
		args = append(args, value)
	}
	args = w.shape.fit(w.conn.dialect, n.Counter.Value, names, args)
	where := ""
	if len(conditions) > 0 {
		where = " WHERE " + strings.Join(conditions, " AND ")
	}
	rows, err := w.conn.rows(w.ctx, w.tx, query{from: table, columns: []string{n.Column.Value}, rest: where + w.locking(), args: args})
	if err != nil {
		return 0, err
	}
	if len(rows) == 0 && n.Begin != nil {
		return w.begin(n, names, args, many)
	}
	if len(rows) != 1 {
		return 0, misconfigured("make where: name exactly one row, or make that row in the database", "the counter %s has %d rows where %s", n.Counter, len(rows), strings.Join(words, " and "))
	}
	held, err := strconv.ParseInt(keyText(rows[0].record[n.Column.Value]), 10, 64)
	if err != nil {
		return 0, misconfigured("name the column that counts", "the counter %s.%s holds %q, which is no whole number", n.Counter, n.Column, keyText(rows[0].record[n.Column.Value]))
	}
	held += w.draft.take(n.Counter.Value+"."+n.Column.Value+where+fmt.Sprint(args), many)
	done, err := w.exec(1, "UPDATE "+table+" AS t\n   SET "+column+" = ?\n"+where, append([]any{held + many}, args...)...)
	if err == nil && done != 1 {
		err = conflict("write it again", "the counter %s was changed meanwhile", n.Counter)
	}
	if n.Holds == "last" {
		held++
	}
	return held, err
}

// begin makes the row of a counter. Another writer may make it first: then the table's own key refuses it, and it is counted on.
func (w *work) begin(n *numbering, columns []string, values []any, many int64) (int64, error) {
	first := *n.Begin + w.draft.take(n.Counter.Value+"."+n.Column.Value+fmt.Sprint(values), many)
	holds := first + many
	if n.Holds == "last" {
		holds--
	}
	into := inserts{table: n.Counter.Value}
	into.add(append(slices.Clone(columns), n.Column.Value), append(slices.Clone(values), holds))
	return first, w.conn.raced(into.run(w))
}

// highest is the number after the highest of this mask. Two writers may find the same; the later is refused by the
// table's own unique key, which it must have.
func (w *work) highest(n *numbering, column string) (int64, error) {
	before, after := n.around(w.today())
	key := "t." + quote(column)
	only, ours := w.shape.fitted(w.conn.dialect, w.table, w.only).only("t.")
	q := query{from: quoteTable(w.table), columns: []string{column}, rest: " ORDER BY " + key + " DESC LIMIT 1"}
	if only != "" {
		q.rest, q.args = " WHERE "+strings.TrimSuffix(only, " AND ")+q.rest, ours
	}
	if n.Mask.Value != "" {
		like := strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")
		q.rest = " WHERE " + only + key + " LIKE ? ESCAPE '!' ORDER BY LENGTH(" + key + ") DESC, " + key + " DESC LIMIT 1"
		q.args = append(ours, like.Replace(before)+"%"+like.Replace(after))
	}
	q.rest += w.locking()
	rows, err := w.conn.rows(w.ctx, w.tx, q)
	if err != nil {
		return 0, err
	}
	given := w.draft.take(w.table+"."+column+" "+before+after, 1)
	if len(rows) == 0 || keyText(rows[0].record[column]) == "" {
		return 1 + given, nil
	}
	top := keyText(rows[0].record[column])
	digits := strings.TrimSuffix(strings.TrimPrefix(top, before), after)
	last, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, misconfigured("mend the mask, or number by a counter", "the highest number in %s.%s is %q, which the mask %q does not make", w.table, column, top, n.Mask)
	}
	return last + 1 + given, nil
}

// fresh says that the header is to be made.
func (t *task) fresh() bool { return !t.stands && t.entry.Op != connectors.Remove }
