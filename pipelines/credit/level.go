package credit

import (
	"tradewire/mapping/document"
	"tradewire/pipelines"
)

var rank = map[document.CreditLevel]int{document.LevelOK: 0, document.LevelNotice: 1, document.LevelWatch: 2, document.LevelOver: 3}

// crossed moves an account's level, and answers with a notice when it rose.
func (p Policy) crossed(m pipelines.Memory, a *document.CreditAccount) *document.Notice {
	before := a.Level
	a.Level = p.levelAfter(a, inForce(a, m.Today()))
	if rank[a.Level] <= rank[before] {
		return nil
	}
	t, count := document.CreditWatchAlert, &a.Watches
	switch a.Level {
	case document.LevelNotice:
		t, count = document.CreditNearAlert, &a.Times.Alerts.Notices
	case document.LevelOver:
		t, count = document.CreditOverAlert, &a.Times.Alerts.Overs
	}
	return p.about(m, a, t, count)
}

// levelAfter is where an account stands. A level stays until the exposure has fallen below its re-arming mark, so that an account
// that swings around a mark is told of once; then it is the next one's turn to stay.
func (p Policy) levelAfter(a *document.CreditAccount, limit *document.Money) document.CreditLevel {
	if limit == nil || a.NoCheck {
		return document.LevelOK
	}
	e := a.Exposure.Total()
	stands, stays := levels[p.standing(e, *limit)], a.Level
	marks := p.marks()
	for i, m := range marks {
		if stays != m.level || e.Sign() > 0 && e.Cmp(m.rearm.of(*limit)) >= 0 {
			continue
		}
		stays = document.LevelOK
		if i+1 < len(marks) {
			stays = marks[i+1].level
		}
	}
	if rank[stands] > rank[stays] {
		return stands
	}
	return stays
}

// levels are what people are told of a status.
var levels = map[Status]document.CreditLevel{StatusOK: document.LevelOK, StatusNotice: document.LevelNotice,
	StatusWatch: document.LevelWatch, StatusHold: document.LevelOver}
