package steptest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/distribution"
	"tradewire/pipelines/steptest"
)

// clockAt sets the clock, in Hong Kong: 2026-03-31 is a Tuesday.
func (h *house) clockAt(t testing.TB, local string) {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", local, h.Company)
	require.NoError(t, err)
	h.Clock, h.Read = at.UTC(), at.UTC()
}

// boxes are the boxes among answers in which something waits, with the time at which each is opened.
func (h *house) boxes(answers []document.Document) (list []string) {
	for _, b := range steptest.All[*document.LetterBox](answers) {
		if !b.Next().IsZero() {
			list = append(list, fmt.Sprintf("%s %s %d", b.ID, b.Next().In(h.Company).Format("01-02 15:04"), len(b.Held)))
		}
	}
	return list
}

func (h *house) opens(t testing.TB, box string) []document.Document {
	t.Helper()
	return h.must(t, &document.Alarm{Of: document.Ref{Kind: document.KindLetterBox, Key: box}, At: h.Now()})
}

// alone leaves finance one recipient.
func alone(finance *distribution.Department) { finance.Recipients = finance.Recipients[:1] }

func atNight(finance *distribution.Department, _ *distribution.Policy) {
	alone(finance)
	finance.Quiet = &distribution.Quiet{Hours: "20:00-08:00", RestDays: true, Except: []string{"credit_watch"}}
}

// heldB is an order of a class B customer that is held.
func heldB(id string) *document.SalesOrder {
	o := single(id, "C-B", "1", "600000")
	o.Terms = "NET30"
	return o
}

func TestWhatIsNotUrgentWaitsForTheEndOfTheQuietHours(t *testing.T) {
	for local, until := range map[string]string{
		"2026-03-31 10:00": "",            // a working day
		"2026-03-31 19:59": "",            // just before
		"2026-03-31 20:00": "04-01 08:00", // the evening
		"2026-04-01 07:59": "04-01 08:00", // the early morning
		"2026-04-01 08:00": "",            // they have ended
		"2026-04-03 21:00": "04-07 08:00", // a Friday evening: the weekend is quiet, too, and a holiday behind it
		"2026-04-04 12:00": "04-07 08:00", // a Saturday
		"2026-09-30 22:00": "10-08 08:00", // five holidays and a weekend
	} {
		h := financeIn(t, atNight)
		h.clockAt(t, local)
		answers := h.must(t, heldB("1"))
		if until == "" {
			assert.Equal(t, []string{"order_held>finance/财务部 zh chat "}, readers(answers), local)
			assert.Empty(t, h.boxes(answers), local)
			continue
		}
		box := "quiet/order_held/1/1/finance/财务部"
		assert.Empty(t, readers(answers), local)
		require.Equal(t, []string{box + " " + until + " 1"}, h.boxes(answers), local)

		_, err := h.take(&document.Alarm{Of: document.Ref{Kind: document.KindLetterBox, Key: box}})
		aside := &pipelines.SetAside{}
		require.ErrorAs(t, err, &aside, "nobody opens it before")
		assert.Len(t, aside.Documents, 1, "and its time stays set")
		h.clockAt(t, "2026-"+until)
		answers = h.opens(t, box)
		assert.Equal(t, []string{"order_held>finance/财务部 zh chat "}, readers(answers), local)
		assert.Equal(t, local, steptest.Get[*document.Notice](t, answers).At.Format("2006-01-02 15:04"), "it says when it was made")
		_, err = h.take(&document.Alarm{Of: document.Ref{Kind: document.KindLetterBox, Key: box}})
		assert.ErrorAs(t, err, &aside, "it is said once")
	}
}

func TestWhatIsUrgentBreaksTheQuiet(t *testing.T) {
	h := financeIn(t, atNight)
	h.clockAt(t, "2026-03-31 23:00")
	assert.Len(t, readers(h.must(t, single("1", "C-A", "1", "600000"))), 1, "a customer of class A")
	assert.Equal(t, []string{"credit_watch>finance/财务部 zh chat "}, readers(h.owes(t, "K-A", item("INV", "", "460000"))), "a type that never waits")
}

