package pipelines

import (
	"tradewire/mapping/document"
	"tradewire/pipelines/store"
)

// followHeld keeps the queue of orders that wait for room in their account, and has the first one judged again when there may be
// room for it: the account owes less, or may owe more, or is known better than it was, or another order has left the queue.
func followHeld(desk *store.Desk, pipeline string, before, now document.Document) error {
	switch now := now.(type) {
	case *document.SalesOrder:
		was, _ := before.(*document.SalesOrder)
		return followOrder(desk, pipeline, was, now)
	case *document.CreditAccount:
		was, _ := before.(*document.CreditAccount)
		if was != nil && mayHaveRoom(was, now) {
			return desk.JudgeNext(now.ID)
		}
	}
	return nil
}

func followOrder(desk *store.Desk, pipeline string, was, now *document.SalesOrder) error {
	if now.WaitsForRoom() {
		return desk.Queue(now.ID, now.Credit.Account, pipeline)
	}
	if was == nil || !was.WaitsForRoom() {
		return nil
	}
	if err := desk.Unqueue(now.ID); err != nil {
		return err
	}
	return desk.JudgeNext(was.Credit.Account)
}

// mayHaveRoom says that an order which was held may fit into an account now.
func mayHaveRoom(was, now *document.CreditAccount) bool {
	if was.Currency != now.Currency || now.NoCheck && !was.NoCheck || was.Stopped && !now.Stopped {
		return true
	}
	raised := now.Limit != nil && (was.Limit == nil || now.Limit.Cmp(*was.Limit) > 0)
	return raised || now.Exposure.Total().Cmp(was.Exposure.Total()) < 0 || now.AsOf.After(was.AsOf) || now.OldestDue != was.OldestDue
}
