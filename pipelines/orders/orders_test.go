package orders_test

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/orders"
	"tradewire/pipelines/steptest"
)

var step = orders.New("planning")

func base() *document.SalesOrder {
	return steptest.Order("1", "C-A", steptest.Line(1, "CORD-250", "10", "12.50"))
}

func revision(o *document.SalesOrder, n int64) *document.SalesOrder {
	next := document.Copy(o)
	next.SourceRevision = n
	return next
}

func run(t *testing.T, m *steptest.Memory, d document.Document) *document.SalesOrder {
	t.Helper()
	answers, err := m.Run(d, step)
	require.NoError(t, err)
	return steptest.Get[*document.SalesOrder](t, answers)
}

func bucket(t *testing.T, err error) pipelines.Bucket {
	t.Helper()
	aside, ok := errors.AsType[*pipelines.SetAside](err)
	require.True(t, ok, "%v is not set aside", err)
	return aside.Bucket
}

func TestANewOrderIsCountedUpWithTaxOnTheWholeAndKeepsSnapshots(t *testing.T) {
	o := steptest.Order("1", "C-A", steptest.Line(1, "CORD-250", "1", "33.33"), steptest.Line(2, "CORD-250", "1", "33.33"), steptest.Line(3, "CORD-100", "1", "33.33"))
	o.TaxPercent = document.D("13")
	decided := run(t, steptest.World(t), o)
	assert.Equal(t, document.OrderReceived, decided.State)
	assert.Equal(t, "HKD 99.99", decided.Net.String())
	assert.Equal(t, "HKD 13.00", decided.Tax.String())
	assert.Equal(t, "HKD 112.99", decided.Total.String())
	assert.Equal(t, "Harbour Lamps Ltd.", decided.Party.Name)
	assert.Equal(t, "100002", decided.Lines[2].Goods.Refs["erp"])
}

func TestAYenOrderHasNoDecimals(t *testing.T) {
	o := base()
	o.Currency = "JPY"
	o.Lines[0].Price = document.D("33.35")
	assert.Equal(t, "JPY 334", run(t, steptest.World(t), o).Total.String())
}

func TestAFaultyOrderIsRefusedWithAllItsFaults(t *testing.T) {
	var cases []struct {
		Name     string                     `json:"name"`
		Set      map[string]json.RawMessage `json:"set"`
		Says     []string                   `json:"says"`
		WaitsFor string                     `json:"waits_for"`
	}
	steptest.File(t, "orders_refused.json", &cases)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			_, err := steptest.World(t).Run(changed(t, base(), c.Set), step)
			require.Error(t, err)
			missing, waits := errors.AsType[*pipelines.Missing](err)
			if c.WaitsFor != "" {
				require.True(t, waits, "%v", err)
				assert.Equal(t, c.WaitsFor, missing.Ref.String())
			} else {
				assert.False(t, waits, "%v", err)
			}
			for _, words := range c.Says {
				assert.ErrorContains(t, err, words)
			}
		})
	}
}

func changed(t *testing.T, o *document.SalesOrder, set map[string]json.RawMessage) *document.SalesOrder {
	t.Helper()
	data, err := document.Marshal(o)
	require.NoError(t, err)
	var fields map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(data, &fields))
	maps.Copy(fields, set)
	data, err = json.Marshal(fields)
	require.NoError(t, err)
	d, err := document.Unmarshal(document.KindSalesOrder, data)
	require.NoError(t, err)
	return d.(*document.SalesOrder)
}

func TestCase61ATotalTwoCentsAwayALineIsTolerated(t *testing.T) {
	for _, declared := range []string{"124.98", "125", "125.02"} {
		o := base()
		total := document.M(declared, "HKD")
		o.DeclaredTotal = &total
		assert.Equal(t, "HKD 125.00", run(t, steptest.World(t), o).Total.String())
	}
}

func TestCase49TheSameRevisionTwiceIsUnchangedAndWithOtherContentAnError(t *testing.T) {
	m := steptest.World(t)
	run(t, m, base())
	_, err := m.Run(base(), step)
	assert.Equal(t, pipelines.Unchanged, bucket(t, err))

	same := base()
	same.Lines[0].Price = document.D("12.5")
	_, err = m.Run(same, step)
	assert.Equal(t, pipelines.Unchanged, bucket(t, err), "12.50 is 12.5")

	other := base()
	other.Lines[0].Price = document.D("92.50")
	other.Remarks = "urgent"
	_, err = m.Run(other, step)
	assert.ErrorContains(t, err, "KEY_REUSED_DIFFERENT_BODY")
	assert.ErrorContains(t, err, "lines, remarks")
}

