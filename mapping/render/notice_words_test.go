package render

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"tradewire/mapping/document"
)

func TestEveryPhraseIsThereOnceInBothLanguages(t *testing.T) {
	verb := regexp.MustCompile(`%\[\d\]s`)
	seen := map[string]bool{}
	for _, phrases := range phraseBooks {
		for key, w := range phrases {
			assert.NotEmpty(t, w.en, key)
			assert.NotEmpty(t, w.zh, key)
			assert.Equal(t, slices.Sorted(slices.Values(verb.FindAllString(w.en, -1))), slices.Sorted(slices.Values(verb.FindAllString(w.zh, -1))),
				"%s tells different facts in the two languages", key)
			assert.False(t, seen[key], "%s is there twice", key)
			seen[key] = true
		}
	}
}

func TestEveryReasonHasWordsAndARemedyInBothLanguages(t *testing.T) {
	for reason, w := range reasons {
		assert.Equal(t, w.en, english.reason(reason))
		assert.Equal(t, w.zh, chinese.reason(reason))
		assert.NotEmpty(t, remedies[reason].en, reason)
		assert.NotEmpty(t, remedies[reason].zh, reason)
	}
}

func TestEveryTypeAndFieldAndStateHasWordsInBothLanguages(t *testing.T) {
	for _, kind := range document.NoticeTypes() {
		assert.Contains(t, writers, kind)
		assert.Contains(t, subjects, string(kind))
	}
	for _, field := range document.Fields() {
		assert.Contains(t, fields, field)
	}
	for _, words := range []map[string]word{fields, states, channels, departments, subjects, proposalStates, limitActs} {
		for name, w := range words {
			assert.NotEmpty(t, w.en, name)
			assert.NotEmpty(t, w.zh, name)
		}
	}
}

// rawCode finds keys of phrases and codes that are no words: col.net, direct_export, C62.
var rawCode = regexp.MustCompile(`\b[a-z]+[_.][a-z]+[a-z_.]*\b|\b(C62|MTR|NET30|EOM60|PREPAY)\b|%!`)

func TestNoNoticeHoldsACode(t *testing.T) {
	all := notices()
	delete(all, "notice_of_a_new_type")
	for _, name := range slices.Sorted(maps.Keys(all)) {
		en, zh := NoticeText(all[name])
		for _, text := range []string{en, zh} {
			found := rawCode.FindString(text)
			assert.True(t, found == "" || found == "he.jing", "%s holds %q", name, found)
		}
	}
}

func TestTheHeadlineSaysWhereAnOrderNowStands(t *testing.T) {
	for _, c := range []struct{ was, is, en, zh string }{
		{"held", "released", "released again", "恢复执行"},
		{"cancel_requested", "released", "goes on, not cancelled", "照常执行，不取消"},
		{"cancelled", "released", "released", "已放行"},
	} {
		n := orderNotice(document.OrderChangedNotice, "planning", "")
		n.News = &document.News{Changes: []document.FieldChange{{Field: document.FieldState, Was: c.was, Is: c.is}, {Field: document.FieldCustomerPO}}}
		assert.Equal(t, "Order SO-2026-0417 changed: "+c.en+", customer PO", english.changedHeadline(n))
		assert.Equal(t, "订单 SO-2026-0417 已更改："+c.zh+"、客户订单号", chinese.changedHeadline(n))
	}
}
