package store

import (
	"fmt"
	"strings"

	"tradewire/mapping/document"
)

// Number takes the next number of a gap-free series. {YYYY} is the year of today, zeros in braces the width. A rolled
// back decision gives its numbers back.
func (d *Desk) Number(mask string, today document.Date) (string, error) {
	name := strings.ReplaceAll(mask, "{YYYY}", fmt.Sprintf("%04d", today.Year))
	if _, err := d.tx.ExecContext(d.ctx, `
INSERT INTO series (name, last)
VALUES (?, 1)`+d.store.dialect.upsert("name", "last = last + 1"), name); err != nil {
		return "", err
	}
	var n int64
	if err := d.tx.GetContext(d.ctx, &n, `SELECT last FROM series WHERE name = ?`, name); err != nil {
		return "", err
	}
	return formatNumber(name, n), nil
}

// formatNumber puts a number into its mask: zeros in braces give the width.
func formatNumber(mask string, n int64) string {
	from, to := strings.Index(mask, "{0"), strings.LastIndex(mask, "0}")
	if from < 0 || to < from {
		return mask + fmt.Sprint(n)
	}
	return mask[:from] + fmt.Sprintf("%0*d", to-from, n) + mask[to+2:]
}

// Mark begins a part of the decision that BackToMark can undo: number series only, before anything was put.
func (d *Desk) Mark() error {
	_, err := d.tx.ExecContext(d.ctx, `SAVEPOINT mark`)
	return err
}

// BackToMark undoes what the database was told since the last Mark.
func (d *Desk) BackToMark() error {
	_, err := d.tx.ExecContext(d.ctx, `ROLLBACK TO mark`)
	return err
}