func TestADigestIsOneMessageADayToEachRecipient(t *testing.T) {
	h := financeIn(t, func(finance *distribution.Department, _ *distribution.Policy) {
		finance.Digest = &distribution.Digest{Daily: "08:30", Types: []string{"order_held"}}
	})
	h.clockAt(t, "2026-03-31 10:00")
	var waiting []string
	for _, o := range []*document.SalesOrder{heldB("1"), heldB("2"), single("3", "C-A", "1", "600000")} {
		answers := h.must(t, o)
		assert.Empty(t, readers(answers), "it waits for the morning")
		assert.Len(t, h.boxes(answers), 2)
		for _, b := range steptest.All[*document.LetterBox](answers) {
			assert.Equal(t, "04-01 08:29", b.Until.In(h.Company).Format("01-02 15:04"))
			waiting = append(waiting, b.ID)
		}
	}
	assert.Len(t, readers(h.owes(t, "K-A", item("INV", "", "460000"))), 2, "what is not gathered is said at once")

	h.clockAt(t, "2026-04-01 08:29")
	for _, box := range waiting {
		assert.Empty(t, readers(h.opens(t, box)))
	}
	h.clockAt(t, "2026-04-01 08:30")
	zh, en := h.opens(t, "gathered/finance/财务部"), h.opens(t, "gathered/finance/Credit controller")
	assert.Equal(t, []string{"digest>finance/财务部 zh chat "}, readers(zh))
	assert.Equal(t, []string{"digest>finance/Credit controller en mail credit@example.com"}, readers(en))
	digest := steptest.Get[*document.Notice](t, en)
	require.Len(t, digest.Gathered, 3)
	for i, want := range []string{"CO-1", "CO-2", "CO-3"} {
		one, err := digest.Gathered[i].Notice()
		require.NoError(t, err)
		assert.Equal(t, want, one.Order)
	}
	_, err := h.take(&document.Alarm{Of: document.Ref{Kind: document.KindLetterBox, Key: "gathered/finance/财务部"}})
	require.Error(t, err, "it is sent once")

	h.clockAt(t, "2026-04-01 08:29")
	next := h.must(t, heldB("4"))
	assert.Equal(t, "04-02 08:29", steptest.All[*document.LetterBox](next)[0].Until.In(h.Company).Format("01-02 15:04"), "too late for today's")
	h.clockAt(t, "2026-04-02 08:29")
	h.opens(t, steptest.All[*document.LetterBox](next)[0].ID)
	h.clockAt(t, "2026-04-02 08:30")
	second := steptest.Get[*document.Notice](t, h.opens(t, "gathered/finance/财务部"))
	assert.NotEqual(t, steptest.Get[*document.Notice](t, zh).Key(), second.Key(), "another day, another letter")
	assert.Len(t, second.Gathered, 1)
}

func TestADigestThatIsLateWaitsForWhatBelongsIntoIt(t *testing.T) {
	h := financeIn(t, func(finance *distribution.Department, _ *distribution.Policy) {
		alone(finance)
		finance.Digest = &distribution.Digest{Daily: "08:30", Types: []string{"order_held"}}
	})
	h.clockAt(t, "2026-03-31 10:00")
	first, second := h.must(t, heldB("1")), h.must(t, heldB("2"))
	h.clockAt(t, "2026-04-01 11:00") // nothing ran in between
	h.opens(t, steptest.Get[*document.LetterBox](t, first).ID)
	_, err := h.take(&document.Alarm{Of: document.Ref{Kind: document.KindLetterBox, Key: "gathered/finance/财务部"}})
	require.ErrorAs(t, err, new(*pipelines.SetAside), "the other belongs into it, too")
	h.Clock = h.Clock.Add(10 * time.Second)
	h.opens(t, steptest.Get[*document.LetterBox](t, second).ID)
	h.Clock = h.Clock.Add(10 * time.Second)
	assert.Len(t, steptest.Get[*document.Notice](t, h.opens(t, "gathered/finance/财务部")).Gathered, 2)
}

func TestABoxOfAVeryLongNameHasAKeyThatEveryDatabaseHolds(t *testing.T) {
	h := financeIn(t, atNight)
	h.clockAt(t, "2026-03-31 23:00")
	long := strings.Repeat("长", 190)
	answers, err := h.Run(&document.Notice{ID: "overdue/" + long + "/1", Type: document.OrderHeldAlert, To: "finance", Account: long}, h.customers[len(h.customers)-1])
	require.NoError(t, err)
	b := steptest.Get[*document.LetterBox](t, answers)
	assert.Less(t, utf8.RuneCountInString(b.ID), 100)
	assert.Contains(t, b.Held[0].ID, long)
}

