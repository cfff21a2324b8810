package document

import (
	"strings"
	"time"
)

// NoticeType says what a notice is about.
type NoticeType string

const (
	OrderHeldAlert   NoticeType = "order_held"        // to finance: an order is held
	CreditNearAlert  NoticeType = "credit_notice"     // to finance: an account has used much of its limit
	CreditWatchAlert NoticeType = "credit_watch"      // to finance: an account came near its limit
	CreditOverAlert  NoticeType = "credit_over"       // to finance: an account is beyond its limit
	OverdueAlert     NoticeType = "overdue"           // to finance: the oldest open item of an account has moved to a later bucket
	ExpiringAlert    NoticeType = "limit_expiring"    // to finance: a limit ends soon, or has ended
	StaleAlert       NoticeType = "receivables_stale" // to finance: the receivables were not read for too long

	OverrideUsedNotice  NoticeType = "override_used"  // to the manager: an order was released in an emergency
	LimitProposedNotice NoticeType = "limit_proposed" // to finance: how far a proposed credit limit has come, and who acts next

	ReleaseExpiringAlert NoticeType = "release_expiring" // to finance: a release by people will end

	OrderReleasedNotice   NoticeType = "order_released"   // to departments: a new order, whole
	OrderChangedNotice    NoticeType = "order_changed"    // a later revision: old and new
	OrderSuspendedNotice  NoticeType = "order_suspended"  // what was released is held now
	OrderCancelledNotice  NoticeType = "order_cancelled"  // cancelled, or its remainder is
	CancelRequestedNotice NoticeType = "cancel_requested" // to planning: may an order in production be cancelled?
	BookingNotice         NoticeType = "booking_request"  // to shipping: book space and haulage
	DeliveryNotice        NoticeType = "delivery_request" // to shipping: deliver inside China
	DespatchStopped       NoticeType = "despatch_stopped" // to shipping: goods that are about to leave must not
	ObjectionNotice       NoticeType = "objection"        // to sales: a department cannot do what the order asks
	AckReminder           NoticeType = "ack_reminder"     // to a department: an answer is late
	AckLate               NoticeType = "ack_late"         // to the manager: an answer is very late

	DigestNotice    NoticeType = "digest"            // to one recipient: what has gathered, in one message
	UnansweredAlert NoticeType = "credit_unanswered" // to the manager: nobody has acknowledged what credit says
)

// NoticeTypes are all of them.
func NoticeTypes() []NoticeType {
	return []NoticeType{OrderHeldAlert, CreditNearAlert, CreditWatchAlert, CreditOverAlert, OverdueAlert, ExpiringAlert, StaleAlert, ReleaseExpiringAlert, OrderReleasedNotice, OrderChangedNotice, OrderSuspendedNotice, OrderCancelledNotice,
		CancelRequestedNotice, BookingNotice, DeliveryNotice, DespatchStopped, ObjectionNotice, AckReminder, AckLate, LimitProposedNotice, OverrideUsedNotice, DigestNotice, UnansweredAlert}
}

// Notice is a message to people. It carries facts; its words are made when it is drawn, in the reader's language.
type Notice struct {
	ID        string     `json:"id,omitzero"` // one per crossing: order_held/ORDER/REVISION, credit_watch/ACCOUNT/COUNT, receivables_stale/READING/COUNT; see also Key
	Type      NoticeType `json:"type,omitzero"`
	To        string     `json:"to,omitzero"`        // department: finance
	Recipient string     `json:"recipient,omitzero"` // of several in the department; may be empty
	Address   string     `json:"address,omitzero"`   // where the channel finds the recipient: an e-mail address
	Channel   string     `json:"channel,omitzero"`   // by which targets choose it; empty: not said
	Language  string     `json:"language,omitzero"`  // en, zh; empty: both
	At        time.Time  `json:"at,omitzero"`        // in the company's zone

	Account       string          `json:"account,omitzero"`
	Customer      string          `json:"customer,omitzero"` // its name
	LocalCustomer string          `json:"local_customer,omitzero"`
	Class         string          `json:"class,omitzero"` // of the customer: A comes first
	Order         string          `json:"order,omitzero"` // number that people use; empty when it is about an account
	OrderKey      string          `json:"order_key,omitzero"`
	CustomerPO    string          `json:"customer_po,omitzero"`
	Total         Money           `json:"total"` // of the order
	Holds         []Hold          `json:"holds,omitempty"`
	Credit        *CreditDecision `json:"credit,omitempty"`
	Consent       *Consent        `json:"consent,omitempty"` // by which the order was released, where that will end or was an emergency
	Limit         *Money          `json:"limit,omitempty"`
	Exposure      Exposure        `json:"exposure"`
	Level         CreditLevel     `json:"level,omitzero"`
	Ageing        *Ageing         `json:"ageing,omitempty"` // of an account or its receivables
	Beside        bool            `json:"beside,omitzero"`  // the same goes to another department, which comes first
	Named         bool            `json:"named,omitzero"`   // the policy names who hears of it: nobody else does

	News     *News     `json:"news,omitempty"`     // of an order
	Shipment *Shipment `json:"shipment,omitempty"` // that is to be booked or delivered
	Buyer    *Party    `json:"buyer,omitempty"`    // of the shipment
	Duty     *Duty     `json:"duty,omitempty"`     // that is late, or was objected to

	Proposal *LimitProposal `json:"proposal,omitempty"` // of a credit limit
	Gathered []Enclosed     `json:"gathered,omitempty"` // of a digest: the notices that it tells of, oldest first; else the one that nobody has acknowledged
}

