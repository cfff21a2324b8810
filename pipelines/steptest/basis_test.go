package steptest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines/steptest"
)

func TestADecisionKeepsWhatItWasMadeOn(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A", "1", "1000"))
	first := h.order("1").Credit.Basis
	require.NotNil(t, first)
	assert.Equal(t, h.Now(), first.At)
	assert.Equal(t, "HKD 500,000.00", first.BaseLimit.String())
	assert.Equal(t, h.account("K-A").AsOf, first.AsOf)
	assert.Len(t, first.Rules, 12)
	assert.Nil(t, first.Reserved)

	h.Clock = h.Clock.Add(time.Hour)
	h.must(t, amended(single("1", "C-A", "1", "1000"), func(o *document.SalesOrder) { o.Lines[0].Price = document.D("1500") }))
	second := h.order("1").Credit.Basis
	assert.Equal(t, h.Now(), second.At)
	assert.Equal(t, "HKD 1,000.00", second.Reserved.String())
	assert.Equal(t, "NET60", second.Granted)

	h.Clock = h.Clock.Add(time.Hour)
	h.must(t, steptest.Shipment("DN1", "1", "1"))
	assert.Equal(t, second, h.order("1").Credit.Basis, "a shipment is no decision")
}

func TestAnOrderThatIsLookedAtAgainAndStaysHeldIsNoNews(t *testing.T) {
	h := open(t)
	h.must(t, single("1", "C-A", "1", "500001"))
	before := h.order("1")
	h.Clock = h.Clock.Add(time.Hour)
	h.Read = h.Clock // the receivables were read again, and are as they were
	h.must(t, &document.Alarm{Of: document.RefOf(before)})
	was, err := document.Marshal(before)
	require.NoError(t, err)
	is, err := document.Marshal(h.order("1"))
	require.NoError(t, err)
	assert.Equal(t, string(was), string(is))
}
