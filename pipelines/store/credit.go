package store

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// room is what becomes of the guard row of a credit account in one decision.
type room struct {
	before, after figures
	found         bool // the row stood there before
}

// figures are an account's reservation, the rest of its exposure, and its ceiling (nil: not checked), as integers of a
// ten-thousandth of the currency.
type figures struct {
	reserved, other int64
	ceiling         *int64
}

// grows says that a reservation grows while the rest of the exposure stands.
func (f figures) grows(to figures) bool { return to.reserved > f.reserved && to.other == f.other }

// fits says that the exposure lies within the ceiling. Where it does not, people let an order pass it, earlier in the same decision.
func (f figures) fits() bool { return f.ceiling == nil || f.reserved+f.other <= *f.ceiling }

// sameCeiling says that the limit stands.
func (f figures) sameCeiling(to figures) bool {
	return f.ceiling == to.ceiling || f.ceiling != nil && to.ceiling != nil && *f.ceiling == *to.ceiling
}

// reserve notes that the guard row of a credit account comes to the account as decided. A reservation that grows finds room or
// is refused, whatever it was decided from. (Invariant 7.)
func (d *Desk) reserve(before, after *document.CreditAccount) error {
	now, err := guardFigures(after)
	if err != nil {
		return err
	}
	r := d.rooms[after.ID]
	if r == nil {
		r = &room{found: before != nil}
		if r.found {
			if r.before, err = guardFigures(before); err != nil {
				return err
			}
		}
		r.after = r.before
	}
	if stands := r.found || d.rooms[after.ID] != nil; stands && r.after.grows(now) && !now.fits() {
		return fmt.Errorf("credit account %s, open orders of %s: %w: %w", after.ID, after.Exposure.OpenOrders.Add(after.MembersOpen), ErrNoRoom, ErrChanged)
	}
	r.after = now
	d.rooms[after.ID] = r
	return nil
}

var (
	// Whatever the decision was computed from, the ledger never passes the limit in silence.
	takeRoom = amendment{table: "credit_account", keys: []string{"account"}, carry: []string{"more"},
		sets:  []string{"reserved = credit_account.reserved + {more}", "version = version + 1"},
		guard: "(ceiling IS NULL OR reserved + other + {more} <= ceiling)"}
	setRoom = amendment{table: "credit_account", keys: []string{"account"}, carry: []string{"reserved_before", "other_before"},
		sets:  []string{"reserved", "other", "ceiling", "version = version + 1"},
		guard: "credit_account.reserved = {reserved_before} AND credit_account.other = {other_before}"}
)

// writeRooms writes the guard rows. Where a reservation grows, a guarded UPDATE takes the room or takes nothing.
// (Invariant 7.)
func (d *Desk) writeRooms() error {
	var take, set [][]any
	for _, account := range slices.Sorted(maps.Keys(d.rooms)) {
		r := d.rooms[account]
		switch more := r.after.reserved - r.before.reserved; {
		case !r.found:
			d.tx.insert(`
INSERT INTO credit_account (account, version, reserved, other, ceiling)`, "", account, 1, r.after.reserved, r.after.other, r.after.ceiling)
		case r.before.grows(r.after) && r.before.sameCeiling(r.after) && r.after.fits():
			take = append(take, []any{account, more})
		default:
			set = append(set, []any{account, r.before.reserved, r.before.other, r.after.reserved, r.after.other, r.after.ceiling})
		}
	}
	if err := d.amendAll(setRoom, set); err != nil {
		return err
	}
	err := d.amendAll(takeRoom, take)
	if errors.Is(err, ErrChanged) {
		return fmt.Errorf("credit account %s: %w: %w", firstOf(take), ErrNoRoom, err)
	}
	return err
}

// firstOf are the first columns of rows, for people.
func firstOf(rows [][]any) string {
	const most = 5
	var all []string
	for _, row := range rows[:min(most, len(rows))] {
		all = append(all, fmt.Sprint(row[0]))
	}
	if len(rows) > most {
		all = append(all, "...")
	}
	return strings.Join(all, ", ")
}

// amendAll changes rows, each of which must stand there as it was read.
func (d *Desk) amendAll(a amendment, rows [][]any) error {
	found, err := d.tx.amend(d.ctx, a, rows)
	if err == nil && found != int64(len(rows)) {
		err = fmt.Errorf("%d of %d rows of %s: %w", int64(len(rows))-found, len(rows), a.table, ErrChanged)
	}
	return err
}

func guardFigures(a *document.CreditAccount) (f figures, err error) {
	if f.reserved, err = tenThousandths(a.Exposure.OpenOrders.Add(a.MembersOpen)); err != nil { // of a group, for the orders of all its accounts
		return f, err
	}
	rest := a.Exposure
	rest.OpenOrders, rest.Members = rest.OpenOrders.Zero(), rest.Members.Sub(a.MembersOpen)
	if f.other, err = tenThousandths(rest.Total()); err != nil || a.NoCheck {
		return f, err
	}
	f.ceiling = new(int64)
	switch {
	case a.Ceiling != nil:
		*f.ceiling, err = tenThousandths(*a.Ceiling)
	case a.Limit != nil:
		*f.ceiling, err = tenThousandths(*a.Limit)
	}
	return f, err
}

func tenThousandths(m document.Money) (int64, error) {
	n, ok := m.Amount.Mul(document.DecimalOf(10_000)).Int64()
	if !ok {
		return 0, fmt.Errorf("%s %s does not fit the credit ledger: more than four decimals or too large: %w", m.Currency, m.Amount, ErrUnfit)
	}
	return n, nil
}
