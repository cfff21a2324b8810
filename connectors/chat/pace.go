package chat

import (
	"fmt"
	"sync"
	"time"

	"tradewire/connectors"
)

// pace keeps a robot from sending more in a minute than its service takes. It remembers the last minute and nothing else.
type pace struct {
	most int // messages in any minute; 0: as many as there are
	now  func() time.Time

	mu   sync.Mutex
	sent []time.Time // within the last minute, oldest first
}

// take counts a message that is about to be sent, or says how long to wait.
func (p *pace) take() error {
	if p.most == 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	for len(p.sent) > 0 && (now.Sub(p.sent[0]) >= time.Minute || p.sent[0].After(now)) {
		p.sent = p.sent[1:]
	}
	if len(p.sent) >= p.most {
		return &connectors.Error{Kind: connectors.Unavailable, After: p.sent[0].Add(time.Minute).Sub(now),
			Hint: "the rest goes out by itself; gather notices in a digest, or give each group a robot of its own",
			Err:  fmt.Errorf("the robot takes %d messages a minute, and has had them", p.most)}
	}
	p.sent = append(p.sent, now)
	return nil
}
