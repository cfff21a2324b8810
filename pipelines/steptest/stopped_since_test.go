package steptest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
)

func TestAHeldOrderOfACustomerWhomTheCRMHasStoppedSinceDoesNotGoByItself(t *testing.T) {
	h := staffed(t)
	h.must(t, single("1", "C-A2", "1000", "510"))
	require.Equal(t, []document.HoldReason{document.LimitExceeded}, reasonsOf(h.order("1")))
	h.news(t, "C-A2", func(p *document.Party) { p.Stopped = true })
	h.limit(t, "K-A", "900000")
	h.rings(t, "1")
	assert.Equal(t, document.OrderHeld, h.order("1").State)
	assert.Equal(t, []document.HoldReason{document.Stopped}, reasonsOf(h.order("1")))
	assert.Equal(t, "0 0 0 0", counts(h.account("K-A")))
}

func TestNobodyReleasesAnOrderOfACustomerWhomTheCRMHasStoppedSince(t *testing.T) {
	h := staffed(t)
	h.must(t, single("1", "C-A2", "1000", "510"))
	h.news(t, "C-A2", func(p *document.Party) { p.Stopped = true })
	assert.Contains(t, h.refuses(t, release("1", "wong")), "STOPPED is not released here")
	assert.Equal(t, document.OrderHeld, h.order("1").State)
	assert.Equal(t, "0 0 0 0", counts(h.account("K-A")))
}
