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
	Where   map[string]config.Text `yaml:"where"`                                 // which row of it
	Holds   string                 `yaml:"holds" enum:"next,last" default:"next"` // the number to give out next, or the last one given out
	Auto    bool                   `yaml:"auto"`
	Max     bool                   `yaml:"max"`
	Mask    config.Text            `yaml:"mask"` // SO{000000}, SO{YY}{MM}-{0000}; empty: the bare number
}

var slot = regexp.MustCompile(`\{(0+|YYYY|YY|MM|DD)\}`)

func (n *numbering) check(c *checker, pos config.Pos) {
	ways := 0
	for _, way := range []bool{n.Counter.Value != "", n.Auto, n.Max} {
		if way {
			ways++
		}
	}
	if ways != 1 {
		c.fault(pos, "bad-number", "a number is made in exactly one way", "write one of counter: TABLE, auto: true, max: true")
	}
	if n.Counter.Value != "" {
		c.name(n.Counter)
		if n.Column.Value == "" {
			c.fault(n.Counter.Pos, "missing-column", "the counter has no column", "write column: and the counter's column")
		} else {
			c.name(n.Column)
		}
		for column, v := range n.Where {
			c.name(config.Text{Value: column, Pos: v.Pos})
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

// number gives a number to every new header. It comes out of the same transaction: what is rolled back leaves no gap.
func (w *work) number(tasks []*task) error {
	n := w.sink.number
	if n == nil || n.Auto {
		return nil
	}
	var fresh []*task
	for _, t := range tasks {
		if t.fresh() {
			fresh = append(fresh, t)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	take := w.count
	if n.Max {
		take = w.highest
	}
	first, err := take(int64(len(fresh)))
	if err != nil {
		return err
	}
	today := w.conn.env.Now().In(w.conn.env.Zone)
	for i, t := range fresh {
		t.own = n.format(first+int64(i), today)
	}
	return nil
}

// count takes many numbers from the counter row, which stays locked until the transaction ends.
func (w *work) count(many int64) (int64, error) {
	n := w.sink.number
	table, column := quoteTable(n.Counter.Value), quote(n.Column.Value)
	var conditions, words []string
	var args []any
	names := slices.Sorted(maps.Keys(n.Where))
	for _, name := range names {
		conditions = append(conditions, "t."+quote(name)+" = ?")
		words = append(words, fmt.Sprintf("%s is %s", name, n.Where[name]))
		args = append(args, n.Where[name].Value)
	}
	args = w.shape.fit(w.conn.dialect, n.Counter.Value, names, args)
	where := ""
	if len(conditions) > 0 {
		where = " WHERE " + strings.Join(conditions, " AND ")
	}
	rows, err := w.conn.rows(w.ctx, w.tx, query{from: table, columns: []string{n.Column.Value}, rest: where + w.conn.dialect.locking(), args: args})
	if err != nil {
		return 0, err
	}
	if len(rows) != 1 {
		return 0, misconfigured("make where: name exactly one row, or make that row in the database", "the counter %s has %d rows where %s", n.Counter, len(rows), strings.Join(words, " and "))
	}
	held, err := strconv.ParseInt(keyText(rows[0].record[n.Column.Value]), 10, 64)
	if err != nil {
		return 0, misconfigured("name the column that counts", "the counter %s.%s holds %q, which is no whole number", n.Counter, n.Column, keyText(rows[0].record[n.Column.Value]))
	}
	done, err := w.exec("UPDATE "+table+" AS t\n   SET "+column+" = ?\n"+where, append([]any{held + many}, args...)...)
	if err == nil && done != 1 {
		err = conflict("write it again", "the counter %s was changed meanwhile", n.Counter)
	}
	if n.Holds == "last" {
		held++
	}
	return held, err
}

// highest is the number after the highest of this mask. Two writers may find the same; the later is refused by the
// table's own unique key, which it must have.
func (w *work) highest(int64) (int64, error) {
	n := w.sink.number
	before, after := n.around(w.conn.env.Now().In(w.conn.env.Zone))
	key := "t." + quote(w.key)
	q := query{from: quoteTable(w.table), columns: []string{w.key}, rest: " ORDER BY " + key + " DESC LIMIT 1"}
	if n.Mask.Value != "" {
		like := strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")
		q.rest = " WHERE " + key + " LIKE ? ESCAPE '!' ORDER BY LENGTH(" + key + ") DESC, " + key + " DESC LIMIT 1"
		q.args = []any{like.Replace(before) + "%" + like.Replace(after)}
	}
	q.rest += w.conn.dialect.locking()
	rows, err := w.conn.rows(w.ctx, w.tx, q)
	if err != nil || len(rows) == 0 {
		return 1, err
	}
	top := keyText(rows[0].record[w.key])
	digits := strings.TrimSuffix(strings.TrimPrefix(top, before), after)
	last, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, misconfigured("mend the mask, or number by a counter", "the highest number in %s.%s is %q, which the mask %q does not make", w.table, w.key, top, n.Mask)
	}
	return last + 1, nil
}

// fresh says that the header is to be made.
func (t *task) fresh() bool { return !t.stands && t.entry.Op != connectors.Remove }
