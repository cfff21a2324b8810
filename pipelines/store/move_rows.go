package store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"
)

// A cell is a value of either database: a number, bytes (of a text, too), or nothing.
type cell struct {
	counts bool // the column holds numbers
	none   bool
	number int64
	bytes  []byte
}

// Scan takes what a driver has read. It keeps nothing of the driver's.
func (c *cell) Scan(read any) (err error) {
	c.none, c.number, c.bytes = read == nil, 0, c.bytes[:0]
	switch v := read.(type) {
	case nil:
		return nil
	case int64:
		if c.counts {
			c.number = v
			return nil
		}
		c.bytes = strconv.AppendInt(c.bytes, v, 10)
	case []byte:
		c.bytes = append(c.bytes, v...)
	case string:
		c.bytes = append(c.bytes, v...)
	default:
		return fmt.Errorf("a %T is no value of the store", read)
	}
	if c.counts {
		c.number, err = strconv.ParseInt(string(c.bytes), 10, 64)
	}
	return err
}

// value is what the target's driver is given.
func (c *cell) value(word string) any {
	switch {
	case c.none:
		return nil
	case c.counts:
		return c.number
	case word == "bytes":
		return append([]byte{}, c.bytes...) // never nil, which would be nothing
	}
	return string(c.bytes)
}

func (c *cell) size() int64 {
	if c.counts {
		return 8
	}
	return int64(len(c.bytes))
}

// compare orders cells as both databases do.
func (c *cell) compare(other *cell) int {
	if c.none != other.none {
		return map[bool]int{true: -1, false: 1}[c.none]
	}
	if c.counts {
		return cmp.Compare(c.number, other.number)
	}
	return bytes.Compare(c.bytes, other.bytes)
}

func (c *cell) String() string {
	switch {
	case c.none:
		return "NULL"
	case c.counts:
		return strconv.FormatInt(c.number, 10)
	}
	return fmt.Sprintf("%.80q", c.bytes)
}

// moveRow is a row of a table, its cells in the order of the columns.
type moveRow []cell

func (t moveTable) newRow() moveRow {
	row := make(moveRow, len(t.columns))
	for i, c := range t.columns {
		row[i].counts = c.word == "int"
	}
	return row
}

func (r moveRow) size() (n int64) {
	for i := range r {
		n += r[i].size()
	}
	return n
}

func (r moveRow) clone() moveRow {
	copied := slices.Clone(r)
	for i := range copied {
		copied[i].bytes = slices.Clone(copied[i].bytes)
	}
	return copied
}

// keyOf is the row's key, for people.
func (t moveTable) keyOf(r moveRow) string {
	var parts []string
	for _, at := range t.keyAt() {
		parts = append(parts, r[at].String())
	}
	return strings.Join(parts, " ")
}

// rowReader gives the rows of a table one by one; no more than one is held.
type rowReader struct {
	table moveTable
	rows  *sql.Rows
	row   moveRow
	scan  []any
}

type asks interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func (t moveTable) read(ctx context.Context, from asks, query string, args ...any) (*rowReader, error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read table %s: %w", t.name, err)
	}
	r := &rowReader{table: t, rows: rows, row: t.newRow()}
	for i := range r.row {
		r.scan = append(r.scan, &r.row[i])
	}
	return r, nil
}

// next reads the next row into row. It is false at the end.
func (r *rowReader) next() (bool, error) {
	if !r.rows.Next() {
		return false, r.failed(r.rows.Err())
	}
	return true, r.failed(r.rows.Scan(r.scan...))
}

func (r *rowReader) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("read table %s near key %s: %w", r.table.name, r.table.keyOf(r.row), err)
}

func (r *rowReader) close() { _ = r.rows.Close() }

// seal counts rows and makes one hash of them.
type seal struct {
	rows, bytes int64
	hash        hash.Hash
}

func newSeal() *seal { return &seal{hash: sha256.New()} }

// add adds a row: of each cell what it is, how long it is, and its bytes, so that no two rows read the same.
func (s *seal) add(row moveRow) {
	s.rows++
	s.bytes += row.size()
	var head [9]byte
	for i := range row {
		c := &row[i]
		switch {
		case c.none:
			head = [9]byte{'-'}
		case c.counts:
			head[0] = '#'
			binary.BigEndian.PutUint64(head[1:], uint64(c.number)) // #nosec G115 -- its bits
		default:
			head[0] = '"'
			binary.BigEndian.PutUint64(head[1:], uint64(len(c.bytes)))
		}
		s.hash.Write(head[:])
		if !c.none && !c.counts {
			s.hash.Write(c.bytes)
		}
	}
}

// of is what was added, as the part of a table that moves.
func (s *seal) of(t moveTable) MovedTable {
	return MovedTable{Name: t.name, Rows: s.rows, Bytes: s.bytes, Hash: hex.EncodeToString(s.hash.Sum(nil))}
}