func TestADigestIsNotSentOnARestDayThatIsQuiet(t *testing.T) {
	h := financeIn(t, func(finance *distribution.Department, _ *distribution.Policy) {
		alone(finance)
		finance.Digest = &distribution.Digest{Daily: "08:30", Types: []string{"order_held"}}
		finance.Quiet = &distribution.Quiet{RestDays: true}
	})
	h.clockAt(t, "2026-04-03 10:00") // the Friday before a holiday
	assert.Equal(t, "04-07 08:29", steptest.Get[*document.LetterBox](t, h.must(t, heldB("1"))).Until.In(h.Company).Format("01-02 15:04"))
}

func TestADigestOfVeryMuchIsSentInParts(t *testing.T) {
	h := financeIn(t, func(finance *distribution.Department, _ *distribution.Policy) { alone(finance) })
	box := &document.LetterBox{ID: "gathered/finance/财务部", Until: h.Now(), Due: h.Now()}
	for i := range 450 {
		box.Held = append(box.Held, document.Notice{ID: fmt.Sprintf("order_held/%d/1", i), Type: document.OrderHeldAlert, To: "finance", Recipient: "财务部"})
	}
	h.Put(box)
	var sizes []int
	keys := map[string]bool{}
	for _, n := range steptest.All[*document.Notice](h.opens(t, box.ID)) {
		sizes, keys[n.Key()] = append(sizes, len(n.Gathered)), true
	}
	assert.Equal(t, []int{200, 200, 50}, sizes)
	assert.Len(t, keys, 3)
}

func TestATimeThatContradictsItselfIsNamed(t *testing.T) {
	for want, change := range map[string]func(*distribution.Department){
		`"8 o'clock" is not a time of day`: func(d *distribution.Department) {
			d.Digest = &distribution.Digest{Daily: "8 o'clock", Types: []string{"order_held"}}
		},
		"gathers nothing": func(d *distribution.Department) { d.Digest = &distribution.Digest{Daily: "08:30"} },
		`"order_hold" is no type of what credit says`: func(d *distribution.Department) {
			d.Digest = &distribution.Digest{Daily: "08:30", Types: []string{"order_hold"}}
		},
		`"digest" is no type of what credit says`: func(d *distribution.Department) {
			d.Digest = &distribution.Digest{Daily: "08:30", Types: []string{"digest"}}
		},
		"does not say from when until when": func(d *distribution.Department) { d.Quiet = &distribution.Quiet{Hours: "20:00"} },
		"ends when it begins":               func(d *distribution.Department) { d.Quiet = &distribution.Quiet{Hours: "20:00-20:00"} },
		`"24:30" is not a time of day`:      func(d *distribution.Department) { d.Quiet = &distribution.Quiet{Hours: "20:00-24:30"} },
		"nothing says which":                func(d *distribution.Department) { d.Quiet = &distribution.Quiet{} },
		"told of credit: nothing else is gathered": func(d *distribution.Department) {
			d.Of, d.Digest = []string{"objections"}, &distribution.Digest{Daily: "08:30", Types: []string{"objection"}}
		},
		"told of credit: nothing else waits": func(d *distribution.Department) {
			d.Of, d.Quiet = []string{"objections"}, &distribution.Quiet{RestDays: true}
		},
		"it would never go out": func(d *distribution.Department) {
			d.Digest, d.Quiet = &distribution.Digest{Daily: "06:30", Types: []string{"order_held"}}, &distribution.Quiet{Hours: "20:00-08:00"}
		},
		"waits for the digest, and must never wait": func(d *distribution.Department) {
			d.Digest, d.Quiet = &distribution.Digest{Daily: "08:30", Types: []string{"order_held"}}, &distribution.Quiet{Hours: "20:00-08:00", Except: []string{"order_held"}}
		},
	} {
		var policy distribution.Policy
		read(t, "distribution.yaml", &policy)
		finance := distribution.Department{Of: []string{"credit"}, Recipients: []distribution.Recipient{{Name: "财务部", Channel: "chat"}}}
		change(&finance)
		policy.Departments["finance"] = finance
		_, err := distribution.New(policy)
		assert.ErrorContains(t, err, want)
	}
}
