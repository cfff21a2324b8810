package distribution

import (
	"slices"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// alert tells of what credit has to say: each recipient of the department that it is meant for, and of every other that is
// told of credit unless the policy names who hears of it, in its language, through its channel and in its time. A department that has no recipients for it is sent the notice as it
// came: without a recipient, a language or a channel.
func (s *Step) alert(m pipelines.Memory, n *document.Notice) (answers []document.Document) {
	if n.Recipient != "" || n.Channel != "" {
		return []document.Document{n} // it has its reader already
	}
	told := s.policy.told(ofCredit)
	if n.Named {
		told = slices.DeleteFunc(told, func(name string) bool { return name != n.To })
	}
	if !slices.Contains(told, n.To) {
		answers = append(answers, n)
	}
	for _, name := range told {
		last := m.Now() // when the last of them is told
		for _, told := range notices(name, s.policy.Departments[name].Recipients, *n) {
			answer := s.inTime(m, name, told.(*document.Notice))
			if box, waits := answer.(*document.LetterBox); waits && box.Until.After(last) {
				last = box.Until
			}
			answers = append(answers, answer)
		}
		answers = append(answers, s.watch(m, name, n, last)...)
	}
	return answers
}
