package document

import "time"

// Shipment is goods of one order that have left, or are leaving: the ERP's despatch advice.
type Shipment struct {
	// From the ERP.
	ID       string         `json:"id"`    // the ERP's despatch number
	Order    string         `json:"order"` // key of the SalesOrder
	On       Date           `json:"on"`
	Carrier  string         `json:"carrier"`
	Tracking string         `json:"tracking"`
	Vehicle  string         `json:"vehicle"` // plate, inland deliveries
	Lines    []ShipmentLine `json:"lines"`

	// Decided here.
	Channel Channel       `json:"channel"`
	Packing *Packing      `json:"packing,omitempty"`
	Value   Money         `json:"value"`   // tax included, in the order's currency
	AtRisk  Money         `json:"at_risk"` // the same in the credit account's currency, at the order's rate
	Account string        `json:"account"` // key of the CreditAccount that AtRisk counts against
	Stage   ShipmentStage `json:"stage"`
	Papers  []PaperNumber `json:"papers,omitempty"`
	Voyage  *Transport    `json:"voyage,omitempty"`  // what the forwarder told
	Booking *Booking      `json:"booking,omitempty"` // export only
	Drop    *Drop         `json:"drop,omitempty"`    // deliveries inside China only
}

// Booking is what shipping must arrange for an export: space on a vessel, and containers fetched and brought to port.
type Booking struct {
	PortOfLoading   string          `json:"port_of_loading"`
	PortOfDischarge string          `json:"port_of_discharge"` // empty: not known, the customer must name it
	ReadyOn         Date            `json:"ready_on"`          // from when the goods can be fetched
	PickUp          string          `json:"pick_up"`           // where
	LocalPickUp     string          `json:"local_pick_up"`
	Freight         Freight         `json:"freight"`    // who pays for the voyage
	Containers      []ContainerPlan `json:"containers"` // proposed; empty: less than a container load
}

// Freight says who pays for the main carriage. It follows from the Incoterm.
type Freight string

const (
	FreightPrepaid Freight = "prepaid" // by us: CFR, CIF, CPT, CIP, DAP, DPU, DDP
	FreightCollect Freight = "collect" // by the buyer: EXW, FCA, FAS, FOB
)

// ContainerPlan is a number of containers of one type: 20GP, 40GP, 40HQ.
type ContainerPlan struct {
	Type  string `json:"type"`
	Count int    `json:"count"`
}

// Drop is what the driver of a delivery inside China must know.
type Drop struct {
	Window       string         `json:"window"`       // when goods are taken in
	Requirements string         `json:"requirements"` // of the customer, then of this order
	Handbook     string         `json:"handbook"`     // the customer's customs handbook, transfer-factory only
	Items        []HandbookItem `json:"items,omitempty"`
}

// HandbookItem is an item of a delivery with its number in the customs handbook.
type HandbookItem struct {
	Item   string `json:"item"`
	Number string `json:"number"`
}

// ShipmentStage says under which component of the exposure a shipment is counted.
type ShipmentStage string

const (
	StageShipped  ShipmentStage = "shipped"  // D
	StageInvoiced ShipmentStage = "invoiced" // B
	StagePosted   ShipmentStage = "posted"   // R: the ERP's receivables contain it
)

// ShipmentLine is what was taken from one order line.
type ShipmentLine struct {
	No        int      `json:"no"`
	OrderLine int      `json:"order_line"`
	Quantity  Quantity `json:"quantity"`
}

func (*Shipment) Kind() Kind    { return KindShipment }
func (s *Shipment) Key() string { return s.ID }

// Packing is the arithmetic of a packing list. Weights in kilograms and volumes in cubic metres are rounded to three
// places per line, and the totals are the sums of the printed lines, so that the page foots.
type Packing struct {
	Lines   []PackedLine `json:"lines"`
	Cartons int64        `json:"cartons"`
	NetKG   Decimal      `json:"net_kg"`
	GrossKG Decimal      `json:"gross_kg"`
	CBM     Decimal      `json:"cbm"`
}

// PackedLine is one line of a packing list.
type PackedLine struct {
	OrderLine int      `json:"order_line"`
	Item      string   `json:"item"`
	Name      string   `json:"name"`
	LocalName string   `json:"local_name"`
	Quantity  Quantity `json:"quantity"`
	PerCarton Decimal  `json:"per_carton"`
	From      int64    `json:"from"` // first carton number
	To        int64    `json:"to"`   // last carton number
	NetKG     Decimal  `json:"net_kg"`
	GrossKG   Decimal  `json:"gross_kg"`
	CBM       Decimal  `json:"cbm"`
	HSCode    string   `json:"hs_code,omitempty"`
	Handbook  string   `json:"handbook,omitempty"` // item number in the customs handbook, transfer-factory only
}

// Transport is what the forwarder tells of a shipment.
type Transport struct {
	Shipment  string `json:"shipment"` // key of the Shipment
	Forwarder string `json:"forwarder"`
	Tracking  string `json:"tracking"` // bill of lading or waybill number
	Vessel    string `json:"vessel"`
	Container string `json:"container"`
	ETD       Date   `json:"etd"`
	ETA       Date   `json:"eta"`
}

func (*Transport) Kind() Kind    { return KindTransport }
func (t *Transport) Key() string { return t.Shipment }

// Invoice is a commercial invoice of ours.
type Invoice struct {
	Number   string        `json:"number"`
	Shipment string        `json:"shipment"`
	Order    string        `json:"order"`
	On       Date          `json:"on"`
	Lines    []InvoiceLine `json:"lines"`
	Net      Money         `json:"net"`
	Tax      Money         `json:"tax"`
	Total    Money         `json:"total"`
}

// InvoiceLine is one line of an invoice.
type InvoiceLine struct {
	No        int      `json:"no"`
	Item      string   `json:"item"`
	Name      string   `json:"name"`
	LocalName string   `json:"local_name"`
	HSCode    string   `json:"hs_code"`
	Quantity  Quantity `json:"quantity"`
	Price     Decimal  `json:"price"`
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
	Type   PaperType `json:"type"`
	Number string    `json:"number"`
}

// Paper is an issued paper: a snapshot of all that stands on it. It is immutable; a change issues a new revision of the
// same number which supersedes it.
type Paper struct {
	Type     PaperType  `json:"type"`
	Number   string     `json:"number"`
	Revision int        `json:"revision"` // from 1; above 1 it supersedes the one before
	IssuedOn Date       `json:"issued_on"`
	Seller   Seller     `json:"seller"`
	Buyer    Party      `json:"buyer"`
	Order    SalesOrder `json:"order"`
	Shipment Shipment   `json:"shipment"` // empty on an order confirmation
	Invoice  *Invoice   `json:"invoice,omitempty"`
	Issued   time.Time  `json:"issued"` // UTC
}

func (*Paper) Kind() Kind { return KindPaper }

// Key is unique over all types, as numbers of two series may be alike.
func (p *Paper) Key() string { return string(p.Type) + "/" + p.Number }

// Seller is the company whose papers these are.
type Seller struct {
	Name         string `json:"name"`
	LocalName    string `json:"local_name"`
	Address      string `json:"address"`
	LocalAddress string `json:"local_address"`
	Phone        string `json:"phone"`
	Bank         string `json:"bank"`
}
