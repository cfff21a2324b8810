package credit_test

import (
	"bytes"
	"encoding/json"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"tradewire/pipelines/credit"
)

// shipped is the policy that `tradewire init` writes.
func shipped(t testing.TB) credit.Policy {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "config", "starter", "policies", "credit.yaml"))
	require.NoError(t, err)
	var p credit.Policy
	require.NoError(t, yaml.Unmarshal(data, &p))
	return p
}

func hongKong(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Hong_Kong")
	require.NoError(t, err)
	return zone
}

// simulated is one row of a table: what differs from the base case, and the fields of the answer that it speaks of.
type simulated struct {
	Name string         `json:"name"`
	Set  map[string]any `json:"set"`
	Drop []string       `json:"drop"`
	Want map[string]any `json:"want"`
	Says []string       `json:"says"`
}

// baseCase is the case of the contract.
func baseCase(t testing.TB) map[string]any {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "credit", "base.json"))
	require.NoError(t, err)
	var c map[string]any
	require.NoError(t, json.Unmarshal(data, &c))
	return c
}

// with is the base case with what differs.
func (s simulated) with(t testing.TB) map[string]any {
	c := baseCase(t)
	place := func(path string) (map[string]any, string) {
		inside, key, nested := strings.Cut(path, ".")
		if !nested {
			return c, path
		}
		return c[inside].(map[string]any), key
	}
	for path, v := range s.Set {
		in, key := place(path)
		in[key] = v
	}
	for _, path := range s.Drop {
		in, key := place(path)
		delete(in, key)
	}
	return c
}

func encoded(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return data
}

// answer is what simulate says, as programs see it.
func answer(t testing.TB, p credit.Policy, input []byte) map[string]any {
	t.Helper()
	answers, _ := credit.Simulate(p, hongKong(t), false, input)
	var back map[string]any
	require.NoError(t, json.Unmarshal(encoded(t, answers), &back))
	return back
}

func tables(t testing.TB) (all []simulated) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "credit", "simulate", "*.json"))
	require.NoError(t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.DisallowUnknownFields()
		var rows []simulated
		require.NoError(t, dec.Decode(&rows), file)
		all = append(all, rows...)
	}
	return all
}

func TestSimulate(t *testing.T) {
	p := shipped(t)
	rows := tables(t)
	require.GreaterOrEqual(t, len(rows), 60)
	for _, row := range rows {
		t.Run(row.Name, func(t *testing.T) {
			got := answer(t, p, encoded(t, row.with(t)))
			if fault, malformed := row.Want["error"].(map[string]any); malformed {
				said, _ := got["error"].(map[string]any)
				assert.Equal(t, fault["field"], said["field"], "%v", got)
				assert.NotEmpty(t, said["what"])
				return
			}
			for field, want := range row.Want {
				assert.Equal(t, want, got[field], "%s of %v", field, got)
			}
			for _, says := range row.Says {
				assert.Contains(t, string(encoded(t, got["explanation"])), says)
			}
		})
	}
}

func TestAListOfCasesIsAListOfAnswersAndAMalformedOneStandsInItsPlace(t *testing.T) {
	good := string(encoded(t, baseCase(t)))
	answers, malformed := credit.Simulate(shipped(t), hongKong(t), false, []byte("\ufeff["+good+`, {"as_of": "x"}, 7, `+good+"]\n"))
	assert.Equal(t, 2, malformed)
	list := answers.([]any)
	require.Len(t, list, 4)
	assert.Equal(t, "released", list[0].(credit.Answer).Decision)
	assert.Equal(t, "account", list[1].(credit.Malformed).Error.Field)
	assert.Equal(t, "$", list[2].(credit.Malformed).Error.Field)
	assert.Equal(t, list[0], list[3])
	answers, malformed = credit.Simulate(shipped(t), hongKong(t), false, []byte("[]"))
	assert.Equal(t, "[]", string(encoded(t, answers)))
	assert.Zero(t, malformed)
}

