package render

import "tradewire/mapping/document"

func exportShipment() *document.Shipment {
	return &document.Shipment{
		ID: "DN000456", Order: "8801", On: on("2026-04-16"), Channel: document.DirectExport,
		Lines: []document.ShipmentLine{{No: 1, OrderLine: 1, Quantity: document.Q("10001", "C62")}, {No: 2, OrderLine: 2, Quantity: document.Q("1250.5", "MTR")}},
		Packing: &document.Packing{Cartons: 3054, NetKG: document.D("46118.118"), GrossKG: document.D("47219.068"), CBM: document.D("141.495"),
			Lines: []document.PackedLine{
				{OrderLine: 1, HSCode: "85444219", Item: "PC-H05-001", Name: "Power cord H05VV-F 3G0.75, 1.5 m, black, Schuko plug", LocalName: "电源线 三芯0.75平方 黑色 1.5米 欧式插头",
					Quantity: document.Q("10001", "C62"), From: 1, To: 3041, NetKG: document.D("45980"), GrossKG: document.D("47068.5"), CBM: document.D("140.9")},
				{OrderLine: 2, Item: "CB-RVV-375", Name: "Cable RVV 3x0.75 on drums of 100 m", LocalName: "护套软电缆 3x0.75 每盘100米",
					Quantity: document.Q("1250.5", "MTR"), From: 3042, To: 3054, NetKG: document.D("138.118"), GrossKG: document.D("150.568"), CBM: document.D("0.595")},
			}},
		Booking: &document.Booking{PortOfLoading: "CNYTN Yantian", PortOfDischarge: "DEHAM Hamburg", ReadyOn: on("2026-04-16"),
			PickUp:      "12 Riverside Industrial Road, Chang'an, Dongguan, Guangdong, China",
			LocalPickUp: "广东省东莞市长安镇河畔工业路12号", Freight: document.FreightCollect,
			Containers: []document.ContainerPlan{{Type: "40HQ", Count: 2}, {Type: "20GP", Count: 1}}},
	}
}

func bookingOf(sh *document.Shipment) *document.Notice {
	n := orderNotice(document.BookingNotice, "shipping", "船务部")
	n.ID, n.At, n.Shipment = "booking_request/8801/DN000456/1", at("2026-04-10 09:05"), sh
	n.News = newsOfOrder()
	n.News.Lines, n.News.Shows = nil, nil
	n.Buyer = &document.Party{ID: "C-0007", Name: "Harbour Lamps & Lighting (Hong Kong) Company Limited", LocalName: "海港灯饰照明（香港）有限公司", Country: "DE"}
	n.Duty = &document.Duty{Department: "shipping", Shipment: sh.ID, Revision: 1, Status: document.DutySent, About: n.Type,
		Sent: at("2026-04-10 09:05").UTC(), Due: at("2026-04-13 09:05").UTC(), Overdue: at("2026-04-14 09:05").UTC()}
	return n
}

func smallBooking() *document.Notice {
	sh := exportShipment()
	sh.Booking.Containers, sh.Booking.PortOfDischarge, sh.Booking.Freight = nil, "", document.FreightPrepaid
	sh.Packing = &document.Packing{Cartons: 13, NetKG: document.D("138.118"), GrossKG: document.D("150.568"), CBM: document.D("0.595"), Lines: sh.Packing.Lines[1:]}
	n := bookingOf(sh)
	n.Class, n.News.Incoterm, n.News.Remarks = "B", "CIF Hamburg", ""
	return n
}

func changedBooking() *document.Notice {
	n := bookingOf(exportShipment())
	n.ID, n.At = "booking_request/8801/DN000456/2", at("2026-04-11 16:40")
	n.Duty.Revision = 2
	return n
}

func delivery() *document.Notice {
	sh := exportShipment()
	sh.Channel, sh.Booking, sh.Vehicle, sh.Carrier = document.Domestic, nil, "粤S·12345", "自有车队"
	sh.Drop = &document.Drop{Window: "08:30-11:30, 13:30-17:00", Requirements: "请先电话预约\n送货单一式三份，三号门卸货"}
	n := bookingOf(sh)
	n.Type, n.ID = document.DeliveryNotice, "delivery_request/8801/DN000456/1"
	n.Customer, n.LocalCustomer = "Harmony Home Appliances (Huizhou) Co., Ltd.", "惠州和美家用电器制造有限公司"
	n.News.Channel, n.News.Incoterm = document.Domestic, ""
	n.Buyer = &document.Party{ID: "C-0021", Name: n.Customer, LocalName: n.LocalCustomer, Address: "Block 7, Zhongkai High-tech Zone, Huizhou",
		LocalAddress: "广东省惠州市仲恺高新技术产业开发区和畅西三路七号厂房二楼电源配件仓库", Country: "CN", Contact: "陈小姐", Phone: "0752 555 0188"}
	return n
}

func handbookDelivery() *document.Notice {
	n := delivery()
	n.Shipment.Channel = document.TransferFactory
	n.News.Channel, n.News.Answer = document.TransferFactory, false
	n.Shipment.Drop = &document.Drop{Handbook: "C52076000123",
		Items: []document.HandbookItem{{Item: "PC-H05-001", Number: "12"}, {Item: "CB-RVV-375", Number: "7"}}}
	n.News.Remarks, n.Buyer.Contact, n.Class = "", "", "C"
	return n
}
