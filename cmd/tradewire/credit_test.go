package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asks runs tradewire credit and answers what it says.
func asks(t *testing.T, standard string, args ...string) (out, errOut string, code int) {
	t.Helper()
	var said, wrong bytes.Buffer
	a := &app{out: &said, err: &wrong, clock: &clock{}, in: strings.NewReader(standard)}
	code = a.execute(t.Context(), append([]string{"credit"}, args...))
	return said.String(), wrong.String(), code
}

func TestSimulateAnswersUnderTheShippedPolicy(t *testing.T) {
	dir := t.TempDir()
	var ignored bytes.Buffer
	require.Zero(t, (&app{out: &ignored, err: &ignored, clock: &clock{}}).execute(t.Context(), []string{"init", "--dir", filepath.Join(dir, "d")}))
	policy := filepath.Join(dir, "d", "policies", "credit.yaml")
	base := filepath.Join("..", "..", "testdata", "credit", "base.json")
	text, err := os.ReadFile(base)
	require.NoError(t, err)

	out, errOut, code := asks(t, "", "simulate", "--policy", policy, "--input", base)
	require.Equal(t, exitOK, code, errOut)
	var answer map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &answer))
	assert.Equal(t, "released", answer["decision"])
	assert.Equal(t, "47.00", answer["utilisation_percent"])

	held := strings.Replace(string(text), "265000.00", "265000.01", 1)
	out, _, code = asks(t, held, "simulate", "--policy", policy, "--input", "-", "--lang", "zh")
	assert.Equal(t, exitOK, code, "whatever is decided")
	assert.Contains(t, out, `"held"`)
	assert.Contains(t, out, "超出 HKD 0.01")

	out, errOut, code = asks(t, "["+held+`, {"as_of": "2026-11-21"}, `+string(text)+"]", "simulate", "--policy", policy, "--input", "-")
	assert.Equal(t, exitRuntime, code)
	assert.Empty(t, errOut, "the answer has said it")
	var answers []map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &answers))
	require.Len(t, answers, 3)
	assert.Equal(t, "held", answers[0]["decision"])
	assert.Equal(t, "account", answers[1]["error"].(map[string]any)["field"])
	assert.Equal(t, "released", answers[2]["decision"])
}

func TestADayEndsInTheTimeZoneOfTheCompanyThatThePolicyBelongsTo(t *testing.T) {
	dir := t.TempDir()
	var ignored bytes.Buffer
	require.Zero(t, (&app{out: &ignored, err: &ignored, clock: &clock{}}).execute(t.Context(), []string{"init", "--dir", filepath.Join(dir, "d")}))
	policy := filepath.Join(dir, "d", "policies", "credit.yaml")
	main := filepath.Join(dir, "d", "tradewire.yaml")
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "credit", "base.json"))
	require.NoError(t, err)
	input := strings.Replace(string(text), "2026-11-21T08:00:00Z", "2026-11-19T20:00:00Z", 1) // 44 h before midnight in Hong Kong, 52 h before that in London
	decision := func(args ...string) string {
		out, errOut, code := asks(t, input, append([]string{"simulate", "--policy", policy, "--input", "-"}, args...)...)
		require.Equal(t, exitOK, code, errOut)
		var answer map[string]any
		require.NoError(t, json.Unmarshal([]byte(out), &answer))
		return answer["decision"].(string)
	}
	assert.Equal(t, "released", decision())
	assert.Equal(t, "held", decision("--zone", "Europe/London"))
	body, err := os.ReadFile(main)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(main, bytes.Replace(body, []byte("time_zone: Asia/Hong_Kong"), []byte("time_zone: Europe/London"), 1), 0o600))
	assert.Equal(t, "held", decision())
	require.NoError(t, os.Remove(main))
	assert.Equal(t, "released", decision(), "a policy alone is that of the shipped set")
}

