package sim

import (
	"context"
	"fmt"
)

// ERPCounts are the rows of the ERP's order headers and order lines now.
func (w *World) ERPCounts(ctx context.Context) (orders, lines int, err error) {
	err = w.erp.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM SOHD), (SELECT COUNT(*) FROM SOLN)`).Scan(&orders, &lines)
	if err != nil {
		return 0, 0, fmt.Errorf("count the erp's orders: %w", w.erp.blame(err))
	}
	return orders, lines, nil
}
