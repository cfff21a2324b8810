package document

import (
	"encoding/json"
	"fmt"
)

// Kind names a noun. It is the same word in code, configuration, messages and papers.
type Kind string

const (
	KindSalesOrder       Kind = "sales_order"
	KindParty            Kind = "party"
	KindItem             Kind = "item"
	KindCreditAccount    Kind = "credit_account"
	KindReceivables      Kind = "receivables"
	KindProductionReport Kind = "production_report"
	KindShipment         Kind = "shipment"
	KindDelivered        Kind = "delivered_quantities"
	KindTransport        Kind = "transport"
	KindInvoice          Kind = "invoice"
	KindPaper            Kind = "paper"
	KindNotice           Kind = "notice"
	KindDistribution     Kind = "distribution"
	KindAcknowledgement  Kind = "acknowledgement"
	KindChangeRequest    Kind = "change_request"
	KindAlarm            Kind = "alarm"
	KindOutcome          Kind = "outcome"
	KindCreditRelease    Kind = "credit_release"
	KindExchangeRate     Kind = "exchange_rate"
	KindCustomerCredit   Kind = "customer_credit"
	KindAccountCustomers Kind = "account_customers"
	KindCustomerOrders   Kind = "customer_orders"
	KindLimitStatement   Kind = "limit_statement"
	KindLimitProposal    Kind = "limit_proposal"
	KindCreditLimit      Kind = "credit_limit"
	KindLetterBox        Kind = "letter_box"
	KindEscalation       Kind = "escalation"
)

// Document is one noun with its key. Documents are pointers to structs; a Document that has been handed over is not
// changed any more: a step that decides works on a copy.
type Document interface {
	Kind() Kind
	// Key is unique within the kind.
	Key() string
}

// Ref names a document.
type Ref struct {
	Kind Kind   `json:"kind"`
	Key  string `json:"key"`
}

// RefOf is the name of d.
func RefOf(d Document) Ref { return Ref{d.Kind(), d.Key()} }

func (r Ref) String() string { return string(r.Kind) + " " + r.Key }

// New is an empty document of the kind.
func New(kind Kind) (Document, error) {
	switch kind {
	case KindSalesOrder:
		return &SalesOrder{}, nil
	case KindParty:
		return &Party{}, nil
	case KindItem:
		return &Item{}, nil
	case KindCreditAccount:
		return &CreditAccount{}, nil
	case KindReceivables:
		return &Receivables{}, nil
	case KindProductionReport:
		return &ProductionReport{}, nil
	case KindShipment:
		return &Shipment{}, nil
	case KindDelivered:
		return &DeliveredQuantities{}, nil
	case KindTransport:
		return &Transport{}, nil
	case KindInvoice:
		return &Invoice{}, nil
	case KindPaper:
		return &Paper{}, nil
	case KindNotice:
		return &Notice{}, nil
	case KindDistribution:
		return &Distribution{}, nil
	case KindAcknowledgement:
		return &Acknowledgement{}, nil
	case KindChangeRequest:
		return &ChangeRequest{}, nil
	case KindAlarm:
		return &Alarm{}, nil
	case KindOutcome:
		return &Outcome{}, nil
	case KindCreditRelease:
		return &CreditRelease{}, nil
	case KindExchangeRate:
		return &ExchangeRate{}, nil
	case KindCustomerCredit:
		return &CustomerCredit{}, nil
	case KindAccountCustomers:
		return &AccountCustomers{}, nil
	case KindCustomerOrders:
		return &CustomerOrders{}, nil
	case KindLimitStatement:
		return &LimitStatement{}, nil
	case KindLimitProposal:
		return &LimitProposal{}, nil
	case KindCreditLimit:
		return &CreditLimit{}, nil
	case KindLetterBox:
		return &LetterBox{}, nil
	case KindEscalation:
		return &Escalation{}, nil
	}
	return nil, fmt.Errorf("there is no document %q", kind)
}

// Kinds are all kinds, for messages that list what may be written.
func Kinds() []Kind {
	return []Kind{KindSalesOrder, KindParty, KindItem, KindCreditAccount, KindReceivables, KindProductionReport, KindShipment, KindDelivered,
		KindTransport, KindInvoice, KindPaper, KindNotice, KindDistribution, KindAcknowledgement, KindChangeRequest, KindAlarm, KindOutcome, KindCreditRelease,
		KindExchangeRate, KindCustomerCredit, KindAccountCustomers, KindCustomerOrders,
		KindLimitStatement, KindLimitProposal, KindCreditLimit, KindLetterBox, KindEscalation}
}

// Marshal is the document as JSON. Equal documents give equal bytes.
func Marshal(d Document) ([]byte, error) { return json.Marshal(d) }

// Unmarshal reads what Marshal wrote.
func Unmarshal(kind Kind, data []byte) (Document, error) {
	d, err := New(kind)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, d); err != nil {
		return nil, fmt.Errorf("read %s: %w", kind, err)
	}
	return d, nil
}
