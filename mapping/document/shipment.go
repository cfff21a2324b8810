package document

import "time"

// Shipment is goods of one order that have left, or are leaving: the ERP's despatch advice.
type Shipment struct {
	// From the ERP.
	ID       string         `json:"id,omitzero"`    // the ERP's despatch number
	Order    string         `json:"order,omitzero"` // key of the SalesOrder
	On       Date           `json:"on,omitzero"`
	Carrier  string         `json:"carrier,omitzero"`
	Tracking string         `json:"tracking,omitzero"`
	Vehicle  string         `json:"vehicle,omitzero"` // plate, inland deliveries
	Planned  bool           `json:"planned,omitzero"` // it is announced and has not left yet: its order is judged anew, and nothing is counted
	Lines    []ShipmentLine `json:"lines,omitempty"`

	// Decided here.
	Channel Channel       `json:"channel,omitzero"`
	Packing *Packing      `json:"packing,omitempty"`
	Value   Money         `json:"value"`            // tax included, in the order's currency
	AtRisk  Money         `json:"at_risk"`          // the same in the credit account's currency, at the order's rate
	Account string        `json:"account,omitzero"` // key of the CreditAccount that AtRisk counts against
	Rate    Decimal       `json:"rate,omitzero"`    // at which AtRisk was counted, where that is a dated one
	Stage   ShipmentStage `json:"stage,omitzero"`
	Holds   []Hold        `json:"holds,omitempty"` // of its order, while it is planned: it must not leave
	Papers  []PaperNumber `json:"papers,omitempty"`
	Voyage  *Transport    `json:"voyage,omitempty"`  // what the forwarder told
	Booking *Booking      `json:"booking,omitempty"` // export only
	Drop    *Drop         `json:"drop,omitempty"`    // deliveries inside China only
}

// Booking is what shipping must arrange for an export: space on a vessel, and containers fetched and brought to port.
type Booking struct {
	PortOfLoading   string          `json:"port_of_loading,omitzero"`
	PortOfDischarge string          `json:"port_of_discharge,omitzero"` // empty: not known, the customer must name it
	ReadyOn         Date            `json:"ready_on,omitzero"`          // from when the goods can be fetched
	PickUp          string          `json:"pick_up,omitzero"`           // where
	LocalPickUp     string          `json:"local_pick_up,omitzero"`
	Freight         Freight         `json:"freight"`              // who pays for the voyage
	Containers      []ContainerPlan `json:"containers,omitempty"` // proposed; empty: less than a container load
}

// Freight says who pays for the main carriage. It follows from the Incoterm.
type Freight string

const (
	FreightPrepaid Freight = "prepaid" // by us: CFR, CIF, CPT, CIP, DAP, DPU, DDP
	FreightCollect Freight = "collect" // by the buyer: EXW, FCA, FAS, FOB
)

// ContainerPlan is a number of containers of one type: 20GP, 40GP, 40HQ.
type ContainerPlan struct {
	Type  string `json:"type,omitzero"`
	Count int    `json:"count,omitzero"`
}

// Drop is what the driver of a delivery inside China must know.
type Drop struct {
	Window       string         `json:"window,omitzero"`       // when goods are taken in
	Requirements string         `json:"requirements,omitzero"` // of the customer, then of this order
	Handbook     string         `json:"handbook,omitzero"`     // the customer's customs handbook, transfer-factory only
	Items        []HandbookItem `json:"items,omitempty"`
}

// HandbookItem is an item of a delivery with its number in the customs handbook.
type HandbookItem struct {
	Item   string `json:"item,omitzero"`
	Number string `json:"number,omitzero"`
}

// ShipmentStage says under which component of the exposure a shipment is counted.
type ShipmentStage string

const (
	StagePlanned  ShipmentStage = "planned"  // nowhere: it has not left
	StageShipped  ShipmentStage = "shipped"  // D
	StageInvoiced ShipmentStage = "invoiced" // B
	StagePosted   ShipmentStage = "posted"   // R: the ERP's receivables contain it
)

// ShipmentLine is what was taken from one order line.
type ShipmentLine struct {
	No        int      `json:"no,omitzero"`
	OrderLine int      `json:"order_line,omitzero"`
	Quantity  Quantity `json:"quantity,omitzero"`
}

func (*Shipment) Kind() Kind    { return KindShipment }
func (s *Shipment) Key() string { return s.ID }

// Left is the shipment where it has left; nil where it is only planned, or there is none.
func (s *Shipment) Left() *Shipment {
	if s == nil || s.Stage == StagePlanned {
		return nil
	}
	return s
}

// Packing is the arithmetic of a packing list. Weights in kilograms and volumes in cubic metres are rounded to three
// places per line, and the totals are the sums of the printed lines, so that the page foots.
type Packing struct {
	Lines   []PackedLine `json:"lines,omitempty"`
	Cartons int64        `json:"cartons,omitzero"`
	NetKG   Decimal      `json:"net_kg,omitzero"`
	GrossKG Decimal      `json:"gross_kg,omitzero"`
	CBM     Decimal      `json:"cbm,omitzero"`
}

