package credit

import (
	"fmt"
	"time"

	"tradewire/mapping/document"
)

var rank = map[document.CreditLevel]int{document.LevelOK: 0, document.LevelNotice: 1, document.LevelWatch: 2, document.LevelOver: 3}

// announced levels stay until the exposure has fallen below the re-arming mark, so that an account that swings around
// a mark alerts once.
func announced(l document.CreditLevel) bool { return rank[l] >= rank[document.LevelWatch] }

// announce moves an account's level, and answers with a notice when it rose to watch or beyond the limit.
func (p Policy) announce(a *document.CreditAccount, now time.Time) *document.Notice {
	before := a.Level
	a.Level = p.levelAfter(a)
	if !announced(a.Level) || rank[a.Level] <= rank[before] {
		return nil
	}
	a.Watches++
	return &document.Notice{
		ID: fmt.Sprintf("%s/%s/%d", document.CreditWatchAlert, a.ID, a.Watches), Type: document.CreditWatchAlert,
		To: p.Alert, At: now, Account: a.ID, Customer: a.Name,
		Limit: a.Limit, Exposure: a.Exposure, Level: a.Level,
	}
}

func (p Policy) levelAfter(a *document.CreditAccount) document.CreditLevel {
	stands := p.level(a)
	if !announced(a.Level) || a.Limit == nil || a.NoCheck {
		return stands
	}
	e := a.Exposure.Total()
	if e.Sign() <= 0 || e.Cmp(p.RearmBelow.of(*a.Limit)) < 0 || rank[stands] > rank[a.Level] {
		return stands
	}
	return a.Level
}

// level is how near the account stands now. Exactly at a mark is not above it.
func (p Policy) level(a *document.CreditAccount) document.CreditLevel {
	if a.Limit == nil || a.NoCheck {
		return document.LevelOK
	}
	e := a.Exposure.Total()
	switch {
	case e.Sign() <= 0:
		return document.LevelOK
	case e.Cmp(*a.Limit) > 0:
		return document.LevelOver
	case e.Cmp(p.WatchAbove.of(*a.Limit)) > 0:
		return document.LevelWatch
	case e.Cmp(p.NoticeAbove.of(*a.Limit)) > 0:
		return document.LevelNotice
	}
	return document.LevelOK
}
