package chat

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tradewire/connectors"
)

// service is how one sort of chat takes a message and what its answers mean.
type service interface {
	// request fills in address and head, and answers with the body. key is empty where no secret is configured.
	request(m message, key string, now time.Time, to *url.URL, head http.Header) ([]byte, error)
	// meaning is the fault that an answer stands for, nil when the message was taken.
	meaning(a answer) error
	perMinute() int     // messages that one robot may send; 0: any number
	takesRecords() bool // it is sent the record, not a text alone
}

var services = map[string]service{"wecom": wecom{}, "dingtalk": dingtalk{}, "feishu": feishu{}, "webhook": hook{}}

// What services take: bytes of UTF-8.
const (
	wecomText    = 2048      // of the text
	dingtalkBody = 20_000    // of the whole request
	feishuBody   = 20 * 1000 // of the whole request; it says 20 KB
)

// wecom is a group robot of WeCom (企业微信).
type wecom struct{}

func (wecom) request(m message, _ string, _ time.Time, _ *url.URL, _ http.Header) ([]byte, error) {
	text, err := shortened(m.text, func(text string) bool { return len(text) <= wecomText })
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{"msgtype": "text", "text": map[string]any{"content": text}})
}

func (wecom) meaning(a answer) error { return a.code("errcode", "errmsg", wecomCodes) }
func (wecom) perMinute() int         { return 20 }
func (wecom) takesRecords() bool     { return false }

// dingtalk is a custom robot of DingTalk (钉钉).
type dingtalk struct{}

func (dingtalk) request(m message, key string, now time.Time, to *url.URL, _ http.Header) ([]byte, error) {
	if key != "" {
		stamp := strconv.FormatInt(now.UnixMilli(), 10)
		query := to.Query()
		query.Set("timestamp", stamp)
		query.Set("sign", signature(key, stamp+"\n"+key))
		to.RawQuery = query.Encode()
	}
	body := func(text string) ([]byte, error) {
		return json.Marshal(map[string]any{"msgtype": "text", "text": map[string]any{"content": text}})
	}
	return within(m.text, dingtalkBody, body)
}

func (dingtalk) meaning(a answer) error { return a.code("errcode", "errmsg", dingtalkCodes) }
func (dingtalk) perMinute() int         { return 20 }
func (dingtalk) takesRecords() bool     { return false }

// feishu is a custom bot of Feishu (飞书), or of Lark.
type feishu struct{}

// tag is what Feishu reads as more than text: a call to everybody in the group.
var tag = regexp.MustCompile(`(?i)<(/?)at\b`)

func (feishu) request(m message, key string, now time.Time, _ *url.URL, _ http.Header) ([]byte, error) {
	whole := map[string]any{"msg_type": "text"}
	if key != "" {
		stamp := strconv.FormatInt(now.Unix(), 10)
		whole["timestamp"], whole["sign"] = stamp, signature(stamp+"\n"+key, "")
	}
	body := func(text string) ([]byte, error) {
		whole["content"] = map[string]any{"text": text}
		return json.Marshal(whole)
	}
	return within(tag.ReplaceAllString(m.text, "< ${1}at"), feishuBody, body)
}

func (feishu) meaning(a answer) error { return a.code("code", "msg", feishuCodes) }
func (feishu) perMinute() int         { return 100 }
func (feishu) takesRecords() bool     { return false }

// hook is any web hook: it is sent the record as it is, and signed as Standard Webhooks are.
type hook struct{}

func (hook) request(m message, key string, now time.Time, _ *url.URL, head http.Header) ([]byte, error) {
	record := maps.Clone(m.record)
	if record == nil {
		record = connectors.Record{}
	}
	record["text"] = m.text
	body, stamp := record.Canonical(), strconv.FormatInt(now.Unix(), 10)
	if most := connectors.DefaultLimits.Bytes; len(body) > most {
		return nil, refused("send less: a mapping chooses what is sent", "the message has %d bytes, at most %d are sent", len(body), most)
	}
	head.Set("webhook-id", m.id)
	head.Set("webhook-timestamp", stamp)
	if encoded, is := strings.CutPrefix(key, "whsec_"); is {
		plain, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return nil, misconfigured("copy it once more", errNoBase64)
		}
		key = string(plain)
	}
	if key != "" {
		head.Set("webhook-signature", "v1,"+signature(key, m.id+"."+stamp+"."+string(body)))
	}
	return body, nil
}

func (hook) meaning(a answer) error { return a.verdict() }
func (hook) perMinute() int         { return 0 }
func (hook) takesRecords() bool     { return true }

// within is the body of a text, shortened until it is small enough.
func within(text string, most int, body func(text string) ([]byte, error)) ([]byte, error) {
	text, err := shortened(text, func(text string) bool {
		b, err := body(text)
		return err == nil && len(b) <= most
	})
	if err != nil {
		return nil, err
	}
	return body(text)
}

// signature is HMAC-SHA256 in base64.
func signature(key, text string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