func TestALowerRevisionIsSupersededEvenBehindOneThatChangedNothing(t *testing.T) {
	m := steptest.World(t)
	run(t, m, revision(base(), 3))
	_, err := m.Run(revision(base(), 5), step)
	assert.Equal(t, pipelines.Unchanged, bucket(t, err))
	late := revision(base(), 4)
	late.Lines[0].Quantity = document.Q("99", "C62")
	_, err = m.Run(late, step)
	assert.Equal(t, pipelines.Superseded, bucket(t, err))
}

func TestACancellationBeforeItsOrderIsKeptAndTheOrderIsSuperseded(t *testing.T) {
	m := steptest.World(t)
	cancel := revision(base(), 2)
	cancel.Request, cancel.Customer, cancel.Lines = document.RequestCancel, "C-?", nil
	assert.Equal(t, document.OrderCancelled, run(t, m, cancel).State)
	_, err := m.Run(base(), step)
	assert.Equal(t, pipelines.Superseded, bucket(t, err))
	_, err = m.Run(cancel, step)
	assert.Equal(t, pipelines.Unchanged, bucket(t, err))
}

// shippedSoFar is an order that was released, with some of its first line shipped.
func shippedSoFar(t *testing.T, m *steptest.Memory, ordered, shipped string, state document.OrderState) *document.SalesOrder {
	t.Helper()
	o := steptest.Order("1", "C-A", steptest.Line(1, "CORD-250", ordered, "1"))
	head := document.Copy(run(t, m, o))
	head.State, head.WasReleased, head.Refs = state, true, map[string]string{"erp_order": "SO000123"}
	head.Holds = []document.Hold{{Reason: document.LimitExceeded}}
	head.Lines[0].Shipped = document.Q(shipped, "C62")
	head.Shipments = []document.ShippedPart{{Shipment: "DN1"}}
	m.Put(head)
	return o
}

func TestCase51CancelAfterAPartWasShippedClosesShortAndAWholeShipmentIsRefused(t *testing.T) {
	for _, c := range []struct {
		shipped string
		state   document.OrderState
	}{{"0", document.OrderCancelled}, {"4", document.OrderShortClosed}, {"10", ""}} {
		m := steptest.World(t)
		cancel := revision(shippedSoFar(t, m, "10", c.shipped, document.OrderPartiallyShipped), 2)
		cancel.Request = document.RequestCancel
		answers, err := m.Run(cancel, step)
		if c.state == "" {
			assert.ErrorContains(t, err, "use a return")
			continue
		}
		require.NoError(t, err)
		decided := steptest.Get[*document.SalesOrder](t, answers)
		assert.Equal(t, c.state, decided.State)
		assert.Empty(t, decided.Holds)
		assert.Equal(t, "SO000123", decided.Refs["erp_order"])
		_, err = m.Run(revision(cancel, 3), step)
		assert.Equal(t, pipelines.Unchanged, bucket(t, err))
		_, err = m.Run(revision(shippedSoFarOrder(), 4), step)
		assert.ErrorContains(t, err, "send a new order", "what was closed stays closed")
	}
}

func shippedSoFarOrder() *document.SalesOrder {
	return steptest.Order("1", "C-A", steptest.Line(1, "CORD-250", "10", "1"))
}

func TestCase45AnAmendmentMayNotFallBelowWhatWasShipped(t *testing.T) {
	m := steptest.World(t)
	o := shippedSoFar(t, m, "1000", "400", document.OrderPartiallyShipped)
	amended := revision(o, 2)
	amended.Lines[0].Quantity = document.Q("300", "C62")
	_, err := m.Run(amended, step)
	assert.ErrorContains(t, err, "QTY_BELOW_SHIPPED: line 1: 300 C62 is less than the 400 C62")

	amended.Lines[0].Quantity = document.Q("400", "C62")
	decided := run(t, m, amended)
	assert.False(t, decided.AnyOpen())
	assert.True(t, decided.WasReleased)
	assert.Equal(t, "SO000123", decided.Refs["erp_order"])
	assert.Equal(t, "DN1", decided.Shipments[0].Shipment)
	assert.Equal(t, "400 C62", decided.Lines[0].Shipped.String())
}

