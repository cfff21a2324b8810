package expr

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"tradewire/config"
	"tradewire/mapping/document"
)

// row is a record as a connector hands it over: numbers as they were written.
type row map[string]any

func (r row) Get(name string) (any, bool) { v, ok := r[name]; return v, ok }
func (r row) Names() []string             { return []string{"qty", "price", "sku", "note"} }

var sample = row{
	"qty": Number("12.50"), "price": Number("0.1"), "big": Number("123456789012345678901234567890"), "exp": Number("1e3"),
	"sku": "PC-1", "note": nil, "amount": "12.50", "on_hold": false, "flag": "Y", "shipped": Number("20260105"), "odd name": "odd",
	"date": "2026-01-31", "text": "T", "number": "N-1", "count": Number("3"), "map": "M", "order": "field",
	"tags": values{"a", "b"}, "none": values{},
	"lines": values{row{"no": Number("1"), "qty": Number("0.1"), "unit": "pcs"}, row{"no": Number("2"), "qty": Number("0.2"), "unit": "m"}},
}

var codes = map[string]config.Codes{
	"unit":   {Values: map[string]string{"pcs": "C62", "m": "MTR", "1": "one"}},
	"status": {Values: map[string]string{"held": "ON_HOLD"}, Otherwise: new("OTHER")},
}

func at(source string) config.Text {
	return config.Text{Value: source, Pos: config.Pos{File: "mappings/x.yaml", Line: 7, Col: 11}}
}

// evaluate is the shown value, or the problem.
func evaluate(t *testing.T, source string) (string, error) {
	t.Helper()
	p, faults := Compile(at(source), &Scope{Codes: codes})
	if faults != nil {
		t.Fatalf("%s: %v", source, faults)
	}
	v, err := p.Value(NewRun(sample))
	if list, ok := v.(List); ok {
		var shown []string
		for i := range list.Len() {
			shown = append(shown, Show(list.At(i)))
		}
		return "[" + strings.Join(shown, " ") + "]", err
	}
	return Show(v), err
}