// News is what a department is told of an order: the whole of it, or what has changed.
type News struct {
	Revision    int64         `json:"revision,omitzero"` // the source's
	Before      int64         `json:"before,omitzero"`   // the revision that it is compared with; 0: it is new and shown whole
	Channel     Channel       `json:"channel,omitzero"`
	OrderedOn   Date          `json:"ordered_on,omitzero"`
	RequestedOn Date          `json:"requested_on,omitzero"`
	PromisedOn  Date          `json:"promised_on,omitzero"`
	Incoterm    string        `json:"incoterm,omitzero"` // with its place
	Remarks     string        `json:"remarks,omitzero"`  // special requirements, always told
	Answer      bool          `json:"answer,omitzero"`   // the department must answer for it
	Changes     []FieldChange `json:"changes,omitempty"`
	ByItem      bool          `json:"by_item,omitzero"` // lines of one item are added up, and show the change of their quantity
	Shows       []string      `json:"shows,omitempty"`  // what of a line concerns the department: quantity, required_on, price
	Lines       []NoticeLine  `json:"lines,omitempty"`
}

// FieldChange is one field that a later revision changed, days and quantities first.
type FieldChange struct {
	Field string `json:"field,omitzero"` // see Fields
	Line  int    `json:"line,omitempty"` // of the order; 0: of the order as a whole
	Item  string `json:"item,omitempty"`
	Unit  string `json:"unit,omitempty"` // of a quantity
	Was   string `json:"was,omitzero"`   // empty: it was not there
	Is    string `json:"is,omitzero"`    // empty: it is gone
}

// The fields of an order whose change may concern a department, in the order in which they are told.
const (
	FieldState      = "state"
	FieldRequired   = "required_on"
	FieldPromised   = "promised_on"
	FieldQuantity   = "quantity"
	FieldItem       = "item"
	FieldRemarks    = "remarks"
	FieldIncoterm   = "incoterm"
	FieldCustomerPO = "customer_po"
	FieldPrice      = "price"
	FieldTerms      = "terms"
)

// Fields are all of them.
func Fields() []string {
	return []string{FieldState, FieldRequired, FieldPromised, FieldQuantity, FieldItem, FieldRemarks, FieldIncoterm, FieldCustomerPO, FieldPrice, FieldTerms}
}

// NoticeLine is one line of an order as a department reads it; of News by item, all lines of one item.
type NoticeLine struct {
	No         int      `json:"no,omitzero"` // 0: several lines
	Item       string   `json:"item,omitzero"`
	Name       string   `json:"name,omitzero"`
	LocalName  string   `json:"local_name,omitzero"`
	Wording    string   `json:"wording,omitempty"` // as the order describes it, which may say what the item does not
	Quantity   Quantity `json:"quantity,omitzero"`
	Change     Quantity `json:"change,omitzero"` // against the revision before; zero: none
	RequiredOn Date     `json:"required_on,omitzero"`
	PromisedOn Date     `json:"promised_on,omitzero"`
	Price      Decimal  `json:"price,omitzero"`
	Started    Quantity `json:"started,omitzero"`
	Made       Quantity `json:"made,omitzero"`
	Shipped    Quantity `json:"shipped,omitzero"`
}

func (*Notice) Kind() Kind { return KindNotice }

// Key is the id, with the department and the recipient where the same is told to several.
func (n *Notice) Key() string {
	if n.OrderKey == "" && !n.Beside && n.Recipient == "" {
		return n.ID
	}
	return strings.TrimSuffix(n.ID+"/"+n.To+"/"+n.Recipient, "/")
}

// Urgent says whether it goes before others: those of A customers do.
func (n *Notice) Urgent() bool { return n.Class == "A" }
