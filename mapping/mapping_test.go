package mapping

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping/document"
)

// tableOf compiles a mapping that must be good.
func tableOf(t testing.TB, source string) *Table {
	t.Helper()
	table, faults := New(mappingOf(t, "mappings/test.yaml", []byte(source)))
	if faults != nil {
		t.Fatal(faults)
	}
	return table
}

const partyMapping = `
decode: party
fields:
  id: id
  account: account ?? ""
  name: name ?? ""
  stopped: stopped
`

func TestAKeyIsNeverEmptyHiddenOrTooLong(t *testing.T) {
	table := tableOf(t, partyMapping)
	for id, want := range map[string]string{
		"":                       "it is empty",
		" A":                     "begins or ends with a space",
		"A\n":                    "begins or ends with a space",
		"A\nB":                   "cannot be seen (U+000A)",
		"A\x00B":                 "cannot be seen (U+0000)",
		"A\u202eB":               "cannot be seen (U+202E)",
		"A\u200bB":               "cannot be seen (U+200B)",
		"A\xffB":                 "not valid UTF-8",
		strings.Repeat("珠", 201): "it has 201 characters",
	} {
		_, err := table.Decode(connectors.Record{"id": id, "stopped": false})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("id %q: %v; want %s", id, err, want)
		}
	}
	for _, id := range []any{"A", "东莞-07", strings.Repeat("珠", 200), connectors.Number("100423"), "O'Neill & Co (HK)"} {
		if _, err := table.Decode(connectors.Record{"id": id, "stopped": false}); err != nil {
			t.Errorf("id %v: %v", id, err)
		}
	}
}

func TestFreeTextLosesWhatCannotBeSeenAndKeepsItsLines(t *testing.T) {
	table := tableOf(t, partyMapping)
	docs, err := table.Decode(connectors.Record{"id": "A", "name": "a\x07b\r\nc\td\u202ee\u2066f🚢珠", "stopped": false})
	if err != nil {
		t.Fatal(err)
	}
	if got := docs[0].(*document.Party).Name; got != "ab\nc\tdef🚢珠" {
		t.Errorf("%q", got)
	}
}

func TestYesAndNoAreOnlyTakenFromWhatSaysSo(t *testing.T) {
	table := tableOf(t, partyMapping)
	for _, v := range []any{connectors.Number("1"), connectors.Number("0"), "Y", "true", ""} {
		if _, err := table.Decode(connectors.Record{"id": "A", "stopped": v}); err == nil || !strings.Contains(err.Error(), "say what means yes: x == ") {
			t.Errorf("%v: %v", v, err)
		}
	}
	compared := tableOf(t, strings.Replace(partyMapping, "stopped: stopped", `stopped: flag == "Y" or status == 9`, 1))
	for flag, want := range map[string]bool{"Y": true, "N": false} {
		docs, err := compared.Decode(connectors.Record{"id": "A", "flag": flag, "status": connectors.Number("1")})
		if err != nil || docs[0].(*document.Party).Stopped != want {
			t.Errorf("%s: %v", flag, err)
		}
	}
}

func TestNumbersComeInExactlyOrNotAtAll(t *testing.T) {
	table := tableOf(t, `
decode: item
fields: {id: id, unit: '"C62"', per_carton: x}
`)
	for _, v := range []any{"12.50", connectors.Number("12.50"), connectors.Number("0.1"), "-3", connectors.Number("123456789012345678.123456789012")} {
		docs, err := table.Decode(connectors.Record{"id": "A", "x": v})
		if err != nil || !docs[0].(*document.Item).PerCarton.Equal(document.D(fmt.Sprint(v))) {
			t.Errorf("%v: %v", v, err)
		}
	}
	for _, v := range []any{"1,200", "１２", "1e3", connectors.Number("1e3"), "", " 1", "$5", "0x10", "NaN", "Infinity", "1.", ".5", "--1", true, nil, []any{}, connectors.Record{}} {
		if docs, err := table.Decode(connectors.Record{"id": "A", "x": v}); err == nil {
			t.Errorf("%#v became %v", v, docs[0].(*document.Item).PerCarton)
		}
	}
}

func TestNothingSaidMeansNothingTaken(t *testing.T) {
	table := tableOf(t, `
decode: credit_account
fields:
  id: id
  limit: 'lim == nil ? nil : money(lim, cur)'
  currency: cur
  oldest_due: date(due) ?? nil
`)
	docs, err := table.Decode(connectors.Record{"id": "A", "lim": nil, "cur": "HKD", "due": nil})
	if err != nil {
		t.Fatal(err)
	}
	if a := docs[0].(*document.CreditAccount); a.Limit != nil || !a.OldestDue.IsZero() {
		t.Errorf("%+v", a)
	}
	if _, err := table.Decode(connectors.Record{"id": "A", "cur": "HKD", "due": nil}); err == nil || !strings.Contains(err.Error(), "limit: the record has no field lim") {
		t.Error("a column that is missing was taken for null:", err)
	}
}

