package credit

import (
	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// quotes are the dated rates that a decision may use, on its day.
type quotes struct {
	today document.Date
	of    func(pair string) *document.ExchangeRate // nil when none is known
}

// Quoting is the policy on a day, with the dated rates of pairs (FROM/TO) as they are known then. A policy that does not ask for dated
// rates stays what it is.
func (p Policy) Quoting(today document.Date, of func(pair string) *document.ExchangeRate) Policy {
	if p.DatedRates {
		p.quotes = &quotes{today, of}
	}
	return p
}

// quoting is the step with the dated rates of this decision.
func (s *Step) quoting(m pipelines.Memory) *Step {
	if !s.policy.DatedRates {
		return s
	}
	with := *s
	with.policy = s.policy.Quoting(m.Today(), func(pair string) *document.ExchangeRate {
		return pipelines.Head[*document.ExchangeRate](m, document.KindExchangeRate, pair)
	})
	return &with
}

// quoted are the dated rates between two currencies as facts: the latest that is not dated ahead, however old.
func (p Policy) quoted(from, to document.Currency) []Rate {
	if p.quotes == nil || from.ISO() == to.ISO() {
		return nil
	}
	r, found := p.quotes.of(document.PairOf(from, to)).CountsOn(p.quotes.today)
	if !found {
		return nil
	}
	return []Rate{{From: from, To: to, On: r.On, Rate: r.Rate, ID: r.ID, Source: r.Source}}
}

// dated is the rate between two currencies that counts on the day of the decision.
func (p Policy) dated(from, to document.Currency) (Rate, bool) {
	if p.quotes == nil {
		return Rate{}, false
	}
	return Facts{AsOf: p.quotes.today, Rates: p.quoted(from, to)}.rate(from, to, p.RateMaxAge)
}

// signCurrency is that of the sign-off; empty where the policy has none.
func (p Policy) signCurrency() document.Currency {
	if p.SignOff == nil {
		return ""
	}
	return p.SignOff.currency()
}

// used are the dated rates of facts that count between an order's currency and others, each once.
func (f Facts) used(oldest Days, to ...document.Currency) (used []document.DatedRate) {
	from := f.Order.Gross.Currency
	for i, in := range to {
		if in == "" || in == from || i > 0 && in == to[0] {
			continue
		}
		if r, found := f.rate(from, in, oldest); found {
			used = append(used, r.kept())
		}
	}
	return used
}

// kept is a rate as a decision keeps it.
func (r Rate) kept() document.DatedRate {
	return document.DatedRate{From: r.From, To: r.To, On: r.On, Rate: r.Rate, ID: r.ID, Source: r.Source}
}

// latest is the one that would count if it were not too old; false when there is none.
func (f Facts) latest(from, to document.Currency) (Rate, bool) {
	const ever = 1 << 30
	return f.rate(from, to, ever)
}

// noRate holds for a dated rate that is missing or too old, and says what was found.
func (j *judging) noRate() {
	f := j.facts
	from, to, days := f.Order.Gross.Currency, f.Account.Currency, int(j.policy.RateMaxAge)
	if last, found := f.latest(from, to); found {
		j.hold(document.FXRateMissing, "there is no rate from %s to %s of %s, or of up to %d days before: the latest is %s of %s, %d days old",
			from, to, f.AsOf, days, last.Rate, last.On, f.AsOf.Sub(last.On))
		return
	}
	j.hold(document.FXRateMissing, "there is no rate from %s to %s of %s, or of up to %d days before", from, to, f.AsOf, days)
}

// rateNeeds are the rates that a document may ask for.
func (s *Step) rateNeeds(m pipelines.Memory, d document.Document) []document.Ref {
	if rate, ok := d.(*document.ExchangeRate); ok {
		return []document.Ref{document.RefOf(rate)}
	}
	if alarm, ok := d.(*document.Alarm); ok && alarm.Of.Kind == document.KindExchangeRate {
		return []document.Ref{alarm.Of}
	}
	if !s.policy.DatedRates {
		return nil
	}
	switch d := d.(type) {
	case *document.SalesOrder:
		return s.orderRates(m, d.ID, d)
	case *document.ProductionReport:
		return s.orderRates(m, d.Order, nil)
	case *document.Acknowledgement:
		return s.orderRates(m, d.Order, nil)
	case *document.CreditRelease:
		return s.orderRates(m, d.Order, nil)
	case *document.Outcome:
		return s.orderRates(m, d.Of.Key, nil)
	case *document.Shipment:
		return s.shipmentRates(m, d.ID, d.Order)
	case *document.DeliveredQuantities:
		return s.shipmentRates(m, d.Despatch(pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, d.Order)), d.Order)
	case *document.Transport:
		return s.shipmentRates(m, d.Shipment, "")
	case *document.Alarm:
		if d.Of.Kind == document.KindReceivables {
			return restateNeeds(m, d.Of)
		}
		return s.orderRates(m, d.Of.Key, nil)
	case *document.Receivables:
		return itemRates(m, d)
	}
	return nil
}

// orderRates are those of an order, came being what its source says now: into the currencies of its accounts and of the sign-off, and
// from the accounts' into those of the caps of people.
func (s *Step) orderRates(m pipelines.Memory, key string, came *document.SalesOrder) []document.Ref {
	head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, key)
	var accounts []string
	if head != nil {
		if head.Credit != nil {
			accounts = append(accounts, head.Credit.Account)
		}
		if head.Party != nil {
			accounts = append(accounts, head.Party.Account)
		}
		if came == nil {
			came = head
		}
	}
	if came == nil {
		return nil
	}
	if party := pipelines.Head[*document.Party](m, document.KindParty, came.Customer); party != nil {
		accounts = append(accounts, party.Account)
	}
	refs := pairRefs(came.Currency, s.policy.signCurrency())
	for _, account := range accounts {
		a := pipelines.Head[*document.CreditAccount](m, document.KindCreditAccount, account)
		if a == nil {
			continue
		}
		refs = append(refs, pairRefs(came.Currency, a.Currency)...)
		for _, who := range sorted(s.policy.People) {
			if limit := s.policy.People[who].UpTo; limit != nil {
				refs = append(refs, pairRefs(a.Currency, limit.Currency)...)
			}
		}
	}
	return refs
}

// shipmentRates are those of the order that a shipment belongs to.
func (s *Step) shipmentRates(m pipelines.Memory, shipment, order string) []document.Ref {
	if head := pipelines.Head[*document.Shipment](m, document.KindShipment, shipment); head != nil {
		order = head.Order
	}
	if order == "" {
		return nil
	}
	return s.orderRates(m, order, nil)
}

// pairRefs names the rate of a pair; none of one currency in itself.
func pairRefs(from, to document.Currency) []document.Ref {
	if from == "" || to == "" || from.ISO() == to.ISO() {
		return nil
	}
	return []document.Ref{{Kind: document.KindExchangeRate, Key: document.PairOf(from, to)}}
}

// ratesUsed tells the dated rates of a decision, with their records.
func ratesUsed(c *document.CreditDecision) (lines []Line) {
	for _, r := range c.Rates {
		if document.PairOf(r.From, r.To) == c.Pair {
			lines = append(lines, say("it counts at 1 %s = %s %s, of %s, record %s", r.From, r.Rate, r.To, r.On, r.ID))
		} else {
			lines = append(lines, say("its sign-off counts at 1 %s = %s %s, of %s, record %s", r.From, r.Rate, r.To, r.On, r.ID))
		}
	}
	return lines
}
