package render

import (
	"time"

	"tradewire/mapping/document"
)

var (
	hongKong = time.FixedZone("", 8*60*60)
	at       = func(s string) time.Time {
		t, err := time.ParseInLocation("2006-01-02 15:04", s, hongKong)
		if err != nil {
			panic(err)
		}
		return t
	}
)

// notices are one of every type and turn, as the departments of a cable maker get them.
func notices() map[string]*document.Notice {
	return map[string]*document.Notice{
		"notice_order_held":              heldNotice(),
		"notice_order_held_class_a":      heldNoticeOfClass("A"),
		"notice_order_held_every_reason": heldForEveryReason(),
		"notice_order_held_dated_rates":  heldAtRatesOfTheDay(),
		"notice_credit_watch":            watchNotice(document.LevelWatch, "303000"),
		"notice_credit_over":             watchNotice(document.LevelOver, "360000.01"),

		"notice_order_held_to_be_released": heldToBeReleased(),
		"notice_credit_notice":             accountNotice(document.CreditNearAlert, document.LevelNotice, document.Ageing{}),
		"notice_overdue":                   overdueNotice(1, "1-30", false),
		"notice_overdue_holds":             overdueNotice(35, "31-60", true),
		"notice_limit_expiring":            expiringNotice("2026-04-15", 30, false),
		"notice_limit_expiring_today":      expiringNotice("2026-03-16", 0, false),
		"notice_limit_expiring_tomorrow":   expiringNotice("2026-03-17", 1, false),
		"notice_limit_expired":             expiringNotice("2026-03-15", -1, true),
		"notice_limit_expired_covered":     expiringNotice("2026-03-15", -1, false),
		"notice_receivables_stale":         staleNotice(false),
		"notice_receivables_stale_holds":   staleNotice(true),
		"notice_limit_proposed":            limitNotice(document.ProposalProposed, []string{"SALES_MANAGER"}),
		"notice_override_used":             overrideNotice(),
		"notice_limit_agreed":              limitNotice(document.ProposalAgreed, []string{"GENERAL_MANAGER"}),
		"notice_limit_approved":            limitNotice(document.ProposalApproved, nil),
		"notice_limit_lapsed":              limitNotice(document.ProposalLapsed, nil),
		"notice_release_expiring":          releaseEndsNotice(),
		"notice_despatch_stopped":          stoppedDespatch(),

		"notice_order_released_planning":     releasedToPlanning(),
		"notice_order_released_purchasing":   releasedToPurchasing(),
		"notice_order_released_prices":       releasedWithPrices(),
		"notice_order_changed_planning":      changedForPlanning(),
		"notice_order_changed_purchasing":    changedForPurchasing(),
		"notice_order_changed_every_field":   changedInEveryField(),
		"notice_order_released_again":        releasedAgain(),
		"notice_order_suspended":             suspended(),
		"notice_order_cancelled_planning":    cancelledForPlanning(),
		"notice_order_cancelled_purchasing":  cancelledForPurchasing(),
		"notice_order_cancelled_remainder":   cancelledRemainder(),
		"notice_cancel_requested":            cancelRequested(),
		"notice_booking_request":             bookingOf(exportShipment()),
		"notice_booking_request_lcl":         smallBooking(),
		"notice_booking_request_changed":     changedBooking(),
		"notice_delivery_request":            delivery(),
		"notice_delivery_request_handbook":   handbookDelivery(),
		"notice_objection":                   objection(),
		"notice_objection_to_a_cancellation": objectionToCancel(),
		"notice_ack_reminder":                reminder(),
		"notice_ack_reminder_of_a_shipment":  reminderOfShipment(),
		"notice_ack_late":                    lateForManager(),
		"notice_digest":                      digestOf(heldNotice(), watchNotice(document.LevelOver, "360000.01"), heldNoticeOfClass("A"), watchNotice(document.LevelWatch, "303000")),
		"notice_credit_unanswered":           unanswered(heldNotice()),
		"notice_of_a_new_type":               ofNewType(),
	}
}

// orderNotice is what all notices about one order say.
func orderNotice(t document.NoticeType, to, recipient string) *document.Notice {
	return &document.Notice{
		ID: string(t) + "/8801/1", Type: t, To: to, Recipient: recipient, At: at("2026-03-16 10:30"),
		Customer: "Harbour Lamps & Lighting (Hong Kong) Company Limited", LocalCustomer: "海港灯饰照明（香港）有限公司", Class: "A",
		Order: "SO-2026-0417", OrderKey: "8801", CustomerPO: "HL/77-1042", Total: document.M("24937.69", "USD"),
	}
}

