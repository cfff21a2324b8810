package render

import (
	"slices"

	"tradewire/mapping/document"
)

// orderSuspended tells to stop, and that nothing is given up yet.
func (t *letter) orderSuspended(n *document.Notice) {
	t.headline(n, t.say("suspended.headline", t.orderOf(n)))
	t.stoppedFacts(n)
	t.head("next.you")
	t.item(t.say("suspended.stop"), "")
	t.item(t.say("suspended.stays"), "")
	t.progress(n, "progress")
	t.requirements(n)
	t.orderTable(n)
	t.answerStop(n)
}

// orderCancelled tells to stop for good, and what is left to settle.
func (t *letter) orderCancelled(n *document.Notice) {
	said := "cancelled.headline"
	if anyShipped(n) {
		said = "short_closed.headline"
	}
	t.headline(n, t.say(said, t.orderOf(n)))
	t.stoppedFacts(n)
	t.head("next.you")
	t.whatToStop(n)
	t.noLongerNeeded(n)
	t.progressOrNone(n)
	t.requirements(n)
	t.answerStop(n)
}

// whatToStop differs for those who make and those who buy.
func (t *letter) whatToStop(n *document.Notice) {
	if newsOf(n).ByItem {
		t.item(t.say("cancelled.buy"), "")
		t.item(t.say("cancelled.purchases"), "")
		return
	}
	t.item(t.say("cancelled.stop"), "")
	if anyInHouse(n) {
		t.item(t.say("cancelled.made"), "")
	}
}

// cancelRequested asks planning whether an order in production may be cancelled.
func (t *letter) cancelRequested(n *document.Notice) {
	t.headline(n, t.say("cancel_requested.headline", t.orderOf(n)))
	t.stoppedFacts(n)
	t.progressOrNone(n)
	t.requirements(n)
	t.head("next.you")
	t.item(t.say("cancel_requested.why", t.department(answering(n))), "")
	t.item(t.say("cancel_requested.refuse"), "")
	t.commands(n, false)
}

// stoppedFacts are those that one needs to find the order.
func (t *letter) stoppedFacts(n *document.Notice) {
	t.orderFacts(n)
	t.fact("required_on", newsOf(n).RequestedOn.String())
	t.fact("why.stopped", t.because(n.Holds))
	t.fact("sent", stamp(n.At))
	t.align()
}

// progressOrNone says so when nothing has been begun, as far as is known.
func (t *letter) progressOrNone(n *document.Notice) {
	if n.News == nil {
		return
	}
	if !slices.ContainsFunc(n.News.Lines, begun) {
		t.head("progress")
		t.item(t.say("progress.none"), "")
		return
	}
	t.progress(n, "progress")
}

// noLongerNeeded is by how much each item was reduced: purchase orders may be open for it.
func (t *letter) noLongerNeeded(n *document.Notice) {
	less := slices.DeleteFunc(slices.Clone(newsOf(n).Lines), func(l document.NoticeLine) bool { return l.Change.Value.Sign() >= 0 })
	if len(less) == 0 {
		return
	}
	t.head("not_needed")
	t.table(slices.Concat(t.which(newsOf(n), less), []textColumn{
		t.column("quantity", less, true, func(l document.NoticeLine) string { return printed(number(l.Change.Value.Abs())) }),
		t.units(less),
	}, t.goods(less))...)
}

func anyShipped(n *document.Notice) bool {
	return slices.ContainsFunc(newsOf(n).Lines, func(l document.NoticeLine) bool { return l.Shipped.Value.Sign() > 0 })
}

// anyInHouse says whether something has been begun that was not shipped.
func anyInHouse(n *document.Notice) bool {
	return slices.ContainsFunc(newsOf(n).Lines, func(l document.NoticeLine) bool {
		return l.Started.Value.Greater(l.Shipped.Value) || l.Made.Value.Greater(l.Shipped.Value)
	})
}
