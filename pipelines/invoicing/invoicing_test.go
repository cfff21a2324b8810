package invoicing

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/steptest"
)

func exports(t *testing.T) *Step {
	t.Helper()
	return New(pipelines.Papers{Papers: map[document.PaperType]pipelines.PaperRule{document.CommercialInvoice: {
		Series: "CI-{YYYY}-{00000}", Channels: []document.Channel{document.DirectExport}}}}, document.Seller{})
}

// shipped is an order of three lines at 33.33 and a shipment of all of it.
func shipped() (*document.SalesOrder, *document.Shipment) {
	o := steptest.Order("1", "C-A")
	for no := 1; no <= 3; no++ {
		line := steptest.Line(no, "A", "1", "33.33")
		line.Goods = &document.Item{ID: "A", Name: "Cord", HSCode: "854442"}
		o.Lines = append(o.Lines, line)
	}
	o.TaxPercent, o.Party = document.D("13"), &document.Party{ID: "C-A", Name: "Harbour Lamps Ltd."}
	s := steptest.Shipment("DN1", "1", "1", "1", "1")
	s.Channel, s.Stage = document.DirectExport, document.StageShipped
	return o, s
}

func TestCase73TaxIsCountedOnceOnTheWholeInvoice(t *testing.T) {
	o, s := shipped()
	answers, err := steptest.New(o).Run(s, exports(t))
	require.NoError(t, err)
	invoice := steptest.Get[*document.Invoice](t, answers)
	assert.Equal(t, "HKD 99.99", invoice.Net.String())
	assert.Equal(t, "HKD 13.00", invoice.Tax.String(), "not 12.99, line by line")
	assert.Equal(t, "HKD 112.99", invoice.Total.String())
	assert.Equal(t, "CI-2026-00001", invoice.Number)
	assert.Equal(t, "854442", invoice.Lines[2].HSCode)
	assert.Equal(t, document.StageInvoiced, steptest.Get[*document.Shipment](t, answers).Stage)
	assert.Equal(t, "Harbour Lamps Ltd.", steptest.Get[*document.Paper](t, answers).Buyer.Name)
}

func TestAShipmentIsInvoicedOnce(t *testing.T) {
	o, s := shipped()
	m := steptest.New(o)
	answers, err := m.Run(s, exports(t))
	require.NoError(t, err)
	invoiced := steptest.Get[*document.Shipment](t, answers)
	again, err := m.Run(invoiced, exports(t))
	require.NoError(t, err)
	assert.Equal(t, []document.Document{invoiced}, again)
	assert.Equal(t, 1, m.Taken())
}

func TestWhatIsNotExportedIsNotInvoicedByUs(t *testing.T) {
	o, s := shipped()
	s.Channel = document.Domestic
	for _, d := range []document.Document{s, o} {
		answers, err := steptest.New(o).Run(d, exports(t))
		require.NoError(t, err)
		assert.Equal(t, []document.Document{d}, answers)
	}
}
