package store

import (
	"fmt"
	"testing"
	"time"

	"tradewire/connectors"
	"tradewire/mapping/document"
)

// decideOrder puts a revision of an order and makes it due.
func decideOrder(t *testing.T, s *Store, id, remarks string) {
	t.Helper()
	if err := conclude(t, s, func(d *Desk) error {
		revision, _, err := d.Put(&document.SalesOrder{ID: id, Remarks: remarks}, 0, false)
		if err != nil {
			return err
		}
		d.Due("erp", document.Ref{Kind: document.KindSalesOrder, Key: id}, revision)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// settleDue settles the one delivery that is due.
func settleDue(t *testing.T, s *Store, as Settlement) {
	t.Helper()
	due, err := s.DueNow(t.Context(), "erp", 10)
	if err != nil || len(due) != 1 {
		t.Fatalf("%d due (%v), want one", len(due), err)
	}
	as.Delivery = due[0]
	if err := s.Settle(t.Context(), Lease{}, "p", []Settlement{as}); err != nil {
		t.Fatal(err)
	}
}

func TestAReferenceThatACrashKeptFromUsComesInWithTheSecondWriting(t *testing.T) {
	s := openStore(t)
	decideOrder(t, s, "O1", "a")
	// The first writing was committed there and never settled here: the second one hears "unchanged".
	settleDue(t, s, Settlement{State: "unchanged", Hash: "h", Reference: "SO000001"})
	counts, err := s.Counts(t.Context())
	if err != nil || counts.Changes[document.KindOutcome]["waiting"] != 1 {
		t.Errorf("%v (%v): the number in the ERP must come in as news", counts.Changes, err)
	}
	var delivered int
	if err := s.read.Get(&delivered, `SELECT COUNT(*) FROM audit WHERE action = 'delivered to erp'`); err != nil || delivered != 1 {
		t.Errorf("%d deliveries in the audit log (%v), want 1", delivered, err)
	}
}

func TestARefusedRevisionIsNotRetriedOnceALaterOneIsDue(t *testing.T) {
	s := openStore(t)
	decideOrder(t, s, "O1", "a")
	settleDue(t, s, Settlement{State: "applied", Hash: "ha", Reference: "SO1"})
	decideOrder(t, s, "O1", "b")
	settleDue(t, s, Settlement{State: "dead", Reason: "too long", Spent: true})
	decideOrder(t, s, "O1", "a again")
	settleDue(t, s, Settlement{State: "unchanged", Hash: "ha"}) // the mapping knows no remarks
	if letters, err := s.Letters(t.Context()); err != nil || len(letters) != 0 {
		t.Errorf("%+v (%v): a retry would write revision 2 over revision 3", letters, err)
	}
	counts, err := s.Counts(t.Context())
	if want := "map[applied:1 superseded:1 unchanged:1]"; err != nil || fmt.Sprint(counts.Deliveries["erp"]) != want {
		t.Errorf("%v (%v), want %s", counts.Deliveries["erp"], err, want)
	}
}

func TestARetriedDeliveryIsDueWhateverClockTheRetrierHas(t *testing.T) {
	s := openStore(t)
	decideOrder(t, s, "O1", "a")
	settleDue(t, s, Settlement{State: "dead", Reason: "too long", Spent: true})
	letters, err := s.Letters(t.Context())
	if err != nil || len(letters) != 1 {
		t.Fatal(letters, err)
	}
	world := s.now
	s.now = func() time.Time { return noon.AddDate(0, 8, 0) } // the real time, while the world is in March
	if err := s.Retry(t.Context(), letters[0].ID); err != nil {
		t.Fatal(err)
	}
	s.now = world
	if due, err := s.DueNow(t.Context(), "erp", 10); err != nil || len(due) != 1 {
		t.Errorf("%d due (%v), want the retried one", len(due), err)
	}
	if next, _, err := s.NextDue(t.Context(), "erp"); err != nil || next.IsZero() {
		t.Errorf("next due %s (%v)", next, err)
	}
}

func broken(key, raw string) connectors.Change {
	return connectors.Change{Key: key, Broken: &connectors.Broken{Raw: []byte(raw), Reason: "not a number"}}
}

func TestABrokenRecordOfASetIsOneLetterHoweverOftenItIsReadAndIsNotGone(t *testing.T) {
	s := openStore(t)
	accounts := Origin{Pipeline: "customers", Source: "erp_accounts", System: "erp", Kind: document.KindCreditAccount}
	good := connectors.Change{Key: "K1", Record: connectors.Record{"id": "K1"}}
	for round, bad := range []connectors.Change{
		{Key: "K2", Record: connectors.Record{"id": "K2"}}, broken("K2", `{"limit":"x"}`), broken("K2", `{"limit":"x"}`), broken("K2", `{"limit":"x"}`)} {
		changes := []connectors.Change{good, bad}
		batch := &connectors.Batch{Changes: changes, Set: fmt.Sprint("set ", round), End: true}
		if _, err := s.Take(t.Context(), accounts, changes, batch); err != nil {
			t.Fatal(err)
		}
	}
	if letters, err := s.Letters(t.Context()); err != nil || len(letters) != 1 {
		t.Errorf("%d letters (%v), want one", len(letters), err)
	}
	changes, err := s.ChangesOf(t.Context(), document.KindCreditAccount, "K2")
	if err != nil || len(changes) != 2 {
		t.Errorf("%+v (%v): want the good one and the broken one, and no removal", changes, err)
	}
}

func TestASourceThatIsReadHalfwayIsNotFresh(t *testing.T) {
	s := openStore(t)
	for _, c := range []struct {
		more bool
		want bool
	}{{true, false}, {false, true}, {true, true}} {
		if _, err := s.Take(t.Context(), orders, nil, &connectors.Batch{Next: "1", More: c.more}); err != nil {
			t.Fatal(err)
		}
		if err := conclude(t, s, func(d *Desk) error {
			at, err := d.ReadAt([]string{orders.Source})
			if at.IsZero() == c.want {
				t.Errorf("more %v: read at %s", c.more, at)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnOlderLetterIsAnsweredByALaterRecordThatSaysWhatIsInForce(t *testing.T) {
	s := openStore(t)
	from := Origin{Pipeline: "p", Source: "erp_items", System: "erp", Kind: document.KindItem}
	item := &document.Item{ID: "I1"}
	decide := func(say string, do func(d *Desk, w Work) error) {
		take(t, s, from, connectors.Change{Key: "I1", Record: connectors.Record{"name": say}})
		rows, err := s.ChangesOf(t.Context(), document.KindItem, "I1")
		if err != nil {
			t.Fatal(err)
		}
		work, err := s.Work(t.Context(), []int64{rows[len(rows)-1].ID})
		if err != nil || len(work) != 1 {
			t.Fatal(work, err)
		}
		if err := conclude(t, s, func(d *Desk) error { return do(d, work[0]) }); err != nil {
			t.Fatal(err)
		}
	}
	inForce := func(d *Desk, w Work) error {
		if _, err := d.TakeUp([]Work{w}); err != nil {
			return err
		}
		_, _, err := d.Put(item, w.ID, true)
		return err
	}
	decide("a", inForce)
	decide("b", func(d *Desk, w Work) error { return d.Refuse(w, "too long", "v1", nil) })
	decide("a", inForce) // as before: nothing moves, but what was refused is no longer so
	if letters, err := s.Letters(t.Context()); err != nil || len(letters) != 0 {
		t.Errorf("%+v (%v): a retry would bring back what is no longer true", letters, err)
	}
}

func TestTwoTargetsThatDrawOnePaperAtOnceKeepOneOfThem(t *testing.T) {
	s := openStore(t)
	ref := document.Ref{Kind: document.KindPaper, Key: "PL-1"}
	for _, body := range []string{"first", "second"} {
		if err := s.KeepPaper(t.Context(), ref, 1, []PaperFile{{Name: "PL-1.pdf", Format: "pdf", Body: []byte(body)}}); err != nil {
			t.Fatal(err)
		}
	}
	files, err := s.PaperFiles(t.Context(), ref, 1)
	if err != nil || len(files) != 1 || string(files["pdf"].Body) != "first" {
		t.Errorf("%+v (%v), want the first", files, err)
	}
}

func TestARecordThatStandsInASetTwiceIsOneLetterHoweverOftenItIsRead(t *testing.T) {
	s := openStore(t)
	accounts := Origin{Pipeline: "customers", Source: "erp_accounts", System: "erp", Kind: document.KindCreditAccount}
	changes := []connectors.Change{{Key: "K1", Record: connectors.Record{"id": "K1"}}, broken("K1", `{"id":"K1","limit":"5"}`)}
	for range 3 {
		if _, err := s.Take(t.Context(), accounts, changes, &connectors.Batch{Changes: changes, Set: "accounts", End: true}); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := s.ChangesOf(t.Context(), document.KindCreditAccount, "K1")
	if err != nil || len(rows) != 2 {
		t.Errorf("%+v (%v), want the first of the two, and one letter for the second", rows, err)
	}
}

func TestADocumentThatReturnsToWhatItWasIsWrittenWhenNobodyKnowsWhatCameBetween(t *testing.T) {
	s := openStore(t)
	decideOrder(t, s, "O1", "a")
	settleDue(t, s, Settlement{State: "applied", Hash: "ha", Reference: "SO1"})
	decideOrder(t, s, "O1", "b")
	if due, err := s.DueNow(t.Context(), "erp", 10); err != nil || len(due) != 1 || due[0].LastHash != "ha" {
		t.Fatalf("%+v (%v), want one that may be compared with what stands there", due, err)
	}
	// It is written, and a crash keeps it from being settled. Then the order is what it was at first.
	decideOrder(t, s, "O1", "a once more")
	due, err := s.DueNow(t.Context(), "erp", 10)
	if err != nil || len(due) != 1 || due[0].LastHash != "" || due[0].LastRef != "SO1" {
		t.Errorf("%+v (%v): b may stand there, so that nothing may be called unchanged", due, err)
	}
}

func TestWhatWaitsForADocumentIsTriedAgainWhenTheDocumentChanges(t *testing.T) {
	s := openStore(t)
	party := document.Ref{Kind: document.KindParty, Key: "C1"}
	if err := conclude(t, s, func(d *Desk) error { return put(d, &document.Party{ID: "C1"}) }); err != nil {
		t.Fatal(err)
	}
	take(t, s, orders, order("O1", "1", "a"))
	if err := conclude(t, s, func(d *Desk) error {
		return d.Refuse(Work{ID: 1, Source: "crm_orders", Kind: document.KindSalesOrder, Key: "O1"}, "its customer has no credit account", "v1", &party)
	}); err != nil {
		t.Fatal(err)
	}
	if err := conclude(t, s, func(d *Desk) error { return put(d, &document.Party{ID: "C1", Account: "K1"}) }); err != nil {
		t.Fatal(err)
	}
	if letters, err := s.Letters(t.Context()); err != nil || len(letters) != 0 {
		t.Errorf("%+v (%v): the customer has its account now", letters, err)
	}
}
