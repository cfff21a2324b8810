package render

import (
	"encoding/json"
	"slices"
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
		Credit: &document.CreditDecision{Account: "K0012", Limit: limit, Before: before, Demand: document.M("78000", "HKD"), Rate: document.D("7.8"),
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

func heldNoticeOfClass(class string) *document.Notice {
	n := heldNotice()
	n.Class, n.At = class, n.At.In(hongKong)
	return n
}

func heldAtRatesOfTheDay() *document.Notice {
	n := heldNotice()
	n.Credit.Pair = "USD/HKD"
	n.Credit.Rates = []document.DatedRate{{From: "USD", To: "HKD", On: on("2026-03-16"), Rate: document.D("7.8"), ID: "R17"},
		{From: "USD", To: "CNY", On: on("2026-03-13"), Rate: document.D("7.1"), ID: "R12"}}
	return n
}

func heldForEveryReason() *document.Notice {
	n := heldNotice()
	n.Holds = nil
	for _, reason := range []document.HoldReason{document.LimitExceeded, document.NoLimit, document.Overdue, document.Stopped, document.Stopped,
		document.TermsExceedClass, document.FXRateMissing, document.ARStale} {
		n.Holds = append(n.Holds, document.Hold{Reason: reason, Detail: "the detail"})
	}
	n.Limit, n.Credit.Rate = nil, document.Decimal{}
	return n
}

func TestNoticesReadAsTheyDid(t *testing.T) {
	for name, n := range notices() {
		t.Run(name, func(t *testing.T) { golden(t, name+".txt", string(noticeBody(n))) })
	}
}

func TestAReasonThatIsNewIsShownAsItIs(t *testing.T) {
	n := heldNotice()
	n.Holds = []document.Hold{{Reason: "NOT_NAMED_YET", Detail: "third reminder"}}
	en, zh := NoticeText(n)
	assert.Contains(t, en, "- NOT_NAMED_YET: third reminder")
	assert.Contains(t, zh, "NOT_NAMED_YET")
}

func TestANoticeOfAnOrderTellsWhatWasPaidAheadForIt(t *testing.T) {
	n := heldNotice()
	n.Credit.Ahead = document.M("8000.50", "HKD")
	en, zh := NoticeText(n)
	assert.Regexp(t, "Less what was paid ahead for it +HKD 8,000.50\n +Exposure with this order +HKD 525,000.00\n", en)
	assert.Regexp(t, "减：本订单已预付 +HKD 8,000.50\n", zh)
}

func TestANoticeOfAnOrderThatDoesNotLeaveUnpaidSpeaksOfNoExcess(t *testing.T) {
	n := heldNotice()
	n.Credit.Secured = true
	en, zh := NoticeText(n)
	assert.NotContains(t, en, "Beyond the limit")
	assert.Contains(t, en, "no, its goods do not leave unpaid")
	assert.Contains(t, zh, "否，未付款不出货")
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

func TestANoticeSpeaksItsReadersLanguage(t *testing.T) {
	n := releasedToPlanning()
	en, zh := NoticeText(n)
	for language, want := range map[string]string{"en": en, "zh": zh, "": en + "\n" + strings.Repeat("-", 72) + "\n\n" + zh} {
		n.Language = language
		assert.Equal(t, want, string(noticeBody(n)), language)
	}
}

func TestTheFirstLineSaysItAll(t *testing.T) {
	for name, n := range notices() {
		if n.OrderKey == "" {
			continue // about credit
		}
		en, zh := NoticeText(n)
		for text, customer := range map[string]string{en: n.Customer, zh: n.LocalCustomer} {
			first, _, _ := strings.Cut(text, "\n")
			assert.Contains(t, first, n.Order, name)
			assert.Contains(t, first, customer, name)
			assert.Equal(t, n.Class == "A", strings.HasPrefix(first, "[A] "), name)
		}
	}
}

func TestTimesAreThoseOfTheCompany(t *testing.T) {
	n := reminder()
	en, _ := NoticeText(n)
	assert.Contains(t, en, "late since 2026-03-17 10:30 +08:00")
	n.At = n.At.UTC()
	en, _ = NoticeText(n)
	assert.Contains(t, en, "late since 2026-03-17 02:30 UTC")
}

func TestANoticeReadsTheSameAfterItWasStored(t *testing.T) {
	for name, n := range notices() {
		body, err := document.Marshal(n)
		require.NoError(t, err)
		var stored document.Notice
		require.NoError(t, json.Unmarshal(body, &stored))
		assert.Equal(t, string(noticeBody(n)), string(noticeBody(&stored)), name)
		assert.Equal(t, noticeName(n), noticeName(&stored), name)
	}
}

// bare are notices of every type of which hardly anything is known.
func bare() (all []*document.Notice) {
	for _, kind := range append(document.NoticeTypes(), "unheard_of") {
		all = append(all, &document.Notice{Type: kind}, &document.Notice{Type: kind, OrderKey: "8801", To: "planning", News: &document.News{Answer: true}},
			&document.Notice{Type: kind, Order: "SO-1", Shipment: &document.Shipment{ID: "DN-1"}, Duty: &document.Duty{}},
			&document.Notice{Type: kind, Order: "SO-1", Shipment: &document.Shipment{Booking: &document.Booking{}, Drop: &document.Drop{}, Packing: &document.Packing{}},
				News: &document.News{Lines: []document.NoticeLine{{}}, Changes: []document.FieldChange{{}, {Field: "quantity"}}, Shows: document.Fields()}})
	}
	return all
}

func TestANoticeOfWhichLittleIsKnownSaysThatMuch(t *testing.T) {
	for _, n := range bare() {
		en, zh := NoticeText(n)
		for _, text := range []string{en, zh} {
			first, _, _ := strings.Cut(text, "\n")
			assert.NotEmpty(t, first, n.Type)
			assert.True(t, slices.Contains(document.AccountAlertTypes(), n.Type) || n.Type == document.DigestNotice || strings.Contains(first, n.Order), n.Type) // an account has no order, a digest several
			assert.NotContains(t, text, "%!", n.Type)
			assert.NotContains(t, text, "0001-01-01", n.Type)
		}
		assert.NotEmpty(t, noticeName(n))
	}
}

func TestAnOrdersNumberStaysAWordOnTheCommandLine(t *testing.T) {
	for number, want := range map[string]string{
		"SO-2026-0417": "SO-2026-0417", "SO 17": "'SO 17'", "17; rm -rf $HOME": "'17; rm -rf $HOME'", "it's": `'it'\''s'`, "a\nb": "'a b'", "": "''",
	} {
		assert.Equal(t, want, shellWord(number))
	}
	n := releasedToPlanning()
	n.Order = "$(reboot)"
	en, _ := NoticeText(n)
	assert.Contains(t, en, "tradewire ack '$(reboot)' --revision 1 --department planning")
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
