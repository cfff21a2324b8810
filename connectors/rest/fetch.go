package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"tradewire/connectors"
)

// fetching is a source that knows the path of a single record.
type fetching struct{ *source }

// Fetch reads single records. A record that does not exist is Gone.
func (f fetching) Fetch(ctx context.Context, kind string, keys []string) ([]connectors.Change, error) {
	var changes []connectors.Change
	for _, key := range keys {
		change, err := f.one(ctx, key)
		if err != nil {
			return nil, f.connection.fault("fetch "+f.kind+" "+key, err)
		}
		if kind != "" {
			change.Kind = kind
		}
		changes = append(changes, change)
	}
	return changes, nil
}

func (f fetching) one(ctx context.Context, key string) (connectors.Change, error) {
	if err := connectors.CheckKey(key); err != nil {
		return connectors.Change{}, &connectors.Error{Kind: connectors.Refused, Err: err}
	}
	a, err := f.connection.get(ctx, keyed(f.read.One.Value, key))
	if err != nil {
		return connectors.Change{}, err
	}
	if a.status == http.StatusNotFound || a.status == http.StatusGone {
		return connectors.Change{Kind: f.kind, Key: key, Gone: true}, nil
	}
	if err := f.connection.status(a); err != nil {
		return connectors.Change{}, err
	}
	change, err := f.record(a.body)
	if err != nil {
		return connectors.Change{}, a.unreadable(err)
	}
	if change.Broken == nil && change.Key != key {
		return connectors.Change{}, a.unreadable(fmt.Errorf("%s was asked for and %s came", key, change.Key))
	}
	change.Key = key // of a broken record too: it was asked for by its key
	return change, nil
}

func (f fetching) record(body []byte) (connectors.Change, error) {
	// A page to log in, or half an answer, says nothing of the record; JSON with a mistake in it is the record's own.
	if len(body) == 0 || body[0] == '<' {
		return connectors.Change{}, errors.New("it is not JSON")
	}
	if f.read.Record == "" {
		return f.read.Identity.Read(f.kind, body, connectors.DefaultLimits), nil
	}
	envelope, err := connectors.ParseRecord(body, connectors.DefaultLimits)
	if err != nil {
		return connectors.Change{}, err
	}
	inner, _ := envelope.Find(f.read.Record)
	record, ok := inner.(connectors.Record)
	if !ok {
		return connectors.Change{}, fmt.Errorf("it holds no record %q", f.read.Record)
	}
	return f.read.Identity.Of(f.kind, record, body), nil
}

// keyed is a path with its key filled in.
func keyed(path, key string) string {
	return strings.ReplaceAll(path, "{key}", url.PathEscape(key))
}
