package sim

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// keyed is an order as another program writes it into the ERP.
type keyed struct {
	so, ref, account string
	state            int
	ordered          int // the day; the second of March when zero
	quantities       []string
}

// keyInAll writes orders into the ERP in one transaction.
func keyInAll(t testing.TB, w *World, orders []keyed) {
	t.Helper()
	currencies := map[string]string{}
	for _, a := range w.story.accounts {
		currencies[a.No] = a.Currency
	}
	var heads, lines [][]any
	for _, o := range orders {
		heads = append(heads, []any{
			o.so, o.account, o.ref, "CO26-1", 1, "PO", cmp.Or(o.ordered, 20260302), 20260330, currencies[o.account], "NET30",
			"100.00", "13.00", "113.00", o.state, "", 20260302,
		})
		for n, quantity := range o.quantities {
			lines = append(lines, []any{o.so, n + 1, "100100", quantity, "PCS", "1.2345", "1.00", 20260330})
		}
	}
	require.NoError(t, w.erp.inTx(context.Background(), func(tx *sql.Tx) error { return insertOrders(tx, heads, lines) }))
}

func insertOrders(tx *sql.Tx, heads, lines [][]any) error {
	err := insert(tx, `SOHD (SO_NO, CU_NO, EXT_REF, CRM_NO, EXT_REV, PO_NO, ORD_DT, REQ_DT, CUR_CD, PAY_TRM, NET_AMT, TAX_AMT, TOT_AMT, SO_STS, RMK, CRT_DT)`, heads)
	if err != nil {
		return err
	}
	return insert(tx, `SOLN (SO_NO, LN_NO, IT_NO, QTY, UOM, UPRC, LN_AMT, REQ_DT)`, lines)
}

func keyIn(t *testing.T, w *World, so, ref, account string, state int, quantities ...string) {
	t.Helper()
	keyInAll(t, w, []keyed{{so: so, ref: ref, account: account, state: state, quantities: quantities}})
}

// accountOf is an account of a channel that nobody changes by hand.
func accountOf(w *World, channel string) *account {
	for _, a := range w.story.accounts {
		if a.Role == noCheck || a.Role != healthy || a.Channel != channel {
			continue
		}
		return a
	}
	return nil
}

func TestTheERPShipsReleasedOrdersAndNoOthers(t *testing.T) {
	w := newWorld(t, Options{Seed: 1, Orders: 20})
	account := accountOf(w, "domestic").No
	keyIn(t, w, "SO1", "CO-A", account, 1, "1000", "250.5")
	keyIn(t, w, "SO2", "CO-E", account, 1, "7")
	keyIn(t, w, "SO3", "CO-F", account, 1, "7")
	keyIn(t, w, "SO5", "CO-B", account, 5, "1000")
	keyIn(t, w, "SO8", "CO-C", account, 8, "1000")
	keyIn(t, w, "SO9", "CO-D", account, 9, "1000")
	live(t, w)
	require.NotEmpty(t, dump(t, w, `SELECT DN_NO FROM DNHD WHERE SO_NO < 'SO4'`, true))
	require.Empty(t, dump(t, w, `SELECT DN_NO FROM DNHD WHERE SO_NO > 'SO4'`, true))
	require.Empty(t, dump(t, w, `SELECT SO_NO FROM SOLN WHERE SO_NO > 'SO4' AND SHP_QTY <> 0`, true))
}

func TestWhatWasDespatchedIsWhatTheLinesSay(t *testing.T) {
	w := newWorld(t, Options{Seed: 1, Orders: 20})
	for n := range 15 {
		keyIn(t, w, "S"+strconv.Itoa(n), "X"+strconv.Itoa(n), accountOf(w, []string{"export", "transfer", "domestic"}[n%3]).No, 1, "1000", "250.5", "3")
	}
	live(t, w)
	require.Empty(t, dump(t, w, `
SELECT l.SO_NO, l.LN_NO, l.SHP_QTY
FROM SOLN l
LEFT JOIN (SELECT h.SO_NO, n.SO_LN, SUM(n.QTY) AS QTY FROM DNLN n JOIN DNHD h ON h.DN_NO = n.DN_NO GROUP BY 1, 2) d
  ON d.SO_NO = l.SO_NO AND d.SO_LN = l.LN_NO
WHERE ROUND(l.SHP_QTY, 3) <> ROUND(COALESCE(d.QTY, 0), 3) OR l.SHP_QTY > l.QTY`, true))
	require.Empty(t, dump(t, w, `SELECT DN_NO FROM DNLN WHERE QTY <= 0`, true))
	parts, err := strconv.Atoi(strings.TrimSpace(dump(t, w, `SELECT COUNT(*) FROM (SELECT SO_NO FROM DNHD GROUP BY SO_NO HAVING COUNT(*) > 1) x`, true)))
	require.NoError(t, err)
	require.Positive(t, parts, "some are shipped in parts")
}

func TestDespatchesBecomeReceivablesAndArePaid(t *testing.T) {
	w := newWorld(t, Options{Seed: 1, Orders: 20})
	account := accountOf(w, "domestic")
	for n := range 25 {
		keyIn(t, w, "S"+strconv.Itoa(n), "X"+strconv.Itoa(n), account.No, 1, "1000")
	}
	live(t, w)
	require.Empty(t, dump(t, w, `
SELECT a.DOC_NO, a.DOC_AMT
FROM ARIT a
JOIN DNLN n ON n.DN_NO = a.DN_NO
WHERE ABS(a.DOC_AMT - ROUND(n.QTY * 1.2345 * 1.13, 2)) > 0.011 OR a.CU_NO <> '`+account.No+`'`, true))
	count := func(where string) int {
		n, err := strconv.Atoi(strings.TrimSpace(dump(t, w, `SELECT COUNT(*) FROM ARIT WHERE DN_NO IS NOT NULL `+where, true)))
		require.NoError(t, err)
		return n
	}
	require.Greater(t, count(""), 20)
	require.Positive(t, count("AND OPN_AMT = 0"), "some have paid")
	require.Positive(t, count("AND OPN_AMT = DOC_AMT"), "some have not")
	require.Zero(t, count("AND OPN_AMT <> 0 AND OPN_AMT <> DOC_AMT"))
}

