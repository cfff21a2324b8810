package main

import "tradewire/mapping/document"

// otherItem is an open item that is no debt, and does not age.
type otherItem struct {
	Number string            `json:"number"`
	Sort   document.ItemSort `json:"sort"`
	Order  string            `json:"order,omitempty"` // that the money came for
	Due    string            `json:"due"`
	Open   string            `json:"open"`
}

// showOthers shows what is no debt apart from the debts, where there is any.
func (a *app) showOthers(v ageView) {
	if len(v.Others) == 0 {
		return
	}
	t := a.newTable("not a debt", "sort", "for order", "day", "amount")
	for _, item := range v.Others {
		t.AppendRow(tableRow{item.Number, item.Sort, item.Order, item.Due, string(v.Currency) + " " + document.Grouped(item.Open)})
	}
	t.Render()
}
