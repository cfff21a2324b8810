package steptest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines/steptest"
)

func TestCase11AnOrderThatIsReopenedIsCheckedAgain(t *testing.T) {
	h := staffed(t)
	first := single("1", "C-A2", "1", "300000")
	h.must(t, first)
	h.must(t, cancelled(first))
	h.must(t, single("2", "C-A2", "1", "300000"))
	_, err := h.take(amended(cancelled(first), func(o *document.SalesOrder) { o.Request = document.RequestConfirm }))
	require.ErrorContains(t, err, "it was closed as cancelled: send a new order")
	assert.Equal(t, "300000 0 0 0", counts(h.account("K-A")), "what is closed does not come back beside the check")

	h = staffed(t) // what people rejected may come back
	h.must(t, over("10000"))
	h.says(t, &document.CreditRelease{Order: "1", Act: document.ActReject, By: "wong", Reason: "no more risk with them"})
	h.must(t, single("2", "C-A2", "1", "300000"))
	h.must(t, amended(over("10000"), func(o *document.SalesOrder) { o.Lines = o.Lines[:1]; o.Lines[0].Price = document.D("200000.01") }))
	assert.Equal(t, document.OrderHeld, h.order("1").State)
	assert.Equal(t, []document.HoldReason{document.LimitExceeded}, reasonsOf(h.order("1")))
	assert.Equal(t, "300000 0 0 0", counts(h.account("K-A")))
}

func TestCase11APartThatACorrectionOpensAgainIsReservedAndHoldsTheNextOrder(t *testing.T) {
	h := staffed(t)
	h.must(t, single("1", "C-A2", "1000", "300"))
	h.must(t, steptest.Shipment("DN1", "1", "1000"))
	h.must(t, steptest.Shipment("DN1", "1", "400"))
	assert.Equal(t, "180000 120000 0 0", counts(h.account("K-A")))
	h.must(t, single("2", "C-A2", "1", "200000.01"))
	assert.Equal(t, document.OrderHeld, h.order("2").State)
}
