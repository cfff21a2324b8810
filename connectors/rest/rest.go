// Package rest reaches systems that speak JSON over HTTP: it reads paged lists by position, fetches single records,
// and writes one record a request.
package rest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"tradewire/config"
	"tradewire/connectors"
)

// pageLimits bound one answer. A page of orders is larger than one webhook.
var pageLimits = connectors.Limits{Bytes: 16 << 20, Depth: connectors.DefaultLimits.Depth}

type settings struct {
	URL      config.Text   `yaml:"url" required:"true" example:"https://crm.example.com"`
	Token    *token        `yaml:"token"`
	Timeout  time.Duration `yaml:"timeout" default:"30s" min:"100ms" max:"10m"` // of one request, its answer included
	Insecure bool          `yaml:"insecure"`                                    // plain HTTP to another machine is meant
}

// token is what proves to the other system who we are.
type token struct {
	Header string        `yaml:"header" default:"Authorization"`
	Prefix string        `yaml:"prefix"` // put before the value: "Bearer "
	Value  config.Secret `yaml:"value" required:"true" example:"env:CRM_TOKEN"`
}

// Shape is what may be written of a system that speaks HTTP.
var Shape = config.Shape{Settings: settings{}, Read: readSection{}, Write: writeSection{}}

// Connection is one system that speaks HTTP.
type Connection struct {
	name     string
	base     string // the URL without a slash at its end
	settings settings
	client   *http.Client
	now      func() time.Time
}

// Driver makes a Connection.
func Driver(env connectors.Env, section config.Section) (connectors.Connection, config.Faults) {
	c := &Connection{name: env.Name, now: env.Now}
	if faults := section.Decode(&c.settings); len(faults) > 0 {
		return nil, faults
	}
	if fault, bad := c.settings.checkURL(); bad {
		return nil, config.Faults{fault}
	}
	c.base = strings.TrimSuffix(c.settings.URL.Value, "/")
	c.client = &http.Client{
		Timeout:   c.settings.Timeout,
		Transport: transport(),
		// A redirect is an answer like any other: following it would carry the token to another house.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

func (s settings) checkURL() (config.Fault, bool) {
	pos := s.URL.Pos
	u, err := url.Parse(s.URL.Value)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return pos.Fault("bad-url", "url is not the address of a web service", "write url: https://HOST or http://127.0.0.1:PORT"), true
	case net.ParseIP(u.Hostname()) != nil && outside("", net.JoinHostPort(u.Hostname(), "0"), nil) != nil:
		return pos.Fault("bad-url", "url is an address at which no business system lives", "write the system's own name"), true
	case u.User != nil:
		return pos.Fault("secret-in-url", "url holds a user or a password", "take it out and write token: {header: Authorization, value: \"env:NAME\"}"), true
	case u.RawQuery != "" || u.Fragment != "":
		return pos.Fault("bad-url", "url holds a question mark or a #", "write them in read: query:"), true
	case u.Scheme == "http" && !isLoopback(u.Hostname()) && !s.Insecure:
		return pos.Fault("plain-http", "url is not encrypted and leaves this machine", "write https://, or insecure: true if the network is your own"), true
	}
	return config.Fault{}, false
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func transport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: outside}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        60 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true,
	}
}

// outside refuses addresses at which no business system lives, after the name was resolved: a name that suddenly
// points to the cloud's own metadata service would be handed its answer.
func outside(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	ip := net.ParseIP(host)
	if ip == nil || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return fmt.Errorf("the address %s is not one of a business system", host)
	}
	return nil
}

// Close lets go of idle connections. It may be called again.
func (c *Connection) Close() error {
	c.client.CloseIdleConnections()
	return nil
}

// request makes a request with our token and a watch on whether it was sent.
func (c *Connection) request(ctx context.Context, method, path string, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, reader(body))
	if err != nil {
		return nil, &connectors.Error{Kind: connectors.Misconfigured, Hint: "check url and path", Err: unaddressed(err)}
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "tradewire")
	if body != nil {
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	if t := c.settings.Token; t != nil {
		value, err := t.Value.Reveal() // at every request: a token may be renewed while we run
		if err != nil {
			return nil, &connectors.Error{Kind: connectors.Misconfigured, Err: err}
		}
		r.Header.Set(t.Header, t.Prefix+value)
	}
	return r, nil
}

// fault completes an error at the border with where it happened.
func (c *Connection) fault(op string, err error) error {
	if e, ok := errors.AsType[*connectors.Error](err); ok {
		e.System, e.Op = c.name, op
	}
	return err
}

// placeholder is a name in braces in a path or a query.
var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// checkPath wants a path of the other system that names only known placeholders.
func checkPath(path config.Text, known ...string) config.Faults {
	var faults config.Faults
	if path.Value == "" {
		return nil // missing or undecided, which has been reported
	}
	if !strings.HasPrefix(path.Value, "/") {
		faults = append(faults, path.Pos.Fault("bad-path", "the path does not begin with a slash", "write /"+path.Value))
	}
	return append(faults, checkPlaceholders(path, known...)...)
}

func checkPlaceholders(text config.Text, known ...string) config.Faults {
	var faults config.Faults
	for _, name := range placeholder.FindAllString(text.Value, -1) {
		if !slices.Contains(known, name) {
			fix := "take it out"
			if len(known) > 0 {
				fix = "write " + strings.Join(known, " or ")
			}
			faults = append(faults, text.Pos.Fault("unknown-placeholder", "the placeholder "+name+" is not known here", fix))
		}
	}
	return faults
}
