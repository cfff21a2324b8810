package render

import (
	"strings"

	"tradewire/mapping/document"
)

// digestPhrases are the words of a digest.
var digestPhrases = map[string]word{
	"digest.headline": {"Credit, %[1]s: %[2]d notices", "信用汇总 %[1]s：共 %[2]d 条通知"},
	"digest.one":      {"Credit, %[1]s: one notice", "信用汇总 %[1]s：1 条通知"},
	"digest.group":    {"%[1]s (%[2]d)", "%[1]s（%[2]d）"},
	"digest.item":     {"%[1]s  %[2]s", "%[1]s  %[2]s"},
	"digest.strange":  {"a notice that cannot be read", "一条无法读取的通知"},
	"digest.more":     {"The arithmetic of each: tradewire credit explain ORDER, tradewire credit status CUSTOMER", "详细计算：tradewire credit explain 订单号，tradewire credit status 客户"},
}

// digest tells each of several notices in one line, those of one type together, the oldest first.
func (t *letter) digest(n *document.Notice) {
	on := ""
	if !n.At.IsZero() {
		on = n.At.Format("2006-01-02")
	}
	said := t.say("digest.headline", on, len(n.Gathered))
	if len(n.Gathered) == 1 {
		said = t.say("digest.one", on)
	}
	t.line(said)
	types, groups := t.gathered(n)
	for _, about := range types {
		t.head("digest.group", sentence(t.about(about)), len(groups[about]))
		for _, line := range groups[about] {
			t.item(line, "")
		}
	}
	t.line("")
	t.line(t.say("digest.more"))
}

// gathered are the lines of a digest by the type of their notices, in the order in which each type came first.
func (t *letter) gathered(n *document.Notice) (types []document.NoticeType, lines map[document.NoticeType][]string) {
	lines = map[document.NoticeType][]string{}
	for _, enclosed := range n.Gathered {
		one, err := enclosed.Notice()
		if err != nil {
			one = &document.Notice{Type: document.DigestNotice}
		}
		if lines[one.Type] == nil {
			types = append(types, one.Type)
		}
		if err != nil || one.Type == document.DigestNotice {
			lines[one.Type] = append(lines[one.Type], t.say("digest.strange"))
			continue
		}
		lines[one.Type] = append(lines[one.Type], t.say("digest.item", houseTime(n, one.At), t.briefly(one)))
	}
	return types, lines
}

// briefly is the first line of a notice, with whose it is where that line does not say so.
func (t *letter) briefly(n *document.Notice) string {
	said := strings.SplitN(t.whole(n), "\n", 2)[0]
	if name := flat(t.customer(n)); name != "" && !strings.Contains(said, name) {
		said += t.pick(word{" (" + name + ")", "（" + name + "）"})
	}
	return said
}

// whole is all of another notice. An interface stands between, as the writers of all notices hold those that enclose one.
func (t *letter) whole(n *document.Notice) string {
	var writer interface{ notice(*document.Notice) string } = t.speaker
	return writer.notice(n)
}
