package render

import (
	"strconv"
	"strings"

	"tradewire/mapping/document"
)

// Spoken are the words of notices for lists of the same things: an inbox calls an order, a field and a department as the
// notice does.
type Spoken struct{ speaker }

// In is English, or Simplified Chinese.
func In(simplifiedChinese bool) Spoken {
	if simplifiedChinese {
		return Spoken{chinese}
	}
	return Spoken{english}
}

// Department is a department within a sentence; one that a company has added stands for itself.
func (s Spoken) Department(name string) string { return s.department(name) }

// About is what a notice is about, in a few words.
func (s Spoken) About(t document.NoticeType) string { return s.about(t) }

// Fields are fields of an order, listed.
func (s Spoken) Fields(fields []string) string {
	said := make([]string, len(fields))
	for i, f := range fields {
		said[i] = within(s.field(f))
	}
	return s.listed(said)
}

// Hold is why an order is held, with its arithmetic.
func (s Spoken) Hold(h document.Hold) string { return s.reason(h.Reason) + ": " + s.detail(h) }

// Remedies are what can be done about holds.
func (s Spoken) Remedies(holds []document.Hold) string { return strings.Join(s.remedies(holds), " ") }

// Then is what lets an order go once its holds are settled; empty, where its remedies say so.
func (s Spoken) Then(holds []document.Hold) string { return s.then(holds) }

// AckCommand is the command line by which a department answers for exactly what it was sent.
func AckCommand(order string, duty *document.Duty) string {
	command := "tradewire ack " + shellWord(order)
	if duty.Shipment != "" {
		command += " --shipment " + shellWord(duty.Shipment)
	}
	if duty.Revision > 0 {
		command += " --revision " + strconv.FormatInt(duty.Revision, 10)
	}
	return command + " --department " + shellWord(duty.Department) + " --as "
}
