package document

import "time"

// OrderState is where a sales order stands.
type OrderState string

const (
	OrderReceived         OrderState = "received"          // taken in, not yet decided
	OrderHeld             OrderState = "held"              // credit says no; nothing is reserved
	OrderReleased         OrderState = "released"          // credit is reserved, the ERP shall have it
	OrderPartiallyShipped OrderState = "partially_shipped" // 0 < shipped < ordered
	OrderShipped          OrderState = "shipped"           // everything ordered has been shipped
	OrderShortClosed      OrderState = "short_closed"      // the remainder was cancelled after a part was shipped
	OrderCancelled        OrderState = "cancelled"         // nothing shipped, nothing more to come
)

// OrderRequest is what the source asks for.
type OrderRequest string

const (
	RequestConfirm OrderRequest = "confirm"
	RequestCancel  OrderRequest = "cancel"
)

// Channel is the way of sale.
type Channel string

const (
	DirectExport    Channel = "direct_export"    // shipped abroad by us
	TransferFactory Channel = "transfer_factory" // delivered inside China to a factory that exports (转厂)
	Domestic        Channel = "domestic"
)

// Channels are all ways of sale.
func Channels() []Channel { return []Channel{DirectExport, TransferFactory, Domestic} }

// SalesOrder is a confirmed order of a customer.
type SalesOrder struct {
	// From the source.
	ID             string       `json:"id,omitzero"`              // the source's own key, ours as well
	Number         string       `json:"number,omitzero"`          // the number that people use
	SourceRevision int64        `json:"source_revision,omitzero"` // the source's own revision, from 1; rises with every change there
	BaseRevision   int64        `json:"base_revision,omitzero"`   // the source's revision that this one changes; 0: not said, it is the whole truth whatever came before
	Request        OrderRequest `json:"request,omitzero"`
	Customer       string       `json:"customer,omitzero"` // key of the Party
	CustomerPO     string       `json:"customer_po,omitzero"`
	Currency       Currency     `json:"currency,omitzero"`
	OrderedOn      Date         `json:"ordered_on,omitzero"`
	RequestedOn    Date         `json:"requested_on,omitzero"`
	PromisedOn     Date         `json:"promised_on,omitzero"` // what the customer is promised; zero: the requested day
	Terms          string       `json:"terms,omitzero"`       // PREPAY, COD, NET30, EOM60, LC_SIGHT, TT30/70 ...
	Incoterm       string       `json:"incoterm,omitzero"`    // Incoterms 2020 code, export only
	Place          string       `json:"place,omitzero"`       // the named place of the Incoterm
	TaxPercent     Decimal      `json:"tax_percent,omitzero"`
	DeclaredTotal  *Money       `json:"declared_total,omitempty"` // what the source says the order comes to, tax included
	Remarks        string       `json:"remarks,omitzero"`         // special requirements
	PlannedShip    Date         `json:"planned_ship,omitzero"`    // the day it is planned to leave, from which terms run; zero: not known
	LCExpiresOn    Date         `json:"lc_expires_on,omitzero"`   // the last day of its letter of credit; zero: not known
	CreatedBy      string       `json:"created_by,omitzero"`      // who entered it: nobody releases an order of their own
	Lines          []OrderLine  `json:"lines,omitempty"`

	// Decided here.
	State       OrderState        `json:"state,omitzero"`
	WasReleased bool              `json:"was_released,omitzero"` // ever: the ERP knows it
	Party       *Party            `json:"party,omitempty"`       // the customer as it was when decided
	Net         Money             `json:"net"`
	Tax         Money             `json:"tax"`
	Total       Money             `json:"total"`
	Holds       []Hold            `json:"holds,omitempty"`
	Credit      *CreditDecision   `json:"credit,omitempty"`
	Consent     *Consent          `json:"consent,omitempty"`   // what people decided about its credit; nil: nothing
	HeldSince   time.Time         `json:"held_since,omitzero"` // while it is held: since when, UTC
	Refs        map[string]string `json:"refs,omitempty"`      // its number in other systems, by target: {"erp_order": "SO000123"}
	Shipments   []ShippedPart     `json:"shipments,omitempty"`

	// ConfirmedAt is when the source confirmed the revision in force, UTC.
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
	// Confirmation is the number of its order confirmation; empty before one was issued.
	Confirmation string `json:"confirmation,omitempty"`
	// Cancelling is a cancellation that waits for a department, because production has begun; nil when none was asked for.
	Cancelling *Cancelling `json:"cancelling,omitempty"`
}

