package sim

import (
	"bytes"
	"fmt"
	"net/http"
)

// beToldOfCredit takes down how the credit of a customer stands. It shows on the customer from then on; the customer's own
// revision stays, and whoever reads it next reads what was told with it.
func (w *World) beToldOfCredit(out http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if _, ok := w.record("customer", id); !ok {
		answer(out, http.StatusNotFound, `{"error":"there is no such customer"}`)
		return
	}
	body, ok := object(out, r)
	if !ok {
		return
	}
	_, err := w.state.ExecContext(r.Context(), `
INSERT INTO standing (id, at, body) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET at = excluded.at, body = excluded.body`, id, stamp(w.Now()), body)
	if err != nil {
		answer(out, http.StatusInternalServerError, `{"error":"the credit could not be kept"}`)
		return
	}
	w.mu.Lock()
	w.standing[id] = body
	w.mu.Unlock()
	answer(out, http.StatusOK, fmt.Sprintf(`{"id":%q}`, id))
}

// shown is a record as the CRM shows it: a customer with how its credit stands, where that was told.
func (w *World) shown(kind string, e entry) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	credit := w.standing[e.id]
	if kind != "customer" || credit == nil {
		return e.body
	}
	body, open := bytes.CutSuffix(bytes.TrimSpace(e.body), []byte("}"))
	if !open {
		return e.body // spoilt by the weather
	}
	return fmt.Appendf(nil, `%s,"credit":%s}`, body, credit)
}

// loadStanding reads what was told before.
func (w *World) loadStanding() error {
	w.standing = map[string][]byte{}
	rows, err := w.state.Query(`SELECT id, body FROM standing`)
	if err != nil {
		return fmt.Errorf("read how credit stands: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var body []byte
		if err := rows.Scan(&id, &body); err != nil {
			return err
		}
		w.standing[id] = body
	}
	return rows.Err()
}
