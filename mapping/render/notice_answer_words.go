package render

// answerPhrases are the words of answers, objections and reminders.
var answerPhrases = map[string]word{
	"answer":     {"Please answer", "请答复"},
	"answer.by":  {"Please answer by %[1]s", "请在 %[1]s 前答复"},
	"answer.now": {"Please answer now", "请尽快答复"},
	"answer.how": {"How it is answered", "答复方式"},
	"answer.yes": {"Acknowledge", "确认"},
	"answer.no":  {"Object", "有异议"},
	"answer.you": {"YOUR-NAME", "您的姓名"},
	"answer.why": {`"WHY"`, `"原因"`},

	"objection.headline":      {"%[1]s objects to order %[2]s", "%[1]s对订单 %[2]s 有异议"},
	"objection.headline.on":   {"%[1]s objects to order %[2]s and proposes %[3]s", "%[1]s对订单 %[2]s 有异议，建议交期 %[3]s"},
	"objected.by":             {"Objected by", "提出人"},
	"objected.at":             {"Objected at", "提出时间"},
	"reason":                  {"Reason", "原因"},
	"proposed_on":             {"Proposed date", "建议交期"},
	"next.sales":              {"What sales can do", "业务部可采取的措施"},
	"objection.not_moved":     {"The date has not been moved: the order stands as it was.", "交期没有变动，订单仍按原要求执行。"},
	"objection.agree":         {"Agree a date with the customer and change the order in the CRM; %[1]s is then sent the new revision.", "请与客户商定交期并在CRM中更改订单，%[1]s随后会收到新版订单。"},
	"objection.goes_on":       {"Agree with the customer how it goes on, and take the cancellation back in the CRM.", "请与客户商定，并在CRM中撤回取消。"},
	"objection.talk":          {"Or talk to %[1]s, who can still acknowledge.", "也可与%[1]s协商，由其改为确认。"},
	"objection.not_cancelled": {"The order has not been cancelled: it goes on.", "订单没有取消，照常执行。"},

	"ack_reminder.headline":       {"Reminder: order %[2]s waits for an answer of %[1]s", "催办：订单 %[2]s 待%[1]s答复"},
	"ack_reminder.headline.since": {"Reminder: the answer of %[1]s to order %[2]s is late since %[3]s", "催办：订单 %[2]s 待%[1]s答复，已于 %[3]s 到期"},
	"ack_late.headline":           {"%[1]s has still not answered order %[2]s", "%[1]s仍未答复订单 %[2]s"},
	"ack_late.headline.since":     {"%[1]s has still not answered order %[2]s, late since %[3]s", "%[1]s仍未答复订单 %[2]s，已于 %[3]s 到期"},
	"ack_late.see":                {"Ask %[1]s to answer today.", "请督促%[1]s今天答复。"},
	"department":                  {"Department", "答复部门"},
	"about.fields":                {"%[1]s: %[2]s", "%[1]s：%[2]s"},
	"about":                       {"About", "事项"},
	"duty.sent":                   {"Sent", "发出时间"},
	"duty.due":                    {"Answer was due", "答复期限"},
	"shipment.version":            {"%[1]s, version %[2]s of the request", "%[1]s，第%[2]s版"},
}
