package render

import (
	"fmt"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"tradewire/mapping/document"
)

// word is a label in both languages of a paper.
type word struct{ en, zh string }

var titles = map[document.PaperType]word{
	document.OrderConfirmation: {"Order confirmation", "订单确认书"},
	document.PackingList:       {"Packing list", "装箱单"},
	document.CommercialInvoice: {"Commercial invoice", "商业发票"},
	document.DeliveryNote:      {"Delivery note", "送货单"},
	document.ShippingMarks:     {"Shipping marks", "唛头"},
}

var (
	wordNumber      = word{"No.", "编号"}
	wordDate        = word{"Date", "日期"}
	wordSeller      = word{"Seller", "卖方"}
	wordBuyer       = word{"Buyer", "买方"}
	wordDeliverTo   = word{"Deliver to", "收货方"}
	wordContact     = word{"Contact", "联系人"}
	wordPhone       = word{"Tel.", "电话"}
	wordOrder       = word{"Order no.", "订单号"}
	wordCustomerPO  = word{"Customer PO no.", "客户订单号"}
	wordERPOrder    = word{"ERP order no.", "ERP单号"}
	wordShipment    = word{"Despatch no.", "出货单号"}
	wordDespatched  = word{"Despatch date", "出货日期"}
	wordOrdered     = word{"Order date", "下单日期"}
	wordRequested   = word{"Requested date", "要求交期"}
	wordPromised    = word{"Promised date", "承诺交期"}
	wordPort        = word{"Port of discharge", "目的港"}
	wordIncoterm    = word{"Terms of delivery", "贸易条款"}
	wordTerms       = word{"Terms of payment", "付款条件"}
	wordCurrency    = word{"Currency", "币种"}
	wordDestination = word{"Destination", "目的国"}
	wordCarrier     = word{"Carrier", "承运人"}
	wordTracking    = word{"Tracking no.", "运单号"}
	wordForwarder   = word{"Forwarder", "货运代理"}
	wordBill        = word{"B/L or waybill no.", "提单号"}
	wordVessel      = word{"Vessel", "船名航次"}
	wordContainer   = word{"Container no.", "集装箱号"}
	wordETD         = word{"ETD", "预计离港"}
	wordETA         = word{"ETA", "预计到港"}
	wordVehicle     = word{"Vehicle", "车牌号"}
	wordHandbook    = word{"Customs handbook no.", "海关手册号"}
	wordMarks       = word{"Shipping marks", "唛头"}
	wordMainMark    = word{"Main mark", "正唛"}
	wordSideMark    = word{"Side mark", "侧唛"}
	wordRemarks     = word{"Remarks", "备注"}
	wordSpecial     = word{"Special requirements", "特殊要求"}
	wordPackages    = word{"Packages", "件数"}
	wordGoods       = word{"Item and description", "货号及品名"}
	wordItem        = word{"Item no.", "货号"}
	wordDescription = word{"Description", "品名"}
	wordCartonNos   = word{"Carton nos.", "箱号"}
	wordCartons     = word{"Cartons", "箱数"}
	wordPerCarton   = word{"Per carton", "每箱数量"}
	wordQuantity    = word{"Quantity", "数量"}
	wordUnit        = word{"Unit", "单位"}
	wordNetKG       = word{"Net kg", "净重"}
	wordGrossKG     = word{"Gross kg", "毛重"}
	wordCBM         = word{"Volume m³", "体积"}
	wordHSCode      = word{"HS code", "海关编码"}
	wordOrigin      = word{"Origin", "原产地"}
	wordPrice       = word{"Unit price", "单价"}
	wordAmount      = word{"Amount", "金额"}
	wordTotal       = word{"Total", "合计"}
	wordNet         = word{"Net amount", "不含税金额"}
	wordTax         = word{"Tax", "税额"}
	wordNetWeight   = word{"Net weight", "净重"}
	wordGrossWeight = word{"Gross weight", "毛重"}
	wordVolume      = word{"Volume", "体积"}
	wordInWords     = word{"Amount in words", "大写金额"}
	wordBank        = word{"Bank", "收款银行"}
	wordReceived    = word{"Received", "实收"}
	wordDelivered   = word{"Delivered by", "送货人"}
	wordReceiver    = word{"Received in good order", "货物完好签收"}
	wordName        = word{"Name", "姓名"}
	wordSignature   = word{"Signature", "签名"}
	wordChop        = word{"Signature and company chop", "签名及盖章"}
	wordAccepted    = word{"Accepted by the buyer", "买方确认"}
	wordSignReturn  = word{"Please sign and return", "请签回"}
	wordOnBehalf    = word{"For and on behalf of", ""}
	wordAuthorised  = word{"Authorised signature", "授权签字"}
	wordRevision    = word{"Revision", "版本"}
	wordContinued   = word{"continued", "续"}
)

