package steptest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/steptest"
)

func TestCartonsAreMarkedWithWhatTheyWeighTodayAndByTheCustomersTemplate(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A", "250", "1"))
	item := document.Copy(pipelines.Head[*document.Item](h, document.KindItem, "CORD-250"))
	item.GrossFullKG = document.D("31")
	h.must(t, item)
	answers := h.must(t, steptest.Shipment("DN1", "1", "250"))
	for _, p := range steptest.All[*document.Paper](answers) {
		if p.Type != document.ShippingMarks {
			continue
		}
		assert.Equal(t, "31", p.Shipment.Packing.GrossKG.String())
		assert.Equal(t, "31", p.Order.Lines[0].Goods.GrossFullKG.String())
		assert.Contains(t, p.Buyer.Marks, "{po}", "the customer has none: ours")
	}
	assert.Equal(t, "30.45", h.order("1").Lines[0].Goods.GrossFullKG.String(), "the order stays as it was decided")
}

func TestAMarkThatNamesAnUnknownFactRefusesTheShipment(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A", "250", "1"))
	party := document.Copy(pipelines.Head[*document.Party](h, document.KindParty, "C-A"))
	party.Marks = "HARBOUR {colour}"
	h.must(t, party)
	_, err := h.take(steptest.Shipment("DN1", "1", "250"))
	require.ErrorContains(t, err, "{colour}")
	assert.ErrorContains(t, err, "{carton}", "and says what may be named")
}
