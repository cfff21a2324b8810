package kafka

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"

	"tradewire/connectors"
)

// topicError says which topic a fault is about.
type topicError struct {
	topic string
	error
}

func (e *topicError) Error() string { return fmt.Sprintf("topic %s: %v", e.topic, e.error) }
func (e *topicError) Unwrap() error { return e.error }

// about says which topic an error is about.
func about(topic string, err error) error { return &topicError{topic, plainly(err)} }

// plainly is an error of the library without the names of its functions.
func plainly(err error) error {
	for strings.HasPrefix(err.Error(), "kafka.(*Client)") && errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return err
}

// fault puts an error of the library into the words of an operator; nil stays nil.
func (c Config) fault(op string, err error) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*connectors.Error](err); ok {
		return known
	}
	kind, hint := c.verdict(err)
	return &connectors.Error{Kind: kind, System: system, Op: op, Hint: hint, Err: err}
}

func (c Config) verdict(err error) (connectors.Kind, string) {
	if errors.Is(err, protocol.ErrNoTopic) {
		return c.refusal(kafka.UnknownTopicOrPartition, err)
	}
	if code, ok := errors.AsType[kafka.Error](err); ok {
		return c.refusal(code, err)
	}
	if hint := c.certificate(err); hint != "" {
		return connectors.Misconfigured, hint
	}
	switch {
	case errors.Is(err, errNoPassword):
		return connectors.Misconfigured, "see whether the password is where the configuration says"
	case errors.Is(err, errNotTheBroker):
		return connectors.Misconfigured, "see whether the address is really that of your broker, and the mechanism the one of the user: " + c.describeUser()
	case errors.Is(err, errNoAnswer), errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return connectors.Unavailable, fmt.Sprintf("no answer within %s: see whether the broker runs and a firewall lets us through: %s", c.Timeout, c.knock())
	case hangsUp(err):
		return connectors.Unavailable, "the broker ended the connection: see its log, and whether this port is meant for us"
	}
	return connectors.Unavailable, "see whether the broker runs and can be reached from here: " + c.knock()
}

// refusal is what to do about an answer of the broker.
func (c Config) refusal(code kafka.Error, err error) (connectors.Kind, string) {
	topic := "TOPIC"
	if known, ok := errors.AsType[*topicError](err); ok {
		topic = known.topic
	}
	switch code {
	case kafka.SASLAuthenticationFailed:
		return connectors.Misconfigured, "see whether user, password and mechanism are those that the broker knows: " + c.describeUser()
	case kafka.UnsupportedSASLMechanism:
		return connectors.Misconfigured, "the broker does not take this mechanism: write another one (" + Plain + ", " + ScramSHA256 + ", " + ScramSHA512 + "), or add it to sasl.enabled.mechanisms in server.properties"
	case kafka.IllegalSASLState:
		return connectors.Misconfigured, "this port asks for no password: leave user and password out, or take the port that does"
	case kafka.UnknownTopicOrPartition:
		return connectors.Misconfigured, fmt.Sprintf("make it: kafka-topics.sh --bootstrap-server %s --create --topic %s --partitions 12 --replication-factor 3", c.bootstrap(), topic)
	case kafka.TopicAuthorizationFailed, kafka.GroupAuthorizationFailed, kafka.ClusterAuthorizationFailed:
		return connectors.Misconfigured, fmt.Sprintf("let the user in: kafka-acls.sh --bootstrap-server %s --add --allow-principal User:%s --operation All --topic %s --group '*'", c.bootstrap(), c.user(), topic)
	case kafka.MessageSizeTooLarge, kafka.RecordListTooLarge:
		return connectors.Refused, fmt.Sprintf("the topic takes no message of this size: kafka-configs.sh --bootstrap-server %s --alter --entity-type topics --entity-name %s --add-config max.message.bytes=10485760", c.bootstrap(), topic)
	case kafka.InvalidReplicationFactor:
		return connectors.Misconfigured, "ask for at most as many replicas as there are brokers (replication)"
	case kafka.InvalidSessionTimeout:
		return connectors.Misconfigured, "ask for a session (lease: under store:) between group.min.session.timeout.ms and group.max.session.timeout.ms, or move these in server.properties; as installed they are 6s and 30m"
	case kafka.InconsistentGroupProtocol:
		return connectors.Misconfigured, "another program is in this consumer group and shares partitions in another way: take a group of our own"
	case kafka.InvalidTopic, kafka.InvalidPartitionNumber, kafka.InvalidConfiguration, kafka.PolicyViolation, kafka.UnsupportedVersion, kafka.UnsupportedForMessageFormat:
		return connectors.Misconfigured, "the broker does not allow it: see its settings and version"
	case kafka.NotEnoughReplicas, kafka.NotEnoughReplicasAfterAppend:
		return connectors.Unavailable, fmt.Sprintf("too few replicas are in sync: start the brokers that are down: kafka-topics.sh --bootstrap-server %s --describe --under-min-isr-partitions", c.bootstrap())
	}
	return connectors.Unavailable, "the broker asks for patience; if it lasts: kafka-topics.sh --bootstrap-server " + c.bootstrap() + " --describe --unavailable-partitions"
}

// certificate is what to do when the two sides cannot agree on TLS, empty when that is not the matter.
func (c Config) certificate(err error) string {
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the broker's certificate is of another name: write tls: {server_name: NAME} with the name in it"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "the broker's certificate has expired, or a clock is wrong"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the broker's certificate is not signed by an authority that we trust: write tls: {ca: FILE} with the one that did"
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return "the broker refuses our TLS: see ssl.client.auth and ssl.enabled.protocols in server.properties"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return noTLSThere
	}
	return ""
}

const (
	noTLSThere = "the broker does not speak TLS on this port: leave tls out, or take the port that does (listeners in server.properties)"
	tlsThere   = "the broker speaks TLS on this port: write tls: {ca: FILE}, or take a port that does not (listeners in server.properties)"
	loginThere = "the broker hangs up on who does not log in: write user, password and mechanism, or take a port that asks for none (listeners in server.properties)"
)

func (c Config) user() string {
	if c.Login == nil {
		return "ANONYMOUS"
	}
	return c.Login.User
}

func (c Config) describeUser() string {
	return fmt.Sprintf("kafka-configs.sh --bootstrap-server %s --describe --entity-type users --entity-name %s", c.bootstrap(), c.user())
}

// knock is a command that says whether the port is open.
func (c Config) knock() string {
	host, port, _ := net.SplitHostPort(c.Brokers[0])
	return "nc -vz " + host + " " + port
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

// hangsUp says that the other side ended a connection that it had taken.
func hangsUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// passing says that the same request may succeed a moment later.
func passing(err error) bool {
	if code, ok := errors.AsType[kafka.Error](err); ok {
		return code.Temporary() || code == kafka.BrokerNotAvailable
	}
	_, network := errors.AsType[net.Error](err)
	return network || hangsUp(err) || errors.Is(err, net.ErrClosed) || errors.Is(err, errNoAnswer) ||
		errors.Is(err, protocol.ErrNoTopic) || errors.Is(err, protocol.ErrNoPartition) || errors.Is(err, protocol.ErrNoLeader)
}
