package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// ChangeRequest is what somebody asked the CRM to change about an order. The order stays as it is until people in the
// CRM change it.
type ChangeRequest struct {
	Key  string
	At   time.Time // when it was asked as it stands
	Body json.RawMessage
}

// beAsked takes a change request down, or what it says now in place of what it said before. The key is one segment of
// the path; it may hold slashes, escaped.
func (w *World) beAsked(out http.ResponseWriter, r *http.Request) {
	body, ok := object(out, r)
	if !ok {
		return
	}
	var about struct {
		Order string `json:"order"`
	}
	if err := json.Unmarshal(body, &about); err != nil || about.Order == "" {
		answer(out, http.StatusUnprocessableEntity, `{"error":"a change request names its order"}`)
		return
	}
	if _, ok := w.record("order", about.Order); !ok {
		answer(out, http.StatusNotFound, `{"error":"there is no such order"}`)
		return
	}
	key := r.PathValue("key")
	_, err := w.state.ExecContext(r.Context(), `
INSERT INTO requests (key, at, body) VALUES (?, ?, ?)
ON CONFLICT (key) DO UPDATE SET at = excluded.at, body = excluded.body WHERE body <> excluded.body`, key, stamp(w.Now()), body)
	if err != nil {
		answer(out, http.StatusInternalServerError, `{"error":"the request could not be kept"}`)
		return
	}
	answer(out, http.StatusOK, fmt.Sprintf(`{"key":%q}`, key))
}

// Requests lists the change requests that the CRM was sent, each as it stands, in the order of their first coming.
func (w *World) Requests() ([]ChangeRequest, error) {
	rows, err := w.state.Query(`SELECT key, at, body FROM requests ORDER BY no`)
	if err != nil {
		return nil, fmt.Errorf("read the crm's change requests: %w", err)
	}
	defer rows.Close()
	var all []ChangeRequest
	for rows.Next() {
		var c ChangeRequest
		var at string
		if err := rows.Scan(&c.Key, &at, &c.Body); err != nil {
			return nil, err
		}
		if c.At, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, rows.Err()
}
