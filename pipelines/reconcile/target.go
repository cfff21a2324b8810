package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"tradewire/connectors"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/store"
)

// want is a document that should stand in a target, as the target should word it.
type want struct {
	number string // what people call it
	record []byte // its canonical form: a tenth of what the record takes in memory
	found  bool

	unwanted bool // we know it, and the target's when says that it should not be there
}

// target compares everything that should stand in a target with everything that does.
func (r *Report) target(ctx context.Context, s *store.Store, target pipelines.Target, lister connectors.Lister) error {
	wants, err := wanted(ctx, s, target)
	if err != nil {
		return err
	}
	deliveries, err := s.Standing(ctx, target.Name)
	if err != nil {
		return err
	}
	var kept []string
	if keeper, ok := target.Writes.(connectors.Keeper); ok {
		kept = keeper.Keeps()
	}
	pos := connectors.Position("")
	for range mostPages {
		page, next, err := lister.List(ctx, pos, 500)
		if err != nil {
			return err
		}
		for _, standing := range page {
			r.Checked++
			if err := r.standing(target, kept, wants, deliveries, standing); err != nil {
				return err
			}
		}
		if pos = next; next == "" {
			break
		}
	}
	keys := make([]string, 0, len(wants))
	for key, w := range wants {
		if !w.found && !w.unwanted {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	for _, key := range keys {
		f := Finding{Class: Missing, System: target.Name, Key: key, Number: wants[key].number, Reference: deliveries[key].Reference,
			Detail: "was written there and is gone: somebody deleted it"}
		if d := deliveries[key]; d.State == "waiting" || d.State == "dead" {
			explain(&f, d)
		}
		r.find(f)
	}
	return nil
}

// wanted encodes every document that the target takes, as it stands now.
func wanted(ctx context.Context, s *store.Store, target pipelines.Target) (map[string]*want, error) {
	wants := map[string]*want{}
	err := s.Each(ctx, target.Takes, func(d document.Document, _ int64) error {
		if target.When != nil {
			holds, err := target.When.Holds(d)
			if err == nil && !holds {
				wants[d.Key()] = &want{number: number(d), unwanted: true}
			}
			if err != nil || !holds {
				return nil // what cannot be told is a dead letter, too
			}
		}
		record, err := target.Mapping.Encode(d)
		if err != nil {
			return nil // its delivery is a dead letter that says why
		}
		wants[d.Key()] = &want{number: number(d), record: record.Canonical()}
		return nil
	})
	return wants, err
}

// standing compares one record that stands in the target.
func (r *Report) standing(target pipelines.Target, kept []string, wants map[string]*want, deliveries map[string]store.DeliveryRow, have connectors.Standing) error {
	w := wants[have.Key]
	switch {
	case w != nil && w.unwanted && deliveries[have.Key].Key != "":
		return nil // it went there while it was wanted
	case w != nil && w.unwanted:
		r.find(Finding{Class: Extra, System: target.Name, Key: have.Key, Number: w.number, Reference: have.Reference,
			Detail: "stands there, though it was never sent from here: somebody keyed it in"})
		return nil
	case w == nil && !target.Alone && deliveries[have.Key].Key == "":
		r.Theirs++ // never sent from here: older than Tradewire, or keyed in there by hand
		return nil
	case have.Key == "" || w == nil:
		f := Finding{Class: Extra, System: target.Name, Key: have.Key, Reference: have.Reference,
			Detail: "stands there, but nothing here knows it"}
		explain(&f, deliveries[have.Key])
		r.find(f)
		return nil
	case w.found:
		r.find(Finding{Class: Extra, System: target.Name, Key: have.Key, Number: w.number, Reference: have.Reference,
			Detail: "stands there twice"})
		return nil
	}
	w.found = true
	record, err := connectors.ParseRecord(w.record, connectors.Limits{Bytes: len(w.record), Depth: connectors.DefaultLimits.Depth})
	if err != nil {
		return fmt.Errorf("read back what %s should hold: %w", have.Key, err)
	}
	differences := compare("", without(kept, record), have.Record)
	if d := deliveries[have.Key]; d.Reference != "" && have.Reference != d.Reference {
		differences = append(differences, Difference{"its own number", d.Reference, have.Reference})
	}
	if len(differences) == 0 {
		return nil
	}
	f := Finding{Class: Differs, System: target.Name, Key: have.Key, Number: w.number, Reference: have.Reference,
		Detail: fmt.Sprintf("%d fields say something else", len(differences)), Fields: differences}
	explain(&f, deliveries[have.Key])
	r.find(f)
	return nil
}

// explain turns drift into what it is when the last delivery has not arrived.
func explain(f *Finding, d store.DeliveryRow) {
	switch d.State {
	case "waiting":
		f.Class, f.Detail = InFlight, "the latest revision is on its way: "+d.Reason
	case "dead":
		f.Class, f.Detail = Parked, "the latest revision was refused: "+d.Reason
	}
}

func number(d document.Document) string {
	if o, ok := d.(*document.SalesOrder); ok {
		return o.Number
	}
	return d.Key()
}

// without leaves out the fields that do not stand there as they were written; those of rows are written rows.field.
func without(kept []string, r connectors.Record) connectors.Record {
	if len(kept) == 0 {
		return r
	}
	rest := maps.Clone(r)
	for _, name := range kept {
		rows, field, ofRows := strings.Cut(name, ".")
		if !ofRows {
			delete(rest, name)
			continue
		}
		list := slices.Clone(rowsOf(rest[rows]))
		for i, row := range list {
			if record, ok := row.(connectors.Record); ok {
				list[i] = without([]string{field}, record)
			}
		}
		if list != nil {
			rest[rows] = list
		}
	}
	return rest
}

// rowsOf are the rows of a record: a list, or one alone; nil when it is neither.
func rowsOf(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case connectors.Record:
		return []any{v}
	}
	return nil
}

// compare answers the fields that the target should hold and does not. What the target holds beside them is its own.
func compare(path string, want, have connectors.Record) []Difference {
	names := make([]string, 0, len(want))
	for name := range want {
		names = append(names, name)
	}
	sort.Strings(names)
	var found []Difference
	for _, name := range names {
		field := path + name
		stand, listed := have[name].([]any)
		if rows := rowsOf(want[name]); rows != nil && (listed || have[name] == nil) {
			found = append(found, compareRows(field, rows, stand)...)
			continue
		}
		if value, there := have[name]; !there || !same(want[name], value) {
			found = append(found, Difference{field, show(want[name]), show(value)})
		}
	}
	return found
}

// compareRows pairs rows that are equal first, and then what is left in order.
func compareRows(field string, want, have []any) []Difference {
	used := make([]bool, len(have))
	var left []connectors.Record
	for _, w := range want {
		row, _ := w.(connectors.Record)
		paired := false
		for i, h := range have {
			other, _ := h.(connectors.Record)
			if !used[i] && len(compare("", row, other)) == 0 {
				used[i], paired = true, true
				break
			}
		}
		if !paired {
			left = append(left, row)
		}
	}
	var found []Difference
	next := 0
	for _, row := range left {
		for next < len(have) && used[next] {
			next++
		}
		if next == len(have) {
			found = append(found, Difference{field, show(row), "no such row"})
			continue
		}
		other, _ := have[next].(connectors.Record)
		used[next] = true
		found = append(found, compare(fmt.Sprintf("%s[%d].", field, next+1), row, other)...)
	}
	for i, h := range have {
		if !used[i] {
			found = append(found, Difference{fmt.Sprintf("%s[%d]", field, i+1), "no such row", show(h)})
		}
	}
	return found
}

// same compares values as the trade does: 12.50 and 12.5 are one number, whether a database kept it as text or not, and a yes is a 1.
func same(want, have any) bool {
	if show(want) == show(have) {
		return true
	}
	if yes, ok := want.(bool); ok {
		want = connectors.Number(map[bool]string{true: "1", false: "0"}[yes]) // as a database holds it
	}
	a, errA := document.ParseDecimal(show(want))
	b, errB := document.ParseDecimal(show(have))
	_, number := want.(connectors.Number)
	return number && errA == nil && errB == nil && a.Equal(b)
}

func show(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case connectors.Number:
		return string(v)
	case connectors.Record:
		return string(v.Canonical())
	}
	return fmt.Sprint(v)
}
