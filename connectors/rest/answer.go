package rest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"tradewire/connectors"
)

// answer is what came back, whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// longestWait bounds what a Retry-After may ask for.
const longestWait = time.Hour

// send sends r and reads its answer to the end. sent says whether the other system may have seen the request when
// there is no answer.
func (c *Connection) send(r *http.Request) (a answer, sent bool, err error) {
	var wrote atomic.Bool
	r = r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }}))
	response, err := c.client.Do(r)
	if err != nil {
		return answer{}, wrote.Load(), &connectors.Error{Kind: connectors.Unavailable, Hint: "check that it runs and can be reached", Err: unaddressed(err)}
	}
	defer func() { _ = response.Body.Close() }()
	a = answer{status: response.StatusCode, header: response.Header}
	a.body, err = io.ReadAll(io.LimitReader(response.Body, int64(pageLimits.Bytes)+1))
	if err != nil {
		return a, true, &connectors.Error{Kind: connectors.Unavailable, Err: fmt.Errorf("the answer breaks off after %d bytes: %w", len(a.body), err)}
	}
	if len(a.body) > pageLimits.Bytes {
		return a, true, &connectors.Error{Kind: connectors.Misconfigured, Hint: "lower page in the pipeline's source",
			Err: fmt.Errorf("the answer has more than %d bytes", pageLimits.Bytes)}
	}
	return a, true, nil
}

// unaddressed takes the address out of an error of net/http: it may hold what a log should not.
func unaddressed(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// fault is what the status of an answer means to a reader, nil when the answer may be read.
func (c *Connection) status(a answer) error {
	e := &connectors.Error{Kind: connectors.Misconfigured, After: c.retryAfter(a.header), Err: fmt.Errorf("it answers %s", a)}
	switch {
	case a.status == http.StatusOK:
		return nil
	case a.status == http.StatusUnauthorized || a.status == http.StatusForbidden:
		e.Hint = "check the token and what it may read"
	case a.status == http.StatusNotFound || a.status == http.StatusGone:
		e.Hint = "check url and path"
	case a.status >= 300 && a.status < 400:
		e.Hint = "redirects are not followed: write the address it points to, or check the token: " + a.header.Get("Location")
	case isBusy(a.status):
		e.Kind = connectors.Unavailable
	case a.status < 300:
		e.Kind = connectors.Unavailable // 204 and its like are no page: never take them for an empty one
	default:
		e.Hint = "check path and query"
	}
	return e
}

// isBusy is true for answers that may be different the next time.
func isBusy(status int) bool {
	return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status == http.StatusTooEarly
}

// retryAfter reads the header of that name, in seconds or as a date, and bounds it.
func (c *Connection) retryAfter(h http.Header) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	var wait time.Duration
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		wait = time.Duration(min(max(seconds, 0), int64(longestWait/time.Second))) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		wait = at.Sub(c.now())
	} else if text != "" && strings.Trim(text, "0123456789") == "" {
		wait = longestWait // a number too large to read
	}
	return min(max(wait, 0), longestWait)
}

// unreadable is the fault of an answer that came with a good status and is not what it should be.
func (a answer) unreadable(err error) error {
	hint := "look at what it answers with the same request"
	if kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type")); kind == "text/html" {
		hint = "it sends a web page, perhaps to log in: check the token"
	}
	return &connectors.Error{Kind: connectors.Unavailable, Hint: hint, Err: fmt.Errorf("the answer cannot be read: %w", err)}
}

// String is the status and the beginning of the body, for an error.
func (a answer) String() string {
	const most = 200 // characters
	said := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(string(a.body[:min(len(a.body), 8*most)]), "?")), " "))
	text := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, string(said[:min(len(said), most)]))
	return strings.TrimSpace(fmt.Sprintf("%d %s: %s", a.status, http.StatusText(a.status), text))
}

func reader(body []byte) io.Reader {
	if body == nil {
		return nil
	}
	return bytes.NewReader(body)
}
