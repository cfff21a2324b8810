package render

import "tradewire/mapping/document"

// orderPhrases are the words of notices about orders.
var orderPhrases = map[string]word{
	"of.customer": {"%[1]s (%[2]s)", "%[1]s（%[2]s）"},
	"in.brackets": {" (%[1]s)", "（%[1]s）"},
	"reader.of":   {"%[1]s, %[2]s", "%[1]s %[2]s"},

	"any.headline":              {"Notice %[1]s about order %[2]s", "通知 %[1]s：订单 %[2]s"},
	"released.headline":         {"New order %[1]s", "新订单 %[1]s"},
	"released.headline.on":      {"New order %[1]s, required %[2]s", "新订单 %[1]s，要求交期 %[2]s"},
	"released.headline.from":    {"New order %[1]s, required from %[2]s", "新订单 %[1]s，最早要求交期 %[2]s"},
	"changed.headline":          {"Order %[1]s changed", "订单 %[1]s 已更改"},
	"changed.headline.of":       {"Order %[1]s changed: %[2]s", "订单 %[1]s 已更改：%[2]s"},
	"suspended.headline":        {"Order %[1]s is suspended: stop for now", "订单 %[1]s 暂停执行：请勿继续投产和出货"},
	"cancelled.headline":        {"Order %[1]s is cancelled: stop", "订单 %[1]s 已取消：请停止投产和采购"},
	"short_closed.headline":     {"Order %[1]s: what has not been shipped is cancelled", "订单 %[1]s 未出货部分已取消"},
	"cancel_requested.headline": {"May order %[1]s be cancelled? It is in production", "订单 %[1]s 已投产，可否取消"},

	"for":                   {"For", "致"},
	"class":                 {"Class", "客户等级"},
	"order.unknown":         {"without a number", "（无编号）"},
	"order.despatch":        {"%[1]s (despatch %[2]s)", "%[1]s（出货单%[2]s）"},
	"order.revision":        {"%[1]s, revision %[2]s", "%[1]s，第%[2]s版"},
	"order.revision.before": {"%[1]s, revision %[2]s (you had revision %[3]s)", "%[1]s，第%[2]s版（此前为第%[3]s版）"},
	"shipment":              {"Despatch no.", "出货单号"},
	"channel":               {"Way of sale", "销售方式"},
	"ordered_on":            {"Order date", "下单日期"},
	"required_on":           {"Required date", "要求交期"},
	"promised_on":           {"Promised date", "承诺交期"},
	"incoterm":              {"Terms of delivery", "贸易条款"},
	"sent":                  {"Sent", "发出时间"},
	"why.stopped":           {"Why", "原因"},

	"requirements":      {"SPECIAL REQUIREMENTS", "【特殊要求】"},
	"requirements.none": {"none", "无"},
	"lines":             {"Order lines", "订单明细"},
	"items":             {"Quantity by item", "按货号汇总"},
	"order.now":         {"The order as it stands now", "更改后的订单"},

	"line":             {"Line", "行号"},
	"item":             {"Item", "货号"},
	"goods":            {"Name", "品名"},
	"quantity":         {"Quantity", "数量"},
	"change":           {"Change", "增减"},
	"unit":             {"Unit", "单位"},
	"price":            {"Unit price", "单价"},
	"started":          {"Started", "已投产"},
	"made":             {"Made", "已生产"},
	"shipped.quantity": {"Shipped", "已出货"},

	"changes":            {"What has changed", "更改内容"},
	"field.of.line":      {"%[1]s, line %[2]s", "%[1]s，第%[2]s行"},
	"field.of.line.item": {"%[1]s, line %[2]s, %[3]s", "%[1]s，第%[2]s行，%[3]s"},
	"field.of.item":      {"%[1]s, %[2]s", "%[1]s，%[2]s"},
	"line.of":            {"Line %[1]s, %[2]s", "第%[1]s行，%[2]s"},
	"change.added":       {"added: %[1]s", "新增：%[1]s"},
	"change.removed":     {"removed: %[1]s", "取消：%[1]s"},
	"day.later":          {"1 day later", "推迟1天"},
	"days.later":         {"%[1]s days later", "推迟%[1]s天"},
	"day.earlier":        {"1 day earlier", "提前1天"},
	"days.earlier":       {"%[1]s days earlier", "提前%[1]s天"},
	"than.required":      {"%[1]s than required", "比要求交期%[1]s"},
	"state.again":        {"released again", "恢复执行"},
	"state.goes_on":      {"goes on, not cancelled", "照常执行，不取消"},
	"progress":           {"Already started, made or shipped", "已投产、已生产、已出货情况"},
	"progress.none":      {"nothing yet", "尚未开始"},
	"overmade":           {"%[1]s: %[2]s %[3]s more than ordered now are started or made.", "%[1]s：已投产或已生产的数量比现订单多 %[2]s %[3]s。"},

	"next.you":                {"What to do", "请处理"},
	"suspended.stop":          {"Do not begin more production or purchases for it, and do not ship.", "请勿继续投产和采购，暂停出货。"},
	"suspended.stays":         {"What you have acknowledged stays planned until the order is released again or cancelled. You will be told.", "已确认的安排先保留，待订单恢复或取消时另行通知。"},
	"cancelled.stop":          {"Do not begin, make or ship any more of it.", "请勿再投产、生产和出货。"},
	"cancelled.buy":           {"Do not order anything more for it.", "请勿再为此订单采购。"},
	"cancelled.made":          {"Agree with sales what becomes of what is started or made.", "已投产和已生产的部分，请与业务部商定如何处理。"},
	"cancelled.purchases":     {"Check the open purchase orders for these items and their materials, and reduce or cancel them where the supplier still can.", "请核对这些产品及其用料的未交采购单，能减的减，能取消的取消。"},
	"not_needed":              {"No longer needed", "不再需要的数量"},
	"cancel_requested.why":    {"This order was cancelled in the CRM, but production has begun. It is cancelled only when %[1]s acknowledges; until then it goes on.", "CRM已取消此订单，但订单已投产。%[1]s确认后取消才生效，在此之前订单照常执行。"},
	"cancel_requested.refuse": {"If it cannot be cancelled, or only at a cost, object and say why.", "如不能取消，或取消会产生费用，请提出异议并说明原因。"},
}

