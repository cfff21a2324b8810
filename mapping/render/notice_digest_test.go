package render

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"tradewire/mapping/document"
)

// digestOf is one message of several notices.
func digestOf(all ...*document.Notice) *document.Notice {
	n := &document.Notice{ID: "digest/finance/3", Type: document.DigestNotice, To: "finance", Recipient: "财务部", At: at("2026-03-17 08:30")}
	for _, one := range all {
		enclosed, err := document.Enclose(one)
		if err != nil {
			panic(err)
		}
		n.Gathered = append(n.Gathered, enclosed)
	}
	return n
}

func TestADigestSaysEachNoticeInTheLineThatItBeginsWith(t *testing.T) {
	all := notices()
	delete(all, "notice_digest")
	delete(all, "notice_credit_unanswered")
	for name, one := range all {
		for _, s := range []speaker{english, chinese} {
			first := strings.SplitN(s.notice(one), "\n", 2)[0]
			assert.Contains(t, s.notice(digestOf(one)), first, name)
		}
	}
}

func TestADigestCountsWhatCannotBeRead(t *testing.T) {
	n := digestOf(heldNotice())
	n.Gathered = append(n.Gathered, "no notice", "{}")
	text := english.notice(n)
	assert.Contains(t, text, "3 notices")
	assert.Contains(t, text, "a notice that cannot be read")
	assert.NotContains(t, text, "%!")
}

// unanswered is a notice that nobody has acknowledged, as the manager gets it.
func unanswered(one *document.Notice) *document.Notice {
	n := digestOf(one)
	n.ID, n.Type, n.To, n.Recipient, n.At = "credit_unanswered/finance/"+one.ID, document.UnansweredAlert, "manager", "总经理", at("2026-03-16 14:30")
	n.Order, n.OrderKey, n.Account, n.Class = one.Order, one.OrderKey, one.Account, one.Class
	n.Duty = &document.Duty{Department: "finance", About: one.Type, Status: document.DutySent, Sent: at("2026-03-16 10:30"), Due: at("2026-03-16 14:30")}
	return n
}

func TestWhatNobodyAcknowledgedIsToldWholeWithTheCommandThatDoes(t *testing.T) {
	held := heldNotice()
	text := english.notice(unanswered(held))
	assert.Contains(t, text, "Not acknowledged by finance: Order "+held.Order)
	assert.Contains(t, text, "tradewire ack "+held.Order+" --department finance --as YOUR-NAME")
	for line := range strings.Lines(english.notice(held)) {
		assert.Contains(t, text, strings.TrimSpace(line))
	}
	account := english.notice(unanswered(watchNotice(document.LevelWatch, "303000")))
	assert.Contains(t, account, "tradewire ack --account K0012 --department finance")
}
