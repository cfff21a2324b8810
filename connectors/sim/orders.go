package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"
)

// Order is an order as the CRM tells of it.
type Order struct {
	ID          string      `json:"id"`
	Number      string      `json:"number"`
	Revision    int64       `json:"revision"`
	Status      string      `json:"status"` // confirmed or cancelled
	Customer    string      `json:"customer"`
	CustomerPO  string      `json:"customer_po,omitempty"`
	Currency    string      `json:"currency"` // as the clerks write it: HKD, HK$, RMB
	OrderedOn   string      `json:"ordered_on"`
	RequestedOn string      `json:"requested_on"`
	PromisedOn  string      `json:"promised_on,omitempty"` // where sales has promised another day
	Terms       string      `json:"terms"`
	Incoterm    string      `json:"incoterm,omitempty"`
	Place       string      `json:"place,omitempty"`
	TaxPercent  int64       `json:"tax_percent"`
	Total       string      `json:"total"` // tax included
	Remarks     string      `json:"remarks,omitempty"`
	Owner       string      `json:"owner"` // of nobody's business but the CRM's
	UpdatedAt   string      `json:"updated_at"`
	Lines       []OrderLine `json:"lines"`
}

// OrderLine is one line of an Order.
type OrderLine struct {
	No          int         `json:"no"`
	SKU         string      `json:"sku"`
	Description string      `json:"description,omitempty"`
	Qty         json.Number `json:"qty"`
	Unit        string      `json:"unit"`
	Price       string      `json:"price"` // for one unit, without tax
	RequiredOn  string      `json:"required_on,omitempty"`
	PromisedOn  string      `json:"promised_on,omitempty"`
}

// fault is what is wrong with an order, so that it must not reach the ERP.
type fault int

const (
	sound fault = iota
	unknownItem
	wrongSum
	brokenText
	unknownCurrency
	noQuantity
)

func (f fault) reason() string {
	return []string{"", "unknown item", "wrong sum", "broken encoding", "unknown currency", "no quantity"}[f]
}

// brokenMark stands for bytes that are no UTF-8; they take its place when the order is sent.
const brokenMark = "@GBK@"

var brokenBytes = []byte{0xBF, 0xCD, 0xBB, 0xA7, 0xFF} // a word in another encoding

// deal is the content of an order in exact numbers.
type deal struct {
	currency string // ISO 4217
	word     string // how the clerk writes it
	po       string
	terms    string
	incoterm string
	place    string
	tax      int64
	ordered  int // the step on whose day it was ordered
	due      int // days later
	promised int // days after that; none: nothing is promised
	remarks  string
	lines    []dealLine
	fault    fault
}

type dealLine struct {
	item     item
	quantity int64 // in thousandths
	unit     string
	price    int64 // in ten-thousandths
	text     string
	later    int // days after the order's own requested day, 0: the same day
}

// currencyWords are the ways in which the CRM's clerks write a currency, the right one most often.
var currencyWords = map[string][]string{
	"HKD": {"HKD", "HKD", "HKD", "HK$"}, "USD": {"USD", "USD", "USD", "US$"}, "CNY": {"CNY", "RMB", "CNY", "RMB", "CNH"},
}

// newDeal writes the content of a new order of a customer.
func (s *story) newDeal(r *rand.Rand, c *client, step int) deal {
	d := deal{currency: c.account.Currency, terms: c.terms, ordered: step, due: int(between(r, 14, 45)), promised: noPromise}
	if c.Channel == "transfer" && chance(r, 4) {
		d.currency = "USD"
	}
	d.word = pick(r, currencyWords[d.currency])
	if chance(r, 85) {
		d.po = fmt.Sprintf("PO-%d/%02d", between(r, 10_000, 99_999), between(r, 1, 12))
	}
	switch c.Channel {
	case "export":
		d.incoterm = pick(r, []string{"FOB", "FOB", "CIF", "EXW"})
		d.place = map[string]string{"FOB": "Yantian", "CIF": overseasPort(c.Country), "EXW": "Dongguan"}[d.incoterm]
	case "domestic":
		d.tax = 13
	}
	if chance(r, 25) {
		d.remarks = pick(r, []string{"Usual packing.", "唛头请按客户要求。", "Urgent: production line is waiting.", "分两批交货亦可。", "Test report with the goods, please."})
	}
	for range between(r, 1, 5) {
		d.lines = append(d.lines, s.newLine(r, c, &d))
	}
	return d
}

