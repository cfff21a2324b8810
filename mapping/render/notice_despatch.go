package render

import "tradewire/mapping/document"

// despatchStopped tells shipping that goods must not leave, why, and when they may.
func (t *letter) despatchStopped(n *document.Notice) {
	t.headline(n, t.say("despatch.headline", t.despatchOf(n)))
	t.shipmentFacts(n)
	t.fact("despatch.on", shipmentIn(n).On.String())
	t.align()

	if len(n.Holds) > 0 {
		t.head("why")
		for _, h := range n.Holds {
			t.item(t.reason(h.Reason), "")
		}
	}
	t.head("next.you")
	t.item(t.say("despatch.stop"), "")
	t.item(t.say("despatch.wait"), "")
	t.item(t.say("despatch.again"), "")
}
