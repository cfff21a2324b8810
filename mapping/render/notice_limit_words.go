package render

import "tradewire/mapping/document"

// limitPhrases are the words of notices about proposed credit limits.
var limitPhrases = map[string]word{
	"override.headline": {"Order %[1]s was released in an emergency", "订单 %[1]s 已紧急放行"},
	"override.why":      {"What held it", "原暂停原因"},
	"override.signed":   {"Who released it, and why", "放行人及理由"},
	"override.bound":    {"%[1]s (%[2]s), not bound by the segregation of duties", "%[1]s（%[2]s），不受职责分离限制"},
	"override.unbound":  {"%[1]s (%[2]s)", "%[1]s（%[2]s）"},

	"limit.headline": {"Credit limit: proposal %[1]s for account %[2]s, %[3]s, %[4]s", "信用额度：账户 %[2]s 的第 %[1]s 号申请，%[3]s，%[4]s"},
	"limit.proposed": {"Proposed limit", "申请额度"},
	"limit.before":   {"Limit until now", "现有额度"},
	"limit.from":     {"First day", "起始日"},
	"limit.until":    {"Last day", "截止日"},
	"limit.lapses":   {"To be approved by", "最迟核准日"},
	"limit.said":     {"Who said what", "审批记录"},
	"limit.step":     {"%[1]s %[2]s by %[3]s (%[4]s)", "%[1]s %[3]s（%[4]s）%[2]s"},
	"limit.next":     {"What is next", "下一步"},
	"limit.missing":  {"Still missing, each another person: %[1]s.", "尚缺（须为不同的人）：%[1]s。"},
	"limit.you":      {"YOU --reason WHY", "您的名字 --reason 理由"},
	"limit.approved": {"It is the limit, or is on its way to the ERP and counts when the ERP says so: tradewire credit status tells.",
		"额度已生效，或正在写入ERP，待ERP确认后生效：可用 tradewire credit status 查询。"},
}

// proposalStates say how far a proposal has come, limitActs what one person did.
var (
	proposalStates = map[string]word{
		string(document.ProposalProposed):   {"waits for agreement", "待同意"},
		string(document.ProposalAgreed):     {"waits for approval", "待核准"},
		string(document.ProposalApproved):   {"approved", "已核准"},
		string(document.ProposalRejected):   {"rejected", "已拒绝"},
		string(document.ProposalLapsed):     {"lapsed: it was not approved in time", "已过期：未及时核准"},
		string(document.ProposalSuperseded): {"replaced by a newer one", "已被新的申请取代"},
	}
	limitActs = map[string]word{
		string(document.ActPropose):     {"proposed", "提出"},
		string(document.ActAgree):       {"agreed to", "同意"},
		string(document.ActApprove):     {"approved", "核准"},
		string(document.ActRejectLimit): {"rejected", "拒绝"},
	}
)
