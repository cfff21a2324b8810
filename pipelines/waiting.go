package pipelines

import (
	"slices"

	"tradewire/mapping/document"
	"tradewire/pipelines/store"
)

// followHeld keeps the line of orders that wait for room in their account, and has the first one judged again when there may be
// room for it: the account owes less, or may owe more, or money came ahead for an order, or it is known better than it was, or another
// order has left the line. The next one's turn comes when that one has gone: nobody overtakes.
func (l Line) followHeld(desk *store.Desk, pipeline string, before, now document.Document) error {
	switch now := now.(type) {
	case *document.SalesOrder:
		was, _ := before.(*document.SalesOrder)
		return l.followOrder(desk, pipeline, was, now)
	case *document.CreditAccount:
		was, _ := before.(*document.CreditAccount)
		return l.followAccount(desk, was, now)
	}
	return nil
}

func (l Line) followOrder(desk *store.Desk, pipeline string, was, now *document.SalesOrder) error {
	left := ""
	var err error
	switch {
	case now.WaitsForRoom():
		left, err = desk.Queue(now.ID, now.Credit.Account, now.WaitsIn(), pipeline, l.place(now))
		if left == now.WaitsIn() {
			return err
		}
	case was != nil && was.WaitsForRoom():
		left, err = desk.Unqueue(now.ID)
	}
	if err != nil || left == "" {
		return err
	}
	return desk.JudgeNext(left, "")
}

// followAccount has the first one judged again that waits for room in an account. Those of an account that has left its group do not
// wait for the group any more.
func (l Line) followAccount(desk *store.Desk, was, now *document.CreditAccount) error {
	switch {
	case was == nil:
		return nil
	case was.Group != now.Group:
		if was.Group != "" {
			if err := desk.QueueApart(now.ID, was.Group); err != nil {
				return err
			}
			if err := desk.JudgeNext(was.Group, ""); err != nil { // another stands first in that line now
				return err
			}
		}
	case !mayHaveRoom(was, now):
		return nil
	}
	if err := paidFor(desk, was, now); err != nil {
		return err
	}
	return desk.JudgeNext(now.ID, "")
}

// paidFor has the orders judged for whose open part the money has come, and those that wait for money of their own alone of which some
// has: they wait for no room, and so for no turn.
func paidFor(desk *store.Desk, was, now *document.CreditAccount) error {
	for _, d := range now.Deposits {
		order, _ := desk.Head(document.Ref{Kind: document.KindSalesOrder, Key: d.Order}).(*document.SalesOrder)
		if order == nil || !order.WaitsForRoom() || d.Received.Cmp(was.DepositFor(d.Order).Received) <= 0 || !order.WaitsForMoney() && d.Left().Cmp(order.Credit.Demand) < 0 {
			continue
		}
		if err := desk.Judge(d.Order); err != nil {
			return err
		}
	}
	return nil
}

// skip has the order judged that stands behind one which was judged again and does not fit, where it may go before that one: always
// where that one waits for its own money, and not for room.
func (l Line) skip(desk *store.Desk, t task) error {
	if len(t.documents) != 1 {
		return nil
	}
	alarm, ok := t.documents[0].(*document.Alarm)
	if !ok || alarm.Of.Kind != document.KindSalesOrder {
		return nil
	}
	order, ok := desk.Head(alarm.Of).(*document.SalesOrder)
	if !ok || !order.WaitsForRoom() || !l.Skip && !order.WaitsForMoney() {
		return nil
	}
	return desk.JudgeNext(order.WaitsIn(), order.ID)
}

// mayHaveRoom says that an order which was held may fit into an account now.
func mayHaveRoom(was, now *document.CreditAccount) bool {
	if was.Currency != now.Currency || now.NoCheck && !was.NoCheck || was.Stopped && !now.Stopped {
		return true
	}
	raised := higher(was.Limit, now.Limit) || higher(was.TemporaryLimit, now.TemporaryLimit) || now.LimitTo != was.LimitTo || now.TemporaryTo != was.TemporaryTo
	came := slices.ContainsFunc(now.Deposits, func(d document.Deposit) bool { return d.Received.Cmp(was.DepositFor(d.Order).Received) > 0 })
	return raised || came || mayReachFurther(was, now) || now.Exposure.Total().Cmp(was.Exposure.Total()) < 0 || now.AsOf.After(was.AsOf) || now.OldestDue != was.OldestDue
}

// mayReachFurther says that orders may bring an account further than before, and further than it stands: a limit for a time has begun,
// or one that had ended goes on. An order that people let pass its limit leaves no room.
func mayReachFurther(was, now *document.CreditAccount) bool {
	before, most := reach(was), reach(now)
	return most.Cmp(before) > 0 && most.Cmp(now.Exposure.Total()) > 0
}

// reach is how far orders may bring an account.
func reach(a *document.CreditAccount) document.Money {
	switch {
	case a.Ceiling != nil:
		return *a.Ceiling
	case a.Limit != nil:
		return *a.Limit
	}
	return document.Money{Currency: a.Currency}
}

// higher says whether a limit has come or has risen.
func higher(was, now *document.Money) bool { return now != nil && (was == nil || now.Cmp(*was) > 0) }
