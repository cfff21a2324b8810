package sim

import (
	"encoding/json"
	"fmt"
)

// TrueOrder is the latest state of an order, as the CRM has it on record.
type TrueOrder struct {
	Order        // bytes that are no UTF-8 show as replacement characters
	Fault string // why the order must not reach the ERP; empty when it may
	Body  []byte // the order as the CRM sends it
}

// Truth is every order at its latest state, by id, read from the CRM's synced journal. Another program than the one in
// which the world lives may ask for it too.
func (w *World) Truth() ([]TrueOrder, error) {
	rows, err := w.state.Query(`
SELECT j.fault, j.body
FROM journal j
JOIN (SELECT MAX(seq) AS seq FROM journal WHERE kind = 'order' GROUP BY id) last ON last.seq = j.seq
ORDER BY j.id`)
	if err != nil {
		return nil, fmt.Errorf("read the crm's journal: %w", err)
	}
	defer rows.Close()
	var all []TrueOrder
	for rows.Next() {
		var t TrueOrder
		if err := rows.Scan(&t.Fault, &t.Body); err != nil {
			return nil, fmt.Errorf("read the crm's journal: %w", err)
		}
		if err := json.Unmarshal(t.Body, &t.Order); err != nil {
			return nil, fmt.Errorf("read the crm's journal: %w", err)
		}
		all = append(all, t)
	}
	return all, rows.Err()
}
