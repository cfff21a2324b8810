package mapping

import (
	"reflect"

	"tradewire/mapping/document"
)

// noun is what a mapping must say of a kind of document, beyond what the struct tells.
type noun struct {
	needs []string // fields that a mapping must fill; a list's fields are written lines.no
	ids   []string // names that others find it by: never empty, at most maxID characters, nothing invisible in them
	names []string // the same, but they may be empty
}

var nouns = map[document.Kind]noun{
	document.KindSalesOrder: {
		needs: []string{"id", "number", "source_revision", "request", "customer", "currency", "ordered_on",
			"lines", "lines.no", "lines.item", "lines.quantity", "lines.price"},
		ids:   []string{"id", "number", "customer", "lines.item"},
		names: []string{"customer_po"},
	},
	document.KindParty: {
		needs: []string{"id", "account"},
		ids:   []string{"id"},
		names: []string{"account", "handbook"},
	},
	document.KindItem: {
		needs: []string{"id", "unit"},
		ids:   []string{"id"},
	},
	document.KindCreditAccount: {
		needs: []string{"id", "limit", "currency"},
		ids:   []string{"id"},
	},
	document.KindReceivables: {
		needs: []string{"account", "items", "items.number", "items.due", "items.open"},
		ids:   []string{"account", "items.number"},
		names: []string{"items.shipment", "items.order"},
	},
	document.KindShipment: {
		needs: []string{"id", "order", "on", "lines", "lines.no", "lines.order_line", "lines.quantity"},
		ids:   []string{"id", "order"},
		names: []string{"tracking", "vehicle"},
	},
	document.KindDelivered: {
		needs: []string{"order", "lines", "lines.order_line", "lines.delivered"},
		ids:   []string{"order"},
		names: []string{"tracking", "vehicle"},
	},
	document.KindTransport: {
		needs: []string{"shipment"},
		ids:   []string{"shipment"},
		names: []string{"tracking", "container"},
	},
	document.KindInvoice: {
		needs: []string{"number", "shipment", "order", "on", "total"},
		ids:   []string{"number", "shipment", "order"},
	},
	document.KindProductionReport: {
		needs: []string{"id", "order", "line", "started", "made"},
		ids:   []string{"id", "order"},
	},
	document.KindAcknowledgement: {
		needs: []string{"order", "department", "by"},
		ids:   []string{"order", "department", "by"},
		names: []string{"shipment", "account"},
	},
	document.KindCreditRelease: {
		needs: []string{"order", "act", "by", "reason"},
		ids:   []string{"order", "by"},
	},
	document.KindExchangeRate: {
		needs: []string{"from", "to", "on", "rate", "id"},
		ids:   []string{"from", "to", "id"},
		names: []string{"source"},
	},
	document.KindCustomerCredit:   {needs: []string{"customer"}, ids: []string{"customer"}},
	document.KindAccountCustomers: {needs: []string{"account"}, ids: []string{"account"}},
	document.KindCustomerOrders:   {needs: []string{"customer"}, ids: []string{"customer"}},
	document.KindLimitStatement: {
		needs: []string{"account", "act", "by", "reason"},
		ids:   []string{"account", "by"},
	},
	document.KindLimitProposal: {needs: []string{"account", "number"}, ids: []string{"account"}},
	document.KindCreditLimit:   {needs: []string{"account"}, ids: []string{"account"}},
	document.KindLetterBox:     {needs: []string{"id"}, ids: []string{"id"}},
	document.KindEscalation:    {needs: []string{"department"}, ids: []string{"department"}},
	document.KindChangeRequest: {needs: []string{"order", "revision", "department"}, ids: []string{"order", "department"}},
	document.KindDistribution:  {needs: []string{"order"}, ids: []string{"order"}},
	document.KindPaper:         {needs: []string{"type", "number"}, ids: []string{"number"}},
	document.KindNotice:        {needs: []string{"id", "type"}, ids: []string{"id"}},
	document.KindAlarm:         {needs: []string{"of", "at"}},
	document.KindOutcome:       {needs: []string{"target", "of", "reference"}, ids: []string{"target", "reference"}},
}

// words are the values that a field of a named type may take. A type that is not here takes any text.
var words = map[reflect.Type][]string{
	reflect.TypeFor[document.OrderRequest](): {string(document.RequestConfirm), string(document.RequestCancel)},
	reflect.TypeFor[document.OrderState](): {string(document.OrderReceived), string(document.OrderHeld), string(document.OrderReleased),
		string(document.OrderPartiallyShipped), string(document.OrderShipped), string(document.OrderShortClosed), string(document.OrderCancelled)},
	reflect.TypeFor[document.Channel]():       {string(document.DirectExport), string(document.TransferFactory), string(document.Domestic)},
	reflect.TypeFor[document.HoldReason]():    wordsOf(document.HoldReasons()),
	reflect.TypeFor[document.ShipmentStage](): {string(document.StagePlanned), string(document.StageShipped), string(document.StageInvoiced), string(document.StagePosted)},
	reflect.TypeFor[document.PaperType]():     wordsOf(document.PaperTypes()),
	reflect.TypeFor[document.NoticeType]():    wordsOf(document.NoticeTypes()),
	reflect.TypeFor[document.DutyStatus]():    {string(document.DutySent), string(document.DutyAcked), string(document.DutyObjected)},
	reflect.TypeFor[document.RequestState]():  {string(document.RequestProposed), string(document.RequestWithdrawn)},
	reflect.TypeFor[document.Freight]():       {string(document.FreightPrepaid), string(document.FreightCollect)},
	reflect.TypeFor[document.CreditAct]():     wordsOf(document.CreditActs()),
	reflect.TypeFor[document.CreditStatus]():  wordsOf(document.CreditStatuses()),
	reflect.TypeFor[document.ItemSort]():      wordsOf(document.ItemSorts()),
	reflect.TypeFor[document.LimitAct]():      wordsOf(document.LimitActs()),
	reflect.TypeFor[document.ProposalState](): wordsOf(document.ProposalStates()),
	reflect.TypeFor[document.CreditLevel]():   {string(document.LevelNotice), string(document.LevelWatch), string(document.LevelOver)},
}

func wordsOf[W ~string](words []W) []string {
	plain := make([]string, len(words))
	for i, w := range words {
		plain[i] = string(w)
	}
	return plain
}

// Words are the values that a field of a named type may take; nil where it takes any text.
func Words(t reflect.Type) []string { return words[t] }
