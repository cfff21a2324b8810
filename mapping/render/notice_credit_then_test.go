package render_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"tradewire/mapping/document"
	"tradewire/mapping/render"
)

func TestWhoReadsOfAHoldReadsWhatLetsTheOrderGo(t *testing.T) {
	for reasons, then := range map[[2]document.HoldReason][2]string{
		{document.LimitExceeded, document.Overdue}:          {"goes by itself", "自动放行"},
		{document.PrepaymentNotReceived, document.ARStale}:  {"goes by itself", "自动放行"},
		{document.Stopped, document.Stopped}:                {"does not go by itself", "不会自动放行"},
		{document.LimitExceeded, document.TermsExceedClass}: {"does not go by itself", "不会自动放行"},
		{document.Forced, document.LimitExceeded}:           {"", ""},
	} {
		holds := []document.Hold{{Reason: reasons[0]}, {Reason: reasons[1]}}
		for i, chinese := range []bool{false, true} {
			said := render.In(chinese).Then(holds)
			assert.Contains(t, said, then[i])
			assert.Equal(t, then[i] == "", said == "")
		}
	}
}
