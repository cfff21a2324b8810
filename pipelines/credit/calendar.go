package credit

import (
	"fmt"
	"slices"
	"time"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// calendar brings an account up to date whose time has come: its limit has ended, an item is later, a reading stays away, the accounts
// of a group count at another rate.
func (s *Step) calendar(m pipelines.Memory, key string) ([]document.Document, error) {
	accounts := open(m)
	head := accounts.look(key)
	switch {
	case head == nil:
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "there is no such account"}
	case head.Next().After(m.Now()) && s.policy.addsUp(head):
		// Named again, it is looked at again when its own time comes: the clock may have been set back.
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "its time has not come yet", Documents: []document.Document{head}}
	}
	told := s.policy.unread(m, accounts.write(key))
	return append(accounts.close(s.policy), told...), nil
}

// calendarNeeds are an account whose time has come, and what people were told of the reading that it relies on.
func (s *Step) calendarNeeds(m pipelines.Memory, d document.Document) []document.Ref {
	alarm, rung := d.(*document.Alarm)
	if !rung || alarm.Of.Kind != document.KindCreditAccount {
		return nil
	}
	refs := []document.Ref{alarm.Of}
	if head := pipelines.Head[*document.CreditAccount](m, document.KindCreditAccount, alarm.Of.Key); head != nil {
		for i := range s.policy.staleMarks() {
			refs = append(refs, document.Ref{Kind: document.KindNotice, Key: readingKey(m, head, i)})
		}
	}
	return refs
}

// announce brings an account up to the day, notes when the calendar changes it next, and answers with what people are to be told:
// each crossing once.
func (p Policy) announce(m pipelines.Memory, a *document.CreditAccount) (told []document.Document) {
	ending, late, level := p.ending(m, a), p.late(m, a), p.crossed(m, a)
	if ending != nil && ending.Ageing.Left < 0 && a.Level == document.LevelOver {
		level = nil // a limit that has ended leaves no room: that says it all
	}
	for _, n := range []*document.Notice{level, late, ending} {
		if n != nil {
			told = append(told, p.address(n)...)
		}
	}
	a.Times.AskedAt = p.askedAt(m, a)
	a.Times.LookAt = p.lookAt(m, a)
	return told
}

// about is a notice about an account, with the next number of its type; nil where nobody hears of the type.
func (p Policy) about(m pipelines.Memory, a *document.CreditAccount, t document.NoticeType, count *int) *document.Notice {
	if !p.tells(t) {
		return nil
	}
	*count++
	return &document.Notice{
		ID: fmt.Sprintf("%s/%s/%d", t, a.ID, *count), Type: t, At: m.Now().In(m.Zone()), Account: a.ID, Customer: a.Name,
		Limit: inForce(a, m.Today()), Exposure: a.Exposure, Level: a.Level,
	}
}

// lateMarks are the days of being late at which the oldest open item is told of, and that at which it begins to hold orders.
func (p Policy) lateMarks() []int {
	late := p.LateDays
	if late == nil {
		late = []int{0, 30, 60, 90}
	}
	marks := []int{p.OverdueDays + 1}
	for _, days := range late {
		marks = append(marks, max(days, p.GraceDays)+1)
	}
	slices.Sort(marks)
	return slices.Compact(marks)
}

// late tells that the oldest open item has passed a mark of age. When it is paid, the mark that the next one has passed is taken over
// in silence, and that one is told of when it becomes later.
func (p Policy) late(m pipelines.Memory, a *document.CreditAccount) *document.Notice {
	days, before := 0, a.Times.LateFor
	if !a.OldestDue.IsZero() {
		days = m.Today().Sub(a.OldestDue)
	}
	a.Times.LateFor = 0
	for _, mark := range p.lateMarks() {
		if days >= mark {
			a.Times.LateFor = mark
		}
	}
	if a.Times.LateFor <= before {
		return nil
	}
	n := p.about(m, a, document.OverdueAlert, &a.Times.Alerts.Overdue)
	if n != nil {
		n.Ageing = &document.Ageing{OldestDue: a.OldestDue, Late: days, Bucket: string(BucketOf(days)), Allowed: p.OverdueDays,
			Holds: days > p.OverdueDays && !a.NoCheck}
	}
	return n
}

// ends says whether the limit of an account has a last day that matters.
func ends(a *document.CreditAccount) bool {
	return a.Limit != nil && a.Limit.Sign() > 0 && !a.NoCheck && !a.LimitTo.IsZero()
}

// ending warns of the end of a limit, and tells that it has ended. One that had ended before anybody here knew of it is told where
// something is at stake.
func (p Policy) ending(m pipelines.Memory, a *document.CreditAccount) *document.Notice {
	t := &a.Times
	if !ends(a) {
		t.EndingOn, t.EndingBy = document.Date{}, 0
		return nil
	}
	fresh := t.EndingOn != a.LimitTo
	if fresh {
		t.EndingOn, t.EndingBy = a.LimitTo, 0
	}
	left, before := a.LimitTo.Sub(m.Today()), t.EndingBy
	t.EndingBy = 0
	for _, days := range p.ExpiringDays {
		if left <= days {
			t.EndingBy++
		}
	}
	if left < 0 {
		t.EndingBy++
	}
	if t.EndingBy <= before || fresh && left < 0 && a.Exposure.Total().Sign() <= 0 {
		return nil
	}
	n := p.about(m, a, document.ExpiringAlert, &t.Alerts.Expiring)
	if n != nil {
		limit := *a.Limit
		n.Limit = &limit
		n.Ageing = &document.Ageing{LimitTo: a.LimitTo, Left: left, Holds: left < 0 && inForce(a, m.Today()).Sign() <= 0}
	}
	return n
}

// lastYear is the last that can be written. 9999-12-31 is how databases say that something never comes.
const lastYear = 9999

// lookAt is when the calendar next changes something about an account, UTC; zero: never.
func (p Policy) lookAt(m pipelines.Memory, a *document.CreditAccount) (next time.Time) {
	earlier := func(at time.Time) {
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	for _, day := range p.days(a) {
		if at := day.Begins(m.Zone()); at.After(m.Now()) && day.Year <= lastYear {
			earlier(at)
		}
	}
	if !a.Times.AskedAt.IsZero() {
		earlier(a.Times.AskedAt)
	}
	return next
}

// days are those on which something about an account changes.
func (p Policy) days(a *document.CreditAccount) (days []document.Date) {
	if ends(a) {
		days = append(days, a.LimitTo.AddDays(1))
		for _, before := range p.ExpiringDays {
			days = append(days, a.LimitTo.AddDays(-before))
		}
	}
	if a.TemporaryLimit != nil && !a.NoCheck {
		if !a.TemporaryFrom.IsZero() {
			days = append(days, a.TemporaryFrom)
		}
		if !a.TemporaryTo.IsZero() {
			days = append(days, a.TemporaryTo.AddDays(1))
		}
	}
	if !a.OldestDue.IsZero() {
		for _, mark := range p.lateMarks() {
			days = append(days, a.OldestDue.AddDays(mark))
		}
	}
	return days
}
