package render

import (
	"strings"

	"tradewire/mapping/document"
)

// answer tells how to answer, where an answer is wanted. To what is stopped no day is proposed.
func (t *letter) answer(n *document.Notice)     { t.answerIfWanted(n, true) }
func (t *letter) answerStop(n *document.Notice) { t.answerIfWanted(n, false) }

func (t *letter) answerIfWanted(n *document.Notice, days bool) {
	if newsOf(n).Answer || n.News == nil && dutyOf(n).Status == document.DutySent {
		t.commands(n, days)
	}
}

// answerHead says by when.
func (t *letter) answerHead(n *document.Notice) {
	due := houseTime(n, dutyOf(n).Due)
	switch {
	case n.Type == document.AckLate:
		t.head("answer.how")
	case n.Type == document.AckReminder:
		t.head("answer.now")
	case due != "":
		t.head("answer.by", due)
	default:
		t.head("answer")
	}
}

// commands are those by which a department answers.
func (t *letter) commands(n *document.Notice, days bool) {
	order := numberOrKey(n)
	if order == "" {
		return
	}
	t.answerHead(n)
	duty := *dutyOf(n)
	duty.Department, duty.Shipment = answering(n), shipmentOf(n)
	command := AckCommand(order, &duty) + t.say("answer.you")
	t.fact("answer.yes", command)
	objects := command + " --object --reason " + t.say("answer.why")
	if days {
		objects += " --propose YYYY-MM-DD"
	}
	t.fact("answer.no", objects)
	t.align()
}

// numberOrKey is the number or the key, empty when neither is known.
func numberOrKey(n *document.Notice) string { return either(n.Order, n.OrderKey) }

// answering is the department that must answer: of a notice to the manager it is not the reader's.
func answering(n *document.Notice) string {
	if n.Duty != nil && n.Duty.Department != "" {
		return n.Duty.Department
	}
	return n.To
}

// shellWord is a word as a command line takes it. An order's number is somebody else's text: pasted into a terminal it
// must stay a word.
func shellWord(s string) string {
	s = flat(s)
	plain := strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") == ""
	if plain && s != "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// objection tells sales what a department cannot do, and that nothing has been moved.
func (t *letter) objection(n *document.Notice) {
	duty := dutyOf(n)
	who := t.department(answering(n))
	said := t.say("objection.headline", who, t.despatchOf(n))
	if !duty.Proposed.IsZero() {
		said = t.say("objection.headline.on", who, t.despatchOf(n), duty.Proposed.String())
	}
	t.headline(n, sentence(said))
	t.dutyFacts(n)
	t.fact("objected.by", duty.By)
	t.fact("objected.at", houseTime(n, duty.Answered))
	t.fact("reason", flatLines(duty.Reason))
	t.fact("required_on", newsOf(n).RequestedOn.String())
	t.fact("promised_on", newsOf(n).PromisedOn.String())
	t.fact("proposed_on", t.proposed(n))
	t.align()
	t.orderTable(n)
	t.head("next.sales")
	for _, advice := range objectionAdvice(duty) {
		t.item(t.say(advice, who), "")
	}
}

func objectionAdvice(duty *document.Duty) []string {
	if duty.About == document.CancelRequestedNotice {
		return []string{"objection.not_cancelled", "objection.goes_on", "objection.talk"}
	}
	return []string{"objection.not_moved", "objection.agree", "objection.talk"}
}

// proposed is the day that is proposed, and how far it lies from the one that is required.
func (s speaker) proposed(n *document.Notice) string {
	day, required := dutyOf(n).Proposed, newsOf(n).RequestedOn
	if day.IsZero() || required.IsZero() || day == required {
		return day.String()
	}
	return day.String() + s.say("in.brackets", s.say("than.required", s.daysApart(day.Sub(required))))
}

// answerLate reminds a department, and tells its manager when that did not help.
func (t *letter) answerLate(n *document.Notice) {
	duty := dutyOf(n)
	key := string(n.Type) + ".headline"
	who, since := t.department(answering(n)), houseTime(n, duty.Due)
	said := t.say(key, who, t.despatchOf(n))
	if since != "" {
		said = t.say(key+".since", who, t.despatchOf(n), since)
	}
	t.headline(n, sentence(said))
	t.dutyFacts(n)
	t.fact("duty.sent", houseTime(n, duty.Sent))
	t.fact("duty.due", since)
	t.align()
	t.changes(n)
	t.requirements(n)
	t.orderTable(n)
	if n.Type == document.AckLate {
		t.head("next.you")
		t.item(t.say("ack_late.see", who), "")
	}
	t.commands(n, !stops(duty.About))
}

// stops says whether a notice of that type told to stop.
func stops(t document.NoticeType) bool {
	return t == document.OrderSuspendedNotice || t == document.OrderCancelledNotice || t == document.CancelRequestedNotice
}

func dutyOf(n *document.Notice) *document.Duty {
	if n.Duty == nil {
		return &document.Duty{}
	}
	return n.Duty
}

// dutyFacts are which order, or which shipment of it, waits for what from whom.
func (t *letter) dutyFacts(n *document.Notice) {
	duty := dutyOf(n)
	t.whose(n)
	if duty.Shipment == "" {
		t.fact("order", t.revised(n, duty.Revision, 0))
	} else {
		t.fact("order", t.orderOf(n))
		t.fact("shipment", t.versioned(duty))
	}
	if answering(n) != n.To {
		t.fact("department", sentence(t.department(answering(n))))
	}
	t.fact("about", t.aboutDuty(duty))
}

// versioned is a shipment with the version of what was sent of it.
func (s speaker) versioned(duty *document.Duty) string {
	if duty.Revision <= 1 {
		return duty.Shipment
	}
	return s.say("shipment.version", duty.Shipment, printed(count(duty.Revision)))
}

// aboutDuty is what was sent, with the fields that had changed.
func (s speaker) aboutDuty(duty *document.Duty) string {
	var changed []string
	for _, field := range duty.Fields {
		if field != document.FieldState {
			changed = append(changed, within(s.field(field)))
		}
	}
	if len(changed) == 0 {
		return s.about(duty.About)
	}
	return s.say("about.fields", s.about(duty.About), s.listed(changed))
}
