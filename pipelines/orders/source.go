package orders

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// fromSource is the order as the source tells it, with nothing decided.
func fromSource(o *document.SalesOrder) *document.SalesOrder {
	told := document.Copy(&document.SalesOrder{
		ID: o.ID, Number: o.Number, SourceRevision: o.SourceRevision, Request: o.Request, Customer: o.Customer,
		CustomerPO: o.CustomerPO, Currency: o.Currency, OrderedOn: o.OrderedOn, RequestedOn: o.RequestedOn, PromisedOn: o.PromisedOn,
		Terms: o.Terms, Incoterm: o.Incoterm, Place: o.Place, TaxPercent: o.TaxPercent,
		DeclaredTotal: o.DeclaredTotal, Remarks: o.Remarks, PlannedShip: o.PlannedShip, LCExpiresOn: o.LCExpiresOn, CreatedBy: o.CreatedBy,
	})
	for _, l := range o.Lines {
		told.Lines = append(told.Lines, document.OrderLine{No: l.No, Item: l.Item, Description: l.Description,
			Quantity: l.Quantity, Price: l.Price, RequestedOn: l.RequestedOn, PromisedOn: l.PromisedOn})
	}
	return told
}

// differences names what the source tells differently in two revisions, apart from their numbers and from who entered them.
func differences(a, b *document.SalesOrder) []string {
	as, bs := fields(fromSource(a)), fields(fromSource(b))
	delete(as, "source_revision")
	delete(bs, "source_revision")
	delete(as, "created_by")
	delete(bs, "created_by")
	var names []string
	for name := range as {
		if !bytes.Equal(as[name], bs[name]) {
			names = append(names, name)
		}
	}
	for name := range bs {
		if _, both := as[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func fields(o *document.SalesOrder) map[string]json.RawMessage {
	data, err := document.Marshal(o)
	if err != nil {
		panic(err) // documents hold nothing that does not marshal
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		panic(err)
	}
	return fields
}

func list(names []string) string { return strings.Join(names, ", ") }
