package pipelines

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
	"tradewire/mapping/document"
	"tradewire/pipelines/store"
)

// trialMapping makes a party of a record whose words say what a step is to do with it.
type trialMapping struct{}

func (trialMapping) Version() string { return "v1" }
func (trialMapping) Decode(r connectors.Record) ([]document.Document, error) {
	if r["do"] == "unreadable" {
		return nil, errors.New("it cannot be read")
	}
	return []document.Document{&document.Party{ID: r["id"].(string), Name: r["says"].(string), Contact: r["do"].(string), Requirements: r["with"].(string)}}, nil
}
func (trialMapping) Encode(d document.Document) (connectors.Record, error) {
	return connectors.Record{"id": d.Key()}, nil
}

// wants is a target's condition: what ends in x is not wanted, of what ends in e it cannot be told.
type wants struct{}

func (wants) Holds(d document.Document) (bool, error) {
	p, _ := d.(*document.Party)
	if p != nil && strings.HasSuffix(p.Name, "e") {
		return false, errors.New("it cannot be told")
	}
	return p == nil || !strings.HasSuffix(p.Name, "x"), nil
}

// trialStep does what its documents say.
type trialStep struct{}

func (trialStep) Needs(_ Memory, d document.Document) []document.Ref { return nil }

func (trialStep) Decide(m Memory, d document.Document) ([]document.Document, error) {
	p, ok := d.(*document.Party)
	if !ok {
		return []document.Document{d}, nil
	}
	with := strings.Split(p.Requirements, ",")
	switch p.Contact {
	case "wait": // for another party
		if m.Head(document.Ref{Kind: document.KindParty, Key: with[0]}) == nil {
			return nil, &Missing{Ref: document.Ref{Kind: document.KindParty, Key: with[0]}}
		}
	case "refuse":
		m.Number("E-{0000}") // given back
		return nil, errors.New("it is refused, 中文 'so' \\ \"here\" \xff")
	case "aside":
		account := trialAccount(m, "K1")
		account.Watches++
		return nil, &SetAside{Bucket: Unchanged, Reason: "aside", Documents: []document.Document{account}}
	case "number":
		numbered := document.Copy(p)
		numbered.Phone = m.Number("N-{0000}")
		return []document.Document{numbered}, nil
	case "reserve":
		account := trialAccount(m, with[0])
		account.Exposure.OpenOrders = document.M(with[1], "HKD")
		if limit := document.M(with[2], "HKD"); with[2] != "0" {
			account.Limit = &limit
		}
		return []document.Document{p, account}, nil
	case "touch": // another party, of which the change does not speak
		if other, _ := m.Head(document.Ref{Kind: document.KindParty, Key: with[0]}).(*document.Party); other != nil && other.ID != p.ID {
			other = document.Copy(other)
			other.Email += "+"
			return []document.Document{p, other}, nil
		}
	case "panic":
		panic("a fault of the step")
	case "long": // its key does not fit
		return []document.Document{p, &document.Party{ID: strings.Repeat("k", 300)}}, nil
	case "overflow": // the ledger
		account := trialAccount(m, "K2")
		account.Exposure.OpenOrders = document.M("0.00001", "HKD")
		return []document.Document{p, account}, nil
	}
	return []document.Document{p}, nil
}

func trialAccount(m Memory, id string) *document.CreditAccount {
	if a := Head[*document.CreditAccount](m, document.KindCreditAccount, id); a != nil {
		return document.Copy(a)
	}
	limit := document.M("100", "HKD")
	return &document.CreditAccount{ID: id, Limit: &limit, Currency: "HKD"}
}

// trial is a house with a store of its own, whose changes are decided as the test says.
type trial struct {
	store *store.Store
	raw   *sqlx.DB
	d     *Decision
}

func newTrial(t *testing.T) *trial {
	t.Helper()
	now := time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)
	path, driver := filepath.Join(t.TempDir(), "store.db"), "sqlite"
	o := store.Options{Path: path}
	if services.Engine() == services.MySQL {
		o, driver = store.Options{MySQL: services.DatabaseAt(t, path).DSN}, "mysql"
	}
	o.Now = func() time.Time { return now }
	s, err := store.Open(t.Context(), o)
	require.NoError(t, err)
	raw, err := sqlx.Open(driver, o.Path+o.MySQL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = errors.Join(raw.Close(), s.Close()) })
	house := &House{Zone: time.UTC, Pipelines: map[string][]Step{"p": {trialStep{}}}}
	for _, kind := range []document.Kind{document.KindParty, document.KindCreditAccount} {
		house.Targets = append(house.Targets, Target{Name: "some " + string(kind), Takes: kind, When: wants{}, Mapping: trialMapping{}},
			Target{Name: "all " + string(kind), Takes: kind, Mapping: trialMapping{}})
	}
	return &trial{store: s, raw: raw, d: &Decision{store: s, house: house, maps: map[string]Decoder{"crm": trialMapping{}}, tell: func(Pulse) {}}}
}

