package sim

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// ask sends one request to the CRM in the process.
func ask(w *World, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("X-Api-Key", w.token)
	out := httptest.NewRecorder()
	w.Handler().ServeHTTP(out, r)
	return out
}

type orderPage struct {
	Data []Order
	Next string
	More bool
}

func readPage(t *testing.T, w *World, after string, limit int) orderPage {
	t.Helper()
	out := ask(w, "GET", fmt.Sprintf("/api/orders?after=%s&limit=%d", after, limit), "")
	require.Equal(t, http.StatusOK, out.Code, out.Body.String())
	require.Equal(t, "application/json", out.Header().Get("Content-Type"))
	var p orderPage
	require.NoError(t, json.Unmarshal(out.Body.Bytes(), &p))
	return p
}

func TestPagesShowEveryOrderOnceAtItsLatestState(t *testing.T) {
	w := newWorld(t, Options{Seed: 5})
	w.Break(Calm)
	live(t, w)
	seen := map[string]int64{}
	after := ""
	for {
		p := readPage(t, w, after, 17)
		require.LessOrEqual(t, len(p.Data), 17)
		require.Greater(t, p.Next, after, "a cursor rises")
		for _, o := range p.Data {
			require.NotContains(t, seen, o.ID)
			seen[o.ID] = o.Revision
		}
		after = p.Next
		if !p.More {
			break
		}
	}
	truth, err := w.Truth()
	require.NoError(t, err)
	require.Len(t, seen, len(truth))
	for _, o := range truth {
		require.Equal(t, o.Revision, seen[o.ID])
	}
	last := readPage(t, w, after, 17)
	require.Empty(t, last.Data)
	require.Equal(t, after, last.Next, "an empty page keeps the place")
	require.False(t, last.More)
}

func TestAnOrderThatChangedComesAgainAfterTheOldCursor(t *testing.T) {
	w := newWorld(t, Options{Seed: 5})
	w.Break(Calm)
	again, after := 0, ""
	seen := map[string]int64{}
	for more := true; more; {
		var err error
		more, err = w.Step(context.Background())
		require.NoError(t, err)
		for p := (orderPage{More: true}); p.More; {
			p = readPage(t, w, after, 500)
			after = p.Next
			for _, o := range p.Data {
				if was, ok := seen[o.ID]; ok {
					require.Greater(t, o.Revision, was)
					again++
				}
				seen[o.ID] = o.Revision
			}
		}
	}
	require.Greater(t, again, 10)
}

func TestTheCRMAsksForItsKeyAndForSense(t *testing.T) {
	w := newWorld(t, Options{Orders: 20})
	w.Break(Calm)
	_, err := w.Step(context.Background())
	require.NoError(t, err)
	out := httptest.NewRecorder()
	w.Handler().ServeHTTP(out, httptest.NewRequest("GET", "/api/orders", nil))
	require.Equal(t, http.StatusUnauthorized, out.Code)
	for path, want := range map[string]int{
		"/api/orders/CO-000001": 200, "/api/orders/CO-999999": 404, "/api/orders?after=yesterday": 400, "/api/orders?limit=0": 400,
		"/api/customers/C0001": 200, "/api/customers?limit=5": 200, "/api/secrets": 404,
	} {
		require.Equal(t, want, ask(w, "GET", path, "").Code, path)
	}
	require.Equal(t, 404, ask(w, "PUT", "/api/orders/CO-999999/status", `{}`).Code)
	require.Equal(t, 422, ask(w, "PUT", "/api/orders/CO-000001/status", `"RELEASED"`).Code)
	require.Equal(t, 200, ask(w, "PUT", "/api/orders/CO-000001/status", `{"status":"RELEASED"}`).Code)
	told, err := w.Told()
	require.NoError(t, err)
	require.Len(t, told, 1)
	require.Equal(t, "CO-000001", told[0].Order)
	require.JSONEq(t, `{"status":"RELEASED"}`, string(told[0].Body))
}

func TestTheCRMIsServedUntilItIsClosed(t *testing.T) {
	w := newWorld(t, Options{Orders: 20})
	url, err := w.Serve(context.Background(), "127.0.0.1:0")
	require.NoError(t, err)
	response, err := http.Get(url + "/api/orders")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusUnauthorized, response.StatusCode)
	require.NoError(t, w.Close())
	_, err = http.Get(url + "/api/orders")
	require.Error(t, err)
}

func TestTheWeatherFollowsFromTheSeedAndNoRequestFailsThrice(t *testing.T) {
	weather := func(seed uint64, paths ...string) string {
		w := newWorld(t, Options{Orders: 20, Seed: seed})
		w.Break(Weather{TooMany: 350, Errors: 350})
		record := map[string]string{}
		for range 60 {
			for _, path := range paths {
				out := ask(w, "GET", path, "")
				if out.Code == http.StatusTooManyRequests {
					require.NotEmpty(t, out.Header().Get("Retry-After"))
				}
				record[path] += fmt.Sprint(out.Code, " ")
			}
		}
		for _, codes := range record {
			bad := 0
			for _, code := range strings.Fields(codes) {
				if bad++; code == "200" {
					bad = 0
				}
				require.LessOrEqual(t, bad, 2)
			}
		}
		return record["/api/orders?limit=3"]
	}
	one := weather(1, "/api/orders?limit=3")
	require.Contains(t, one, "429")
	require.Contains(t, one, "500")
	require.Equal(t, one, weather(1, "/api/customers", "/api/orders?limit=3", "/api/orders"), "whatever else is asked in between")
	require.NotEqual(t, one, weather(2, "/api/orders?limit=3"))
}

