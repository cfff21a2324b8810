package sqldb

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/shopspring/decimal"

	"tradewire/connectors"
)

// largestSet is how many rows a snapshot may have: it is held in memory at once.
const largestSet = 1_000_000

// whole reads everything the SELECT shows, at one instant, sorted by key.
func (s *source) whole(ctx context.Context, tx *sqlx.Tx) (connectors.Batch, error) {
	asOf, err := s.conn.now(ctx, tx)
	if err != nil {
		return connectors.Batch{}, err
	}
	rows, err := s.conn.rows(ctx, tx, query{from: s.from, rest: " LIMIT ?", args: []any{largestSet + 1}})
	if err != nil {
		return connectors.Batch{}, err
	}
	if len(rows) > largestSet {
		return connectors.Batch{}, misconfigured("read it by id, timestamp or version", "the snapshot has more than %d rows", largestSet)
	}
	changes, err := s.changes(ctx, tx, rows, true)
	if err != nil {
		return connectors.Batch{}, err
	}
	slices.SortStableFunc(changes, func(a, b connectors.Change) int { return cmp.Compare(a.Key, b.Key) })
	twice(changes)
	return connectors.Batch{Changes: changes, Next: connectors.Position(asOf.Format(time.RFC3339Nano)), AsOf: asOf, Set: s.name, End: true}, nil
}

// twice sets aside, in changes that are sorted by key, those whose key came before.
func twice(changes []connectors.Change) {
	for i := 1; i < len(changes); i++ {
		if changes[i].Key == changes[i-1].Key && changes[i].Broken == nil {
			changes[i].Broken = &connectors.Broken{Raw: changes[i].Record.Canonical(), Reason: "the key stands in the set more than once"}
			changes[i].Record = nil
		}
	}
}

// now is the instant of the transaction by the database's clock, or ours where it has none of its own.
func (c *Connection) now(ctx context.Context, tx *sqlx.Tx) (time.Time, error) {
	if c.dialect.clock() == "" {
		return c.env.Now().UTC(), nil
	}
	var text string
	if err := tx.GetContext(ctx, &text, c.dialect.clock()); err != nil {
		return time.Time{}, err
	}
	return time.ParseInLocation(time.DateTime, text, time.UTC)
}

// watermark is a position inside a sweep from low to high values of the column, or between two sweeps.
type watermark struct {
	at       any   // the highest value of the column seen; nil: none yet
	key      []any // the key of the last row seen at that value
	sweeping bool  // more of this sweep waits: go on strictly behind the last row
	zone     int   // how far the database's clock stood from UTC, in seconds

	open  []string // the keys of records that were open when they were handed out, sorted
	again int      // how many of these have been read again in this sweep and are still open; nowhere: it has not come to them
}

// nowhere is a sweep that has not come to the open records.
const nowhere = -1

// page reads one page of rows that are new by the watched column. A row whose column is NULL is never new.
//
// Ids and versions that rise, and times, are given out before their transaction commits, so a row can appear below
// the watermark. A sweep therefore begins the configured overlap below it.
func (s *source) page(ctx context.Context, tx *sqlx.Tx, pos connectors.Position, max int) (connectors.Batch, error) {
	mark, err := parseWatermark(pos)
	if err != nil {
		return connectors.Batch{}, err
	}
	if s.open != "" && mark.again != nowhere {
		return s.reread(ctx, tx, mark, max)
	}
	if mark, err = s.setBack(mark); err != nil {
		return connectors.Batch{}, err
	}
	condition, args, err := s.after(mark)
	if err != nil {
		return connectors.Batch{}, err
	}
	order := ordered(append([]string{s.column}, s.key...))
	rows, err := s.conn.rows(ctx, tx, query{from: s.from,
		rest: " WHERE " + condition + " ORDER BY " + strings.Join(order, ", ") + " LIMIT ?", args: append(args, max+1)})
	if err != nil {
		return connectors.Batch{}, err
	}
	mark.sweeping = len(rows) > max
	rows = rows[:min(max, len(rows))]
	if len(rows) > 0 {
		last := rows[len(rows)-1]
		mark.at, mark.key = last.record[s.column], last.at(s.key)
	}
	changes, err := s.changes(ctx, tx, rows, false)
	if err != nil {
		return connectors.Batch{}, err
	}
	if err := s.noteOpen(ctx, tx, &mark, rows); err != nil {
		return connectors.Batch{}, err
	}
	asOf, err := s.conn.now(ctx, tx)
	return connectors.Batch{Changes: changes, Next: mark.position(), More: mark.sweeping || mark.again != nowhere, AsOf: asOf}, err
}

