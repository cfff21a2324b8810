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
	limit := inForce(a, document.DateOf(now))
	a.Level = p.levelAfter(a, limit)
	if !announced(a.Level) || rank[a.Level] <= rank[before] {
		return nil
	}
	a.Watches++
	return &document.Notice{
		ID: fmt.Sprintf("%s/%s/%d", document.CreditWatchAlert, a.ID, a.Watches), Type: document.CreditWatchAlert,
		To: p.Alert, At: now, Account: a.ID, Customer: a.Name,
		Limit: limit, Exposure: a.Exposure, Level: a.Level,
	}
}

func (p Policy) levelAfter(a *document.CreditAccount, limit *document.Money) document.CreditLevel {
	if limit == nil || a.NoCheck {
		return document.LevelOK
	}
	e := a.Exposure.Total()
	stands := levels[p.standing(e, *limit)]
	if !announced(a.Level) || e.Sign() <= 0 || e.Cmp(p.RearmBelow.of(*limit)) < 0 || rank[stands] > rank[a.Level] {
		return stands
	}
	return a.Level
}

// levels are what people are told of a status.
var levels = map[Status]document.CreditLevel{StatusOK: document.LevelOK, StatusNotice: document.LevelNotice,
	StatusWatch: document.LevelWatch, StatusHold: document.LevelOver}
