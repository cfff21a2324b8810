package sim

import (
	"context"
	"database/sql"
	"fmt"
)

// office is what planning, purchasing and shipping have before them, and since when.
type office struct {
	answered int              // the last step whose answers were dropped
	orders   map[string]paper // by our key of the order: its latest revision
	sent     []paper          // despatches in the order of the ERP
}

// paper is one revision of an order, or one despatch of it.
type paper struct {
	order    string
	revision int64  // of the order; 0 on a despatch
	wanted   int    // the day on which the order is wanted
	id       int64  // the ERP's key of the despatch; 0 on an order
	despatch string // its number
	step     int    // in which it was found
}

// livePeople lets people read what came into the ERP since they looked last, and drop the answers whose time has come.
// What they found is noted before they answer it, and a file is written before that is noted: a step that is cut off
// gives the same answers again.
func (w *World) livePeople(ctx context.Context, n int) error {
	if w.office == nil {
		o, err := w.openOffice(ctx)
		if err != nil {
			return err
		}
		w.office = o
	}
	released, err := w.releasedOrders(ctx, n)
	if err != nil {
		return err
	}
	sent, err := w.newDespatches(ctx, n)
	if err != nil {
		return err
	}
	if err := w.find(ctx, n, released, sent); err != nil {
		return err
	}
	return w.answerPapers(ctx, n, released)
}

// answerPapers drops the answers that are due: to orders that are still released, and to despatches.
func (w *World) answerPapers(ctx context.Context, n int, released []paper) error {
	since := w.office.answered
	var due []reply
	answer := func(p paper, departments []department) {
		if p.step+longestPatience <= since {
			return
		}
		for i := range departments {
			if r, ok := w.story.replyOf(&departments[i], p); ok && r.step > since && r.step <= n {
				due = append(due, r)
			}
		}
	}
	for _, p := range released {
		answer(p, orderDepartments)
	}
	for i := len(w.office.sent) - 1; i >= 0 && w.office.sent[i].step+longestPatience > since; i-- {
		answer(w.office.sent[i], despatchDepartments)
	}
	if len(due) == 0 {
		return nil
	}
	if err := w.drop(answersDir, fmt.Sprintf("answers-%04d.csv", n), sheetOfReplies(due)); err != nil {
		return err
	}
	if _, err := w.state.ExecContext(ctx, `UPDATE world SET answers = ?`, n); err != nil {
		return err
	}
	w.office.answered = n
	return nil
}

// openOffice reads what people had before them when the world stopped.
func (w *World) openOffice(ctx context.Context) (*office, error) {
	o := &office{orders: map[string]paper{}}
	if err := w.state.QueryRowContext(ctx, `SELECT answers FROM world`).Scan(&o.answered); err != nil {
		return nil, err
	}
	rows, err := w.state.QueryContext(ctx, `SELECT ord, revision, id, despatch, step FROM papers ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p paper
		if err := rows.Scan(&p.order, &p.revision, &p.id, &p.despatch, &p.step); err != nil {
			return nil, err
		}
		o.put(p)
	}
	return o, rows.Err()
}

func (o *office) put(p paper) {
	if p.id == 0 {
		o.orders[p.order] = p
		return
	}
	o.sent = append(o.sent, p)
}

// releasedOrders are the orders that the ERP has released, with the step in which people found them as they are.
func (w *World) releasedOrders(ctx context.Context, n int) ([]paper, error) {
	rows, err := w.erp.QueryContext(ctx, `SELECT EXT_REF, COALESCE(EXT_REV, 0), REQ_DT FROM SOHD WHERE SO_STS = 1 AND EXT_REF IS NOT NULL`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	released := make([]paper, 0, len(w.office.orders))
	for rows.Next() {
		p := paper{step: n}
		if err := rows.Scan(&p.order, &p.revision, &p.wanted); err != nil {
			return nil, err
		}
		if before, ok := w.office.orders[p.order]; ok && before.revision == p.revision {
			p.step = before.step
		}
		released = append(released, p)
	}
	return released, rows.Err()
}

// newDespatches are the despatches that nobody has looked at yet.
func (w *World) newDespatches(ctx context.Context, n int) ([]paper, error) {
	var last int64
	if seen := len(w.office.sent); seen > 0 {
		last = w.office.sent[seen-1].id
	}
	rows, err := w.erp.QueryContext(ctx, `
SELECT d.DN_ID, d.DN_NO, h.EXT_REF
FROM DNHD d
JOIN SOHD h ON h.SO_NO = d.SO_NO
WHERE d.DN_ID > ? AND h.EXT_REF IS NOT NULL
ORDER BY d.DN_ID`, last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var sent []paper
	for rows.Next() {
		p := paper{step: n}
		if err := rows.Scan(&p.id, &p.despatch, &p.order); err != nil {
			return nil, err
		}
		sent = append(sent, p)
	}
	return sent, rows.Err()
}

// find notes what people found in this step.
func (w *World) find(ctx context.Context, n int, released, sent []paper) error {
	fresh := sent
	for _, p := range released {
		if before, ok := w.office.orders[p.order]; p.step == n && (!ok || before.revision != p.revision) {
			fresh = append(fresh, p)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	err := inTx(ctx, w.state, func(tx *sql.Tx) error {
		write, err := tx.Prepare(`INSERT OR REPLACE INTO papers (ord, id, revision, despatch, step) VALUES (?, ?, ?, ?, ?)`)
		if err != nil {
			return err
		}
		defer write.Close()
		for _, p := range fresh {
			if _, err := write.Exec(p.order, p.id, p.revision, p.despatch, p.step); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, p := range fresh {
		w.office.put(p)
	}
	return nil
}
