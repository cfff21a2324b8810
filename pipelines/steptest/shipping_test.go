package steptest_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/steptest"
)

func numbers(s *document.Shipment) (list []string) {
	for _, p := range s.Papers {
		list = append(list, p.Number)
	}
	return list
}

func TestAnExportGetsPackingListAndInvoice(t *testing.T) {
	h := open(t)
	o := steptest.Order("1", "C-A", steptest.Line(1, "CORD-250", "10001", "1.5"), steptest.Line(2, "CORD-100", "1234", "2"))
	o.TaxPercent = document.D("13")
	h.must(t, o)
	answers := h.must(t, steptest.Shipment("DN1", "1", "10001", "34"))
	s := h.shipment("DN1")
	assert.Equal(t, []string{"PL-2026-00001", "SM-2026-00001", "CI-2026-00001"}, numbers(s))
	assert.Equal(t, document.StageInvoiced, s.Stage)
	assert.Equal(t, document.DirectExport, s.Channel)
	require.Len(t, s.Packing.Lines, 2)
	assert.Equal(t, int64(42), s.Packing.Lines[1].From)
	assert.Equal(t, int64(42), s.Packing.Cartons)
	order := h.order("1")
	assert.Equal(t, document.OrderPartiallyShipped, order.State)
	assert.Equal(t, "DN1", order.Shipments[0].Shipment)
	assert.Equal(t, "34 C62", order.Lines[1].Shipped.String())
	invoice := steptest.Get[*document.Invoice](t, answers)
	assert.Equal(t, "HKD 15,069.50", invoice.Net.String())
	assert.Equal(t, "HKD 1,959.04", invoice.Tax.String())
	assert.Equal(t, "HKD 17,028.54", invoice.Total.String())
	assert.Equal(t, "HKD 17,028.54", s.Value.String())
	for _, p := range steptest.All[*document.Paper](answers) {
		assert.Equal(t, 1, p.Revision)
		assert.Equal(t, "Pearl Cordage Ltd.", p.Seller.Name)
		assert.Equal(t, "港灣燈飾有限公司", p.Buyer.LocalName)
		assert.Equal(t, "2026-03-31", p.IssuedOn.String())
		assert.Equal(t, int64(42), p.Shipment.Packing.Cartons)
		assert.Equal(t, p.Type == document.CommercialInvoice, p.Invoice != nil)
	}
}

func TestCase74InlandGoodsGetADeliveryNoteAndATransferFactoryNeedsItsHandbook(t *testing.T) {
	h := open(t)
	for id, customer := range map[string]string{"1": "C-A2", "2": "C-B"} {
		o := single(id, customer, "10", "1")
		o.Terms = "NET30"
		h.must(t, o)
		answers := h.must(t, steptest.Shipment("DN"+id, id, "10"))
		assert.Equal(t, document.DeliveryNote, steptest.All[*document.Paper](answers)[0].Type)
		assert.Equal(t, document.StageShipped, h.shipment("DN"+id).Stage)
	}
	o := single("3", "C-B2", "10", "1")
	o.Terms = "NET30"
	h.must(t, o)
	_, err := h.take(steptest.Shipment("DN3", "3", "10"))
	assert.ErrorContains(t, err, "party C-B2")
	assert.ErrorContains(t, err, "handbook")
	party := document.Copy(pipelines.Head[*document.Party](h, document.KindParty, "C-B2"))
	party.Handbook = "C52005350124"
	h.must(t, party)
	paper := steptest.All[*document.Paper](h.must(t, steptest.Shipment("DN3", "3", "10")))[0]
	assert.Equal(t, "C52005350124", paper.Buyer.Handbook)
	assert.Equal(t, "DN-2026-00003", paper.Number, "the refused shipment took no number")
}

func TestADespatchIsTakenOnce(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A", "10", "1"))
	h.must(t, steptest.Shipment("DN1", "1", "4"))
	_, err := h.take(steptest.Shipment("DN1", "1", "4"))
	aside, ok := errors.AsType[*pipelines.SetAside](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, pipelines.Unchanged, aside.Bucket)
}

