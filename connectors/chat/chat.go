// Package chat writes to the groups in which people talk: through a robot of WeCom, DingTalk or Feishu (Lark), or to any
// web hook that takes JSON. One entry is one message.
//
// To configure: service and url; the url holds the robot's key and is therefore a secret. secret is that of the robot's
// signature (DingTalk, Feishu), or of the Standard Webhooks by which another Tradewire knows us (webhook). The message is
// what a drawer draws as text/plain, else the record's `text`. A web hook is sent the record itself, with the drawn text in
// its field `text`.
//
// Services take messages of a certain length: a longer one is cut at the end of a line, and its last line says how many were
// left out. They take so many a minute from one robot, and close it for minutes when it sends more: the connection counts
// what it sends, and waits before.
//
// A chat is a target of grade D: nobody can ask a group what it has been told, and a message cannot be taken back, so that
// removing answers "unchanged" and sends nothing. A message may stand there twice in one case: the service had it, and the
// line broke, or timeout passed, before its answer came. The fault is Unknown then, and the message is sent again. A web
// hook is told the same `webhook-id` both times, by which it knows the second as a copy; a robot knows nothing of the kind.
package chat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"tradewire/config"
	"tradewire/connectors"
)

// Shape is what may be written of a chat. A target has no settings of its own.
var Shape = config.Shape{Settings: settings{}, Write: struct{}{}}

// Connection is one robot in one group, or one web hook.
type Connection struct {
	name     string
	settings settings
	service  service
	client   *http.Client
	now      func() time.Time
	pace     *pace
}

// Driver makes a Connection.
func Driver(env connectors.Env, section config.Section) (connectors.Connection, config.Faults) {
	c := &Connection{name: env.Name, now: env.Now}
	faults := section.Decode(&c.settings)
	if faults = append(faults, c.settings.check(section)...); len(faults) > 0 {
		return nil, faults
	}
	c.service = services[c.settings.Service.Value]
	c.client = client(c.settings.Timeout)
	c.pace = &pace{most: c.service.perMinute(), now: env.Now}
	return c, nil
}

// Close lets go of idle connections. It may be called again.
func (c *Connection) Close() error {
	c.client.CloseIdleConnections()
	return nil
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

// sink sends messages.
type sink struct{ connection *Connection }

// Sink makes a sink; it has no settings of its own.
func (c *Connection) Sink(_ string, section config.Section) (connectors.Sink, config.Faults) {
	if faults := section.Decode(&struct{}{}); len(faults) > 0 {
		return nil, faults
	}
	return &sink{c}, nil
}

// Write sends the entries one after the other. A message that is refused does not stop those after it; a service that is
// not there, that wants no more for now, or that does not know us, does.
func (s *sink) Write(ctx context.Context, entries []connectors.Entry) ([]connectors.Result, error) {
	results := make([]connectors.Result, len(entries))
	var stop *connectors.Error
	for i, entry := range entries {
		result, err := s.bring(ctx, entry, stop)
		if err != nil {
			result = connectors.Result{Err: s.connection.fault(fmt.Sprintf("send %s %s", entry.Kind, entry.Key), err)}
			if stop == nil {
				stop = stopping(err)
			}
		}
		results[i] = result
	}
	return results, nil
}

// bring sends one entry, unless something before stops it.
func (s *sink) bring(ctx context.Context, entry connectors.Entry, stop *connectors.Error) (connectors.Result, error) {
	if entry.Op == connectors.Remove { // what was said cannot be taken back
		return connectors.Result{State: connectors.Unchanged}, nil
	}
	m, err := s.connection.compose(entry)
	if err != nil {
		return connectors.Result{}, err
	}
	if stop != nil {
		return connectors.Result{}, &connectors.Error{Kind: stop.Kind, After: stop.After, Err: fmt.Errorf("not sent: %w", stop.Err)}
	}
	if err := s.connection.send(ctx, m); err != nil {
		return connectors.Result{}, err
	}
	return connectors.Result{State: connectors.Applied, Reference: m.id}, nil
}

// stopping is the fault that concerns the entries that follow as well, nil when there is none.
func stopping(err error) *connectors.Error {
	e, ok := errors.AsType[*connectors.Error](err)
	switch {
	case !ok || e.Kind == connectors.Refused:
		return nil
	case e.Kind == connectors.Unknown: // of a message that was not sent, much is known
		return &connectors.Error{Kind: connectors.Unavailable, Err: e.Err}
	}
	stop := *e
	return &stop
}

// Probe asks the service's address for its head, and sends nothing. Whether the robot's key is good only a message shows.
func (s *sink) Probe(ctx context.Context) error {
	if err := s.connection.probe(ctx); err != nil {
		return s.connection.fault("probe", err)
	}
	return nil
}

// Close is nothing: the connection is shared.
func (s *sink) Close() error { return nil }
