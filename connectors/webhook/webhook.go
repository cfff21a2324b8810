// Package webhook is called by other systems over HTTP. It checks who calls, reads what was sent strictly, and
// answers well only after what was sent is durable.
package webhook

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"tradewire/config"
	"tradewire/connectors"
)

type settings struct {
	Listen config.Text `yaml:"listen" required:"true" example:"127.0.0.1:8472"`
	Path   config.Text `yaml:"path" required:"true" example:"/hooks/crm"`
	Verify verify      `yaml:"verify" required:"true" example:"{scheme: standard, secret: \"env:CRM_HOOK_SECRET\"}"`
}

// verify says how a caller proves that it is the one we know.
type verify struct {
	Scheme    config.Text     `yaml:"scheme" required:"true" enum:"standard,hmac,none" example:"standard"`
	Secrets   []config.Secret `yaml:"secret" single:"true"`                      // one, or a list while it is being changed
	Header    string          `yaml:"header" default:"X-Hub-Signature-256"`      // of the signature; for hmac
	ID        string          `yaml:"id"`                                        // the header of the message's id; for hmac and none
	Tolerance time.Duration   `yaml:"tolerance" default:"5m" min:"1s" max:"24h"` // between the sender's clock and ours; for standard
}

// Shape is what may be written of an address at which we are called.
var Shape = config.Shape{Settings: settings{}, Listen: listenSection{}}

// Connection is one address at which we are called.
type Connection struct {
	name     string
	settings settings
	now      func() time.Time
}

// Driver makes a Connection.
func Driver(env connectors.Env, section config.Section) (connectors.Connection, config.Faults) {
	c := &Connection{name: env.Name, now: env.Now}
	faults := section.Decode(&c.settings)
	if listen := c.settings.Listen; listen.Value != "" {
		if _, _, err := net.SplitHostPort(listen.Value); err != nil {
			faults = append(faults, listen.Pos.Fault("bad-address", "listen is not an address with its port", "write listen: 127.0.0.1:8472, or 0.0.0.0:8472 to be reached from outside"))
		}
	}
	if path := c.settings.Path; path.Value != "" && (!strings.HasPrefix(path.Value, "/") || strings.ContainsAny(path.Value, "{}?# ")) {
		faults = append(faults, path.Pos.Fault("bad-path", "path is not the path of an address", "write path: /hooks/"+c.name))
	}
	return c, append(faults, c.settings.Verify.complete(section.At("verify").At("secret"))...)
}

// complete says whether the secrets that the scheme needs are there, one or several.
func (v *verify) complete(written config.Section) config.Faults {
	switch {
	case v.Scheme.Value == "none" || v.Scheme.Value == "" || len(v.Secrets) > 0:
		return nil
	case written.Absent():
		return config.Faults{v.Scheme.Pos.Fault("missing-key", "secret is missing: the scheme "+v.Scheme.Value+" needs one", "write secret: env:NAME or file:PATH")}
	case v.Secrets != nil:
		return config.Faults{written.Pos().Fault("missing-key", "the list of secrets is empty", "write secret: env:NAME or file:PATH")}
	}
	return nil
}

// Close is nothing: each receiver closes what it has opened.
func (c *Connection) Close() error { return nil }

type listenSection struct {
	Kind    string      `yaml:"kind"` // what the records are called; empty: the source's kind
	Mode    string      `yaml:"mode" default:"payload" enum:"payload,wake_up"`
	Record  string      `yaml:"record"` // where in the body the record is; empty: the body is the record
	Key     config.Text `yaml:"key" required:"true" example:"id"`
	Version string      `yaml:"version"`
	At      string      `yaml:"at"`
}

// Receiver makes a receiver. The address serves one receiver at a time.
func (c *Connection) Receiver(kind string, section config.Section) (connectors.Receiver, config.Faults) {
	var listen listenSection
	if faults := section.Decode(&listen); len(faults) > 0 {
		return nil, faults
	}
	if listen.Kind != "" {
		kind = listen.Kind
	}
	return &Receiver{
		connection: c,
		kind:       kind,
		wakeUp:     listen.Mode == "wake_up",
		record:     listen.Record,
		identity:   connectors.Identity{Key: listen.Key.Value, Version: listen.Version, At: listen.At},
		bound:      make(chan struct{}),
		closed:     make(chan struct{}),
		slots:      make(chan struct{}, slots),
	}, nil
}

// changes reads what a body tells of.
func (r *Receiver) changes(body []byte, message string) ([]connectors.Change, error) {
	whole, err := connectors.ParseRecord(body, connectors.DefaultLimits)
	if err != nil {
		return nil, err
	}
	record := whole
	if r.record != "" {
		inner, _ := whole.Find(r.record)
		var ok bool
		if record, ok = inner.(connectors.Record); !ok {
			return nil, fmt.Errorf("the body holds no record %q", r.record)
		}
	}
	change := r.identity.Of(r.kind, record, body)
	if change.Broken != nil {
		return nil, fmt.Errorf("the record cannot be told apart: %s", change.Broken.Reason)
	}
	if r.wakeUp { // what the body says beyond the key is not believed: the record is fetched
		change = connectors.Change{Kind: change.Kind, Key: change.Key}
	}
	change.Message = message
	return []connectors.Change{change}, nil
}

// header is a header that must stand in a request exactly once.
func header(h http.Header, name string) (string, bool) {
	values := h.Values(name)
	if len(values) != 1 || values[0] == "" {
		return "", false
	}
	return values[0], true
}
