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
	"time"

	"tradewire/connectors"
	"tradewire/pipelines/store"
)

// Rehearsal is what a run would do. It is found by doing it: the same stations work on a copy of the store, sources are only looked
// at, and every target says what it would do and does nothing.
type Rehearsal struct {
	At      time.Time // the instant at which all of it was decided
	Read    []Page    // in the order in which they were read
	Acts    []Act     // in the order in which they would be written
	Letters []store.Letter
	Due     []store.DeliveryRow // what would be due and could not be planned: its target does not answer, or it is tried again later
	Waits   error               // what would have to be waited for; nil: the run would come to its end

	mu sync.Mutex
}

// Page is one page of a source.
type Page struct {
	Source string
	At     connectors.Position
	Batch  connectors.Batch
}

// Act is one entry that a target would be given. Of its attachments only the names are kept.
type Act struct {
	connectors.Entry
	Preview connectors.Preview
	Shown   bool // the target showed what it would do; else it would just be given the entry
}

// Rehearse runs a house until nothing is due, on a copy of its store. The clock of the house must stand still meanwhile.
func Rehearse(ctx context.Context, copied *store.Store, house *House, progress func(Pulse)) (*Rehearsal, error) {
	r := &Rehearsal{At: house.Clock.Now()}
	then, err := copied.Now(ctx)
	if err != nil {
		return nil, err
	}
	beside := *house
	beside.InStep = true
	beside.Bus = nil // what a broker carries waits in the copy, too
	beside.Sources, beside.Targets = slices.Clone(house.Sources), slices.Clone(house.Targets)
	for i, s := range beside.Sources {
		if s.Reads != nil {
			beside.Sources[i].Reads = &lookedAt{Source: s.Reads, name: s.Name, into: r}
		}
		if s.Receives != nil {
			beside.Sources[i].Receives = nobody{}
		}
	}
	var drafts []connectors.Draft
	for i, t := range beside.Targets {
		asked := &asked{into: r}
		if planner, ok := t.Writes.(connectors.Planner); ok {
			asked.draft = planner.Draft(drafts)
			drafts = append(drafts, asked.draft)
		}
		beside.Targets[i].Writes = asked
	}
	v := NewSupervisor(copied, &beside, progress)
	running, stop := v.Start(ctx)
	err = v.Settle(running, 0)
	if err != nil && ctx.Err() == nil && Waits(err) {
		r.Waits, err = err, nil
	}
	if err = errors.Join(err, stop()); err != nil {
		return nil, err
	}
	if r.Letters, err = copied.LettersSince(ctx, then); err != nil {
		return nil, err
	}
	r.Due, err = copied.StillWaiting(ctx)
	return r, err
}

// Waits says that a run would go on later with what it cannot do now.
func Waits(err error) bool {
	_, theirs := errors.AsType[*connectors.Error](err)
	_, due := errors.AsType[*later](err)
	return theirs || due || errors.Is(err, ErrUnavailable)
}

// Hash is equal for rehearsals that would do the same: take in the same records, write the same values in place of the same others,
// send the same, and refuse the same. The instant at which they were made does not count, in whichever usual writing. by is what the
// house was made from, such as a digest of its configuration.
func (r *Rehearsal) Hash(by string, zone *time.Location) string {
	sum := sha256.New()
	timeless := r.timeless(zone)
	fmt.Fprintln(sum, by)
	for _, line := range r.lines() {
		fmt.Fprintln(sum, timeless.Replace(line))
	}
	return hex.EncodeToString(sum.Sum(nil))[:hashLetters]
}

// hashLetters is how much of a hash people are shown and type.
const hashLetters = 16

