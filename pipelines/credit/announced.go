package credit

import (
	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// announced judges the order of a despatch that has not left yet anew in full, however far off its planned day lies: its goods leave now.
// Where the order is held, the despatch says why it must not leave.
func (s *Step) announced(m pipelines.Memory, d *document.Shipment, head *document.SalesOrder) (answers []document.Document, err error) {
	shipment, held := document.Copy(d), head.Held()
	shipment.Holds = head.Holds
	if watched(head) {
		now := s.measuring()
		order := document.Copy(head)
		order.State, order.Party, order.Credit = document.OrderReceived, asOfToday(m, head), nil
		if answers, err = now.check(m, order); err != nil {
			return nil, err
		}
		judged := answers[0].(*document.SalesOrder)
		held, shipment.Holds = judged.Held(), judged.Holds
	}
	if head.Held() && head.Credit != nil && head.Credit.Basis != nil && !head.Credit.Basis.Shipping {
		order := document.Copy(head) // it goes again when it may leave, and no sooner
		order.Credit.Basis.Shipping = true
		answers = append(answers, order)
	}
	if !held {
		shipment.Holds = nil
	}
	return append([]document.Document{shipment}, answers...), nil
}

// measuring is the step that measures an order however far off it ships.
func (s *Step) measuring() *Step {
	now := *s
	now.policy.HorizonDays = 0
	return &now
}

// stopped says whether an order was held when its goods were about to leave. Until it passes, or ships on another day, it is asked what
// was asked then.
func stopped(head, order *document.SalesOrder) bool {
	return head != nil && head.Held() && head.Credit != nil && head.Credit.Basis != nil && head.Credit.Basis.Shipping && head.PlannedShip == order.PlannedShip
}

// leaving is the step as it judges an order again whose goods were about to leave.
func (s *Step) leaving(head, order *document.SalesOrder) *Step {
	if stopped(head, order) {
		return s.measuring()
	}
	return s
}
