package store

import (
	"fmt"
	"testing"
	"time"

	"tradewire/mapping/document"
)

func TestThePastOfEveryDocumentIsReadInKeyOrderOldestFirstPageByPage(t *testing.T) {
	s := openStore(t)
	const orders = 2*pastPage + 1
	for revision := range int64(2) {
		if err := conclude(t, s, func(d *Desk) error {
			for i := range orders {
				if _, _, err := d.Put(&document.SalesOrder{ID: fmt.Sprintf("O%04d", i), SourceRevision: revision + 1}, 0, false); err != nil {
					return err
				}
			}
			_, _, err := d.Put(&document.Party{ID: "O0000"}, 0, false)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	read := func(since time.Time) (n int) {
		last := ""
		if err := s.EachPast(t.Context(), document.KindSalesOrder, since, func(key string, past []RevisionRow) error {
			if key <= last || len(past) != 2 || past[0].Revision != 1 || past[1].Document.(*document.SalesOrder).SourceRevision != 2 || past[1].DecidedAt.IsZero() {
				t.Fatalf("after %s comes %s with %+v", last, key, past)
			}
			n, last = n+1, key
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if all, none := read(time.Time{}), read(s.now().Add(time.Hour)); all != orders || none != 0 {
		t.Errorf("%d are read of %d, and %d that nothing was decided of since", all, orders, none)
	}
}
