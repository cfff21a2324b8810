package main

import (
	"database/sql"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// crmShows is how credit stands as the simulated CRM shows it, by customer.
func crmShows(t *testing.T, dir string) map[string]map[string]any {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "world.db"))
	require.NoError(t, err)
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `SELECT id, body FROM standing`)
	require.NoError(t, err)
	defer rows.Close()
	all := map[string]map[string]any{}
	for rows.Next() {
		var id string
		var body []byte
		require.NoError(t, rows.Scan(&id, &body))
		var shown map[string]any
		require.NoError(t, json.Unmarshal(body, &shown))
		all[id] = shown
	}
	require.NoError(t, rows.Err())
	return all
}

func TestTheCRMShowsOfEveryCustomerWhatCreditStatusSays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "d")
	require.NotZero(t, runDemoIn(t, dir, "--no-documents").Orders.Held)
	var status struct {
		Accounts []accountView `json:"accounts"`
	}
	require.NoError(t, json.Unmarshal([]byte(again(t, dir, "credit", "status", "--json")), &status))
	accounts := map[string]accountView{}
	for _, a := range status.Accounts {
		accounts[a.Account] = a
	}
	shown, held, statuses := crmShows(t, dir), 0, map[any]int{}
	for customer, c := range shown {
		a, known := accounts[c["account"].(string)]
		require.True(t, known, customer)
		if c["status"] != "STOP" { // people in the CRM may have stopped the customer, and not the account
			assert.Equal(t, string(a.Status), c["status"], customer)
		}
		statuses[c["status"]]++
		if a.Available == nil {
			assert.Nil(t, c["available"], customer)
		} else {
			assert.InDelta(t, number(t, *a.Available), c["available"], 0, customer)
			assert.InDelta(t, number(t, *a.Limit), c["limit"], 0, customer)
		}
		assert.InDelta(t, number(t, a.Exposure), c["exposure"], 0, customer)
		if len(a.Held) > 0 {
			held++
		}
	}
	assert.Len(t, shown, len(accounts)+3, "several customers may share an account")
	assert.NotZero(t, held, "customers with orders on hold are told of, too")
	for _, s := range []string{"OK", "WATCH", "STOP", "NO_CHECK"} {
		assert.NotZero(t, statuses[s], s)
	}
}

func number(t *testing.T, text string) (n float64) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &n))
	return n
}
