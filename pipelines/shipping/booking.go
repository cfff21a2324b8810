package shipping

import (
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// arrange says what shipping must do for a shipment: book and haul an export, deliver what stays in China.
func (s *Step) arrange(shipment *document.Shipment, order *document.SalesOrder, buyer *document.Party) {
	shipment.Booking, shipment.Drop = nil, nil
	if shipment.Channel == document.DirectExport {
		shipment.Booking = s.policy.booking(shipment, order, buyer, s.seller)
		return
	}
	shipment.Drop = s.policy.drop(shipment, order, buyer)
}

func (p Policy) booking(shipment *document.Shipment, order *document.SalesOrder, buyer *document.Party, seller document.Seller) *document.Booking {
	b := &document.Booking{
		PortOfLoading: p.PortOfLoading, PortOfDischarge: buyer.Port, ReadyOn: shipment.On,
		PickUp: p.PickUp, LocalPickUp: p.LocalPickUp, Freight: freightOf(order.Incoterm),
		Containers: p.stow(shipment.Packing.CBM, shipment.Packing.GrossKG),
	}
	if b.PickUp == "" && b.LocalPickUp == "" {
		b.PickUp, b.LocalPickUp = seller.Address, seller.LocalAddress
	}
	return b
}

// collected are the Incoterms 2020 under which the buyer pays for the main carriage.
var collected = []string{"EXW", "FCA", "FAS", "FOB"}

// freightOf is empty where the order names no term of delivery.
func freightOf(incoterm string) document.Freight {
	switch {
	case incoterm == "":
		return ""
	case slices.Contains(collected, strings.ToUpper(incoterm)):
		return document.FreightCollect
	}
	return document.FreightPrepaid
}

// stow proposes containers by volume and weight: as many of the largest as it takes, and for the rest the smallest that
// holds it. Nothing is proposed for less than a container load.
func (p Policy) stow(cbm, kg document.Decimal) (plan []document.ContainerPlan) {
	if len(p.Containers) == 0 || cbm.Less(p.LCLBelow) && !kg.Greater(p.Containers[0].PayloadKG) {
		return nil
	}
	largest := p.Containers[len(p.Containers)-1]
	full := 0
	for ; (cbm.Greater(largest.CBM) || kg.Greater(largest.PayloadKG)) && full < mostContainers; full++ {
		cbm, kg = atLeastZero(cbm.Sub(largest.CBM)), atLeastZero(kg.Sub(largest.PayloadKG))
	}
	if full > 0 {
		plan = append(plan, document.ContainerPlan{Type: largest.Type, Count: full})
	}
	for _, c := range p.Containers {
		if cbm.Greater(c.CBM) || kg.Greater(c.PayloadKG) {
			continue
		}
		if c.Type == largest.Type && full > 0 {
			plan[0].Count++
			return plan
		}
		return append(plan, document.ContainerPlan{Type: c.Type, Count: 1})
	}
	return plan
}

// mostContainers of one shipment: more is a fault in the packing of an item.
const mostContainers = 200

func atLeastZero(d document.Decimal) document.Decimal {
	if d.Sign() < 0 {
		return document.Decimal{}
	}
	return d
}

func (p Policy) drop(shipment *document.Shipment, order *document.SalesOrder, buyer *document.Party) *document.Drop {
	d := &document.Drop{Window: buyer.Window, Requirements: joined(buyer.Requirements, order.Remarks)}
	if d.Window == "" {
		d.Window = p.Window
	}
	if shipment.Channel != document.TransferFactory {
		return d
	}
	d.Handbook = buyer.Handbook
	for _, l := range shipment.Packing.Lines {
		item := document.HandbookItem{Item: l.Item, Number: l.Handbook}
		if !slices.Contains(d.Items, item) {
			d.Items = append(d.Items, item)
		}
	}
	return d
}

func joined(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(s string) bool { return strings.TrimSpace(s) == "" })
	return strings.Join(parts, "\n")
}
