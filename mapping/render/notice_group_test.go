package render

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"tradewire/mapping/document"
)

func TestAHeldOrderTellsTheArithmeticOfItsGroupInBothLanguages(t *testing.T) {
	n := heldNotice()
	n.Credit.Group = &document.GroupCheck{Group: "K-G", Limit: document.M("900000", "HKD"), Before: document.M("850000", "HKD"),
		Demand: document.M("78000", "HKD"), Rate: document.D("1"), Excess: document.M("28000", "HKD"), Holds: true}
	text := string(noticeBody(n))
	for _, says := range []string{"Group, whose limit the account shares", "所属集团（共用额度）", "K-G", "HKD 850,000.00", "Beyond the limit of the group", "超出集团额度", "HKD 28,000.00"} {
		assert.Contains(t, text, says)
	}
	n.Credit.Group.Excess = document.M("-1000", "HKD")
	assert.Contains(t, string(noticeBody(n)), "集团剩余额度")
	n.Credit.Group.Rate = document.Decimal{}
	assert.NotContains(t, string(noticeBody(n)), "HKD 1,000.00", "what is not known is not told")
	n.Credit.Group = nil
	assert.NotContains(t, string(noticeBody(n)), "Group")
}

func TestAnAlertOfAGroupAddsUp(t *testing.T) {
	n := watchNotice(document.LevelOver, "298000")
	assert.NotContains(t, string(noticeBody(n)), "Of the accounts in the group")
	n.Exposure.Members = document.M("100000", "HKD")
	text := string(noticeBody(n))
	assert.Contains(t, text, "Of the accounts in the group")
	assert.Contains(t, text, "集团成员账户的信用占用")
	assert.Contains(t, text, n.Exposure.Total().String())
}
