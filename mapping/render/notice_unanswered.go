package render

import (
	"strings"

	"tradewire/mapping/document"
)

// unansweredPhrases are the words of what nobody has acknowledged.
var unansweredPhrases = map[string]word{
	"unanswered.headline": {"Not acknowledged by %[1]s: %[2]s", "%[1]s尚未确认：%[2]s"},
	"unanswered.nothing":  {"a notice of credit", "信用通知"},
	"unanswered.told":     {"Told at", "通知时间"},
	"unanswered.due":      {"Acknowledgement was due", "确认期限"},
	"unanswered.how":      {"Acknowledge", "确认"},
	"unanswered.was":      {"What was told", "原通知"},
}

// unanswered tells others what a department has not acknowledged, and all of that.
func (t *letter) unanswered(n *document.Notice) {
	duty, told, whole := dutyOf(n), t.say("unanswered.nothing"), ""
	if n.Order != "" {
		told = n.Order
	}
	if len(n.Gathered) > 0 {
		if one, err := n.Gathered[0].Notice(); err == nil && one.Type != document.UnansweredAlert {
			told, whole = t.briefly(one), t.whole(one)
		}
	}
	t.line(sentence(t.say("unanswered.headline", t.department(answering(n)), told)))
	t.line("")
	t.fact("unanswered.told", houseTime(n, duty.Sent))
	t.fact("unanswered.due", houseTime(n, duty.Due))
	t.fact("unanswered.how", CreditAckCommand(n.Order, n.Account, answering(n))+t.say("answer.you"))
	t.align()
	if whole == "" {
		return
	}
	t.head("unanswered.was")
	t.line("")
	for line := range strings.Lines(whole) {
		t.out.WriteString(strings.TrimRight("  "+line, " \n") + "\n")
	}
}

// CreditAckCommand is the command line by which a department acknowledges what credit says of an order, or of an account.
func CreditAckCommand(order, account, department string) string {
	subject := shellWord(order)
	if order == "" {
		subject = "--account " + shellWord(account)
	}
	return "tradewire ack " + subject + " --department " + shellWord(department) + " --as "
}
