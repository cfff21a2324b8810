package shipping

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// despatch counts a shipment, packs it, and issues its papers.
func (s *Step) despatch(m pipelines.Memory, came *document.Shipment) ([]document.Document, error) {
	if came.Planned {
		return s.announced(m, came)
	}
	before := pipelines.Head[*document.Shipment](m, document.KindShipment, came.ID).Left()
	if before != nil && same(came, before) {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "the ERP said so before"}
	}
	head, err := orderOf(m, came)
	if err != nil {
		return nil, err
	}
	if err := refuse(came, before, head); err != nil {
		return nil, err
	}
	shipment, order := fromERP(came), document.Copy(head)
	carry(shipment, before)
	count(order, before, shipment)
	shipment.Channel = order.Party.Channel
	shipment.Value = shippedValue(order).Sub(shippedValue(head))
	if before != nil {
		shipment.Value = shipment.Value.Add(before.Value)
	}
	if shipment.Packing, err = s.packing(m, shipment, order); err != nil {
		return nil, err
	}
	buyer, err := s.buyer(m, order)
	if err != nil {
		return nil, err
	}
	if err := s.handbook(m, shipment, order); err != nil {
		return nil, err
	}
	s.arrange(shipment, order, buyer)
	papers := s.issue(m, shipment, order, buyer)
	return append([]document.Document{shipment, order}, papers...), nil
}

func orderOf(m pipelines.Memory, s *document.Shipment) (*document.SalesOrder, error) {
	if s.Order == "" {
		return nil, fmt.Errorf("shipment %s names no order of ours: was the order typed into the ERP by hand?", s.ID)
	}
	order := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, s.Order)
	if order == nil {
		return nil, &pipelines.Missing{Ref: orderRef(s.Order), Hint: "shipment " + s.ID + " waits for its order"}
	}
	if !order.WasReleased || order.Party == nil {
		return nil, fmt.Errorf("shipment %s: order %s was never released (it is %s): find out in the ERP why its goods left", s.ID, order.Number, order.State)
	}
	return order, nil
}

