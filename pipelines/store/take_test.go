package store

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"tradewire/connectors"
	"tradewire/mapping/document"
)

var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// openStore opens a fresh store whose clock stands still.
func openStore(t *testing.T) *Store {
	t.Helper()
	o := at(t, filepath.Join(t.TempDir(), "store.db"))
	o.Now = func() time.Time { return noon }
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

var orders = Origin{Pipeline: "orders", Source: "crm_orders", System: "crm", Kind: document.KindSalesOrder, Lane: "customer"}

func order(key, version, note string) connectors.Change {
	return connectors.Change{Key: key, Version: version, Record: connectors.Record{"id": key, "customer": "C1", "note": note}}
}

func take(t *testing.T, s *Store, from Origin, changes ...connectors.Change) Taken {
	t.Helper()
	taken, err := s.Take(t.Context(), from, changes, nil)
	if err != nil {
		t.Fatal(err)
	}
	return taken
}

func TestTheSameVersionTakenTwiceIsOneChangeAndOneDuplicate(t *testing.T) {
	s := openStore(t)
	if got := take(t, s, orders, order("O1", "1", "a")); got.New != 1 {
		t.Fatalf("first: %+v", got)
	}
	hooks := orders
	hooks.Source = "crm_hooks"
	if got := take(t, s, hooks, order("O1", "1", "a")); got.Duplicate != 1 || got.New != 0 {
		t.Fatalf("through another door: %+v", got)
	}
	if lag, err := s.Lag(t.Context(), "decision", TopicChanges); err != nil || lag != 1 {
		t.Fatalf("%d messages wait for the decision (%v), want 1", lag, err)
	}
}

func TestOneVersionWithTwoContentsIsNotADuplicate(t *testing.T) {
	s := openStore(t)
	take(t, s, orders, order("O1", "1", "a"))
	if got := take(t, s, orders, order("O1", "1", "b")); got.New != 1 {
		t.Fatalf("%+v: the decision must see it and refuse it", got)
	}
}

func TestAMessageIDUsedTwiceWithAnotherBodyIsAConflict(t *testing.T) {
	s := openStore(t)
	first, second := order("O1", "1", "a"), order("O1", "2", "b")
	first.Message, second.Message = "m1", "m1"
	take(t, s, orders, first)
	_, err := s.Take(t.Context(), orders, []connectors.Change{second}, nil)
	if connectors.KindOf(err) != connectors.Conflict {
		t.Fatalf("%v, want a conflict", err)
	}
}

func TestASourceWithoutVersionsTellsOnlyWhatChanged(t *testing.T) {
	s := openStore(t)
	items := Origin{Pipeline: "items", Source: "erp_items", System: "erp", Kind: document.KindItem}
	if got := take(t, s, items, order("I1", "", "a")); got.New != 1 {
		t.Fatalf("first sight: %+v", got)
	}
	if got := take(t, s, items, order("I1", "", "a")); got.Same != 1 || got.New+got.Duplicate != 0 {
		t.Fatalf("seen again: %+v", got)
	}
	take(t, s, items, order("I1", "", "b"))
	if got := take(t, s, items, order("I1", "", "a")); got.New != 1 {
		t.Fatalf("back to what it was is news: %+v", got)
	}
}

func TestThePositionMovesWithTheChangesOrNotAtAll(t *testing.T) {
	s := openStore(t)
	bad := order("O2", "1", "b")
	bad.Message = "m1"
	good := order("O1", "1", "a")
	good.Message = "m1"
	_, err := s.Take(t.Context(), orders, []connectors.Change{good, bad}, &connectors.Batch{Next: "p1"})
	if err == nil {
		t.Fatal("one message id for two bodies was taken")
	}
	if pos, err := s.Position(t.Context(), "crm_orders"); err != nil || pos != "" {
		t.Fatalf("position %q (%v) moved without its changes", pos, err)
	}
	if rows, err := s.ChangesOf(t.Context(), document.KindSalesOrder, "O1"); err != nil || len(rows) != 0 {
		t.Fatalf("%d changes (%v) stayed behind", len(rows), err)
	}
	if _, err := s.Take(t.Context(), orders, nil, &connectors.Batch{Next: "p2"}); err != nil {
		t.Fatal(err)
	}
	if pos, _ := s.Position(t.Context(), "crm_orders"); pos != "p2" {
		t.Fatalf("an empty page moved to %q, want p2", pos)
	}
}

func TestABrokenRecordIsADeadLetterWithItsBytes(t *testing.T) {
	s := openStore(t)
	raw := []byte("{\"id\":\"O9\",\"note\":\"\xff\"}")
	got := take(t, s, orders, connectors.Change{Key: "O9", Broken: &connectors.Broken{Raw: raw, Reason: "not UTF-8 at byte 19"}}, order("O1", "1", "a"))
	if got.Broken != 1 || got.New != 1 {
		t.Fatalf("%+v", got)
	}
	letters, err := s.Letters(t.Context())
	if err != nil || len(letters) != 1 {
		t.Fatalf("%d letters, %v", len(letters), err)
	}
	if l := letters[0]; string(l.Record) != string(raw) || l.Reason != "not UTF-8 at byte 19" || l.Stage != "intake" || l.Attempts != 1 {
		t.Errorf("%+v", l)
	}
}

func TestASetTellsWhatVanishedAndRefusesToLoseTooMuch(t *testing.T) {
	s := openStore(t)
	accounts := Origin{Pipeline: "customers", Source: "erp_accounts", System: "erp", Kind: document.KindCreditAccount}
	set := func(name string, keys ...string) error {
		changes := make([]connectors.Change, len(keys))
		for i, k := range keys {
			changes[i] = order(k, "", "x")
		}
		_, err := s.Take(t.Context(), accounts, changes, &connectors.Batch{Set: name, End: true, Next: connectors.Position(name)})
		return err
	}
	if err := set("s1", "A", "B", "C", "D", "E", "F"); err != nil {
		t.Fatal(err)
	}
	if err := set("s2", "A", "B", "C", "D", "E"); err != nil {
		t.Fatal(err)
	}
	if rows, _ := s.ChangesOf(t.Context(), document.KindCreditAccount, "F"); len(rows) != 2 {
		t.Fatalf("%d changes of F, want its arrival and its going", len(rows))
	}
	err := set("s3", "A")
	if connectors.KindOf(err) != connectors.Misconfigured {
		t.Fatalf("four of five vanished: %v, want a refusal", err)
	}
	if pos, _ := s.Position(t.Context(), "erp_accounts"); pos != "s2" {
		t.Errorf("position %q: a refused set must not move it", pos)
	}
}

func TestRetryOfALetterThatNobodyKnowsSaysSo(t *testing.T) {
	s := openStore(t)
	if err := s.Retry(t.Context(), 7); !errors.Is(err, ErrNoLetter) {
		t.Fatal(err)
	}
}

func TestAPollThatShowsWhatAWebhookBroughtIsNoNews(t *testing.T) {
	s := openStore(t)
	hooks := orders
	hooks.Source = "crm_hooks"
	sent := order("O1", "1", "a")
	sent.Message = "m1"
	take(t, s, hooks, sent)
	if got := take(t, s, hooks, sent); got.Duplicate != 1 {
		t.Fatalf("the same message sent again: %+v, want one duplicate", got)
	}
	polled, err := s.Take(t.Context(), orders, []connectors.Change{order("O1", "1", "a"), order("O1", "1", "b")}, &connectors.Batch{Next: "p1"})
	if err != nil || polled.Same != 1 || polled.New != 1 || polled.Duplicate != 0 {
		t.Fatalf("%+v %v: what was seen is no news, the same version with other content is", polled, err)
	}
}
