package pipelines_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
	"tradewire/pipelines"
	"tradewire/pipelines/store"
)

// shows is a target that can show what it would do: a row for every entry. It refuses what does not stand as expected.
type shows struct {
	target
	stands  map[string]string // by key
	refuses string            // this key
}

func (s *shows) Draft([]connectors.Draft) connectors.Draft { return s }

func (s *shows) Plan(_ context.Context, entries []connectors.Entry) (previews []connectors.Preview, err error) {
	for _, e := range entries {
		previews = append(previews, s.preview(e))
	}
	return previews, nil
}

func (s *shows) preview(e connectors.Entry) connectors.Preview {
	p := connectors.Preview{Result: connectors.Result{State: connectors.Applied}, Does: connectors.Insert}
	was, there := s.stands[e.Key]
	if there {
		p.Does = connectors.Update
	}
	p.Rows = []connectors.RowChange{{Table: "T", Key: e.Key, Does: p.Does, Cells: []connectors.CellChange{{Field: "id", Was: was, Is: e.Record["id"]}}}}
	if s.refuses != "" && e.Key == s.refuses {
		p.Err = &connectors.Error{Kind: connectors.Refused, System: "erp", Op: "plan", Err: errors.New("too long")}
	}
	return p
}

func (s *shows) Write(ctx context.Context, entries []connectors.Entry) ([]connectors.Result, error) {
	for _, e := range entries {
		if e.Expect != "" && e.Expect != s.preview(e).Mark() {
			return nil, &connectors.Error{Kind: connectors.Conflict, System: "erp", Op: "write", Err: errors.New(e.Key + " does not stand as it did")}
		}
	}
	return s.target.Write(ctx, entries)
}

// rehearsed is a house with a target that shows, and what it would do.
func rehearsed(t *testing.T, keys ...string) (*toyHouse, *shows, *pipelines.Rehearsal) {
	t.Helper()
	h := newHouse(t, keys...)
	erp := &shows{stands: map[string]string{}}
	h.Targets[0].Writes = erp
	return h, erp, h.rehearse(t)
}

func (h *toyHouse) rehearse(t *testing.T) *pipelines.Rehearsal {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	require.NoError(t, store.Copy(t.Context(), h.place, path))
	copied, err := store.Open(t.Context(), store.Options{Path: path, Now: h.clock.Now})
	require.NoError(t, err)
	defer copied.Close()
	r, err := pipelines.Rehearse(t.Context(), copied, h.House, nil)
	require.NoError(t, err)
	return r
}

// follow runs the house as it was rehearsed and says why it ended.
func (h *toyHouse) follow(t *testing.T, r *pipelines.Rehearsal) error {
	t.Helper()
	ctx, leave := context.WithCancelCause(t.Context())
	defer leave(nil)
	followed, left := r.Follow(h.House, leave)
	v := pipelines.NewSupervisor(h.store, followed, nil)
	running, stop := v.Start(ctx)
	err := errors.Join(v.Settle(running, 0), stop())
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if words := left(); len(words) > 0 {
		return errors.New(strings.Join(words, "; "))
	}
	return err
}

func TestARehearsalWritesNothingAndTellsAll(t *testing.T) {
	h, erp, r := rehearsed(t, "A", "B", "C", "D")
	require.NoError(t, r.Waits)
	require.Empty(t, erp.written)
	require.Len(t, r.Acts, 4)
	require.Equal(t, connectors.Insert, r.Acts[0].Preview.Does)
	counts, err := h.store.Counts(t.Context())
	require.NoError(t, err)
	require.Empty(t, counts.Changes, "the store knows nothing of it")
	require.Equal(t, r.Hash("", time.UTC), h.rehearse(t).Hash("", time.UTC))
	h.source.keys = append(h.source.keys, "E")
	require.NotEqual(t, r.Hash("", time.UTC), h.rehearse(t).Hash("", time.UTC))
}

func TestARunThatFollowsDoesWhatWasRehearsedAndNothingElse(t *testing.T) {
	h, erp, r := rehearsed(t, "A", "B", "C", "D")
	h.source.keys = append(h.source.keys, "LATE")
	require.NoError(t, h.follow(t, r))
	require.Equal(t, []string{"A", "B", "C", "D"}, erp.written, "what came later is for a later run")
	h.mustSettle(t)
	require.Equal(t, []string{"A", "B", "C", "D", "LATE"}, erp.written)
}

