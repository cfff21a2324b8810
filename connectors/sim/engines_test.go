package sim

import (
	"context"
	"database/sql"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
)

func TestMain(m *testing.M) { os.Exit(services.OnBothEngines(m)) }

// emptyERP is where the ERP of a new world may lie, in the database that the tests run on now.
func emptyERP(t testing.TB) ERP {
	if services.Engine() == services.SQLite {
		return ERP{}
	}
	return placeOf(services.NewDatabase(t))
}

func placeOf(d *services.Database) ERP {
	return ERP{Place: "mysql:" + d.Plain, Password: func() (string, error) { return d.Secret, nil }}
}

// relay carries what a step changed in the CRM into the ERP, as another program would: new orders, of which some are held
// for a day, amendments and cancellations.
func relay(t testing.TB, w *World, step int) {
	t.Helper()
	accounts, items := map[string]*client{}, map[string]item{}
	for _, c := range w.story.clients {
		accounts[c.ID] = c
	}
	for _, i := range w.story.items {
		items[i.Code] = i
	}
	today := dayNumber(w.story.now(step))
	var heads, lines [][]any
	var amended []Order
	for _, c := range w.story.changes[step] {
		var o Order
		if c.kind != "order" || c.fault != "" || json.Unmarshal(c.body, &o) != nil {
			continue
		}
		if o.Revision > 1 {
			amended = append(amended, o)
			continue
		}
		state := 1
		if strings.HasSuffix(o.ID, "7") {
			state = 5
		}
		tax := fixed(taxOf(100_00, o.TaxPercent), moneyPlaces)
		heads = append(heads, []any{
			o.ID[3:], accounts[o.Customer].account.No, o.ID, o.Number, 1, o.CustomerPO, today, 20260330, currencies[o.Currency], o.Terms,
			"100.00", tax, "100.00", state, o.Remarks, today,
		})
		for _, l := range o.Lines {
			i := items[l.SKU]
			lines = append(lines, []any{o.ID[3:], l.No, i.No, string(l.Qty), i.Unit, l.Price, "1.00", 20260330})
		}
	}
	require.NoError(t, w.erp.inTx(context.Background(), func(tx *sql.Tx) error {
		if err := insertOrders(tx, heads, lines); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE SOHD SET SO_STS = 1 WHERE SO_STS = 5 AND ORD_DT < ?`, today); err != nil {
			return err
		}
		for _, o := range amended {
			if err := amend(tx, o); err != nil {
				return err
			}
		}
		return nil
	}))
}

func amend(tx *sql.Tx, o Order) error {
	if o.Status == "cancelled" {
		_, err := tx.Exec(`UPDATE SOHD SET SO_STS = 9 WHERE EXT_REF = ?`, o.ID)
		return err
	}
	if _, err := tx.Exec(`UPDATE SOHD SET EXT_REV = ? WHERE EXT_REF = ?`, o.Revision, o.ID); err != nil {
		return err
	}
	for _, l := range o.Lines { // what has left cannot be taken back
		_, err := tx.Exec(`UPDATE SOLN SET QTY = CAST(? AS DECIMAL(12,3)) WHERE SO_NO = ? AND LN_NO = ? AND SHP_QTY <= CAST(? AS DECIMAL(12,3))`,
			string(l.Qty), o.ID[3:], l.No, string(l.Qty))
		if err != nil {
			return err
		}
	}
	return nil
}

func TestTheStoryIsTheSameWhereverTheERPLies(t *testing.T) {
	opt := Options{Seed: 12, Orders: 150}
	here := newWorld(t, opt)
	file := makeWorld(t, opt)
	for _, w := range []*World{here, file} {
		// Keys are compared as they are written: these are two orders.
		keyIn(t, w, "SO-a", "Case", accountOf(w, "domestic").No, 1, "0.001", "999999999.999")
		keyIn(t, w, "SO-A", "case", accountOf(w, "export").No, 1, "12.5", "0.1", "0.2")
		for n := 1; n <= steps; n++ {
			step(t, w)
			relay(t, w, n)
		}
		live(t, w)
	}
	for table, least := range map[string]int{"CUSM": 150, "ITMM": 60, "SOHD": 140, "SOLN": 300, "PRRP": 150, "DNHD": 100, "DNLN": 300, "ARIT": 150, "CNTR": 3} {
		rows := func(w *World) []string {
			return strings.Split(strings.TrimSpace(dump(t, w, `SELECT * FROM `+table+` ORDER BY 1, 2`, true)), "\n")
		}
		require.Equal(t, rows(file), rows(here), table)
		require.GreaterOrEqual(t, len(rows(here)), least, table)
	}
	for _, state := range []string{"1", "9"} {
		require.Positive(t, countOf(t, here, `SELECT COUNT(*) FROM SOHD WHERE SO_STS = `+state))
	}
	require.Equal(t, 2, countOf(t, here, `SELECT COUNT(DISTINCT SO_NO) FROM DNHD WHERE SO_NO IN ('SO-a', 'SO-A')`))
	require.Equal(t, digest(t, file), digest(t, here), "what is in the files and what people found is the same too")
}

// otherProgram has orders of the ERP cancelled in a transaction that is not over.
func otherProgram(t *testing.T, d *services.Database) *sql.Tx {
	t.Helper()
	tx, err := d.DB.Begin()
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback() })
	_, err = tx.Exec(`UPDATE SOHD SET SO_STS = 9`)
	require.NoError(t, err)
	return tx
}

func TestTheClerksBeginAgainWhenTheyGotInAnothersWay(t *testing.T) {
	d := services.NewDatabase(t)
	w := makeWorld(t, Options{Seed: 1, Orders: 20, ERP: placeOf(d)})
	keyInMany(t, w, 30)
	require.NoError(t, w.liveERP(context.Background(), 2))
	other := otherProgram(t, d)
	clerks := make(chan error, 1)
	go func() { clerks <- w.liveERP(context.Background(), 30) }()
	require.Eventually(t, func() bool {
		var waiting bool
		err := d.DB.QueryRow(`
SELECT EXISTS (
  SELECT 1
  FROM information_schema.innodb_trx x
  JOIN information_schema.processlist p ON p.id = x.trx_mysql_thread_id
  WHERE x.trx_state = 'LOCK WAIT' AND p.db = DATABASE())`).Scan(&waiting)
		return err == nil && waiting
	}, 20*time.Second, 150*time.Millisecond) // the server looks again after a tenth of a second
	var step int
	require.NoError(t, other.QueryRow(`SELECT NXT_NO FROM CNTR WHERE CNT_CD = 'DP' FOR UPDATE`).Scan(&step), "the clerks, who have done less, are rolled back")
	require.Equal(t, 2, step)
	require.NoError(t, other.Commit())
	require.NoError(t, <-clerks)
	require.Equal(t, 30, countOf(t, w, `SELECT NXT_NO FROM CNTR WHERE CNT_CD = 'DP'`))
	require.Zero(t, countOf(t, w, `SELECT COUNT(*) FROM DNHD`), "nothing is shipped that was cancelled before it was loaded")
	require.Zero(t, countOf(t, w, `SELECT COUNT(*) FROM PRRP`))
}

func TestAStepThatFindsTheERPLockedForGoodEndsInWordsAndIsTakenUpAgain(t *testing.T) {
	d := services.NewDatabase(t)
	var version string
	require.NoError(t, d.DB.QueryRow(`SELECT VERSION()`).Scan(&version))
	impatient := d.Config.Clone()
	impatient.Passwd, impatient.Params = "", map[string]string{"innodb_lock_wait_timeout": "1"}
	if strings.Contains(version, "MariaDB") {
		impatient.Params["innodb_lock_wait_timeout"] = "0" // MySQL waits for a second at least
	}
	place := placeOf(d)
	place.Place = "mysql:" + impatient.FormatDSN()
	w := makeWorld(t, Options{Seed: 1, Orders: 20, ERP: place})
	keyInMany(t, w, 30)
	step(t, w)
	step(t, w)
	other := otherProgram(t, d)
	_, err := w.Step(context.Background())
	require.Equal(t, connectors.Unavailable, connectors.KindOf(err))
	require.ErrorContains(t, err, "live step 3: erp: the world's erp: ")
	require.ErrorContains(t, err, "another program holds these rows locked")
	require.NoError(t, other.Rollback())
	live(t, w)
	require.Positive(t, countOf(t, w, `SELECT COUNT(*) FROM DNHD`))
}

func BenchmarkTheClerksOfFiveThousandOrders(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		w, err := New(Options{Dir: b.TempDir(), Seed: 1, Orders: 5000, ERP: emptyERP(b)})
		require.NoError(b, err)
		for n := 1; n <= steps; n++ {
			b.StartTimer()
			require.NoError(b, w.liveERP(context.Background(), n))
			b.StopTimer()
			relay(b, w, n)
		}
		require.NoError(b, w.Close())
		b.StartTimer()
	}
}
