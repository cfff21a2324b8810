package webhook_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/webhook"
)

var noon = time.Date(2026, 2, 3, 4, 0, 0, 0, time.UTC)

const (
	listen = `{kind: order, record: data, key: id, version: revision, at: updated_at}`
	sound  = `{"event":"order.changed","data":{"id":"A1","revision":2,"updated_at":"2026-02-03T12:00:00+08:00","qty":12.50}}`
)

// house is a receiver at work, and what it took.
type house struct {
	url    string
	mu     sync.Mutex
	taken  []connectors.Change
	answer func(context.Context) error // of take; nil: durable
	stop   context.CancelFunc
	ended  chan error
}

func open(t testing.TB, settings, listen string) *house {
	t.Helper()
	h := &house{ended: make(chan error, 1)}
	made, faults := drive(t, settings)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	receiver, faults := made.(connectors.Callable).Receiver("order", section(t, t.TempDir(), listen))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	ctx, stop := context.WithCancel(t.Context())
	h.stop = stop
	go func() { h.ended <- receiver.Receive(ctx, h.take) }()
	addr, err := receiver.(*webhook.Receiver).Addr(ctx)
	if err != nil {
		t.Fatal(err)
	}
	h.url = "http://" + addr + "/hooks/crm"
	t.Cleanup(func() {
		stop()
		_ = receiver.Close()
		_ = receiver.Close()
	})
	return h
}

func (h *house) take(ctx context.Context, changes []connectors.Change) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.answer != nil {
		if err := h.answer(ctx); err != nil {
			return err
		}
	}
	h.taken = append(h.taken, changes...)
	return nil
}

func (h *house) took() []connectors.Change {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.taken
}

func drive(t testing.TB, settings string) (connectors.Connection, config.Faults) {
	t.Setenv("NEW_SECRET", "whsec_"+base64.StdEncoding.EncodeToString([]byte(secret)))
	t.Setenv("OLD_SECRET", "the old one")
	return webhook.Driver(connectors.Env{Name: "crm_hooks", Now: func() time.Time { return noon }}, section(t, t.TempDir(), settings))
}

func section(t testing.TB, dir, text string) config.Section {
	t.Helper()
	s, err := config.Parse(filepath.Join(dir, "tradewire.yaml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const (
	secret   = "a secret of some length"
	standard = `{listen: "127.0.0.1:0", path: /hooks/crm, verify: {scheme: standard, secret: ["env:NEW_SECRET", "env:OLD_SECRET"]}}`
)

// message is one call, sound and signed until a test changes it.
type message struct {
	method, path, kind string
	header             map[string]string
	body               string
}

func sign(key, id, stamp, body string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(id + "." + stamp + "." + body))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signed is a sound message with the body, sent at the given instant.
func signed(body string, at time.Time) message {
	stamp := strconv.FormatInt(at.Unix(), 10)
	return message{method: "POST", kind: "application/json", body: body, header: map[string]string{
		"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": sign(secret, "msg_1", stamp, body)}}
}

func (h *house) send(t testing.TB, m message) (status int, body string, header http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), m.method, h.url+m.path, strings.NewReader(m.body))
	if err != nil {
		t.Fatal(err)
	}
	if m.kind != "" {
		r.Header.Set("Content-Type", m.kind)
	}
	for name, value := range m.header {
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(said)), response.Header
}

func TestAMessageIsTakenAsARecordOrAWakeUp(t *testing.T) {
	h := open(t, standard, listen)
	if status, said, _ := h.send(t, signed(sound, noon)); status != 202 {
		t.Fatalf("%d %s", status, said)
	}
	c := h.took()[0]
	if c.Kind != "order" || c.Key != "A1" || c.Version != "2" || c.Message != "msg_1" || !c.At.Equal(noon) || c.Record["qty"] != connectors.Number("12.50") || c.Gone {
		t.Errorf("a payload was taken as %+v", c)
	}
	h = open(t, standard, strings.Replace(listen, "kind: order", "kind: sales, mode: wake_up", 1))
	if status, said, _ := h.send(t, signed(`{"data":{"id":"A1","revision":2,"secret":"x"}}`, noon)); status != 202 {
		t.Fatalf("%d %s", status, said)
	}
	if c := h.took()[0]; c.Kind != "sales" || c.Key != "A1" || c.Message != "msg_1" || c.Record != nil || c.Gone || c.Version != "" {
		t.Errorf("a wake-up was taken as %+v", c)
	}
}

