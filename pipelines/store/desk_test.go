package store

import (
	"errors"
	"fmt"
	"testing"

	"tradewire/connectors"
	"tradewire/mapping/document"
)

// conclude runs one decision over nothing but the desk, moving the queue by one message.
func conclude(t *testing.T, s *Store, decide func(d *Desk) error) error {
	t.Helper()
	if err := s.Publish(t.Context(), TopicChanges, Outgoing{Payload: []byte("0")}); err != nil {
		t.Fatal(err)
	}
	p, err := s.Claim(t.Context(), "decision", TopicChanges, 0)
	if err != nil {
		t.Fatal(err)
	}
	waiting, err := s.Queue(t.Context(), TopicChanges, 0, p.From, 1000)
	if err != nil || len(waiting) == 0 {
		t.Fatal(err, len(waiting))
	}
	p.To = waiting[len(waiting)-1].Offset
	return s.Conclude(t.Context(), p, decide)
}

func put(d *Desk, doc document.Document) error {
	_, _, err := d.Put(doc, 0, false)
	return err
}

func TestAFailedDecisionLeavesNothingBehind(t *testing.T) {
	s := openStore(t)
	boom := errors.New("boom")
	err := conclude(t, s, func(d *Desk) error {
		if err := put(d, &document.Party{ID: "C1", Name: "Alpha"}); err != nil {
			return err
		}
		if _, err := d.Number("PL-{YYYY}-{00000}", document.Date{Year: 2026, Month: 3, Day: 2}); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if _, _, err := s.Document(t.Context(), document.Ref{Kind: document.KindParty, Key: "C1"}); !errors.Is(err, ErrNoDocument) {
		t.Errorf("the party stayed: %v", err)
	}
	if lag, _ := s.Lag(t.Context(), "decision", TopicChanges); lag != 1 {
		t.Errorf("lag %d: the progress moved without its decision", lag)
	}
	var number string
	if err := conclude(t, s, func(d *Desk) (err error) {
		number, err = d.Number("PL-{YYYY}-{00000}", document.Date{Year: 2026, Month: 3, Day: 2})
		return err
	}); err != nil || number != "PL-2026-00001" {
		t.Errorf("%q (%v): the rolled back number was burnt", number, err)
	}
}

func TestAFormerOwnerMovesNothing(t *testing.T) {
	s := openStore(t)
	if err := s.Publish(t.Context(), TopicChanges, Outgoing{Payload: []byte("0")}); err != nil {
		t.Fatal(err)
	}
	old, err := s.Claim(t.Context(), "decision", TopicChanges, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Claim(t.Context(), "decision", TopicChanges, 0); err != nil {
		t.Fatal(err)
	}
	old.To = 1
	err = s.Conclude(t.Context(), old, func(d *Desk) error { return put(d, &document.Party{ID: "C1"}) })
	if !errors.Is(err, ErrNotOwner) {
		t.Fatalf("%v, want ErrNotOwner", err)
	}
	if _, _, err := s.Document(t.Context(), document.Ref{Kind: document.KindParty, Key: "C1"}); !errors.Is(err, ErrNoDocument) {
		t.Error("a former owner decided")
	}
}

func TestADocumentEqualToItsHeadMovesNothing(t *testing.T) {
	s := openStore(t)
	for want := range 2 {
		if err := conclude(t, s, func(d *Desk) error {
			_, moved, err := d.Put(&document.Party{ID: "C1", Name: "Alpha"}, 0, false)
			if moved != (want == 0) {
				return fmt.Errorf("round %d: moved %v", want, moved)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheGuardRefusesAReservationBeyondTheLimit(t *testing.T) {
	s := openStore(t)
	limit := document.M("1000", "HKD")
	account := func(open string) *document.CreditAccount {
		a := &document.CreditAccount{ID: "K1", Limit: &limit, Currency: "HKD"}
		a.Exposure.OpenOrders = document.M(open, "HKD")
		return a
	}
	for _, step := range []struct {
		open string
		pass bool
	}{{"0", true}, {"600", true}, {"1000", true}, {"1000.01", false}, {"400", true}} {
		err := conclude(t, s, func(d *Desk) error {
			if err := d.Load([]document.Ref{{Kind: document.KindCreditAccount, Key: "K1"}}); err != nil {
				return err
			}
			return put(d, account(step.open))
		})
		if (err == nil) != step.pass {
			t.Errorf("open orders %s against 1000: %v, want pass %v", step.open, err, step.pass)
		}
	}
}

func TestALaterRevisionSupersedesTheDeliveryThatWaits(t *testing.T) {
	s := openStore(t)
	for i, name := range []string{"Alpha", "Beta"} {
		if err := conclude(t, s, func(d *Desk) error {
			revision, _, err := d.Put(&document.SalesOrder{ID: "C1", Remarks: name}, 0, false)
			if err != nil || revision != int64(i+1) {
				return fmt.Errorf("revision %d: %w", revision, err)
			}
			d.Due("erp", document.Ref{Kind: document.KindSalesOrder, Key: "C1"}, revision)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	due, err := s.DueNow(t.Context(), "erp", 10)
	if err != nil || len(due) != 1 || due[0].Revision != 2 {
		t.Fatalf("%+v %v, want revision 2 alone", due, err)
	}
	if err := s.Settle(t.Context(), Lease{}, "p", []Settlement{{Delivery: due[0], State: "applied", Hash: "h", Reference: "K9"}}); err != nil {
		t.Fatal(err)
	}
	counts, err := s.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := counts.Deliveries["erp"]; got["applied"] != 1 || got["superseded"] != 1 {
		t.Errorf("%v: due = applied + superseded", got)
	}
	if got := counts.Changes[document.KindOutcome]["waiting"]; got != 1 {
		t.Errorf("%d outcomes taken in, want the new reference as one", got)
	}
}

func TestWhatWaitedForADocumentIsDecidedAgainWhenItArrives(t *testing.T) {
	s := openStore(t)
	take(t, s, orders, order("O1", "1", "a"))
	rows, err := s.ChangesOf(t.Context(), document.KindSalesOrder, "O1")
	if err != nil {
		t.Fatal(err)
	}
	work, err := s.Work(t.Context(), []int64{rows[0].ID})
	if err != nil {
		t.Fatal(err)
	}
	party := document.Ref{Kind: document.KindParty, Key: "C1"}
	if err := conclude(t, s, func(d *Desk) error { return d.Refuse(work[0], "no party C1", "v1", &party) }); err != nil {
		t.Fatal(err)
	}
	if err := conclude(t, s, func(d *Desk) error { return put(d, &document.Party{ID: "C1"}) }); err != nil {
		t.Fatal(err)
	}
	rows, _ = s.ChangesOf(t.Context(), document.KindSalesOrder, "O1")
	if rows[0].Bucket != "waiting" {
		t.Errorf("stands as %s, want waiting", rows[0].Bucket)
	}
	if letters, _ := s.Letters(t.Context()); len(letters) != 0 {
		t.Errorf("%d letters still open", len(letters))
	}
}

func TestAnAlteredAuditLogIsFoundAtItsEvent(t *testing.T) {
	s := openStore(t)
	for i := range 3 {
		if err := conclude(t, s, func(d *Desk) error { return put(d, &document.Party{ID: fmt.Sprint("C", i)}) }); err != nil {
			t.Fatal(err)
		}
	}
	if broken, err := s.VerifyAudit(t.Context()); err != nil || broken != 0 {
		t.Fatalf("event %d, %v", broken, err)
	}
	if _, err := s.write.ExecContext(t.Context(), `UPDATE audit SET detail = 'else' WHERE seq = 2`); err != nil {
		t.Fatal(err)
	}
	if broken, err := s.VerifyAudit(t.Context()); err != nil || broken != 2 {
		t.Errorf("event %d, %v, want 2", broken, err)
	}
}

func TestALetterOfADeliveryIsTriedAgainOnRetry(t *testing.T) {
	s := openStore(t)
	if err := conclude(t, s, func(d *Desk) error {
		if err := put(d, &document.Party{ID: "C1"}); err != nil {
			return err
		}
		d.Due("erp", document.Ref{Kind: document.KindParty, Key: "C1"}, 1)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	due, _ := s.DueNow(t.Context(), "erp", 1)
	dead := Settlement{Delivery: due[0], State: "dead", Reason: "too long", Record: connectors.Record{"a": "b"}.Canonical(), Spent: true}
	if err := s.Settle(t.Context(), Lease{}, "p", []Settlement{dead}); err != nil {
		t.Fatal(err)
	}
	letters, _ := s.Letters(t.Context())
	if len(letters) != 1 || letters[0].Stage != "delivery" || letters[0].Attempts != 1 || string(letters[0].Record) != `{"a":"b"}` {
		t.Fatalf("%+v", letters)
	}
	if err := s.Retry(t.Context(), letters[0].ID); err != nil {
		t.Fatal(err)
	}
	if due, _ := s.DueNow(t.Context(), "erp", 1); len(due) != 1 {
		t.Error("not due again")
	}
}

func TestAChangeThatALaterOneHasOvertakenIsKnown(t *testing.T) {
	s := openStore(t)
	ids := take(t, s, orders, order("O1", "", "first"), order("O1", "", "second"), order("O2", "", "other")).Waiting
	works, err := s.Work(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	err = conclude(t, s, func(d *Desk) error {
		if _, err := d.TakeUp(works); err != nil {
			return err
		}
		o := &document.SalesOrder{ID: "O1"}
		if _, _, err := d.Put(o, ids[1], true); err != nil {
			return err
		}
		for i, want := range []bool{true, false, false} {
			if got, err := d.Overtaken(document.RefOf(o), works[i]); err != nil || got != want {
				t.Errorf("change %d: %v, %v", i, got, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
