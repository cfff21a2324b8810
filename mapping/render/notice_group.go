package render

import "tradewire/mapping/document"

// group is the arithmetic of a held order against the group of its account; nothing where it has none.
func (t *letter) group(g *document.GroupCheck) {
	if g == nil {
		return
	}
	t.fact("group", g.Group)
	t.fact("group.before", g.Before.String())
	if g.Rate.Sign() <= 0 {
		t.fact("group.demand", t.say("rate.missing"))
		t.fact("group.limit", g.Limit.String())
		return
	}
	t.fact("group.demand", g.Demand.String())
	t.fact("group.limit", g.Limit.String())
	if g.Excess.Sign() > 0 {
		t.fact("group.excess", g.Excess.String())
		return
	}
	t.fact("group.left", document.Money{Amount: g.Excess.Amount.Neg(), Currency: g.Excess.Currency}.String())
}