// The numbers are those of the list of bad inputs.
func TestABadMessageIsRefusedWithItsReasonAndNotTaken(t *testing.T) {
	body := func(body string) func(*message) { return func(m *message) { *m = signed(body, noon) } }
	data := func(data string) func(*message) { return body(`{"data":` + data + `}`) }
	at := func(at time.Time) func(*message) { return func(m *message) { *m = signed(sound, at) } }
	set := func(name, value string) func(*message) { return func(m *message) { m.header[name] = value } }
	stamped := func(stamp string) func(*message) {
		return func(m *message) {
			m.header["webhook-timestamp"], m.header["webhook-signature"] = stamp, sign(secret, "msg_1", stamp, m.body)
		}
	}
	stamp := strconv.FormatInt(noon.Unix(), 10)
	good, other := sign(secret, "msg_1", stamp, sound), sign("another tenant's", "msg_1", stamp, sound)
	for name, c := range map[string]struct {
		change func(*message)
		status int
		says   string
	}{
		"0 sound":                         {func(*message) {}, 202, ""},
		"1 an empty body":                 {body(""), 422, "the body is empty"},
		"2 null":                          {body("null"), 422, "null, not an object"},
		"3 a list":                        {body("[]"), 422, "a list, not an object"},
		"3 a scalar as the record":        {data("7"), 422, `no record "data"`},
		"4 truncated":                     {body(sound[:40]), 422, "byte"},
		"5 trailing bytes":                {body(sound + "x"), 422, "something follows"},
		"5 two objects":                   {body(sound + sound), 422, "something follows"},
		"6 a key twice":                   {data(`{"id":"A1","id":"A2","revision":1}`), 422, `the key "id" stands twice in data`},
		"7 a key in another case":         {data(`{"id":"A1","ID":"A2","revision":1}`), 422, "differ only in case"},
		"7 only in another case":          {data(`{"ID":"A1","revision":1}`), 422, `no "id"`},
		"8 a field that nobody knows":     {data(`{"id":"A1","revision":1,"new":true}`), 202, ""},
		"9 invalid UTF-8":                 {data("{\"id\":\"A1\",\"revision\":1,\"x\":\"\xff\"}"), 422, "not UTF-8"},
		"9 a lone surrogate":              {data(`{"id":"A1","revision":1,"x":"\ud800"}`), 422, "stands alone"},
		"11 too deep":                     {body(strings.Repeat("[", 10001)), 422, "deeper than 64"},
		"12 too long":                     {body(`{"x":"` + strings.Repeat("x", 1<<20) + `"}`), 413, "at most 1048576 bytes"},
		"13 compressed":                   {set("Content-Encoding", "gzip"), 415, "compressed"},
		"14 a web page":                   {func(m *message) { m.kind = "text/html" }, 415, "application/json"},
		"14 no content type":              {func(m *message) { m.kind = "" }, 415, "application/json"},
		"14 with its charset":             {func(m *message) { m.kind = "application/json; charset=UTF-8" }, 202, ""},
		"15 GBK":                          {data("{\"id\":\"A1\",\"revision\":1,\"name\":\"\xd6\xd0\xce\xc4\"}"), 422, "not UTF-8"},
		"17 no signature":                 {func(m *message) { delete(m.header, "webhook-signature") }, 401, "webhook-signature is missing"},
		"17 no id":                        {func(m *message) { delete(m.header, "webhook-id") }, 401, "webhook-id is missing"},
		"17 no timestamp":                 {func(m *message) { delete(m.header, "webhook-timestamp") }, 401, "webhook-timestamp is missing"},
		"18 a wrong signature":            {set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(make([]byte, 32))), 401, "no signature"},
		"18 another tenant's key":         {set("webhook-signature", other), 401, "no signature"},
		"18 an empty signature":           {set("webhook-signature", "v1,"), 401, "no signature"},
		"18 not base64":                   {set("webhook-signature", "v1,***"), 401, "no signature"},
		"18 another version":              {set("webhook-signature", "v2,"+good[3:]), 401, "no signature"},
		"18 cut short":                    {set("webhook-signature", good[:20]), 401, "no signature"},
		"18 another id":                   {set("webhook-id", "msg_2"), 401, "no signature"},
		"19 one byte of the body":         {func(m *message) { m.body = strings.Replace(m.body, "12.50", "92.50", 1) }, 401, "no signature"},
		"20 six minutes old":              {at(noon.Add(-6 * time.Minute)), 401, "6m0s from now"},
		"20 six minutes ahead":            {at(noon.Add(6 * time.Minute)), 401, "6m0s from now"},
		"20 4:59 old":                     {at(noon.Add(-299 * time.Second)), 202, ""},
		"20 4:59 ahead":                   {at(noon.Add(299 * time.Second)), 202, ""},
		"21 no number":                    {stamped("now"), 401, "not a time"},
		"21 negative":                     {stamped("-5"), 401, "not a time"},
		"21 1e18":                         {stamped("1000000000000000000"), 401, "not a time"},
		"21 written 1e18":                 {stamped("1e18"), 401, "not a time"},
		"21 larger than any number":       {stamped("99999999999999999999999"), 401, "not a time"},
		"21 with a plus":                  {stamped("+" + stamp), 401, "not a time"},
		"21 with a zero before":           {stamped("0" + stamp), 401, "not a time"},
		"24 the second signature is good": {set("webhook-signature", other+" "+good), 202, ""},
		"24 signed with the old secret":   {set("webhook-signature", sign("the old one", "msg_1", stamp, sound)), 202, ""},
		"24 neither is good":              {set("webhook-signature", other+" "+other), 401, "no signature"},
		"26 an empty key":                 {data(`{"id":"","revision":1}`), 422, "is empty"},
		"26 a key with a newline":         {data(`{"id":"A\n1","revision":1}`), 422, "does not print"},
		"26 a key like a path":            {data(`{"id":"../A1","revision":1}`), 422, "looks like a path"},
		"no revision":                     {data(`{"id":"A1"}`), 422, `no "revision"`},
		"GET":                             {func(m *message) { m.method, m.body = "GET", "" }, 405, "only POST"},
		"another path":                    {func(m *message) { m.path = "/x" }, 404, "nothing is here"},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, standard, listen)
			m := signed(sound, noon)
			c.change(&m)
			status, said, _ := h.send(t, m)
			if status != c.status || !strings.Contains(said, c.says) {
				t.Errorf("it answers %d %s", status, said)
			}
			if (len(h.took()) > 0) != (c.status == 202) {
				t.Errorf("it answers %d and took %v", status, h.took())
			}
		})
	}
}

