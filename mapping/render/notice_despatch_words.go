package render

// despatchPhrases are the words of notices about goods that must not leave.
var despatchPhrases = map[string]word{
	"despatch.headline": {"The goods of %[1]s must not leave: its credit is held", "%[1]s 的货物不得出货：订单因信用暂停"},
	"despatch.on":       {"Planned to leave on", "计划出货日"},
	"despatch.stop":     {"Keep the goods in the warehouse, and take the despatch back in the ERP where it can leave by itself.", "请将货物留在仓库；如ERP中的出货单可能自动执行，请撤回。"},
	"despatch.wait":     {"Finance knows of it and decides whether the order is released.", "财务已知悉，并将决定是否放行订单。"},
	"despatch.again":    {"When the order goes on, those who were told to stop are told so; announce the despatch again, and it is checked again.", "订单恢复执行时，将通知已被告知暂停的部门；重新提交出货计划即再次检查。"},
}