// Cancelling is a cancellation of an order in production: it takes effect when the department has acknowledged it.
type Cancelling struct {
	Revision int64     `json:"revision,omitzero"` // the source's, of the cancellation
	Of       string    `json:"of,omitzero"`       // the department that is asked
	By       string    `json:"by,omitzero"`       // who acknowledged it; empty while it waits
	At       time.Time `json:"at,omitzero"`       // when it was asked for, and then when it was acknowledged, UTC
}

// OrderLine is one line of a sales order.
type OrderLine struct {
	No          int      `json:"no,omitzero"`
	Item        string   `json:"item,omitzero"` // key of the Item
	Description string   `json:"description,omitzero"`
	Quantity    Quantity `json:"quantity,omitzero"`
	Price       Decimal  `json:"price,omitzero"` // for one unit, in the order's currency, without tax
	RequestedOn Date     `json:"requested_on,omitzero"`
	PromisedOn  Date     `json:"promised_on,omitzero"` // zero: as the order says

	Amount  Money    `json:"amount"`           // quantity x price, rounded to the currency
	Goods   *Item    `json:"goods,omitempty"`  // the item as it was when decided
	Started Quantity `json:"started,omitzero"` // in production or made, so far; zero: not begun
	Made    Quantity `json:"made,omitzero"`    // so far
	Shipped Quantity `json:"shipped,omitzero"` // so far
}

// Hold is one reason why an order is held.
type Hold struct {
	Reason      HoldReason `json:"reason,omitzero"`
	Detail      string     `json:"detail,omitzero"`        // the arithmetic, in English
	LocalDetail string     `json:"local_detail,omitempty"` // the same in Simplified Chinese
}

// HoldReason is the field's word for it; all that apply are kept.
type HoldReason string

const (
	LimitExceeded     HoldReason = "LIMIT_EXCEEDED"
	Overdue           HoldReason = "OVERDUE_DAYS"
	LimitExpired      HoldReason = "LIMIT_EXPIRED"
	NoLimit           HoldReason = "NO_LIMIT"
	TermsExceedClass  HoldReason = "TERMS_EXCEED_CLASS"
	NewCustomerPrepay HoldReason = "NEW_CUSTOMER_PREPAY"
	OverseasNeedsLC   HoldReason = "OVERSEAS_NEEDS_LC"
	Stopped           HoldReason = "STOPPED" // a hold set by people, in the ERP or the CRM
	FXRateMissing     HoldReason = "FX_RATE_MISSING"
	ARStale           HoldReason = "AR_STALE"
	Forced            HoldReason = "FORCED"          // a hold by a person, here; only a release takes it away
	ReleaseExpired    HoldReason = "RELEASE_EXPIRED" // a release by people does not cover it any more; it stands beside the reasons that hold
)

// WaitsForRoom says that nothing holds the order but what may pass by itself: room in its account, items that are paid, a rate that
// comes. What people stopped, and terms that are not granted, do not.
func (o *SalesOrder) WaitsForRoom() bool {
	return o.State == OrderHeld && o.Credit != nil && PassByThemselves(o.Holds)
}

// PassByThemselves says that an order goes without anybody saying so when what holds it has passed.
func PassByThemselves(holds []Hold) bool {
	for _, h := range holds {
		switch h.Reason {
		case LimitExceeded, NoLimit, LimitExpired, Overdue, FXRateMissing, ARStale, ReleaseExpired:
		case OverdueAmount, Dunning, PrepaymentNotReceived:
		default:
			return false
		}
	}
	return len(holds) > 0
}

// HoldReasons are all reasons, in the order in which several are named.
func HoldReasons() []HoldReason {
	return []HoldReason{LimitExceeded, Overdue, OverdueAmount, LimitExpired, NoLimit, TermsExceedClass, NewCustomerPrepay, OverseasNeedsLC,
		PrepaymentNotReceived, Dunning, Stopped, FXRateMissing, ARStale, Forced, ReleaseExpired}
}

