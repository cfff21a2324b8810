package render

// releasePhrases are the words of notices about releases by people.
var releasePhrases = map[string]word{
	"expiring.headline": {"The release of order %[1]s ends on %[2]s", "订单 %[1]s 的放行将于 %[2]s 到期"},
	"expiring.soon":     {"The release of order %[1]s ends soon", "订单 %[1]s 的放行即将到期"},
	"expiring.open":     {"Not yet shipped", "未出货部分"},
	"expiring.signed":   {"Who released it", "放行人"},
	"expiring.approval": {"%[1]s, up to %[2]s, until %[3]s", "%[1]s，至多 %[2]s，至 %[3]s"},
	"expiring.ship":     {"Ship what is open by that day: the release covers it until the day is over.", "请在该日之前出货：放行在当日结束前有效。"},
	"expiring.again": {"If it will not ship by then, make room in the account, or have it released again once it is held (tradewire credit release).",
		"如届时不能出货，请腾出信用额度，或待其暂停后重新放行（tradewire credit release）。"},
	"expiring.then": {"On the day after it the order is checked anew in full. What is not shipped is held unless it passes; what has left stays.",
		"次日订单将全部重新检查：未出货部分如未通过即暂停，已出货部分不受影响。"},
}
