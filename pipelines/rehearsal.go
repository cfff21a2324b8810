package pipelines

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"tradewire/connectors"
	"tradewire/pipelines/store"
)

// Rehearsal is what a run would do. It is found by doing it: the same stations work on a copy of the store, sources are only looked
// at, and every target says what it would do and does nothing.
type Rehearsal struct {
	Read  []Page // in the order in which they were read
	Acts  []Act  // in the order in which they would be written
	Waits error  // what would have to be waited for; nil: the run would come to its end

	mu sync.Mutex
}

// Page is one page of a source.
type Page struct {
	Source string
	At     connectors.Position
	Batch  connectors.Batch
}

// Act is one entry that a target would be given.
type Act struct {
	connectors.Entry
	Preview connectors.Preview
	Shown   bool // the target showed what it would do; else it would just be given the entry
}

// Rehearse runs a house until nothing is due, on a copy of its store.
func Rehearse(ctx context.Context, copied *store.Store, house *House, progress func(Pulse)) (*Rehearsal, error) {
	r := &Rehearsal{}
	beside := *house
	beside.InStep = true
	beside.Bus = nil // what a broker carries waits in the copy, too, and is told again
	beside.Sources, beside.Targets = slices.Clone(house.Sources), slices.Clone(house.Targets)
	for i, s := range beside.Sources {
		if s.Reads != nil {
			beside.Sources[i].Reads = &lookedAt{Source: s.Reads, name: s.Name, into: r}
		}
		if s.Receives != nil {
			beside.Sources[i].Receives = nobody{}
		}
	}
	for i, t := range beside.Targets {
		asked := &asked{into: r}
		if planner, ok := t.Writes.(connectors.Planner); ok {
			asked.draft = planner.Draft()
		}
		beside.Targets[i].Writes = asked
	}
	v := NewSupervisor(copied, &beside, progress)
	running, stop := v.Start(ctx)
	err := v.Settle(running, 0)
	if err != nil && ctx.Err() == nil && waits(err) {
		r.Waits, err = err, nil
	}
	return r, errors.Join(err, stop())
}

// waits says that a run would go on later with what it cannot do now.
func waits(err error) bool {
	_, theirs := errors.AsType[*connectors.Error](err)
	_, due := errors.AsType[*later](err)
	return theirs || due || errors.Is(err, ErrUnavailable)
}

// Hash is equal for rehearsals that would do the same: take in the same records, and bring the same rows from the same state to the
// same other one. Of what goes to a target that cannot show what it would do, it counts which document it is: a message holds the
// time at which it was made.
func (r *Rehearsal) Hash() string {
	sum := sha256.New()
	for _, line := range r.lines() {
		fmt.Fprintln(sum, line)
	}
	return hex.EncodeToString(sum.Sum(nil))[:hashLetters]
}

// hashLetters is how much of a hash people are shown and type.
const hashLetters = 16

// Last are the last acts for each document at each target: what stands when all is done.
func (r *Rehearsal) Last() (last []Act) {
	at := map[[3]string]int{}
	for _, a := range r.Acts {
		of := [3]string{a.Target, a.Kind, a.Key}
		if i, seen := at[of]; seen {
			last[i] = a
			continue
		}
		at[of] = len(last)
		last = append(last, a)
	}
	return last
}

// lines are what the hash is of. The order between sources, and between documents, is none.
func (r *Rehearsal) lines() (lines []string) {
	for _, p := range r.Read {
		for _, c := range p.Batch.Changes {
			lines = append(lines, fmt.Sprintf("read %s %q %q %s", p.Source, c.Key, c.Version, contentOf(c)))
		}
	}
	for _, a := range r.Last() {
		if a.Shown {
			lines = append(lines, fmt.Sprintf("%s %s %q %s", a.Target, a.Kind, a.Key, a.Preview.Mark()))
		} else {
			lines = append(lines, fmt.Sprintf("%s %s %q", a.Target, a.Kind, a.Key))
		}
		if a.Preview.Err != nil {
			lines = append(lines, fmt.Sprintf("%s %s %q refused: %s", a.Target, a.Kind, a.Key, a.Preview.Err))
		}
	}
	slices.Sort(lines)
	return lines
}

