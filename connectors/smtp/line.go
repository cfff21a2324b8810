package smtp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	protocol "github.com/wneessen/go-mail/smtp"

	"tradewire/connectors"
)

// farewell is what a server is given to say good-bye: nothing depends on it any more.
const farewell = 2 * time.Second

// line is one conversation with the server. go-mail's own Client sends whole mails and cannot say afterwards whether the
// server had the mail when the line broke; its lower level is used here, word by word.
type line struct {
	ctx    context.Context // of the Write that it serves
	wire   *wire
	client *protocol.Client
	begun  bool // the server has taken the sender of the letter under way
	lost   bool // nothing more can be said on this line
	over   bool // and a new line would fare no better
}

// call reaches the server, greets it, makes the line secret and proves who we are.
func (c *Connection) call(ctx context.Context) (*line, error) {
	dialer := net.Dialer{Timeout: c.settings.Timeout}
	conn, err := dialer.DialContext(ctx, "tcp", c.address())
	if err != nil {
		return nil, &connectors.Error{Kind: connectors.Unavailable, Hint: "check host and port, and that the server runs and can be reached", Err: err}
	}
	l := &line{ctx: ctx, wire: stretch(ctx, conn, c.settings.Timeout)}
	if err := l.open(c); err != nil {
		l.lost = true
		l.hangUp()
		return nil, err
	}
	return l, nil
}

func (l *line) open(c *Connection) error {
	secret, err := c.secrecy()
	if err != nil {
		return err
	}
	if err := l.greet(c, secret); err != nil {
		return err
	}
	if c.settings.TLS == startTLS {
		if err := l.encrypt(secret); err != nil {
			return err
		}
	}
	return l.login(c)
}

// secrecy is how a line is encrypted and whom we trust.
func (c *Connection) secrecy() (*tls.Config, error) {
	secret := &tls.Config{ServerName: c.settings.Host.Value, MinVersion: tls.VersionTLS12}
	if c.settings.CAFile == "" {
		return secret, nil
	}
	pem, err := os.ReadFile(c.path(c.settings.CAFile))
	if err != nil {
		return nil, misconfigured("put the certificate of your authority there, readable by tradewire", fmt.Errorf("read ca_file: %w", err))
	}
	secret.RootCAs = x509.NewCertPool()
	if !secret.RootCAs.AppendCertsFromPEM(pem) {
		return nil, misconfigured("put a certificate in PEM there: -----BEGIN CERTIFICATE-----", fmt.Errorf("ca_file %s holds no certificate", c.settings.CAFile))
	}
	return secret, nil
}

func (l *line) greet(c *Connection, secret *tls.Config) (err error) {
	conn := net.Conn(l.wire)
	if c.settings.TLS == fullTLS {
		l.wire.step()
		encrypted := tls.Client(l.wire, secret)
		if err := encrypted.HandshakeContext(l.ctx); err != nil {
			return l.fault(encrypting, err)
		}
		conn = encrypted
	}
	err = l.say(func() error { l.client, err = protocol.NewClient(conn, c.settings.Host.Value); return err })
	if err != nil {
		return l.fault(greeting, err)
	}
	// Who has no name of his own in the network gives his address (RFC 5321, 4.1.4).
	return l.fault(greeting, l.say(func() error { return l.client.Hello(literal(l.wire.LocalAddr())) }))
}

func literal(address net.Addr) string {
	host, _, _ := net.SplitHostPort(address.String())
	host, _, _ = strings.Cut(host, "%")
	if strings.Contains(host, ":") {
		host = "IPv6:" + host
	}
	return "[" + host + "]"
}

func (l *line) encrypt(secret *tls.Config) error {
	if offered, _ := l.client.Extension("STARTTLS"); !offered {
		return misconfigured(encrypting.hint, errors.New("the server does not offer STARTTLS"))
	}
	return l.fault(encrypting, l.say(func() error { return l.client.StartTLS(secret) }))
}

// login proves who we are, where a user is configured. The password is read anew for every line: it may be changed while
// we run.
func (l *line) login(c *Connection) error {
	user := c.settings.User.Value
	if user == "" {
		return nil
	}
	password, err := c.settings.Password.Reveal()
	if err != nil {
		return misconfigured("", err)
	}
	_, offers := l.client.Extension("AUTH")
	// The line is encrypted or does not leave this machine: settings.check has seen to it.
	auth := protocol.PlainAuth("", user, password, c.settings.Host.Value, true)
	switch ways := strings.Fields(offers); {
	case slices.Contains(ways, "PLAIN"):
	case slices.Contains(ways, "LOGIN"):
		auth = protocol.LoginAuth(user, password, c.settings.Host.Value, true)
	default:
		return misconfigured("take user and password out if it needs none", fmt.Errorf("the server offers no log-in by PLAIN or LOGIN, but %q", offers))
	}
	return l.fault(proving, l.say(func() error { return l.client.Auth(auth) }))
}

// wave asks whether the server is still there.
func (l *line) wave() error { return l.fault(greeting, l.say(l.client.Noop)) }

// clear forgets the letter under way, so that the next one begins anew.
func (l *line) clear() {
	if l.begun && !l.lost && l.say(l.client.Reset) != nil {
		l.lost = true
	}
}

// say says one word within the time that it is given.
func (l *line) say(word func() error) error {
	l.wire.step()
	return word()
}

// hangUp ends the conversation, politely where it still holds.
func (l *line) hangUp() {
	if !l.lost {
		l.wire.within(farewell)
		_ = l.client.Quit()
	}
	_ = l.wire.Close()
}
