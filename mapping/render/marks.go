package render

import (
	"maps"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"tradewire/mapping/document"
)

// carton is one kind of carton of a shipment: the full ones of a packed line, or its last one with the rest.
type carton struct {
	line     document.PackedLine
	item     *document.Item // nil: not known
	from, to int64          // 0: not numbered
	holds    document.Quantity
	rest     bool
}

// cartonsIn are the kinds of cartons of a packed line. sound is false when its quantity does not fill the cartons that
// it is said to fill; then it is one kind, of which the contents are not known.
func cartonsIn(p *document.Paper, l document.PackedLine) (kinds []carton, sound bool) {
	all := carton{line: l, from: l.From, to: l.To}
	if ordered, found := p.Order.Line(l.OrderLine); found {
		all.item = ordered.Goods
	}
	full, rest, sound := filled(l)
	if !sound {
		return []carton{all}, false
	}
	if full > 0 {
		c := all
		c.to, c.holds = l.From+full-1, document.Quantity{Value: l.PerCarton, Unit: l.Quantity.Unit}
		kinds = append(kinds, c)
	}
	if rest.Sign() > 0 {
		c := all
		c.from, c.rest, c.holds = l.To, true, document.Quantity{Value: rest, Unit: l.Quantity.Unit}
		kinds = append(kinds, c)
	}
	return kinds, true
}

// filled is how many cartons of a line are full and what is in a last one, and whether that makes its cartons.
func filled(l document.PackedLine) (full int64, rest document.Decimal, sound bool) {
	if l.PerCarton.Sign() <= 0 {
		return 0, rest, false
	}
	whole, rest := l.Quantity.Value.QuoRem(l.PerCarton)
	full, fits := whole.Int64()
	cartons := full
	if rest.Sign() > 0 {
		cartons++
	}
	return full, rest, fits && cartons == cartonsOf(l)
}

// facts are what a mark can say of the carton. What is not known is not among them.
func (c carton) facts(p *document.Paper) map[string]string {
	facts := orderFacts(p)
	facts["item"] = c.line.Item
	facts["description"] = goodsOf("", c.line.Name, "", described(&p.Order, c.line.OrderLine)).name
	facts["carton"] = onCartons(c.from, c.to)
	if !c.holds.Value.IsZero() {
		facts["quantity"] = c.holds.Value.String() + " " + unit(c.holds.Unit).said(tongue{})
	}
	if c.item != nil {
		facts["origin"] = inCapitals(c.item.Origin)
		c.measure(facts)
	}
	return facts
}

// measure adds weights and size. The order keeps an item as it was when the order was decided, the packing list weighs it
// as it is today: a weight on a carton that the packing list contradicts is worse than none.
func (c carton) measure(facts map[string]string) {
	if net := c.holds.Value.Mul(c.item.NetUnitKG); !net.IsZero() && c.weighs() {
		gross := c.item.GrossFullKG
		if c.rest {
			gross = net.Add(c.item.TareKG)
		}
		facts["net_kg"], facts["gross_kg"] = net.Round(3).String(), gross.Round(3).String()
	}
	volume := volumeOf(c.item)
	if !volume.IsZero() && volume.Mul(document.DecimalOf(cartonsOf(c.line))).Round(3).Equal(c.line.CBM) {
		facts["size_cm"] = c.item.LengthCM.String() + " x " + c.item.WidthCM.String() + " x " + c.item.HeightCM.String()
		facts["cbm"] = volume.Fixed(3)
	}
}

// onCartons are carton numbers as they are painted.
func onCartons(from, to int64) string { return strings.ReplaceAll(cartonNumbers(from, to), "–", "-") }

// weighs says whether the item's weights make those of the packed line.
func (c carton) weighs() bool {
	full, rest := c.line.Quantity.Value.QuoRem(c.line.PerCarton)
	gross := full.Mul(c.item.GrossFullKG)
	if !rest.IsZero() {
		gross = gross.Add(rest.Mul(c.item.NetUnitKG)).Add(c.item.TareKG)
	}
	return c.line.Quantity.Value.Mul(c.item.NetUnitKG).Round(3).Equal(c.line.NetKG) && gross.Round(3).Equal(c.line.GrossKG)
}

// volumeOf is a carton in cubic metres.
func volumeOf(item *document.Item) document.Decimal {
	return item.LengthCM.Mul(item.WidthCM).Mul(item.HeightCM).Mul(document.D("0.000001"))
}

// orderFacts are what holds for every carton of the shipment.
func orderFacts(p *document.Paper) map[string]string {
	facts := map[string]string{
		"po": p.Order.CustomerPO, "order": orderNumber(&p.Order), "customer": p.Buyer.Name, "port": p.Buyer.Port,
		"destination": inCapitals(p.Buyer.Country),
	}
	if p.Buyer.Name == "" {
		facts["customer"] = p.Buyer.LocalName
	}
	if b := p.Shipment.Booking; b != nil && b.PortOfDischarge != "" {
		facts["port"] = b.PortOfDischarge
	}
	if k := p.Shipment.Packing; k != nil && k.Cartons > 0 {
		facts["cartons"] = count(k.Cartons).n.String()
	}
	return facts
}

// inCapitals is the English name of a country as it is painted; a code that is not known stands for itself.
func inCapitals(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() {
		return code
	}
	return strings.ToUpper(display.English.Regions().Name(region))
}

// shipmentMarks is the main mark for the shipment as a whole: it says what is the same on every carton, and all carton
// numbers.
func shipmentMarks(p *document.Paper) (painted, error) {
	var all []map[string]string
	for _, l := range packingOf(p).Lines {
		kinds, _ := cartonsIn(p, l)
		for _, c := range kinds {
			all = append(all, c.facts(p))
		}
	}
	if len(all) == 0 {
		all = append(all, orderFacts(p))
	}
	shared := sharedBy(all)
	if k := p.Shipment.Packing; k != nil {
		shared["carton"] = onCartons(1, k.Cartons)
	}
	return fill(p.Buyer.Marks, shared)
}

// sharedBy are the facts that all say alike.
func sharedBy(all []map[string]string) map[string]string {
	shared := maps.Clone(all[0])
	for _, facts := range all[1:] {
		maps.DeleteFunc(shared, func(name, fact string) bool { return facts[name] != fact })
	}
	return shared
}

// fill puts facts into a template line by line. A line of which nothing is left is left out.
func fill(template string, facts map[string]string) (painted, error) {
	if _, err := document.FillMarks(template, nil); err != nil {
		return "", err
	}
	var lines []string
	for _, l := range strings.Split(template, "\n") {
		filled, err := document.FillMarks(l, facts)
		if err != nil {
			return "", err
		}
		if filled = strings.TrimSpace(filled); filled != "" || strings.TrimSpace(l) == "" {
			lines = append(lines, filled)
		}
	}
	return painted(strings.Join(lines, "\n")), nil
}
