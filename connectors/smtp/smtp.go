// Package smtp sends e-mail: notices to departments, papers to customers. One entry is one mail.
//
// To configure: host, from, and what the server asks for (user and password, tls: starttls, tls or none, port; ca_file
// for a certificate authority of your own, which then is the only one trusted). The target's mapping fills `to`, and may
// fill cc, bcc, reply_to, subject and text; what a drawer draws as text/plain is the text where the mapping gives none, and
// its first line the subject; every other drawn file is attached. Servers that ask unknown senders to come again later
// (greylisting) want attempts and a backoff of the target that reach over an hour; servers that examine a mail while one
// waits for their answer want a longer timeout.
//
// Mail is a target of grade D: nobody can ask a mail system what it has delivered, and a mail cannot be taken back, so
// that removing answers "unchanged" and sends nothing. A mail may arrive twice in one case: the server had it whole, and
// the line broke, or timeout passed, before its answer came. The fault is Unknown then, the mail is sent again, and
// both have the same Message-ID, made of target, kind, key and revision, by which mail systems recognise a copy. Before
// its last byte is out a mail is never half sent: it goes to all its recipients or to none.
package smtp

import (
	"context"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"path/filepath"
	"strconv"
	"time"

	"tradewire/config"
	"tradewire/connectors"
)

// Shape is what may be written of a mail server. A target has no settings of its own.
var Shape = config.Shape{Settings: settings{}, Write: struct{}{}}

// Connection is one mail server and the sender that we are to it.
type Connection struct {
	name     string
	dir      string
	settings settings
	from     *netmail.Address
	replyTo  *netmail.Address // nil: answers go to from
	domain   string           // of message ids
	now      func() time.Time
}

// Driver makes a Connection.
func Driver(env connectors.Env, section config.Section) (connectors.Connection, config.Faults) {
	c := &Connection{name: env.Name, dir: env.Dir, now: env.Now}
	if env.Zone != nil {
		c.now = func() time.Time { return env.Now().In(env.Zone) }
	}
	faults := section.Decode(&c.settings)
	faults = faults.And(c.settings.check(section))
	if len(faults) > 0 {
		return nil, faults
	}
	c.from, _ = sender(c.settings.From.Value)
	if c.settings.ReplyTo.Value != "" {
		c.replyTo, _ = sender(c.settings.ReplyTo.Value)
	}
	if c.domain = c.settings.Domain.Value; c.domain == "" {
		c.domain = domainOf(c.from)
	}
	return c, nil
}

// Close is nothing: every Write has a line of its own.
func (c *Connection) Close() error { return nil }

// address is what is dialled.
func (c *Connection) address() string {
	port := c.settings.Port
	if port == 0 {
		port = map[string]int{startTLS: 587, fullTLS: 465, noTLS: 25}[c.settings.TLS]
	}
	return net.JoinHostPort(c.settings.Host.Value, strconv.Itoa(port))
}

// path is a path of the configuration.
func (c *Connection) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.dir, name)
}

// fault completes an error at the border with where it happened.
func (c *Connection) fault(op string, err error) error {
	e, ok := errors.AsType[*connectors.Error](err)
	if !ok {
		e = &connectors.Error{Kind: connectors.Unknown, Err: err}
	}
	e.System, e.Op = c.name, op
	return e
}

// sink sends mails.
type sink struct {
	connection *Connection
	target     string
}

// Sink makes a sink; it has no settings of its own.
func (c *Connection) Sink(target string, section config.Section) (connectors.Sink, config.Faults) {
	if faults := section.Decode(&struct{}{}); len(faults) > 0 {
		return nil, faults
	}
	return &sink{connection: c, target: target}, nil
}

// Write sends the entries one after the other over one line. A mail that is refused, or at which the line breaks,
// does not stop those after it; a server that cannot be used does.
func (s *sink) Write(ctx context.Context, entries []connectors.Entry) ([]connectors.Result, error) {
	r := &round{connection: s.connection}
	defer r.end()
	results := make([]connectors.Result, len(entries))
	for i, entry := range entries {
		result, err := r.bring(ctx, entry)
		if err != nil {
			result = connectors.Result{Err: s.connection.fault(fmt.Sprintf("send %s %s", entry.Kind, entry.Key), err)}
		}
		results[i] = result
	}
	return results, nil
}

// Probe greets the server and proves who we are, and sends nothing.
func (s *sink) Probe(ctx context.Context) error {
	l, err := s.connection.call(ctx)
	if err == nil {
		err = l.wave()
		l.hangUp()
	}
	if err != nil {
		return s.connection.fault("probe", err)
	}
	return nil
}

// Close is nothing: every Write has a line of its own.
func (s *sink) Close() error { return nil }