func (w *trial) take(t require.TestingT, changes ...connectors.Change) {
	_, err := w.store.Take(context.Background(), store.Origin{Pipeline: "p", Source: "crm", System: "crm", Kind: document.KindParty}, changes, nil)
	require.NoError(t, err)
}

// say takes one record in.
func (w *trial) say(t require.TestingT, id, says, do, with string) {
	w.take(t, connectors.Change{Key: id, Record: connectors.Record{"id": id, "says": says, "do": do, "with": with}})
}

// decideAll decides everything that waits, so many changes at a time.
func (w *trial) decideAll(t require.TestingT, atOnce int) {
	ctx := context.Background()
	for range 100 {
		var ids []int64
		require.NoError(t, w.raw.Select(&ids, w.sql(`SELECT id FROM "change" WHERE bucket = 'waiting' ORDER BY id`)))
		if len(ids) == 0 {
			return
		}
		work, err := w.store.Work(ctx, ids)
		require.NoError(t, err)
		for batch := range slices.Chunk(work, atOnce) {
			claim, err := w.store.Claim(ctx, "decision", "t", 0)
			require.NoError(t, err)
			claim.To = claim.From + 1
			require.NoError(t, w.d.decide(ctx, claim, w.d.translate(batch)))
		}
	}
	require.Fail(t, "it never comes to an end")
}

// deliverAll settles what is due in ways that follow from what it is.
func (w *trial) deliverAll(t require.TestingT, round int) {
	ctx := context.Background()
	for _, target := range w.d.house.Targets {
		lease, _, err := w.store.Hold(ctx, "target "+target.Name)
		require.NoError(t, err)
		due, err := w.store.DueNow(ctx, target.Name, 100)
		require.NoError(t, err)
		slices.SortFunc(due, func(a, b store.Delivery) int { return int(a.ID - b.ID) })
		var settled []store.Settlement
		for _, one := range due {
			h := fnv.New32a()
			fmt.Fprint(h, target.Name, one.Ref, one.Revision, round)
			s := store.Settlement{Delivery: one, Reason: "it's \\ 中文"}
			switch h.Sum32() % 4 {
			case 0:
				s.State, s.Hash = "applied", fmt.Sprint("h", one.Revision)
			case 1:
				s.State, s.Spent = "dead", true
			case 2:
				s.State, s.Spent, s.Due = "waiting", true, time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC)
			default:
				continue
			}
			settled = append(settled, s)
		}
		require.NoError(t, w.store.Settle(ctx, lease, "p", settled))
	}
}

// sql says a query in the words of the engine.
func (w *trial) sql(query string) string {
	if services.Engine() == services.MySQL {
		return strings.ReplaceAll(query, `"`, "`")
	}
	return query
}

// stands is everything that the store remembers, but for times.
func (w *trial) stands(t require.TestingT) (all []string) {
	for _, query := range []string{
		`SELECT record_key, version, message, hash, lane, bucket, reason FROM "change" ORDER BY id`,
		`SELECT record_key, version, hash FROM seen ORDER BY record_key`,
		`SELECT kind, doc_key, revision, hash, origin FROM head ORDER BY kind, doc_key`,
		`SELECT kind, doc_key, revision, hash, change_id FROM revision ORDER BY kind, doc_key, revision`,
		`SELECT target, kind, doc_key, revision, state, attempts, hash, reason FROM delivery ORDER BY target, kind, doc_key, revision`,
		`SELECT stage, place, kind, doc_key, change_id, reason, attempts, waits_for, state FROM dead_letter ORDER BY id`,
		`SELECT account, reserved, other, ceiling FROM credit_account ORDER BY account`,
		`SELECT name, last FROM series ORDER BY name`,
		`SELECT action, kind, doc_key, revision, detail FROM audit WHERE chain LIKE 'decision%' ORDER BY seq`,
		`SELECT business_key, payload FROM queue ORDER BY off`,
	} {
		rows, err := w.raw.Queryx(w.sql(query))
		require.NoError(t, err)
		for rows.Next() {
			row, err := rows.SliceScan()
			require.NoError(t, err)
			for i, v := range row {
				if text, ok := v.([]byte); ok {
					row[i] = string(text)
				}
			}
			all = append(all, fmt.Sprint(row...))
		}
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close())
	}
	return all
}

