package chat_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/chat"
)

var sentAt = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)

// heard is one message that a robot was sent.
type heard struct {
	query url.Values
	head  http.Header
	body  []byte
	said  map[string]any
}

// text is what people read, whatever the service.
func (h heard) text() string {
	for _, field := range []string{"text", "content"} {
		switch v := h.said[field].(type) {
		case string:
			return v
		case map[string]any:
			for _, inner := range []string{"content", "text"} {
				if text, is := v[inner].(string); is {
					return text
				}
			}
		}
	}
	return ""
}

// robot is a service that says it has taken every message, until it is told to behave otherwise.
type robot struct {
	service string
	server  *httptest.Server
	mu      sync.Mutex
	heard   []heard
	manners func(http.ResponseWriter, *http.Request) bool // true: the message was dealt with, and is not taken
	after   func(http.ResponseWriter) bool                // once it is taken; true: the answer was given
}

const path, key = "/robot/hook-5f1e9c", "693a91f6-robot-key"

func waiting(t testing.TB, service string) *robot {
	t.Helper()
	r := &robot{service: service}
	r.server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.server.Close)
	return r
}

func (r *robot) serve(w http.ResponseWriter, request *http.Request) {
	if request.Method == http.MethodHead {
		return
	}
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	manners, after := r.manners, r.after
	r.mu.Unlock()
	if manners != nil && manners(w, request) {
		return
	}
	h := heard{query: request.URL.Query(), head: request.Header, body: body}
	_ = json.Unmarshal(body, &h.said)
	r.mu.Lock()
	r.heard = append(r.heard, h)
	r.mu.Unlock()
	if after != nil && after(w) {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch r.service {
	case "feishu":
		_, _ = io.WriteString(w, `{"code":0,"data":{},"msg":"success"}`)
	case "webhook":
		w.WriteHeader(http.StatusAccepted)
	default:
		_, _ = io.WriteString(w, `{"errcode":0,"errmsg":"ok"}`)
	}
}

func (r *robot) set(manners func(http.ResponseWriter, *http.Request) bool, after func(http.ResponseWriter) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.manners, r.after = manners, after
}

func (r *robot) all() []heard {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.heard
}

func (r *robot) only(t testing.TB) heard {
	t.Helper()
	all := r.all()
	if len(all) != 1 {
		t.Fatalf("the robot was sent %d messages, not one", len(all))
	}
	return all[0]
}

// says answers with a body, whatever is sent.
func says(status int, body string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
}

// kept is a reference to a secret in a file.
func kept(t testing.TB, secret string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(name, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	return "file:" + name
}

func section(t testing.TB, text string) config.Section {
	t.Helper()
	s, err := config.Parse("tradewire.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// group is a sink whose robot is at address; more are further settings.
func group(t testing.TB, service, address, more string) connectors.Sink {
	t.Helper()
	return at(t, func() time.Time { return sentAt }, fmt.Sprintf("service: %s\nurl: %q\n%s", service, kept(t, address), more))
}

func at(t testing.TB, now func() time.Time, settings string) connectors.Sink {
	t.Helper()
	made, faults := chat.Driver(connectors.Env{Name: "finance_group", Dir: t.TempDir(), Now: now}, section(t, settings))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	t.Cleanup(func() { _ = made.Close() })
	s, faults := made.(connectors.Writable).Sink("alerts", section(t, "{}"))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return s
}

func (r *robot) address() string { return r.server.URL + path + "?key=" + key }

func (r *robot) group(t testing.TB, more string) connectors.Sink {
	t.Helper()
	return group(t, r.service, r.address(), more)
}

// notice is an entry whose text was drawn.
func notice(key string, revision int64, text string) connectors.Entry {
	return connectors.Entry{Target: "alerts", Kind: "notice", Key: key, Revision: revision, Op: connectors.Put, Record: connectors.Record{"type": "order_held", "order": key},
		Attachments: []connectors.Attachment{{Name: key + ".txt", MediaType: "text/plain; charset=utf-8", Body: []byte(text)}}}
}

func write(t testing.TB, s connectors.Sink, entries ...connectors.Entry) []connectors.Result {
	t.Helper()
	results, err := s.Write(t.Context(), entries)
	if err != nil || len(results) != len(entries) {
		t.Fatalf("%d entries were written: %d results, %v", len(entries), len(results), err)
	}
	return results
}

// sent writes entries that must be taken.
func sent(t testing.TB, s connectors.Sink, entries ...connectors.Entry) {
	t.Helper()
	for i, r := range write(t, s, entries...) {
		if r.Err != nil || r.State != connectors.Applied {
			t.Fatalf("%s was not sent: %v %v", entries[i].Key, r.State, r.Err)
		}
	}
}

// blamed checks the kind of a fault and that it says what it should, and nothing that is secret.
func blamed(t testing.TB, err error, kind connectors.Kind, words ...string) {
	t.Helper()
	if err == nil || connectors.KindOf(err) != kind {
		t.Fatalf("the fault is %v, of kind %s, not %s", err, connectors.KindOf(err), kind)
	}
	for _, word := range append(words, "finance_group: ") {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q is not said: %v", word, err)
		}
	}
	for _, secret := range []string{key, "hook-5f1e9c", secret} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("a secret is shown: %v", err)
		}
	}
}

const secret = "SEC-of-the-robot"