// setBack moves the watermark back by as much as clocks were set back since it was written: in autumn an hour comes twice.
func (s *source) setBack(mark watermark) (watermark, error) {
	was := mark.zone
	_, mark.zone = s.conn.env.Now().In(s.conn.env.Zone).Zone()
	if s.detect != "timestamp" || mark.at == nil || mark.zone >= was {
		return mark, nil
	}
	at, err := earlier(mark.at, time.Duration(was-mark.zone)*time.Second)
	if err != nil {
		return mark, misconfigured("name a column that holds times", "column %s: %v", s.column, err)
	}
	mark.at, mark.sweeping = at, false
	return mark, nil
}

// after is the condition for rows that come after the watermark.
func (s *source) after(mark watermark) (string, []any, error) {
	column := "t." + quote(s.column)
	if mark.at == nil {
		return column + " IS NOT NULL", nil, nil
	}
	if !mark.sweeping && (s.detect == "timestamp" || s.behind > 0) {
		low, err := s.low(mark.at)
		if err != nil {
			return "", nil, misconfigured("leave overlap out, or name a column that holds times or numbers", "the overlap cannot be taken from column %s: %v", s.column, err)
		}
		bound, err := boundKey(low)
		return column + " >= ?", []any{bound}, err
	}
	// Row by row behind the last one seen: the value, and the key among rows of one value.
	args := make([]any, 0, len(mark.key)+1)
	for _, v := range append([]any{mark.at}, mark.key...) {
		b, err := boundKey(v)
		if err != nil {
			return "", nil, err
		}
		args = append(args, b)
	}
	columns := append([]string{s.column}, s.key...)
	if len(args) != len(columns) {
		return "", nil, staleMark(fmt.Errorf("it holds %d values, not %d", len(args), len(columns)))
	}
	return column + " >= ? AND (" + strings.Join(ordered(columns), ", ") + ") > (" + marks(len(columns)) + ")", append(args[:1:1], args...), nil
}

// low is where the next sweep begins.
func (s *source) low(at any) (any, error) {
	if s.detect == "timestamp" {
		return earlier(at, s.overlap)
	}
	d, err := exact(keyText(at))
	if err != nil {
		return nil, err
	}
	return connectors.Number(d.Sub(decimal.NewFromInt(s.behind)).String()), nil
}

func (m watermark) position() connectors.Position {
	r := connectors.Record{"sweeping": m.sweeping, "zone": connectors.Number(strconv.Itoa(m.zone))}
	if m.at != nil {
		r["at"], r["key"] = m.at, m.key
	}
	if len(m.open) > 0 {
		r["open"], r["again"] = listed(m.open), connectors.Number(strconv.Itoa(m.again))
	}
	return connectors.Position(r.Canonical())
}

func parseWatermark(pos connectors.Position) (watermark, error) {
	if pos == "" {
		return watermark{again: nowhere}, nil
	}
	r, err := connectors.ParseRecord([]byte(pos), connectors.Limits{Bytes: 16 << 20, Depth: 4})
	if err != nil {
		return watermark{}, staleMark(err)
	}
	m := watermark{at: r["at"], open: keysOf(r["open"]), again: nowhere}
	if n, err := strconv.Atoi(keyText(r["again"])); err == nil && n >= 0 && n < len(m.open) {
		m.again = n
	}
	m.key, _ = r["key"].([]any)
	m.sweeping, _ = r["sweeping"].(bool)
	m.zone, _ = strconv.Atoi(keyText(r["zone"])) // an older position does not say
	return m, nil
}

func staleMark(err error) error {
	return misconfigured("the way of reading was changed: start this source again from the beginning", "the position cannot be read: %v", err)
}

func misconfigured(hint, what string, args ...any) error {
	return &connectors.Error{Kind: connectors.Misconfigured, Hint: hint, Err: fmt.Errorf(what, args...)}
}
