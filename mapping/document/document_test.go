package document

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func fullOrder() *SalesOrder {
	item := &Item{ID: "P1", PerCarton: D("250"), Refs: map[string]string{"erp": "100"}}
	return &SalesOrder{ID: "O1", OrderedOn: Date{2026, 3, 2}, DeclaredTotal: &Money{D("10.50"), "HKD"}, Party: &Party{ID: "C1"},
		Lines: []OrderLine{{No: 1, Item: "P1", Quantity: Q("5", "C62"), Goods: item}}, Refs: map[string]string{"erp_order": "SO1"},
		Holds: []Hold{{Reason: LimitExceeded, Detail: "x"}}, Credit: &CreditDecision{Account: "K1", Rate: D("7.8")}}
}

func TestACopyIsEqualAndSharesNothingButSnapshots(t *testing.T) {
	first, same := fullOrder(), fullOrder()
	c := Copy(first)
	if !reflect.DeepEqual(c, same) {
		t.Fatalf("%+v", c)
	}
	if c.Party != first.Party || c.Lines[0].Goods != first.Lines[0].Goods {
		t.Error("a snapshot was copied: it never changes")
	}
	c.Lines[0].Goods, c.Party = &Item{ID: "changed"}, &Party{ID: "changed"}
	c.Lines[0].Shipped = Q("1", "C62")
	c.Refs["crm"], c.DeclaredTotal.Currency, c.Holds[0].Detail, c.Credit.Account = "changed", "USD", "changed", "changed"
	if !reflect.DeepEqual(first, same) {
		t.Errorf("the first changed with its copy: %+v", first)
	}
}

func TestEveryKindSurvivesWritingAndReading(t *testing.T) {
	for _, kind := range Kinds() {
		d, err := New(kind)
		if err != nil || d.Kind() != kind {
			t.Fatalf("%s: %v", kind, err)
		}
		data, err := Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Unmarshal(kind, data)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		again, err := Marshal(back)
		if err != nil || string(again) != string(data) {
			t.Errorf("%s: %s, then %s (%v)", kind, data, again, err)
		}
	}
	order := fullOrder()
	data, _ := Marshal(order)
	back, err := Unmarshal(KindSalesOrder, data)
	if again, _ := Marshal(back); err != nil || string(again) != string(data) {
		t.Errorf("%s\n%s %v", data, again, err)
	}
}

func TestPlainDecimalsAreReadExactlyAndNothingElseIs(t *testing.T) {
	for _, s := range []string{"0", "-0.5", "12.50", "100000000000000000000.000000001"} {
		d, err := ParseDecimal(s)
		if err != nil || !d.Equal(D(s)) {
			t.Errorf("%s: %v", s, err)
		}
	}
	for _, s := range []string{"", "-", ".", "1.", ".5", "+1", "1e3", "1e400", "NaN", "1,234.50", "１２", " 1", "0x10", "HK$5", "1234567890123456789012345678901"} {
		if d, err := ParseDecimal(s); err == nil {
			t.Errorf("%q was read as %s", s, d)
		}
	}
}

func TestMoneyAddsUpToTheCentInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.SliceOfN(rapid.Int64Range(-1e12, 1e12), 1, 30).Draw(t, "cents")
		sum, want := Money{}, int64(0)
		for _, c := range cents {
			sum = sum.Add(Money{DecimalOf(c).Div(DecimalOf(100), 2), "HKD"})
			want += c
		}
		if got, ok := sum.Amount.Mul(DecimalOf(100)).Int64(); !ok || got != want {
			t.Fatalf("%s, want %d cents", sum, want)
		}
	})
}

func TestTwoCurrenciesDoNotAdd(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("HKD and USD were added")
		}
	}()
	M("1", "HKD").Add(M("1", "USD"))
}

func TestADateIsADayAndNotAnInstant(t *testing.T) {
	hk := time.FixedZone("HKT", 8*3600)
	// Case 62: half past eleven in the evening of the last of March counts in March.
	if d := DateOf(time.Date(2026, 3, 31, 15, 30, 0, 0, time.UTC).In(hk)); d.String() != "2026-03-31" {
		t.Error(d)
	}
	for _, bad := range []string{"2023-02-29", "2023-02-00", "0000-00-00", "31/12/24", "2026-3-1", ""} {
		if d, err := ParseDate(bad); err == nil {
			t.Errorf("%q was read as %s", bad, d)
		}
	}
	if n := (Date{2026, 3, 2}).Sub(Date{2026, 1, 31}); n != 30 {
		t.Errorf("%d days", n)
	}
	if d := (Date{2028, 2, 28}).AddDays(1); d.String() != "2028-02-29" {
		t.Error(d)
	}
}
