package rest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"tradewire/connectors"
	"tradewire/connectors/connectortest"
)

func TestTheSourceKeepsItsContract(t *testing.T) {
	connectortest.Source(t, func(t *testing.T) connectortest.SourceHarness {
		c := newCRM(t)
		var faults []connectortest.Fault
		for _, f := range misdeeds {
			faults = append(faults, connectortest.Fault{Name: f.name, Kind: f.reading, Make: func(testing.TB) func() { return c.misbehave(f.how) }})
		}
		return connectortest.SourceHarness{
			Open:   func(t testing.TB) connectors.Source { return source(t, c.URL, orders) },
			Put:    func(_ testing.TB, key string, revision int) { c.put(key, revision) },
			Faults: faults,
			Stall:  c.stall,
			Kind:   "order",
		}
	})
}

func TestTheSinkKeepsItsContract(t *testing.T) {
	connectortest.Sink(t, func(t *testing.T) connectortest.SinkHarness {
		c := newCRM(t)
		var faults []connectortest.Fault
		for _, f := range misdeeds {
			faults = append(faults, connectortest.Fault{Name: f.name, Kind: f.writing, Make: func(testing.TB) func() { return c.misbehave(f.how) }})
		}
		faults = append(faults, connectortest.Fault{Name: "taken, and the answer lost", Kind: connectors.Unknown, Make: func(testing.TB) func() {
			return c.stray(func(w http.ResponseWriter, r *http.Request) bool {
				c.mu.Lock()
				defer c.mu.Unlock()
				r.SetPathValue("key", strings.Split(r.URL.Path, "/")[3])
				c.take(httptest.NewRecorder(), r)
				hangUp(w)
				return true
			})
		}})
		return connectortest.SinkHarness{
			Open: func(t testing.TB) connectors.Sink { return sink(t, c.URL, status) },
			Entry: func(key string, revision int64) connectors.Entry {
				return entry(key, revision, connectors.Record{"status": "RELEASED", "revision": connectors.Number(strconv.FormatInt(revision, 10))})
			},
			Held: func(t testing.TB) map[string][]int64 {
				c.mu.Lock()
				defer c.mu.Unlock()
				held := map[string][]int64{}
				for key, body := range c.status {
					var v struct{ Revision int64 }
					if err := json.Unmarshal([]byte(body), &v); err != nil {
						t.Error(err)
					}
					held[key] = []int64{v.Revision}
				}
				return held
			},
			Writes: func(testing.TB) int {
				c.mu.Lock()
				defer c.mu.Unlock()
				return c.writes
			},
			Refused: func(key string) connectors.Entry { return entry(key, 1, connectors.Record{"status": "nonsense"}) },
			Faults:  faults,
			Stall:   c.stall,
			Forgets: true,
			Removes: true,
		}
	})
}

const status = `{method: PUT, path: "/api/orders/{key}/status", remove: DELETE}`

func entry(key string, revision int64, record connectors.Record) connectors.Entry {
	return connectors.Entry{Target: "crm_status", Kind: "sales_order", Key: key, Revision: revision, Op: connectors.Put, Record: record}
}