func anyChange(t *rapid.T, n int) connectors.Change {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	do := pick("do", "put", "put", "put", "wait", "wait", "refuse", "aside", "number", "reserve", "reserve", "touch", "panic", "long", "overflow", "unreadable")
	with := map[string]string{"wait": pick("for", "P1", "P2", "P3", "P4"), "touch": pick("other", "P1", "P2", "P3"),
		"reserve": strings.Join([]string{pick("account", "K1", "K2"), pick("reserved", "0", "50", "80", "101", "150"), pick("limit", "0", "0", "90", "200")}, ",")}[do]
	id := pick("id", "P1", "P2", "P3")
	c := connectors.Change{Key: id, Record: connectors.Record{"id": id, "says": pick("says", "a", "b", "x", "e", "中文'\\"), "do": do, "with": with}}
	if rapid.Bool().Draw(t, "versioned") {
		c.Version = pick("version", "1", "2", "3")
	}
	if rapid.Bool().Draw(t, "a message") {
		c.Message = fmt.Sprint(id, n)
	}
	if rapid.IntRange(0, 19).Draw(t, "gone") == 0 {
		c.Gone = true
	}
	return c
}

// Whatever comes, and whatever is refused, set aside or woken: changes that are decided many at a time come to the same as those
// that are decided one by one.
func TestChangesDecidedTogetherComeToTheSameAsOneByOne(t *testing.T) {
	lives, failed := 25, false // each has two stores of its own
	if services.Engine() == services.MySQL {
		lives = 3
	}
	rapid.Check(t, func(r *rapid.T) {
		if lives--; lives < 0 && !failed { // one that failed is made smaller, however often
			return
		}
		defer func() { failed = failed || r.Failed() }()
		together, alone := newTrial(t), newTrial(t)
		atOnce, n := rapid.SampledFrom([]int{3, 7, 100}).Draw(r, "at once"), 0
		for round := range 3 {
			changes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) connectors.Change { n++; return anyChange(t, n) }), 1, 14).Draw(r, "changes")
			for _, w := range []*trial{together, alone} {
				w.take(r, changes...)
			}
			together.decideAll(r, atOnce)
			alone.decideAll(r, 1)
			require.Equal(r, alone.stands(r), together.stands(r))
			together.deliverAll(r, round)
			alone.deliverAll(r, round)
		}
		require.Equal(r, alone.stands(r), together.stands(r))
	})
}

// What waited for another document and is woken behind a later change of its record does not undo it, whether the later one came
// in the same batch or not.
func TestWhatIsWokenLateDoesNotUndoWhatWasSaidLast(t *testing.T) {
	for _, atOnce := range []int{1, 100} {
		for name, story := range map[string]func(w *trial){
			"said again in one batch with it": func(w *trial) {
				w.say(t, "P1", "b", "wait", "P9")
				w.say(t, "P1", "a", "put", "")
				w.decideAll(t, atOnce)
				letters, err := w.store.Letters(t.Context())
				require.NoError(t, err)
				require.Empty(t, letters, "what it says is no longer so")
				w.say(t, "P9", "z", "put", "")
			},
			"said again in one batch with what wakes it": func(w *trial) {
				w.say(t, "P1", "b", "wait", "P9")
				w.decideAll(t, atOnce)
				w.say(t, "P9", "z", "put", "")
				w.say(t, "P1", "a", "put", "")
			},
		} {
			t.Run(fmt.Sprintf("%s, %d at once", name, atOnce), func(t *testing.T) {
				w := newTrial(t)
				w.say(t, "P1", "a", "put", "")
				w.decideAll(t, atOnce)
				story(w)
				w.decideAll(t, atOnce)
				d, _, err := w.store.Document(t.Context(), document.Ref{Kind: document.KindParty, Key: "P1"})
				require.NoError(t, err)
				require.Equal(t, "a", d.(*document.Party).Name)
			})
		}
	}
}
