package render

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/mapping/document"
)

func heldNotice() *document.Notice {
	limit := document.M("500000", "HKD")
	before := document.Exposure{
		OpenOrders: document.M("120000", "HKD"), ShippedNotInvoiced: document.M("35000.5", "HKD"), InvoicedNotPosted: document.M("0", "HKD"),
		Receivables: document.M("298000", "HKD"), Special: document.M("10000", "HKD"), Unapplied: document.M("8000", "HKD"),
	}
	return &document.Notice{
		ID: "order_held/8801/2", Type: document.OrderHeldAlert, To: "finance", At: time.Date(2026, 3, 16, 2, 30, 0, 0, time.UTC),
		Account: "K0012", Customer: "Northlight Appliances GmbH", LocalCustomer: "北光电器有限公司", Order: "SO-2026-0417", CustomerPO: "77-1042",
		Total: document.M("10000", "USD"),
		Holds: []document.Hold{
			{Reason: document.LimitExceeded, Detail: "exposure HKD 455,000.50 + this order HKD 78,000.00 = HKD 533,000.50, limit HKD 500,000.00: HKD 33,000.50 too much", LocalDetail: "信用占用 HKD 455,000.50 + 本订单 HKD 78,000.00 = HKD 533,000.50，信用额度 HKD 500,000.00：超出 HKD 33,000.50"},
			{Reason: document.Overdue, Detail: "the oldest open item was due on 2026-01-10, 65 days ago; 30 are allowed"},
		},
		Credit: &document.CreditDecision{Account: "K0012", Limit: limit, Before: before, Demand: document.M("78000", "HKD"), Rate: d("7.8"),
			Excess: document.M("33000.5", "HKD"), Reserved: document.M("0", "HKD")},
		Limit: &limit, Exposure: before,
	}
}

func watchNotice(level document.CreditLevel, receivables string) *document.Notice {
	n := heldNotice()
	n.ID, n.Type, n.Level = "credit_watch/K0012/1", document.CreditWatchAlert, level
	n.Exposure.Receivables = document.M(receivables, "HKD")
	n.Order, n.CustomerPO, n.Total, n.Holds, n.Credit = "", "", document.Money{}, nil, nil
	return n
}

func TestNoticesReadAsTheyDid(t *testing.T) {
	everyReason := heldNotice()
	everyReason.Holds = nil
	for _, reason := range []document.HoldReason{document.LimitExceeded, document.NoLimit, document.Overdue, document.Stopped, document.Stopped,
		document.TermsExceedClass, document.FXRateMissing, document.ARStale} {
		everyReason.Holds = append(everyReason.Holds, document.Hold{Reason: reason, Detail: "the detail"})
	}
	everyReason.Limit, everyReason.Credit.Rate = nil, document.Decimal{}

	for name, n := range map[string]*document.Notice{
		"notice_order_held":              heldNotice(),
		"notice_order_held_every_reason": everyReason,
		"notice_credit_watch":            watchNotice(document.LevelWatch, "303000"),
		"notice_credit_over":             watchNotice(document.LevelOver, "360000.01"),
	} {
		t.Run(name, func(t *testing.T) { golden(t, name+".txt", string(bothLanguages(n))) })
	}
}

func TestEveryReasonHasWordsAndARemedyInBothLanguages(t *testing.T) {
	for reason, w := range reasons {
		assert.Equal(t, w.en, english.reason(reason))
		assert.Equal(t, w.zh, chinese.reason(reason))
		assert.NotEmpty(t, remedies[reason].en, reason)
		assert.NotEmpty(t, remedies[reason].zh, reason)
	}
	for key, w := range phrases {
		assert.NotEmpty(t, w.en, key)
		assert.NotEmpty(t, w.zh, key)
	}
}

func TestAReasonThatIsNewIsShownAsItIs(t *testing.T) {
	n := heldNotice()
	n.Holds = []document.Hold{{Reason: "DUNNING", Detail: "third reminder"}}
	en, zh := NoticeText(n)
	assert.Contains(t, en, "- DUNNING: third reminder")
	assert.Contains(t, zh, "DUNNING")
}

func TestANameCannotAddLinesToANotice(t *testing.T) {
	n := heldNotice()
	n.Customer = "Northlight\n  Credit limit  HKD 9,000,000.00"
	en, _ := NoticeText(n)
	assert.Contains(t, en, "Northlight Credit limit HKD 9,000,000.00 (")
	assert.Equal(t, 1, strings.Count(en, "\n  Credit limit"))
}

func TestNoticesMayBeWrittenByManyAtOnce(t *testing.T) {
	want, _ := NoticeText(heldNotice())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			en, _ := NoticeText(heldNotice())
			assert.Equal(t, want, en)
		})
	}
	all.Wait()
}

func TestAttachmentsHaveNamesThatNoFileSystemRefuses(t *testing.T) {
	for id, want := range map[string]string{
		"order_held/8801/2":    "order_held-8801-2.txt",
		"credit_watch/K0012/1": "credit_watch-K0012-1.txt",
	} {
		assert.Equal(t, want, noticeName(&document.Notice{ID: id}))
	}
	seen := map[string]string{}
	for _, id := range []string{"order_held/A-1/2", "order_held/A/1/2", "order_held/A 1/2", "order_held/../../etc/2", "order_held/订单/2", "order_held/订金/2",
		"../passwd", ".hidden", "", "order_held/" + strings.Repeat("x", 300) + "/1", "order_held/" + strings.Repeat("x", 300) + "/2"} {
		name := noticeName(&document.Notice{ID: id})
		assert.Regexp(t, `^[A-Za-z0-9_-][A-Za-z0-9._-]*\.txt$`, name)
		assert.Less(t, len(name), 160)
		assert.Empty(t, seen[name], "%q and %q share a file", id, seen[name])
		seen[name] = id
	}
}

func TestADocumentIsDrawnOnlyInFormatsThatItHas(t *testing.T) {
	files, err := Attachments(heldNotice(), []string{FormatText}, Fonts{})
	require.NoError(t, err)
	require.Len(t, files, 1)
	assert.Equal(t, "text/plain; charset=utf-8", files[0].MediaType)
	en, zh := NoticeText(heldNotice())
	assert.True(t, strings.HasPrefix(string(files[0].Body), en))
	assert.True(t, strings.HasSuffix(string(files[0].Body), zh))

	_, err = Attachments(heldNotice(), []string{FormatPDF}, Fonts{})
	assert.ErrorContains(t, err, `a notice is not drawn as "pdf"`)
	_, err = Attachments(&document.Party{ID: "C-1"}, []string{FormatText}, Fonts{})
	assert.ErrorContains(t, err, "a party is not drawn")
	_, err = Attachments(exportPaper(document.PackingList, "PL-1", 1), []string{FormatPDF}, Fonts{})
	assert.ErrorIs(t, err, ErrNoFont)
	files, err = Attachments(&document.SalesOrder{}, nil, Fonts{})
	assert.NoError(t, err)
	assert.Empty(t, files)
}