func newsOfOrder(shows ...string) *document.News {
	return &document.News{
		Revision: 1, Channel: document.DirectExport, OrderedOn: on("2026-03-13"), RequestedOn: on("2026-04-20"), PromisedOn: on("2026-04-22"),
		Incoterm: "FOB Yantian, Shenzhen", Remarks: "Labels in German.\nPallets must be fumigated; no wood bark. 纸箱外贴德文标签。",
		Answer: true, Shows: shows,
		Lines: []document.NoticeLine{
			{No: 1, Item: "PC-H05-001", Name: "Power cord H05VV-F 3G0.75, 1.5 m, black, Schuko plug", LocalName: "电源线 三芯0.75平方 黑色 1.5米 欧式插头",
				Quantity: document.Q("10001", "C62"), Change: document.Q("10001", "C62"), RequiredOn: on("2026-04-20"), PromisedOn: on("2026-04-22"), Price: document.D("0.875")},
			{No: 2, Item: "CB-RVV-375", Name: "Cable RVV 3x0.75 on drums of 100 m", LocalName: "护套软电缆 3x0.75 每盘100米",
				Quantity: document.Q("1250.5", "MTR"), Change: document.Q("1250.5", "MTR"), RequiredOn: on("2026-04-20"), PromisedOn: on("2026-04-22"), Price: document.D("12.5")},
			{No: 3, Item: "PC-H05-001", Name: "Power cord H05VV-F 3G0.75, 1.5 m, black, Schuko plug", LocalName: "电源线 三芯0.75平方 黑色 1.5米 欧式插头",
				Quantity: document.Q("500", "C62"), Change: document.Q("500", "C62"), RequiredOn: on("2026-05-11"), PromisedOn: on("2026-05-11"), Price: document.D("0.88")},
		},
	}
}

// byItem adds up the lines of newsOfOrder.
func byItem(n *document.News) *document.News {
	cord, cable := n.Lines[0], n.Lines[1]
	for i := range n.Lines[2:] {
		l := n.Lines[2+i]
		cord.Quantity, cord.Change = cord.Quantity.Add(l.Quantity), cord.Change.Add(l.Change)
		cord.Started, cord.Made, cord.Shipped = cord.Started.Add(l.Started), cord.Made.Add(l.Made), cord.Shipped.Add(l.Shipped)
	}
	cord.No = 0
	n.ByItem, n.Lines = true, []document.NoticeLine{cord, cable}
	return n
}

func dutyOfOrder(department string, revision int64, about document.NoticeType) *document.Duty {
	return &document.Duty{Department: department, Revision: revision, Status: document.DutySent, About: about,
		Sent: at("2026-03-16 10:30").UTC(), Due: at("2026-03-17 10:30").UTC(), Overdue: at("2026-03-18 10:30").UTC()}
}

func releasedToPlanning() *document.Notice {
	n := orderNotice(document.OrderReleasedNotice, "planning", "生产计划部")
	n.News = newsOfOrder(document.FieldState, document.FieldRequired, document.FieldQuantity, document.FieldItem, document.FieldRemarks)
	n.Duty = dutyOfOrder("planning", 1, n.Type)
	return n
}

func releasedToPurchasing() *document.Notice {
	n := orderNotice(document.OrderReleasedNotice, "purchasing", "Ms. Ho")
	n.Class = "B"
	n.News = byItem(newsOfOrder(document.FieldQuantity))
	n.News.Remarks = ""
	n.Duty = dutyOfOrder("purchasing", 1, n.Type)
	return n
}

func releasedWithPrices() *document.Notice {
	n := orderNotice(document.OrderReleasedNotice, "finance", "Finance")
	n.News = newsOfOrder(document.FieldQuantity, document.FieldRequired, document.FieldPromised, document.FieldPrice)
	n.News.Answer = false
	return n
}

