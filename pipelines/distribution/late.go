package distribution

import (
	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// late reminds a department whose answer is due, and tells the manager when it is still missing later. Each is said once
// for a revision.
func (s *Step) late(m pipelines.Memory, alarm *document.Alarm) ([]document.Document, error) {
	head := headOf(m, alarm.Of.Key)
	if head == nil || head.Next().IsZero() {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "it was answered meanwhile"}
	}
	if head.Next().After(m.Now()) {
		// Named again, it is looked at again when its own time comes: the clock may have been set back.
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "it is not late yet", Documents: []document.Document{head}}
	}
	d := document.Copy(head)
	answers := s.dismiss(m, d)
	for i := range d.Duties {
		duty := &d.Duties[i]
		if duty.Status != document.DutySent {
			continue
		}
		if !duty.Reminded && !duty.Due.After(m.Now()) {
			duty.Reminded = true
			answers = append(answers, dutyNotices(m, d, duty, document.AckReminder, duty.Department, s.policy.Departments[duty.Department].Recipients)...)
		}
		if !duty.Escalated && !duty.Overdue.After(m.Now()) {
			duty.Escalated = true
			answers = append(answers, dutyNotices(m, d, duty, document.AckLate, "manager", s.policy.Manager)...)
		}
	}
	return append([]document.Document{alarm, d}, answers...), nil
}
