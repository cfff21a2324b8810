package pipelines

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
)

// timedStep writes an account with every party, to be looked at on a day; when that is rung the account is named again as it is.
type timedStep struct{ lookAt time.Time }

func (timedStep) Needs(Memory, document.Document) []document.Ref {
	return []document.Ref{{Kind: document.KindCreditAccount, Key: "K1"}}
}

func (s *timedStep) Decide(m Memory, d document.Document) ([]document.Document, error) {
	account := trialAccount(m, "K1")
	if _, rung := d.(*document.Alarm); rung {
		return nil, &SetAside{Bucket: Unchanged, Reason: "named again", Documents: []document.Document{account}}
	}
	account.Watches++
	account.Times.LookAt = s.lookAt
	return []document.Document{d, account}, nil
}

func TestAnAlarmIsNotedWhereItChangedOrHasRungAndNotWithEveryRevision(t *testing.T) {
	w := newTrial(t)
	step := &timedStep{lookAt: time.Date(2026, 3, 2, 5, 0, 0, 0, time.UTC)} // it is 4 o'clock
	w.d.house.Pipelines["p"] = []Step{step}
	noted := func() (at []string) {
		require.NoError(t, w.raw.Select(&at, w.sql(`SELECT at FROM alarm`)))
		return at
	}
	say := func(id string) {
		w.say(t, id, "hello", "", "")
		w.decideAll(t, 1)
	}
	say("1")
	require.Equal(t, []string{"2026-03-02T05:00:00.000000Z"}, noted())

	_, err := w.raw.Exec(w.sql(`DELETE FROM alarm`))
	require.NoError(t, err)
	say("2")
	assert.Empty(t, noted(), "another revision of the account wants what stands there already")

	step.lookAt = step.lookAt.Add(-119 * time.Minute)
	say("3")
	require.Equal(t, []string{"2026-03-02T03:01:00.000000Z"}, noted(), "it changed")

	lease, held, err := w.store.Hold(context.Background(), "clock")
	require.True(t, held)
	require.NoError(t, err)
	rung, err := w.store.Ring(context.Background(), lease, 10)
	require.NoError(t, err)
	require.Equal(t, 1, rung)
	require.Empty(t, noted(), "the note goes when it rings")
	w.decideAll(t, 1)
	assert.Equal(t, []string{"2026-03-02T03:01:00.000000Z"}, noted(), "what has rung is noted again")

	step.lookAt = time.Time{}
	say("4")
	assert.Empty(t, noted(), "it is looked at no more")
}

func TestHeldOrdersAreJudgedAgainWhereTheirAccountMayReachFurther(t *testing.T) {
	limit, more, spent := document.M("100", "HKD"), document.M("500", "HKD"), document.M("200", "HKD")
	none := limit.Zero()
	account := func(limit, ceiling *document.Money) *document.CreditAccount {
		return &document.CreditAccount{ID: "K1", Currency: "HKD", Limit: limit, Ceiling: ceiling, Exposure: document.Exposure{Receivables: spent}}
	}
	for name, c := range map[string]struct {
		was, now *document.CreditAccount
		room     bool
	}{
		"nothing changed":                      {account(&limit, nil), account(&limit, nil), false},
		"a temporary limit has begun":          {account(&limit, nil), account(&limit, &more), true},
		"and has ended":                        {account(&limit, &more), account(&limit, nil), false},
		"a limit that had ended goes on":       {account(&more, &none), account(&more, nil), true},
		"it goes on, and is used up":           {account(&limit, &none), account(&limit, nil), false},
		"people let an order pass":             {account(&limit, nil), account(&limit, &spent), false},
		"a temporary limit where there was no": {account(nil, nil), account(nil, &more), true},
	} {
		assert.Equal(t, c.room, mayHaveRoom(c.was, c.now), name)
	}
}
