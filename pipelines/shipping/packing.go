package shipping

import (
	"fmt"

	"tradewire/mapping/document"
)

// printed places of kilograms and cubic metres.
const printed = 3

// pack is the arithmetic of a packing list: full cartons, a last one with the rest, and carton numbers that run through
// all lines without a gap. Every line is rounded by itself and the totals add up what is printed, so that the page foots.
func pack(lines []packable) (*document.Packing, error) {
	p := &document.Packing{}
	for _, l := range lines {
		packed, err := l.pack(p.Cartons + 1)
		if err != nil {
			return nil, err
		}
		p.Lines = append(p.Lines, packed)
		p.Cartons = packed.To
		p.NetKG = p.NetKG.Add(packed.NetKG)
		p.GrossKG = p.GrossKG.Add(packed.GrossKG)
		p.CBM = p.CBM.Add(packed.CBM)
	}
	return p, nil
}

// packable is a quantity of an item with its packing.
type packable struct {
	orderLine int
	quantity  document.Quantity
	item      *document.Item
}

func (l packable) pack(first int64) (document.PackedLine, error) {
	item, q := l.item, l.quantity.Value
	full, rest := q.QuoRem(item.PerCarton)
	gross := full.Mul(item.GrossFullKG)
	cartons := full
	if !rest.IsZero() {
		cartons = cartons.Add(document.DecimalOf(1))
		gross = gross.Add(rest.Mul(item.NetUnitKG)).Add(item.TareKG)
	}
	count, ok := cartons.Int64()
	if !ok || count > mostCartons {
		return document.PackedLine{}, fmt.Errorf("line %d: %s of item %s make %s cartons: is its packing right?", l.orderLine, l.quantity, item.ID, cartons)
	}
	volume := item.LengthCM.Mul(item.WidthCM).Mul(item.HeightCM).Mul(cartons).Mul(document.D("0.000001"))
	packed := document.PackedLine{
		OrderLine: l.orderLine, Item: item.ID, Name: item.Name, LocalName: item.LocalName, HSCode: item.HSCode,
		Quantity: l.quantity, PerCarton: item.PerCarton, From: first, To: first + count - 1,
		NetKG: q.Mul(item.NetUnitKG).Round(printed), GrossKG: gross.Round(printed), CBM: volume.Round(printed),
	}
	if packed.GrossKG.Less(packed.NetKG) {
		return packed, fmt.Errorf("line %d: item %s weighs %s kg gross and %s kg net: correct its packing in the ERP",
			l.orderLine, item.ID, packed.GrossKG, packed.NetKG)
	}
	return packed, nil
}

// mostCartons of one line: more is a fault in the packing, not a shipment.
const mostCartons = 1_000_000