// PackedLine is one line of a packing list.
type PackedLine struct {
	OrderLine int      `json:"order_line,omitzero"`
	Item      string   `json:"item,omitzero"`
	Name      string   `json:"name,omitzero"`
	LocalName string   `json:"local_name,omitzero"`
	Quantity  Quantity `json:"quantity,omitzero"`
	PerCarton Decimal  `json:"per_carton,omitzero"`
	From      int64    `json:"from,omitzero"` // first carton number
	To        int64    `json:"to,omitzero"`   // last carton number
	NetKG     Decimal  `json:"net_kg,omitzero"`
	GrossKG   Decimal  `json:"gross_kg,omitzero"`
	CBM       Decimal  `json:"cbm,omitzero"`
	HSCode    string   `json:"hs_code,omitempty"`
	Handbook  string   `json:"handbook,omitempty"` // item number in the customs handbook, transfer-factory only
}

// Transport is what the forwarder tells of a shipment.
type Transport struct {
	Shipment  string `json:"shipment,omitzero"` // key of the Shipment
	Forwarder string `json:"forwarder,omitzero"`
	Tracking  string `json:"tracking,omitzero"` // bill of lading or waybill number
	Vessel    string `json:"vessel,omitzero"`
	Container string `json:"container,omitzero"`
	ETD       Date   `json:"etd,omitzero"`
	ETA       Date   `json:"eta,omitzero"`
}

func (*Transport) Kind() Kind    { return KindTransport }
func (t *Transport) Key() string { return t.Shipment }

// Invoice is a commercial invoice of ours.
type Invoice struct {
	Number   string        `json:"number,omitzero"`
	Shipment string        `json:"shipment,omitzero"`
	Order    string        `json:"order,omitzero"`
	On       Date          `json:"on,omitzero"`
	Lines    []InvoiceLine `json:"lines,omitempty"`
	Net      Money         `json:"net"`
	Tax      Money         `json:"tax"`
	Total    Money         `json:"total"`
}

// InvoiceLine is one line of an invoice.
type InvoiceLine struct {
	No        int      `json:"no,omitzero"`
	Item      string   `json:"item,omitzero"`
	Name      string   `json:"name,omitzero"`
	LocalName string   `json:"local_name,omitzero"`
	HSCode    string   `json:"hs_code,omitzero"`
	Quantity  Quantity `json:"quantity,omitzero"`
	Price     Decimal  `json:"price,omitzero"`
	Amount    Money    `json:"amount"`
}

func (*Invoice) Kind() Kind    { return KindInvoice }
func (i *Invoice) Key() string { return i.Number }

// PaperType is a kind of paper.
type PaperType string

const (
	OrderConfirmation PaperType = "order_confirmation"
	PackingList       PaperType = "packing_list"
	CommercialInvoice PaperType = "commercial_invoice"
	DeliveryNote      PaperType = "delivery_note"
	ShippingMarks     PaperType = "shipping_marks"
)

// PaperTypes are all papers, in the order in which they are issued.
func PaperTypes() []PaperType {
	return []PaperType{OrderConfirmation, PackingList, CommercialInvoice, DeliveryNote, ShippingMarks}
}

// PaperNumber names an issued paper.
type PaperNumber struct {
	Type   PaperType `json:"type,omitzero"`
	Number string    `json:"number,omitzero"`
}

// Paper is an issued paper: a snapshot of all that stands on it. It is immutable; a change issues a new revision of the
// same number which supersedes it.
type Paper struct {
	Type     PaperType  `json:"type,omitzero"`
	Number   string     `json:"number,omitzero"`
	Revision int        `json:"revision,omitzero"` // from 1; above 1 it supersedes the one before
	IssuedOn Date       `json:"issued_on,omitzero"`
	Seller   Seller     `json:"seller"`
	Buyer    Party      `json:"buyer"`
	Order    SalesOrder `json:"order"`
	Shipment Shipment   `json:"shipment"` // empty on an order confirmation
	Invoice  *Invoice   `json:"invoice,omitempty"`
	Issued   time.Time  `json:"issued,omitzero"` // UTC
}

func (*Paper) Kind() Kind { return KindPaper }

// Key is unique over all types, as numbers of two series may be alike.
func (p *Paper) Key() string { return string(p.Type) + "/" + p.Number }

// Seller is the company whose papers these are.
type Seller struct {
	Name         string `json:"name,omitzero"`
	LocalName    string `json:"local_name,omitzero"`
	Address      string `json:"address,omitzero"`
	LocalAddress string `json:"local_address,omitzero"`
	Phone        string `json:"phone,omitzero"`
	Bank         string `json:"bank,omitzero"`
}