// secondRevision is the order after the customer changed it, with production begun.
func secondRevision(shows ...string) *document.News {
	news := newsOfOrder(shows...)
	news.Revision, news.Before, news.RequestedOn = 2, 1, on("2026-04-13")
	news.Changes = []document.FieldChange{
		{Field: document.FieldRequired, Was: "2026-04-20", Is: "2026-04-13"},
		{Field: document.FieldRequired, Line: 3, Item: "PC-H05-001", Was: "2026-05-11", Is: "2026-05-12"},
		{Field: document.FieldQuantity, Line: 1, Item: "PC-H05-001", Unit: "C62", Was: "10001", Is: "9500"},
		{Field: document.FieldQuantity, Line: 2, Item: "CB-RVV-375", Unit: "MTR", Was: "1250.5"},
		{Field: document.FieldQuantity, Line: 4, Item: "CB-RVV-515", Unit: "MTR", Is: "2000"},
	}
	l := news.Lines
	l[0].Quantity, l[0].Change, l[0].RequiredOn = document.Q("9500", "C62"), document.Q("-501", "C62"), on("2026-04-13")
	l[0].Started, l[0].Made, l[0].Shipped = document.Q("9750", "C62"), document.Q("4000", "C62"), document.Q("1000", "C62")
	l[1].Quantity, l[1].Change = document.Q("0", "MTR"), document.Q("-1250.5", "MTR")
	l[1].Started = document.Q("300.5", "MTR")
	l[2].Change, l[2].RequiredOn = document.Q("0", "C62"), on("2026-05-12")
	news.Lines = append(l, document.NoticeLine{No: 4, Item: "CB-RVV-515", Name: "Cable RVV 5x1.5 on drums of 100 m", LocalName: "护套软电缆 5x1.5 每盘100米",
		Quantity: document.Q("2000", "MTR"), Change: document.Q("2000", "MTR"), RequiredOn: on("2026-04-13"), PromisedOn: on("2026-04-22"), Price: document.D("14.1")})
	return news
}

func changedForPlanning() *document.Notice {
	n := orderNotice(document.OrderChangedNotice, "planning", "生产计划部")
	n.ID = "order_changed/8801/2"
	n.News = secondRevision(document.FieldRequired, document.FieldQuantity)
	n.Duty = dutyOfOrder("planning", 2, n.Type)
	return n
}

func changedForPurchasing() *document.Notice {
	n := orderNotice(document.OrderChangedNotice, "purchasing", "Purchasing")
	n.ID = "order_changed/8801/2"
	n.News = secondRevision(document.FieldQuantity)
	n.News.Changes = n.News.Changes[2:]
	n.News.Remarks, n.News.ByItem = "", true
	l := n.News.Lines
	l[0].Quantity, l[0].No = document.Q("10000", "C62"), 0
	n.News.Lines = append(l[:2:2], l[3])
	n.Duty = dutyOfOrder("purchasing", 2, n.Type)
	return n
}

func changedInEveryField() *document.Notice {
	n := orderNotice(document.OrderChangedNotice, "sales", "Sales")
	n.Class = "C"
	n.News = newsOfOrder(document.FieldQuantity, document.FieldPrice, document.FieldPromised)
	n.News.Revision, n.News.Before, n.News.Answer, n.News.Remarks = 3, 1, false, ""
	n.News.Changes = []document.FieldChange{
		{Field: document.FieldState, Was: "partially_shipped", Is: "released"},
		{Field: document.FieldRequired, Was: "2026-04-20", Is: "2026-04-21"},
		{Field: document.FieldPromised, Is: "2026-04-22"},
		{Field: document.FieldQuantity, Line: 1, Item: "PC-H05-001", Unit: "C62", Was: "9001", Is: "10001"},
		{Field: document.FieldItem, Line: 2, Item: "CB-RVV-375", Was: "CB-RVV-370", Is: "CB-RVV-375"},
		{Field: document.FieldRemarks, Was: "Labels in German.\nNo wood.", Is: ""},
		{Field: document.FieldIncoterm, Was: "EXW Dongguan", Is: "FOB Yantian, Shenzhen"},
		{Field: document.FieldCustomerPO, Was: "HL/77-1041", Is: "HL/77-1042"},
		{Field: document.FieldPrice, Line: 1, Item: "PC-H05-001", Unit: "USD", Was: "0.9", Is: "0.875"},
		{Field: document.FieldTerms, Was: "NET30", Is: "EOM60"},
		{Field: document.FieldTerms, Was: "EOM60", Is: "OWN_TERMS"},
		{Field: "colour", Was: "black", Is: "white"},
	}
	return n
}

func releasedAgain() *document.Notice {
	n := orderNotice(document.OrderChangedNotice, "planning", "Mr. Chan")
	n.News = newsOfOrder(document.FieldRequired, document.FieldQuantity)
	n.News.Revision, n.News.Before = 2, 2
	n.News.Changes = []document.FieldChange{{Field: document.FieldState, Was: "held", Is: "released"}}
	n.Duty = dutyOfOrder("planning", 2, n.Type)
	return n
}

func suspended() *document.Notice {
	n := orderNotice(document.OrderSuspendedNotice, "planning", "生产计划部")
	n.News = secondRevision(document.FieldRequired, document.FieldQuantity)
	n.News.Changes = []document.FieldChange{{Field: document.FieldState, Was: "released", Is: "held"}}
	n.Duty = dutyOfOrder("planning", 2, n.Type)
	return n
}

