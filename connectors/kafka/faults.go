package kafka

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"tradewire/connectors"
)

// faults are what a member reports of what it survives: a fault that lasts only now and then, and one that mostly passes only
// when it lasts.
type faults struct {
	report func(error)

	mu      sync.Mutex
	said    map[string]time.Time // when, by what is the same each time
	passing spell
}

const (
	seldom = 30 * time.Second // how often a fault that lasts is reported
	lasts  = 5 * time.Second  // how long a fault that passes is not worth a report: a leader is elected, a coordinator wakes up
)

func (f *faults) say(err error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	now := time.Now()
	if f.worthSaying(now, err) {
		f.report(err)
	}
}

func (f *faults) worthSaying(now time.Time, err error) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if code, ok := errors.AsType[kafka.Error](err); ok && code.Temporary() && f.passing.on(now) < lasts {
		return false
	}
	for about, at := range f.said {
		if now.Sub(at) >= seldom {
			delete(f.said, about)
		}
	}
	about := err.Error()
	if known, ok := errors.AsType[*connectors.Error](err); ok {
		about = known.Op + ": " + known.Hint // the text may name a port that differs each time
	}
	_, said := f.said[about]
	if !said {
		f.said[about] = now
	}
	return !said
}

// spell is a time in which something happens again and again.
type spell struct{ began, last time.Time }

// on says that it happens now, and how long it has been going on.
func (s *spell) on(now time.Time) time.Duration {
	if now.Sub(s.last) > lasts {
		s.began = now
	}
	s.last = now
	return now.Sub(s.began)
}
