package render

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tradewire/mapping/document"
)

// NoticeText puts a notice into words, in English and in Chinese. The first line says it all; it may be used as a
// subject.
func NoticeText(n *document.Notice) (en, zh string) {
	return english.notice(n), chinese.notice(n)
}

// noticeBody is a notice in the language of its reader, or in both.
func noticeBody(n *document.Notice) []byte {
	switch n.Language {
	case "en":
		return []byte(english.notice(n))
	case "zh":
		return []byte(chinese.notice(n))
	}
	en, zh := NoticeText(n)
	return []byte(en + "\n" + strings.Repeat("-", 72) + "\n\n" + zh)
}

// writers are how the notices of each type are written.
var writers = map[document.NoticeType]func(*letter, *document.Notice){
	document.OrderHeldAlert:        (*letter).orderHeld,
	document.CreditNearAlert:       (*letter).creditWatch,
	document.CreditWatchAlert:      (*letter).creditWatch,
	document.CreditOverAlert:       (*letter).creditWatch,
	document.OverdueAlert:          (*letter).overdue,
	document.ExpiringAlert:         (*letter).expiring,
	document.StaleAlert:            (*letter).stale,
	document.LimitProposedNotice:   (*letter).limitProposed,
	document.OverrideUsedNotice:    (*letter).overrideUsed,
	document.ReleaseExpiringAlert:  (*letter).releaseExpiring,
	document.OrderReleasedNotice:   (*letter).orderReleased,
	document.OrderChangedNotice:    (*letter).orderChanged,
	document.OrderSuspendedNotice:  (*letter).orderSuspended,
	document.OrderCancelledNotice:  (*letter).orderCancelled,
	document.CancelRequestedNotice: (*letter).cancelRequested,
	document.BookingNotice:         (*letter).bookingRequest,
	document.DeliveryNotice:        (*letter).deliveryRequest,
	document.DespatchStopped:       (*letter).despatchStopped,
	document.ObjectionNotice:       (*letter).objection,
	document.AckReminder:           (*letter).answerLate,
	document.AckLate:               (*letter).answerLate,
	document.DigestNotice:          (*letter).digest,
	document.UnansweredAlert:       (*letter).unanswered,
}

func (s speaker) notice(n *document.Notice) string {
	t := &letter{speaker: s}
	write, known := writers[n.Type]
	if !known {
		write = (*letter).anyNotice
	}
	write(t, n)
	return t.String()
}

// anyNotice is one of a type that has no words yet: what is known of it is said all the same.
func (t *letter) anyNotice(n *document.Notice) {
	t.headline(n, t.say("any.headline", string(n.Type), t.orderOf(n)))
	t.orderFacts(n)
	t.fact("sent", stamp(n.At))
	t.align()
	t.requirements(n)
	t.orderTable(n)
}

// headline is the first line: whose orders come first, what has happened, and whose order it is.
func (t *letter) headline(n *document.Notice, said string) {
	if name := t.customer(n); name != "" {
		said = t.say("of.customer", said, name)
	}
	t.line(mark(n) + said)
	t.line("")
}

func mark(n *document.Notice) string {
	if n.Urgent() {
		return "[" + n.Class + "] "
	}
	return ""
}

// customer is its name in the reader's language, or the one that there is.
func (s speaker) customer(n *document.Notice) string {
	name, local := names(n)
	return s.either(name, local)
}

// customerNames are both names, where there are two.
func customerNames(n *document.Notice) string {
	name, local := names(n)
	switch {
	case name == "":
		return local
	case local != "" && local != name:
		return name + " (" + local + ")"
	}
	return name
}

func names(n *document.Notice) (name, local string) {
	if n.Customer == "" && n.LocalCustomer == "" && n.Buyer != nil {
		return n.Buyer.Name, n.Buyer.LocalName
	}
	return n.Customer, n.LocalCustomer
}

// either is the name that the reader's language prefers.
func (s speaker) either(name, local string) string {
	if local != "" && (s == chinese || name == "") {
		return local
	}
	return name
}

// orderOf is the number that people use, or what there is instead.
func (s speaker) orderOf(n *document.Notice) string {
	if number := numberOrKey(n); number != "" {
		return number
	}
	return s.say("order.unknown")
}

// despatchOf is the order with its shipment, where it is about one: an order may have several.
func (s speaker) despatchOf(n *document.Notice) string {
	if shipment := shipmentOf(n); shipment != "" {
		return s.say("order.despatch", s.orderOf(n), shipment)
	}
	return s.orderOf(n)
}

// stamp is an instant in the zone that it carries.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	if _, offset := at.Zone(); offset == 0 {
		return at.Format("2006-01-02 15:04 UTC")
	}
	return at.Format("2006-01-02 15:04 -07:00")
}

// houseTime is an instant in the company's zone, which is that of the notice.
func houseTime(n *document.Notice, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return stamp(at.In(n.At.Location()))
}

// sentence begins with a capital letter, and what stands within one does not.
func sentence(s string) string { return begins(s, unicode.ToUpper) }
func within(s string) string   { return begins(s, unicode.ToLower) }

func begins(s string, with func(rune) rune) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(with(first)) + s[size:]
}