func TestChineseColumnNamesAreNames(t *testing.T) {
	table := tableOf(t, `
decode: party
fields:
  id: 客户编号
  account: 账号 ?? ""
  name: record["客户 名称"]
  stopped: 状态 == "停用"
`)
	docs, err := table.Decode(connectors.Record{"客户编号": "东莞-07", "客户 名称": "恒达", "状态": "停用"})
	if err != nil {
		t.Fatal(err)
	}
	if p := docs[0].(*document.Party); p.ID != "东莞-07" || p.Name != "恒达" || !p.Stopped {
		t.Errorf("%+v", p)
	}
}

func TestAllWrongFieldsOfADocumentAreReportedAtOnce(t *testing.T) {
	_, err := demo(t)["erp_order"].Encode(&document.SalesOrder{State: "received", Lines: make([]document.OrderLine, 2)})
	wrong := Errors(nil)
	if !errors.As(err, &wrong) {
		t.Fatal(err)
	}
	var paths []string
	for _, e := range wrong {
		paths = append(paths, e.Path)
		if e.Pos.Line == 0 || e.What == "" || e.Fix == "" {
			t.Errorf("%+v", e)
		}
	}
	want := "CU_NO ORD_DT REQ_DT SO_STS CRT_DT lines[0].IT_NO lines[0].UOM lines[0].REQ_DT lines[1].IT_NO lines[1].UOM lines[1].REQ_DT"
	if got := strings.Join(paths, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestARecordIsEncodedFromItsOwnKindOnly(t *testing.T) {
	tables := demo(t)
	if _, err := tables["erp_order"].Encode(&document.Party{}); err == nil {
		t.Error("a party was written as an order")
	}
	if _, err := tables["erp_order"].Decode(connectors.Record{}); err == nil {
		t.Error("a mapping that encodes decoded")
	}
	if _, err := tables["crm_order"].Encode(&document.SalesOrder{}); err == nil {
		t.Error("a mapping that decodes encoded")
	}
}

func TestAConditionOnADocument(t *testing.T) {
	when := func(s string) config.Text {
		return config.Text{Value: s, Pos: config.Pos{File: "pipelines/x.yaml", Line: 3, Col: 9}}
	}
	order := &document.SalesOrder{State: document.OrderHeld, Total: document.M("0.3", "USD")}
	for source, want := range map[string]bool{
		"was_released": false, `state == "held"`: true, "total.amount == 0.1 + 0.2": true, `state in ["held", "released"] and not was_released`: true, `refs["erp_order"] == nil`: false,
	} {
		p, faults := NewPredicate(document.KindSalesOrder, when(source))
		if faults != nil {
			t.Fatal(faults)
		}
		holds, err := p.Holds(order)
		if source == `refs["erp_order"] == nil` {
			if err == nil {
				t.Error("a missing reference was taken for null without being guarded")
			}
			continue
		}
		if err != nil || holds != want {
			t.Errorf("%s: %v, %v", source, holds, err)
		}
		if _, err := p.Holds(&document.Party{}); err == nil {
			t.Error("a party was judged as an order")
		}
	}
	for source, want := range map[string]string{
		"was_relased": `pipelines/x.yaml:3:9 unknown-field the sales order has no field was_relased -> did you mean "was_released"?`,
		"number":      "pipelines/x.yaml:3:9 wrong-type the condition is a text",
		"":            "pipelines/x.yaml:3:9 bad-expression",
	} {
		if _, faults := NewPredicate(document.KindSalesOrder, when(source)); len(faults) != 1 || !strings.HasPrefix(faults[0].String(), want) {
			t.Errorf("%s: %v; want %s", source, faults, want)
		}
	}
	if _, faults := NewPredicate("order", when("true")); len(faults) != 1 {
		t.Error(faults)
	}
}

func TestATableServesManyAtOnce(t *testing.T) {
	tables := demo(t)
	r := readRecord(t, testdata+"/crm_order/export/record.json")
	d := readDocument(t, document.KindSalesOrder, testdata+"/erp_order/released/document.json")
	first, err := tables["erp_order"].Encode(d)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				if _, err := tables["crm_order"].Decode(r); err != nil {
					t.Error(err)
				}
				if again, err := tables["erp_order"].Encode(d); err != nil || again.Hash() != first.Hash() {
					t.Error("another record", err)
				}
			}
		})
	}
	group.Wait()
}

// anything draws a value that a record may hold.
func anything(depth int) *rapid.Generator[any] {
	leaves := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(b bool) any { return b }), rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.StringMatching(`-?[0-9]{1,40}(\.[0-9]{1,5})?(e[0-9]{1,2})?`), func(s string) any { return connectors.Number(s) }),
		rapid.SampledFrom([]any{"confirmed", "pcs", "HKD", "2026-01-05", connectors.Number("1"), "1.5"}),
	}
	if depth == 0 {
		return rapid.OneOf(leaves...)
	}
	return rapid.OneOf(append(leaves,
		rapid.Map(rapid.SliceOfN(anything(depth-1), 0, 3), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(rapid.SampledFrom([]string{"no", "sku", "qty", "unit", "price"}), anything(depth-1), 0, 5), func(m map[string]any) any { return connectors.Record(m) }))...)
}

