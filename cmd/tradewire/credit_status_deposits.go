package main

import "tradewire/mapping/document"

// depositView is money that came ahead for one order, and what of it counts.
type depositView struct {
	Order    string `json:"order"`
	Received string `json:"received"`
	Owed     string `json:"owed_by_the_order"`
	Counts   string `json:"counts"`
}

func depositViews(a *document.CreditAccount) []depositView {
	views := []depositView{}
	for _, d := range a.Deposits {
		views = append(views, depositView{d.Order, fixedAmount(d.Received), fixedAmount(d.Owed), fixedAmount(d.Counts())})
	}
	return views
}

// showDeposits shows for each order what came ahead for it: it counts as far as the order owes.
func (a *app) showDeposits(v accountView) {
	if len(v.Deposits) == 0 {
		return
	}
	amount := func(plain string) string { return string(v.Currency) + " " + document.Grouped(plain) }
	t := a.newTable("paid ahead for order", "received", "the order owes", "counts")
	for _, d := range v.Deposits {
		t.AppendRow(tableRow{d.Order, amount(d.Received), amount(d.Owed), amount(d.Counts)})
	}
	t.Render()
}