func TestTheAnswerIsGoodOnlyWhenTheChangesAreDurable(t *testing.T) {
	fault := func(kind connectors.Kind) error {
		return &connectors.Error{Kind: kind, System: "store", Op: "take", Hint: "for the operator", Err: errors.New("why"), After: 1500 * time.Millisecond}
	}
	for name, c := range map[string]struct {
		err    error
		status int
		says   string
		after  string
	}{
		"durable":                          {nil, 202, "", ""},
		"23 the same id with another body": {fault(connectors.Conflict), 409, "why", ""},
		"refused":                          {fmt.Errorf("intake: %w", fault(connectors.Refused)), 422, "why", ""},
		"unavailable":                      {fault(connectors.Unavailable), 503, "it cannot be taken now", "2"},
		"misconfigured":                    {fault(connectors.Misconfigured), 503, "it cannot be taken now", "2"},
		"a full disk":                      {errors.New("write store.db: no space left on device"), 503, "it cannot be taken now", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, standard, listen)
			h.answer = func(context.Context) error { return c.err }
			status, said, header := h.send(t, signed(sound, noon))
			if status != c.status || said != c.says || header.Get("Retry-After") != c.after {
				t.Errorf("it answers %d %q, Retry-After %q", status, said, header.Get("Retry-After"))
			}
		})
	}
}

