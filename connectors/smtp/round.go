package smtp

import (
	"context"
	"errors"
	"fmt"

	"tradewire/connectors"
)

// round is one Write: its letters go over one line as long as that holds.
type round struct {
	connection *Connection
	line       *line               // nil before the first letter, and after a line was lost
	breaks     int                 // lines lost one after the other
	suspects   []*connectors.Error // of letters at which a line broke before they were out
	stop       error               // a fault that concerns all that follow
}

// bring sends one entry.
func (r *round) bring(ctx context.Context, entry connectors.Entry) (connectors.Result, error) {
	if entry.Op == connectors.Remove { // a mail cannot be taken back
		return connectors.Result{State: connectors.Unchanged}, nil
	}
	mail, err := r.connection.compose(entry)
	if err != nil {
		return connectors.Result{}, err
	}
	if r.stop == nil && ctx.Err() != nil {
		r.stop = context.Cause(ctx)
	}
	if r.stop != nil {
		return connectors.Result{}, unsent(r.stop)
	}
	if err := r.send(ctx, mail); err != nil {
		return connectors.Result{}, err
	}
	return connectors.Result{State: connectors.Applied, Reference: mail.id}, nil
}

// unsent is the fault of an entry that was not tried, because of what happened before.
func unsent(stop error) error {
	kind := connectors.Unavailable // of a letter that was not sent, much is known
	if connectors.KindOf(stop) == connectors.Misconfigured {
		kind = connectors.Misconfigured
	}
	return &connectors.Error{Kind: kind, Err: fmt.Errorf("not sent: %w", stop)}
}

// send sends one letter over the line, or over a new one where there is none.
func (r *round) send(ctx context.Context, mail letter) error {
	used := r.line != nil
	l, err := r.open(ctx)
	if err != nil {
		return err
	}
	err = l.deliver(mail)
	if used && l.lost && !l.begun && ctx.Err() == nil {
		// Many servers end a line after so many letters: that says nothing of this one.
		r.end()
		if l, err = r.open(ctx); err != nil {
			return err
		}
		err = l.deliver(mail)
	}
	if err != nil {
		l.clear()
	}
	r.weigh(l, err)
	if l.lost {
		r.end()
	}
	return err
}

func (r *round) open(ctx context.Context) (*line, error) {
	if r.line != nil {
		return r.line, nil
	}
	r.line, r.stop = r.connection.call(ctx)
	return r.line, r.stop
}

// weigh decides what a letter's fate means for those after it. A line that broke once is replaced; two in a row are the
// server's.
func (r *round) weigh(l *line, err error) {
	fault, _ := errors.AsType[*connectors.Error](err)
	switch {
	case fault == nil:
		r.breaks = 0
		r.blame()
	case fault.Kind == connectors.Misconfigured, fault.Kind == connectors.Unavailable && !l.lost, l.over:
		r.stop = err
	case !l.lost || fault.Kind == connectors.Refused:
		r.breaks = 0
	default:
		if r.breaks++; r.breaks > 1 {
			r.stop = err
		}
		if fault.Kind == connectors.Unavailable {
			r.suspects = append(r.suspects, fault)
		}
	}
}

// blame refuses the letters at which a line broke, once another has gone through: the server is there, and something
// on the way does not like these. Else one letter would pause its target for ever. (Invariant 5.)
func (r *round) blame() {
	for _, fault := range r.suspects {
		fault.Kind, fault.Hint = connectors.Refused, "the line breaks at this mail and not at the next: look for a filter that dislikes what it holds"
	}
	r.suspects = nil
}

// end hangs up.
func (r *round) end() {
	if r.line != nil {
		r.line.hangUp()
		r.line = nil
	}
}
