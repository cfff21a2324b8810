package main

import (
	"fmt"
	"os"
	"strings"

	"tradewire/mapping/document"
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
	"since":     {"since", "自"},
	"why":       {"why", "原因"},
	"what":      {"what to do", "待办"},
	"empty":     {"nothing waits for %s", "%s 没有待办事项"},
	"count":     {"%d wait", "共 %d 项"},
	"negotiate": {"agree on it with the customer and change the order in the CRM, or settle it with %s", "与客户协商后在CRM中修改订单，或与 %s 部门协商"},
	"release":   {"book receipts, or have the limit raised in the ERP; then let the CRM send the order again", "登记收款或在ERP中提高额度，然后由CRM重新发送订单"},
	"correct":   {"correct it in the CRM; it is then taken in anew (tradewire deadletters show %d)", "在CRM中更正后会重新接收（tradewire deadletters show %d）"},
	"ack":       {"acknowledge it, or object: tradewire ack %s --department %s --as NAME", "确认或提出异议：tradewire ack %s --department %s --as 姓名"},
	"objects":   {"%s objects: %s", "%s 提出异议：%s"},
	"proposes":  {"%s objects: %s; proposes %s", "%s 提出异议：%s；建议日期 %s"},
	"reminded":  {"%s; late, reminded", "%s；已逾期，已提醒"},
	"escalated": {"%s; late, the manager was told", "%s；已逾期，已上报经理"},
	"changed":   {"changed: %s", "变更：%s"},
	"shipment":  {"%s, shipment %s", "%s，出货单 %s"},

	string(document.OrderReleasedNotice):   {"new order", "新订单"},
	string(document.OrderChangedNotice):    {"changed order", "订单变更"},
	string(document.OrderSuspendedNotice):  {"stop: held by credit", "暂停：信用冻结"},
	string(document.OrderCancelledNotice):  {"cancelled", "订单取消"},
	string(document.CancelRequestedNotice): {"may it be cancelled? It is in production", "生产中的订单申请取消，是否同意？"},
	string(document.BookingNotice):         {"book space and haulage", "订舱及拖柜"},
	string(document.DeliveryNotice):        {"deliver", "安排送货"},

	document.FieldState:      {"state", "状态"},
	document.FieldRequired:   {"required date", "要求交期"},
	document.FieldPromised:   {"promised date", "承诺交期"},
	document.FieldQuantity:   {"quantity", "数量"},
	document.FieldItem:       {"item", "货品"},
	document.FieldRemarks:    {"special requirements", "特殊要求"},
	document.FieldIncoterm:   {"terms of delivery", "贸易条款"},
	document.FieldCustomerPO: {"customer PO", "客户订单号"},
	document.FieldPrice:      {"price", "单价"},
	document.FieldTerms:      {"terms of payment", "付款条件"},
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

// asked is what a department was sent.
func (w inboxWords) asked(duty *document.Duty) string {
	why := w.say(string(duty.About))
	if duty.About == document.OrderChangedNotice && len(duty.Fields) > 0 {
		fields := make([]string, len(duty.Fields))
		for i, f := range duty.Fields {
			fields[i] = w.say(f)
		}
		why = w.say("changed", strings.Join(fields, ", "))
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
	return w.say("ack", d.Named.Number, duty.Department)
}

func (w inboxWords) objection(duty *document.Duty) string {
	if duty.Proposed.IsZero() {
		return w.say("objects", duty.Department, duty.Reason)
	}
	return w.say("proposes", duty.Department, duty.Reason, duty.Proposed)
}

func (w inboxWords) holds(holds []document.Hold) string {
	said := make([]string, len(holds))
	for i, h := range holds {
		detail := h.Detail
		if w == 1 && h.LocalDetail != "" {
			detail = h.LocalDetail
		}
		said[i] = string(h.Reason) + ": " + detail
	}
	return strings.Join(said, "; ")
}
