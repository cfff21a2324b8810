package distribution

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// mostGathered bounds a digest: what would be more is sent in two.
const mostGathered = 200

// latecomers is how long a digest that is late waits for what belongs into it, and is being decided beside it.
const latecomers = 20 * time.Second

// inTime answers with a notice that is sent now, or with the box in which it waits.
func (s *Step) inTime(m pipelines.Memory, department string, n *document.Notice) document.Document {
	d, local := s.policy.Departments[department], m.Now().In(m.Zone())
	if d.gathers(n) {
		due := d.Digest.next(local, d.Quiet, s.policy.Calendar).UTC()
		return &document.LetterBox{ID: "digest/" + short(n.Key()), Into: "gathered/" + n.To + "/" + n.Recipient, Until: due.Add(-madeUp), Due: due, Held: []document.Notice{*n}}
	}
	if until, waits := d.Quiet.holdsBack(n, local, s.policy.Calendar); waits {
		return &document.LetterBox{ID: "quiet/" + short(n.Key()), Until: until.UTC(), Held: []document.Notice{*n}}
	}
	return n
}

// longestKey is how much of a key every database's index holds with what is put before and behind it, in characters.
const longestKey = 160

// short is a key, or a check sum of one that is very long.
func short(key string) string {
	if utf8.RuneCountInString(key) <= longestKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}

func boxOf(m pipelines.Memory, key string) *document.LetterBox {
	return pipelines.Head[*document.LetterBox](m, document.KindLetterBox, key)
}

// boxNeeds are the box whose time has come, and the one that gathers what is in it.
func boxNeeds(m pipelines.Memory, key string) []document.Ref {
	refs := []document.Ref{{Kind: document.KindLetterBox, Key: key}}
	if b := boxOf(m, key); b != nil && b.Into != "" {
		refs = append(refs, document.Ref{Kind: document.KindLetterBox, Key: b.Into})
	}
	return refs
}

// open opens a box whose time has come: what is in it is sent, or gathered with the rest of the digest.
func (s *Step) open(m pipelines.Memory, alarm *document.Alarm) ([]document.Document, error) {
	head := boxOf(m, alarm.Of.Key)
	if head == nil || head.Until.IsZero() {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "it was opened before"}
	}
	if head.Until.After(m.Now()) {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "it is not its time yet", Documents: []document.Document{head}}
	}
	b := document.Copy(head)
	held := b.Held
	b.Held, b.Until = nil, time.Time{}
	answers := []document.Document{alarm, b}
	switch {
	case b.Into != "":
		return append(answers, gather(m, b, held)), nil
	case b.Due.IsZero():
		for i := range held {
			answers = append(answers, &held[i])
		}
		return answers, nil
	}
	digests, err := digest(m, b, held)
	return append(answers, digests...), err
}

// gather puts notices with the others of their digest.
func gather(m pipelines.Memory, from *document.LetterBox, held []document.Notice) *document.LetterBox {
	into := &document.LetterBox{ID: from.Into}
	if head := boxOf(m, from.Into); head != nil {
		into = document.Copy(head)
	}
	into.Held = append(into.Held, held...)
	if into.Until.IsZero() {
		into.Due, into.Until = from.Due, from.Due
		if soonest := m.Now().Add(latecomers); into.Until.Before(soonest) {
			into.Until = soonest
		}
	}
	return into
}

// digest tells all that has gathered in as few messages as there can be. It goes to where the last of them was to go.
func digest(m pipelines.Memory, b *document.LetterBox, held []document.Notice) (answers []document.Document, err error) {
	for len(held) > 0 {
		part := held[:min(len(held), mostGathered)]
		held = held[len(part):]
		b.Sent++
		last := part[len(part)-1]
		n := &document.Notice{ID: fmt.Sprintf("%s/%s/%d", document.DigestNotice, last.To, b.Sent), Type: document.DigestNotice, At: m.Now().In(m.Zone()),
			To: last.To, Recipient: last.Recipient, Address: last.Address, Channel: last.Channel, Language: last.Language}
		for i := range part {
			enclosed, err := document.Enclose(&part[i])
			if err != nil {
				return nil, err
			}
			n.Gathered = append(n.Gathered, enclosed)
		}
		answers = append(answers, n)
	}
	return answers, nil
}

// gathers says whether a notice waits for the department's digest.
func (d Department) gathers(n *document.Notice) bool {
	return d.Digest != nil && slices.Contains(d.Digest.Types, string(n.Type))
}