func TestWhatWasShippedIsNotChangedByAnAmendment(t *testing.T) {
	for says, change := range map[string]func(*document.SalesOrder){
		"send a new order":             func(o *document.SalesOrder) { o.Currency = "USD" },
		"its customer changed":         func(o *document.SalesOrder) { o.Customer = "C-A2" },
		"the item changed":             func(o *document.SalesOrder) { o.Lines[0].Item = "CORD-100" },
		"the price changed":            func(o *document.SalesOrder) { o.Lines[0].Price = document.D("2") },
		"its terms changed":            func(o *document.SalesOrder) { o.Terms = "NET30" },
		"its tax changed":              func(o *document.SalesOrder) { o.TaxPercent = document.D("13") },
		"QTY_BELOW_SHIPPED: line 1 is": func(o *document.SalesOrder) { o.Lines[0].No = 7 },
		"sold in \"MTR\"": func(o *document.SalesOrder) {
			o.Lines[0].Item = "WIRE"
		},
	} {
		m := steptest.World(t)
		amended := revision(shippedSoFar(t, m, "10", "4", document.OrderPartiallyShipped), 2)
		change(amended)
		_, err := m.Run(amended, step)
		assert.ErrorContains(t, err, says)
	}
}

func TestAWhollyShippedOrderTakesNoMore(t *testing.T) {
	m := steptest.World(t)
	amended := revision(shippedSoFar(t, m, "10", "10", document.OrderShipped), 2)
	amended.Lines = append(amended.Lines, steptest.Line(2, "CORD-100", "1", "1"))
	_, err := m.Run(amended, step)
	assert.ErrorContains(t, err, "everything was shipped")
}

func TestTheErpsNumberIsKeptOnTheOrder(t *testing.T) {
	m := steptest.World(t)
	run(t, m, base())
	outcome := &document.Outcome{Target: "erp_order", Of: document.Ref{Kind: document.KindSalesOrder, Key: "1"}, Reference: "SO000123"}
	assert.Equal(t, map[string]string{"erp_order": "SO000123"}, run(t, m, outcome).Refs)
	_, err := m.Run(outcome, step)
	assert.Equal(t, pipelines.Unchanged, bucket(t, err))
	_, err = m.Run(&document.Outcome{Target: "crm_status", Of: outcome.Of}, step)
	assert.Equal(t, pipelines.Unchanged, bucket(t, err))
	_, err = m.Run(&document.Outcome{Target: "erp_order", Of: document.Ref{Kind: document.KindSalesOrder, Key: "2"}, Reference: "SO1"}, step)
	_, waits := errors.AsType[*pipelines.Missing](err)
	assert.True(t, waits)
}

func TestOtherDocumentsPassAsTheyCame(t *testing.T) {
	m := steptest.World(t)
	for _, d := range []document.Document{&document.Notice{ID: "n"}, &document.Outcome{Of: document.Ref{Kind: document.KindPaper}}} {
		answers, err := m.Run(d, step)
		require.NoError(t, err)
		assert.Equal(t, []document.Document{d}, answers)
	}
}

// A field that is added to the order must be called the source's or decided here, or a change of it is lost.
func TestEveryFieldOfAnOrderIsTheSourcesOrDecided(t *testing.T) {
	decided := map[string]bool{"State": true, "WasReleased": true, "Party": true, "Net": true, "Tax": true, "Total": true, "Holds": true,
		"Credit": true, "Consent": true, "HeldSince": true, "Refs": true, "Shipments": true, "Amount": true, "Goods": true, "Shipped": true,
		"Confirmation": true, "ConfirmedAt": true, "Cancelling": true, "Started": true, "Made": true}
	told := map[string]bool{"BaseRevision": true} // which is asked for when it comes, and says nothing of the order
	for _, name := range strings.Fields(`ID Number SourceRevision Request Customer CustomerPO Currency OrderedOn RequestedOn PromisedOn Terms Incoterm
		Place TaxPercent DeclaredTotal Remarks PlannedShip LCExpiresOn CreatedBy Lines No Item Description Quantity Price`) {
		told[name] = true
	}
	for _, of := range []reflect.Type{reflect.TypeFor[document.SalesOrder](), reflect.TypeFor[document.OrderLine]()} {
		for i := range of.NumField() {
			name := of.Field(i).Name
			assert.True(t, decided[name] != told[name], "%s.%s: add it to fromSource, or to what is decided", of, name)
		}
	}
}