// timeless takes the instant of the rehearsal out of a text.
func (r *Rehearsal) timeless(zone *time.Location) *strings.Replacer {
	var pairs []string
	for _, at := range []time.Time{r.At.UTC(), r.At.In(zone)} {
		for _, layout := range []string{time.RFC3339Nano, time.RFC3339, "2006-01-02T15:04:05.000Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05.000000",
			time.DateTime, "2006-01-02 15:04", "2006-01-02T15:04", "20060102150405", "20060102T150405", time.TimeOnly} {
			pairs = append(pairs, at.Format(layout), "now")
		}
	}
	for _, number := range []int64{r.At.Unix(), r.At.UnixMilli(), r.At.UnixMicro()} {
		pairs = append(pairs, fmt.Sprint(number), "now")
	}
	return strings.NewReplacer(pairs...)
}

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
		line := fmt.Sprintf("write %s %s %q %s %s", a.Target, a.Kind, a.Key, a.Op, a.Record.Canonical())
		for _, f := range a.Attachments {
			line += " " + f.Name
		}
		if a.Shown {
			line += " " + string(a.Preview.Canonical())
		}
		if a.Preview.Err != nil {
			line += " refused: " + a.Preview.Err.Error()
		}
		lines = append(lines, line)
	}
	for _, l := range r.Letters {
		lines = append(lines, fmt.Sprintf("letter %s %s %s %q %s", l.Stage, l.Place, l.Kind, l.Key, l.Reason))
	}
	for _, d := range r.Due {
		lines = append(lines, fmt.Sprintf("later %s %s %q", d.Target, d.Kind, d.Key))
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
	return string(c.Record.Canonical())
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
	previews := make([]connectors.Preview, len(entries))
	for i := range previews {
		previews[i].State = connectors.Applied
	}
	if s.draft != nil {
		var err error
		if previews, err = s.draft.Plan(ctx, entries); err != nil {
			return nil, err
		}
	}
	results := make([]connectors.Result, len(entries))
	s.into.mu.Lock()
	defer s.into.mu.Unlock()
	for i, e := range entries {
		results[i] = previews[i].Result
		files := make([]connectors.Attachment, len(e.Attachments))
		for j, f := range e.Attachments {
			files[j] = connectors.Attachment{Name: f.Name, MediaType: f.MediaType}
		}
		e.Attachments = files
		s.into.Acts = append(s.into.Acts, Act{Entry: e, Preview: previews[i], Shown: s.draft != nil})
	}
	return results, nil
}

func (s *asked) Close() error { return nil }

// Follow makes a house do what was rehearsed and nothing else: its sources show the pages that were seen then, and its targets take
// the entries that were due then, from the state in which they were; what they refused they refuse again. Whatever differs ends the
// run before it is written; leave is told why. The clock must stand where it stood in the rehearsal. left says, when the run has come
// to its end, what was rehearsed and not done.
func (r *Rehearsal) Follow(house *House, leave func(error)) (followed *House, left func() []string) {
	copied := *house
	followed = &copied
	followed.InStep = true
	followed.Sources, followed.Targets = slices.Clone(house.Sources), slices.Clone(house.Targets)
	var shown []*shownAgain
	for i, s := range followed.Sources {
		if s.Reads != nil {
			again := &shownAgain{Source: s.Reads, name: s.Name, pages: r.pagesOf(s.Name), leave: leave}
			shown = append(shown, again)
			followed.Sources[i].Reads = again
		}
		if s.Receives != nil {
			followed.Sources[i].Receives = nobody{}
		}
	}
	renamed := renaming{}
	var targets []*held
	for i, t := range followed.Targets {
		target := &held{Sink: t.Writes, to: r.dueAt(t.Name), begun: map[place]bool{}, done: map[place]int{}, renamed: renamed, leave: leave}
		targets = append(targets, target)
		followed.Targets[i].Writes = target
	}
	return followed, func() (words []string) {
		for _, s := range shown {
			if len(s.pages) > 0 {
				words = append(words, fmt.Sprintf("%d pages of %s were not read", len(s.pages), s.name))
			}
		}
		for i, t := range targets {
			for _, at := range slices.SortedFunc(maps.Keys(t.to), func(a, b place) int { return strings.Compare(a.kind+a.key, b.kind+b.key) }) {
				if t.done[at] < len(t.to[at]) {
					words = append(words, fmt.Sprintf("%s %s was not written to %s", at.kind, at.key, followed.Targets[i].Name))
				}
			}
		}
		return words
	}
}

// shownAgain is a source that shows what was seen in a rehearsal. What has come since is read by a later run.
type shownAgain struct {
	connectors.Source
	name  string
	pages []Page // those that were not shown yet
	leave func(error)
}

