package render

import "tradewire/mapping/document"

// creditPhrases are the words of credit notices. Amounts come in as text: they are exact, and grouped already.
var creditPhrases = map[string]word{
	"held.headline":  {"Order %[1]s is held: %[2]s", "订单 %[1]s 已暂停：%[2]s"},
	"watch.headline": {"Account %[1]s has used %[2]s %% of its credit limit", "账户 %[1]s 已使用信用额度的 %[2]s%%"},
	"over.headline":  {"Account %[1]s is beyond its credit limit by %[2]s", "账户 %[1]s 已超出信用额度 %[2]s"},
	"near.headline":  {"Account %[1]s comes near its credit limit", "账户 %[1]s 接近信用额度"},

	"customer":    {"Customer", "客户"},
	"account":     {"Credit account", "信用账户"},
	"order":       {"Order", "订单"},
	"customer_po": {"Customer PO", "客户订单号"},
	"total":       {"Order total", "订单总额"},
	"at":          {"Checked at", "检查时间"},
	"level":       {"Level", "级别"},
	"level.watch": {"watch", "预警"},
	"level.over":  {"over the limit", "超额"},
	"level.near":  {"notice", "提示"},

	"why":              {"Why it is held", "暂停原因"},
	"arithmetic":       {"Credit", "信用计算"},
	"open_orders":      {"Released orders, not yet shipped (O)", "已放行未出货订单 (O)"},
	"shipped":          {"Shipped, not yet invoiced (D)", "已出货未开票 (D)"},
	"invoiced":         {"Invoiced, not yet in the ERP's receivables (B)", "已开票未入应收账 (B)"},
	"receivables":      {"Open receivables in the ERP (R)", "ERP应收账款 (R)"},
	"special":          {"Undue drafts and guarantees (S)", "未到期票据及担保 (S)"},
	"unapplied":        {"Less receipts not yet applied (P)", "减：未核销收款 (P)"},
	"before":           {"Exposure without this order", "不含本订单的信用占用"},
	"exposure":         {"Exposure", "信用占用合计"},
	"demand":           {"This order", "本订单占用"},
	"demand.converted": {"This order, at a rate of %[1]s", "本订单占用，汇率 %[1]s"},
	"after":            {"Exposure with this order", "含本订单的信用占用"},
	"limit":            {"Credit limit", "信用额度"},
	"limit.none":       {"none is set", "未设定"},
	"excess":           {"Beyond the limit", "超出额度"},
	"left":             {"Left of the limit", "剩余额度"},
	"used":             {"Used", "已使用"},
	"rate.missing":     {"unknown, the rate is missing", "未知，缺少汇率"},

	"next":       {"What finance can do", "财务可采取的措施"},
	"next.stays": {"The order stays held until a credit check passes.", "在信用检查通过之前，订单保持暂停。"},
	"next.watch": {"Collect what is due and book the receipts, or review the limit, before further orders of this customer are held.",
		"请催收到期款项并登记收款，或复核信用额度，以免该客户的后续订单被暂停。"},
	"next.over": {"Orders that were released stay released; further orders of this customer are held. Collect what is due and book the receipts, or have a higher limit approved.",
		"已放行的订单不受影响，该客户的后续订单将被暂停。请催收到期款项并登记收款，或申请提高信用额度。"},
}

// reasons say why an order is held; remedies what is to be done about it.
var reasons = map[document.HoldReason]word{
	document.LimitExceeded:     {"the credit limit is exceeded", "超出信用额度"},
	document.NoLimit:           {"there is no credit limit", "没有信用额度"},
	document.Overdue:           {"payment is overdue", "货款逾期"},
	document.Stopped:           {"the customer was stopped", "客户已被停止交易"},
	document.TermsExceedClass:  {"the terms of payment are longer than the customer's class allows", "付款期限超出客户等级允许的范围"},
	document.LimitExpired:      {"the credit limit has expired", "信用额度已过有效期"},
	document.NewCustomerPrepay: {"a new customer pays before delivery", "新客户须在交货前付清货款"},
	document.OverseasNeedsLC:   {"an overseas customer pays by letter of credit", "国外客户须以信用证付款"},
	document.FXRateMissing:     {"an exchange rate is missing", "缺少汇率"},
	document.ARStale:           {"the receivables are too old to rely on", "应收账款数据过旧"},
}

var remedies = map[document.HoldReason]word{
	document.LimitExceeded: {"Book receipts that have come in, or have a higher limit approved and entered in the ERP.",
		"登记已到账的收款，或经批准后在ERP中提高信用额度。"},
	document.NoLimit: {"Have a limit approved and entered in the ERP, or agree on payment before delivery.",
		"经批准后在ERP中设定信用额度，或与客户约定款到发货。"},
	document.Overdue: {"Collect the overdue items, or book the receipts if they have been paid.",
		"催收逾期款项；如已付款，请登记收款。"},
	document.Stopped: {"Clear the reason with whoever stopped the customer; lift the stop where it was set, in the ERP or the CRM.",
		"与设置停止交易的人员确认原因，并在ERP或CRM中解除。"},
	document.TermsExceedClass: {"Agree on shorter terms and change them in the CRM, or have the customer's class reviewed.",
		"与客户约定较短的付款期限并在CRM中修改，或复核客户等级。"},
	document.LimitExpired: {"Have the limit approved again and entered in the ERP with its new last day.",
		"请重新核准信用额度，并在ERP中录入新的有效期。"},
	document.NewCustomerPrepay: {"Agree on payment before delivery, or have the general manager's consent entered in the CRM.",
		"与客户约定款到发货，或将总经理的批准录入CRM。"},
	document.OverseasNeedsLC: {"Agree on a letter of credit that covers the shipment, or have the general manager's consent entered in the CRM.",
		"与客户约定有效期覆盖出货日的信用证，或将总经理的同意录入CRM。"},
	document.FXRateMissing: {"Give IT the rate for the credit policy.", "请将汇率提供给IT，录入信用政策。"},
	document.ARStale:       {"Ask IT why the receivables are not read from the ERP.", "请IT检查为何未能从ERP读取应收账款。"},
}