// fields are the fields of an order that may change.
var fields = map[string]word{
	document.FieldState:      {"Status", "状态"},
	document.FieldRequired:   {"Required date", "要求交期"},
	document.FieldPromised:   {"Promised date", "承诺交期"},
	document.FieldQuantity:   {"Quantity", "数量"},
	document.FieldItem:       {"Item", "货号"},
	document.FieldRemarks:    {"Special requirements", "特殊要求"},
	document.FieldIncoterm:   {"Terms of delivery", "贸易条款"},
	document.FieldCustomerPO: {"Customer PO", "客户订单号"},
	document.FieldPrice:      {"Unit price", "单价"},
	document.FieldTerms:      {"Terms of payment", "付款条件"},
}

var states = map[string]word{
	string(document.OrderReceived):         {"received", "已接收"},
	string(document.OrderHeld):             {"on hold", "暂停"},
	string(document.OrderReleased):         {"released", "已放行"},
	string(document.OrderPartiallyShipped): {"partly shipped", "部分出货"},
	string(document.OrderShipped):          {"shipped", "已全部出货"},
	string(document.OrderShortClosed):      {"remainder cancelled", "余量已取消"},
	string(document.OrderCancelled):        {"cancelled", "已取消"},
	string(document.CancelRequestedNotice): {"cancellation asked for", "申请取消"},
}

var channels = map[string]word{
	string(document.DirectExport):    {"direct export", "直接出口"},
	string(document.TransferFactory): {"transfer factory (delivered in China)", "转厂"},
	string(document.Domestic):        {"domestic", "内销"},
}

// departments as they are called within a sentence.
var departments = map[string]word{
	"planning":   {"planning", "生产计划部"},
	"purchasing": {"purchasing", "采购部"},
	"finance":    {"finance", "财务部"},
	"shipping":   {"shipping", "船务部"},
	"sales":      {"sales", "业务部"},
	"production": {"production", "生产部"},
	"material":   {"materials", "物料部"},
	"quality":    {"quality", "品质部"},
	"warehouse":  {"the warehouse", "仓库"},
	"delivery":   {"delivery", "送货组"},
	"manager":    {"the manager", "经理"},
}

// subjects are what a notice is about, in a few words.
var subjects = map[string]word{
	string(document.OrderHeldAlert):        {"order held", "订单因信用暂停"},
	string(document.CreditNearAlert):       {"credit used", "信用额度提示"},
	string(document.CreditWatchAlert):      {"credit limit", "信用额度预警"},
	string(document.CreditOverAlert):       {"beyond the credit limit", "超出信用额度"},
	string(document.OverdueAlert):          {"payment overdue", "货款逾期"},
	string(document.ExpiringAlert):         {"credit limit ends", "信用额度到期"},
	string(document.StaleAlert):            {"receivables not read", "应收账款未读取"},
	string(document.LimitProposedNotice):   {"limit proposed", "信用额度申请"},
	string(document.OverrideUsedNotice):    {"emergency release", "紧急放行"},
	string(document.ReleaseExpiringAlert):  {"release ends", "放行即将到期"},
	string(document.OrderReleasedNotice):   {"new order", "新订单"},
	string(document.OrderChangedNotice):    {"order changed", "订单更改"},
	string(document.OrderSuspendedNotice):  {"order suspended", "订单暂停执行"},
	string(document.OrderCancelledNotice):  {"order cancelled", "订单取消"},
	string(document.CancelRequestedNotice): {"may the order be cancelled?", "可否取消订单"},
	string(document.BookingNotice):         {"booking and haulage", "订舱和拖柜"},
	string(document.DeliveryNotice):        {"delivery", "送货要求"},
	string(document.DespatchStopped):       {"must not leave", "不得出货"},
	string(document.ObjectionNotice):       {"objection", "部门异议"},
	string(document.AckReminder):           {"answer late", "催办"},
	string(document.AckLate):               {"answer very late", "逾期未答复"},
	string(document.DigestNotice):          {"credit, gathered", "信用汇总"},
	string(document.UnansweredAlert):       {"credit, not acknowledged", "信用通知未确认"},
}