// units are the units of Recommendation 20 that the trade uses, as they are printed.
var units = map[string]word{
	"C62": {"pcs", "件"}, "H87": {"pcs", "件"}, "EA": {"pcs", "件"}, "MTR": {"m", "米"}, "KGM": {"kg", "千克"},
	"SET": {"set", "套"}, "PR": {"pair", "双"}, "RO": {"roll", "卷"}, "CT": {"ctn", "箱"}, "KMT": {"km", "千米"},
	"FOT": {"ft", "英尺"}, "LTR": {"l", "升"}, "GRM": {"g", "克"}, "TNE": {"t", "吨"},
}

// unit is the printed name of a unit; a code that is not known stands for itself.
func unit(code string) value {
	if name, known := units[code]; known {
		return name
	}
	return text(code)
}

// country is the name of an ISO 3166-1 code; a code that is not known stands for itself.
func country(code string) value {
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() {
		return text(code)
	}
	return word{display.English.Regions().Name(region), display.SimplifiedChinese.Regions().Name(region)}
}

// terms are the terms of payment in words; those that are not known stand for themselves.
func terms(code string) value {
	switch code {
	case "PREPAY":
		return stacked{"Payment before delivery", "款到发货"}
	case "COD":
		return stacked{"Cash on delivery", "货到付款"}
	case "EOMPLUS1M":
		return stacked{"End of the month after delivery", "交货次月底付款"}
	case "LC_SIGHT":
		return stacked{"Letter of credit at sight", "即期信用证"}
	}
	first, balance, _ := strings.Cut(code, "/")
	if deposit, ok := days(first, "TT"); ok && balance != "" && strings.Trim(balance, "0123456789") == "" {
		return stacked{deposit + " % deposit, " + balance + " % before shipment", "订金" + deposit + "%，余款" + balance + "%出货前付清"}
	}
	if days, ok := days(code, "NET"); ok {
		return stacked{days + " days after delivery", "交货后" + days + "天"}
	}
	if days, ok := days(code, "EOM"); ok {
		return stacked{days + " days after the end of the month of delivery", "月结" + days + "天"}
	}
	return text(code)
}

func days(code, prefix string) (string, bool) {
	number, found := strings.CutPrefix(code, prefix)
	return number, found && number != "" && strings.Trim(number, "0123456789") == ""
}

// incoterm is the code with its place; Incoterms have a year because their meaning changes with it.
func incoterm(order *document.SalesOrder) value {
	if order.Incoterm == "" {
		return text("")
	}
	return text(strings.Join(strings.Fields(order.Incoterm+" "+order.Place), " ") + " (Incoterms 2020)")
}

// superseding says which revision this is, and which one it takes the place of; nothing for the first.
func superseding(p *document.Paper) word {
	if p.Revision <= 1 {
		return word{}
	}
	return word{fmt.Sprintf("Revision %d, supersedes revision %d", p.Revision, p.Revision-1),
		fmt.Sprintf("第%d版，取代第%d版", p.Revision, p.Revision-1)}
}

// identity is the paper's title, number and revision in one line.
func (t tongue) identity(p *document.Paper) string {
	name := t.say(titles[p.Type]) + " " + p.Number
	if revision := superseding(p); revision.en != "" {
		name += ", " + t.say(word{strings.ToLower(revision.en[:1]) + revision.en[1:], revision.zh})
	}
	return name
}

func (t tongue) pageOf(page, pages int) string {
	return t.say(word{fmt.Sprintf("Page %d of %d", page, pages), fmt.Sprintf("第%d页 共%d页", page, pages)})
}
