package orders

import (
	"fmt"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// based says whether an amendment changes the revision that is in force. One that comes before that revision waits for it; one that was
// made of an older revision would undo what came between, and is refused.
func based(came, head *document.SalesOrder) error {
	switch {
	case came.BaseRevision == 0:
		return nil
	case head == nil || head.SourceRevision < came.BaseRevision:
		return &pipelines.Missing{Ref: document.RefOf(came),
			Hint: fmt.Sprintf("revision %d of order %s changes revision %d, which has not come yet: it waits for it", came.SourceRevision, came.Number, came.BaseRevision)}
	case head.SourceRevision > came.BaseRevision:
		return fmt.Errorf("order %s: CONFLICT: revision %d changes revision %d, and revision %d is in force: take that over in the CRM and send the change again",
			came.Number, came.SourceRevision, came.BaseRevision, head.SourceRevision)
	}
	return nil
}

// forbidden finds what an amendment may not change any more.
func forbidden(order, head *document.SalesOrder) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if closed := head.State == document.OrderCancelled || head.State == document.OrderShortClosed; closed && !head.RejectedByCredit() {
		return []string{fmt.Sprintf("it was closed as %s: send a new order", head.State)}
	}
	if order.Currency != head.Currency {
		fault("its currency changed from %s to %s: cancel it and send a new order", head.Currency, order.Currency)
	}
	if order.Customer != head.Customer && head.WasReleased {
		fault("its customer changed from %s to %s: cancel it and send a new order", head.Customer, order.Customer)
	}
	if !head.AnyShipped() {
		return faults
	}
	if order.Terms != head.Terms {
		fault("its terms changed from %s to %s after a part was shipped", head.Terms, order.Terms)
	}
	if !order.TaxPercent.Equal(head.TaxPercent) {
		fault("its tax changed from %s %% to %s %% after a part was shipped", head.TaxPercent, order.TaxPercent)
	}
	for _, before := range head.Lines {
		if before.Shipped.Value.Sign() > 0 {
			faults = append(faults, shippedLine(order, before)...)
		}
	}
	if len(faults) == 0 && !head.AnyOpen() && order.AnyOpen() {
		fault("everything was shipped: send a new order for more")
	}
	return faults
}

// shippedLine holds a line to what has left of it: the goods, their price, and at least their quantity.
func shippedLine(order *document.SalesOrder, before document.OrderLine) (faults []string) {
	line, ok := order.Line(before.No)
	switch {
	case !ok:
		return []string{fmt.Sprintf("QTY_BELOW_SHIPPED: line %d is gone, but %s were shipped", before.No, before.Shipped)}
	case line.Item != before.Item || line.Quantity.Unit != before.Quantity.Unit:
		return []string{fmt.Sprintf("line %d: the item changed from %s to %s after %s were shipped: add a line", before.No, before.Item, line.Item, before.Shipped)}
	}
	if line.Quantity.Value.Less(before.Shipped.Value) {
		faults = append(faults, fmt.Sprintf("QTY_BELOW_SHIPPED: line %d: %s is less than the %s that were shipped", before.No, line.Quantity, before.Shipped))
	}
	if !line.Price.Equal(before.Price) {
		faults = append(faults, fmt.Sprintf("line %d: the price changed from %s to %s after %s were shipped: add a line for the rest", before.No, before.Price, line.Price, before.Shipped))
	}
	return faults
}
