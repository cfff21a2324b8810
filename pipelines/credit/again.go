package credit

import (
	"slices"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// again judges a held order once more, because its account may have room for it now, and brings what is reserved for
// a released one to the rate of today, or judges it anew when its time has come.
func (s *Step) again(m pipelines.Memory, alarm *document.Alarm) ([]document.Document, error) {
	switch alarm.Of.Kind {
	case document.KindExchangeRate:
		return s.dayCame(m, alarm.Of)
	case document.KindReceivables:
		return s.restate(m, alarm.Of)
	case document.KindCreditAccount:
		return s.calendar(m, alarm.Of.Key)
	case document.KindLimitProposal:
		return s.lapse(m, alarm)
	}
	if alarm.Of.Kind != document.KindSalesOrder {
		return []document.Document{alarm}, nil
	}
	head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, alarm.Of.Key)
	if moved := s.revalue(m, head); moved != nil {
		return moved, nil
	}
	switch {
	case head == nil:
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "there is no such order"}
	case !head.WaitsForRoom():
		return s.onTime(m, head)
	}
	order := document.Copy(head)
	order.State, order.Party = document.OrderReceived, asOfToday(m, head) // whoever was stopped since does not go by itself
	return s.check(m, order)
}

// Line is how held orders stand behind each other under the policy: all by the time at which they were held, or by the class of
// their customer before that, classes that are not named last.
func (s *Step) Line() pipelines.Line {
	line := pipelines.Line{Skip: s.policy.AutoRelease.Skip}
	if s.policy.AutoRelease.Order == classFirst {
		classes := s.policy.AutoRelease.Classes
		line.Place = func(o *document.SalesOrder) int {
			if o.Party != nil {
				if i := slices.Index(classes, o.Party.Class); i >= 0 {
					return i
				}
			}
			return len(classes)
		}
	}
	return line
}
