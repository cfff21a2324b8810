package credit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	iso "golang.org/x/text/currency"

	"tradewire/mapping/document"
)

// ReadFacts reads one case as finance keeps it in a file: amounts are texts in plain decimal notation, days YYYY-MM-DD. A field that is
// missing or null means that there is none: no limit, no orders before, nothing owed, receivables that were never read. What a decision
// cannot do without is as_of, the two currencies, and the order's gross and terms; its name may be given and says nothing.
//
// The business day is one of the company: its instant is its end, in the zone. A customer of whom no first order is known has had none.
func ReadFacts(text []byte, zone *time.Location) (Facts, *FieldError) {
	v, err := valueOf(text)
	if err != nil {
		return Facts{}, &FieldError{"$", err.Error()}
	}
	r := &reader{}
	f := r.facts(v, zone)
	return f, r.fault
}

func (r *reader) facts(v value, zone *time.Location) (f Facts) {
	top := r.open(v, "", "as_of", "account", "exposure", "open_items", "order", "rates", "name")
	if r.fault != nil {
		return f
	}
	top.need("as_of", "account", "order")
	top.text("name")
	f.AsOf = top.day("as_of")
	next := f.AsOf.AddDays(1)
	f.Now = time.Date(next.Year, next.Month, next.Day, 0, 0, 0, 0, zone)
	f.Account = r.account(top.group("account", "currency", "base_limit", "no_check", "limit_to", "temporary_limit", "temporary_from", "temporary_to",
		"stopped", "class", "overseas", "first_order_on", "order_count", "waivers", "ar_as_of"))
	in := f.Account.Currency
	e := top.group("exposure", "open_orders", "shipped_not_invoiced", "invoices_not_in_ar", "receivables", "special_liabilities", "unapplied_receipts")
	f.Exposure = document.Exposure{OpenOrders: e.money("open_orders", in), ShippedNotInvoiced: e.money("shipped_not_invoiced", in),
		InvoicedNotPosted: e.money("invoices_not_in_ar", in), Receivables: e.money("receivables", in),
		Special: e.money("special_liabilities", in), Unapplied: e.money("unapplied_receipts", in)}
	for _, item := range top.groups("open_items", "due", "amount", "disputed", "dunning") {
		item.need("due", "amount")
		f.Items = append(f.Items, ItemFacts{Due: item.day("due"), Amount: item.money("amount", in), Disputed: item.truth("disputed"), Dunning: item.integer("dunning")})
	}
	f.Order = r.order(top.group("order", "currency", "gross", "terms", "prepaid", "planned_ship", "created_by"))
	f.Rates = r.rates(top)
	return f
}

func (r *reader) account(g group) AccountFacts {
	g.need("currency")
	count, first := g.integer("order_count"), g.day("first_order_on")
	a := AccountFacts{Currency: g.currency("currency"), Limit: g.limit("base_limit"), LimitTo: g.day("limit_to"),
		Temporary: g.limit("temporary_limit"), TemporaryFrom: g.day("temporary_from"), TemporaryTo: g.day("temporary_to"),
		NoCheck: g.truth("no_check"), Stopped: g.truth("stopped"), Class: g.text("class"), Overseas: g.truth("overseas"),
		FirstOrderOn: &first, Orders: &count, ReceivablesAsOf: g.instant("ar_as_of")}
	if !a.TemporaryTo.IsZero() && a.TemporaryTo.Before(a.TemporaryFrom) {
		g.wrong("temporary_to", "it is %s, before temporary_from %s", a.TemporaryTo, a.TemporaryFrom)
	}
	for _, w := range g.groups("waivers", "rule", "by", "until") {
		w.need("rule", "by")
		rule := document.HoldReason(w.text("rule"))
		if w.reader.fault == nil && !slices.Contains(waivable(), rule) {
			w.wrong("rule", "%q cannot be waived; %s can", rule, spelled(waivable()))
		}
		if w.reader.fault == nil && strings.TrimSpace(w.text("by")) == "" {
			w.wrong("by", "it is empty and should say who consented")
		}
		a.Waivers = append(a.Waivers, document.Waiver{Rule: rule, By: w.text("by"), Until: w.day("until")})
	}
	return a
}

