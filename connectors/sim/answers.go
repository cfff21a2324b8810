package sim

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// department is people who answer for what concerns them.
type department struct {
	name    string
	people  []string
	silent  int      // of a hundred papers: never answered
	objects int      // answered with a no
	reasons []string // for it
}

var orderDepartments = []department{
	{
		name: "planning", people: []string{"何伟文", "梁小燕", "邓志明"}, silent: 6, objects: 6,
		reasons: []string{"模具维修", "生产线已排满，需顺延", "Moulding line 3 is down for repair", "注塑机检修"},
	},
	{
		name: "purchasing", people: []string{"Winnie Lau", "Raymond Ip", "K. Y. Chan"}, silent: 6, objects: 6,
		reasons: []string{"物料延期", "Copper strip late", "PVC compound arrives a week late", "铜带供应商推迟交货"},
	},
}

var despatchDepartments = []department{{name: "shipping", people: []string{"罗志强", "潘美玲"}}}

// reply is what somebody answers to a paper.
type reply struct {
	paper
	id         string // names the question that is answered
	department string
	by         string
	objects    bool
	reason     string
	proposed   time.Time
	step       int // in which it is given
	at         time.Time
}

// longestPatience is how many steps after a paper was found it may be answered.
const longestPatience = 4

// replyOf is how a department answers a paper, and whether it does: most do when they find it, which is half a day after
// it was written, some half a day later, a few after two days more. It hangs on the seed and on the paper.
func (s *story) replyOf(d *department, p paper) (reply, bool) {
	r := line(s.opt.Seed, fmt.Sprintf("answer/%s/%s/%d/%s", p.order, p.despatch, p.revision, d.name))
	mood, patience := r.IntN(100), r.IntN(100)
	if mood < d.silent {
		return reply{}, false
	}
	about := p.despatch
	if about == "" {
		about = strconv.FormatInt(p.revision, 10)
	}
	answer := reply{paper: p, id: p.order + "/" + about + "/" + d.name, department: d.name, by: pick(r, d.people), step: p.step}
	switch {
	case patience >= 94:
		answer.step += longestPatience
	case patience >= 80:
		answer.step++
	}
	answer.at = s.now(answer.step).Add(-time.Duration(r.IntN(45)) * time.Minute)
	if mood < d.silent+d.objects {
		answer.objects, answer.reason = true, pick(r, d.reasons)
		answer.proposed = dayOf(p.wanted).AddDate(0, 0, int(between(r, 3, 12)))
	}
	return answer, true
}

// sheetOfReplies is the file that the departments drop.
func sheetOfReplies(replies []reply) []byte {
	slices.SortFunc(replies, func(a, b reply) int { return cmp.Compare(a.id, b.id) })
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	_ = out.Write([]string{"id", "order", "shipment", "department", "revision", "by", "objects", "reason", "proposed_on", "at"})
	for _, r := range replies {
		revision, objects, proposed := "", "no", ""
		if r.revision > 0 {
			revision = strconv.FormatInt(r.revision, 10)
		}
		if r.objects {
			objects, proposed = "yes", r.proposed.Format(time.DateOnly)
		}
		_ = out.Write([]string{r.id, r.order, r.despatch, r.department, revision, r.by, objects, r.reason, proposed, r.at.Format(time.RFC3339)})
	}
	out.Flush() // a buffer takes everything
	return b.Bytes()
}
