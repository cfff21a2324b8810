package connectortest

import (
	"context"
	"slices"
	"testing"

	"tradewire/connectors"
)

// walkShowsAll: a walk shows what reading from the beginning shows, each record once and in the same words, wherever it is broken
// off and begun again.
func walkShowsAll(t *testing.T, h SourceHarness) {
	all := keys(2*page + 1)
	for _, key := range all {
		h.Put(t, key, 1)
	}
	s, ranger := ranging(t, h)
	if ranger == nil {
		return
	}
	if counter, ok := s.(connectors.Counter); ok {
		if n, err := counter.Count(within(t)); err != nil || n != int64(len(all)) {
			t.Errorf("%d records are counted as %d (%v)", len(all), n, err)
		}
	}
	walked := walk(t, h, ranger, nil)
	var seen []string
	for _, c := range walked {
		seen = append(seen, c.Key)
	}
	slices.Sort(seen)
	if !slices.Equal(seen, all) {
		t.Errorf("the walk shows %v, not every record once: %v", seen, all)
	}
	read, _ := drain(t, open(t, h), "")
	for _, c := range walked {
		if r := latest(read, c.Key); r == nil || r.Record.Hash() != c.Record.Hash() || r.Version != c.Version || r.Kind != c.Kind || !r.At.Equal(c.At) {
			t.Errorf("%s is walked past as %v and read as %v: it would be taken in twice", c.Key, c, r)
		}
	}
}

// walkMissesNothing: what is there all the time is shown, whatever comes, changes and goes around it.
func walkMissesNothing(t *testing.T, h SourceHarness) {
	all := keys(3*page + 1)
	for _, key := range all {
		h.Put(t, key, 1)
	}
	_, ranger := ranging(t, h)
	if ranger == nil {
		return
	}
	meanwhile := 0
	walked := walk(t, h, ranger, func() {
		meanwhile++
		h.Put(t, all[0], 1+meanwhile)
		h.Put(t, "K000"+string(rune('a'+meanwhile)), 1)
		h.Put(t, all[len(all)-1], 1+meanwhile)
		if h.Remove != nil && meanwhile == 1 {
			h.Remove(t, all[1])
		}
	})
	for _, key := range all {
		if latest(walked, key) == nil {
			t.Errorf("%s was there all the time, and the walk does not show it", key)
		}
	}
}

// markIsNow: from the mark reading shows what changes later, and not everything that was there.
func markIsNow(t *testing.T, h SourceHarness) {
	s := open(t, h)
	marker, ok := s.(connectors.Marker)
	if !ok {
		if h.Marks {
			t.Error("this source cannot say where reading stands")
		}
		return
	}
	mark := func() connectors.Position {
		pos, err := marker.Mark(within(t))
		if err != nil {
			t.Fatal(err)
		}
		return pos
	}
	empty := mark()
	if (empty != "") != h.Marks {
		t.Errorf("its mark is %q; that it stands somewhere is said to be %t", empty, h.Marks)
	}
	if empty == "" {
		return // it always shows everything
	}
	for _, key := range keys(2*page + 1) {
		h.Put(t, key, 1)
	}
	if changes, _ := drain(t, s, empty); latest(changes, "K001") == nil || latest(changes, "K007") == nil {
		t.Errorf("what was made after a mark in an empty system is not read: %v", changes)
	}
	now := mark()
	h.Put(t, "K002", 2)
	h.Put(t, "K999", 1)
	changes, _ := drain(t, open(t, h), now)
	if latest(changes, "K002") == nil || latest(changes, "K999") == nil {
		t.Errorf("what changed after the mark is not read: %v", changes)
	}
	if latest(changes, "K001") != nil && !h.Again && !h.Consumes {
		t.Errorf("what stood before the mark is read again: %v", changes)
	}
}

func walkFaults(t *testing.T, h SourceHarness) {
	for _, key := range keys(page + 1) {
		h.Put(t, key, 1)
	}
	_, ranger := ranging(t, h)
	if ranger == nil {
		return
	}
	first, err := ranger.Range(within(t), "", page)
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range h.Faults {
		t.Run(fault.Name, func(t *testing.T) {
			mend := fault.Make(t)
			batch, err := ranger.Range(within(t), first.Next, page)
			mend()
			blame(t, err, fault.Kind)
			if len(batch.Changes) > 0 || batch.Next != "" {
				t.Errorf("a walk that failed answers %v", batch)
			}
			if rest, err := ranger.Range(within(t), first.Next, page); err != nil || len(rest.Changes) != 1 {
				t.Errorf("after the fault the rest is %v (%v), not one record", rest.Changes, err)
			}
		})
	}
	endsWithItsContext(t, func(ctx context.Context) error { _, err := ranger.Range(ctx, "", page); return err })
}

// ranging is the talent to be walked by key; nil for a source that neither has it nor is said to.
func ranging(t *testing.T, h SourceHarness) (connectors.Source, connectors.Ranger) {
	t.Helper()
	s := open(t, h)
	ranger, ok := s.(connectors.Ranger)
	if ok != h.Walks {
		t.Errorf("that this source can be walked by key is %t, and said to be %t", ok, h.Walks)
	}
	return s, ranger
}

// walk goes from one end to the other, with another source after each page: no page needs the one that read the page before.
func walk(t *testing.T, h SourceHarness, ranger connectors.Ranger, between func()) (all []connectors.Change) {
	t.Helper()
	pos := connectors.Position("")
	for range pages {
		batch, err := ranger.Range(within(t), pos, page)
		if err != nil {
			t.Fatalf("walk on from %q: %v", pos, err)
		}
		if len(batch.Changes) > page || batch.End {
			t.Errorf("a page of at most %d holds %d changes; it ends a set: %v", page, len(batch.Changes), batch.End)
		}
		for _, c := range batch.Changes {
			wellFormed(t, c)
		}
		if all = append(all, batch.Changes...); !batch.More {
			return all
		}
		pos = batch.Next
		if between != nil {
			between()
		}
		ranger = open(t, h).(connectors.Ranger)
	}
	t.Fatalf("the walk says for %d pages that another one waits", pages)
	return nil
}