func hangUp(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

func saying(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// misdeeds are what other systems do: how, and what it means to a reader and to a writer.
var misdeeds = []struct {
	name             string
	reading, writing connectors.Kind
	how              http.HandlerFunc
}{
	{"500", connectors.Unavailable, connectors.Unavailable, saying(500, "oops")},
	{"503 with a page", connectors.Unavailable, connectors.Unavailable, saying(503, "<html>", "Content-Type", "text/html")},
	{"429", connectors.Unavailable, connectors.Unavailable, saying(429, "", "Retry-After", "7")},
	{"401", connectors.Misconfigured, connectors.Misconfigured, saying(401, "")},
	{"403", connectors.Misconfigured, connectors.Misconfigured, saying(403, "")},
	{"404", connectors.Misconfigured, connectors.Refused, saying(404, "")},
	{"400", connectors.Misconfigured, connectors.Refused, saying(400, "")},
	{"409", connectors.Misconfigured, connectors.Conflict, saying(409, "")},
	{"a redirect to log in", connectors.Misconfigured, connectors.Misconfigured, saying(302, "", "Location", "/login")},
	{"a login page", connectors.Unavailable, connectors.Unavailable, saying(200, "<html>log in</html>", "Content-Type", "text/html")},
	{"hanging up", connectors.Unavailable, connectors.Unknown, func(w http.ResponseWriter, _ *http.Request) { hangUp(w) }},
	{"half a body", connectors.Unavailable, connectors.Unknown, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "500")
		_, _ = w.Write([]byte(`{"data":[{"id":"K001"`))
	}},
	{"half a body without its length", connectors.Unavailable, connectors.Unknown, func(w http.ResponseWriter, _ *http.Request) {
		conn, b, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = b.WriteString("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"dat\r\n")
		_ = b.Flush()
		_ = conn.Close()
	}},
}

func TestAnAnswerThatIsNoPageIsNeverAnEmptyOne(t *testing.T) {
	for name, c := range map[string]struct {
		how  http.HandlerFunc
		kind connectors.Kind
		says string
	}{
		"no content":      {saying(204, ""), connectors.Unavailable, "204 No Content"},
		"an empty body":   {saying(200, ""), connectors.Unavailable, "the body is empty"},
		"null":            {saying(200, "null"), connectors.Unavailable, `no list "data"`},
		"an error as 200": {saying(200, `{"success":false,"error":"log in"}`), connectors.Unavailable, `no list "data"`},
		"a list of null":  {saying(200, `{"data":null,"next":"1","more":false}`), connectors.Unavailable, "a list is due"},
		"two pages":       {saying(200, `{"data":[],"next":"1","more":false}{}`), connectors.Unavailable, "something follows"},
		"a length too short": {func(w http.ResponseWriter, _ *http.Request) {
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"data\":[],\"next\":\"1\",\"more\":false}"))
				_ = conn.Close()
			}
		}, connectors.Unavailable, "cannot be read"},
		"no word of more":       {saying(200, `{"data":[],"next":"1"}`), connectors.Unavailable, `"more" is not true or false`},
		"more without moving":   {saying(200, `{"data":[],"next":"5","more":true}`), connectors.Unavailable, "does not move"},
		"a next that is a list": {saying(200, `{"data":[],"next":[],"more":false}`), connectors.Unavailable, `"next" is neither`},
		"more than asked for":   {saying(200, `{"data":[{},{},{}],"next":"6","more":true}`), connectors.Misconfigured, "3 records where at most 2"},
		"a web page":            {saying(200, `<html>`, "Content-Type", "text/html; charset=utf-8"), connectors.Unavailable, "check the token"},
		"endless": {func(w http.ResponseWriter, _ *http.Request) {
			chunk := []byte(strings.Repeat(" ", 1<<20))
			for {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, connectors.Misconfigured, "lower page"},
		"slower than the timeout": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, connectors.Unavailable, "Timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			crm := newCRM(t)
			crm.misbehave(c.how)
			batch, err := source(t, crm.URL, orders).Read(t.Context(), "5", 2)
			if connectors.KindOf(err) != c.kind || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("the error is %v", err)
			}
			if batch.Next != "" || batch.Changes != nil {
				t.Errorf("it hands out %+v", batch)
			}
		})
	}
}

func TestASystemThatIsNotThereIsUnavailableAndNothingWasSent(t *testing.T) {
	c := newCRM(t)
	c.Close()
	if _, err := source(t, c.URL, orders).Read(t.Context(), "", 2); connectors.KindOf(err) != connectors.Unavailable {
		t.Errorf("reading: %v", err)
	}
	results, err := sink(t, c.URL, status).Write(t.Context(), []connectors.Entry{entry("K001", 1, connectors.Record{})})
	if err != nil || connectors.KindOf(results[0].Err) != connectors.Unavailable {
		t.Errorf("writing: %v, %v", results, err)
	}
}

func TestARecordThatIsBrokenStopsNothingElse(t *testing.T) {
	c := newCRM(t)
	c.misbehave(saying(200, "{\"data\":[{\"id\":\"K001\",\"revision\":1},{\"id\":\"K002\",\"revision\":1,\"name\":\"\xff\"},{\"id\":\"K003\",\"revision\":2,\"updated_at\":\"2026-02-03T12:00:00+08:00\",\"price\":12.50}],\"next\":9,\"more\":false}"))
	batch, err := source(t, c.URL, orders).Read(t.Context(), "", 3)
	if err != nil || len(batch.Changes) != 3 || batch.Next != "9" {
		t.Fatalf("%+v, %v", batch, err)
	}
	if broken := batch.Changes[1]; broken.Broken == nil || broken.Key != "K002" || broken.Kind != "order" {
		t.Errorf("the broken record is %+v", broken)
	}
	if sound := batch.Changes[2]; sound.Key != "K003" || sound.Version != "2" || !sound.At.Equal(noon) || sound.Record["price"] != connectors.Number("12.50") {
		t.Errorf("the sound record is %+v", sound)
	}
}

