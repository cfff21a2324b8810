package render

import (
	"fmt"
	"time"

	"tradewire/mapping/document"
)

var (
	d  = document.D
	on = func(s string) document.Date {
		date, err := document.ParseDate(s)
		if err != nil {
			panic(err)
		}
		return date
	}
)

// exportPaper is a paper about an export order with so many lines.
func exportPaper(paper document.PaperType, number string, lines int) *document.Paper {
	p := &document.Paper{
		Type: paper, Number: number, Revision: 1, IssuedOn: on("2026-03-16"),
		Issued: time.Date(2026, 3, 16, 2, 30, 0, 0, time.UTC),
		Seller: document.Seller{
			Name: "Pearl Cordage Ltd.", LocalName: "珠江电线有限公司",
			Address:      "12 Riverside Industrial Road, Chang'an, Dongguan, Guangdong, China",
			LocalAddress: "广东省东莞市长安镇河畔工业路12号", Phone: "+86 769 8100 0000",
			Bank: "Harbour Bank, Hong Kong, account 000-123456-001, SWIFT HARBHKHX",
		},
		Buyer: document.Party{
			ID: "C-0007", Name: "Northlight Appliances GmbH", LocalName: "北光电器有限公司",
			Address: "Lagerstrasse 4, 20357 Hamburg", LocalAddress: "汉堡市仓库街4号", Country: "DE", Channel: document.DirectExport,
			Contact: "Ms. J. Winter", Phone: "+49 40 555 0100",
			Marks: "NORTHLIGHT\nPO 77-1042\nHAMBURG\nC/NO. 1-UP\nMADE IN CHINA",
		},
		Order: document.SalesOrder{
			ID: "8801", Number: "SO-2026-0417", CustomerPO: "77-1042", Currency: "USD", OrderedOn: on("2026-02-02"),
			RequestedOn: on("2026-03-20"), Terms: "NET30", Incoterm: "FOB", Place: "Yantian, Shenzhen", TaxPercent: d("0"),
			Remarks: "Deliver before 17:00; fork lift at gate 3. 请在下午五点前送达，三号门有叉车。",
			Refs:    map[string]string{"erp_order": "SO000123"},
		},
		Shipment: document.Shipment{
			ID: "DN000456", Order: "8801", On: on("2026-03-15"), Carrier: "Blue Junk Lines", Tracking: "BJL-20260315-9",
			Packing: &document.Packing{},
			Voyage: &document.Transport{Forwarder: "Lighthouse Freight", Tracking: "BJLYTN2603159", Vessel: "MV EVENING STAR / 026W",
				Container: "CSQU3054383", ETD: on("2026-03-18"), ETA: on("2026-04-14")},
		},
	}
	addLines(p, lines)
	if paper == document.CommercialInvoice {
		addInvoice(p)
	}
	return p
}

// addLines fills the paper with cords and metres, packed one after the other.
func addLines(p *document.Paper, lines int) {
	k := p.Shipment.Packing
	for no := 1; no <= lines; no++ {
		item := document.Item{ID: fmt.Sprintf("PC-H05-%03d", no), Name: fmt.Sprintf("Power cord H05VV-F 3G0.75, %d.5 m, black", no%4+1),
			LocalName: "电源线 三芯黑色", Unit: "C62", HSCode: "85444219", Origin: "CN"}
		q := document.Q(fmt.Sprint(10001+250*(no%7)), "C62")
		if no%5 == 0 {
			item.ID, item.Name, item.LocalName, item.HSCode = fmt.Sprintf("CB-RVV-%03d", no), "Cable RVV 3x0.75 on drums of 100 m", "护套软电缆", "85444921"
			q = document.Q("1250.5", "MTR")
		}
		p.Order.Lines = append(p.Order.Lines, document.OrderLine{No: no, Item: item.ID, Quantity: q, Price: d("0.875"), Goods: &item})
		p.Shipment.Lines = append(p.Shipment.Lines, document.ShipmentLine{No: no, OrderLine: no, Quantity: q})
		l := document.PackedLine{OrderLine: no, Item: item.ID, Name: item.Name, LocalName: item.LocalName, Quantity: q, PerCarton: d("250"),
			From: k.Cartons + 1, To: k.Cartons + 41, NetKG: d("1180.118"), GrossKG: d("1219.068"), CBM: d("1.495")}
		k.Lines = append(k.Lines, l)
		k.Cartons = l.To
		k.NetKG, k.GrossKG, k.CBM = k.NetKG.Add(l.NetKG), k.GrossKG.Add(l.GrossKG), k.CBM.Add(l.CBM)
	}
}

func addInvoice(p *document.Paper) {
	inv := &document.Invoice{Number: p.Number, Shipment: p.Shipment.ID, Order: p.Order.ID, On: p.IssuedOn,
		Net: document.M("0", p.Order.Currency)}
	for _, l := range p.Order.Lines {
		amount := document.Money{Amount: l.Price, Currency: p.Order.Currency}.Times(l.Quantity.Value)
		inv.Lines = append(inv.Lines, document.InvoiceLine{No: l.No, Item: l.Item, Name: l.Goods.Name, LocalName: l.Goods.LocalName,
			HSCode: l.Goods.HSCode, Quantity: l.Quantity, Price: l.Price, Amount: amount})
		inv.Net = inv.Net.Add(amount)
	}
	inv.Tax = inv.Net.Times(p.Order.TaxPercent.Div(d("100"), 6))
	inv.Total = inv.Net.Add(inv.Tax)
	p.Invoice = inv
}