func TestExpressionsGiveExactValues(t *testing.T) {
	for name, cases := range map[string][][2]string{
		"float literals are exact": {
			{"0.1 + 0.2 == 0.3", "true"}, {"0.1 + 0.2", "0.3"}, {"1.1 * 1.1", "1.21"}, {"4.35 * 100 == 435", "true"},
			{"0.1234567890123456789 * 10", "1.234567890123456789"}, {"1_000.5", "1000.5"}, {"9007199254740993 + 0", "9007199254740993"},
		},
		"whole numbers divide to decimals": {{"1 / 2", "0.5"}, {"7 / 8", "0.875"}, {"7 % 3", "1"}, {"-7 % 3", "-1"}, {"round(10 / 3, 4)", "3.3333"}},
		"unary minus is exact":             {{"-0.1 - 0.2", "-0.3"}, {"-qty", "-12.5"}, {"- -0.1", "0.1"}, {"+0.1", "0.1"}, {"-(0.1 + 0.2) == -0.3", "true"}},
		"rounding is half away from zero":  {{"round(2.675, 2)", "2.68"}, {"round(-2.675, 2)", "-2.68"}, {"round(1.005, 2)", "1.01"}, {"round(5 / 8, 2)", "0.63"}, {"round(qty, 0)", "13"}, {"abs(-0.1)", "0.1"}},
		"sum, max and min are exact": {
			{"sum([0.1, 0.2])", "0.3"}, {"sum(lines, .qty)", "0.3"}, {"sum(lines, .qty * price)", "0.03"}, {"sum([])", "0"}, {"max(0.1, 0.30, 0.2)", "0.3"},
			{"min(map(lines, .qty))", "0.1"}, {"max(2, 10)", "10"}, {`max("a", "b")`, `"b"`}, {"count(lines)", "2"}, {"count(lines, .qty > 0.1)", "1"},
		},
		"numbers of records are counted exactly": {{"qty * price", "1.25"}, {"qty == 12.5", "true"}, {"big + 1", "123456789012345678901234567891"}, {"qty in [12.5, 3]", "true"}, {"qty not in [12.4]", "true"}, {"1 < qty <= 12.50", "true"}},
		"text stays as it was written":           {{"text(qty)", `"12.50"`}, {"text(big)", `"123456789012345678901234567890"`}, {`"x" + sku`, `"xPC-1"`}, {`text(qty, "0.000")`, `"12.500"`}, {`text(7, "0000")`, `"0007"`}, {`text(-7, "000")`, `"-007"`}},
		"null and absent are guarded": {
			{`note ?? "-"`, `"-"`}, {`nowhere ?? "-"`, `"-"`}, {`upper(note) ?? ""`, `""`}, {`date(nowhere ?? date)`, "2026-01-31"}, {"note == nil", "true"}, {"note == 'x'", "false"}, {"note != nil", "false"},
			{"nowhere.inside ?? 1", "1"}, {"lines[5].qty ?? 0", "0"}, {"find(lines, .no == 9) ?? 'no'", `"no"`}, {"note in ['a']", "false"}, {"nowhere?.inside", "null"}, {"note ?? nil", "null"},
		},
		"fields may be called like functions": {{"date", `"2026-01-31"`}, {"date(date)", "2026-01-31"}, {"text(text)", `"T"`}, {"number", `"N-1"`}, {"count", "3"}, {"map", `"M"`}, {"count + count(lines)", "5"}},
		"any field is reached by its name":    {{`record["odd name"]`, `"odd"`}, {`record["qty"]`, "12.50"}, {`"note" in record`, "true"}, {`"nowhere" in record`, "false"}},
		"dates": {
			{`date("2026-02-28")`, "2026-02-28"}, {`date(shipped, "YYYYMMDD")`, "2026-01-05"}, {`text(date(date), "YYYYMMDD")`, `"20260131"`}, {`text(date(date), "YYYY年M月D日")`, `"2026年1月31日"`},
			{`date("2026-01-31 23:59:59", "YYYY-MM-DD hh:mm:ss")`, "2026-01-31"}, {`date("5.1.2026", "D.M.YYYY")`, "2026-01-05"}, {`date(date) < date("2026-02-01")`, "true"}, {`date(date) == date("2026-01-31")`, "true"},
			{`integer(text(date(date), "YYYYMMDD"))`, "20260131"}, {`date("2024-02-29")`, "2024-02-29"}, {`instant("2026-01-31T16:30:00+08:00")`, "2026-01-31T08:30:00Z"},
		},
		"money and quantities": {
			{`money(amount, "HKD")`, "HKD 12.50"}, {`money(qty, "HKD") + money(1, "HKD")`, "HKD 13.50"}, {`money(1, "HKD") == money(1.0, "HKD")`, "true"}, {`money(1, "HKD").currency`, `"HKD"`},
			{`quantity(qty, "MTR").value`, "12.5"}, {`sum([money(0.1, "USD"), money(0.2, "USD")])`, "USD 0.30"}, {`-money(1, "USD")`, "USD -1.00"}, {`money(1, "USD") < money(2, "USD")`, "true"},
		},
		"code lists": {{`code("unit", "pcs")`, `"C62"`}, {`code("unit", 1.0)`, `"one"`}, {`code("status", "unheard")`, `"OTHER"`}, {`map(lines, code("unit", .unit))`, `["C62" "MTR"]`}},
		"texts": {
			{`cut("珠江电线有限公司", 4)`, `"珠江电线"`}, {`cut("ab", 4)`, `"ab"`}, {`upper(trim(" a "))`, `"A"`}, {`len("珠江")`, "2"}, {`split("a/b", "/")[1]`, `"b"`}, {`join(tags, "+")`, `"a+b"`}, {`"abcd"[1:3]`, `"bc"`},
			{`sku startsWith "PC" and sku endsWith "1" and sku contains "C-"`, "true"}, {`sku matches "^[A-Z]+-[0-9]$"`, "true"}, {`replace(sku, "-", "")`, `"PC1"`}, {`sku not contains "x"`, "true"}, {`lower(sku) | upper()`, `"PC-1"`},
		},
		"conditions and lists": {
			{`flag == "Y" ? 1 : 2`, "1"}, {"on_hold || flag == 'Y'", "true"}, {"not on_hold && !on_hold", "true"}, {"let x = 0.1; x + x + x == 0.3", "true"}, {"any(lines, .unit == 'm')", "true"}, {"all(lines, .qty > 0)", "true"},
			{"none(lines, .qty > 1)", "true"}, {"any(none, .x)", "false"}, {"all(none, .x)", "true"}, {"map(filter(lines, .no > 1), .no)", "[2]"}, {"tags[-1]", `"b"`}, {"map(lines, # .no * count)", "[3 6]"},
			{"map(lines, {let n = .no; n + 1})", "[2 3]"}, {"map(lines, any(lines, .no == 1))", "[true true]"}, {"if flag == 'Y' { 1 } else { 2 }", "1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range cases {
				if got, err := evaluate(t, c[0]); err != nil || got != c[1] {
					t.Errorf("%s = %s, %v; want %s", c[0], got, err, c[1])
				}
			}
		})
	}
}

