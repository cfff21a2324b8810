package sim

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCustomersSayHowTheyWantTheirGoods(t *testing.T) {
	w := newWorld(t, Options{Seed: 2, Orders: 20})
	said := map[string]int{}
	for _, c := range w.story.clients {
		for what, text := range map[string]string{"email": c.Email, "side marks": c.SideMarks, "window": c.Window, "requirements": c.Requirements} {
			if text != "" {
				said[c.Channel+" "+what]++
			}
		}
		if c.Email != "" {
			_, domain, _ := strings.Cut(c.Email, "@")
			require.True(t, domain == "example.net" || strings.HasSuffix(domain, ".example.com"), c.Email)
		}
		if c.Channel != "export" {
			require.Empty(t, c.Port+c.Marks+c.SideMarks, c.ID)
			continue
		}
		locode, port, _ := strings.Cut(c.Port, " ")
		require.Len(t, locode, 5)
		require.Contains(t, c.Marks, "\n{po}\n"+strings.ToUpper(port)+"\nC/NO. {carton}\n", "the marks name the port")
	}
	for _, what := range []string{"export email", "export side marks", "transfer email", "transfer window", "transfer requirements", "domestic window", "domestic requirements"} {
		require.Greater(t, said[what], 8, what)
		require.Less(t, said[what], 45, what)
	}
	require.Zero(t, said["export window"]+said["export requirements"])
}

func TestEveryItemHasItsLineInTheCustomsHandbook(t *testing.T) {
	w := newWorld(t, Options{Orders: 20})
	require.Equal(t, "60 60\n", dump(t, w, `SELECT COUNT(*), COUNT(DISTINCT HB_NO) FROM ITMM`, true))
}

func TestSomeOrdersArePromisedForALaterDayThanWasWanted(t *testing.T) {
	w := newWorld(t, Options{Seed: 2})
	promised, later, lines := 0, 0, 0
	for step := range w.story.changes {
		for _, c := range w.story.changes[step] {
			var o Order
			if c.kind != "order" || json.Unmarshal(c.body, &o) != nil || o.PromisedOn == "" {
				continue
			}
			promised++
			require.GreaterOrEqual(t, o.PromisedOn, o.RequestedOn)
			if o.PromisedOn > o.RequestedOn {
				later++
			}
			for _, l := range o.Lines {
				require.Equal(t, l.RequiredOn != "", l.PromisedOn != "", "a line that is wanted on another day is promised for another")
				require.GreaterOrEqual(t, l.PromisedOn, l.RequiredOn)
				if l.PromisedOn != "" {
					lines++
				}
			}
		}
	}
	require.InDelta(t, 50, promised, 30)
	require.Positive(t, later)
	require.Positive(t, lines)
}