func (s *shownAgain) Read(_ context.Context, pos connectors.Position, _ int) (connectors.Batch, error) {
	if len(s.pages) == 0 {
		return connectors.Batch{Next: pos}, nil
	}
	page := s.pages[0]
	if page.At != pos {
		s.leave(fmt.Errorf("%s was read on since the plan", s.name))
		return connectors.Batch{}, context.Canceled
	}
	s.pages = s.pages[1:]
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

// renaming are references that came, by the one that was foreseen. A database gives its numbers out as it likes.
type renaming map[string]string

// same says that a record is the one that was rehearsed, but for references that came out otherwise.
func (n renaming) same(rehearsed, is any) bool {
	switch was := rehearsed.(type) {
	case connectors.Record:
		now, ok := is.(connectors.Record)
		if !ok || len(was) != len(now) {
			return false
		}
		for name, v := range was {
			if w, there := now[name]; !there || !n.same(v, w) {
				return false
			}
		}
		return true
	case []any:
		now, ok := is.([]any)
		return ok && slices.EqualFunc(was, now, n.same)
	case string:
		now, ok := is.(string)
		return ok && (was == now || n[was] == now && now != "")
	case connectors.Number:
		now, ok := is.(connectors.Number)
		return ok && (was == now || n[string(was)] == string(now) && now != "")
	}
	return rehearsed == is
}

// in is a preview with the references that came.
func (n renaming) in(p connectors.Preview) connectors.Preview {
	if len(n) == 0 {
		return p
	}
	p.Rows = slices.Clone(p.Rows)
	for i, r := range p.Rows {
		p.Rows[i].Cells = slices.Clone(r.Cells)
		for j, c := range r.Cells {
			switch v := c.Is.(type) {
			case string:
				if came, ok := n[v]; ok {
					p.Rows[i].Cells[j].Is = came
				}
			case connectors.Number:
				if came, ok := n[string(v)]; ok {
					p.Rows[i].Cells[j].Is = connectors.Number(came)
				}
			}
		}
	}
	return p
}

// held is a target that takes what was rehearsed.
type held struct {
	connectors.Sink
	to      map[place][]Act
	begun   map[place]bool
	done    map[place]int // how many of the acts at a place
	renamed renaming
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
// have written. What the rehearsal saw refused is not tried.
func (s *held) Write(ctx context.Context, entries []connectors.Entry) ([]connectors.Result, error) {
	results, acts := make([]connectors.Result, len(entries)), make([]Act, len(entries))
	var going []connectors.Entry
	var at []int
	for i, e := range entries {
		act, err := s.rehearsed(e)
		if err != nil {
			s.leave(err)
			return nil, context.Canceled
		}
		if acts[i] = act; act.Preview.Err != nil {
			results[i].Err = act.Preview.Err
			s.done[act.place()]++
			continue
		}
		if act.Shown && !s.begun[act.place()] {
			e.Expect = s.renamed.in(act.Preview).Mark()
		}
		going, at = append(going, e), append(at, i)
	}
	if len(going) == 0 {
		return results, nil
	}
	written, err := s.Sink.Write(ctx, going)
	if err != nil {
		if !pausing(err) && ctx.Err() == nil {
			s.leave(fmt.Errorf("the plan cannot be done as it was shown, and what is left of it was not done: %s", err))
		}
		return nil, err
	}
	for n, r := range written {
		results[at[n]] = r
		act := acts[at[n]]
		switch {
		case r.Err == nil:
			s.begun[act.place()] = true
			s.done[act.place()]++
			if foreseen := act.Preview.Reference; foreseen != r.Reference && foreseen != "" {
				s.renamed[foreseen] = r.Reference
			}
		case !pausing(r.Err):
			s.leave(fmt.Errorf("the plan cannot be done as it was shown, and what is left of it was not done: %s", r.Err))
		}
	}
	return results, nil
}

// rehearsed is the act that an entry was.
func (s *held) rehearsed(e connectors.Entry) (Act, error) {
	acts := s.to[place{e.Kind, e.Key}]
	for _, a := range acts {
		if a.Op == e.Op && s.renamed.same(a.Record, e.Record) && slices.EqualFunc(a.Attachments, e.Attachments, func(x, y connectors.Attachment) bool { return x.Name == y.Name }) {
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
		if !(renaming{}).same(was[name], is[name]) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