func TestRetryAfterIsHonouredAndBounded(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"7":                             7 * time.Second,
		"0":                             0,
		"-5":                            0,
		"":                              0,
		"soon":                          0,
		"999999":                        time.Hour,
		"99999999999999999999999":       time.Hour,
		"Tue, 03 Feb 2026 04:00:30 GMT": 30 * time.Second,
		"Tue, 03 Feb 2026 03:00:00 GMT": 0,
		"Tue, 03 Feb 2099 03:00:00 GMT": time.Hour,
	} {
		c := newCRM(t)
		c.misbehave(saying(429, "", "Retry-After", header))
		_, err := source(t, c.URL, orders).Read(t.Context(), "", 3)
		read, _ := errors.AsType[*connectors.Error](err)
		results, _ := sink(t, c.URL, status).Write(t.Context(), []connectors.Entry{entry("K001", 1, nil)})
		written, _ := errors.AsType[*connectors.Error](results[0].Err)
		if read.After != want || written.After != want {
			t.Errorf("Retry-After: %s is %v reading and %v writing, not %v", header, read.After, written.After, want)
		}
	}
}

func TestAWriteCarriesItsKeyAndTheCanonicalRecord(t *testing.T) {
	c := newCRM(t)
	write := sink(t, c.URL, `{method: PUT, path: "/api/orders/{key}/status", headers: {X-Source: tradewire}, reference: id}`)
	record := connectors.Record{"b": connectors.Number("1.50"), "a": "中文 <&>"}
	results, err := write.Write(t.Context(), []connectors.Entry{entry("A/1 中", 3, record)})
	if err != nil || results[0].Err != nil || results[0].Reference != "7" {
		t.Fatalf("%+v, %v", results, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if got := c.status["A/1 中"]; got != `{"a":"中文 <&>","b":1.50}` {
		t.Errorf("the body was %s", got)
	}
	for name, want := range map[string]string{"Idempotency-Key": "crm_status/sales_order/A%2F1%20%E4%B8%AD/3", "X-Source": "tradewire", "Content-Type": "application/json; charset=utf-8"} {
		if got := c.headers.Get(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestARefusalKeepsTheBeginningOfWhatWasSaid(t *testing.T) {
	c := newCRM(t)
	results, _ := sink(t, c.URL, status).Write(t.Context(), []connectors.Entry{entry("K001", 1, connectors.Record{"status": "nonsense"})})
	said := fmt.Sprint(results[0].Err)
	if !strings.Contains(said, "422 Unprocessable Entity: status nonsense is not one of ours xxx") || len(said) > 300 || strings.Contains(said, "\x00") {
		t.Errorf("the refusal says %q", said)
	}
}

func TestAfterAnAnswerThatNeverCameTheOthersAreNotSent(t *testing.T) {
	c := newCRM(t)
	c.misbehave(func(w http.ResponseWriter, _ *http.Request) { hangUp(w) })
	results, err := sink(t, c.URL, status).Write(t.Context(), []connectors.Entry{entry("K001", 1, nil), entry("K002", 1, nil)})
	if err != nil || connectors.KindOf(results[0].Err) != connectors.Unknown || connectors.KindOf(results[1].Err) != connectors.Unavailable {
		t.Errorf("%v, %v", results, err)
	}
	for _, path := range c.asked() {
		if strings.Contains(path, "K002") {
			t.Errorf("K002 was sent: %s", path)
		}
	}
}

func TestKeysCannotLeaveTheirPath(t *testing.T) {
	c := newCRM(t)
	for _, key := range []string{"..", ".", ""} {
		results, _ := sink(t, c.URL, status).Write(t.Context(), []connectors.Entry{entry(key, 1, nil)})
		if connectors.KindOf(results[0].Err) != connectors.Refused {
			t.Errorf("key %q: %v", key, results[0].Err)
		}
	}
	fetcher := source(t, c.URL, orders).(connectors.Fetcher)
	for _, key := range []string{"../customers", "a\nb", ""} {
		if _, err := fetcher.Fetch(t.Context(), "order", []string{key}); connectors.KindOf(err) != connectors.Refused {
			t.Errorf("key %q: %v", key, err)
		}
	}
	if asked := c.asked(); len(asked) > 0 {
		t.Errorf("something was sent: %v", asked)
	}
}

func TestARecordFetchedByItsKeyIsThatRecord(t *testing.T) {
	c := newCRM(t)
	c.put("K001", 1)
	fetch := func(read string) ([]connectors.Change, error) {
		return source(t, c.URL, read).(connectors.Fetcher).Fetch(t.Context(), "", []string{"K001"})
	}
	c.misbehave(saying(200, `{"id":"K002","revision":1}`))
	if _, err := fetch(orders); connectors.KindOf(err) != connectors.Unavailable {
		t.Errorf("another record came: %v", err)
	}
	c.misbehave(saying(200, `<html>`))
	if _, err := fetch(orders); connectors.KindOf(err) != connectors.Unavailable {
		t.Errorf("a page came: %v", err)
	}
	c.misbehave(saying(200, `{"id":"K001","id":"K001","revision":1}`))
	if changes, err := fetch(orders); err != nil || changes[0].Broken == nil || changes[0].Key != "K001" {
		t.Errorf("a broken record came: %+v, %v", changes, err)
	}
	c.misbehave(saying(200, `{"order":{"id":"K001","revision":5}}`))
	changes, err := fetch(`{path: /api/orders, records: data, key: id, version: revision, one: "/api/orders/{key}", record: order, kind: sales}`)
	if err != nil || changes[0].Version != "5" || changes[0].Kind != "sales" {
		t.Errorf("a wrapped record came: %+v, %v", changes, err)
	}
}

func TestTheTokenShowsNowhere(t *testing.T) {
	c := newCRM(t)
	c.Close()
	_, err := source(t, c.URL, orders).Read(t.Context(), "", 3)
	connection := connect(t, c.URL)
	if shown := fmt.Sprintf("%v %+v %+v", err, connection, *connection); strings.Contains(shown, "s3cret") {
		t.Errorf("the token shows: %s", shown)
	}
}

func TestAWrongConfigurationSaysWhatToWrite(t *testing.T) {
	for settings, code := range map[string]string{
		`{}`:                             "missing-key",
		`{url: crm.example.com}`:         "bad-url",
		`{url: "ftp://crm.example.com"}`: "bad-url",
		`{url: "https://user:pw@crm.example.com"}`:   "secret-in-url",
		`{url: "http://crm.example.com"}`:            "plain-http",
		`{url: "https://crm.example.com?x=1"}`:       "bad-url",
		`{url: "https://crm.example.com", tokn: {}}`: "unknown-key",
	} {
		if _, faults := drive(t, settings); len(faults) == 0 || faults[0].Code != code || faults[0].Pos.Line == 0 || faults[0].Fix == "" {
			t.Errorf("%s: %v", settings, faults)
		}
	}
	connection := connect(t, "https://crm.example.com")
	for read, code := range map[string]string{
		`{path: /x}`:                                 "missing-key",
		`{path: x, key: id}`:                         "bad-path",
		`{path: "/x/{id}", key: id}`:                 "unknown-placeholder",
		`{path: /x, key: id, query: {a: "{pos}"}}`:   "unknown-placeholder",
		`{path: /x, key: id, one: /x}`:               "missing-placeholder",
		`{path: /x, key: id, one: "/x/{key}/{rev}"}`: "unknown-placeholder",
	} {
		if _, faults := connection.Source("order", section(t, read)); len(faults) == 0 || faults[0].Code != code {
			t.Errorf("%s: %v", read, faults)
		}
	}
	for write, code := range map[string]string{
		`{path: /x}`:                         "missing-placeholder",
		`{path: "/x/{key}", method: GET}`:    "bad-value",
		`{path: "/x/{number}"}`:              "unknown-placeholder",
		`{path: "/x/{key}", header: {a: b}}`: "unknown-key",
	} {
		if _, faults := connection.Sink("t", section(t, write)); len(faults) == 0 || faults[0].Code != code {
			t.Errorf("%s: %v", write, faults)
		}
	}
}
