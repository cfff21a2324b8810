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
