package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/store"
)

// planView is a plan for people and programs.
type planView struct {
	Hash    string         `json:"hash"`
	AsOf    time.Time      `json:"as_of"`
	Orders  []plannedOrder `json:"orders"`
	Others  []plannedEntry `json:"others"`   // other rows in databases
	Refused []plannedEntry `json:"refused"`  // records of other kinds that cannot be taken as they are
	Papers  []plannedEntry `json:"papers"`   // that would be issued or sent
	Alerts  []plannedEntry `json:"messages"` // to people
	Totals  planTotals     `json:"totals"`
	Waiting string         `json:"waiting,omitempty"` // what the run would have to wait for

	at map[string]int // of each order
}

// plannedOrder is what would become of one order.
type plannedOrder struct {
	Key     string         `json:"key"`
	Number  string         `json:"number"`
	Does    string         `json:"does"` // INSERT, UPDATE, UNCHANGED, CONFLICT, HOLD, REFUSED, WAIT
	State   string         `json:"state"`
	Reasons []string       `json:"reasons"`
	Entries []plannedEntry `json:"entries"`

	refused bool // the record that was read last
}

// plannedEntry is what would become of one document in one target.
type plannedEntry struct {
	Target    string       `json:"target"`
	System    string       `json:"system"`
	Kind      string       `json:"kind"`
	Key       string       `json:"key"`
	Does      string       `json:"does"` // INSERT, UPDATE, DELETE, UNCHANGED, CONFLICT, REFUSED, SEND where the target cannot show its writes, or WAIT
	Reference string       `json:"reference,omitempty"`
	Reason    string       `json:"reason,omitempty"`
	About     string       `json:"about,omitempty"` // of a paper or message, for people
	Files     []string     `json:"files,omitempty"`
	Rows      []plannedRow `json:"rows,omitempty"`
	Steps     []string     `json:"steps,omitempty"`
}

type plannedRow struct {
	Table string        `json:"table"`
	Key   string        `json:"key"`
	Does  string        `json:"does"`
	Cells []plannedCell `json:"cells"`
}

type plannedCell struct {
	Field string `json:"field"`
	Was   any    `json:"was"`
	Is    any    `json:"is"`
}

// planTotals are counts.
type planTotals struct {
	Read     int            `json:"read"`    // records that sources show
	Orders   map[string]int `json:"orders"`  // by what would become of them
	Rows     map[string]int `json:"rows"`    // of databases, by what would be done to them
	Refused  int            `json:"refused"` // records of other kinds
	Papers   int            `json:"papers"`
	Messages int            `json:"messages"`
}

// planned puts a rehearsal into words.
func (p *plant) planned(ctx context.Context, s *store.Store, then store.Moment, r *pipelines.Rehearsal) (*planView, error) {
	v := &planView{AsOf: p.clock.Now(), Orders: []plannedOrder{}, Others: []plannedEntry{}, Refused: []plannedEntry{}, Papers: []plannedEntry{}, Alerts: []plannedEntry{},
		Totals: planTotals{Orders: map[string]int{}, Rows: map[string]int{}}, at: map[string]int{}}
	if r.Waits != nil {
		v.Waiting = r.Waits.Error()
	}
	for _, page := range r.Read {
		v.Totals.Read += len(page.Batch.Changes)
	}
	if err := v.findOrders(ctx, s, then, p.ordersRead(r)); err != nil {
		return nil, err
	}
	v.findRefused(r.Letters)
	entries := make([]plannedEntry, 0, len(r.Acts)+len(r.Letters)+len(r.Due))
	for _, act := range r.Last() {
		entries = append(entries, p.entryOf(act))
	}
	entries = append(entries, p.notPlanned(r, entries)...)
	for _, e := range entries {
		for _, row := range e.Rows {
			v.Totals.Rows[row.Does]++
		}
		switch document.Kind(e.Kind) {
		case document.KindSalesOrder:
			one, err := v.order(ctx, s, e.Key)
			if err != nil || one == nil {
				return nil, err
			}
			one.Entries = append(one.Entries, e)
		case document.KindPaper, document.KindNotice:
			var err error
			if e.About, err = about(ctx, s, e); err != nil {
				return nil, err
			}
			if document.Kind(e.Kind) == document.KindPaper {
				v.Papers = append(v.Papers, e)
			} else {
				v.Alerts = append(v.Alerts, e)
			}
		default:
			v.Others = append(v.Others, e)
		}
	}
	for i := range v.Orders {
		v.Orders[i].Does = v.Orders[i].judge()
		v.Totals.Orders[v.Orders[i].Does]++
	}
	v.Totals.Refused = len(v.Refused)
	v.Totals.Papers, v.Totals.Messages = len(v.Papers), len(v.Alerts)
	return v, nil
}

