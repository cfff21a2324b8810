package sim

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"time"
)

// maxTries is how often the CRM calls before it gives a webhook up: once a step.
const maxTries = 5

// call is one planned call of a webhook: when, and at what place within that step.
type call struct{ due, place int }

// calls are the calls that a change leads to: usually one at once, sometimes none, a late one, or two.
func calls(c change, step, place int) []call {
	if c.kind != "order" || c.fate.never {
		return nil
	}
	first := call{step + c.fate.late, place * 10}
	if c.fate.behind {
		first.place += 1_000_000
	}
	switch c.fate.again {
	case 1:
		return []call{first, {first.due, first.place + 1}}
	case 2:
		return []call{first, {first.due + 1, first.place}}
	}
	return []call{first}
}

func hookID(seed uint64, c change) string {
	return fmt.Sprintf("msg_%016x", dice(seed, "hook", c.id, fmt.Sprint(c.revision)))
}

// Sign is the signature of Standard Webhooks over a message: HMAC-SHA256 of "id.timestamp.body".
func Sign(secret []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%s.%s.", id, timestamp)
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func hookClient() *http.Client {
	return &http.Client{
		Timeout:       30 * time.Second,
		Transport:     &http.Transport{Proxy: nil, MaxIdleConnsPerHost: 2},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// dueHook is one call that waits.
type dueHook struct {
	id    string
	copy  int
	tries int
	body  []byte
}

// callHooks makes the calls that are due, one after another, and says whether others wait. An answer of 4xx is taken
// as a no; after 5xx or none the CRM calls again a step later, five times at most.
func (w *World) callHooks(ctx context.Context, n int) (waiting bool, err error) {
	w.mu.Lock()
	url := w.hookURL
	w.mu.Unlock()
	due, err := w.dueHooks(ctx, n)
	if err != nil {
		return true, err
	}
	answers := make([]int, 0, len(due))
	for _, h := range due {
		if ctx.Err() != nil {
			break
		}
		answers = append(answers, w.callHook(ctx, url, h))
	}
	// One transaction for all answers: a crash before it calls again with the same ids, which is what webhooks do.
	err = inTx(context.WithoutCancel(ctx), w.state, func(tx *sql.Tx) error {
		for k, answer := range answers {
			h := due[k]
			again := url != "" && (answer == 0 || answer >= 500) && h.tries+1 < maxTries
			_, err := tx.Exec(`UPDATE hooks SET tries = tries + 1, answer = ?, done = ?, due = CASE WHEN ? THEN ? ELSE due END WHERE id = ? AND copy = ?`,
				answer, !again, again, n+1, h.id, h.copy)
			if err != nil {
				return err
			}
		}
		return tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM hooks WHERE done = 0)`).Scan(&waiting)
	})
	if err == nil {
		err = ctx.Err()
	}
	return waiting, err
}

func (w *World) dueHooks(ctx context.Context, n int) ([]dueHook, error) {
	rows, err := w.state.QueryContext(ctx, `
SELECT h.id, h.copy, h.tries, j.body
FROM hooks h
JOIN journal j ON j.seq = h.seq
WHERE h.done = 0 AND h.due <= ?
ORDER BY h.due, h.place, h.copy`, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var due []dueHook
	for rows.Next() {
		var h dueHook
		if err := rows.Scan(&h.id, &h.copy, &h.tries, &h.body); err != nil {
			return nil, err
		}
		due = append(due, h)
	}
	return due, rows.Err()
}

// callHook makes one call and answers with the HTTP status, 0 when there was no answer.
func (w *World) callHook(ctx context.Context, url string, h dueHook) int {
	if url == "" {
		return 0
	}
	body := bytes.Join([][]byte{[]byte(`{"type":"order.updated","data":`), h.body, []byte(`}`)}, nil)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	timestamp := fmt.Sprint(w.Now().Unix())
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Webhook-Id", h.id)
	request.Header.Set("Webhook-Timestamp", timestamp)
	request.Header.Set("Webhook-Signature", Sign(w.secret, h.id, timestamp, body))
	response, err := w.client.Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // so that the connection serves the next call
	return response.StatusCode
}
