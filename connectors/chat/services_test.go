package chat_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"tradewire/connectors"
)

// Made with openssl of the same stamp and secret.
const (
	dingtalkSign = "lI4t8Jk6NVzq1wOxoblaclwHCc1V2uz6GEU84q9c7io%3D"
	feishuSign   = "MT1g7ynKj6EmMEozbZZtg1Hv88Eri5zffrm1mw8ncT4="
)

func TestEveryServiceIsSpokenToInItsOwnForm(t *testing.T) {
	for service, want := range map[string]struct{ settings, query, body string }{
		"wecom":    {"", "key=" + key, `{"msgtype":"text","text":{"content":"SO-1 is held\n订单冻结"}}`},
		"dingtalk": {"secret: " + kept(t, secret), "key=" + key + "&sign=" + dingtalkSign + "&timestamp=1772443800000", `{"msgtype":"text","text":{"content":"SO-1 is held\n订单冻结"}}`},
		"feishu":   {"secret: " + kept(t, secret), "key=" + key, `{"content":{"text":"SO-1 is held\n订单冻结"},"msg_type":"text","sign":"` + feishuSign + `","timestamp":"1772443800"}`},
		"webhook":  {"", "key=" + key, `{"order":"SO-1","text":"SO-1 is held\n订单冻结","type":"order_held"}`},
	} {
		r := waiting(t, service)
		sent(t, r.group(t, want.settings), notice("SO-1", 2, "SO-1 is held\r\n订单冻结\n"))
		h := r.only(t)
		if query := h.query.Encode(); query != want.query {
			t.Errorf("%s: the query is %s, not %s", service, query, want.query)
		}
		if string(h.body) != want.body {
			t.Errorf("%s: the body is\n%s, not\n%s", service, h.body, want.body)
		}
		if kind := h.head.Get("Content-Type"); kind != "application/json; charset=utf-8" {
			t.Errorf("%s: the body is called %q", service, kind)
		}
	}
}

func TestARobotWithoutASecretIsSentNoSignature(t *testing.T) {
	for _, service := range []string{"dingtalk", "feishu", "webhook"} {
		r := waiting(t, service)
		sent(t, r.group(t, ""), notice("SO-1", 1, "held"))
		h := r.only(t)
		if h.query.Has("sign") || strings.Contains(string(h.body), "sign") || h.head.Get("webhook-signature") != "" {
			t.Errorf("%s: %s %s %v", service, h.query, h.body, h.head)
		}
	}
}

func TestNobodyIsCalledByWhatACustomerWroteIntoItsName(t *testing.T) {
	r := waiting(t, "feishu")
	sent(t, r.group(t, ""), notice("SO-1", 1, `held for <at user_id="all">Everybody</at>`))
	if text := r.only(t).text(); text != `held for < at user_id="all">Everybody< /at>` {
		t.Errorf("the robot would call: %s", text)
	}
}

func TestAWebhookIsSignedAsStandardWebhooksAre(t *testing.T) {
	for _, kept := range []string{kept(t, "between two houses"), kept(t, "whsec_"+base64.StdEncoding.EncodeToString([]byte("between two houses")))} {
		r := waiting(t, "webhook")
		sent(t, r.group(t, "secret: "+kept), notice("SO-1", 1, "held"), notice("SO-1", 1, "held"), notice("SO-1", 2, "held"))
		ids := map[string]int{}
		for _, h := range r.all() {
			id, stamp := h.head.Get("webhook-id"), h.head.Get("webhook-timestamp")
			mac := hmac.New(sha256.New, []byte("between two houses"))
			mac.Write([]byte(id + "." + stamp + "." + string(h.body)))
			if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); h.head.Get("webhook-signature") != want || stamp != "1772443800" {
				t.Errorf("%s %s is signed %s, not %s", id, stamp, h.head.Get("webhook-signature"), want)
			}
			ids[id]++
		}
		if len(ids) != 2 {
			t.Errorf("a copy has the id of the first, a later revision another: %v", ids)
		}
	}
}

