// Package kafka carries Watermill messages over Kafka: a Publisher that returns after all in-sync replicas have a message,
// and a Subscriber of a consumer group that keeps the order of every partition, also while members come and go.
//
// It stands on the lower half of segmentio/kafka-go: the upper half (Writer, Reader with a GroupID) delivers after it has
// said that it could not, and rewinds what was committed.
package kafka

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"

	"tradewire/connectors"
)

// Config says how a cluster is reached.
type Config struct {
	Brokers  []string      // host:port of some of the cluster's brokers; one that answers is enough
	ClientID string        // how we are called in the brokers' logs; "tradewire" when empty
	TLS      *tls.Config   // nil: in the clear. The broker always proves who it is; ServerName is best left empty, each broker has its own
	Login    *Login        // nil: the brokers ask for no password
	Timeout  time.Duration // how long a broker may take to answer; 10s when 0
	KeyMeta  string        // the metadata that is the record's key: messages of one key keep their order

	peers *peers
}

// Login is who we are to the brokers.
type Login struct {
	Mechanism string // Plain, ScramSHA256 or ScramSHA512
	User      string
	Password  func() (string, error) // asked for at every connection, so that a new password counts at once
}

// What Login.Mechanism may be, as configuration writes it.
const (
	Plain       = "plain"
	ScramSHA256 = "scram-sha-256"
	ScramSHA512 = "scram-sha-512"
)

// system names Kafka in errors.
const system = "kafka"

// filled is the Config with its defaults, or what is wrong with it.
func (c Config) filled(op string) (Config, error) {
	if c.ClientID == "" {
		c.ClientID = "tradewire"
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if len(c.Brokers) == 0 {
		return c, misconfigured(op, "write brokers: [HOST:9092]", errors.New("no broker is named"))
	}
	for _, broker := range c.Brokers {
		if _, whole := Host(broker); !whole {
			return c, misconfigured(op, "write it as HOST:9092", fmt.Errorf("%q is not the address of a broker", broker))
		}
	}
	if c.TLS != nil && c.TLS.InsecureSkipVerify {
		return c, misconfigured(op, "write tls: {ca: FILE} with the authority that signed the brokers' certificates",
			errors.New("a broker that need not prove who it is could be anybody"))
	}
	if err := c.Login.check(op); err != nil {
		return c, err
	}
	c.peers = newPeers(c.Brokers)
	return c, nil
}

// Host is the host that a broker's address names, empty when it names none, and whether the address is a whole one:
// HOST:PORT with a number.
func Host(broker string) (host string, whole bool) {
	_, address, scheme := strings.Cut(broker, "://")
	if !scheme {
		address = broker
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	if strings.ContainsAny(host, "/ ") {
		return "", false
	}
	number, notNumber := strconv.ParseUint(port, 10, 16)
	return host, !scheme && err == nil && host != "" && notNumber == nil && number > 0
}

func (l *Login) check(op string) error {
	switch {
	case l == nil:
		return nil
	case !slices.Contains([]string{Plain, ScramSHA256, ScramSHA512}, l.Mechanism):
		return misconfigured(op, "write mechanism: "+Plain+", "+ScramSHA256+" or "+ScramSHA512,
			fmt.Errorf("there is no way to log in that is called %q", l.Mechanism))
	case l.User == "" || l.Password == nil:
		return misconfigured(op, "write user and password, or neither", errors.New("a user without a password, or a password without a user"))
	}
	return nil
}

func misconfigured(op, hint string, err error) error {
	return &connectors.Error{Kind: connectors.Misconfigured, System: system, Op: op, Hint: hint, Err: err}
}

// bootstrap is what Kafka's own tools are told with --bootstrap-server.
func (c Config) bootstrap() string { return strings.Join(c.Brokers, ",") }

// client asks and tells one cluster. It knows of the given topics only: a cluster may hold thousands that are not ours.
type client struct {
	*kafka.Client
	transport *kafka.Transport
	lines     *lines
}

// How old our picture of a topic may be: while we use it, and while we look at it closely.
const (
	aSecondOld = time.Second
	fresh      = 100 * time.Millisecond
)

// client makes a client whose picture of the topics is at most so old.
func (c Config) client(old time.Duration, topics ...string) *client {
	l := c.lines(c.Timeout)
	t := &kafka.Transport{
		Dial: l.dial, DialTimeout: c.Timeout / 3 /* so that another broker's turn comes in time */, MetadataTTL: old, MetadataTopics: topics,
		ClientID: c.ClientID, TLS: c.TLS, SASL: c.mechanism(),
	}
	// Without a Timeout the library asks the broker to answer within half a second.
	return &client{Client: &kafka.Client{Addr: kafka.TCP(c.Brokers...), Timeout: c.Timeout, Transport: t}, transport: t, lines: l}
}

func (c *client) close() {
	c.transport.CloseIdleConnections()
	c.lines.cut()
}

// dialer makes single connections, which end when l is cut.
func (c Config) dialer(l *lines, timeout time.Duration) *kafka.Dialer {
	return &kafka.Dialer{ClientID: c.ClientID, DialFunc: l.dial, Timeout: timeout, TLS: c.TLS, SASLMechanism: c.mechanism()}
}
