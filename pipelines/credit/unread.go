package credit

import (
	"fmt"
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// staleMarks are the ages at which people are told that receivables stay away: when they are to be warned, and when they hold orders.
func (p Policy) staleMarks() []time.Duration {
	switch {
	case p.StaleAlertAfter <= 0 || !p.tells(document.StaleAlert):
		return nil
	case p.holdsStale() && p.StaleAfter > p.StaleAlertAfter:
		return []time.Duration{p.StaleAlertAfter, p.StaleAfter}
	}
	return []time.Duration{p.StaleAlertAfter}
}

// holdsStale says whether receivables that are too old hold new orders.
func (p Policy) holdsStale() bool { return p.WhenStale != "warn" && p.WhenStale != "allow" }

// atStake says whether anything is owed or reserved that stale receivables may be wrong about.
func atStake(a *document.CreditAccount) bool { return !a.NoCheck && a.Exposure.Total().Sign() > 0 }

// askedAt is when it is next asked whether the receivables of an account are fresh. It stays until that has been asked: every reading
// and every order would move it else. (An account is written by every order.)
func (p Policy) askedAt(m pipelines.Memory, a *document.CreditAccount) time.Time {
	marks := p.staleMarks()
	if len(marks) == 0 || !atStake(a) {
		return time.Time{}
	}
	if !a.Times.AskedAt.IsZero() {
		return a.Times.AskedAt
	}
	read := refreshed(m, a).AsOf
	if read.IsZero() {
		return time.Time{} // they never came: an order waits for them, and says so
	}
	return latest(read.Add(marks[0]), m.Now()).UTC()
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// unread tells that the receivables that an account relies on have not been read for too long, once for the reading that stays away,
// whoever relies on it. It is asked again at the next mark; behind the last one, as often as people are to be warned.
func (p Policy) unread(m pipelines.Memory, a *document.CreditAccount) []document.Document {
	marks, now := p.staleMarks(), m.Now()
	if a.Times.AskedAt.IsZero() || a.Times.AskedAt.After(now) || len(marks) == 0 || !atStake(a) {
		return nil
	}
	read, passed := refreshed(m, a).AsOf, 0
	a.Times.AskedAt = now.Add(marks[0])
	for _, mark := range marks {
		if at := read.Add(mark); at.After(now) {
			a.Times.AskedAt = at.UTC()
			break
		}
		passed++
	}
	if passed == 0 {
		return nil
	}
	n := &document.Notice{ID: readingKey(m, a, passed-1), Type: document.StaleAlert, At: now.In(m.Zone()),
		Ageing: &document.Ageing{AsOf: read.In(m.Zone())}}
	if m.Head(document.Ref{Kind: document.KindNotice, Key: n.ID}) != nil {
		return nil
	}
	if ownReading(m) {
		n.Account, n.Customer = a.ID, a.Name
	}
	if p.holdsStale() {
		n.Ageing.HoldsAt = read.Add(p.StaleAfter).In(m.Zone())
		n.Ageing.Holds = !n.Ageing.HoldsAt.After(now)
	}
	return p.address(n)
}

// ownReading says whether the receivables of an account come for it alone, and are not read with those of all.
func ownReading(m pipelines.Memory) bool { return m.AsOf(document.KindReceivables).IsZero() }

// readingKey names the notice about a reading that stays away, at its first mark, or at a later one.
func readingKey(m pipelines.Memory, a *document.CreditAccount, mark int) string {
	const second = "20060102T150405Z"
	reading := m.AsOf(document.KindReceivables).UTC().Format(second)
	if ownReading(m) {
		reading = a.ID + "/" + a.AsOf.UTC().Format(second)
	}
	return fmt.Sprintf("%s/%s/%d", document.StaleAlert, reading, mark+1)
}
