package sim

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestACustomerShowsHowItsCreditStandsAndKeepsItsRevision(t *testing.T) {
	w := newWorld(t, Options{Seed: 5})
	w.Break(Calm)
	before := ask(w, "GET", "/api/customers/C0001", "").Body.String()
	require.Equal(t, http.StatusNotFound, ask(w, "PUT", "/api/customers/NOBODY/credit", `{"status":"OK"}`).Code)
	require.Equal(t, http.StatusUnprocessableEntity, ask(w, "PUT", "/api/customers/C0001/credit", `[1]`).Code)
	require.JSONEq(t, before, ask(w, "GET", "/api/customers/C0001", "").Body.String())
	for _, status := range []string{"OK", "WATCH"} { // what is told last stands
		require.Equal(t, http.StatusOK, ask(w, "PUT", "/api/customers/C0001/credit", `{"status":"`+status+`"}`).Code)
	}
	var was, is map[string]any
	require.NoError(t, json.Unmarshal([]byte(before), &was))
	require.NoError(t, json.Unmarshal(ask(w, "GET", "/api/customers/C0001", "").Body.Bytes(), &is))
	require.Equal(t, map[string]any{"status": "WATCH"}, is["credit"])
	delete(is, "credit")
	require.Equal(t, was, is, "nothing else of it changes")
	require.NoError(t, w.load(), "it is kept")
	page := ask(w, "GET", "/api/customers?limit=3", "").Body.String()
	require.Equal(t, 1, strings.Count(page, `"credit":{"status":"WATCH"}`))
	require.True(t, json.Valid([]byte(page)))
}