func TestSimulateRefusesAWrongCommandLineAndAWrongPolicy(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.yaml")
	require.NoError(t, os.WriteFile(bad, []byte("base_currency: HKD\nrates:\n  HKD: \"1\"\nnotice_above: 80%\nwatch_above: 70%\nrearm_below: 60%\nstale_after: 48h\noverdue_dayz: 3\nalert: finance\n"), 0o600))
	contradicts := filepath.Join(dir, "contradicts.yaml")
	require.NoError(t, os.WriteFile(contradicts, []byte("base_currency: HKD\nrates:\n  HKD: \"1\"\nnotice_above: 80%\nwatch_above: 90%\nrearm_below: 60%\nstale_after: 48h\nhorizon_days: -1\nalert: finance\n"), 0o600))
	good := filepath.Join("..", "..", "config", "starter", "policies", "credit.yaml")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no files":                 {[]string{}, "--policy"},
		"no facts":                 {[]string{"--policy", good}, "--input"},
		"no such facts":            {[]string{"--policy", good, "--input", filepath.Join(dir, "none.json")}, "read the facts"},
		"no such policy":           {[]string{"--policy", filepath.Join(dir, "none.yaml"), "--input", "-"}, "read the policy"},
		"a language nobody speaks": {[]string{"--policy", good, "--input", "-", "--lang", "fr"}, "write en or zh"},
		"a zone nobody lives in":   {[]string{"--policy", good, "--input", "-", "--zone", "Mars/Base"}, "Mars/Base"},
		"a key that nobody knows":  {[]string{"--policy", bad, "--input", "-"}, "bad.yaml:8:1 unknown-key"},
		"a contradiction":          {[]string{"--policy", contradicts, "--input", "-"}, "contradicts.yaml:8:15 bad-policy horizon_days is -1"},
	} {
		_, errOut, code := asks(t, "{}", append([]string{"simulate"}, c.args...)...)
		assert.Equal(t, exitConfig, code, name)
		assert.Contains(t, errOut, c.says, name)
	}
}

func TestStatusExplainAndAgeTellWhatIsKept(t *testing.T) {
	w := newWorkshop(t)
	s := scenario{Steps: []scenarioStep{{Orders: []map[string]any{
		{"id": "O1", "revision": 1, "customer": "K1", "terms": "NET30", "lines": []any{map[string]any{"no": 1, "sku": "P1", "qty": 100, "price": "10"}}},
		{"id": "O2", "revision": 1, "customer": "K1", "terms": "NET30", "lines": []any{map[string]any{"no": 1, "sku": "P1", "qty": 1000000, "price": "10"}}},
	}, Buckets: map[string]int{"released": 1, "held": 1}}}}
	s.play(w)

	table := w.mustRun("credit", "status")
	for _, says := range []string{"K1", "SO-O2", "OK"} {
		assert.Contains(t, table, says)
	}
	one := w.mustRun("credit", "status", "K1")
	assert.Contains(t, one, "less unapplied receipts")
	var status struct {
		Accounts []accountView `json:"accounts"`
	}
	require.NoError(t, json.Unmarshal([]byte(w.mustRun("credit", "status", "K1", "--json")), &status))
	require.Len(t, status.Accounts, 1)
	assert.Equal(t, []string{"SO-O2"}, status.Accounts[0].Held)
	assert.NotNil(t, status.Accounts[0].Available)

	why := w.mustRun("credit", "explain", "SO-O2")
	for _, says := range []string{"held, LIMIT_EXCEEDED: exposure", "too much", "its release needs SALES_MANAGER, GENERAL_MANAGER", "SALES_MANAGER signs", "decision: held, for LIMIT_EXCEEDED"} {
		assert.Contains(t, why, says)
	}
	assert.Contains(t, w.mustRun("credit", "explain", "SO-O2", "--lang", "zh"), "决定：暂停")
	assert.Contains(t, w.mustRun("credit", "explain", "SO-O1"), "are reserved for what is not shipped")

	assert.Contains(t, w.mustRun("credit", "age", "K1"), "1-30")
	for _, nobody := range [][]string{{"credit", "status", "NOBODY"}, {"credit", "age", "NOBODY"}, {"credit", "explain", "NOBODY"}} {
		_, errOut, code := w.tradewire(nobody...)
		assert.Equal(t, exitRuntime, code)
		assert.Contains(t, errOut, "NOBODY")
	}
}
