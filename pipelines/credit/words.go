package credit

// inChinese says the same as the English sentence, with the same figures in the same order.
var inChinese = map[string]string{
	"account %s was stopped in the ERP":                                                    "账户 %s 已在 ERP 中被停用",
	"the customer was stopped in the CRM":                                                  "该客户已在 CRM 中被停用",
	"there is no rate into %s: enter it under rates in the credit policy":                  "没有折算为 %s 的汇率：请在信用政策的 rates 中录入",
	"account %s has a limit of zero, which is no credit; exposure %s + this order %s = %s": "账户 %s 的信用额度为零，即不给予信用；信用占用 %s + 本订单 %s = %s",
	"account %s has no credit limit; exposure %s + this order %s = %s":                     "账户 %s 没有信用额度；信用占用 %s + 本订单 %s = %s",
	"exposure %s + this order %s = %s, limit %s: %s too much":                              "信用占用 %s + 本订单 %s = %s，信用额度 %s：超出 %s",
	"class %q has no terms in the credit policy":                                           "信用政策中没有等级 %q 的付款期限",
	"terms %q are not known; class %s may have %d days":                                    "付款条件 %q 未知；%s 类客户最长 %d 天",
	"terms %s are up to %d days, class %s may have %d days":                                "付款条件 %s 最长 %d 天，%s 类客户最长 %d 天",
	"the oldest open item was due on %s, %d days ago; %d are allowed":                      "最早的未清项于 %s 到期，已逾期 %d 天；允许 %d 天",
	"the receivables of account %s were never read":                                        "账户 %s 的应收账款从未读取",
	"the receivables are of %s, %s old; %s are allowed":                                    "应收账款数据截至 %s，已过 %s；允许 %s",
}
