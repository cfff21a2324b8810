package render

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
)

// marksOf are the facts of all kinds of cartons of a shipment.
func marksOf(t *testing.T, p *document.Paper) (facts []map[string]string) {
	t.Helper()
	all, err := panelsOf(p)
	require.NoError(t, err)
	for _, panel := range all.list {
		facts = append(facts, panel.carton.facts(p))
	}
	return facts
}

func TestAFullCartonAndTheLastOneAreMarkedApart(t *testing.T) {
	p := markedPaper(document.ShippingMarks, "SM-1")
	facts := marksOf(t, p)
	require.Len(t, facts, 3)
	shipment := map[string]string{"po": "77-1042", "order": "SO-2026-0417", "customer": "Northlight Appliances GmbH", "destination": "GERMANY",
		"port": "DEHAM Hamburg", "cartons": "46", "origin": "CHINA"}
	for i, want := range []map[string]string{
		{"item": "PC-H05-001", "description": "Power cord H05VV-F 3G0.75, 1.8 m, black", "carton": "1-40", "quantity": "250 pcs",
			"net_kg": "29.5", "gross_kg": "30.45", "size_cm": "42 x 31 x 28", "cbm": "0.036"},
		{"item": "PC-H05-001", "description": "Power cord H05VV-F 3G0.75, 1.8 m, black", "carton": "41", "quantity": "1 pcs",
			"net_kg": "0.118", "gross_kg": "1.068", "size_cm": "42 x 31 x 28", "cbm": "0.036"},
		{"item": "CB-RVV-002", "description": "Cable RVV 3x0.75 on drums of 100 m", "carton": "42-46", "quantity": "100 m",
			"net_kg": "9.85", "gross_kg": "11.2", "size_cm": "40 x 40 x 22.5", "cbm": "0.036"},
	} {
		maps.Copy(want, shipment)
		assert.Equal(t, want, facts[i])
		for _, name := range document.MarkFields() {
			assert.NotEmpty(t, facts[i][name], name)
		}
	}
}

func TestWhatIsNotKnownOfACartonIsNotSaid(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*document.Paper)
		unknown []string
	}{
		"the item":                     {func(p *document.Paper) { p.Order.Lines[0].Goods = nil }, []string{"net_kg", "gross_kg", "size_cm", "cbm", "origin"}},
		"a weight of today":            {func(p *document.Paper) { p.Order.Lines[0].Goods.NetUnitKG = d("0.12") }, []string{"net_kg", "gross_kg"}},
		"a size of today":              {func(p *document.Paper) { p.Order.Lines[0].Goods.HeightCM = d("30") }, []string{"size_cm", "cbm"}},
		"the country and the order no": {func(p *document.Paper) { p.Buyer.Country, p.Order.CustomerPO = "", "" }, []string{"destination", "po"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := markedPaper(document.ShippingMarks, "SM-1")
			c.change(p)
			for _, field := range c.unknown {
				assert.Empty(t, marksOf(t, p)[0][field], field)
			}
		})
	}
}

func TestTheBookedPortStandsOnTheCartons(t *testing.T) {
	p := markedPaper(document.ShippingMarks, "SM-1")
	p.Shipment.Booking = &document.Booking{PortOfDischarge: "NLRTM Rotterdam"}
	assert.Equal(t, "NLRTM Rotterdam", marksOf(t, p)[0]["port"])
}

func TestTheMarksOfAShipmentSayWhatAllItsCartonsShare(t *testing.T) {
	p := markedPaper(document.PackingList, "PL-1")
	marks, err := shipmentMarks(p)
	require.NoError(t, err)
	assert.EqualValues(t, "NORTHLIGHT\nPO 77-1042\nGERMANY\nC/NO. 1-46 OF 46", marks, "no item: there are two")

	p.Shipment.Packing.Lines, p.Shipment.Packing.Cartons = p.Shipment.Packing.Lines[:1], 41
	p.Buyer.Marks = "{item}/{quantity}/{size_cm}/{carton}"
	marks, err = shipmentMarks(p)
	require.NoError(t, err)
	assert.EqualValues(t, "PC-H05-001//42 x 31 x 28/1-41", marks, "the last carton holds another quantity")

	p.Shipment.Packing = nil
	p.Buyer.Marks = "{po}\n{carton}\nC/NO. {carton}"
	marks, err = shipmentMarks(p)
	require.NoError(t, err)
	assert.EqualValues(t, "77-1042\nC/NO.", marks, "cartons without numbers")
}

func TestAWrongMarkIsNotDrawn(t *testing.T) {
	for name, c := range map[string]struct {
		paper  document.PaperType
		change func(*document.Paper)
		want   string
	}{
		"a main mark with a name that is no fact": {document.PackingList, func(p *document.Paper) { p.Buyer.Marks = "{colour}" }, "shipping marks name {colour}"},
		"a side mark with a name that is no fact": {document.ShippingMarks, func(p *document.Paper) { p.Buyer.SideMarks = "{colour}" }, "shipping marks name {colour}"},
		"cartons that do not hold the quantity": {document.ShippingMarks, func(p *document.Paper) { p.Shipment.Packing.Lines[0].To = 40 },
			"line 1: 10,001 C62 at 250 a carton do not fill cartons 1–40: check the packing of item PC-H05-001"},
		"a shipment without packing": {document.ShippingMarks, func(p *document.Paper) { p.Shipment.Packing = nil }, "has no packing"},
	} {
		t.Run(name, func(t *testing.T) {
			p := markedPaper(c.paper, "N-1")
			c.change(p)
			_, err := Paper(p, latinFont(t))
			assert.ErrorContains(t, err, c.want)
			_, err = Workbook(p)
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestChineseOnCartonsNeedsAChineseFont(t *testing.T) {
	p := markedPaper(document.ShippingMarks, "SM-1")
	p.Buyer.SideMarks = "{description}"
	p.Shipment.Packing.Lines[0].Name = "Cord 电源线"
	_, err := layout(p, fixed(p), plainRuler{latin: true}, false)
	var missing *MissingGlyphs
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, []rune("电源线"), missing.Characters)
}

func TestACustomerWithoutMarksGetsCartonsWithoutMarks(t *testing.T) {
	p := markedPaper(document.ShippingMarks, "SM-1")
	p.Buyer.Marks, p.Buyer.SideMarks = "", ""
	all, err := panelsOf(p)
	require.NoError(t, err)
	assert.Equal(t, []painted{"N/M", "N/M"}, []painted{all.list[0].main, all.list[0].side})
}
