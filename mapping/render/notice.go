package render

import (
	"strings"

	"tradewire/mapping/document"
)

// NoticeText puts a notice into words, in English and in Chinese. The first line says it all; it may be used as a
// subject.
func NoticeText(n *document.Notice) (en, zh string) {
	return english.notice(n), chinese.notice(n)
}

func (s speaker) notice(n *document.Notice) string {
	if n.Type == document.OrderHeldAlert {
		return s.orderHeld(n)
	}
	return s.creditWatch(n)
}

// orderHeld tells who, why, how much, and what to do about it.
func (s speaker) orderHeld(n *document.Notice) string {
	t := &text{speaker: s}
	t.line(s.say("held.headline", n.Order, s.because(n.Holds)))
	t.line("")
	t.who(n)
	t.fact("total", shown(n.Total))
	t.fact("at", instant(n))
	t.align()

	t.head("why")
	for _, h := range n.Holds {
		t.item(s.reason(h.Reason), s.detail(h))
	}
	t.head("arithmetic")
	t.credit(n)
	t.alignFigures()

	t.head("next")
	for _, remedy := range s.remedies(n.Holds) {
		t.item(remedy, "")
	}
	t.item(s.say("next.stays"), "")
	return t.String()
}

// creditWatch tells how near an account stands to its limit.
func (s speaker) creditWatch(n *document.Notice) string {
	t := &text{speaker: s}
	t.line(s.watchHeadline(n))
	t.line("")
	t.who(n)
	t.fact("level", s.level(n.Level))
	t.fact("at", instant(n))
	t.align()

	t.head("arithmetic")
	t.exposure(n.Exposure)
	t.fact("exposure", n.Exposure.Total().String())
	t.limit(n)
	t.alignFigures()

	t.head("next")
	advice := "next.watch"
	if n.Level == document.LevelOver {
		advice = "next.over"
	}
	t.item(s.say(advice), "")
	return t.String()
}

func (s speaker) watchHeadline(n *document.Notice) string {
	used, known := usedPercent(n)
	switch {
	case n.Level == document.LevelOver && n.Limit != nil:
		return s.say("over.headline", n.Account, n.Exposure.Total().Sub(*n.Limit).String())
	case known:
		return s.say("watch.headline", n.Account, used)
	}
	return s.say("near.headline", n.Account)
}

func (s speaker) level(l document.CreditLevel) string {
	switch l {
	case document.LevelOver:
		return s.say("level.over")
	case document.LevelWatch:
		return s.say("level.watch")
	case document.LevelNotice:
		return s.say("level.near")
	}
	return string(l)
}

// because names every reason once.
func (s speaker) because(holds []document.Hold) string {
	var said []string
	seen := map[document.HoldReason]bool{}
	for _, h := range holds {
		if !seen[h.Reason] {
			said = append(said, s.reason(h.Reason))
		}
		seen[h.Reason] = true
	}
	if s == chinese {
		return strings.Join(said, "、")
	}
	return strings.Join(said, ", ")
}

func (s speaker) remedies(holds []document.Hold) (said []string) {
	seen := map[document.HoldReason]bool{}
	for _, h := range holds {
		if _, known := remedies[h.Reason]; known && !seen[h.Reason] {
			said = append(said, s.say(remedyKey(h.Reason)))
		}
		seen[h.Reason] = true
	}
	return said
}

// usedPercent is how much of the limit is used, to a tenth. Of no limit, and of zero, there is no share.
func usedPercent(n *document.Notice) (string, bool) {
	if n.Limit == nil || n.Limit.Sign() <= 0 {
		return "", false
	}
	return n.Exposure.Total().Amount.Mul(document.D("100")).Div(n.Limit.Amount, 1).String(), true
}

func shown(m document.Money) string {
	if m.Currency == "" {
		return ""
	}
	return m.String()
}

func instant(n *document.Notice) string {
	if n.At.IsZero() {
		return ""
	}
	return n.At.UTC().Format("2006-01-02 15:04 UTC")
}

// detail is the arithmetic of a hold in the reader's language, where it was given in it.
func (s speaker) detail(h document.Hold) string {
	if s == chinese && h.LocalDetail != "" {
		return h.LocalDetail
	}
	return h.Detail
}
