package sim

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// request puts a change request to the CRM over the network, and answers with the status.
func request(t *testing.T, w *World, base, key, body string) int {
	t.Helper()
	r, err := http.NewRequest(http.MethodPut, base+"/api/change_requests/"+url.PathEscape(key), strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("X-Api-Key", w.token)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	require.NoError(t, err)
	return response.StatusCode
}

func TestAChangeRequestIsKeptUnderItsKeyAsItStands(t *testing.T) {
	w := newWorld(t, Options{Orders: 20})
	w.Break(Calm)
	step(t, w)
	crm, err := w.Serve(context.Background(), "127.0.0.1:0")
	require.NoError(t, err)
	const key = "CO-000001/2/purchasing"
	require.Equal(t, 200, request(t, w, crm, key, `{"order":"CO-000001","state":"proposed","reason":"物料延期"}`))
	require.Equal(t, 200, request(t, w, crm, "CO-000001/2/生产计划", `{"order":"CO-000001","state":"proposed"}`))
	first, err := w.Requests()
	require.NoError(t, err)
	require.Len(t, first, 2)
	require.Equal(t, key, first[0].Key)
	require.True(t, w.Now().Equal(first[0].At))
	require.JSONEq(t, `{"order":"CO-000001","state":"proposed","reason":"物料延期"}`, string(first[0].Body))

	step(t, w)
	require.Equal(t, 200, request(t, w, crm, key, `{"order":"CO-000001","state":"proposed","reason":"物料延期"}`))
	same, err := w.Requests()
	require.NoError(t, err)
	require.Equal(t, first, same, "the same once more is nothing new")
	require.Equal(t, 200, request(t, w, crm, key, `{"order":"CO-000001","state":"withdrawn"}`))
	now, err := w.Requests()
	require.NoError(t, err)
	require.Len(t, now, 2)
	require.JSONEq(t, `{"order":"CO-000001","state":"withdrawn"}`, string(now[0].Body))
	require.True(t, w.Now().Equal(now[0].At))
}

func TestAChangeRequestMustNameAnOrderOfTheCRM(t *testing.T) {
	w := newWorld(t, Options{Orders: 20})
	w.Break(Calm)
	step(t, w)
	for body, want := range map[string]int{`{"order":"CO-999999"}`: 404, `{"state":"proposed"}`: 422, `["CO-000001"]`: 422, `{`: 422, ``: 422} {
		require.Equal(t, want, ask(w, "PUT", "/api/change_requests/CO-000001%2F1%2Fplanning", body).Code, body)
	}
	require.Equal(t, 404, ask(w, "PUT", "/api/change_requests/CO-000001/1/planning", `{"order":"CO-000001"}`).Code, "a key is one segment")
	w.Break(Weather{Down: true})
	require.Equal(t, 503, ask(w, "PUT", "/api/change_requests/CO-000001%2F1%2Fplanning", `{"order":"CO-000001"}`).Code)
	requests, err := w.Requests()
	require.NoError(t, err)
	require.Empty(t, requests)
}
