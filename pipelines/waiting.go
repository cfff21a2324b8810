package pipelines

import (
	"tradewire/mapping/document"
	"tradewire/pipelines/store"
)

// followHeld keeps the line of orders that wait for room in their account, and has the first one judged again when there may be
// room for it: the account owes less, or may owe more, or is known better than it was, or another order has left the line. The next
// one's turn comes when that one has gone: nobody overtakes.
func (l Line) followHeld(desk *store.Desk, pipeline string, before, now document.Document) error {
	switch now := now.(type) {
	case *document.SalesOrder:
		was, _ := before.(*document.SalesOrder)
		return l.followOrder(desk, pipeline, was, now)
	case *document.CreditAccount:
		was, _ := before.(*document.CreditAccount)
		if was != nil && mayHaveRoom(was, now) {
			return desk.JudgeNext(now.ID, "")
		}
	}
	return nil
}

func (l Line) followOrder(desk *store.Desk, pipeline string, was, now *document.SalesOrder) error {
	if now.WaitsForRoom() {
		return desk.Queue(now.ID, now.Credit.Account, pipeline, l.place(now))
	}
	if was == nil || !was.WaitsForRoom() {
		return nil
	}
	if err := desk.Unqueue(now.ID); err != nil {
		return err
	}
	return desk.JudgeNext(was.Credit.Account, "")
}

// skip has the order judged that stands behind one which was judged again and does not fit, where it may go before that one.
func (l Line) skip(desk *store.Desk, t task) error {
	if !l.Skip || len(t.documents) != 1 {
		return nil
	}
	alarm, ok := t.documents[0].(*document.Alarm)
	if !ok || alarm.Of.Kind != document.KindSalesOrder {
		return nil
	}
	order, ok := desk.Head(alarm.Of).(*document.SalesOrder)
	if !ok || !order.WaitsForRoom() {
		return nil
	}
	return desk.JudgeNext(order.Credit.Account, order.ID)
}

// mayHaveRoom says that an order which was held may fit into an account now.
func mayHaveRoom(was, now *document.CreditAccount) bool {
	if was.Currency != now.Currency || now.NoCheck && !was.NoCheck || was.Stopped && !now.Stopped {
		return true
	}
	raised := now.Limit != nil && (was.Limit == nil || now.Limit.Cmp(*was.Limit) > 0)
	return raised || mayReachFurther(was, now) || now.Exposure.Total().Cmp(was.Exposure.Total()) < 0 || now.AsOf.After(was.AsOf) || now.OldestDue != was.OldestDue
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