func TestACorrectedDespatchSupersedesItsPapersUnderTheirNumbers(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A", "10", "1"))
	h.must(t, steptest.Shipment("DN1", "1", "10"))
	assert.Equal(t, document.OrderShipped, h.order("1").State)
	answers := h.must(t, steptest.Shipment("DN1", "1", "4"))
	papers := steptest.All[*document.Paper](answers)
	require.Len(t, papers, 3)
	for _, p := range papers {
		assert.Equal(t, 2, p.Revision)
	}
	assert.Equal(t, []string{"PL-2026-00001", "SM-2026-00001", "CI-2026-00001"}, numbers(h.shipment("DN1")))
	assert.Equal(t, "HKD 4.00", steptest.Get[*document.Invoice](t, answers).Total.String())
	assert.Equal(t, document.OrderPartiallyShipped, h.order("1").State)
	assert.Len(t, h.order("1").Shipments, 1)
	assert.Equal(t, "6 0 4 0", counts(h.account("K-A")))
	assert.Equal(t, 4, h.Taken(), "one for the order's confirmation")

	h.owes(t, "K-A", item("INV1", "DN1", "4"))
	_, err := h.take(steptest.Shipment("DN1", "1", "5"))
	assert.ErrorContains(t, err, "credit note")
	relabelled := steptest.Shipment("DN1", "1", "4")
	relabelled.Tracking = "T2"
	h.must(t, relabelled)
	assert.Equal(t, "6 0 0 4", counts(h.account("K-A")))
	assert.Equal(t, "T2", h.order("1").Shipments[0].Tracking)
}

func TestADespatchThatDoesNotFitItsOrderIsRefused(t *testing.T) {
	h := open(t)
	h.must(t, steptest.Order("1", "C-A", steptest.Line(1, "CORD-250", "1000", "1"), steptest.Line(2, "LOOSE", "1", "1")))
	h.must(t, steptest.Shipment("DN1", "1", "600"))
	taken := h.Taken()
	metres := steptest.Shipment("DN2", "1", "1")
	metres.Lines[0].Quantity.Unit = "MTR"
	twice := steptest.Shipment("DN2", "1", "300")
	twice.Lines = append(twice.Lines, document.ShipmentLine{No: 2, OrderLine: 1, Quantity: document.Q("101", "C62")})
	for says, s := range map[string]*document.Shipment{
		"line 1: 401 C62 despatched, 400 C62 open of 1,000 C62": steptest.Shipment("DN2", "1", "401"),
		"line 1: 401 C62 despatched":                            twice,
		"line 3 is not on order CO-1":                           steptest.Shipment("DN2", "1", "", "", "1"),
		"not above zero":                                        steptest.Shipment("DN2", "1", "0"),
		"no lines":                                              steptest.Shipment("DN2", "1"),
		`despatched in "MTR"`:                                   metres,
		"there is no item LOOSE (with its units per carton":     steptest.Shipment("DN2", "1", "", "1"),
		"there is no sales_order 9":                             steptest.Shipment("DN2", "9", "1"),
		"names no order of ours":                                steptest.Shipment("DN2", "", "1"),
	} {
		_, err := h.take(s)
		assert.ErrorContains(t, err, says)
	}
	assert.Equal(t, taken, h.Taken(), "a refused shipment takes no number")
	held := single("2", "C-C", "1", "1")
	h.must(t, held)
	_, err := h.take(steptest.Shipment("DN3", "2", "1"))
	assert.ErrorContains(t, err, "was never released (it is held)")
}

func TestGoodsOfACancelledOrderThatLeftAllTheSameAreCounted(t *testing.T) {
	h := open(t)
	o := single("1", "C-A2", "10", "1")
	h.must(t, o)
	h.must(t, cancelled(o))
	h.must(t, steptest.Shipment("DN1", "1", "4"))
	assert.Equal(t, document.OrderShortClosed, h.order("1").State)
	assert.Equal(t, "0 4 0 0", counts(h.account("K-A")))
}

func TestTheForwardersNewsReachesShipmentAndOrderAndLeavesThePapers(t *testing.T) {
	h := open(t)
	news := &document.Transport{Shipment: "DN1", Forwarder: "Ocean Line", Tracking: "BL123", Vessel: "Pearl River"}
	_, err := h.take(news)
	missing, ok := errors.AsType[*pipelines.Missing](err)
	require.True(t, ok)
	assert.Equal(t, "shipment DN1", missing.Ref.String())

	h.must(t, single("1", "C-A", "10", "1"))
	h.must(t, steptest.Shipment("DN1", "1", "4"))
	account := counts(h.account("K-A"))
	answers := h.must(t, news)
	assert.Empty(t, steptest.All[*document.Paper](answers))
	assert.Equal(t, "Pearl River", h.shipment("DN1").Voyage.Vessel)
	assert.Equal(t, document.ShippedPart{Shipment: "DN1", On: h.shipment("DN1").On, Carrier: "Ocean Line", Tracking: "BL123"}, h.order("1").Shipments[0])
	assert.Equal(t, account, counts(h.account("K-A")))
	_, err = h.take(news)
	aside, ok := errors.AsType[*pipelines.SetAside](err)
	require.True(t, ok)
	assert.Equal(t, pipelines.Unchanged, aside.Bucket)

	again := steptest.Shipment("DN1", "1", "5")
	h.must(t, again)
	assert.Equal(t, "BL123", h.order("1").Shipments[0].Tracking, "a correction of the ERP keeps the forwarder's news")
}
