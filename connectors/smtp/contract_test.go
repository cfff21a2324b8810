package smtp_test

import (
	"fmt"
	"sync"
	"testing"

	server "github.com/emersion/go-smtp"

	"tradewire/connectors"
	"tradewire/connectors/connectortest"
)

func TestTheSinkKeepsItsContract(t *testing.T) {
	connectortest.Sink(t, func(t *testing.T) connectortest.SinkHarness {
		box := post(t, withoutTLS)
		return connectortest.SinkHarness{
			Open: func(t testing.TB) connectors.Sink { return plain(t, box.address) },
			Entry: func(key string, revision int64) connectors.Entry {
				return entry(key, revision, connectors.Record{"to": "planning@pearl.example.com", "subject": fmt.Sprintf("%s, revision %d", key, revision), "text": "a new order"})
			},
			Held: box.held,
			Refused: func(key string) connectors.Entry {
				return entry(key, 1, connectors.Record{"to": "nobody", "subject": key, "text": "a new order"})
			},
			Faults: []connectortest.Fault{
				box.fault("busy", connectors.Unavailable, always("MAIL", no(451, "busy")), nil),
				box.fault("an unknown sender", connectors.Misconfigured, always("MAIL", no(550, "who are you?")), nil),
				box.fault("greylisted", connectors.Refused, always("RCPT", no(450, "come back later")), nil),
				box.fault("an unknown recipient", connectors.Refused, always("RCPT", no(550, "no such user")), nil),
				box.fault("a suspicious text", connectors.Refused, always("DATA", no(554, "spam")), nil),
				box.fault("a full disk", connectors.Refused, always("DATA", no(452, "disk full")), nil),
				box.fault("taken, and the answer lost", connectors.Unknown, nil, func(c *server.Conn) { _ = c.Conn().Close() }),
			},
			Stall:   box.stall,
			Blind:   true,
			Letters: true,
		}
	})
}

func (m *mailbox) fault(name string, kind connectors.Kind, judge func(string, string) error, after func(*server.Conn)) connectortest.Fault {
	return connectortest.Fault{Name: name, Kind: kind, Make: func(testing.TB) func() {
		m.set(judge, after)
		return func() { m.set(nil, nil) }
	}}
}

// stall lets the server hang at the first word of a mail.
func (m *mailbox) stall(testing.TB) (release func(), reached <-chan struct{}) {
	here, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	m.set(func(string, string) error {
		once.Do(func() { close(here) })
		<-goOn
		return nil
	}, nil)
	return func() { close(goOn) }, here
}
