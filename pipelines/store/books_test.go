package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tradewire/mapping/document"
)

func TestAnOrderIsFoundByEveryNumberThatPeopleCallIt(t *testing.T) {
	s := openStore(t)
	orders := []*document.SalesOrder{
		{ID: "1", Number: "CO-1", CustomerPO: "PO 77 / a", Refs: map[string]string{"erp_order": "SO000009"}},
		{ID: "2", Number: "CO-2", CustomerPO: "TWICE"}, {ID: "3", Number: "CO-3", CustomerPO: "twice"},
		{ID: "4", Number: "PO77/B", CustomerPO: "X"}, {ID: "5", Number: "CO-5", CustomerPO: "PO77/b"},
	}
	if err := conclude(t, s, func(d *Desk) error {
		for _, o := range orders {
			if _, _, err := d.Put(o, 0, false); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"1": "1", "CO-1": "1", "SO000009": "1", "po77/A": "1", "CO-3": "3", "PO77/B": "4"} {
		if got, err := s.FindOrder(t.Context(), name); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %s", name, got, err, want)
		}
	}
	if _, err := s.FindOrder(t.Context(), "Twice"); err == nil || !strings.Contains(err.Error(), "CO-2, CO-3") {
		t.Errorf("two orders under one purchase order: %v", err)
	}
	if _, err := s.FindOrder(t.Context(), "CO-9"); !errors.Is(err, ErrNoDocument) {
		t.Errorf("%v", err)
	}
}

func TestAnAlarmRingsOnceWhenItsTimeHasComeAndNotWhenItWasTakenBack(t *testing.T) {
	s := openStore(t)
	at := s.now()
	set := func(key string, when time.Time) {
		if err := conclude(t, s, func(d *Desk) error {
			return d.SetAlarm(document.Ref{Kind: document.KindDistribution, Key: key}, "orders", when)
		}); err != nil {
			t.Fatal(err)
		}
	}
	set("past", at.Add(-time.Hour))
	set("future", at.Add(time.Hour))
	set("moved", at.Add(-time.Hour))
	set("moved", at.Add(2*time.Hour))
	set("taken back", at.Add(-time.Hour))
	set("taken back", time.Time{})
	for _, want := range []int{1, 0} {
		if rung, err := s.Ring(t.Context(), Lease{}, 10); err != nil || rung != want {
			t.Errorf("%d rang (%v), want %d", rung, err, want)
		}
	}
	if next, err := s.NextAlarm(t.Context()); err != nil || !next.Equal(at.Add(time.Hour).Truncate(time.Microsecond)) {
		t.Errorf("the next is %s (%v)", next, err)
	}
	changes, err := s.ChangesOf(t.Context(), document.KindAlarm, "distribution past")
	if err != nil || len(changes) != 1 || changes[0].Bucket != "waiting" {
		t.Errorf("%+v (%v), want one change that waits for its decision", changes, err)
	}
}
