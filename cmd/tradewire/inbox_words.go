package main

import (
	"fmt"
	"os"
	"strings"

	"tradewire/mapping/document"
	"tradewire/mapping/render"
)

// inboxWords are the words of the inbox in one language: place 0 is English, place 1 Simplified Chinese.
type inboxWords int

// wordsIn is the language that was asked for, or that of the terminal.
func wordsIn(language string) (inboxWords, error) {
	switch language {
	case "en":
		return 0, nil
	case "zh":
		return 1, nil
	case "":
		for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
			if set := os.Getenv(name); set != "" {
				if strings.HasPrefix(set, "zh") {
					return 1, nil
				}
				return 0, nil
			}
		}
		return 0, nil
	}
	return 0, usage(fmt.Errorf("--language %q is not known: write en or zh", language))
}

var inboxPhrases = map[string][2]string{
	"order":     {"order", "订单"},
	"revision":  {"revision", "版本"},
	"class":     {"class", "等级"},
	"customer":  {"customer", "客户"},
	"since":     {"since", "等待自"},
	"why":       {"why", "原因"},
	"what":      {"what to do", "待办"},
	"empty":     {"nothing waits for %s", "%s没有待办事项"},
	"count":     {"%d wait", "共 %d 项"},
	"negotiate": {"agree on it with the customer and change the order in the CRM, or settle it with %s", "与客户协商后在CRM中修改订单，或与%s协商"},
	"correct":   {"correct it in the CRM, or let IT look at its mapping (tradewire deadletters show %d)", "在CRM中更正，或请IT检查映射（tradewire deadletters show %d）"},
	"ack":       {"acknowledge it, or object: %sNAME", "确认或提出异议：%s姓名"},
	"seen":      {"look at the account and acknowledge: %sNAME", "请查看账户并确认：%s姓名"},
	"objects":   {"%s objects: %s", "%s提出异议：%s"},
	"proposes":  {"%s objects: %s; proposes %s", "%s提出异议：%s；建议日期 %s"},
	"reminded":  {"%s; late, reminded", "%s；已逾期，已提醒"},
	"escalated": {"%s; late, the manager was told", "%s；已逾期，已上报经理"},
	"changed":   {"changed: %s", "变更：%s"},
	"shipment":  {"%s, shipment %s", "%s，出货单 %s"},
}

// say is a phrase with its facts; one that is not known stands for itself.
func (w inboxWords) say(phrase string, facts ...any) string {
	if words, known := inboxPhrases[phrase]; known {
		phrase = words[w]
	}
	if len(facts) == 0 {
		return phrase
	}
	return fmt.Sprintf(phrase, facts...)
}

// name is a customer's name in the reader's language, where there is one.
func (w inboxWords) name(latin, local string) string {
	if w == 1 && local != "" || latin == "" {
		return local
	}
	return latin
}

// spoken are the words of the notices.
func (w inboxWords) spoken() render.Spoken { return render.In(w == 1) }

// asked is what a department was sent.
func (w inboxWords) asked(duty *document.Duty) string {
	why := w.spoken().About(duty.About)
	if duty.About == document.OrderChangedNotice && len(duty.Fields) > 0 {
		why = w.say("changed", w.spoken().Fields(duty.Fields))
	}
	if duty.Shipment != "" {
		why = w.say("shipment", why, duty.Shipment)
	}
	switch {
	case duty.Escalated:
		return w.say("escalated", why)
	case duty.Reminded:
		return w.say("reminded", why)
	}
	return why
}

// answer is the command that answers.
func (w inboxWords) answer(d *document.Distribution, duty *document.Duty) string {
	return w.say("ack", render.AckCommand(d.Named.Number, duty))
}

func (w inboxWords) objection(duty *document.Duty) string {
	department := w.spoken().Department(duty.Department)
	if duty.Proposed.IsZero() {
		return w.say("objects", department, duty.Reason)
	}
	return w.say("proposes", department, duty.Reason, duty.Proposed)
}

func (w inboxWords) holds(holds []document.Hold) string {
	said := make([]string, len(holds))
	for i, h := range holds {
		said[i] = w.spoken().Hold(h)
	}
	return strings.Join(said, "; ")
}