// ordersRead are the keys of the records that sources of orders show.
func (p *plant) ordersRead(r *pipelines.Rehearsal) (keys []string) {
	makes := map[string]document.Kind{}
	for _, s := range p.house.Sources {
		makes[s.Name] = s.Makes
	}
	for _, page := range r.Read {
		for _, c := range page.Batch.Changes {
			if makes[page.Source] == document.KindSalesOrder && c.Key != "" {
				keys = append(keys, c.Key)
			}
		}
	}
	return keys
}

// findOrders finds the orders that were read, or decided again for another reason, and those of which a record was refused.
func (v *planView) findOrders(ctx context.Context, s *store.Store, then store.Moment, read []string) error {
	for _, key := range read { // of those that are read again nothing else would tell
		switch _, _, err := s.Document(ctx, document.Ref{Kind: document.KindSalesOrder, Key: key}); {
		case errors.Is(err, store.ErrNoDocument): // the mapping gives it another key, or leaves it alone
		case err != nil:
			return err
		default:
			if _, err := v.order(ctx, s, key); err != nil {
				return err
			}
		}
	}
	changes, err := s.ChangesSince(ctx, then, document.KindSalesOrder)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if c.Bucket != "dead_letter" {
			continue
		}
		one, err := v.order(ctx, s, c.Key)
		if err != nil {
			return err
		}
		one.refused = true
		one.Reasons = append(one.Reasons, c.Reason)
	}
	touched, err := s.Touched(ctx, then)
	if err != nil {
		return err
	}
	for _, ref := range touched {
		if ref.Kind == document.KindSalesOrder {
			if _, err := v.order(ctx, s, ref.Key); err != nil {
				return err
			}
		}
	}
	return nil
}

// findRefused finds the records that would be dead letters: of orders they show with the order.
func (v *planView) findRefused(letters []store.Letter) {
	for _, l := range letters {
		if l.Stage == "decision" && document.Kind(l.Kind) != document.KindSalesOrder {
			v.Refused = append(v.Refused, plannedEntry{Target: l.Place, Kind: string(l.Kind), Key: l.Key, Does: "REFUSED", Reason: l.Reason})
		}
	}
}

// notPlanned are documents that would come to no target: they cannot be translated or drawn, or their target does not answer.
func (p *plant) notPlanned(r *pipelines.Rehearsal, planned []plannedEntry) (entries []plannedEntry) {
	known := map[[3]string]bool{}
	for _, e := range planned {
		known[[3]string{e.Target, e.Kind, e.Key}] = true
	}
	add := func(target, kind, key, does, reason string) {
		if of := [3]string{target, kind, key}; !known[of] {
			known[of] = true
			entries = append(entries, plannedEntry{Target: target, System: p.targetOf(target).Connection.Value, Kind: kind, Key: key, Does: does, Reason: reason})
		}
	}
	for _, l := range r.Letters {
		if l.Stage == "delivery" {
			add(l.Place, string(l.Kind), l.Key, "REFUSED", l.Reason)
		}
	}
	for _, d := range r.Due {
		reason := d.Reason
		if reason == "" && r.Waits != nil {
			reason = r.Waits.Error()
		}
		add(d.Target, d.Kind, d.Key, "WAIT", reason)
	}
	return entries
}

// order is the order with a key, as it would stand.
func (v *planView) order(ctx context.Context, s *store.Store, key string) (*plannedOrder, error) {
	if i, there := v.at[key]; there {
		return &v.Orders[i], nil
	}
	one, err := plannedOrderOf(ctx, s, document.Ref{Kind: document.KindSalesOrder, Key: key})
	if err != nil {
		return nil, err
	}
	v.at[key] = len(v.Orders)
	v.Orders = append(v.Orders, one)
	return &v.Orders[len(v.Orders)-1], nil
}

