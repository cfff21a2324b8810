package sqldb_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

// Their customers: what is written into them is one column, and none is made.
const (
	standing = `
CREATE TABLE CUSM (CU_NO VARCHAR(40) PRIMARY KEY, CU_NM VARCHAR(40) NOT NULL, CR_LMT DECIMAL(14,2));
INSERT INTO CUSM VALUES ('K1', 'Alpha', 10000), ('K2', 'Beta', 10000);`
	limits = `{table: CUSM, key: CU_NO, reference: CU_NO, stands: true}`
)

func TestARowThatStandsIsChangedAndOneThatDoesNotIsNotMade(t *testing.T) {
	e := newERP(t, standing)
	s := e.sink(t, limits)
	limit := func(customer string, revision int64, amount string) connectors.Entry {
		return entry(customer, revision, connectors.Record{"CU_NO": customer, "CR_LMT": num(amount)})
	}
	results, err := s.Write(ctxOf(t), []connectors.Entry{limit("K1", 1, "12000"), limit("K9", 1, "500")})
	require.NoError(t, err)
	require.Equal(t, connectors.Result{State: connectors.Applied, Reference: "K1"}, results[0])
	blamed(t, results[1].Err, connectors.Refused, "CUSM has no row for K9")
	put(t, s, limit("K1", 2, "11500"))
	require.Equal(t, connectors.Superseded, put(t, s, limit("K1", 1, "12000"))[0].State, "an older one never overwrites it")
	require.Equal(t, "K1 Alpha 11500 | K2 Beta 10000", e.text(t, "SELECT CU_NO, CU_NM, CAST(CR_LMT AS INTEGER) FROM CUSM ORDER BY 1"))
}

func TestRowsThatStandAreFoundByTheirReference(t *testing.T) {
	e := newERP(t, standing)
	for _, wrong := range []string{`{table: CUSM, key: CU_NO, stands: true}`, `{table: CUSM, key: CU_NO, reference: CU_NO, stands: true, number: {auto: true}}`} {
		_, faults := e.connect(t).Sink("limit_to_erp", section(t, wrong))
		require.Contains(t, faults.Error(), "rows that are there already are found by reference")
	}
}
