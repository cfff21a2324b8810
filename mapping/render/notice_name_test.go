package render

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"tradewire/mapping/document"
)

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

func TestANoticeIsNamedByWhatPeopleLookFor(t *testing.T) {
	all := notices()
	for sample, want := range map[string]string{
		"notice_order_released_purchasing":  `order_released-SO-2026-0417-r1-purchasing-Ms.-Ho-[0-9a-f]{8}.txt`,
		"notice_order_changed_purchasing":   `order_changed-SO-2026-0417-r2-purchasing-Purchasing.txt`,
		"notice_order_changed_planning":     `order_changed-SO-2026-0417-r2-planning-[0-9a-f]{8}.txt`, // a recipient in Chinese
		"notice_booking_request":            `booking_request-SO-2026-0417-DN000456-r1-shipping-[0-9a-f]{8}.txt`,
		"notice_objection":                  `objection-SO-2026-0417-r2-purchasing-sales-Sales.txt`,
		"notice_ack_reminder":               `ack_reminder-SO-2026-0417-r2-planning-[0-9a-f]{8}.txt`,
		"notice_ack_reminder_of_a_shipment": `ack_reminder-SO-2026-0417-DN000456-r2-shipping-[0-9a-f]{8}.txt`,
		"notice_ack_late":                   `ack_late-SO-2026-0417-r2-planning-manager-General-manager-[0-9a-f]{8}.txt`,
		"notice_order_held":                 `order_held-8801-2.txt`,
	} {
		assert.Regexp(t, "^"+want+"$", noticeName(all[sample]), sample)
	}
	alone := all["notice_order_changed_purchasing"]
	alone.Recipient = ""
	assert.Equal(t, "order_changed-SO-2026-0417-r2-purchasing.txt", noticeName(alone))
}

func TestACreditNoticeToOneOfSeveralKeepsAFileOfItsOwn(t *testing.T) {
	n := heldNotice()
	n.OrderKey = "8801"
	assert.Equal(t, "order_held-8801-2.txt", noticeName(n))
	n.Recipient = "Ms. Ho"
	first := noticeName(n)
	n.Recipient = "何静"
	assert.NotEqual(t, first, noticeName(n))
	n.To, n.Recipient = "sales", ""
	assert.Regexp(t, `^order_held-8801-2-sales-[0-9a-f]{8}\.txt$`, noticeName(n))
}

// An order's number stands for its key in these names, as it does for people.
func TestTwoNoticesNeverShareAFile(t *testing.T) {
	part := rapid.SampledFrom([]string{"", "A", "1", "2", "r1", "A-1", "A-r1", "planning", "sales", "plan-ning", "订单", "a/b"})
	types := rapid.SampledFrom(document.NoticeTypes())
	some := rapid.Custom(func(t *rapid.T) *document.Notice {
		n := &document.Notice{Type: types.Draw(t, "type"), OrderKey: part.Draw(t, "order"), To: part.Draw(t, "to"), Recipient: part.Draw(t, "recipient")}
		n.Order = n.OrderKey
		shipment, revision, department := part.Draw(t, "shipment"), rapid.Int64Range(0, 2).Draw(t, "revision"), part.Draw(t, "department")
		ids := []string{
			fmt.Sprintf("%s/%s/%d", n.Type, n.OrderKey, revision), fmt.Sprintf("%s/%s/%s/%d", n.Type, n.OrderKey, shipment, revision),
			fmt.Sprintf("%s/%s/%d/%s", n.Type, n.OrderKey, revision, department), n.OrderKey,
		}
		n.ID = rapid.SampledFrom(ids).Draw(t, "id")
		if rapid.Bool().Draw(t, "news") {
			n.News = &document.News{Revision: revision}
		}
		if rapid.Bool().Draw(t, "duty") {
			n.Duty = &document.Duty{Department: department, Shipment: shipment, Revision: revision}
		}
		return n
	})
	rapid.Check(t, func(t *rapid.T) {
		names := map[string]string{}
		for _, n := range rapid.SliceOfN(some, 2, 40).Draw(t, "notices") {
			name := noticeName(n)
			if key, taken := names[name]; taken && key != n.Key() {
				t.Fatalf("%q and %q share %s", key, n.Key(), name)
			}
			names[name] = n.Key()
		}
	})
}