// cancelledNews is the order cancelled: what was neither begun nor shipped is no longer needed.
func cancelledNews() *document.News {
	news := newsOfOrder(document.FieldRequired, document.FieldQuantity)
	news.Revision, news.Before = 3, 1
	news.Changes = []document.FieldChange{{Field: document.FieldState, Was: "released", Is: "cancelled"}}
	l := news.Lines
	l[0].Started, l[0].Made = document.Q("4000", "C62"), document.Q("3750", "C62")
	l[0].Change, l[1].Change, l[2].Change = document.Q("-6001", "C62"), document.Q("-1250.5", "MTR"), document.Q("-500", "C62")
	return news
}

func cancelledForPlanning() *document.Notice {
	n := orderNotice(document.OrderCancelledNotice, "planning", "生产计划部")
	n.News = cancelledNews()
	n.Duty = dutyOfOrder("planning", 3, n.Type)
	return n
}

func cancelledForPurchasing() *document.Notice {
	n := orderNotice(document.OrderCancelledNotice, "purchasing", "Purchasing")
	n.Class = "B"
	n.News = byItem(cancelledNews())
	n.News.Remarks = ""
	for i := range n.News.Lines {
		n.News.Lines[i].Started, n.News.Lines[i].Made = document.Quantity{}, document.Quantity{}
	}
	n.Duty = dutyOfOrder("purchasing", 3, n.Type)
	return n
}

func cancelledRemainder() *document.Notice {
	n := orderNotice(document.OrderCancelledNotice, "planning", "生产计划部")
	n.News = cancelledNews()
	n.News.Lines[0].Shipped = document.Q("2500", "C62")
	n.Duty = dutyOfOrder("planning", 3, n.Type)
	return n
}

func cancelRequested() *document.Notice {
	n := orderNotice(document.CancelRequestedNotice, "planning", "生产计划部")
	n.News = cancelledNews()
	n.News.Changes[0].Is = string(document.CancelRequestedNotice)
	n.News.Lines[0].Change, n.News.Lines[1].Change, n.News.Lines[2].Change = document.Quantity{}, document.Quantity{}, document.Quantity{}
	n.Duty = dutyOfOrder("planning", 3, n.Type)
	return n
}

func objection() *document.Notice {
	n := orderNotice(document.ObjectionNotice, "sales", "Sales")
	n.ID = "objection/8801/2/purchasing"
	n.At = at("2026-03-17 09:12")
	n.Duty = dutyOfOrder("purchasing", 2, document.OrderChangedNotice)
	n.Duty.Status, n.Duty.By, n.Duty.Answered = document.DutyObjected, "he.jing 何静", at("2026-03-17 09:11").UTC()
	n.Duty.Reason, n.Duty.Proposed = "铜材要到4月底才到货 Copper comes at the end of April only", on("2026-05-04")
	n.Duty.Fields = []string{document.FieldRequired, document.FieldQuantity}
	return n
}

func objectionToCancel() *document.Notice {
	n := objection()
	n.ID, n.Duty.Department, n.Duty.Revision, n.Duty.About = "objection/8801/3/planning", "planning", 3, document.CancelRequestedNotice
	n.Duty.Reason, n.Duty.Proposed, n.Duty.Fields = "4,000 pcs are made already", document.Date{}, []string{document.FieldState}
	return n
}

func reminder() *document.Notice {
	n := orderNotice(document.AckReminder, "planning", "生产计划部")
	n.ID, n.At = "ack_reminder/8801/2/planning", at("2026-03-17 10:31")
	n.Duty = dutyOfOrder("planning", 2, document.OrderChangedNotice)
	n.Duty.Fields = []string{document.FieldRequired, document.FieldQuantity}
	return n
}

func reminderOfShipment() *document.Notice {
	n := bookingOf(exportShipment())
	n.Type, n.ID, n.At = document.AckReminder, "ack_reminder/8801/DN000456/2/shipping", at("2026-04-13 09:06")
	n.News, n.Shipment, n.Buyer, n.Duty.Revision = nil, nil, nil, 2
	return n
}

func lateForManager() *document.Notice {
	n := reminder()
	n.Type, n.ID, n.To, n.Recipient, n.At = document.AckLate, "ack_late/8801/2/planning", "manager", "General manager", at("2026-03-18 10:31")
	return n
}

func ofNewType() *document.Notice {
	n := releasedToPlanning()
	n.Type, n.ID = "price_check", "price_check/8801/1"
	return n
}
