package steptest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
)

func TestAnOrderThatIsHeldForARateOfItsGroupGoesWhenThatRateComes(t *testing.T) {
	h := datedBut(t, func(*credit.Policy) {})
	defer h.keep(t, engines["sqlite"](t))()
	group, member := accountIn("K-G", "", ""), accountIn("K-A", "500000", "K-G")
	limit := document.M("100000", "CNY")
	group.Currency, group.Limit = "CNY", &limit
	h.must(t, group)
	h.must(t, member)
	h.owes(t, "K-A")
	h.must(t, single("1", "C-A", "1", "1000"))
	require.Equal(t, []document.HoldReason{document.FXRateMissing}, reasonsOf(h.order("1")))
	h.must(t, rateOf("HKD", "CNY", "2026-03-31", "0.9"))
	require.Equal(t, document.OrderReleased, h.order("1").State)
	assert.Equal(t, "CNY 900.00", h.groupOwes("K-G"))

	h.must(t, single("2", "C-A", "1", "110200")) // 100,080
	require.Equal(t, []document.HoldReason{document.LimitExceeded}, reasonsOf(h.order("2")))
	h.must(t, rateOf("HKD", "CNY", "2026-03-31", "0.8"))
	assert.Equal(t, document.OrderReleased, h.order("2").State, "the group owes less at the rate of today")
	assert.Equal(t, "CNY 88,960.00", h.groupOwes("K-G"))
	h.must(t, rateOf("HKD", "CNY", "2026-03-31", "1"))
	assert.Equal(t, "CNY 111,200.00", h.groupOwes("K-G"))
	assert.Equal(t, document.LevelOver, h.account("K-G").Level, "and people are told when it owes more")
}

func TestWhoWaitsBehindAnAccountThatLeavesTheGroupIsJudgedThen(t *testing.T) {
	h := grouped(t, "1000")
	defer h.keep(t, engines["sqlite"](t))()
	h.owes(t, "K-A")
	h.owes(t, "K-B")
	h.must(t, soon("1", "C-B", "1", "600"))
	h.must(t, single("2", "C-A", "1", "5000"))
	h.must(t, soon("3", "C-B", "1", "500"))
	h.must(t, cancelled(soon("1", "C-B", "1", "600")))
	require.True(t, h.order("3").Held(), "nobody overtakes")
	h.tells(t, "K-A", "1000", "")
	assert.True(t, h.order("2").Held())
	assert.Equal(t, document.OrderReleased, h.order("3").State)
}

func TestADepositThatHasComeIsSeenBehindAnOrderThatWaitsForRoom(t *testing.T) {
	h := guarded(t, "hold_until_received")
	defer h.keep(t, engines["sqlite"](t))()
	h.owes(t, "K-A")
	h.must(t, single("1", "C-A", "1", "600000"))
	h.must(t, terms(single("2", "C-A2", "1", "1000"), "TT30/70"))
	require.Equal(t, []document.HoldReason{document.PrepaymentNotReceived}, reasonsOf(h.order("2")))
	h.owes(t, "K-A", deposit("2", "300"))
	assert.Equal(t, document.OrderReleased, h.order("2").State, "it waited for its money, and for no room: %v", h.order("2").Holds)
	assert.True(t, h.order("1").Held())
}