// CreditDecision is the arithmetic of the last credit check of an order.
type CreditDecision struct {
	Account  string   `json:"account,omitzero"`
	Limit    Money    `json:"limit"`
	Before   Exposure `json:"before"`        // the account without this order
	Demand   Money    `json:"demand"`        // what this order puts at risk, tax included, in the account's currency
	Rate     Decimal  `json:"rate,omitzero"` // one unit of the order's currency in the account's; 1 when they are the same
	Excess   Money    `json:"excess"`        // how far beyond the limit; zero or less when it fits
	Shipped  Money    `json:"shipped"`       // what of the order's worth has moved on with its shipments
	Reserved Money    `json:"reserved"`      // what is reserved for the open part of this order now

	Pair  string      `json:"pair,omitzero"`   // FROM/TO: the dated rate that it depends on; empty: on none
	Rates []DatedRate `json:"rates,omitempty"` // the dated rates that were used, of the order and of its sign-off

	Ahead   Money `json:"ahead,omitzero"`   // of the demand, what the customer has paid ahead for this order
	Secured bool  `json:"secured,omitzero"` // its goods do not leave before they are paid: it was not measured against the limit

	SignOff       string   `json:"sign_off,omitzero"`         // the role that signs the order; it informs and never holds
	SignOffAmount *Money   `json:"sign_off_amount,omitempty"` // the order in the currency of the sign-off; nil without a rate
	ReleaseNeeds  []string `json:"release_needs,omitempty"`   // the roles that must release it, each another person, while it is held

	SplitWith  []string `json:"split_with,omitempty"`  // numbers of orders that it may be one purchase with (SPLIT_SUSPECT): for all together another role signs
	SplitTotal *Money   `json:"split_total,omitempty"` // what they come to with it, in the currency of the sign-off

	Basis *CreditBasis `json:"basis,omitempty"` // what else it was made on; nil: it was made before that was kept

	Group *GroupCheck `json:"group,omitempty"` // the same against the group of the account; nil: it has none

	RecheckAt   time.Time `json:"recheck_at,omitzero"`   // when the order is looked at again, UTC: see SalesOrder.Next. Zero: never
	RecheckOn   Date      `json:"recheck_on,omitzero"`   // the same as a day
	ShipChecked Date      `json:"ship_checked,omitzero"` // the planned day of shipping that it was checked for before shipping
	Deferred    bool      `json:"deferred,omitzero"`     // it ships beyond the horizon: it is not measured against the limit yet, and reserves nothing
}

// ShippedPart is what one shipment took from an order.
type ShippedPart struct {
	Shipment string `json:"shipment,omitzero"` // key of the Shipment
	On       Date   `json:"on,omitzero"`
	Carrier  string `json:"carrier,omitzero"`
	Tracking string `json:"tracking,omitzero"`
}

func (*SalesOrder) Kind() Kind    { return KindSalesOrder }
func (o *SalesOrder) Key() string { return o.ID }

// Line is the line with that number.
func (o *SalesOrder) Line(no int) (*OrderLine, bool) {
	for i := range o.Lines {
		if o.Lines[i].No == no {
			return &o.Lines[i], true
		}
	}
	return nil, false
}

// InProduction says whether production of something of the order has begun.
func (o *SalesOrder) InProduction() bool {
	for i := range o.Lines {
		if o.Lines[i].Started.Value.Sign() > 0 || o.Lines[i].Made.Value.Sign() > 0 {
			return true
		}
	}
	return false
}

// Promised is the day that the customer is promised for a line: its own, the order's, or the one that was requested.
func (o *SalesOrder) Promised(l *OrderLine) Date {
	switch {
	case !l.PromisedOn.IsZero():
		return l.PromisedOn
	case !o.PromisedOn.IsZero():
		return o.PromisedOn
	}
	return o.Required(l)
}

// Required is the day on which the customer wants a line: its own, or the order's.
func (o *SalesOrder) Required(l *OrderLine) Date {
	if !l.RequestedOn.IsZero() {
		return l.RequestedOn
	}
	return o.RequestedOn
}

// Held says whether the order is held.
func (o *SalesOrder) Held() bool { return o.State == OrderHeld }
