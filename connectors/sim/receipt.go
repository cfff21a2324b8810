package sim

import (
	"context"
	"database/sql"
	"time"
)

// Receipt books in the ERP that a customer has paid all that is overdue today, by the number of its account there.
func (w *World) Receipt(ctx context.Context, account string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.erp.inTx(ctx, func(tx *sql.Tx) error { return payOverdue(tx, account, w.story.now(w.step)) })
}

func payOverdue(tx *sql.Tx, account string, today time.Time) error {
	_, err := tx.Exec(`UPDATE ARIT SET OPN_AMT = 0 WHERE CU_NO = ? AND DUE_DT < ?`, account, dayNumber(today))
	return err
}
