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

// delivered are the counters of an order's first lines.
func delivered(order string, quantities ...string) *document.DeliveredQuantities {
	d := &document.DeliveredQuantities{Order: order, On: document.Date{Year: 2026, Month: 3, Day: 31}, Carrier: "Own truck"}
	for i, q := range quantities {
		d.Lines = append(d.Lines, document.DeliveredLine{OrderLine: i + 1, Delivered: document.Q(q, "C62")})
	}
	return d
}

func TestCountersOfDeliveredQuantitiesMakeTheSameAsDespatches(t *testing.T) {
	counted, told := open(t), open(t)
	for _, h := range []*house{counted, told} {
		h.must(t, steptest.Order("1", "C-A", steptest.Line(1, "CORD-250", "10001", "1.5"), steptest.Line(2, "CORD-100", "1234", "2")))
	}
	for i, step := range []struct {
		counters []string
		despatch []string
	}{{[]string{"4000", "0"}, []string{"4000"}}, {[]string{"4000", "34"}, []string{"", "34"}}, {[]string{"10001", "1234"}, []string{"6001", "1200"}}} {
		id := "1-" + string(rune('1'+i))
		a, b := counted.must(t, delivered("1", step.counters...)), told.must(t, steptest.Shipment(id, "1", step.despatch...))
		assert.Equal(t, steptest.All[*document.Paper](b), steptest.All[*document.Paper](a))
		assert.Equal(t, told.shipment(id), counted.shipment(id))
		assert.Equal(t, told.order("1"), counted.order("1"))
		assert.Equal(t, told.account("A"), counted.account("A"))
	}
	require.Equal(t, document.OrderShipped, counted.order("1").State)
}

func TestCountersThatAreReadAgainShipNothingAgain(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A", "10", "1"))
	h.must(t, delivered("1", "4"))
	_, err := h.take(delivered("1", "4"))
	aside, ok := errors.AsType[*pipelines.SetAside](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, pipelines.Unchanged, aside.Bucket)
	assert.Len(t, h.order("1").Shipments, 1)
}

func TestCountersThatCannotBeAreRefused(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A", "10", "1"))
	h.must(t, delivered("1", "4"))
	for says, d := range map[string]*document.DeliveredQuantities{
		"line 1: 3 C62 have left by the counter, 4 C62 before": delivered("1", "3"),
		"line 2 is not on it":                            delivered("1", "5", "1"),
		"line 1: 7 C62 despatched, 6 C62 open":           delivered("1", "11"),
		"line 1: counted in \"KGM\", ordered in \"C62\"": {Order: "1", Lines: []document.DeliveredLine{{OrderLine: 1, Delivered: document.Q("5", "KGM")}}},
	} {
		_, err := h.take(d)
		assert.ErrorContains(t, err, says)
	}
	_, err := h.take(delivered("none", "1"))
	missing, ok := errors.AsType[*pipelines.Missing](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, document.KindSalesOrder, missing.Ref.Kind)
	assert.Equal(t, "4 C62", h.order("1").Lines[0].Shipped.String())
}