func contentOf(c connectors.Change) string {
	switch {
	case c.Gone:
		return "gone"
	case c.Broken != nil:
		return "broken " + c.Broken.Reason
	}
	return c.Record.Hash()
}

// lookedAt is a source of which only is noted what it shows.
type lookedAt struct {
	connectors.Source
	name string
	into *Rehearsal
}

func (s *lookedAt) Read(ctx context.Context, pos connectors.Position, most int) (batch connectors.Batch, err error) {
	if peeker, ok := s.Source.(connectors.Peeker); ok {
		batch, err = peeker.Peek(ctx, pos, most)
	} else {
		batch, err = s.Source.Read(ctx, pos, most)
	}
	if err == nil {
		s.into.mu.Lock()
		defer s.into.mu.Unlock()
		s.into.Read = append(s.into.Read, Page{Source: s.name, At: pos, Batch: batch})
	}
	return batch, err
}

// nobody calls.
type nobody struct{}

func (nobody) Receive(ctx context.Context, _ func(context.Context, []connectors.Change) error) error {
	<-ctx.Done()
	return nil
}

func (nobody) Close() error { return nil }

// asked is a target that is asked what it would do.
type asked struct {
	draft connectors.Draft // nil: it cannot say
	into  *Rehearsal
}

func (s *asked) Write(ctx context.Context, entries []connectors.Entry) ([]connectors.Result, error) {
	results := make([]connectors.Result, len(entries))
	order := make([]int, len(entries))
	for i := range entries {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(entries[a].Key, entries[b].Key) })
	for _, i := range order {
		e := entries[i]
		a := Act{Entry: e, Preview: connectors.Preview{Result: connectors.Result{State: connectors.Applied}}, Shown: s.draft != nil}
		if s.draft != nil {
			var err error
			if a.Preview, err = s.draft.Plan(ctx, e); err != nil {
				if pausing(err) || ctx.Err() != nil {
					return nil, err
				}
				a.Preview.Err = err
			}
		}
		results[i] = a.Preview.Result
		s.into.mu.Lock()
		s.into.Acts = append(s.into.Acts, a)
		s.into.mu.Unlock()
	}
	return results, nil
}

func (s *asked) Close() error { return nil }

// Follow makes a house do what was rehearsed and nothing else: its sources show the pages that were seen then, and its targets take
// the entries that were due then, from the state in which they were. Whatever differs ends the run before it is written; leave is
// told why.
func (r *Rehearsal) Follow(house *House, leave func(error)) *House {
	followed := *house
	followed.InStep = true
	followed.Sources, followed.Targets = slices.Clone(house.Sources), slices.Clone(house.Targets)
	for i, s := range followed.Sources {
		if s.Reads != nil {
			followed.Sources[i].Reads = &shownAgain{Source: s.Reads, pages: r.pagesOf(s.Name)}
		}
		if s.Receives != nil {
			followed.Sources[i].Receives = nobody{}
		}
	}
	renamed := &renaming{}
	for i, t := range followed.Targets {
		followed.Targets[i].Writes = &held{Sink: t.Writes, to: r.dueAt(t.Name), begun: map[place]bool{}, renamed: renamed, leave: leave}
	}
	return &followed
}

// shownAgain is a source that shows what was seen in a rehearsal. What has come since is read by a later run.
type shownAgain struct {
	connectors.Source
	pages []Page // those that were not shown yet
}

func (s *shownAgain) Read(_ context.Context, pos connectors.Position, _ int) (connectors.Batch, error) {
	i := slices.IndexFunc(s.pages, func(p Page) bool { return p.At == pos })
	if i < 0 {
		return connectors.Batch{Next: pos}, nil
	}
	page := s.pages[i]
	s.pages = s.pages[i+1:]
	return page.Batch, nil
}

