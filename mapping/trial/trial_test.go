package trial

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping"
)

const party = `decode: party
when: kind == "customer"
codes:
  class: {values: {gold: A, silver: B}, otherwise: C}
fields:
  id: id
  account: account ?? id
  name: name ?? ""
  class: code("class", class)
  stopped: 'flag == "Y" ? true : false'
  contact: contact ?? ""
  refs:
    fields:
      erp: erp ?? nil
`

const item = `encode: item
codes:
  unit: {values: {C62: PCS, MTR: M}}
fields:
  NO: id
  UOM: code("unit", unit)
  QTY: per_carton
  TXT: text(per_carton, "0.00")
  NAME: 'local_name == "" ? nil : local_name'
  CODES: '[id, unit]'
`

const back = `encode: party
fields:
  CU_NO: account
  CU_NM: cut(name, 5)
  COUNTRY: country
`

// bench compiles mappings by name and reads their tests.
func bench(t testing.TB, mappings map[string]string, tests map[string]string, files ...string) ([]*Mapping, config.Faults) {
	t.Helper()
	cfg := &config.Config{}
	tables := map[string]*mapping.Table{}
	var written []config.TestFile
	for _, name := range slices.Sorted(keysOf(mappings)) {
		s, err := config.Parse("mappings/"+name+".yaml", []byte(mappings[name]))
		if err != nil {
			t.Fatal(err)
		}
		m := config.Mapping{Name: name, Pos: s.Pos(), Source: s}
		if faults := s.Decode(&m); faults != nil {
			t.Fatal(faults)
		}
		table, faults := mapping.New(m)
		if faults != nil {
			t.Fatal(faults)
		}
		cfg.Mappings = append(cfg.Mappings, m)
		tables[name] = table
		if text, ok := tests[name]; ok {
			f, faults := config.ParseTests("mappings/"+name+".test.yaml", name, []byte(text))
			if faults != nil {
				t.Fatal(faults)
			}
			written = append(written, f)
		}
	}
	return New(cfg, tables, written, func(file string) ([]byte, error) {
		if at := slices.Index(files, file); at >= 0 {
			return []byte(files[at+1]), nil
		}
		return nil, os.ErrNotExist
	})
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// differences runs one test that is written below `tests:`.
func differences(t *testing.T, name, text string, files ...string) (got []string) {
	t.Helper()
	all, faults := bench(t, map[string]string{"party": party, "item": item, "back": back}, map[string]string{name: "tests:\n" + text}, files...)
	if faults != nil {
		t.Fatal(faults)
	}
	for _, m := range all {
		for _, test := range m.Tests {
			for _, d := range test.Run() {
				got = append(got, d.String())
			}
		}
	}
	return got
}

func TestAValueThatDiffersIsNamedWithItsLineAndTheOneThatMadeIt(t *testing.T) {
	for _, c := range []struct {
		says, mapping, test string
		want                []string
	}{
		{"all is well", "party", `
- name: a
  in: {kind: customer, id: K1, name: Acme, class: gold, flag: Y, erp: "0012", contact: null}
  want: {id: K1, account: K1, name: Acme, class: A, stopped: true, contact: "", refs: {erp: "0012"}}
`, nil},
		{"a document's text is a text with quotes and without", "party", `
- name: a
  in: {kind: customer, id: "12.50", class: silver, flag: N}
  want: {id: 12.50, name: "", refs: {erp: null}}
- name: b
  in: {kind: customer, id: "12.50", class: silver, flag: N}
  want:
    id: 12.5
    class: C
`, []string{
			`mappings/party.test.yaml:9: id: want "12.5", got "12.50" (made by mappings/party.yaml:6)`,
			`mappings/party.test.yaml:10: class: want "C", got "B" (made by mappings/party.yaml:9)`,
		}},
		{"a document's number is a number, with as many zeros as one likes", "item", `
- name: a
  in: {id: P1, unit: C62, per_carton: 12.50}
  want: {QTY: 12.5, TXT: "12.50", NAME: null, CODES: [P1, C62]}
- name: b
  in: {id: P1, unit: C62, per_carton: "12.5"}
  want: {QTY: 12.500}
`, nil},
		{"a record's quotes say that a text is meant", "item", `
- name: a
  in: {id: P1, unit: C62, per_carton: 12.50}
  want:
    QTY: "12.5"
    TXT: 12.50
    NAME: ""
    CODES: [P1]
    UMO: PCS
`, []string{
			`mappings/item.test.yaml:6: QTY: want "12.5", got 12.5 -> the one is a text, the other a number: take the quotes out if a number is meant (made by mappings/item.yaml:7)`,
			`mappings/item.test.yaml:7: TXT: want 12.50, got "12.50" -> it is a text: put it in quotes if a text is meant (made by mappings/item.yaml:8)`,
			`mappings/item.test.yaml:8: NAME: want "", got null (made by mappings/item.yaml:9)`,
			`mappings/item.test.yaml:9: CODES: want 1 element, got 2 elements (made by mappings/item.yaml:10)`,
			`mappings/item.test.yaml:10: UMO: want "PCS", got nothing -> did you mean "UOM"?`,
		}},
		{"digits beyond those of a float count", "item", `
- name: a
  in: {id: P1, unit: C62, per_carton: 12345678901234567.01}
  want: {QTY: 12345678901234567.02}
`, []string{`mappings/item.test.yaml:5: QTY: want 12345678901234567.02, got 12345678901234567.01 (made by mappings/item.yaml:7)`}},
		{"a field that the mapping does not fill is what it is without", "party", `
- name: a
  in: {kind: customer, id: K1, class: x, flag: N}
  want: {country: CN, class: C}
`, []string{`mappings/party.test.yaml:5: country: want "CN", got ""`}},
		{"an error that is not expected stands beside what is", "party", `
- name: a
  in: {kind: customer, id: "", class: gold, flag: N}
  want:
    id: K1
`, []string{`mappings/party.test.yaml:6: id: want "K1", got the error it is empty -> name a field that always has a value (made by mappings/party.yaml:6)`}},
		{"an error is told by its words", "party", `
- name: a
  in: {kind: customer, id: "", class: gold, flag: N}
  error: it is empty
- name: b
  in: {kind: customer, id: "", class: gold, flag: N}
  error:
    - "id: "
    - it is full
- name: c
  in: {kind: customer, id: K1, class: gold, flag: N}
  error: it is empty
`, []string{
			`mappings/party.test.yaml:10: error: want "it is full", got the error id: it is empty -> name a field that always has a value (made by mappings/party.yaml:6)`,
			`mappings/party.test.yaml:13: error: want "it is empty", got a party`,
		}},
		{"a record that is set aside is neither a document nor an error", "party", `
- name: a
  in: {kind: supplier}
  not_concerned: true
- name: b
  in: {kind: supplier}
  want: {id: K1}
- name: c
  in: {kind: customer, id: K1, class: gold, flag: N}
  not_concerned: true
- name: d
  in: {kind: supplier}
  error: it is empty
`, []string{
			`mappings/party.test.yaml:6: when: want a party, got a record that is not concerned (made by mappings/party.yaml:2)`,
			`mappings/party.test.yaml:9: when: want a record that is not concerned, got a party (made by mappings/party.yaml:2)`,
			`mappings/party.test.yaml:14: error: want "it is empty", got a record that is not concerned`,
		}},
		{"a chain goes through two mappings, and through what the steps decide", "party", `
- name: a
  in: {kind: customer, id: K1, name: Acme Ltd, class: gold, flag: N}
  then: back
  decided: {country: CN}
  want: {name: Acme Ltd}
  out: {CU_NO: K1, CU_NM: "Acme ", COUNTRY: CN}
- name: b
  like: a
  in: {name: Ace}
  then: back
  want: {name: Acme}
  out: {CU_NM: Acme}
`, []string{
			`mappings/party.test.yaml:13: name: want "Acme", got "Ace" (made by mappings/party.yaml:8)`,
			`mappings/party.test.yaml:14: CU_NM: want "Acme", got "Ace" (made by mappings/back.yaml:4)`,
		}},
		{"a test like another changes what it says and leaves out what it says", "party", `
- name: a
  in: {kind: customer, id: K1, name: Acme, class: gold, flag: Y, account: K9}
  want: {account: K9}
- name: b
  like: a
  without: [account, name]
  in: {id: K2}
  want: {id: K2, account: K2, name: "", stopped: true}
`, nil},
	} {
		t.Run(c.says, func(t *testing.T) {
			if got := differences(t, c.mapping, c.test); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestWhatComesInMayStandInAFileOfItsOwn(t *testing.T) {
	for file, body := range map[string]string{
		"k1.json":       `{"kind": "customer", "id": "K1", "class": "gold", "flag": "N", "name": "a\u0000b"}`,
		"given/k1.yaml": "kind: customer\nid: K1\nclass: gold\nflag: N\nname: \"a\\0b\"\n",
	} {
		if got := differences(t, "party", "- {name: a, file: "+file+", want: {id: K1, name: ab}}", file, body); got != nil {
			t.Errorf("%s: %q", file, got)
		}
	}
	if got := differences(t, "item", "- {name: a, file: p1.json, want: {QTY: 0.10, UOM: M}}", "p1.json", `{"id": "P1", "unit": "MTR", "per_carton": "0.1"}`); got != nil {
		t.Error(got)
	}
}

func TestEveryMistakeInATestIsNamedAtOnce(t *testing.T) {
	_, faults := bench(t, map[string]string{"party": party, "item": item, "back": back}, map[string]string{
		"party": `tests:
- name: a
  in: {kind: customer, id: , id2: 1}
  want: {nmae: Acme, stopped: "true", class: [A], refs: {erp: [1]}}
- name: a
  in: {id: 1}
  want: {}
- name: nothing expected
  in: {id: 1}
- name: nothing comes in
  want: {}
- name: two things expected
  in: {id: 1}
  want: {}
  error: x
- name: like none
  like: b
  want: {}
- name: without what is not there
  like: a
  without: [idd]
  want: {}
- name: out without then
  in: {id: 1}
  want: {}
  out: {A: 1}
- name: a chain to nowhere
  in: {id: 1}
  then: item
  out: {A: 1}
- name: no file
  file: x.json
  want: {}
- name: no record
  file: list.json
  want: {}
- name: in is a list
  in: [1]
  want: {channel: exprt}
- name: no words
  in: {id: 1}
  error: [""]
`, "item": `tests:
- name: a
  in: {id: P1, per_carton: many, unt: C62}
  not_concerned: true
- name: b
  in: {id: P1}
  then: back
  want: {}
`}, "list.json", "[1]")
	var got []string
	for _, f := range faults {
		if f.Fix == "" || f.What == "" {
			t.Errorf("%s: no remedy", f)
		}
		got = append(got, fmt.Sprintf("%s:%d %s", strings.TrimSuffix(strings.TrimPrefix(f.Pos.File, "mappings/"), ".test.yaml"), f.Pos.Line, f.Code))
	}
	want := []string{
		"item:3 wrong-type", "item:3 unknown-field", "item:2 bad-test", "item:7 bad-chain",
		"party:3 empty-value", "party:4 unknown-field", "party:4 wrong-type", "party:4 wrong-type", "party:4 wrong-type",
		"party:5 duplicate-name", "party:8 missing-key", "party:10 missing-key", "party:12 bad-test", "party:17 unknown-test",
		"party:21 unknown-field", "party:26 missing-key", "party:29 unknown-mapping", "party:32 unreadable-file", "party:35 bad-file",
		"party:38 wrong-type", "party:39 unknown-word", "party:42 wrong-type",
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s\n\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"), faults)
	}
}

func TestCoverageNamesEveryFieldAndBranchThatNoTestReached(t *testing.T) {
	gaps := func(tests string) (got []string, counts string) {
		t.Helper()
		all, faults := bench(t, map[string]string{"party": party}, map[string]string{"party": "tests:\n" + tests})
		if faults != nil {
			t.Fatal(faults)
		}
		for _, test := range all[0].Tests {
			test.Run()
		}
		fields, compared, some := all[0].Coverage.Fields()
		branches, reached, more := all[0].Coverage.Branches()
		for _, g := range append(some, more...) {
			got = append(got, fmt.Sprintf("%d: %s", g.At.Line, g.What))
		}
		return got, fmt.Sprintf("%d/%d %d/%d", compared, fields, reached, branches)
	}
	got, counts := gaps(`
- name: a
  in: {kind: customer, id: K1, name: Acme, class: gold, flag: Y}
  want: {id: K1, account: K1, class: A}
`)
	want := []string{
		"8: name: it is filled, and no test compares it", "10: stopped: it is filled, and no test compares it", "11: contact: it is filled, and no test compares it",
		"14: refs.erp: no test fills it", "2: when: no record is set aside by it", `4: code list class: no record has "silver"`, "4: code list class: no record needs otherwise",
		"7: account ?? ...: it has a value", `8: name ?? "": it has none`, `10: flag == "Y" ? ... : false`, "11: contact ?? ...: it has a value",
		"14: erp ?? ...: it has a value",
	}
	if !slices.Equal(got, want) || counts != "3/7 7/15" {
		t.Errorf("%s\n%s\nwant\n%s", counts, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	got, counts = gaps(`
- name: a
  in: {kind: customer, id: K1, name: Acme, class: gold, flag: Y, account: K2, erp: E1, contact: Li}
  want: {id: K1, account: K2, class: A, name: Acme, stopped: true, contact: Li, refs: {erp: E1}}
- name: b
  in: {kind: customer, id: K1, class: silver, flag: N}
  want: {id: K1}
- name: c
  in: {kind: customer, id: K1, class: none, flag: N}
  want: {id: K1}
- name: d
  in: {kind: supplier}
  not_concerned: true
`)
	if got != nil || counts != "7/7 15/15" {
		t.Error(counts, got)
	}
}

func masker(t testing.TB) *Masker {
	all, faults := bench(t, map[string]string{"party": party}, nil)
	if faults != nil {
		t.Fatal(faults)
	}
	return NewMasker(all[0])
}

func TestWhatIsPersonalIsMaskedAndWhatIsNotStays(t *testing.T) {
	k := masker(t)
	r := connectors.Record{"id": "K0012", "kind": "customer", "name": "Acme Cables Ltd.", "class": "gold", "contact": "王小明", "contact2": "王小明",
		"mail": "wang.xm@acme.com", "tel": connectors.Number("85223456789"), "fax": "+852 2345-0000", "联系电话": "138-1234-5678", "credit": connectors.Number("50000.00"),
		"since": "2026-03-02", "po": "PO-13812345678", "hint": "ask for Mr. Wang", "flag": "N", "address": connectors.Record{"street": "8 Nathan Road", "zip": "000852"},
		"lines": []any{connectors.Record{"sku": "PC-US-18", "qty": connectors.Number("12.50")}}, "erp": "see wang.xm@acme.com"}
	masked := k.Record(r)
	for _, kept := range []string{"id", "kind", "class", "credit", "since", "po", "flag", "lines"} {
		if fmt.Sprint(masked[kept]) != fmt.Sprint(r[kept]) {
			t.Errorf("%s became %v", kept, masked[kept])
		}
	}
	for _, gone := range []string{"name", "contact", "mail", "tel", "fax", "联系电话", "hint", "address", "erp"} {
		if fmt.Sprint(masked[gone]) == fmt.Sprint(r[gone]) {
			t.Errorf("%s stays %v", gone, masked[gone])
		}
	}
	if masked["contact"] != masked["contact2"] {
		t.Errorf("one text has two placeholders: %v, %v", masked["contact"], masked["contact2"])
	}
	if mail := masked["mail"].(string); !strings.HasSuffix(mail, ".qqq") || masked["erp"] != "see "+mail {
		t.Errorf("the address became %v and %v", mail, masked["erp"])
	}
	again := masker(t).Record(r)
	if string(again.Canonical()) != string(masked.Canonical()) {
		t.Error("a second time it is masked otherwise")
	}
	if want := []string{"address.street", "address.zip", "contact", "contact2", "erp", "fax", "hint", "mail", "name", "tel", "联系电话"}; !slices.Equal(k.Places(), want) {
		t.Errorf("%q", k.Places())
	}
}

func TestAPlaceholderHasTheShapeOfWhatItStandsFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, seed := rapid.String().Draw(t, "s"), rapid.Uint64().Draw(t, "seed")
		was, is := []rune(s), []rune(alike(s, seed))
		if len(was) != len(is) {
			t.Fatalf("%q became %q", s, string(is))
		}
		for i := range was {
			for _, class := range classes {
				if class.is(was[i]) {
					if !class.is(is[i]) {
						t.Fatalf("%q became %q", s, string(is))
					}
					break
				}
			}
			if !replaceable(was[i]) && was[i] != is[i] {
				t.Fatalf("%q became %q", s, string(is))
			}
		}
	})
}

// anything draws a value that a record may hold.
func anything(depth int) *rapid.Generator[any] {
	kinds := []*rapid.Generator[any]{
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.SampledFrom([]string{"no", "12.50", "0123", "null", "a: b", "- x", " x", "x ", "2026-03-02", "王", "#", "'", "{", "~", "", "\u2028", "\u0085", "\ufeff", "\x7f"}), func(s string) any { return s }),
		rapid.Map(rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,9})?(e[0-9])?`), func(s string) any { return connectors.Number(s) }),
		rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(b bool) any { return b }),
	}
	if depth > 0 {
		kinds = append(kinds, rapid.Map(rapid.SliceOfN(anything(depth-1), 0, 3), func(l []any) any { return l }),
			rapid.Map(rapid.MapOfN(rapid.String().Filter(func(s string) bool { return s != "" && s != "<<" }), anything(depth-1), 0, 3), func(m map[string]any) any { return connectors.Record(m) }))
	}
	return rapid.OneOf(kinds...)
}

func TestARecordThatIsWrittenAsATestIsReadAsTheSameRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := connectors.Record{"x": anything(3).Draw(t, "x"), "no": anything(1).Draw(t, "no")}
		var b strings.Builder
		entries(&b, r, "")
		s, err := config.Parse("x.yaml", []byte(b.String()))
		if err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
		var faults config.Faults
		got := read(s, &faults).record()
		if faults != nil || string(got.Canonical()) != string(r.Canonical()) {
			t.Fatalf("%v\n%s\nwas %s\n is %s", faults, b.String(), r.Canonical(), got.Canonical())
		}
	})
}
