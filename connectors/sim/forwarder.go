package sim

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// voyage is a despatch for export that the forwarder has not told of.
type voyage struct {
	despatch, account string
	shipped           int
}

// liveForwarder drops a file with the voyages of the goods that left a day ago or earlier. The file is written before
// it is noted down: a step that is cut off writes the same file again.
func (w *World) liveForwarder(ctx context.Context, n int) error {
	today := w.story.now(n)
	told, err := w.toldVoyages(ctx)
	if err != nil {
		return err
	}
	var fresh []voyage
	rows, err := w.erp.QueryContext(ctx, `
SELECT d.DN_NO, h.CU_NO, d.SHP_DT
FROM DNHD d
JOIN SOHD h ON h.SO_NO = d.SO_NO
WHERE d.SHP_DT < ?
ORDER BY d.DN_ID`, dayNumber(today))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var v voyage
		if err := rows.Scan(&v.despatch, &v.account, &v.shipped); err != nil {
			return err
		}
		if !told[v.despatch] && w.story.channels[v.account] == "export" {
			fresh = append(fresh, v)
		}
	}
	if err := rows.Err(); err != nil || len(fresh) == 0 {
		return err
	}
	if err := w.drop(forwarderDir, fmt.Sprintf("voyages-%04d.csv", n), w.story.sheet(fresh)); err != nil {
		return err
	}
	return inTx(ctx, w.state, func(tx *sql.Tx) error {
		for _, v := range fresh {
			if _, err := tx.Exec(`INSERT INTO voyages (dn_no, step) VALUES (?, ?)`, v.despatch, n); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *World) toldVoyages(ctx context.Context) (map[string]bool, error) {
	rows, err := w.state.QueryContext(ctx, `SELECT dn_no FROM voyages`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	told := map[string]bool{}
	for rows.Next() {
		var no string
		if err := rows.Scan(&no); err != nil {
			return nil, err
		}
		told[no] = true
	}
	return told, rows.Err()
}

var (
	vessels    = []string{"Pearl Heron", "Kestrel Bay", "Astrid Lund", "Cape Serin", "Northern Wren"}
	forwarders = []string{"Halcyon Freight", "Blue Lantern Logistics"}
)

// sheet is the forwarder's file.
func (s *story) sheet(voyages []voyage) []byte {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	_ = out.Write([]string{"shipment_no", "forwarder", "bl_no", "vessel", "container", "etd", "eta"})
	for _, v := range voyages {
		r := line(s.opt.Seed, "voyage/"+v.despatch)
		etd := dayOf(v.shipped).AddDate(0, 0, int(between(r, 2, 5)))
		_ = out.Write([]string{
			v.despatch, pick(r, forwarders), fmt.Sprintf("HLC%09d", r.IntN(1_000_000_000)),
			fmt.Sprintf("%s V.%03d", pick(r, vessels), between(r, 1, 60)), container(fmt.Sprintf("TWRU%06d", r.IntN(1_000_000))),
			etd.Format(time.DateOnly), etd.AddDate(0, 0, int(between(r, 12, 34))).Format(time.DateOnly),
		})
	}
	out.Flush() // a buffer takes everything
	return b.Bytes()
}

// container adds the check digit of ISO 6346 to the first ten characters of a container number.
func container(ten string) string {
	sum := 0
	for i, c := range []byte(ten) {
		value := int(c - '0')
		if c >= 'A' {
			value = int(c-'A') + 10 + int(c-'A'+9)/10 // letters count on from ten and leave out the multiples of eleven
		}
		sum += value << i
	}
	return fmt.Sprintf("%s%d", ten, sum%11%10)
}

// drop writes a file into one of the world's folders so that it appears whole.
func (w *World) drop(folder, name string, body []byte) error {
	folder = filepath.Join(w.dir, folder)
	half := filepath.Join(folder, "."+name+".part")
	// #nosec G306 -- others fetch it
	if err := os.WriteFile(half, body, 0o644); err != nil {
		return err
	}
	return os.Rename(half, filepath.Join(folder, name))
}