func (r *reader) order(g group) OrderFacts {
	g.need("currency", "gross", "terms")
	in := g.currency("currency")
	o := OrderFacts{Gross: g.money("gross", in), Prepaid: g.money("prepaid", in), Terms: g.text("terms"), PlannedShip: g.day("planned_ship"),
		CreatedBy: g.text("created_by")}
	if o.Prepaid.Sign() < 0 {
		g.wrong("prepaid", "it is %s: what was paid is not below zero", o.Prepaid.Amount)
	}
	if _, _, known := termKind(o.Terms); !known {
		g.wrong("terms", "%q are no terms; write PREPAY, COD, NET30, EOM30, EOMPLUS1M, LC_SIGHT, LC_USANCE90 or TT30/70", o.Terms)
	}
	return o
}

// rates are those of a case. One pair has one rate a day, or the order of the list would decide.
func (r *reader) rates(top group) (rates []Rate) {
	for _, g := range top.groups("rates", "from", "to", "date", "rate") {
		g.need("from", "to", "date", "rate")
		one := Rate{From: g.currency("from"), To: g.currency("to"), On: g.day("date"), Rate: g.decimal("rate")}
		if _, there := g.get("rate"); there && one.Rate.Sign() <= 0 {
			g.wrong("rate", "it is %s and should be above zero", one.Rate)
		}
		if one.From == one.To && !one.Rate.Equal(document.D("1")) {
			g.wrong("rate", "it is %s, and one %s is one %s", one.Rate, one.From, one.To)
		}
		for _, other := range rates {
			if other.From == one.From && other.To == one.To && other.On == one.On && !other.Rate.Equal(one.Rate) {
				g.wrong("rate", "it is %s, and another rate of that day says %s", one.Rate, other.Rate)
			}
		}
		rates = append(rates, one)
	}
	return rates
}

func (g group) decimal(key string) document.Decimal {
	v, there := g.get(key)
	if !there {
		return document.Decimal{}
	}
	if v.sort != "text" {
		g.wrong(key, "it is %s and should be a number in quotes, such as \"1000.00\"", v.isA())
		return document.Decimal{}
	}
	d, err := document.ParseDecimal(v.text)
	if err != nil {
		g.wrong(key, "%v", err)
	}
	return d
}

func (g group) money(key string, in document.Currency) document.Money {
	return document.Money{Amount: g.decimal(key), Currency: in}
}

// limit is an amount that is not below zero; nil when there is none.
func (g group) limit(key string) *document.Decimal {
	if _, there := g.get(key); !there {
		return nil
	}
	d := g.decimal(key)
	if d.Sign() < 0 {
		g.wrong(key, "it is %s: a limit is not below zero", d)
	}
	return &d
}

// currency is an ISO 4217 code, or what people write for the renminbi.
func (g group) currency(key string) document.Currency {
	text := g.text(key)
	if text == "" {
		if _, there := g.get(key); there {
			g.wrong(key, "it is empty and should be an ISO 4217 code, such as HKD")
		}
		return ""
	}
	if text == "RMB" || text == "CNH" {
		return "CNY"
	}
	if _, err := iso.ParseISO(text); err != nil || !document.Currency(text).Valid() {
		g.wrong(key, "%q is not an ISO 4217 code, such as HKD", text)
		return ""
	}
	return document.Currency(text)
}

func (g group) day(key string) document.Date {
	text := g.text(key)
	if text == "" {
		if _, there := g.get(key); there {
			g.wrong(key, "it is empty and should be a day, such as 2026-11-21")
		}
		return document.Date{}
	}
	d, err := document.ParseDate(text)
	if err == nil && d.Year == 0 {
		err = fmt.Errorf("%q is not a day (YYYY-MM-DD)", text)
	}
	if err != nil {
		g.wrong(key, "%v", err)
	}
	return d
}

func (g group) instant(key string) time.Time {
	text := g.text(key)
	if text == "" {
		if _, there := g.get(key); there {
			g.wrong(key, "it is empty and should be an instant, such as 2026-11-21T08:00:00Z")
		}
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		g.wrong(key, "%q is not an instant, such as 2026-11-21T08:00:00Z", text)
	}
	return at
}
