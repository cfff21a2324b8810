package smtp

import (
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"slices"
	"strconv"
	"strings"

	"tradewire/connectors"
)

// deliver hands one letter to the server: to all its recipients or to none.
func (l *line) deliver(mail letter) error {
	l.begun = false
	if err := l.suits(mail); err != nil {
		return err
	}
	l.client.SkipSMTPUTF8(!mail.beyond)
	if err := l.say(func() error { return l.client.Mail(path(mail.from)) }); err != nil {
		return l.fault(sending, err)
	}
	l.begun = true
	if err := l.recipients(mail); err != nil {
		return err
	}
	return l.hand(mail)
}

// suits says whether the server can take such a letter at all, by what it has said of itself.
func (l *line) suits(mail letter) error {
	_, size := l.client.Extension("SIZE")
	most, err := strconv.ParseInt(strings.TrimSpace(size), 10, 64)
	if err == nil && most > 0 && int64(len(mail.whole)) > most {
		return refused("send fewer or smaller papers, or let the server take more", "the mail has %d bytes, and the server takes at most %d", len(mail.whole), most)
	}
	if offered, _ := l.client.Extension("SMTPUTF8"); mail.beyond && !offered {
		for _, a := range mail.to {
			if isBeyondASCII(a) {
				return refused(correct("to"), "%s: %w, and the server does not offer SMTPUTF8", a.Address, errBeyondASCII)
			}
		}
		return refused(correct("reply_to"), "reply_to: %w, and the server does not offer SMTPUTF8", errBeyondASCII)
	}
	return nil
}

// recipients names everyone to the server. When it does not take one of them, nothing is sent to the others either:
// a mail that went out to some could only be repeated to all.
func (l *line) recipients(mail letter) error {
	var not []string
	final := false
	for _, a := range mail.to {
		err := l.say(func() error { return l.client.Rcpt(path(a)) })
		if err == nil {
			continue
		}
		fault := l.fault(receiving, err)
		if connectors.KindOf(fault) != connectors.Refused {
			return fault
		}
		reply, _ := errors.AsType[*textproto.Error](err)
		not = append(not, a.Address+": "+words(reply))
		final = final || reply.Code >= 500
	}
	if len(not) == 0 {
		return nil
	}
	hint := later
	if final {
		hint = receiving.hint
	}
	return refused(hint, "of %d recipients the server does not take %d, and nothing was sent: %s", len(mail.to), len(not), strings.Join(not, "; "))
}

// hand gives the letter itself. Until its last byte is out, nothing is sent; from there to the answer nobody knows.
func (l *line) hand(mail letter) error {
	var w io.WriteCloser
	err := l.say(func() (err error) { w, err = l.client.Data(); return err })
	if err != nil {
		return l.fault(handing, err)
	}
	for part := range slices.Chunk(mail.whole, 32<<10) {
		if err := l.say(func() error { _, err := w.Write(part); return err }); err != nil {
			l.lost = true // in the middle of a letter nothing else can be said
			return l.fault(handing, l.lastWord(err))
		}
	}
	return l.answer(w)
}

// answer ends the letter and hears what became of it.
func (l *line) answer(w io.Closer) error {
	l.wire.handed.Store(true)
	err := l.say(w.Close)
	l.wire.handed.Store(false)
	reply, answered := errors.AsType[*textproto.Error](err)
	switch {
	case err == nil || answered && reply.Code/100 == 2:
		return nil
	case answered && reply.Code >= 400:
		return l.fault(handing, err)
	case !answered && l.wire.choked:
		return l.fault(handing, l.lastWord(err))
	}
	return &connectors.Error{Kind: connectors.Unknown, Hint: "the server had the mail whole; it may arrive twice, with the same Message-ID",
		Err: fmt.Errorf("no answer came: %w", errors.Unwrap(l.broken(handing, err)))}
}

// lastWord is what a server that cut the line under a letter has said before, as it does with one that is too large; or
// err when it said nothing.
func (l *line) lastWord(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	said := l.say(func() error { _, _, err := l.client.Text.ReadResponse(250); return err })
	if _, ok := errors.AsType[*textproto.Error](said); ok {
		return said
	}
	return err
}