func (s *story) newLine(r *rand.Rand, c *client, d *deal) dealLine {
	i := pick(r, s.items)
	size := map[string]int64{"A": 60, "B": 30, "C": 12}[c.Class]
	l := dealLine{item: i, quantity: between(r, 3, size) * 100_000, unit: pick(r, []string{"pcs", "pcs", "pc"}), text: i.Name}
	switch {
	case i.Unit == "M":
		l.unit = "m"
		if chance(r, 20) {
			l.quantity += 152_500 // half a metre is sold too
		}
	case chance(r, 10):
		l.quantity += between(r, 1, 99) * 1000 // not full cartons
	}
	if c.Channel != "export" {
		l.text = i.NameCN
	}
	if chance(r, 10) {
		l.later = int(between(r, 1, 10))
	}
	step := int64(100) // prices have two decimals, in US dollars three
	if d.currency == "USD" {
		step = 10
	}
	l.price = max(convert(i.Price*between(r, 92, 112)/100, "HKD", d.currency)/step*step, step)
	return l
}

func overseasPort(country string) string {
	for _, where := range overseas {
		if where.country == country {
			return where.port
		}
	}
	return "Hamburg"
}

// noPromise stands for a day that nobody has promised.
const noPromise = -1

// promise is the day that sales has promised for what is wanted so many days after the order's own day; empty: none.
func (d *deal) promise(s *story, later int) string {
	if d.promised == noPromise {
		return ""
	}
	return s.day(d.ordered, d.due+later+d.promised)
}

// total is what the order comes to, tax included, in hundredths.
func (d *deal) total() int64 {
	var net int64
	for _, l := range d.lines {
		net += amountOf(l.quantity, l.price)
	}
	return net + taxOf(net, d.tax)
}

// body is the order as the CRM sends it.
func (d *deal) body(s *story, t *tale, v *version, at time.Time) []byte {
	o := Order{
		ID: t.id(), Number: fmt.Sprintf("CO%s-%05d", s.now(d.ordered).Format("06"), t.index+1), Revision: v.revision, Status: "confirmed",
		Customer: t.client.ID, CustomerPO: d.po, Currency: d.word, OrderedOn: s.day(d.ordered, 0), RequestedOn: s.day(d.ordered, d.due),
		PromisedOn: d.promise(s, 0), Terms: d.terms, Incoterm: d.incoterm, Place: d.place, TaxPercent: d.tax, Total: fixed(d.total(), moneyPlaces),
		Remarks: d.remarks, Owner: v.owner, UpdatedAt: at.In(hongKong).Format(time.RFC3339),
	}
	if v.cancelled {
		o.Status = "cancelled"
	}
	for n, l := range d.lines {
		out := OrderLine{No: n + 1, SKU: l.item.Code, Description: l.text, Qty: json.Number(plain(l.quantity, quantityPlaces)), Unit: l.unit, Price: fixed(l.price, pricePlaces)}
		if l.later > 0 {
			out.RequiredOn = s.day(d.ordered, d.due+l.later)
			out.PromisedOn = d.promise(s, l.later)
		}
		o.Lines = append(o.Lines, out)
	}
	switch d.fault {
	case unknownItem:
		o.Lines[0].SKU = "PC-XX-C13-18"
	case wrongSum:
		o.Total = fixed(d.total()+123_45, moneyPlaces)
	case unknownCurrency:
		o.Currency = "HKP"
	}
	return bytes.ReplaceAll(encode(o), []byte(brokenMark), brokenBytes)
}

// encode writes JSON as the CRM does: characters as they are, no newline at the end.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // our own structs always encode
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
