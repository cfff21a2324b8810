package chat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"tradewire/connectors"
)

// mostAnswer bounds an answer: robots say a line.
const mostAnswer = 64 << 10

// client speaks to one service: it checks certificates, follows nothing, and waits no longer than timeout.
func client(timeout time.Duration) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: outside}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second,
			MaxIdleConnsPerHost: 2, IdleConnTimeout: 10 * time.Second, MaxResponseHeaderBytes: 64 << 10, ForceAttemptHTTP2: true},
		// A redirect is an answer like any other: following it would carry the notice to another house.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// outside refuses addresses at which no chat lives, after the name was resolved: such as the cloud's own metadata service.
func outside(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	ip := net.ParseIP(host)
	if ip == nil || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return fmt.Errorf("the address %s is not one of a chat", host)
	}
	return nil
}

// send sends one message and understands the answer.
func (c *Connection) send(ctx context.Context, m message) error {
	to, err := c.settings.address()
	if err != nil {
		return err
	}
	key, err := c.settings.key()
	if err != nil {
		return err
	}
	hide := secrets(to, key)
	head := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "Accept": {"application/json"}, "User-Agent": {"tradewire"}}
	body, err := c.service.request(m, key, c.now(), to, head)
	if err != nil {
		return err
	}
	if err := c.pace.take(); err != nil {
		return err
	}
	a, err := c.post(ctx, to, head, body)
	if err != nil {
		return err
	}
	a.hide, a.now = hide, c.now()
	return c.service.meaning(a)
}

// post sends a body and reads the answer to its end. When none comes though the request was sent, nobody knows.
func (c *Connection) post(ctx context.Context, to *url.URL, head http.Header, body []byte) (answer, error) {
	var wrote atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }})
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return answer{}, misconfigured("check url", unaddressed(err))
	}
	r.Header = head
	// A body that could be had again would be sent again by net/http itself, and the message would stand there twice.
	r.GetBody = nil
	response, err := c.client.Do(r)
	if err != nil {
		return answer{}, silence(wrote.Load(), unaddressed(err))
	}
	defer func() { _ = response.Body.Close() }()
	a := answer{status: response.StatusCode, header: response.Header}
	a.body, err = io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err != nil && a.status < 300 { // else its status says enough
		return a, silence(true, fmt.Errorf("the answer breaks off after %d bytes: %w", len(a.body), err))
	}
	return a, nil
}

// silence is the fault of a message that has no answer.
func silence(sent bool, err error) error {
	if sent {
		return &connectors.Error{Kind: connectors.Unknown, Hint: "it was sent; it may stand there, and then twice", Err: err}
	}
	return &connectors.Error{Kind: connectors.Unavailable, Hint: "check that this machine reaches the service", Err: err}
}

func (c *Connection) probe(ctx context.Context) error {
	to, err := c.settings.address()
	if err != nil {
		return err
	}
	if _, err := c.settings.key(); err != nil {
		return err
	}
	to.Path, to.RawPath, to.RawQuery = "/", "", ""
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, to.String(), nil)
	if err != nil {
		return misconfigured("check url", unaddressed(err))
	}
	response, err := c.client.Do(r)
	if err != nil {
		return silence(false, unaddressed(err))
	}
	_ = response.Body.Close()
	if response.StatusCode >= 500 {
		return &connectors.Error{Kind: connectors.Unavailable, Err: fmt.Errorf("it answers %d", response.StatusCode)}
	}
	return nil
}

// unaddressed takes the address out of an error of net/http: it holds the key.
func unaddressed(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// shortestSecret is the length from which a part of an address may be one.
const shortestSecret = 8

// secrets are the parts of an address, and the key, that nothing may repeat.
func secrets(to *url.URL, key string) (hide []string) {
	add := func(texts ...string) {
		for _, text := range texts {
			if len(text) >= shortestSecret {
				hide = append(hide, text, url.QueryEscape(text))
			}
		}
	}
	add(key)
	for _, values := range to.Query() {
		add(values...)
	}
	parts := strings.Split(to.Path, "/")
	add(parts[len(parts)-1])
	return hide
}
