package store

import (
	"errors"
	"fmt"

	"tradewire/mapping/document"
)

// reserve brings the guard row of a credit account to the account as decided. Where a reservation grows, one guarded
// UPDATE takes the room or takes nothing: whatever the decision was computed from, the ledger never passes the limit
// in silence. (Invariant 7.) Amounts are integers of a ten-thousandth of the currency.
func (d *Desk) reserve(before, after *document.CreditAccount) error {
	reserved, other, ceiling, err := guardFigures(after)
	if err != nil {
		return err
	}
	if before == nil {
		_, err := d.exec(`
INSERT INTO credit_account (account, version, reserved, other, ceiling)
VALUES (?, 1, ?, ?, ?)`, after.ID, reserved, other, ceiling)
		return err
	}
	reservedBefore, otherBefore, _, err := guardFigures(before)
	if err != nil {
		return err
	}
	if reserved > reservedBefore && other == otherBefore {
		err := d.exec1(`
UPDATE credit_account
   SET reserved = reserved + ?, version = version + 1
 WHERE account = ? AND (ceiling IS NULL OR reserved + other + ? <= ceiling)`,
			reserved-reservedBefore, after.ID, reserved-reservedBefore)
		if errors.Is(err, ErrChanged) {
			return fmt.Errorf("credit account %s: the ledger has no room for open orders of %s: %w", after.ID, after.Exposure.OpenOrders, err)
		}
		return err
	}
	return d.exec1(`
UPDATE credit_account
   SET reserved = ?, other = ?, ceiling = ?, version = version + 1
 WHERE account = ? AND reserved = ? AND other = ?`,
		reserved, other, ceiling, after.ID, reservedBefore, otherBefore)
}

// exec1 runs a guarded statement that must change one row.
func (d *Desk) exec1(query string, args ...any) error {
	result, err := d.tx.ExecContext(d.ctx, query, args...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, ErrChanged)
	}
	return nil
}

// guardFigures are the account's reservation, the rest of its exposure, and its ceiling (nil: not checked).
func guardFigures(a *document.CreditAccount) (reserved, other int64, ceiling *int64, err error) {
	if reserved, err = tenThousandths(a.Exposure.OpenOrders); err != nil {
		return
	}
	rest := a.Exposure
	rest.OpenOrders = rest.OpenOrders.Zero()
	if other, err = tenThousandths(rest.Total()); err != nil {
		return
	}
	if a.NoCheck {
		return
	}
	limit := int64(0)
	if a.Limit != nil {
		if limit, err = tenThousandths(*a.Limit); err != nil {
			return
		}
	}
	ceiling = &limit
	return
}

func tenThousandths(m document.Money) (int64, error) {
	n, ok := m.Amount.Mul(document.DecimalOf(10_000)).Int64()
	if !ok {
		return 0, fmt.Errorf("%s %s does not fit the credit ledger: more than four decimals or too large: %w", m.Currency, m.Amount, ErrUnfit)
	}
	return n, nil
}
