package render

import (
	"strings"

	"github.com/rivo/uniseg"

	"tradewire/mapping/document"
)

// text is a notice while it is written: lines, and facts that are aligned in blocks.
type text struct {
	speaker
	out   strings.Builder
	facts [][2]string
}

func (t *text) String() string { return t.out.String() }

// line is one line, whatever its text holds: a customer's name cannot add lines of its own.
func (t *text) line(s string) {
	t.out.WriteString(strings.TrimRight(strings.Join(strings.Fields(s), " "), " "))
	t.out.WriteByte('\n')
}

func (t *text) head(key string) {
	t.line("")
	t.line(t.say(key))
}

func (t *text) item(what, detail string) {
	if detail != "" {
		what += ": " + detail
	}
	t.line("- " + what)
}

// fact is a label and its value; facts without a value are left out.
func (t *text) fact(key, value string) {
	if value != "" {
		t.facts = append(t.facts, [2]string{t.say(key), strings.Join(strings.Fields(value), " ")})
	}
}

// align writes the facts, values under each other. A Chinese character takes two places.
func (t *text) align() {
	widest := 0
	for _, f := range t.facts {
		widest = max(widest, uniseg.StringWidth(f[0]))
	}
	for _, f := range t.facts {
		t.out.WriteString("  " + f[0] + strings.Repeat(" ", widest-uniseg.StringWidth(f[0])+2) + f[1] + "\n")
	}
	t.facts = nil
}

// alignFigures writes the facts with their values ending under each other, as sums do.
func (t *text) alignFigures() {
	widest := 0
	for _, f := range t.facts {
		widest = max(widest, uniseg.StringWidth(f[1]))
	}
	for i := range t.facts {
		t.facts[i][1] = strings.Repeat(" ", widest-uniseg.StringWidth(t.facts[i][1])) + t.facts[i][1]
	}
	t.align()
}

func (t *text) who(n *document.Notice) {
	name := n.Customer
	switch {
	case name == "":
		name = n.LocalCustomer
	case n.LocalCustomer != "" && n.LocalCustomer != name:
		name += " (" + n.LocalCustomer + ")"
	}
	t.fact("customer", name)
	t.fact("account", n.Account)
	t.fact("order", n.Order)
	t.fact("customer_po", n.CustomerPO)
}

// credit is the arithmetic of a held order: what stands already, what comes on top, what is allowed.
func (t *text) credit(n *document.Notice) {
	if n.Credit == nil {
		t.exposure(n.Exposure)
		t.fact("exposure", n.Exposure.Total().String())
		t.limit(n)
		return
	}
	c := n.Credit
	t.exposure(c.Before)
	t.fact("before", c.Before.Total().String())
	if c.Rate.Sign() <= 0 {
		t.fact("demand", t.say("rate.missing"))
		t.limitAlone(n)
		return
	}
	if n.Total.Currency == c.Demand.Currency {
		t.fact("demand", c.Demand.String())
	} else {
		t.facts = append(t.facts, [2]string{t.say("demand.converted", c.Rate.String()), c.Demand.String()})
	}
	t.fact("after", c.Before.Total().Add(c.Demand).String())
	t.limitAlone(n)
	if c.Excess.Sign() > 0 {
		t.fact("excess", c.Excess.String())
	} else {
		t.fact("left", document.Money{Amount: c.Excess.Amount.Neg(), Currency: c.Excess.Currency}.String())
	}
}

func (t *text) exposure(e document.Exposure) {
	t.fact("open_orders", e.OpenOrders.String())
	t.fact("shipped", e.ShippedNotInvoiced.String())
	t.fact("invoiced", e.InvoicedNotPosted.String())
	t.fact("receivables", e.Receivables.String())
	t.fact("special", e.Special.String())
	t.fact("unapplied", e.Unapplied.String())
}

// limitAlone is the limit. None and zero are two things, and neither is credit without end.
func (t *text) limitAlone(n *document.Notice) {
	if n.Limit == nil {
		t.fact("limit", t.say("limit.none"))
		return
	}
	t.fact("limit", n.Limit.String())
}

// limit is the limit with what of it is used.
func (t *text) limit(n *document.Notice) {
	t.limitAlone(n)
	if n.Limit == nil {
		return
	}
	if used, known := usedPercent(n); known {
		t.fact("used", used+" %")
	}
	left := n.Limit.Sub(n.Exposure.Total())
	if left.Sign() < 0 {
		t.fact("excess", document.Money{Amount: left.Amount.Neg(), Currency: left.Currency}.String())
		return
	}
	t.fact("left", left.String())
}
