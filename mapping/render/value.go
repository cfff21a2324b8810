package render

import (
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// tongue is the languages of a paper: English alone, or English with Chinese beside it.
type tongue struct{ chinese bool }

// say is a label in English, and in Chinese beside it.
func (t tongue) say(w word) string {
	if !t.chinese || w.zh == "" {
		return w.en
	}
	return w.en + " " + w.zh
}

// value is what stands in one place of a paper. A PDF prints what is said; a workbook keeps figures and days as such.
type value interface{ said(tongue) string }

// fact is a label with its value. Facts without a value are left out.
type fact struct {
	label word
	value value
}

// known are the facts that have a value.
func (t tongue) known(facts []fact) (known []fact) {
	for _, f := range facts {
		if f.value != nil && f.value.said(t) != "" {
			known = append(known, f)
		}
	}
	return known
}

// text stands as it was written: names, numbers that people gave, codes.
type text string

func (v text) said(tongue) string { return string(v) }

func (w word) said(t tongue) string { return t.say(w) }

// stacked is a longer word of ours: Chinese below English.
type stacked word

func (w stacked) said(t tongue) string {
	if !t.chinese || w.zh == "" {
		return w.en
	}
	return w.en + "\n" + w.zh
}

// noted is a label with something behind it: Tax 税额 13 %.
type noted struct {
	word word
	note string
}

func (v noted) said(t tongue) string { return t.say(v.word) + " " + v.note }

// painted is what is painted on cartons. No part of it is ever left out: a mark with a part left out is a wrong one.
type painted string

func (v painted) said(tongue) string { return string(v) }

type day document.Date

func (v day) said(tongue) string { return document.Date(v).String() }

// later is a day after the one that was asked for. It is in heavy type: whoever signs shall see it.
type later struct{ day }

// figure is an exact number as it is printed: with so many places, and words around it that are no part of the number.
type figure struct {
	n             document.Decimal
	places        int32
	before, after string
}

func (v figure) said(tongue) string {
	return v.before + document.Grouped(v.n.Fixed(v.places)) + v.after
}

// number is a plain number with the places that it has.
func number(d document.Decimal) figure { return figure{n: d, places: d.Places()} }

func count(n int64) figure { return figure{n: document.DecimalOf(n)} }

// thousandths are kilograms and cubic metres, printed with three places as they were rounded.
func thousandths(d document.Decimal) figure { return figure{n: d, places: 3} }

// amount is money without its currency, which stands at the head of its column.
func amount(m document.Money) figure { return figure{n: m.Amount, places: m.Currency.Places()} }

// money is an amount with its currency.
func money(m document.Money) figure {
	f := amount(m)
	f.before = string(m.Currency) + " "
	return f
}

// price has at least the places of the currency and as many more as it needs.
func price(d document.Decimal, c document.Currency) figure {
	return figure{n: d, places: max(d.Places(), c.Places())}
}

// goods names an item: its code, its names, and what the customer called it.
type goods struct{ item, name, localName, ordered string }

// goodsOf names an item; one without a name is called as the order calls it.
func goodsOf(item, name, localName, ordered string) goods {
	if name == "" {
		name = ordered
	}
	return goods{item: item, name: name, localName: localName}
}

func (v goods) said(t tongue) string {
	return strings.TrimSpace(v.item + "\n" + strings.Join(v.names(t), "\n"))
}

// names are all names that are known, each once.
func (v goods) names(t tongue) (names []string) {
	all := []string{v.name, v.localName, v.ordered}
	if !t.chinese {
		all = []string{v.name, v.ordered}
	}
	for _, name := range all {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// packages is how the goods are packed: words for a PDF, figures of their own in a workbook.
type packages struct{ packing *document.Packing }

func (v packages) said(t tongue) string {
	if v.packing == nil {
		return ""
	}
	cartons := count(v.packing.Cartons).said(t)
	return t.say(word{cartons + " cartons", cartons + "箱"}) + "\n" + inOneLine(t, weightsOf(v.packing))
}

func (v packages) parts() []fact {
	cartons := count(v.packing.Cartons)
	cartons.after = " cartons"
	return append([]fact{{wordPackages, cartons}}, weightsOf(v.packing)...)
}

// weightsOf are the sums of a packing beside its cartons.
func weightsOf(k *document.Packing) []fact {
	kg := func(d document.Decimal) figure { return figure{n: d, places: 3, after: " kg"} }
	return []fact{{wordNetWeight, kg(k.NetKG)}, {wordGrossWeight, kg(k.GrossKG)}, {wordVolume, figure{n: k.CBM, places: 3, after: " m³"}}}
}
