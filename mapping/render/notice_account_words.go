package render

// accountPhrases are the words of notices about an account over time, and of who releases an order.
var accountPhrases = map[string]word{
	"overdue.headline":       {"Account %[1]s: the oldest open item is %[2]s days overdue (%[3]s)", "账户 %[1]s：最早的未清项已逾期 %[2]s 天（%[3]s）"},
	"overdue_one.headline":   {"Account %[1]s: the oldest open item is %[2]s day overdue (%[3]s)", "账户 %[1]s：最早的未清项已逾期 %[2]s 天（%[3]s）"},
	"ending.headline":        {"The credit limit of account %[1]s ends", "账户 %[1]s 的信用额度即将到期"},
	"ends.headline":          {"The credit limit of account %[1]s ends on %[2]s, in %[3]s days", "账户 %[1]s 的信用额度将于 %[2]s 到期，还有 %[3]s 天"},
	"ends_today.headline":    {"The credit limit of account %[1]s ends today, %[2]s", "账户 %[1]s 的信用额度今天（%[2]s）到期"},
	"ends_tomorrow.headline": {"The credit limit of account %[1]s ends tomorrow, %[2]s", "账户 %[1]s 的信用额度明天（%[2]s）到期"},
	"ended.headline":         {"The credit limit of account %[1]s has ended: its last day was %[2]s", "账户 %[1]s 的信用额度已到期：有效期至 %[2]s"},
	"stale.headline":         {"What customers owe was last read from the ERP on %[1]s", "应收账款自 %[1]s 起未再从ERP读取"},
	"stale_one.headline":     {"What account %[1]s owes was last read from the ERP on %[2]s", "账户 %[1]s 的应收账款自 %[2]s 起未再从ERP读取"},
	"unread.headline":        {"What customers owe was not read from the ERP for too long", "应收账款过久未从ERP读取"},

	"oldest_due":   {"Oldest open item due on", "最早未清项到期日"},
	"days_late":    {"Days overdue", "逾期天数"},
	"days_allowed": {"Days allowed", "允许天数"},
	"limit_to":     {"Last day of the limit", "额度有效期至"},
	"read_at":      {"Last read", "最近读取"},
	"holds_at":     {"Holds new orders from", "自此起暂停新订单"},

	"next.near": {"Nothing is held yet: see what is due for collection, and whether the limit still fits the customer.",
		"目前不暂停订单：请查看到期应收款，并确认额度是否仍适合该客户。"},
	"next.overdue": {"Collect the overdue items, or book the receipts if they have been paid.", "请催收逾期款项；如已付款，请登记收款。"},
	"next.overdue.holds": {"Until then new orders of this customer are held; orders that were released stay released.",
		"在此之前，该客户的新订单将被暂停；已放行的订单不受影响。"},
	"next.expiring": {"Review the limit and enter it in the ERP with its new last day; after its end no credit is given and new orders are held.",
		"请复核信用额度，并在ERP中录入新的有效期；到期后不再给予信用，新订单将被暂停。"},
	"next.expired": {"New orders of this customer are held; orders that were released stay released. Have the limit approved again and enter it in the ERP with its new last day.",
		"该客户的新订单将被暂停，已放行的订单不受影响。请重新核准信用额度，并在ERP中录入新的有效期。"},
	"next.expired.covered": {"A temporary limit is in force instead. Have the limit approved again and enter it in the ERP before the temporary one ends.",
		"目前适用临时额度。请在临时额度到期前重新核准信用额度，并在ERP中录入。"},
	"next.stale":       {"Ask IT why the receivables are not read from the ERP; receipts that were booked there are not known here.", "请IT检查为何未能从ERP读取应收账款；其间在ERP登记的收款尚未反映。"},
	"next.stale.holds": {"New orders on credit are held until they are read again.", "在重新读取之前，新的赊销订单将被暂停。"},

	"next.release":      {"Or have it released by the %[1]s, who did not enter it", "或由%[1]s放行（不得为录入订单者）"},
	"next.release.each": {"Or have it released by each of: %[1]s; each is another person, and none of them entered it", "或由以下人员分别放行：%[1]s（各为不同的人，且均非录入订单者）"},
}

// roles are who signs; those that a company has named otherwise stand for themselves.
var roles = map[string]word{
	"BRANCH_MANAGER":  {"branch manager", "分部经理"},
	"SALES_MANAGER":   {"sales manager", "销售部经理"},
	"GENERAL_MANAGER": {"general manager", "总经理"},
}
