package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tradewire/config"
	"tradewire/connectors"
)

type writeSection struct {
	Method    string            `yaml:"method" default:"PUT" enum:"PUT,POST,PATCH"`
	Path      config.Text       `yaml:"path" required:"true" example:"/api/orders/{key}"`
	Headers   map[string]string `yaml:"headers" private:"true"`
	Reference string            `yaml:"reference"` // where in the answer the other system's own key is
	Remove    string            `yaml:"remove" enum:"DELETE"`
}

// sink writes one record a request. The other system knows an entry again by its Idempotency-Key.
type sink struct {
	connection *Connection
	target     string
	write      writeSection
}

// Sink makes a sink of one path.
func (c *Connection) Sink(target string, section config.Section) (connectors.Sink, config.Faults) {
	s := &sink{connection: c, target: target}
	faults := section.Decode(&s.write)
	faults = append(faults, checkPath(s.write.Path, "{key}")...)
	if s.write.Method != http.MethodPost && s.write.Path.Value != "" && !strings.Contains(s.write.Path.Value, "{key}") {
		faults = append(faults, s.write.Path.Pos.Fault("missing-placeholder", "the path does not name the record", "write "+strings.TrimSuffix(s.write.Path.Value, "/")+"/{key}"))
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return s, nil
}

// Write sends the entries one after the other. After an answer that says that the system is not there, or says
// nothing, the others are not sent.
func (s *sink) Write(ctx context.Context, entries []connectors.Entry) ([]connectors.Result, error) {
	results := make([]connectors.Result, len(entries))
	var stop error
	for i, entry := range entries {
		op := fmt.Sprintf("write %s %s", entry.Kind, entry.Key)
		if stop != nil {
			results[i].Err = s.connection.fault(op, &connectors.Error{Kind: connectors.KindOf(stop), After: after(stop),
				Err: fmt.Errorf("not sent after an entry before it had no answer: %w", stop)})
			continue
		}
		result, err := s.one(ctx, entry)
		if err != nil {
			result = connectors.Result{Err: s.connection.fault(op, err)}
			stop = stopping(err)
		}
		results[i] = result
	}
	return results, nil
}

// stopping is the fault that concerns the entries that follow as well, nil when there is none.
func stopping(err error) error {
	switch connectors.KindOf(err) {
	case connectors.Refused, connectors.Conflict:
		return nil
	case connectors.Unknown: // of an entry that was not sent, much is known
		return &connectors.Error{Kind: connectors.Unavailable, Err: errors.Unwrap(err)}
	}
	return err
}

func after(err error) (wait time.Duration) {
	if e, ok := errors.AsType[*connectors.Error](err); ok {
		wait = e.After
	}
	return wait
}

func (s *sink) one(ctx context.Context, entry connectors.Entry) (connectors.Result, error) {
	r, err := s.request(ctx, entry)
	if err != nil {
		return connectors.Result{}, err
	}
	a, sent, err := s.connection.send(r)
	if err != nil && a.status >= 300 {
		err = nil // its status says enough
	}
	if err != nil && sent {
		return connectors.Result{}, &connectors.Error{Kind: connectors.Unknown, Hint: "it was sent; it may or may not have been taken", Err: errors.Unwrap(err)}
	}
	if err != nil {
		return connectors.Result{}, err
	}
	return s.result(entry, a)
}

func (s *sink) request(ctx context.Context, entry connectors.Entry) (*http.Request, error) {
	if entry.Key == "." || entry.Key == ".." || entry.Key == "" {
		return nil, &connectors.Error{Kind: connectors.Refused, Err: fmt.Errorf("the key %q cannot be part of a path", entry.Key)}
	}
	method, body := s.write.Method, entry.Record.Canonical()
	if entry.Op == connectors.Remove {
		if s.write.Remove == "" {
			return nil, &connectors.Error{Kind: connectors.Refused, Hint: "write remove: DELETE if it may take records away", Err: errors.New("this target takes nothing away")}
		}
		method, body = s.write.Remove, nil
	}
	r, err := s.connection.request(ctx, method, keyed(s.write.Path.Value, entry.Key), body)
	if err != nil {
		return nil, err
	}
	for name, value := range s.write.Headers {
		r.Header.Set(name, value)
	}
	r.Header.Set("Idempotency-Key", strings.Join([]string{url.PathEscape(entry.Target), url.PathEscape(entry.Kind),
		url.PathEscape(entry.Key), strconv.FormatInt(entry.Revision, 10)}, "/"))
	return r, nil
}

// result is what an answer means to a writer.
func (s *sink) result(entry connectors.Entry, a answer) (connectors.Result, error) {
	e := &connectors.Error{Kind: connectors.Refused, After: s.connection.retryAfter(a.header), Err: fmt.Errorf("it answers %s", a)}
	missing := a.status == http.StatusNotFound || a.status == http.StatusGone
	switch {
	case a.status >= 200 && a.status < 300:
		return s.taken(a)
	case missing && entry.Op == connectors.Remove:
		return connectors.Result{State: connectors.Unchanged}, nil
	case a.status == http.StatusConflict || a.status == http.StatusPreconditionFailed:
		e.Kind = connectors.Conflict
	case a.status == http.StatusUnauthorized || a.status == http.StatusForbidden:
		e.Kind, e.Hint = connectors.Misconfigured, "check the token and what it may write"
	case a.status < 400:
		e.Kind, e.Hint = connectors.Misconfigured, "redirects are not followed: write the address it points to, or check the token: "+a.header.Get("Location")
	case isBusy(a.status):
		e.Kind = connectors.Unavailable
	}
	return connectors.Result{}, e
}

func (s *sink) taken(a answer) (connectors.Result, error) {
	result := connectors.Result{State: connectors.Applied}
	for _, name := range []string{"Idempotency-Replayed", "Idempotent-Replayed"} {
		if a.header.Get(name) == "true" {
			result.State = connectors.Unchanged // it says itself that it knew the entry
		}
	}
	if strings.HasPrefix(strings.TrimSpace(string(a.body)), "<") {
		return connectors.Result{}, a.unreadable(errors.New("it is a web page"))
	}
	if s.write.Reference == "" {
		return result, nil
	}
	body, err := connectors.ParseRecord(a.body, pageLimits)
	if err == nil {
		switch v, _ := body.Find(s.write.Reference); v := v.(type) {
		case string:
			result.Reference = v
		case connectors.Number:
			result.Reference = string(v)
		default:
			err = fmt.Errorf("the answer has no %q", s.write.Reference)
		}
	}
	if err != nil {
		return connectors.Result{}, &connectors.Error{Kind: connectors.Unknown, Hint: "it was taken; look for it there", Err: err}
	}
	return result, nil
}

// Probe asks for the head of the address: whatever answers is there, except when it refuses the token.
func (s *sink) Probe(ctx context.Context) error {
	r, err := s.connection.request(ctx, http.MethodHead, "/", nil)
	if err != nil {
		return s.connection.fault("probe", err)
	}
	a, _, err := s.connection.send(r)
	if err != nil {
		return s.connection.fault("probe", err)
	}
	if isBusy(a.status) || a.status == http.StatusUnauthorized || a.status == http.StatusForbidden {
		return s.connection.fault("probe", s.connection.status(a))
	}
	return nil
}

// Close is nothing: the connection is shared.
func (s *sink) Close() error { return nil }