func TestNoRecordBreaksAMapping(t *testing.T) {
	tables := demo(t)
	example := readRecord(t, testdata+"/crm_order/export/record.json")
	rapid.Check(t, func(t *rapid.T) {
		r := connectors.Record{}
		for field, v := range example {
			if rapid.IntRange(0, 3).Draw(t, field) == 0 {
				v = anything(2).Draw(t, field+" value")
			}
			r[field] = v
		}
		docs, err := tables["crm_order"].Decode(r)
		if wrong := Errors(nil); err != nil && !errors.Is(err, ErrNotConcerned) && !errors.As(err, &wrong) {
			t.Fatal(err)
		}
		if err != nil {
			return
		}
		if order := docs[0].(*document.SalesOrder); order.ID == "" || !order.Currency.Valid() || order.OrderedOn.IsZero() {
			t.Fatalf("%+v", order)
		}
		if _, err := document.Marshal(docs[0]); err != nil {
			t.Fatal(err)
		}
	})
}

// fiveLines is the demo's order with five lines, as a record and as a document.
func fiveLines(b *testing.B) (connectors.Record, document.Document) {
	r := readRecord(b, testdata+"/crm_order/export/record.json")
	line := r["lines"].([]any)[0]
	r["lines"] = []any{line, line, line, line, line}
	d := readDocument(b, document.KindSalesOrder, testdata+"/erp_order/released/document.json").(*document.SalesOrder)
	l := d.Lines[0]
	d.Lines = []document.OrderLine{l, l, l, l, l}
	return r, d
}

func BenchmarkDecodeAnOrderOfFiveLines(b *testing.B) {
	table := demo(b)["crm_order"]
	r, _ := fiveLines(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := table.Decode(r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeAnOrderOfFiveLines(b *testing.B) {
	table := demo(b)["erp_order"]
	_, d := fiveLines(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := table.Encode(d); err != nil {
			b.Fatal(err)
		}
	}
}

// What depends on a field of the document is known before any document comes.
func TestAConditionSaysWhichFieldsOfTheDocumentItReads(t *testing.T) {
	for source, want := range map[string]bool{
		"was_released":                                     false,
		`refs["erp_order"] != ""`:                          true,
		`record.refs["erp_order"] != ""`:                   true,
		`any(lines, .goods.refs["erp"] == "")`:             false, // those of the item are not the order's
		`number == "1" or (refs["x"] ?? "") == "2"`:        true,
		`let o = record; (o.refs["x"] ?? "") == "2"`:       true,
		`any(lines, .no == 1) and party.refs["erp"] == ""`: false,
	} {
		p, faults := NewPredicate(document.KindSalesOrder, config.Text{Value: source})
		if faults != nil {
			t.Fatal(source, faults)
		}
		if got := p.Reads("refs"); got != want {
			t.Errorf("%s: reads refs: %v", source, got)
		}
	}
}

func TestAnElementKnowsItsPlaceInTheList(t *testing.T) {
	table := tableOf(t, `
decode: receivables
fields:
  account: id
  items:
    each: filter(rows, .open != 0)
    fields:
      number: text(index() + 1) + "/" + no
      due: date(due) ?? date("9999-12-31")
      open: money(open, "HKD")
`)
	row := func(no, open string) any {
		return connectors.Record{"no": no, "open": connectors.Number(open), "due": "0000-00-00"}
	}
	docs, err := table.Decode(connectors.Record{"id": "A", "rows": []any{row("X", "1"), row("Y", "0"), row("Z", "-2.50")}})
	if err != nil {
		t.Fatal(err)
	}
	items := docs[0].(*document.Receivables).Items
	if len(items) != 2 || items[0].Number != "1/X" || items[1].Number != "2/Z" || items[1].Due.Year != 9999 {
		t.Errorf("%+v", items)
	}
	encodes := tableOf(t, `
encode: sales_order
fields:
  lines:
    each: lines
    fields: {orderlineno: index(), stkcode: item}
  header:
    fields: {type: "30", reference: number}
`)
	r, err := encodes.Encode(&document.SalesOrder{Number: "SO-1", Lines: []document.OrderLine{{Item: "a"}, {Item: "b"}}})
	if err != nil || string(r.Canonical()) != `{"header":{"reference":"SO-1","type":30},"lines":[{"orderlineno":0,"stkcode":"a"},{"orderlineno":1,"stkcode":"b"}]}` {
		t.Errorf("%s %v", r.Canonical(), err)
	}
}

func TestACodeListSaysOnceWhatBecomesOfACodeThatItDoesNotHave(t *testing.T) {
	_, faults := New(mappingOf(t, "mappings/x.yaml", []byte(`
decode: item
codes:
  unit:
    values: {PCS: C62}
    otherwise: C62
    unknown: same
fields: {id: id, unit: 'code("unit", u)'}
`)))
	if len(faults) != 1 || faults[0].Code != "bad-codes" || faults[0].Pos.Line != 7 {
		t.Errorf("%v", faults)
	}
}