func TestAMessageUnderWayIsTakenToItsEndWhenTheReceiverStops(t *testing.T) {
	h := open(t, standard, listen)
	entered, leave := make(chan struct{}), make(chan struct{})
	h.answer = func(ctx context.Context) error {
		close(entered)
		<-leave
		return ctx.Err()
	}
	answered := make(chan int, 1)
	go func() {
		status, _, _ := h.send(t, signed(sound, noon))
		answered <- status
	}()
	<-entered
	h.stop()
	select {
	case err := <-h.ended:
		t.Fatalf("the receiver ended with a message under way: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(leave)
	if status := <-answered; status != 202 {
		t.Errorf("the message under way is answered with %d", status)
	}
	if err := <-h.ended; err != nil {
		t.Errorf("the receiver ended: %v", err)
	}
	if _, err := http.Post(h.url, "application/json", nil); err == nil {
		t.Error("the receiver still listens")
	}
}

func TestAFloodIsHeldOffAndNothingBreaks(t *testing.T) {
	h := open(t, standard, listen)
	var all sync.WaitGroup
	statuses := make(chan int, 300)
	for range 300 {
		all.Go(func() {
			status, _, _ := h.send(t, signed(sound, noon))
			statuses <- status
		})
	}
	all.Wait()
	close(statuses)
	taken := 0
	for status := range statuses {
		if status == 202 {
			taken++
		} else if status != 503 {
			t.Errorf("a message of the flood is answered with %d", status)
		}
	}
	if got := len(h.took()); got != taken || taken == 0 {
		t.Errorf("%d messages were taken and %d acknowledged", got, taken)
	}
}

func TestABodyThatDoesNotEndIsGivenUp(t *testing.T) {
	h := open(t, standard, listen)
	pipe, feed := io.Pipe()
	go func() {
		chunk := bytes.Repeat([]byte(" "), 1<<16)
		for {
			if _, err := feed.Write(chunk); err != nil {
				return
			}
		}
	}()
	r, err := http.NewRequestWithContext(t.Context(), "POST", h.url, pipe)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	_ = pipe.Close()
	if err == nil {
		defer response.Body.Close()
		if response.StatusCode != 413 {
			t.Errorf("an endless body is answered with %d", response.StatusCode)
		}
	}
	if len(h.took()) > 0 {
		t.Error("an endless body was taken")
	}
}

func TestASenderThatLeavesInTheMiddleIsNotTaken(t *testing.T) {
	h := open(t, `{listen: "127.0.0.1:0", path: /hooks/crm, verify: {scheme: none}}`, `{key: id}`)
	conn, err := net.Dial("tcp", strings.TrimSuffix(strings.TrimPrefix(h.url, "http://"), "/hooks/crm"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Fprintf(conn, "POST /hooks/crm HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"id\":\"A1\"}")
	_ = conn.(*net.TCPConn).CloseWrite()
	answer, _ := io.ReadAll(conn)
	if !bytes.HasPrefix(answer, []byte("HTTP/1.1 408")) || len(h.took()) > 0 {
		t.Errorf("half a message is answered with %q", answer)
	}
}

func TestTheHmacSchemeTakesTheStylesThatAreInUse(t *testing.T) {
	mac := hmac.New(sha256.New, []byte("the old one"))
	mac.Write([]byte(sound))
	good := hex.EncodeToString(mac.Sum(nil))
	for name, c := range map[string]struct {
		verify, header, value string
		status                int
	}{
		"with its prefix":     {"", "X-Hub-Signature-256", "sha256=" + good, 202},
		"bare":                {"", "X-Hub-Signature-256", good, 202},
		"in capitals":         {"", "X-Hub-Signature-256", strings.ToUpper(good), 202},
		"in its own header":   {", header: X-Signature", "X-Signature", good, 202},
		"in the wrong header": {", header: X-Signature", "X-Hub-Signature-256", good, 401},
		"wrong":               {"", "X-Hub-Signature-256", "sha256=" + strings.Repeat("0", 64), 401},
		"cut":                 {"", "X-Hub-Signature-256", good[:32], 401},
		"empty":               {"", "X-Hub-Signature-256", "sha256=", 401},
		"SHA-1":               {"", "X-Hub-Signature-256", "sha1=" + good, 401},
		"none":                {"", "X-Other", "x", 401},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, `{listen: "127.0.0.1:0", path: /hooks/crm, verify: {scheme: hmac, secret: "env:OLD_SECRET", id: X-Delivery`+c.verify+`}}`, listen)
			status, said, _ := h.send(t, message{method: "POST", kind: "application/json", body: sound, header: map[string]string{c.header: c.value, "X-Delivery": "d1"}})
			if status != c.status {
				t.Errorf("it answers %d %s", status, said)
			}
			if status == 202 && h.took()[0].Message != "d1" {
				t.Errorf("the message's id is %q", h.took()[0].Message)
			}
		})
	}
}

func TestASecretIsChangedWhileTheReceiverRuns(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	write := func(secret string) {
		if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("before")
	h := open(t, `{listen: "127.0.0.1:0", path: /hooks/crm, verify: {scheme: standard, secret: "file:`+file+`"}}`, listen)
	m := signed(sound, noon)
	m.header["webhook-signature"] = sign("after", "msg_1", m.header["webhook-timestamp"], sound)
	if status, _, _ := h.send(t, m); status != 401 {
		t.Errorf("a secret that is not ours yet is answered with %d", status)
	}
	write("after")
	if status, _, _ := h.send(t, m); status != 202 {
		t.Errorf("the new secret is answered with %d", status)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if status, said, _ := h.send(t, m); status != 503 || strings.Contains(said, file) {
		t.Errorf("without its secret it answers %d %s", status, said)
	}
}

func TestTheExampleOfStandardWebhooksIsTaken(t *testing.T) {
	// The example of the specification, with its own clock.
	t.Setenv("EXAMPLE", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	made, faults := webhook.Driver(connectors.Env{Name: "example", Now: func() time.Time { return time.Unix(1614265330, 0) }},
		section(t, t.TempDir(), `{listen: "127.0.0.1:0", path: /, verify: {scheme: standard, secret: "env:EXAMPLE"}}`))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	receiver, faults := made.(connectors.Callable).Receiver("order", section(t, t.TempDir(), `{key: test}`))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() { _ = receiver.Receive(ctx, func(context.Context, []connectors.Change) error { return nil }) }()
	addr, err := receiver.(*webhook.Receiver).Addr(ctx)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{url: "http://" + addr + "/"}
	status, said, _ := h.send(t, message{method: "POST", kind: "application/json", body: `{"test": 2432232314}`, header: map[string]string{
		"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}})
	if status != 202 {
		t.Errorf("it answers %d %s", status, said)
	}
}

func TestTheReceiverSaysWhyItCannotBegin(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	for settings, kind := range map[string]connectors.Kind{
		`{listen: "` + busy.Addr().String() + `", path: /x, verify: {scheme: none}}`:                     connectors.Unavailable,
		`{listen: "127.0.0.1:0", path: /x, verify: {scheme: standard, secret: "env:TRADEWIRE_NOT_SET"}}`: connectors.Misconfigured,
		`{listen: "127.0.0.1:0", path: /x, verify: {scheme: standard, secret: "file:no-such-file"}}`:     connectors.Misconfigured,
	} {
		made, faults := drive(t, settings)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		receiver, _ := made.(connectors.Callable).Receiver("order", section(t, t.TempDir(), `{key: id}`))
		err := receiver.Receive(t.Context(), nil)
		if connectors.KindOf(err) != kind || !strings.HasPrefix(fmt.Sprint(err), "crm_hooks: receive order: ") {
			t.Errorf("%s: %v", settings, err)
		}
	}
}

func TestAWrongConfigurationSaysWhatToWrite(t *testing.T) {
	for settings, code := range map[string]string{
		`{listen: "127.0.0.1:0", path: /x}`:                                                "missing-key",
		`{listen: "127.0.0.1:0", path: /x, verify: {scheme: standard}}`:                    "missing-key",
		`{listen: "127.0.0.1:0", path: /x, verify: {scheme: standard, secret: []}}`:        "missing-key",
		`{listen: "127.0.0.1:0", path: /x, verify: {scheme: basic, secret: "env:X"}}`:      "bad-value",
		`{listen: "127.0.0.1", path: /x, verify: {scheme: none}}`:                          "bad-address",
		`{listen: "127.0.0.1:0", path: x, verify: {scheme: none}}`:                         "bad-path",
		`{listen: "127.0.0.1:0", path: "/{x}", verify: {scheme: none}}`:                    "bad-path",
		`{listen: "127.0.0.1:0", path: /x, verify: {scheme: standard, secret: "hunter2"}}`: "",
		`{listen: "127.0.0.1:0", path: /x, verify: {scheme: none, tolerance: soon}}`:       "bad-duration",
	} {
		_, faults := drive(t, settings)
		if len(faults) == 0 || code != "" && faults[0].Code != code || faults[0].Pos.Line == 0 || faults[0].Fix == "" {
			t.Errorf("%s: %v", settings, faults)
		}
		if strings.Contains(faults.Error(), "hunter2") {
			t.Errorf("the secret shows: %v", faults)
		}
	}
	made, _ := drive(t, standard)
	for listen, code := range map[string]string{`{}`: "missing-key", `{key: id, mode: sleep}`: "bad-value", `{key: id, keys: x}`: "unknown-key"} {
		if _, faults := made.(connectors.Callable).Receiver("order", section(t, t.TempDir(), listen)); len(faults) == 0 || faults[0].Code != code {
			t.Errorf("%s: %v", listen, faults)
		}
	}
}

func TestACompressedBombIsNotUnpacked(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 10<<20))
	_ = z.Close()
	h := open(t, standard, listen)
	m := signed(bomb.String(), noon)
	m.header["Content-Encoding"] = "gzip"
	if status, _, _ := h.send(t, m); status != 415 {
		t.Errorf("it answers %d", status)
	}
}
