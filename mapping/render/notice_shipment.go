package render

import (
	"strings"

	"tradewire/mapping/document"
)

// bookingRequest tells shipping what to book: space on a vessel, and haulage to the port.
func (t *letter) bookingRequest(n *document.Notice) {
	shipment, booking := shipmentIn(n), bookingIn(n)
	t.headline(n, t.shipmentHeadline(n, "booking.headline", booking.ReadyOn))
	t.shipmentFacts(n)
	t.align()

	t.head("booking.space")
	t.fact("port.loading", t.orUnknown(booking.PortOfLoading, "port.loading.unknown"))
	t.fact("port.discharge", t.orUnknown(booking.PortOfDischarge, "port.discharge.unknown"))
	t.fact("ready_on", t.orUnknown(booking.ReadyOn.String(), "not.given"))
	t.load(shipment)
	t.fact("incoterm", withYear(newsOf(n).Incoterm))
	t.fact("freight", t.freight(booking.Freight))
	t.fact("containers", t.containers(n))
	t.align()

	t.head("booking.haulage")
	fetched := "pick_up"
	if len(booking.Containers) == 0 {
		fetched = "pick_up.lcl"
	}
	t.fact(fetched, t.orUnknown(t.either(booking.PickUp, booking.LocalPickUp), "not.given"))
	t.fact(fetched+".on", t.orUnknown(booking.ReadyOn.String(), "not.given"))
	t.fact("containers", t.haulage(n))
	t.align()

	t.requirements(n)
	t.packed(n)
	t.answer(n)
}

// deliveryRequest tells a driver inside China what to bring where, when, and what to observe.
func (t *letter) deliveryRequest(n *document.Notice) {
	shipment, drop, buyer := shipmentIn(n), dropIn(n), consigneeOf(n)
	t.headline(n, t.shipmentHeadline(n, "delivery.headline", shipment.On))
	t.shipmentFacts(n)
	t.align()

	t.head("delivery.where")
	t.fact("consignee", either(buyer.LocalName, buyer.Name, n.LocalCustomer, n.Customer))
	t.fact("address", t.orUnknown(either(buyer.LocalAddress, buyer.Address), "not.given"))
	t.fact("delivery.on", t.orUnknown(shipment.On.String(), "not.given"))
	t.fact("window", t.orUnknown(drop.Window, "not.given"))
	t.fact("contact", t.orUnknown(buyer.Contact, "not.given"))
	t.fact("phone", t.orUnknown(buyer.Phone, "not.given"))
	t.fact("carrier", shipment.Carrier)
	t.fact("vehicle", shipment.Vehicle)
	t.align()

	t.head("requirements")
	t.item(t.orUnknown(deliveryRequirements(n), "requirements.none"), "")

	t.head("delivery.goods")
	t.load(shipment)
	if shipment.Channel == document.TransferFactory || drop.Handbook != "" {
		t.fact("handbook", t.orUnknown(drop.Handbook, "handbook.missing"))
	}
	t.align()
	t.packed(n)
	t.answer(n)
}

func shipmentIn(n *document.Notice) *document.Shipment {
	if n.Shipment == nil {
		return &document.Shipment{}
	}
	return n.Shipment
}

func bookingIn(n *document.Notice) *document.Booking {
	if booking := shipmentIn(n).Booking; booking != nil {
		return booking
	}
	return &document.Booking{}
}

func dropIn(n *document.Notice) *document.Drop {
	if drop := shipmentIn(n).Drop; drop != nil {
		return drop
	}
	return &document.Drop{}
}

func consigneeOf(n *document.Notice) *document.Party {
	if n.Buyer == nil {
		return &document.Party{}
	}
	return n.Buyer
}

// shipmentHeadline tells first whether an earlier request is replaced.
func (s speaker) shipmentHeadline(n *document.Notice, key string, on document.Date) string {
	said := s.say(key, s.despatchOf(n))
	if dutyOf(n).Revision > 1 {
		said = s.say(key+".again", s.despatchOf(n))
	}
	var facts []string
	if packing := shipmentIn(n).Packing; packing != nil {
		facts = append(facts, s.say("cartons.of", printed(count(packing.Cartons))))
	}
	if !on.IsZero() {
		facts = append(facts, s.say(key+".on", on.String()))
	}
	return s.clauses(append([]string{said}, facts...))
}

func (t *letter) shipmentFacts(n *document.Notice) {
	t.whose(n)
	t.fact("order", t.orderOf(n))
	t.fact("shipment", shipmentOf(n))
	t.fact("replaces", t.replaces(n))
	t.fact("sent", stamp(n.At))
}

// replaces names the request that this one takes the place of.
func (s speaker) replaces(n *document.Notice) string {
	duty := dutyOf(n)
	switch {
	case duty.Revision <= 1:
		return ""
	case !duty.Sent.IsZero() && duty.Sent.Before(n.At):
		return s.say("replaces.of", printed(count(duty.Revision-1)), houseTime(n, duty.Sent))
	}
	return s.say("replaces.version", printed(count(duty.Revision-1)))
}

func (s speaker) freight(f document.Freight) string {
	switch f {
	case document.FreightPrepaid:
		return s.say("freight.prepaid")
	case document.FreightCollect:
		return s.say("freight.collect")
	case "":
		return s.say("freight.unknown")
	}
	return string(f)
}

// containers are those proposed: 2 x 40HQ + 1 x 20GP, or that there is less than a load.
func (s speaker) containers(n *document.Notice) string {
	if shipmentIn(n).Booking == nil {
		return s.say("not.given")
	}
	if plan := planOf(n); plan != "" {
		return s.say("containers.full", plan)
	}
	return s.say("containers.lcl")
}

// haulage is what the truck brings: containers, or loose cartons.
func (s speaker) haulage(n *document.Notice) string {
	if shipmentIn(n).Booking == nil {
		return s.say("not.given")
	}
	if plan := planOf(n); plan != "" {
		return plan
	}
	return s.say("haulage.lcl")
}

func planOf(n *document.Notice) string {
	var plan []string
	for _, c := range bookingIn(n).Containers {
		plan = append(plan, printed(count(int64(c.Count)))+" x "+flat(c.Type))
	}
	return strings.Join(plan, " + ")
}

func deliveryRequirements(n *document.Notice) string {
	return either(flatLines(dropIn(n).Requirements), flatLines(newsOf(n).Remarks), flatLines(consigneeOf(n).Requirements))
}

// orUnknown is a fact that nobody may do without: when it is missing, it is said so, and what to do.
func (s speaker) orUnknown(fact, instead string) string {
	if flat(fact) == "" {
		return s.say(instead)
	}
	return fact
}

// either is the first that says anything.
func either(texts ...string) string {
	for _, text := range texts {
		if flat(text) != "" {
			return text
		}
	}
	return ""
}