// pagesOf are the pages of a source.
func (r *Rehearsal) pagesOf(source string) (pages []Page) {
	for _, p := range r.Read {
		if p.Source == source {
			pages = append(pages, p)
		}
	}
	return pages
}

// place is a document at a target.
type place struct{ kind, key string }

func (a Act) place() place { return place{a.Kind, a.Key} }

// dueAt are the acts at a target, of each document in their order.
func (r *Rehearsal) dueAt(target string) map[place][]Act {
	due := map[place][]Act{}
	for _, a := range r.Acts {
		if a.Target == target {
			due[a.place()] = append(due[a.place()], a)
		}
	}
	return due
}

// renaming are references that were foreseen, and those that came instead. A database gives numbers out as it likes.
type renaming struct {
	mu  sync.Mutex
	was []string
}

func (n *renaming) came(foreseen, reference string) {
	if foreseen == "" || foreseen == reference {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.was = append(n.was, foreseen, reference)
}

// same says that a record is the one that was rehearsed, but for references that came out otherwise.
func (n *renaming) same(rehearsed, is connectors.Record) bool {
	was, now := string(rehearsed.Canonical()), string(is.Canonical())
	if was == now {
		return true
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.NewReplacer(n.was...).Replace(was) == now
}

// held is a target that takes what was rehearsed.
type held struct {
	connectors.Sink
	to      map[place][]Act
	begun   map[place]bool
	renamed *renaming
	leave   func(error)
}

// Fence closes the target to earlier leases, where it can.
func (s *held) Fence(ctx context.Context, epoch int64) error {
	if fencer, ok := s.Sink.(connectors.Fencer); ok {
		return fencer.Fence(ctx, epoch)
	}
	return nil
}

// Write hands on what was rehearsed. The first entry of a document must find what the rehearsal found; those after it find what we
// have written.
func (s *held) Write(ctx context.Context, entries []connectors.Entry) ([]connectors.Result, error) {
	entries = slices.Clone(entries)
	acts := make([]Act, len(entries))
	for i := range entries {
		var err error
		if acts[i], err = s.rehearsed(entries[i]); err != nil {
			s.leave(err)
			return nil, context.Canceled
		}
		if a := acts[i]; a.Shown && a.Preview.Err == nil && !s.begun[a.place()] {
			entries[i].Expect = a.Preview.Mark()
		}
	}
	results, err := s.Sink.Write(ctx, entries)
	if err != nil && !pausing(err) && ctx.Err() == nil {
		s.leave(fmt.Errorf("the plan cannot be done as it was shown, and what is left of it was not done: %s", err))
	}
	for i, r := range results {
		a := acts[i]
		switch {
		case r.Err == nil:
			s.begun[a.place()] = true
			s.renamed.came(a.Preview.Reference, r.Reference)
		case a.Preview.Err == nil && !pausing(r.Err):
			s.leave(fmt.Errorf("the plan cannot be done as it was shown, and what is left of it was not done: %s", r.Err))
		}
	}
	return results, err
}

// rehearsed is the act that an entry was. What a target that cannot show its writes was sent is known by its document alone.
func (s *held) rehearsed(e connectors.Entry) (Act, error) {
	acts := s.to[place{e.Kind, e.Key}]
	for _, a := range acts {
		if a.Op == e.Op && (!a.Shown || s.renamed.same(a.Record, e.Record)) {
			return a, nil
		}
	}
	if len(acts) == 0 {
		return Act{}, fmt.Errorf("%s %s would go to %s, and the plan does not hold it", e.Kind, e.Key, e.Target)
	}
	return Act{}, fmt.Errorf("%s %s would be written to %s with other values than those of the plan: %s", e.Kind, e.Key, e.Target, differing(acts[len(acts)-1].Record, e.Record))
}

// differing names the fields that differ.
func differing(was, is connectors.Record) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(is)) {
		if (connectors.Record{"": was[name]}).Hash() != (connectors.Record{"": is[name]}).Hash() {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