func TestTheForwarderTellsOnceOfEveryExportDespatchAndOfNoOther(t *testing.T) {
	w := newWorld(t, Options{Seed: 1, Orders: 20})
	for n := range 12 {
		keyIn(t, w, "E"+strconv.Itoa(n), "E"+strconv.Itoa(n), accountOf(w, "export").No, 1, "1000")
		keyIn(t, w, "T"+strconv.Itoa(n), "T"+strconv.Itoa(n), accountOf(w, "transfer").No, 1, "1000")
	}
	live(t, w)
	files, err := filepath.Glob(filepath.Join(w.dir, forwarderDir, "*.csv"))
	require.NoError(t, err)
	require.Greater(t, len(files), 1)
	told := map[string]bool{}
	for _, file := range files {
		f, err := os.Open(file)
		require.NoError(t, err)
		rows, err := csv.NewReader(f).ReadAll()
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.Equal(t, []string{"shipment_no", "forwarder", "bl_no", "vessel", "container", "etd", "eta"}, rows[0])
		for _, row := range rows[1:] {
			require.False(t, told[row[0]])
			told[row[0]] = true
			require.Contains(t, dump(t, w, `SELECT SO_NO FROM DNHD WHERE DN_NO = '`+row[0]+`'`, true), "E")
			etd, err := time.Parse(time.DateOnly, row[5])
			require.NoError(t, err)
			eta, err := time.Parse(time.DateOnly, row[6])
			require.NoError(t, err)
			require.True(t, eta.After(etd))
		}
	}
	require.Greater(t, len(told), 8)
}

func TestContainerNumbersEndWithTheirCheckDigit(t *testing.T) {
	require.Equal(t, "CSQU3054383", container("CSQU305438"))
	require.Equal(t, "CBHU3202732", container("CBHU320273"))
	require.Equal(t, "TGHU0000040", container("TGHU000004"))
}

func TestPeopleInTheERPChangeLimitsAndHolds(t *testing.T) {
	w := newWorld(t, Options{Seed: 1, Orders: 100})
	master := func() string { return dump(t, w, `SELECT CU_NO, CU_STS, CR_LMT FROM CUSM ORDER BY CU_NO`, true) }
	before := master()
	changes := 0
	for more := true; more; {
		var err error
		more, err = w.Step(context.Background())
		require.NoError(t, err)
		if now := master(); now != before {
			changes, before = changes+1, now
		}
	}
	require.GreaterOrEqual(t, changes, 7)
}

func TestTheMasterDataShowsEveryKindOfAccount(t *testing.T) {
	for seed := range uint64(2) {
		w := newWorld(t, Options{Seed: seed, Orders: 20})
		classes := map[string]int{}
		for _, c := range w.story.clients {
			classes[c.Class]++
			require.Equal(t, c.Channel == "transfer", c.Handbook != "", c.ID)
			require.NotEmpty(t, c.Name+c.NameCN)
		}
		require.Equal(t, map[string]int{"A": 18, "B": 51, "C": 91}, classes)
		require.Len(t, w.story.items, 60)
		for _, where := range []string{"CR_LMT IS NULL", "CR_LMT = 0", "CU_STS = 9", "CU_STS = 7", "CUR_CD = 'USD'", "CUR_CD = 'HKD'", "CUR_CD = 'CNY'"} {
			require.NotEmpty(t, dump(t, w, `SELECT CU_NO FROM CUSM WHERE `+where, true), where)
		}
		var late, owing, all int
		require.NoError(t, w.erp.QueryRow(`SELECT COUNT(DISTINCT CU_NO) FROM ARIT WHERE DUE_DT < 20260130`).Scan(&late))
		require.NoError(t, w.erp.QueryRow(`SELECT COUNT(DISTINCT CU_NO) FROM ARIT`).Scan(&owing))
		require.NoError(t, w.erp.QueryRow(`SELECT COUNT(*) FROM CUSM`).Scan(&all))
		require.Equal(t, 2, late, "overdue for more than 30 days")
		require.InDelta(t, all/3, owing, 20)
	}
}

func TestAmountsAreExact(t *testing.T) {
	require.Equal(t, "12.50", fixed(1250, 2))
	require.Equal(t, "-0.05", fixed(-5, 2))
	require.Equal(t, "152.5", plain(152500, 3))
	require.Equal(t, "0", plain(0, 3))
	require.Equal(t, "300", plain(300000, 3))
	for text, want := range map[string]int64{"12.5": 12500, "12": 12000, "12.0000": 12000, "0.118": 118} {
		got, err := parse(text, 3)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "1.2345", "1e3", "x"} {
		_, err := parse(text, 3)
		require.Error(t, err, text)
	}
	require.Equal(t, int64(125), amountOf(1_000, 12_450), "1 x 1.245 is 1.25")
	require.Equal(t, int64(1300), taxOf(9999, 13))
	require.Equal(t, int64(78000), convert(10000, "USD", "HKD"))
}