func TestTheCRMBreaksOnRequest(t *testing.T) {
	w := newWorld(t, Options{Orders: 20})
	w.Break(Weather{Down: true})
	for range 5 {
		require.Equal(t, http.StatusServiceUnavailable, ask(w, "GET", "/api/orders", "").Code)
	}
	w.Break(Weather{LoginPage: 1000})
	require.Contains(t, ask(w, "GET", "/api/orders", "").Body.String(), "Sign in")
	w.Break(Weather{CutShort: 1000})
	url, err := w.Serve(context.Background(), "127.0.0.1:0")
	require.NoError(t, err)
	r, err := http.NewRequest("GET", url+"/api/customers?limit=2", nil)
	require.NoError(t, err)
	r.Header.Set("X-Api-Key", w.token)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	_, err = io.ReadAll(response.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// ear is somebody who is called by the CRM.
type ear struct {
	*httptest.Server
	mu     sync.Mutex
	heard  []heard
	answer func(n int) int // by the number of the call, from 0
}

// all is what was heard so far.
func (e *ear) all() []heard {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.heard
}

type heard struct {
	id, timestamp, signature string
	body                     []byte
}

func newEar(t *testing.T, answer func(n int) int) *ear {
	e := &ear{answer: answer}
	e.Server = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e.mu.Lock()
		defer e.mu.Unlock()
		out.WriteHeader(e.answer(len(e.heard)))
		e.heard = append(e.heard, heard{r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), r.Header.Get("webhook-signature"), body})
	}))
	t.Cleanup(e.Close)
	return e
}

func TestAWebhookIsSignedAsStandardWebhooksSay(t *testing.T) {
	w := newWorld(t, Options{Orders: 40, Seed: 2})
	e := newEar(t, func(int) int { return 204 })
	w.HooksTo(e.URL)
	_, err := w.Step(context.Background())
	require.NoError(t, err)
	require.NotEmpty(t, e.all())
	file, err := os.ReadFile(filepath.Join(w.dir, secretFile))
	require.NoError(t, err)
	secret, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(string(file), "whsec_"))
	require.NoError(t, err)
	for _, h := range e.all() {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(h.id + "." + h.timestamp + "." + string(h.body)))
		require.Equal(t, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)), h.signature)
		require.Equal(t, fmt.Sprint(w.Now().Unix()), h.timestamp)
		var message struct {
			Type string
			Data Order
		}
		require.NoError(t, json.Unmarshal(h.body, &message))
		require.Equal(t, "order.updated", message.Type)
		require.NotEmpty(t, message.Data.ID)
	}
}

func TestWebhooksAreRepeatedLostLateAndOutOfOrder(t *testing.T) {
	w := newWorld(t, Options{Seed: 6, Orders: 400})
	e := newEar(t, func(int) int { return 200 })
	w.HooksTo(e.URL)
	live(t, w)
	ids, latest := map[string]int{}, map[string]int64{}
	backwards, broken := 0, 0
	for _, h := range e.all() {
		ids[h.id]++
		var message struct{ Data Order }
		require.NoError(t, json.Unmarshal(h.body, &message))
		if message.Data.Revision < latest[message.Data.ID] {
			backwards++
		}
		latest[message.Data.ID] = max(latest[message.Data.ID], message.Data.Revision)
		if !utf8.Valid(h.body) {
			broken++
		}
	}
	require.Greater(t, len(e.all()), len(ids), "some are repeated with the same id")
	require.Less(t, len(latest), 400, "some are never sent")
	require.Greater(t, backwards, 3, "an older revision arrives after a newer one")
	require.Equal(t, 2, broken)
	page := ask(w, "GET", "/api/orders?limit=500", "")
	require.False(t, utf8.Valid(page.Body.Bytes()), "the pages carry the broken text too")
}

func TestAWebhookIsCalledAgainAfterATroubleAndNotAfterANo(t *testing.T) {
	w := newWorld(t, Options{Seed: 6, Orders: 20})
	e := newEar(t, func(n int) int {
		switch n {
		case 0:
			return 503
		case 1:
			return 422
		}
		return 200
	})
	w.HooksTo(e.URL)
	live(t, w)
	times := map[string]int{}
	for _, h := range e.all() {
		times[h.id]++
	}
	require.GreaterOrEqual(t, times[e.all()[0].id], 2, "after 503 it comes again")
	require.Equal(t, 1, times[e.all()[1].id], "after 422 it does not")

	deaf := newWorld(t, Options{Seed: 6, Orders: 20})
	deaf.HooksTo("http://127.0.0.1:1/nobody")
	live(t, deaf) // it gives up after some tries, or the story would not end
	require.Equal(t, "0\n", dump(t, deaf, `SELECT COUNT(*) FROM hooks WHERE done = 0`, false))
}

func TestUpdatedAtIsAnInstantOfTheWorldsClock(t *testing.T) {
	w := newWorld(t, Options{Seed: 9, Orders: 40, Start: time.Date(2026, 11, 2, 23, 30, 0, 0, time.UTC)})
	w.Break(Calm)
	live(t, w)
	for _, o := range readPage(t, w, "", 500).Data {
		at, err := time.Parse(time.RFC3339, o.UpdatedAt)
		require.NoError(t, err)
		require.False(t, at.Before(w.story.opt.Start))
		require.False(t, at.After(w.Now()))
	}
}
