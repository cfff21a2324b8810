package connectors

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what happens next with a fault of another system.
type Kind string

const (
	Unavailable   Kind = "unavailable"   // pause the target, try again later, no attempt is spent
	Misconfigured Kind = "misconfigured" // pause the target until a person has mended the configuration or the rights
	Refused       Kind = "refused"       // this record will not be taken as it is; an attempt is spent
	Conflict      Kind = "conflict"      // someone else was there first: read again and decide again
	Unknown       Kind = "unknown"       // it may or may not have happened; an attempt is spent
)

// Error is a fault at the border with another system.
type Error struct {
	Kind   Kind
	System string        // which system: the connection's name
	Op     string        // what was being done, verb first: "read orders"
	Hint   string        // what to try
	After  time.Duration // do not try again sooner; zero when the other system does not say
	Waits  bool          // of Refused: something that it refers to is not there yet; it is tried again and no attempt is spent
	Err    error
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.System != "" {
		fmt.Fprintf(&b, "%s: ", e.System)
	}
	if e.Op != "" {
		fmt.Fprintf(&b, "%s: ", e.Op)
	}
	if e.Err != nil {
		b.WriteString(e.Err.Error())
	} else {
		b.WriteString(string(e.Kind))
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, " (%s)", e.Hint)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf is the Kind of the first *Error in err's chain, Unknown when there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Unknown
}
