package pipelines_test

import (
	"context"
	"slices"
	"strconv"
	"testing"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/store"
)

// asOrder translates a record into a sales order, and back into its key and what it reads of it.
type asOrder struct{ reads string }

func (asOrder) Version() string { return "v1" }
func (asOrder) Decode(r connectors.Record) ([]document.Document, error) {
	return []document.Document{&document.SalesOrder{ID: r["id"].(string), State: document.OrderReleased}}, nil
}
func (a asOrder) Encode(d document.Document) (connectors.Record, error) {
	r := connectors.Record{"id": d.Key()}
	if a.reads == "refs" {
		r["number"] = d.(*document.SalesOrder).Refs["erp"]
	}
	return r, nil
}
func (a asOrder) Reads(field string) bool { return field == a.reads }

// numbering is a target that gives every record a number.
type numbering struct{ target }

func (n *numbering) Write(ctx context.Context, entries []connectors.Entry) ([]connectors.Result, error) {
	results, err := n.target.Write(ctx, entries)
	for i := range results {
		results[i].Reference = "SO-" + entries[i].Key
	}
	return results, err
}

// noteNumbers keeps on an order the number that a target gave it.
func noteNumbers(also func(*document.SalesOrder)) stepFunc {
	return func(m pipelines.Memory, d document.Document) ([]document.Document, error) {
		o, answer := d.(*document.Outcome)
		if !answer {
			return []document.Document{d}, nil
		}
		order := document.Copy(pipelines.Head[*document.SalesOrder](m, o.Of.Kind, o.Of.Key))
		order.Refs = map[string]string{o.Target: o.Reference}
		also(order)
		return []document.Document{order}, nil
	}
}

func TestATargetIsNotToldAgainWhatItHasJustToldUs(t *testing.T) {
	nothing := func(*document.SalesOrder) {}
	for name, c := range map[string]struct {
		reads string                     // what the mapping of the ERP reads of an order
		also  func(*document.SalesOrder) // what else the answer moves
		want  []string                   // what the ERP was told
		due   int                        // how often the order was due there
	}{
		"its number alone moved":                     {"remarks", nothing, []string{"O1"}, 1},
		"its number is among what it is told":        {"refs", nothing, []string{"O1", "O1"}, 2},
		"more moved than its number":                 {"remarks", func(o *document.SalesOrder) { o.Remarks = "rush" }, []string{"O1"}, 2},
		"its number moved, and the order was closed": {"state", func(o *document.SalesOrder) { o.State = document.OrderHeld }, []string{"O1"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, "O1")
			erp, crm := &numbering{}, &target{}
			h.Pipelines["p"] = []pipelines.Step{noteNumbers(c.also)}
			h.Sources[0].Makes, h.Sources[0].Mapping = document.KindSalesOrder, asOrder{}
			h.Targets[0].Takes, h.Targets[0].Mapping, h.Targets[0].Writes = document.KindSalesOrder, asOrder{c.reads}, erp
			status := h.Targets[0]
			status.Name, status.Mapping, status.Writes = "crm", asOrder{"refs"}, crm
			h.Targets = append(h.Targets, status)
			h.mustSettle(t)
			if !slices.Equal(erp.written, c.want) {
				t.Errorf("the ERP was told %v, want %v", erp.written, c.want)
			}
			rows, err := h.store.DeliveriesOf(t.Context(), document.Ref{Kind: document.KindSalesOrder, Key: "O1"})
			if err != nil {
				t.Fatal(err)
			}
			due, told := 0, false
			for _, row := range rows {
				if row.Target == "erp" {
					due++
				}
				told = told || row.Target == "crm" && row.Revision == 2 && row.State == "applied"
			}
			if !told {
				t.Errorf("the CRM was not told the number: %+v", rows)
			}
			if due != c.due {
				t.Errorf("the order was due at the ERP %d times, want %d", due, c.due)
			}
		})
	}
}

// The same message comes twice after a broker's fault, in one batch or in two.
func TestAMessageThatComesTwiceIsDecidedOnce(t *testing.T) {
	decided := 0
	counting := stepFunc(func(_ pipelines.Memory, d document.Document) ([]document.Document, error) {
		decided++
		return []document.Document{d}, nil
	})
	for _, batches := range []int{1, 2} {
		h := newHouse(t)
		h.Pipelines["p"], decided = []pipelines.Step{counting}, 0
		taken, err := h.store.Take(t.Context(), store.Origin{Pipeline: "p", Source: "crm", System: "crm", Kind: document.KindParty},
			[]connectors.Change{{Key: "C1", Version: "1", Record: connectors.Record{"id": "C1"}}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if batches == 2 {
			h.mustSettle(t)
		}
		if err := h.store.Publish(t.Context(), store.TopicChanges, again(taken.Waiting[0]), again(taken.Waiting[0])); err != nil {
			t.Fatal(err)
		}
		h.passAll(t)
		h.mustSettle(t)
		if decided != 1 || !slices.Equal(h.target.written, []string{"C1"}) {
			t.Errorf("in %d batches it was decided %d times and written as %v", batches, decided, h.target.written)
		}
	}
}

// passAll decides until every message on the topic is passed.
func (h *toyHouse) passAll(t *testing.T) {
	t.Helper()
	running, stop := pipelines.NewSupervisor(h.store, h.House, nil).Start(t.Context())
	for {
		changed := h.store.Changed()
		lag, err := h.store.Lag(running, "decision", store.TopicChanges)
		if err != nil {
			t.Fatal(err)
		}
		if lag == 0 {
			break
		}
		select {
		case <-changed:
		case <-running.Done():
			t.Fatal(context.Cause(running))
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

func again(change int64) store.Outgoing {
	id := strconv.FormatInt(change, 10)
	return store.Outgoing{UUID: id, Key: "C1", Payload: []byte(id)}
}

// closing is a target that is closed to those before whoever takes it over.
type closing struct {
	target
	said []string
}

func (c *closing) Fence(_ context.Context, epoch int64) error {
	c.said = append(c.said, "closed")
	return nil
}

func (c *closing) Write(ctx context.Context, entries []connectors.Entry) ([]connectors.Result, error) {
	c.said = append(c.said, "written")
	return c.target.Write(ctx, entries)
}

func TestATargetIsClosedToOthersOnceBeforeTheFirstIsWritten(t *testing.T) {
	h := newHouse(t, "A", "B", "C")
	erp := &closing{}
	h.Targets[0].Writes, h.Targets[0].Batch = erp, 1
	h.mustSettle(t)
	want := []string{"closed", "written", "written", "written"}
	if !h.store.Shared() {
		want = want[1:] // nobody else can have written there
	}
	if !slices.Equal(erp.said, want) {
		t.Errorf("the target heard %v, want %v", erp.said, want)
	}
}
