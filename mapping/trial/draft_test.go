package trial

import (
	"slices"
	"strings"
	"testing"
)

const order = `encode: sales_order
codes:
  unit: {values: {C62: PCS}}
fields:
  NO: number
  NAME: party.name
  TOTAL: total.amount
  lines:
    each: lines
    fields:
      QTY: quantity.value
      UOM: code("unit", quantity.unit)
      PRICE: price
`

func TestADraftExpectsWhatTheMappingDoesToday(t *testing.T) {
	mappings := map[string]string{"party": party, "order": order}
	for _, c := range []struct {
		says, mapping, body, expects string
		has, hasNot                  []string
	}{
		{"an error", "party", `{"kind": "customer", "id": "", "name": "Acme", "class": "gold", "flag": "N"}`, "error", []string{`"id: it is empty"`, "Masked"}, []string{"Acme"}},
		{"a document", "party", `{"kind": "customer", "id": "K1", "name": "Acme", "class": "gold", "flag": "N"}`, "want", []string{"account: K1", "class: A"}, []string{"Acme"}},
		{"a record that is set aside", "party", `{"kind": "supplier", "id": "K1"}`, "not_concerned", []string{"not_concerned: true", "nothing is masked"}, nil},
		{"money and quantities as people write them, and only what the mapping reads", "order", `{"id": "O1", "number": "SO-1", "currency": "HKD", "party": {"id": "K1", "name": "恒达"},
			"total": {"amount": "12.5", "currency": "HKD"}, "net": {}, "lines": [{"no": 1, "price": "2.5", "quantity": {"value": "5", "unit": "C62"}}]}`, "want",
			[]string{"total: HKD 12.5", "quantity: 5 C62", "price: 2.5", "UOM: PCS"}, []string{"恒达", "O1", "net"}},
		{"an error on the way out", "order", `{"number": "SO-1", "total": {}, "lines": []}`, "error", []string{"party is missing"}, nil},
	} {
		t.Run(c.says, func(t *testing.T) {
			all, faults := bench(t, mappings, nil)
			if faults != nil {
				t.Fatal(faults)
			}
			m := all[slices.IndexFunc(all, func(m *Mapping) bool { return m.Name == c.mapping })]
			d, err := m.DraftOf([]byte(c.body), "dead letter 1", "dead letter 1")
			if err != nil || d.Expects != c.expects || d.Altered {
				t.Fatalf("%v: %+v", err, d)
			}
			for _, word := range c.has {
				if !strings.Contains(d.Text, word) {
					t.Errorf("%q is not in\n%s", word, d.Text)
				}
			}
			for _, word := range c.hasNot {
				if strings.Contains(d.Text, word) {
					t.Errorf("%q is in\n%s", word, d.Text)
				}
			}
			all, faults = bench(t, mappings, map[string]string{c.mapping: d.Text})
			if faults != nil {
				t.Fatalf("%s\n%s", faults, d.Text)
			}
			for _, m := range all {
				for _, test := range m.Tests {
					if found := test.Run(); found != nil {
						t.Errorf("%v\n%s", found, d.Text)
					}
				}
			}
		})
	}
}

func TestADraftSaysWhenWhatWasWrongLayInWhatIsMasked(t *testing.T) {
	all, _ := bench(t, map[string]string{"party": `decode: party
fields: {id: id, account: id, name: 'code("names", name)'}
codes: {names: {values: {Acme: Acme}}}
`}, nil)
	d, err := all[0].DraftOf([]byte(`{"id": "K1", "name": "Acme"}`), "x", "x")
	if err != nil || !d.Altered {
		t.Errorf("%v %+v", err, d)
	}
	if _, err := all[0].DraftOf([]byte(`{"id": 1, "id": 2}`), "x", "x"); err == nil {
		t.Error("a record that cannot be read became a test")
	}
}