func TestWhatAServiceAnswersDecidesWhatHappensNext(t *testing.T) {
	for _, c := range []struct {
		service, answer string
		status          int
		kind            connectors.Kind
		after           time.Duration
		words           string
	}{
		{"wecom", `{"errcode":45009,"errmsg":"api freq out of limit"}`, 200, connectors.Unavailable, time.Minute, "45009: api freq"},
		{"wecom", `{"errcode":-1,"errmsg":"system busy"}`, 200, connectors.Unavailable, 0, "no messages now"},
		{"wecom", `{"errcode":93000,"errmsg":"invalid webhook url, key=` + key + `"}`, 200, connectors.Misconfigured, 0, "key=***"},
		{"wecom", `{"errcode":44004,"errmsg":"empty content"}`, 200, connectors.Refused, 0, "44004"},
		{"dingtalk", `{"errcode":410100,"errmsg":"send too fast"}`, 200, connectors.Unavailable, 10 * time.Minute, "goes out by itself"},
		{"dingtalk", `{"status":1111,"wait":5,"punish":"deny","errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}`, 200, connectors.Unavailable, 10 * time.Minute, "130101"},
		{"dingtalk", `{"errcode":310000,"errmsg":"keywords not in content"}`, 200, connectors.Misconfigured, 0, "take out keywords"},
		{"dingtalk", `{"errcode":300001,"errmsg":"token is not exist"}`, 200, connectors.Misconfigured, 0, "300001"},
		{"feishu", `{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}`, 200, connectors.Misconfigured, 0, "the clock is right"},
		{"feishu", `{"code":9499,"msg":"too many request"}`, 400, connectors.Unavailable, 5 * time.Second, "9499"},
		{"feishu", `{"code":9499,"msg":"Bad Request"}`, 400, connectors.Refused, 0, "Bad Request"},
		{"feishu", `{"StatusCode":19001,"StatusMessage":"gone"}`, 200, connectors.Misconfigured, 0, "19001"},
		{"feishu", `{"code":0,"msg":"success"}`, 500, connectors.Unavailable, 0, "500"},
		{"wecom", `{"errmsg":"ok"}`, 200, connectors.Unknown, 0, "cannot be read"},
		{"wecom", `[]`, 200, connectors.Unknown, 0, "twice"},
		{"wecom", ``, 200, connectors.Unknown, 0, "twice"},
		{"webhook", `no`, 401, connectors.Misconfigured, 0, "check url and secret"},
		{"webhook", `no`, 410, connectors.Misconfigured, 0, "check url"},
		{"webhook", `no`, 422, connectors.Refused, 0, "422"},
		{"webhook", `no`, 429, connectors.Unavailable, 0, "429"},
	} {
		r := waiting(t, c.service)
		r.set(says(c.status, c.answer), nil)
		err := write(t, r.group(t, ""), notice("SO-1", 1, "held"))[0].Err
		blamed(t, err, c.kind, c.words)
		if after := err.(*connectors.Error).After; after != c.after {
			t.Errorf("%s: it is tried again after %s, not %s", c.answer, after, c.after)
		}
	}
}

func TestAServiceThatSaysHowLongToWaitIsWaitedFor(t *testing.T) {
	r := waiting(t, "webhook")
	for text, want := range map[string]time.Duration{"90": 90 * time.Second, "99999999": time.Hour, "Mon, 02 Mar 2026 09:32:00 GMT": 2 * time.Minute, "soon": 0, "-5": 0} {
		r.set(func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Retry-After", text)
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}, nil)
		err := write(t, r.group(t, ""), notice("SO-1", 1, "held"))[0].Err
		blamed(t, err, connectors.Unavailable)
		if after := err.(*connectors.Error).After; after != want {
			t.Errorf("%q: %s, not %s", text, after, want)
		}
	}
}