func plannedOrderOf(ctx context.Context, s *store.Store, ref document.Ref) (plannedOrder, error) {
	one := plannedOrder{Key: ref.Key, Number: ref.Key, Reasons: []string{}, Entries: []plannedEntry{}}
	d, _, err := s.Document(ctx, ref)
	if errors.Is(err, store.ErrNoDocument) {
		return one, nil // its record was refused
	}
	if err != nil {
		return one, err
	}
	o := d.(*document.SalesOrder)
	one.State = string(o.State)
	if o.Number != "" {
		one.Number = o.Number
	}
	for _, h := range o.Holds {
		one.Reasons = append(one.Reasons, strings.TrimSpace(string(h.Reason)+" "+h.Detail))
	}
	return one, nil
}

// judge is what would become of the order, in one word.
func (o plannedOrder) judge() string {
	if o.State == string(document.OrderHeld) {
		return "HOLD"
	}
	worst := 0
	rank := []string{"UNCHANGED", "SEND", "DELETE", "UPDATE", "INSERT", "WAIT", "REFUSED", "CONFLICT"}
	for _, e := range o.Entries {
		worst = max(worst, slices.Index(rank, e.Does))
	}
	if o.refused && rank[worst] != "CONFLICT" {
		return "REFUSED"
	}
	return rank[worst]
}

func (p *plant) entryOf(a pipelines.Act) plannedEntry {
	e := plannedEntry{Target: a.Target, System: p.targetOf(a.Target).Connection.Value, Kind: a.Kind, Key: a.Key, Reference: a.Preview.Reference, Steps: a.Preview.Steps}
	for _, f := range a.Attachments {
		e.Files = append(e.Files, f.Name)
	}
	for _, r := range a.Preview.Rows {
		if a.Preview.Err != nil {
			break // nothing of it would be done
		}
		row := plannedRow{Table: r.Table, Key: r.Key, Does: strings.ToUpper(string(r.Does)), Cells: []plannedCell{}}
		for _, c := range r.Cells {
			row.Cells = append(row.Cells, plannedCell{c.Field, c.Was, c.Is})
		}
		e.Rows = append(e.Rows, row)
	}
	switch err := a.Preview.Err; {
	case err != nil && connectors.KindOf(err) == connectors.Conflict:
		e.Does, e.Reason = "CONFLICT", err.Error()
	case err != nil:
		e.Does, e.Reason = "REFUSED", err.Error()
	case !a.Shown:
		e.Does = "SEND"
	case a.Preview.Does == connectors.Nothing:
		e.Does = "UNCHANGED"
	default:
		e.Does = strings.ToUpper(string(a.Preview.Does))
	}
	return e
}

// about is what a paper or message is, in words.
func about(ctx context.Context, s *store.Store, e plannedEntry) (string, error) {
	d, _, err := s.Document(ctx, document.Ref{Kind: document.Kind(e.Kind), Key: e.Key})
	if err != nil {
		return "", err
	}
	switch d := d.(type) {
	case *document.Paper:
		return fmt.Sprintf("%s %s to %s", strings.ReplaceAll(string(d.Type), "_", " "), d.Number, d.Buyer.Name), nil
	case *document.Notice:
		of := d.Order
		if of == "" {
			of = d.Customer
		}
		return strings.TrimSpace(fmt.Sprintf("%s %s to %s %s", strings.ReplaceAll(string(d.Type), "_", " "), of, d.To, d.Address)), nil
	}
	return "", nil
}

// only leaves out what goes to other targets.
func (v *planView) only(target string) {
	if target == "" {
		return
	}
	of := func(list []plannedEntry) []plannedEntry {
		kept := []plannedEntry{}
		for _, e := range list {
			if e.Target == target {
				kept = append(kept, e)
			}
		}
		return kept
	}
	v.Others, v.Papers, v.Alerts = of(v.Others), of(v.Papers), of(v.Alerts)
	for i := range v.Orders {
		v.Orders[i].Entries = of(v.Orders[i].Entries)
	}
}
