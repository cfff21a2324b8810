package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/segmentio/kafka-go"

	"tradewire/connectors"
)

// reach says in clear words why no broker can be used, and nil when one can. What the library says of a broker that hangs
// up does not tell whether TLS or a password is missing, so that is found out here.
func (c Config) reach(ctx context.Context, op string) error {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	var worst error
	for i, broker := range c.Brokers {
		err := c.reachOne(ctx, c.share(ctx, len(c.Brokers)-i), op, broker)
		if err == nil {
			return nil
		}
		// One that can be reached and refuses us tells more than one that is down.
		if worst == nil || connectors.KindOf(worst) != connectors.Misconfigured {
			worst = err
		}
	}
	return worst
}

// share is one broker's part of the time that is left.
func (c Config) share(ctx context.Context, brokers int) time.Duration {
	deadline, _ := ctx.Deadline()
	return time.Until(deadline) / time.Duration(brokers)
}

// reachOne leaves half of its time to find out what is wrong.
func (c Config) reachOne(ctx context.Context, patience time.Duration, op, broker string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := c.enter(ctx, patience/2, broker)
	if err == nil {
		return nil
	}
	if hint := c.mismatch(ctx, patience/4, broker, err); hint != "" {
		return misconfigured(op, hint, fmt.Errorf("%s: %w", broker, err))
	}
	return c.fault(op, fmt.Errorf("%s: %w", broker, err))
}

// enter connects, logs in and asks who the brokers are.
func (c Config) enter(ctx context.Context, patience time.Duration, broker string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	l := c.lines(patience)
	l.shun = false
	defer l.cut()
	defer context.AfterFunc(ctx, l.cut)()
	conn, err := c.dialer(l, patience).DialContext(ctx, "tcp", broker)
	if err == nil {
		_, err = conn.Brokers()
		_ = conn.Close()
	}
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

// mismatch says what of TLS and log-in the two sides see differently, empty when that is not the matter.
func (c Config) mismatch(ctx context.Context, patience time.Duration, broker string, err error) string {
	code, refused := errors.AsType[kafka.Error](err)
	if refused && code != kafka.SASLAuthenticationFailed || c.certificate(err) != "" {
		return "" // it has said what the matter is
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return ""
	}
	switch encrypts := c.encrypts(ctx, patience, broker); {
	case encrypts && c.TLS == nil:
		return tlsThere
	case !encrypts && c.TLS != nil && c.answersInTheClear(ctx, patience, broker):
		return noTLSThere
	case !refused && c.Login == nil && hangsUp(err):
		return loginThere
	}
	return ""
}

// encrypts says whether a broker speaks TLS on its port, whoever it is.
func (c Config) encrypts(ctx context.Context, patience time.Duration, broker string) bool {
	host, _, _ := net.SplitHostPort(broker)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: patience}, Config: &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}}
	conn, err := dialer.DialContext(ctx, "tcp", broker)
	if err == nil {
		_ = conn.Close()
		return true
	}
	_, proved := errors.AsType[*tls.CertificateVerificationError](err)
	return proved
}

// answersInTheClear says whether a broker speaks Kafka's protocol on its port without TLS.
func (c Config) answersInTheClear(ctx context.Context, patience time.Duration, broker string) bool {
	c.TLS, c.Login = nil, nil
	l := c.lines(patience)
	l.shun = false
	defer l.cut()
	conn, err := c.dialer(l, patience).DialContext(ctx, "tcp", broker)
	if err == nil {
		_, err = conn.ApiVersions()
		_ = conn.Close()
	}
	return err == nil
}