// inlandNote is a delivery note to a transfer factory.
func inlandNote() *document.Paper {
	p := exportPaper(document.DeliveryNote, "DN-2026-00031", 4)
	p.Buyer = document.Party{ID: "C-0021", Name: "Harmony Home Appliances (Huizhou) Co., Ltd.", LocalName: "惠州和美家用电器制造有限公司",
		Address: "Block 7, Zhongkai High-tech Zone, Huizhou", LocalAddress: "广东省惠州市仲恺高新技术产业开发区和畅西三路七号厂房二楼电源配件仓库",
		Country: "CN", Channel: document.TransferFactory, Contact: "陈小姐", Phone: "0752 555 0188", Handbook: "C52076000123"}
	p.Order.Incoterm, p.Order.Place = "", ""
	p.Shipment.Carrier, p.Shipment.Tracking, p.Shipment.Vehicle, p.Shipment.Voyage = "自有车队 Own truck", "", "粤S·12345", nil
	return p
}

// templates of shipping marks, as a customer gives them.
const (
	mainTemplate = "NORTHLIGHT\nPO {po}\n{item}\n{destination}\nC/NO. {carton} OF {cartons}"
	sideTemplate = "QTY: {quantity}\nN.W.: {net_kg} KGS\nG.W.: {gross_kg} KGS\nMEAS.: {size_cm} CM\nMADE IN {origin}"
)

// markedPaper is a paper about 10,001 cords in 41 cartons and five drums of cable, with templates of shipping marks.
func markedPaper(paper document.PaperType, number string) *document.Paper {
	p := exportPaper(paper, number, 0)
	p.Buyer.Marks, p.Buyer.SideMarks, p.Buyer.Port = mainTemplate, sideTemplate, "DEHAM Hamburg"
	cord := document.Item{ID: "PC-H05-001", Name: "Power cord H05VV-F 3G0.75, 1.8 m, black", LocalName: "电源线 三芯黑色", Unit: "C62", HSCode: "85444219", Origin: "CN",
		PerCarton: d("250"), NetUnitKG: d("0.118"), GrossFullKG: d("30.45"), TareKG: d("0.95"), LengthCM: d("42"), WidthCM: d("31"), HeightCM: d("28")}
	cable := document.Item{ID: "CB-RVV-002", Name: "Cable RVV 3x0.75 on drums of 100 m", LocalName: "护套软电缆", Unit: "MTR", HSCode: "85444921", Origin: "CN",
		PerCarton: d("100"), NetUnitKG: d("0.0985"), GrossFullKG: d("11.2"), TareKG: d("1.35"), LengthCM: d("40"), WidthCM: d("40"), HeightCM: d("22.5")}
	ordered := []document.OrderLine{
		{No: 1, Item: cord.ID, Description: cord.Name, Quantity: document.Q("10001", "C62"), Price: d("0.875"), Goods: &cord},
		{No: 2, Item: cable.ID, Description: "Cable for the Lagerstrasse depot", Quantity: document.Q("500", "MTR"), Price: d("0.4125"), Goods: &cable, PromisedOn: on("2026-04-02")},
	}
	net := document.M("0", p.Order.Currency)
	for _, l := range ordered {
		l.Amount = document.Money{Amount: l.Price, Currency: p.Order.Currency}.Times(l.Quantity.Value)
		net = net.Add(l.Amount)
		p.Order.Lines = append(p.Order.Lines, l)
		p.Shipment.Lines = append(p.Shipment.Lines, document.ShipmentLine{No: l.No, OrderLine: l.No, Quantity: l.Quantity})
	}
	p.Order.Net, p.Order.Tax, p.Order.Total = net, net.Zero(), net
	p.Shipment.Packing = &document.Packing{Cartons: 46, NetKG: d("1229.368"), GrossKG: d("1275.068"), CBM: d("1.675"), Lines: []document.PackedLine{
		{OrderLine: 1, Item: cord.ID, Name: cord.Name, LocalName: cord.LocalName, Quantity: ordered[0].Quantity, PerCarton: cord.PerCarton,
			From: 1, To: 41, NetKG: d("1180.118"), GrossKG: d("1219.068"), CBM: d("1.495")},
		{OrderLine: 2, Item: cable.ID, Name: cable.Name, LocalName: cable.LocalName, Quantity: ordered[1].Quantity, PerCarton: cable.PerCarton,
			From: 42, To: 46, NetKG: d("49.25"), GrossKG: d("56"), CBM: d("0.18")},
	}}
	if paper == document.CommercialInvoice {
		addInvoice(p)
	}
	if paper == document.OrderConfirmation {
		p.Shipment = document.Shipment{}
	}
	return p
}
