package orders

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// mostPlaces of a price or a quantity: what the store and the ERPs keep.
const mostPlaces = 6

// wholeUnits are sold by the piece.
var wholeUnits = map[string]bool{"C62": true, "EA": true, "H87": true, "SET": true, "PR": true}

// tolerance is how far the source's total may lie from ours, for each line.
var tolerance = document.D("0.02")

// check finds every fault of an order, takes the snapshots of its customer and items, and counts it up.
func check(m pipelines.Memory, o *document.SalesOrder) []string {
	o.State = document.OrderReceived
	faults := append(identity(o), head(o)...)
	if p := pipelines.Head[*document.Party](m, document.KindParty, o.Customer); p != nil {
		o.Party = p
	}
	if len(o.Lines) == 0 {
		faults = append(faults, "it has no lines")
	}
	seen := make(map[int]bool)
	for i := range o.Lines {
		line := &o.Lines[i]
		if seen[line.No] {
			faults = append(faults, fmt.Sprintf("line %d is there twice", line.No))
		}
		seen[line.No] = true
		if item := pipelines.Head[*document.Item](m, document.KindItem, line.Item); item != nil {
			line.Goods = item
		}
		faults = append(faults, lineFaults(line, o)...)
	}
	if len(faults) > 0 {
		return faults
	}
	return countUp(o)
}

// refusal makes one error of all faults. Unknown customers and items alone are no fault of the order: it waits.
func refusal(m pipelines.Memory, o *document.SalesOrder, faults []string) error {
	if m != nil {
		if missing := missing(o); missing != nil && len(faults) == 0 {
			return missing
		} else if missing != nil {
			faults = append(faults, missing.Error())
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return errors.New("order " + o.Number + ": " + strings.Join(faults, "; "))
}

func missing(o *document.SalesOrder) *pipelines.Missing {
	if o.Party == nil {
		return &pipelines.Missing{Ref: document.Ref{Kind: document.KindParty, Key: o.Customer},
			Hint: "order " + o.Number + " waits for its customer: is it complete in the CRM?"}
	}
	var first string
	var unknown []string
	for _, line := range o.Lines {
		if line.Goods == nil {
			if first == "" {
				first = line.Item
			}
			unknown = append(unknown, fmt.Sprintf("line %d: %s", line.No, line.Item))
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return &pipelines.Missing{Ref: document.Ref{Kind: document.KindItem, Key: first},
		Hint: "order " + o.Number + " waits for " + list(unknown) + ": enter the item in the ERP, or correct its code"}
}

// identity checks what even a cancellation needs.
func identity(o *document.SalesOrder) (faults []string) {
	if o.ID == "" || len(o.ID) > 100 || strings.ContainsFunc(o.ID, unicode.IsControl) {
		faults = append(faults, fmt.Sprintf("its id %.40q is empty, too long or not printable", o.ID))
	}
	if o.SourceRevision < 1 {
		faults = append(faults, fmt.Sprintf("its revision is %d: revisions count from 1", o.SourceRevision))
	}
	return faults
}

func head(o *document.SalesOrder) (faults []string) {
	if o.Request != document.RequestConfirm {
		faults = append(faults, fmt.Sprintf("it asks to %q: only confirm and cancel are known", o.Request))
	}
	if !o.Currency.Valid() {
		faults = append(faults, fmt.Sprintf("its currency %q is not an ISO 4217 code", o.Currency))
	}
	if o.OrderedOn.IsZero() || o.RequestedOn.IsZero() {
		faults = append(faults, "the ordered or the requested date is empty")
	} else if o.RequestedOn.Before(o.OrderedOn) {
		faults = append(faults, fmt.Sprintf("it is requested on %s, before it was ordered on %s", o.RequestedOn, o.OrderedOn))
	}
	if o.TaxPercent.Sign() < 0 || o.TaxPercent.Greater(document.DecimalOf(100)) {
		faults = append(faults, fmt.Sprintf("its tax is %s %%", o.TaxPercent))
	}
	return faults
}

func lineFaults(l *document.OrderLine, o *document.SalesOrder) (faults []string) {
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Sprintf("line %d: ", l.No)+fmt.Sprintf(format, args...))
	}
	if l.No < 1 {
		fault("line numbers count from 1")
	}
	if l.Quantity.Value.Sign() <= 0 {
		fault("the quantity %s is not above zero", l.Quantity)
	}
	if wholeUnits[l.Quantity.Unit] && l.Quantity.Value.Places() > 0 {
		fault("the quantity %s is not whole, but the item is sold by the piece", l.Quantity)
	}
	if l.Quantity.Value.Places() > mostPlaces {
		fault("the quantity %s has more than %d decimals", l.Quantity, mostPlaces)
	}
	if l.Price.Sign() < 0 {
		fault("the price %s is below zero", l.Price)
	}
	if l.Price.Places() > mostPlaces {
		fault("the price %s has more than %d decimals", l.Price, mostPlaces)
	}
	if l.Goods != nil && l.Goods.Unit != l.Quantity.Unit {
		fault("the unit is %q, but item %s is sold in %q", l.Quantity.Unit, l.Item, l.Goods.Unit)
	}
	if !l.RequestedOn.IsZero() && !o.OrderedOn.IsZero() && l.RequestedOn.Before(o.OrderedOn) {
		fault("it is requested on %s, before it was ordered on %s", l.RequestedOn, o.OrderedOn)
	}
	return faults
}

// countUp fills amounts, net, tax and total. Tax is counted once on the whole, not line by line.
func countUp(o *document.SalesOrder) []string {
	o.Net = document.Money{Currency: o.Currency}
	for i := range o.Lines {
		line := &o.Lines[i]
		line.Amount = document.Money{Amount: line.Price, Currency: o.Currency}.Times(line.Quantity.Value)
		o.Net = o.Net.Add(line.Amount)
	}
	o.Tax = o.Net.Times(o.TaxPercent.Mul(document.D("0.01")))
	o.Total = o.Net.Add(o.Tax)
	if o.DeclaredTotal == nil {
		return nil
	}
	if o.DeclaredTotal.Currency != o.Currency {
		return []string{fmt.Sprintf("its total is in %s, its lines are in %s", o.DeclaredTotal.Currency, o.Currency)}
	}
	most := tolerance.Mul(document.DecimalOf(int64(len(o.Lines))))
	if o.DeclaredTotal.Sub(o.Total).Amount.Abs().Greater(most) {
		return []string{fmt.Sprintf("the source says that it comes to %s, the lines and the tax come to %s (they may differ by %s a line)",
			o.DeclaredTotal, o.Total, tolerance)}
	}
	return nil
}
