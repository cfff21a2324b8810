package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tradewire/connectors"
)

var errNoBase64 = errors.New("the secret begins with whsec_ and is not base64 behind it")

// answer is what came back, whole.
type answer struct {
	status int
	header http.Header
	body   []byte
	hide   []string // what must not be repeated: parts of the address, the secret
	now    time.Time
}

// codes are the numbers by which a service says what is wrong. What stands in none of the lists concerns this message only.
type codes struct {
	busy []int         // it takes nothing now
	fast []int         // too many messages
	wait time.Duration // after too many
	ours []int         // it does not know us, or does not let us
	hint string        // to those
}

var (
	wecomCodes = codes{busy: []int{-1}, fast: []int{45009, 45033}, wait: time.Minute, ours: []int{93000, 93004, 93008, 40001, 40014, 60020, 48002},
		hint: "copy the robot's url once more; it may have been taken out of the group"}
	dingtalkCodes = codes{busy: []int{-1, 15}, fast: []int{130101, 410100, 90018}, wait: 10 * time.Minute,
		ours: []int{310000, 300001, 300005, 400013, 400101, 400102, 400106, 40014},
		hint: "look at the robot's security settings: write its secret, take out keywords, let it know this machine's address; and see that the clock is right"}
	feishuCodes = codes{fast: []int{11232, 11233, 11247, 99991400}, wait: 5 * time.Second,
		ours: []int{19001, 19007, 19021, 19022, 19024},
		hint: "look at the robot's security settings: write its secret, take out keywords, let it know this machine's address; and see that the clock is right"}
)

// code is what the answer of a robot means: its number stands in the body, also where the status is 200.
func (a answer) code(number, words string, known codes) error {
	var said map[string]any
	err := json.Unmarshal(a.body, &said)
	code, isNumber := said[number].(float64)
	if !isNumber { // older robots of Feishu
		code, isNumber = said["StatusCode"].(float64)
	}
	switch {
	case err == nil && isNumber && code == 0 && a.status == http.StatusOK:
		return nil
	case err != nil || !isNumber || code == 0:
		return a.strange()
	}
	text, _ := said[words].(string)
	e := &connectors.Error{Kind: connectors.Refused, Hint: "look at what the service says about the message",
		Err: fmt.Errorf("it answers %d: %s", int64(code), a.words(text))}
	switch is := int(code); {
	case slices.Contains(known.fast, is), is == 9499 && strings.Contains(strings.ToLower(text), "too many"), a.status == http.StatusTooManyRequests:
		e.Kind, e.After, e.Hint = connectors.Unavailable, max(known.wait, a.retryAfter()), "too many messages in a minute: the rest goes out by itself"
	case slices.Contains(known.busy, is), a.status >= 500:
		e.Kind, e.Hint = connectors.Unavailable, "the service takes no messages now"
	case slices.Contains(known.ours, is), a.status == http.StatusUnauthorized, a.status == http.StatusForbidden:
		e.Kind, e.Hint = connectors.Misconfigured, known.hint
	}
	return e
}

// strange is the fault of an answer in which no robot speaks.
func (a answer) strange() error {
	kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	switch {
	case a.status != http.StatusOK:
		if err := a.verdict(); err != nil {
			return err
		}
	case kind == "text/html":
		return &connectors.Error{Kind: connectors.Unavailable, Hint: "a web page answers where a robot is due: check url, or what stands between", Err: fmt.Errorf("it answers %s", a)}
	}
	return &connectors.Error{Kind: connectors.Unknown, Hint: "it was sent; it may stand there, and then twice", Err: fmt.Errorf("the answer cannot be read: %s", a)}
}

// verdict is what the status of an answer means, nil when the message was taken.
func (a answer) verdict() error {
	e := &connectors.Error{Kind: connectors.Refused, After: a.retryAfter(), Err: fmt.Errorf("it answers %s", a)}
	switch {
	case a.status >= 200 && a.status < 300:
		return nil
	case a.status < 400:
		e.Kind, e.Hint = connectors.Misconfigured, "redirects are not followed, as the url holds a key: write the address that is meant"
	case a.status == http.StatusUnauthorized || a.status == http.StatusForbidden:
		e.Kind, e.Hint = connectors.Misconfigured, "check url and secret"
	case a.status == http.StatusNotFound || a.status == http.StatusGone || a.status == http.StatusMethodNotAllowed:
		e.Kind, e.Hint = connectors.Misconfigured, "check url"
	case a.status >= 500 || a.status == http.StatusTooManyRequests || a.status == http.StatusRequestTimeout || a.status == http.StatusTooEarly:
		e.Kind = connectors.Unavailable
	}
	return e
}

// longestWait bounds what a Retry-After may ask for.
const longestWait = time.Hour

// retryAfter reads the header of that name, in seconds or as a date.
func (a answer) retryAfter() time.Duration {
	text := strings.TrimSpace(a.header.Get("Retry-After"))
	var wait time.Duration
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		wait = time.Duration(min(max(seconds, 0), int64(longestWait/time.Second))) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wait = at.Sub(a.now)
	}
	return min(max(wait, 0), longestWait)
}

// String is the status and the beginning of the body, for an error.
func (a answer) String() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s: %s", a.status, http.StatusText(a.status), a.words(string(a.body[:min(len(a.body), 1600)]))))
}

// words are what the service said, in one line of bounded length and without what is secret: some repeat the address.
func (a answer) words(text string) string {
	const most = 200 // characters
	text = strings.ToValidUTF8(text, "?")
	for _, secret := range a.hide {
		text = strings.ReplaceAll(text, secret, "***")
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
	letters := []rune(strings.Join(strings.Fields(text), " "))
	return string(letters[:min(len(letters), most)])
}