// refuse finds every fault of a shipment against its order.
func refuse(came, before *document.Shipment, order *document.SalesOrder) error {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if before != nil && before.Order != came.Order {
		fault("it moved from order %s to %s: cancel it in the ERP and despatch again", before.Order, came.Order)
	}
	if before != nil && before.Stage == document.StagePosted && !slices.EqualFunc(before.Lines, came.Lines, sameLine) {
		fault("it is billed in the receivables: correct its quantities by a credit note")
	}
	if came.On.IsZero() {
		fault("it has no date")
	}
	if len(came.Lines) == 0 {
		fault("it has no lines")
	}
	if !slices.Contains(document.Channels(), order.Party.Channel) {
		fault("customer %s of order %s has no way of sale (%q): enter its channel in the CRM and send the order again", order.Customer, order.Number, order.Party.Channel)
	}
	now := took(came)
	for _, no := range now.lines {
		q := now.of[no]
		line, ok := order.Line(no)
		switch {
		case !ok:
			fault("line %d is not on order %s", no, order.Number)
		case q.Unit != line.Quantity.Unit || now.mixed[no]:
			fault("line %d: despatched in %q, ordered in %q", no, q.Unit, line.Quantity.Unit)
		default:
			open := line.Quantity.Sub(line.Shipped).Add(took(before).of[no])
			if q.Value.Greater(open.Value) {
				fault("line %d: %s despatched, %s open of %s ordered", no, q, open, line.Quantity)
			}
		}
	}
	for _, l := range came.Lines {
		if l.Quantity.Value.Sign() <= 0 {
			fault("line %d: the quantity %s is not above zero", l.OrderLine, l.Quantity)
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return errors.New("shipment " + came.ID + ": " + strings.Join(faults, "; "))
}

// taken is what a shipment took from an order, by order line.
type taken struct {
	lines []int
	of    map[int]document.Quantity
	mixed map[int]bool // in two units
}

func took(s *document.Shipment) taken {
	t := taken{of: make(map[int]document.Quantity), mixed: make(map[int]bool)}
	if s == nil {
		return t
	}
	for _, l := range s.Lines {
		q, seen := t.of[l.OrderLine]
		switch {
		case !seen:
			t.lines = append(t.lines, l.OrderLine)
			t.of[l.OrderLine] = l.Quantity
		case q.Unit != l.Quantity.Unit:
			t.mixed[l.OrderLine] = true
		default:
			t.of[l.OrderLine] = q.Add(l.Quantity)
		}
	}
	return t
}

// fromERP is the shipment as the ERP tells it, with nothing decided.
func fromERP(s *document.Shipment) *document.Shipment {
	return document.Copy(&document.Shipment{ID: s.ID, Order: s.Order, On: s.On, Carrier: s.Carrier,
		Tracking: s.Tracking, Vehicle: s.Vehicle, Lines: s.Lines})
}

func same(a, b *document.Shipment) bool {
	as, errA := document.Marshal(fromERP(a))
	bs, errB := document.Marshal(fromERP(b))
	return errA == nil && errB == nil && bytes.Equal(as, bs)
}

func sameLine(a, b document.ShipmentLine) bool {
	return a.OrderLine == b.OrderLine && a.Quantity.Unit == b.Quantity.Unit && a.Quantity.Value.Equal(b.Quantity.Value)
}

// carry keeps what was decided for a shipment that the ERP has corrected.
func carry(s, before *document.Shipment) {
	s.Stage = document.StageShipped
	if before == nil {
		return
	}
	s.Stage, s.Account, s.AtRisk = before.Stage, before.Account, before.AtRisk
	s.Papers, s.Voyage = slices.Clone(before.Papers), before.Voyage
}

// count moves the order's shipped quantities, and its state with them. Goods that left in spite of a hold or a
// cancellation have left all the same: the hold stays on the rest, and what was cancelled is the rest alone.
func count(order *document.SalesOrder, before, now *document.Shipment) {
	for no, q := range took(before).of {
		if line, ok := order.Line(no); ok {
			line.Shipped = line.Shipped.Sub(q)
		}
	}
	for no, q := range took(now).of {
		line, _ := order.Line(no)
		line.Shipped = line.Shipped.Add(q)
	}
	note(order, now)
	switch {
	case !order.AnyOpen():
		order.State = document.OrderShipped // its holds stay noted: they hold again what a correction leaves open
	case order.RestCancelled():
		order.State = document.OrderShortClosed // it stays so when a despatch is corrected
	case len(order.Holds) > 0:
		order.State = document.OrderHeld
	default:
		order.State = document.OrderPartiallyShipped
	}
}

func shippedValue(o *document.SalesOrder) document.Money {
	return o.ShippedWorth(document.D("1"), o.Currency)
}

// packing counts cartons by the items as they are packed today, not as they were when the order came.
func (s *Step) packing(m pipelines.Memory, shipment *document.Shipment, order *document.SalesOrder) (*document.Packing, error) {
	lines := make([]packable, 0, len(shipment.Lines))
	for _, l := range shipment.Lines {
		line, _ := order.Line(l.OrderLine)
		item := itemOf(m, order, l.OrderLine)
		if item == nil || item.PerCarton.Sign() <= 0 {
			return nil, &pipelines.Missing{Ref: itemRef(line.Item),
				Hint: "with its units per carton; shipment " + shipment.ID + " waits for its packing: complete the item in the ERP"}
		}
		lines = append(lines, packable{l.OrderLine, l.Quantity, item})
	}
	packing, err := pack(lines)
	if err != nil {
		return nil, fmt.Errorf("shipment %s: %w", shipment.ID, err)
	}
	return packing, nil
}

// buyer is the customer as the papers name it today, with its shipping marks or ours. Goods for a transfer factory do not
// leave without its handbook, and no carton with a mark that cannot be filled in.
func (s *Step) buyer(m pipelines.Memory, order *document.SalesOrder) (*document.Party, error) {
	party := pipelines.Head[*document.Party](m, document.KindParty, order.Customer)
	if party == nil {
		party = order.Party
	}
	party = document.Copy(party)
	if party.Marks == "" {
		party.Marks = s.policy.Marks
	}
	if party.SideMarks == "" {
		party.SideMarks = s.policy.SideMarks
	}
	for _, template := range []string{party.Marks, party.SideMarks} {
		if _, err := document.FillMarks(template, nil); err != nil {
			return nil, fmt.Errorf("customer %s of order %s: its %w (correct them in the CRM)", party.ID, order.Number, err)
		}
	}
	if order.Party.Channel == document.TransferFactory && party.Handbook == "" {
		return nil, &pipelines.Missing{Ref: document.RefOf(party),
			Hint: "with a customs handbook number, which a transfer factory must have: enter it in the CRM"}
	}
	return party, nil
}

// handbook sees to it that every item for a transfer factory has its number in the customs handbook.
func (s *Step) handbook(m pipelines.Memory, shipment *document.Shipment, order *document.SalesOrder) error {
	if shipment.Channel != document.TransferFactory {
		return nil
	}
	for i := range shipment.Packing.Lines {
		l := &shipment.Packing.Lines[i]
		item := itemOf(m, order, l.OrderLine)
		if item == nil || item.Handbook == "" {
			return &pipelines.Missing{Ref: itemRef(l.Item),
				Hint: "with its item number in the customs handbook, which goods for a transfer factory must have; shipment " + shipment.ID +
					" waits for it: enter it in the ERP"}
		}
		l.Handbook = item.Handbook
	}
	return nil
}

// itemOf is the item of an order line as it is today, or as it was when the order was decided.
func itemOf(m pipelines.Memory, order *document.SalesOrder, no int) *document.Item {
	line, _ := order.Line(no)
	if item := pipelines.Head[*document.Item](m, document.KindItem, line.Item); item != nil {
		return item
	}
	return line.Goods
}
