package smtp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"strings"
	"unicode"

	"tradewire/connectors"
)

// stage is a point of the conversation: what a refusal there means.
type stage struct {
	everyone bool   // it concerns every mail, not this one
	hint     string // what a person can do about a final refusal
}

var (
	greeting   = stage{true, "check host and port: it does not take mail from this machine, or is no mail server"}
	encrypting = stage{true, "write tls: starttls for port 587, tls: tls for port 465, tls: none only for a relay on this machine"}
	proving    = stage{true, "check user and password; some services want a password of its own for SMTP"}
	sending    = stage{true, "the server does not let us send: check from, user and password"}
	receiving  = stage{false, "correct the address; if the server speaks of relaying, check user and password"}
	handing    = stage{false, "look at what the server says about the mail"}
)

const later = "the server may take it later: it is tried again"

// fault is what an error on the line means for the letter under way and for those after it.
func (l *line) fault(at stage, err error) error {
	if err == nil {
		return nil
	}
	reply, answered := errors.AsType[*textproto.Error](err)
	if !answered {
		return l.broken(at, err)
	}
	e := &connectors.Error{Kind: connectors.Refused, Hint: at.hint, Err: fmt.Errorf("it answers %s", words(reply))}
	switch temporary := reply.Code < 500; {
	case reply.Code == 421 || reply.Code < 400: // it closes the line; or says something that is no answer to our word
		e.Kind, e.Hint = connectors.Unavailable, "the server does not go on now"
		l.lost, l.over = true, true
	case reply.Code == 530:
		e.Kind, e.Hint = connectors.Misconfigured, "the server wants to know who we are: write user and password"
	case at.everyone && temporary:
		e.Kind, e.Hint = connectors.Unavailable, "the server does not take mail now"
	case at.everyone:
		e.Kind = connectors.Misconfigured
	case temporary:
		e.Hint = later
	}
	return e
}

// broken is the fault of a line that gives no answer.
func (l *line) broken(at stage, err error) error {
	l.lost = true
	e := &connectors.Error{Kind: connectors.Unavailable, Hint: "nothing was sent", Err: err}
	switch {
	case l.ctx.Err() != nil:
		l.over, e.Err = true, context.Cause(l.ctx)
	case errors.Is(err, os.ErrDeadlineExceeded):
		l.over, e.Hint = true, "it did not answer within timeout; a port that is encrypted from its first byte wants tls: tls"
	case at.everyone && !isCut(err): // they do not understand each other, and will not the next time
		e.Kind, e.Hint = connectors.Misconfigured, at.hint
		if hint := distrust(err); hint != "" {
			e.Hint = hint
		}
	case isCut(err):
		e.Err = fmt.Errorf("the line was cut: %w", err)
	}
	return e
}

// isCut is true for a line that was cut, whatever was said on it.
func isCut(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && (op.Op == "read" || op.Op == "write") || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// words are what the server said, in one line of bounded length.
func words(reply *textproto.Error) string {
	const most = 200 // characters
	said := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(reply.Msg, "?"))
	letters := []rune(strings.Join(strings.Fields(said), " "))
	return fmt.Sprintf("%d %s", reply.Code, string(letters[:min(len(letters), most)]))
}

func misconfigured(hint string, err error) error {
	return &connectors.Error{Kind: connectors.Misconfigured, Hint: hint, Err: err}
}

// distrust is what to do about a certificate that is not trusted, empty when that is not what is wrong.
func distrust(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "write ca_file: the certificate of the authority that signed the server's"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "write as host the name that stands in the server's certificate"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the server's certificate must be renewed by whoever runs it"
	}
	return ""
}
