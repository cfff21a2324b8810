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
	raised := higher(was.Limit, now.Limit) || higher(was.TemporaryLimit, now.TemporaryLimit) || now.LimitTo != was.LimitTo || now.TemporaryTo != was.TemporaryTo
	return raised || now.Exposure.Total().Cmp(was.Exposure.Total()) < 0 || now.AsOf.After(was.AsOf) || now.OldestDue != was.OldestDue
}

// higher says whether a limit has come or has risen.
func higher(was, now *document.Money) bool { return now != nil && (was == nil || now.Cmp(*was) > 0) }