func TestWhatCannotBeComputedSaysWhyInPlainWords(t *testing.T) {
	for source, want := range map[string]string{
		"nowhere":                          `the record has no field nowhere`,
		"prise":                            `the record has no field prise -> did you mean "price"? A field that may be absent is guarded: prise ?? ...`,
		"note":                             "note is null -> fill it in the other system, or say what stands in its place: note ?? ...",
		"upper(note)":                      "note is null",
		"note > 1":                         "note is null",
		"amount == 12.5":                   `a text ("12.50") and a number (12.5) cannot be compared -> write decimal(`,
		"amount > 10":                      "amount > 10: a text",
		"amount + 1":                       "cannot be joined by +",
		"qty + 'x'":                        "cannot be joined by +",
		"amount in [1, 2]":                 "cannot be compared",
		`date == date("2026-01-31")`:       "a text (\"2026-01-31\") and a date (2026-01-31) cannot be compared -> write date(",
		"decimal('1,200')":                 "is not a plain decimal number",
		"decimal('１２')":                    "full-width digits",
		"decimal('1e3')":                   "is not a plain decimal number",
		"decimal(' 1')":                    "is not a plain decimal number",
		"decimal('')":                      "is not a plain decimal number",
		"exp + 1":                          `"1e3" is not a plain decimal number`,
		"integer(qty)":                     "12.5 is not a whole number",
		"integer(big)":                     "is not a whole number",
		"10 / 3":                           "10 / 3 has no end -> say to how many places: round(a / b, 4)",
		"qty / (count - 3)":                "cannot be divided by zero",
		"round(1 / 0, 2)":                  "cannot be divided by zero",
		`date("2026-02-30")`:               "is not a day of the form YYYY-MM-DD",
		`date("2026-13-01")`:               "is not a day",
		`date(0, "YYYYMMDD")`:              "is no day -> say what stands in its place: date(0) ?? nil",
		`date("20260230", "YYYYMMDD")`:     "is not a day",
		`money(1, "HK$")`:                  `"HK$" is not a currency`,
		`money(1, "HKD") + money(1,"USD")`: "HKD 1.00 and USD 1.00 cannot be joined",
		`money(1, "HKD") < money(1,"USD")`: "cannot be compared",
		`quantity(1, " ")`:                 "the unit is empty",
		`code("unit", "box")`:              `the code list unit does not have "box" -> add it to codes.unit.values`,
		"flag ? 1 : 2":                     `flag is a text, not a yes/no value -> compare it: flag == "Y"`,
		"count and on_hold":                "count is a number, not a yes/no value",
		"max(none)":                        "has no values",
		"lines[7]":                         "lines has 2 elements",
		`text(1.25, "0.0")`:                "1.25 has more than 1 places -> write round(x, 1)",
		"sku.name":                         "sku is a text and has no field name",
		"map(sku, .x)":                     "sku is a text",
		"find(lines, .no == 9)":            "is null",
		"let a = big * big; let b = a * a; b * b": "more than 100 digits",
	} {
		if _, err := evaluate(t, source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", source, err, want)
		}
	}
}

