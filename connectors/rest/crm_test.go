package rest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/rest"
)

// crm is a real HTTP server on 127.0.0.1 with a change log, which misbehaves on request.
type crm struct {
	*httptest.Server
	mu      sync.Mutex
	seq     int
	orders  map[string]*order
	log     []string          // keys by seq; an order that changed again moves to its end
	status  map[string]string // what was written, by key
	known   map[string]bool   // idempotency keys
	writes  int
	headers http.Header // of the last request
	paths   []string
	astray  func(w http.ResponseWriter, r *http.Request) bool // true: it has answered
}

type order struct {
	ID       string      `json:"id"`
	Revision int         `json:"revision"`
	Updated  string      `json:"updated_at"`
	Qty      json.Number `json:"qty"`
}

func newCRM(t testing.TB) *crm {
	c := &crm{orders: map[string]*order{}, status: map[string]string{}, known: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/orders", c.list)
	mux.HandleFunc("GET /api/orders/{key}", c.single)
	mux.HandleFunc("PUT /api/orders/{key}/status", c.take)
	mux.HandleFunc("DELETE /api/orders/{key}/status", c.drop)
	c.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		astray := c.astray
		c.headers, c.paths = r.Header.Clone(), append(c.paths, r.URL.RequestURI())
		c.mu.Unlock()
		if astray != nil && astray(w, r) {
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if r.Header.Get("X-Api-Key") != "key s3cret" {
			http.Error(w, "who are you", http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	c.Start()
	t.Cleanup(c.Close)
	return c
}

func (c *crm) put(key string, revision int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seq++
	c.log = append(slices.DeleteFunc(c.log, func(k string) bool { return k == key }), key)
	c.orders[key] = &order{key, revision, "2026-02-03T12:00:00+08:00", json.Number(fmt.Sprintf("%d.50", revision))}
}

// asked are the addresses of all requests so far.
func (c *crm) asked() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.paths)
}

// list pages by the number of log entries passed. A change behind the position moves to the end of the log, so the
// position counts changes, not places.
func (c *crm) list(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	shift := c.seq - len(c.log) // changes that were overtaken by later ones
	from := min(max(after-shift, 0), len(c.log))
	to := min(from+limit, len(c.log))
	page := []*order{}
	for _, key := range c.log[from:to] {
		page = append(page, c.orders[key])
	}
	answer(w, map[string]any{"data": page, "next": strconv.Itoa(to + shift), "more": to < len(c.log)})
}

func (c *crm) single(w http.ResponseWriter, r *http.Request) {
	if o := c.orders[r.PathValue("key")]; o != nil {
		answer(w, o)
		return
	}
	http.Error(w, "no such order", http.StatusNotFound)
}

func (c *crm) take(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if strings.Contains(string(body), "nonsense") {
		http.Error(w, "status nonsense is not one of ours\x00 "+strings.Repeat("x", 500), http.StatusUnprocessableEntity)
		return
	}
	if c.known[r.Header.Get("Idempotency-Key")] {
		w.Header().Set("Idempotency-Replayed", "true")
		w.WriteHeader(http.StatusOK)
		return
	}
	c.known[r.Header.Get("Idempotency-Key")] = true
	c.writes++
	c.status[r.PathValue("key")] = string(body)
	answer(w, map[string]any{"id": 7})
}

func (c *crm) drop(w http.ResponseWriter, r *http.Request) {
	if _, ok := c.status[r.PathValue("key")]; !ok {
		http.NotFound(w, r)
		return
	}
	delete(c.status, r.PathValue("key"))
	w.WriteHeader(http.StatusNoContent)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// misbehave answers every request in the given way until mended.
func (c *crm) misbehave(how http.HandlerFunc) (mend func()) {
	return c.stray(func(w http.ResponseWriter, r *http.Request) bool { how(w, r); return true })
}

func (c *crm) stray(how func(http.ResponseWriter, *http.Request) bool) (mend func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.astray = how
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.astray = nil
	}
}

// stall lets the next requests hang until released.
func (c *crm) stall(testing.TB) (func(), <-chan struct{}) {
	reached, released := make(chan struct{}), make(chan struct{})
	var once sync.Once
	mend := c.misbehave(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		once.Do(func() { close(reached) })
		<-released
	})
	return func() { close(released); mend() }, reached
}

var noon = time.Date(2026, 2, 3, 4, 0, 0, 0, time.UTC)

// connect makes a connection to the address with the demo's settings.
func connect(t testing.TB, url string) *rest.Connection {
	t.Helper()
	t.Setenv("CRM_KEY", "s3cret")
	made, faults := drive(t, `{url: "`+url+`", token: {header: X-Api-Key, prefix: "key ", value: "env:CRM_KEY"}, timeout: 2s}`)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	t.Cleanup(func() { _ = made.Close() })
	return made.(*rest.Connection)
}

func drive(t testing.TB, settings string) (connectors.Connection, config.Faults) {
	return rest.Driver(connectors.Env{Name: "crm", Now: func() time.Time { return noon }, Zone: time.UTC}, section(t, settings))
}

func section(t testing.TB, text string) config.Section {
	t.Helper()
	s, err := config.Parse("tradewire.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const orders = `{path: /api/orders, query: {after: "{position}", limit: "{max}"}, records: data, next: next, more: more,
	key: id, version: revision, at: updated_at, one: "/api/orders/{key}"}`

func source(t testing.TB, url, read string) connectors.Source {
	t.Helper()
	s, faults := connect(t, url).Source("order", section(t, read))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return s
}

func sink(t testing.TB, url, write string) connectors.Sink {
	t.Helper()
	s, faults := connect(t, url).Sink("crm_status", section(t, write))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return s
}