func TestARunThatFollowsEndsWhereSomethingDiffers(t *testing.T) {
	differs := map[string]struct {
		do   func(h *toyHouse, erp *shows, r *pipelines.Rehearsal)
		says string
	}{
		"something stands otherwise": {func(_ *toyHouse, erp *shows, _ *pipelines.Rehearsal) { erp.stands["B"] = "theirs" }, "B does not stand as it did"},
		"something is due that was not": {func(_ *toyHouse, _ *shows, r *pipelines.Rehearsal) { r.Acts = r.Acts[:2] },
			"party C would go to erp, and the plan does not hold it"},
		"something has other values": {func(_ *toyHouse, _ *shows, r *pipelines.Rehearsal) { r.Acts[1].Record = connectors.Record{"id": "X"} },
			"party B would be written to erp with other values than those of the plan: id"},
		"the target refuses what it took": {func(_ *toyHouse, erp *shows, _ *pipelines.Rehearsal) { erp.fail = refuse("B") }, "value too long"},
	}
	for what, d := range differs {
		t.Run(what, func(t *testing.T) {
			h, erp, r := rehearsed(t, "A", "B", "C", "D")
			d.do(h, erp, r)
			require.ErrorContains(t, h.follow(t, r), d.says)
			require.Empty(t, erp.written, "the whole batch is left undone")
			erp.fail, erp.stands = nil, map[string]string{}
			h.mustSettle(t)
			require.Equal(t, []string{"A", "B", "C", "D"}, erp.written, "nothing is lost by it: the next run does it")
		})
	}
}

func TestWhatThePlanSawRefusedIsNotTried(t *testing.T) {
	h := newHouse(t, "A", "B", "C")
	erp := &shows{stands: map[string]string{}, refuses: "B"}
	h.Targets[0].Writes = erp
	r := h.rehearse(t)
	require.Len(t, r.Due, 1, "it would be tried again")
	erp.refuses = "" // it would be taken by now
	err := h.follow(t, r)
	require.ErrorContains(t, err, "something that was refused is tried again")
	require.Equal(t, []string{"A", "C"}, erp.written, "and the others are not held back by it")
	h.mustSettle(t)
	require.Equal(t, []string{"A", "C", "B"}, erp.written)
}

func TestARunThatFollowsSaysWhatWasNotDone(t *testing.T) {
	h, _, r := rehearsed(t, "A", "B", "C", "D")
	r.Acts = append(r.Acts, pipelines.Act{Entry: connectors.Entry{Target: "erp", Kind: "party", Key: "Z"}})
	require.EqualError(t, h.follow(t, r), "party Z was not written to erp")
	h, _, r = rehearsed(t, "A", "B", "C", "D")
	r.Read[1].At = "9"
	require.ErrorContains(t, h.follow(t, r), "crm was read on since the plan")
}

func TestARehearsalSaysWhatWouldBeWaitedFor(t *testing.T) {
	h := newHouse(t, "A")
	h.source.down = 1
	r := h.rehearse(t)
	require.ErrorIs(t, r.Waits, pipelines.ErrUnavailable)
	require.ErrorContains(t, r.Waits, "503")
}

func TestWhatIsDueLaterIsNoPartOfAPlan(t *testing.T) {
	h := newHouse(t, "A")
	erp := &shows{stands: map[string]string{}}
	h.Targets[0].Writes = erp
	erp.fail = refuse("A")
	require.Error(t, h.settle(t, 0), "it is tried again later")
	erp.fail = nil
	h.source.keys = append(h.source.keys, "B")
	r := h.rehearse(t)
	require.Len(t, r.Acts, 1)
	require.Equal(t, "B", r.Acts[0].Key)
	require.Equal(t, "A", r.Due[0].Key)
	require.ErrorContains(t, h.follow(t, r), "is tried again", "as was rehearsed")
	require.Equal(t, []string{"B"}, erp.written)
}

// A record may hold the instant at which it was decided, as days, clocks and systems write it.
func TestTheInstantOfARehearsalIsNoPartOfItsHash(t *testing.T) {
	hongKong := time.FixedZone("HKT", 8*60*60)
	at := func(now time.Time, note string) *pipelines.Rehearsal {
		return &pipelines.Rehearsal{At: now, Acts: []pipelines.Act{{Entry: connectors.Entry{Target: "erp", Kind: "notice", Key: "N", Record: connectors.Record{
			"utc": now.UTC().Format(time.RFC3339), "local": now.In(hongKong).Format(time.DateTime), "number": connectors.Number(now.Format("20060102150405")), "note": note}}}}}
	}
	first := time.Date(2026, 11, 30, 23, 59, 58, 0, time.UTC)
	hash := at(first, "x").Hash("", hongKong)
	require.Equal(t, hash, at(first.Add(3*time.Second), "x").Hash("", hongKong))
	require.NotEqual(t, hash, at(first, "y").Hash("", hongKong))
	require.NotEqual(t, hash, at(first, "x").Hash("another configuration", hongKong))
}