// A literal is as good as a field here: what is known to be wrong is wrong when the configuration is loaded.
func TestMistakesAreFoundAtTheirPlace(t *testing.T) {
	order := reflect.TypeFor[document.SalesOrder]()
	for _, c := range []struct {
		source string
		col    int
		want   string
	}{
		{`party.acount`, 17, `unknown-field party has no field acount -> did you mean "account"?`},
		{`"é" + prise`, 17, `unknown-field the sales order has no field prise`},
		{`net + 1`, 15, `wrong-type net is money, 1 is a number`},
		{`net.amont`, 15, `unknown-field net is money and has no field amont -> write .amount or .currency`},
		{`ordered_on == "2026-01-01"`, 22, `they are never equal -> write date(`},
		{`tax_percent > "5"`, 23, "neither comes before the other"},
		{`uper(number)`, 11, `unknown-function there is no function uper -> did you mean "upper"?`},
		{`reduce(lines, 1)`, 11, "there is no function reduce"},
		{`code("units", number)`, 11, `unknown-code-list there is no code list units -> did you mean "unit"?`},
		{`code(number, number)`, 11, "the name of the code list is computed"},
		{`map(lines, .itm)`, 23, `unknown-field the order line has no field itm -> did you mean "item"?`},
		{`sum(lines, .item)`, 11, "sum cannot add a text"},
		{`lines[0].goods.nam`, 26, `no field nam -> did you mean "name"?`},
		{`cut(number)`, 11, "wrong-arguments cut is given 1 values -> write cut(x, characters)"},
		{`upper(1)`, 17, "1 is a number, but upper takes a text there"},
		{`1e3 + 1`, 11, `bad-number "1e3" is not a plain decimal number`},
		{`.5 + 1`, 11, "bad-number"},
		{`2 ** 3`, 13, "there is no operator **"},
		{`1..3`, 12, "there is no operator .."},
		{`number matches "("`, 18, "is not a regular expression"},
		{`text(ordered_on, "YYYYMM")`, 11, `bad-format "YYYYMM" is not a form`},
		{`round(1.5, tax_percent)`, 11, "the number of places is not written out"},
		{`number ? 1 : 2`, 11, "number is a text, not a yes/no value"},
		{`(1 +`, 14, "bad-expression"},
		{``, 11, "the expression ends too early"},
		{`{a: 1}`, 11, "not part of the language"},
		{`number.upper()`, 18, "values have no functions of their own -> write f(x)"},
		{`#`, 11, "bad-expression"},
		{strings.Repeat("1+", 500) + "1", 11, "more than 400 parts"},
		{strings.Repeat("(", 5000), 11, "the expression has 5000 characters"},
	} {
		_, faults := Compile(at(c.source), &Scope{This: order, Codes: codes})
		if len(faults) != 1 {
			t.Errorf("%s: %d faults: %v", c.source, len(faults), faults)
			continue
		}
		if !strings.Contains(faults[0].String(), c.want) || faults[0].Pos.Col != c.col || faults[0].Pos.Line != 7 {
			t.Errorf("%s:\n got %s\nwant col %d, %s", c.source, faults[0], c.col, c.want)
		}
	}
}

func TestAllMistakesOfAnExpressionAreReportedAtOnce(t *testing.T) {
	_, faults := Compile(at(`party.nmae + nowhere + code("x", 1)`), &Scope{This: reflect.TypeFor[document.SalesOrder]()})
	if len(faults) != 3 {
		t.Errorf("%d faults: %v", len(faults), faults)
	}
}

