package expr

import (
	"maps"
	"slices"
	"testing"
	"time"

	"tradewire/config"
)

// reached are the words of the branches that a record reaches, and of all there are.
func reached(t *testing.T, source string, r row) (got, all []string) {
	t.Helper()
	p, faults := Compile(at(source), &Scope{Codes: map[string]config.Codes{"unit": {Values: map[string]string{"pcs": "C62", "m": "MTR"}}}})
	if faults != nil {
		t.Fatal(faults)
	}
	run, reach := NewRun(r), NewReach()
	run.Watch(reach)
	_, _ = p.Value(run)
	for _, b := range p.Branches {
		all = append(all, b.Words)
		if reach.Branches[b] > 0 {
			got = append(got, b.Words)
		}
	}
	for _, c := range slices.Collect(maps.Keys(reach.Codes)) {
		got = append(got, "code "+c.Entry)
	}
	return got, all
}

func TestARunThatIsWatchedTellsWhichWayItTook(t *testing.T) {
	for _, c := range []struct {
		source string
		row    row
		got    []string
		all    int
	}{
		{`a ? "x" : "y"`, row{"a": true}, []string{`a ? "x"`}, 2},
		{`a ? "x" : "y"`, row{"a": false}, []string{`a ? ... : "y"`}, 2},
		{`a ? "x" : "y"`, row{}, nil, 2},
		{`a ?? b`, row{"a": "1"}, []string{"a ?? ...: it has a value"}, 2},
		{`a ?? b`, row{"b": "1"}, []string{"a ?? b: it has none"}, 2},
		{`a ?? b`, row{}, []string{"a ?? b: it has none"}, 2},
		{`date(a) ?? nil`, row{"a": "soon"}, nil, 2},
		{`a ? "x" : b ? "y" : "z"`, row{"a": false, "b": false}, []string{`a ? ... : b ? "y" : "z"`, `b ? ... : "z"`}, 4},
		{`(a ?? false) ?: true`, row{"a": true}, []string{"a ?? ...: it has a value", "a ?? false ? a ?? false"}, 4},
		{`code("unit", a)`, row{"a": "m"}, []string{"code m"}, 0},
		{`code("unit", a)`, row{"a": "box"}, nil, 0},
	} {
		got, all := reached(t, c.source, c.row)
		slices.Sort(got)
		slices.Sort(c.got)
		if !slices.Equal(got, c.got) || len(all) != c.all {
			t.Errorf("%s on %v: reached %q of %q, want %q of %d", c.source, c.row, got, all, c.got, c.all)
		}
	}
}

// BenchmarkUnwatched compares choices that could be watched, and are not, with the same choices without the hook, in turns
// within one run: the ratio is what a run pays that nobody watches.
func BenchmarkUnwatched(b *testing.B) {
	const source = `a == nil ? "x" : (c ?? (d ?? "y"))`
	hooked, faults := Compile(at(source), &Scope{})
	if faults != nil {
		b.Fatal(faults)
	}
	bare := *hooked
	bare.run = bareChoices(b)
	run := NewRun(row{"a": "1", "d": "2"})
	timed := func(p *Program) time.Duration {
		began := time.Now()
		for range 2000 {
			if _, err := p.Value(run); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(began)
	}
	timed(hooked)
	timed(&bare)
	var with, without []time.Duration
	for b.Loop() {
		with = append(with, timed(hooked))
		without = append(without, timed(&bare))
	}
	slices.Sort(with)
	slices.Sort(without)
	b.ReportMetric(float64(with[len(with)/2])/float64(without[len(without)/2]), "unwatched/bare")
}

// bareChoices is `a == nil ? "x" : (c ?? (d ?? "y"))` as it would run if no choice could be watched.
func bareChoices(b *testing.B) step {
	c := &compiler{functions: language(), scope: &Scope{}, reads: map[fieldOf]bool{}}
	sub := func(source string) part {
		tree, err := parse(source)
		if err != nil {
			b.Fatal(err)
		}
		c.source, c.runes = at(source), []rune(source)
		return c.compile(tree.Node)
	}
	or := func(left, right part) part {
		return part{run: func(r *Run) (any, error) {
			v, err := left.run(r)
			if v == nil && (err == nil || isAbsent(err)) {
				return right.run(r)
			}
			return v, err
		}}
	}
	cond, yes, no := sub("a == nil"), sub(`"x"`), or(sub("c"), or(sub("d"), sub(`"y"`)))
	return func(r *Run) (any, error) {
		v, err := truth(r, cond)
		if err != nil {
			return nil, err
		}
		if v {
			return yes.run(r)
		}
		return no.run(r)
	}
}
