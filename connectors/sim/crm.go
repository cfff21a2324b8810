package sim

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"
)

// entry is one line of the journal: one state of one record.
type entry struct {
	seq  int64
	id   string
	body []byte
}

// shelf holds all states of the records of one kind in the order of their making.
type shelf struct {
	entries []entry
	latest  map[string]int // place of the latest state
}

func newShelf() *shelf { return &shelf{latest: map[string]int{}} }

func (s *shelf) add(e entry) {
	s.latest[e.id] = len(s.entries)
	s.entries = append(s.entries, e)
}

// page is the next records after a place in the journal, each once and at its latest state.
func (s *shelf) page(after int64, limit int) (page []entry, next int64, more bool) {
	next = after
	for i := sort.Search(len(s.entries), func(i int) bool { return s.entries[i].seq > after }); i < len(s.entries); i++ {
		e := s.entries[i]
		if s.latest[e.id] != i {
			continue // a later state comes further down
		}
		if len(page) == limit {
			return page, next, true
		}
		page, next = append(page, e), e.seq
	}
	return page, next, false
}

// Serve opens the CRM's interface on an address and returns as soon as it can be reached. It is open until ctx ends or
// the world is closed.
func (w *World) Serve(ctx context.Context, address string) (url string, err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return "", fmt.Errorf("open the crm: %w (is the address taken?)", err)
	}
	server := &http.Server{Handler: w.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second}
	w.servers.Go(func() { _ = server.Serve(listener) })
	w.servers.Go(func() {
		select {
		case <-ctx.Done():
		case <-w.closing.Done():
		}
		calm, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if server.Shutdown(calm) != nil {
			_ = server.Close()
		}
	})
	return "http://" + listener.Addr().String(), nil
}

// Handler is the CRM's interface.
func (w *World) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/orders", w.list("order"))
	mux.HandleFunc("GET /api/orders/{id}", w.one("order"))
	mux.HandleFunc("PUT /api/orders/{id}/status", w.beTold)
	mux.HandleFunc("PUT /api/change_requests/{key}", w.beAsked)
	mux.HandleFunc("GET /api/customers", w.list("customer"))
	mux.HandleFunc("GET /api/customers/{id}", w.one("customer"))
	mux.HandleFunc("PUT /api/customers/{id}/credit", w.beToldOfCredit)
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get("X-Api-Key")), []byte(w.token)) != 1 {
			answer(out, http.StatusUnauthorized, `{"error":"the header X-Api-Key is missing or wrong"}`)
			return
		}
		if !w.spoil(out, r) {
			mux.ServeHTTP(out, r)
		}
	})
}

func answer(out http.ResponseWriter, status int, body string) {
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	_, _ = io.WriteString(out, body)
}

const defaultPage, maxPage = 100, 500

// list answers with a page of records in the order of their last change.
func (w *World) list(kind string) http.HandlerFunc {
	return func(out http.ResponseWriter, r *http.Request) {
		after, err := parseCursor(r.URL.Query().Get("after"))
		if err != nil {
			answer(out, http.StatusBadRequest, `{"error":"after is not a cursor of ours"}`)
			return
		}
		limit := defaultPage
		if text := r.URL.Query().Get("limit"); text != "" {
			if limit, err = strconv.Atoi(text); err != nil || limit < 1 {
				answer(out, http.StatusBadRequest, `{"error":"limit is not a number from 1"}`)
				return
			}
		}
		w.mu.Lock()
		page, next, more := w.shelves[kind].page(after, min(limit, maxPage))
		w.mu.Unlock()
		bodies := make([][]byte, len(page))
		for i, e := range page {
			bodies[i] = w.shown(kind, e)
		}
		var b bytes.Buffer
		b.WriteString(`{"data":[`)
		b.Write(bytes.Join(bodies, []byte(",\n")))
		fmt.Fprintf(&b, `],"next":%q,"more":%t}`, cursor(next), more)
		answer(out, http.StatusOK, b.String())
	}
}

// one answers with a single record.
func (w *World) one(kind string) http.HandlerFunc {
	return func(out http.ResponseWriter, r *http.Request) {
		e, ok := w.record(kind, r.PathValue("id"))
		if !ok {
			answer(out, http.StatusNotFound, `{"error":"there is no such record"}`)
			return
		}
		answer(out, http.StatusOK, string(w.shown(kind, e)))
	}
}

func (w *World) record(kind, id string) (entry, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.shelves[kind]
	place, ok := s.latest[id]
	if !ok {
		return entry{}, false
	}
	return s.entries[place], true
}

// A cursor is opaque to whoever gets it, and rises.
func cursor(seq int64) string { return fmt.Sprintf("s%012x", seq) }

func parseCursor(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	digits, ok := strings.CutPrefix(text, "s")
	if !ok {
		return 0, errors.New("not a cursor")
	}
	return strconv.ParseInt(digits, 16, 64)
}

// Told is what the CRM was told of an order.
type Told struct {
	Order string
	At    time.Time
	Body  json.RawMessage
}

// beTold takes down the status of an order.
func (w *World) beTold(out http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if _, ok := w.record("order", id); !ok {
		answer(out, http.StatusNotFound, `{"error":"there is no such order"}`)
		return
	}
	body, ok := object(out, r)
	if !ok {
		return
	}
	if _, err := w.state.ExecContext(r.Context(), `INSERT INTO told (id, at, body) VALUES (?, ?, ?)`, id, stamp(w.Now()), body); err != nil {
		answer(out, http.StatusInternalServerError, `{"error":"the status could not be kept"}`)
		return
	}
	answer(out, http.StatusOK, fmt.Sprintf(`{"id":%q}`, id))
}

// object reads the JSON object that a request brings, or answers that it brings none.
func object(out http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	body, err := io.ReadAll(http.MaxBytesReader(out, r.Body, 1<<20))
	body = bytes.TrimSpace(body)
	if err != nil || !json.Valid(body) || body[0] != '{' {
		answer(out, http.StatusUnprocessableEntity, `{"error":"the body is not a JSON object"}`)
		return nil, false
	}
	return body, true
}

// Told lists everything that the CRM was told, in the order in which it was told.
func (w *World) Told() ([]Told, error) {
	rows, err := w.state.Query(`SELECT id, at, body FROM told ORDER BY no`)
	if err != nil {
		return nil, fmt.Errorf("read what the crm was told: %w", err)
	}
	defer rows.Close()
	var all []Told
	for rows.Next() {
		var t Told
		var at string
		if err := rows.Scan(&t.Order, &at, &t.Body); err != nil {
			return nil, err
		}
		if t.At, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, rows.Err()
}
