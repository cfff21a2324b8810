package document

import (
	"encoding/json"
	"fmt"
	"time"
)

// LetterBox holds notices back until their time. One that is about a single notice keeps it through quiet hours, or until the
// digest that it belongs to is made up; that of a digest gathers what one recipient is told in one message.
type LetterBox struct {
	ID    string    `json:"id,omitzero"`          // quiet/KEY and digest/KEY, by the key of the notice; gathered/DEPARTMENT/RECIPIENT
	Into  string    `json:"into,omitzero"`        // key of the LetterBox that gathers it; empty: it is sent by itself
	Until time.Time `json:"until,omitzero"`       // when the box is opened, UTC; zero: nothing waits in it
	Due   time.Time `json:"due,omitzero"`         // when the digest is due for which it waits, UTC
	Held  []Notice  `json:"held,omitempty"`       // oldest first
	Sent  int64     `json:"sent_count,omitempty"` // digests so far
}

func (*LetterBox) Kind() Kind    { return KindLetterBox }
func (b *LetterBox) Key() string { return b.ID }

// Next is when the box is opened.
func (b *LetterBox) Next() time.Time { return b.Until }

// Enclosed is a notice within another, as JSON.
type Enclosed string

// Enclose puts a notice into another.
func Enclose(n *Notice) (Enclosed, error) {
	body, err := json.Marshal(n)
	if err != nil {
		return "", fmt.Errorf("enclose notice %s: %w", n.ID, err)
	}
	return Enclosed(body), nil
}

// Notice is what was enclosed. Its time is in the zone of the one around it.
func (e Enclosed) Notice() (*Notice, error) {
	n := &Notice{}
	if err := json.Unmarshal([]byte(e), n); err != nil {
		return nil, fmt.Errorf("read an enclosed notice: %w", err)
	}
	return n, nil
}