func TestDocumentsAreReadByTheirJSONNames(t *testing.T) {
	order := &document.SalesOrder{
		ID: "1", Number: "SO-1", SourceRevision: 3, Currency: "HKD", Net: document.M("0.30", "HKD"), OrderedOn: document.Date{Year: 2026, Month: 1, Day: 5},
		Party: &document.Party{Account: "K1", Refs: map[string]string{"erp": "K9"}}, WasReleased: true,
		Lines: []document.OrderLine{
			{No: 1, Item: "A", Quantity: document.Q("0.1", "C62"), Goods: &document.Item{Refs: map[string]string{"erp": "100"}}},
			{No: 2, Item: "B", Quantity: document.Q("0.2", "C62"), Goods: nil},
		},
	}
	for source, want := range map[string]string{
		"party.account":                   `"K1"`,
		`party.refs["erp"]`:               `"K9"`,
		"net.amount == 0.3":               "true",
		"sum(lines, .quantity.value)":     "0.3",
		"sum(lines, .quantity)":           "0.3 C62",
		"was_released":                    "true",
		"source_revision + 1":             "4",
		"ordered_on":                      "2026-01-05",
		"lines[1].item":                   `"B"`,
		`lines[0].goods.refs["erp"]`:      `"100"`,
		`lines[1].goods.name ?? "-"`:      `"-"`,
		"requested_on ?? ordered_on":      "2026-01-05",
		"declared_total.amount ?? 0":      "0",
		"declared_total == nil":           "true",
		"count(lines, .goods == nil)":     "1",
		"max(map(lines, .no))":            "2",
		`find(lines, .no == 2).item`:      `"B"`,
		`filter(lines, .no == 2)[0].item`: `"B"`,
		"lines[1].goods.name":             "problem: lines[1].goods is missing, so there is no lines[1].goods.name",
		"requested_on":                    "problem: requested_on is null",
		`party.refs["crm"]`:               "problem: party.refs has no field crm",
	} {
		p, faults := Compile(at(source), &Scope{This: reflect.TypeFor[document.SalesOrder]()})
		if faults != nil {
			t.Error(source, faults)
			continue
		}
		v, err := p.Value(NewRun(order))
		got := Show(v)
		if err != nil {
			got = "problem: " + err.Error()
		}
		if !strings.HasPrefix(got, want) {
			t.Errorf("%s = %s; want %s", source, got, want)
		}
	}
}

func TestElementsAndTheRecordAroundThem(t *testing.T) {
	inner := &Scope{Around: &Scope{As: "order"}}
	p, faults := Compile(at(`unit + order.sku + text(order.order)`), inner)
	if faults != nil {
		t.Fatal(faults)
	}
	r := NewRun(sample)
	r.Enter(sample["lines"].(values)[0], 0)
	if v, err := p.Value(r); v != "pcsPC-1field" || err != nil {
		t.Error(v, err)
	}
	if _, err := mustCompile(t, "sku", inner).Value(r); err == nil {
		t.Error("the element sees fields of the record around it without its name")
	}
}

func TestWorkIsBounded(t *testing.T) {
	long := make(values, 1000)
	for i := range long {
		long[i] = Number(fmt.Sprint(i))
	}
	this := row{"xs": long, "s": strings.Repeat("x", 1000)}
	for source, want := range map[string]string{
		"count(xs, any(xs, count(xs, # > 1) < 0))":                                     "more than 100000 list elements",
		"let a = s+s+s+s+s+s+s+s; let b = a+a+a+a+a+a+a+a; let c = b+b+b+b+b+b+b+b; c": "more than 262144 bytes",
		`replace(s, "x", s)`:  "more than 262144 bytes",
		`join(map(xs, s), s)`: "more than 262144 bytes",
	} {
		if _, err := mustCompile(t, source, &Scope{}).Value(NewRun(this)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", source, err, want)
		}
	}
}

func TestDoublingInDepthIsRefused(t *testing.T) {
	comparison, elvis := "1", "qty"
	for range 60 {
		comparison = "(1 < " + comparison + " < 2)"
		elvis = "(" + elvis + " ?: 1)"
	}
	for _, source := range []string{comparison, elvis} {
		_, faults := Compile(at(source), &Scope{})
		if len(faults) == 0 || !strings.Contains(faults.Error(), "the expression is too deep") {
			t.Errorf("%s: %d faults", source, len(faults))
		}
	}
}

func mustCompile(t testing.TB, source string, scope *Scope) *Program {
	t.Helper()
	p, faults := Compile(at(source), scope)
	if faults != nil {
		t.Fatal(faults)
	}
	return p
}
