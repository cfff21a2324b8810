package rest

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tradewire/config"
	"tradewire/connectors"
)

type readSection struct {
	Path    config.Text            `yaml:"path" required:"true" example:"/api/orders"`
	Query   map[string]config.Text `yaml:"query"`   // {position} and {max} are filled in
	Begin   string                 `yaml:"begin"`   // what {position} is at the beginning; empty: a parameter that is only {position} is left out
	Records string                 `yaml:"records"` // where in the answer the list of records is; empty: the answer is the list
	Next    string                 `yaml:"next"`    // where the next position is; empty: every read shows everything
	More    string                 `yaml:"more"`    // where it says that another page waits; empty: a full page says so
	Kind    string                 `yaml:"kind"`    // what the records are called; empty: the source's kind
	One     config.Text            `yaml:"one"`     // the path of a single record, with {key}
	Record  string                 `yaml:"record"`  // where in the answer of `one` the record is; empty: the answer is the record
	connectors.Identity
}

// source reads one list.
type source struct {
	connection *Connection
	kind       string
	read       readSection
}

// Source makes a source of one list. It is a Fetcher when the path of a single record is configured.
func (c *Connection) Source(kind string, section config.Section) (connectors.Source, config.Faults) {
	s := &source{connection: c, kind: kind}
	faults := section.Decode(&s.read)
	faults = append(faults, checkPath(s.read.Path)...)
	for _, name := range slices.Sorted(maps.Keys(s.read.Query)) {
		faults = append(faults, checkPlaceholders(s.read.Query[name], "{position}", "{max}")...)
	}
	one := s.read.One
	if one.Value != "" {
		faults = append(faults, checkPath(one, "{key}")...)
		if !strings.Contains(one.Value, "{key}") {
			faults = append(faults, one.Pos.Fault("missing-placeholder", "the path of a single record does not name it", "write "+strings.TrimSuffix(one.Value, "/")+"/{key}"))
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	if s.read.Kind != "" {
		s.kind = s.read.Kind
	}
	if one.Value == "" {
		return s, nil
	}
	return fetching{s}, nil
}

// Read reads one page.
func (s *source) Read(ctx context.Context, pos connectors.Position, most int) (connectors.Batch, error) {
	batch, err := s.page(ctx, pos, most)
	if err != nil {
		// Nothing of a page that failed is handed out: the position stays where it is.
		return connectors.Batch{}, s.connection.fault("read "+s.kind, err)
	}
	return batch, nil
}

func (s *source) page(ctx context.Context, pos connectors.Position, most int) (connectors.Batch, error) {
	a, err := s.connection.get(ctx, s.address(pos, most))
	if err != nil {
		return connectors.Batch{}, err
	}
	if err := s.connection.status(a); err != nil {
		return connectors.Batch{}, err
	}
	envelope, records, err := connectors.SplitRecords(a.body, s.read.Records, pageLimits)
	if err != nil {
		return connectors.Batch{}, a.unreadable(err)
	}
	if len(records) > most {
		return connectors.Batch{}, &connectors.Error{Kind: connectors.Misconfigured, Hint: "give {max} to it in read: query:",
			Err: fmt.Errorf("it answers with %d records where at most %d were asked for", len(records), most)}
	}
	batch := connectors.Batch{}
	for _, raw := range records {
		batch.Changes = append(batch.Changes, s.read.Identity.Read(s.kind, raw, connectors.DefaultLimits))
	}
	if at, err := http.ParseTime(a.header.Get("Date")); err == nil {
		batch.AsOf = at.UTC()
	}
	if err := s.onward(&batch, envelope, pos, most); err != nil {
		return connectors.Batch{}, a.unreadable(err)
	}
	return batch, nil
}

// onward says where to read next.
func (s *source) onward(batch *connectors.Batch, envelope connectors.Record, pos connectors.Position, most int) error {
	batch.Next = pos
	if s.read.Next == "" {
		return nil
	}
	next, _ := envelope.Find(s.read.Next)
	switch v := next.(type) {
	case nil: // the end of the list has no next position: stay
	case string:
		batch.Next = connectors.Position(v)
	case connectors.Number:
		batch.Next = connectors.Position(v)
	default:
		return fmt.Errorf("%q is neither a text nor a number", s.read.Next)
	}
	if batch.Next == "" {
		batch.Next = pos // an empty word is the beginning to us; to the other system it was the end
	}
	moved := batch.Next != pos
	batch.More = moved && len(batch.Changes) >= most
	if s.read.More == "" {
		return nil
	}
	more, _ := envelope.Find(s.read.More)
	said, ok := more.(bool)
	if !ok {
		return fmt.Errorf("%q is not true or false", s.read.More)
	}
	if said && !moved {
		return fmt.Errorf("another page is said to wait and the position %q does not move", pos)
	}
	batch.More = said
	return nil
}

func (s *source) address(pos connectors.Position, most int) string {
	if pos == "" {
		pos = connectors.Position(s.read.Begin)
	}
	query := url.Values{}
	for name, template := range s.read.Query {
		if template.Value == "{position}" && pos == "" {
			continue
		}
		query.Set(name, strings.NewReplacer("{position}", string(pos), "{max}", strconv.Itoa(most)).Replace(template.Value))
	}
	if len(query) == 0 {
		return s.read.Path.Value
	}
	joint := "?"
	if strings.Contains(s.read.Path.Value, "?") {
		joint = "&"
	}
	return s.read.Path.Value + joint + query.Encode()
}

// Close is nothing: the connection is shared.
func (s *source) Close() error { return nil }

func (c *Connection) get(ctx context.Context, path string) (answer, error) {
	r, err := c.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return answer{}, err
	}
	a, _, err := c.send(r)
	return a, err
}