func TestWhatIsNoJSONIsSaidWithItsLine(t *testing.T) {
	for input, says := range map[string]string{"": "no JSON", "{\n\"as_of\": }": "line 2", "{} {}": "line 1", "[{}": "no JSON",
		`{"as_of": "2026-11-21", "as_of": "2026-11-22"}`: "twice", strings.Repeat(`{"a":`, 20) + "1" + strings.Repeat("}", 20): "nested"} {
		answers, malformed := credit.Simulate(shipped(t), hongKong(t), false, []byte(input))
		assert.Equal(t, 1, malformed, input)
		assert.Contains(t, string(encoded(t, answers)), says, input)
	}
}

func TestAnswersHaveTheFieldsOfTheContractInItsOrder(t *testing.T) {
	answers, _ := credit.Simulate(shipped(t), hongKong(t), false, encoded(t, baseCase(t)))
	text := string(encoded(t, answers))
	at := -1
	for _, field := range []string{"decision", "reasons", "exposure", "limit", "available", "order_in_account_currency", "utilisation_percent", "status",
		"signoff", "sign_off_amount_cny", "release_needs", "oldest_days_overdue", "buckets", "current", "1-30", "31-60", "61-90", "91+", "explanation"} {
		next := strings.Index(text, `"`+field+`":`)
		assert.Greater(t, next, at, field)
		at = next
	}
}

func TestTheExplanationIsSaidInChineseWithTheSameFigures(t *testing.T) {
	for _, row := range tables(t) {
		f, fault := credit.ReadFacts(encoded(t, row.with(t)), hongKong(t))
		if fault != nil {
			continue
		}
		for _, line := range shipped(t).Decide(f).Explanation() {
			for _, said := range []string{line.English, line.Chinese} {
				assert.NotEmpty(t, said, row.Name)
				assert.NotContains(t, said, "%!", row.Name)
				assert.NotContains(t, said, "\n", row.Name)
			}
			assert.Equal(t, strings.Count(line.English, "HKD "), strings.Count(line.Chinese, "HKD "), "%s: %s", line.English, line.Chinese)
		}
	}
}

// Everything that may be drawn for a property.
func drawn(t *rapid.T) map[string]any {
	amount := func(label string, low, high int) string {
		return credit.CentsForTest(rapid.IntRange(low, high).Draw(t, label))
	}
	day := rapid.SampledFrom([]string{"2026-08-01", "2026-10-21", "2026-10-22", "2026-11-20", "2026-11-21", "2026-11-22", "2027-01-01"})
	var items, rates, waivers []any
	for range rapid.IntRange(0, 3).Draw(t, "items") {
		items = append(items, map[string]any{"due": day.Draw(t, "due"), "amount": amount("item", -1000, 1000), "disputed": rapid.Bool().Draw(t, "disputed")})
	}
	for i, date := range []string{"2026-11-21", "2026-11-18", "2026-11-16"} {
		if rapid.Bool().Draw(t, "rate") {
			rates = append(rates, map[string]any{"from": "USD", "to": "HKD", "date": date, "rate": []string{"7.8", "7.81", "7.79"}[i]})
		}
		if rapid.Bool().Draw(t, "waiver") {
			waivers = append(waivers, map[string]any{"rule": []string{"NEW_CUSTOMER_PREPAY", "OVERSEAS_NEEDS_LC", "TERMS_EXCEED_CLASS"}[i], "by": "wong", "until": day.Draw(t, "until")})
		}
	}
	return map[string]any{
		"as_of": "2026-11-21",
		"account": map[string]any{"currency": "HKD", "base_limit": amount("limit", 0, 100_000), "no_check": rapid.IntRange(0, 9).Draw(t, "no_check") == 0,
			"stopped": rapid.IntRange(0, 9).Draw(t, "stopped") == 0, "class": rapid.SampledFrom([]string{"A", "B", "C", ""}).Draw(t, "class"),
			"overseas": rapid.Bool().Draw(t, "overseas"), "first_order_on": day.Draw(t, "first"), "order_count": rapid.IntRange(0, 12).Draw(t, "orders"),
			"waivers": waivers, "ar_as_of": rapid.SampledFrom([]string{"2026-11-21T08:00:00Z", "2026-11-18T08:00:00Z"}).Draw(t, "ar_as_of")},
		"exposure": map[string]any{"open_orders": amount("open", 0, 50_000), "receivables": amount("receivables", -10_000, 50_000), "unapplied_receipts": amount("unapplied", 0, 9_000)},
		"order": map[string]any{"currency": rapid.SampledFrom([]string{"HKD", "USD"}).Draw(t, "currency"), "gross": amount("gross", -100, 60_000), "prepaid": amount("prepaid", 0, 100),
			"terms": rapid.SampledFrom([]string{"PREPAY", "COD", "NET30", "NET60", "EOM30", "LC_SIGHT", "LC_USANCE90"}).Draw(t, "terms"), "planned_ship": "2026-12-01"},
		"open_items": items, "rates": rates,
	}
}

