package credit

import (
	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// Step judges orders and keeps the exposure of every credit account.
type Step struct {
	policy Policy
	rules  string // the version of the policy
	tells  bool   // customers are told how their credit stands
}

// New is the credit step under a policy; the error names all of the policy's contradictions.
func New(policy Policy) (*Step, error) {
	if err := policy.check(); err != nil {
		return nil, err
	}
	return &Step{policy: policy, rules: policy.Version()}, nil
}

// Needs follows a document to the credit accounts that it moves and their groups, to what they owe where the policy looks at each debt,
// to the rates that it is counted at, and to those who are told of it.
func (s *Step) Needs(m pipelines.Memory, d document.Document) []document.Ref {
	refs := append(append(moves(m, d), s.calendarNeeds(m, d)...), s.rateNeeds(m, d)...)
	refs = s.groupNeeds(m, d, s.withDebts(refs))
	return s.tellNeeds(m, d, s.quoting(m).splitNeeds(m, d, refs)) // whether an order is large is asked at the rates of the day
}

func moves(m pipelines.Memory, d document.Document) []document.Ref {
	switch d := d.(type) {
	case *document.SalesOrder:
		return orderNeeds(m, d.ID, d.Customer)
	case *document.ProductionReport:
		return orderNeeds(m, d.Order, "")
	case *document.Acknowledgement:
		return orderNeeds(m, d.Order, "")
	case *document.CreditRelease:
		return alarmNeeds(m, d.Order)
	case *document.LimitStatement:
		return limitNeeds(m, d)
	case *document.Outcome:
		if d.Of.Kind == document.KindSalesOrder {
			return orderNeeds(m, d.Of.Key, "")
		}
	case *document.Alarm:
		if d.Of.Kind == document.KindSalesOrder {
			return alarmNeeds(m, d.Of.Key)
		}
		if d.Of.Kind == document.KindLimitProposal {
			return limitAlarmNeeds(m, d.Of)
		}
	case *document.CreditAccount:
		return []document.Ref{document.RefOf(d), grantedRef(d.ID)}
	case *document.Receivables:
		return receivablesNeeds(m, d)
	case *document.Shipment:
		return shipmentNeeds(m, d.ID, d.Order)
	case *document.DeliveredQuantities:
		return shipmentNeeds(m, d.Despatch(pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, d.Order)), d.Order)
	case *document.Transport:
		return shipmentNeeds(m, d.Shipment, "")
	}
	return nil
}

// Decide answers with d as decided, the accounts that moved with it, the notices that are due, and what customers are told of it.
func (s *Step) Decide(m pipelines.Memory, d document.Document) ([]document.Document, error) {
	s = s.quoting(m)
	answers, err := s.decide(m, d)
	if err != nil {
		return nil, err
	}
	return s.tell(m, d, answers), nil
}

func (s *Step) decide(m pipelines.Memory, d document.Document) ([]document.Document, error) {
	switch d := d.(type) {
	case *document.SalesOrder:
		return s.order(m, d)
	case *document.CreditAccount:
		return s.account(m, d)
	case *document.Receivables:
		return s.receivables(m, d)
	case *document.Shipment:
		return s.shipment(m, d)
	case *document.Alarm:
		return s.again(m, d)
	case *document.CreditRelease:
		return s.statement(m, d)
	case *document.ExchangeRate:
		return s.exchangeRate(m, d)
	case *document.LimitStatement:
		return s.limitStatement(m, d)
	}
	return []document.Document{d}, nil
}

func accountRef(key string) document.Ref {
	return document.Ref{Kind: document.KindCreditAccount, Key: key}
}

func shipmentRef(key string) document.Ref {
	return document.Ref{Kind: document.KindShipment, Key: key}
}

func orderNeeds(m pipelines.Memory, order, customer string) []document.Ref {
	refs := []document.Ref{{Kind: document.KindSalesOrder, Key: order}}
	if head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, order); head != nil && head.Credit != nil {
		refs = append(refs, accountRef(head.Credit.Account))
	}
	if customer == "" {
		return refs
	}
	refs = append(refs, document.Ref{Kind: document.KindParty, Key: customer})
	if party := pipelines.Head[*document.Party](m, document.KindParty, customer); party != nil && party.Account != "" {
		refs = append(refs, accountRef(party.Account))
	}
	return refs
}

// alarmNeeds are an order that is judged again, its customer as of today, and the account that it is judged on.
func alarmNeeds(m pipelines.Memory, order string) []document.Ref {
	refs := statementNeeds(m, order)
	if head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, order); head != nil {
		refs = append(refs, document.Ref{Kind: document.KindParty, Key: head.Customer})
	}
	return refs
}

// statementNeeds are an order, and the account that it is judged on.
func statementNeeds(m pipelines.Memory, order string) []document.Ref {
	refs := orderNeeds(m, order, "")
	if head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, order); head != nil && head.Party != nil {
		refs = append(refs, accountRef(head.Party.Account), grantedRef(head.Party.Account))
	}
	return refs
}

func receivablesNeeds(m pipelines.Memory, r *document.Receivables) []document.Ref {
	refs := []document.Ref{document.RefOf(r), accountRef(r.Account)}
	for _, item := range r.Items {
		refs = append(refs, depositNeeds(m, item)...)
		if item.Shipment == "" {
			continue
		}
		refs = append(refs, shipmentRef(item.Shipment))
		if s := pipelines.Head[*document.Shipment](m, document.KindShipment, item.Shipment); s != nil && s.Account != "" {
			refs = append(refs, accountRef(s.Account))
		}
	}
	return refs
}

func shipmentNeeds(m pipelines.Memory, shipment, order string) []document.Ref {
	var refs []document.Ref
	if shipment != "" { // else it is known when the order is
		refs = append(refs, shipmentRef(shipment))
	}
	if head := pipelines.Head[*document.Shipment](m, document.KindShipment, shipment); head != nil {
		refs = append(refs, accountRef(head.Account))
		order = head.Order
	}
	if order == "" {
		return refs
	}
	refs = append(refs, document.Ref{Kind: document.KindSalesOrder, Key: order})
	if head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, order); head != nil && head.Credit != nil {
		account := head.Credit.Account
		refs = append(refs, accountRef(account), document.Ref{Kind: document.KindReceivables, Key: account}, document.Ref{Kind: document.KindParty, Key: head.Customer})
		if head.Party != nil {
			refs = append(refs, accountRef(head.Party.Account)) // it is judged anew where it is only announced
		}
	}
	return refs
}