func decided(t *rapid.T, p credit.Policy, c map[string]any) credit.Decision {
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	f, fault := credit.ReadFacts(data, time.UTC)
	if fault != nil {
		t.Fatal(fault)
	}
	return p.Decide(f)
}

func TestMoreExposureNeverReleasesWhatWasHeld(t *testing.T) {
	p := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		before := decided(t, p, c)
		parts := c["exposure"].(map[string]any)
		parts["special_liabilities"] = credit.CentsForTest(rapid.IntRange(1, 100_000).Draw(t, "more"))
		after := decided(t, p, c)
		if !before.Released() && after.Released() {
			t.Fatalf("held before for %v, and released with %v more", before.Reasons(), parts["special_liabilities"])
		}
	})
}

func TestWhatFitsExactlyPassesAndACentMoreDoesNot(t *testing.T) {
	p := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		account, order := c["account"].(map[string]any), c["order"].(map[string]any)
		account["no_check"], order["currency"], order["terms"], order["prepaid"] = false, "HKD", "NET30", "0"
		left := decided(t, p, c).Available().Amount
		if left.Sign() <= 0 || account["base_limit"] == "0.00" {
			return
		}
		order["gross"] = left.Fixed(2)
		if decided(t, p, c).OverLimit() {
			t.Fatalf("%s are left, and %s do not fit", left, order["gross"])
		}
		order["gross"] = left.Add(credit.CentForTest).Fixed(2)
		if !decided(t, p, c).OverLimit() {
			t.Fatalf("%s are left, and %s fit", left, order["gross"])
		}
	})
}

func TestTheOrderOfListsDecidesNothing(t *testing.T) {
	p := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		c := drawn(t)
		before := encodedAnswer(t, p, c)
		mix := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		for _, list := range [][]any{c["open_items"].([]any), c["rates"].([]any), c["account"].(map[string]any)["waivers"].([]any)} {
			mix.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}
		if after := encodedAnswer(t, p, c); after != before {
			t.Fatalf("%s\nbecame\n%s", before, after)
		}
	})
}

func encodedAnswer(t *rapid.T, p credit.Policy, c map[string]any) string {
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	answers, _ := credit.Simulate(p, time.UTC, false, data)
	text, err := json.Marshal(answers)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func FuzzReadFacts(f *testing.F) {
	for _, row := range tables(f) {
		f.Add(encoded(f, row.with(f)))
	}
	f.Add([]byte(`[{"as_of":1e400}]`))
	p, zone := shipped(f), time.UTC
	f.Fuzz(func(t *testing.T, input []byte) {
		facts, fault := credit.ReadFacts(input, zone)
		if fault != nil {
			if fault.Field == "" || fault.What == "" {
				t.Fatalf("%q: a fault without a name: %+v", input, fault)
			}
			return
		}
		d := p.Decide(facts)
		if d.Released() != (len(d.Reasons()) == 0) || len(d.Explanation()) == 0 {
			t.Fatalf("%q: %v", input, d.Reasons())
		}
		answers, malformed := credit.Simulate(p, zone, true, input)
		if _, err := json.Marshal(answers); err != nil || malformed != 0 {
			t.Fatal(err, malformed)
		}
	})
}
