package credit

import (
	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// again judges a held order once more, because its account may have room for it now.
func (s *Step) again(m pipelines.Memory, alarm *document.Alarm) ([]document.Document, error) {
	if alarm.Of.Kind != document.KindSalesOrder {
		return []document.Document{alarm}, nil
	}
	head := pipelines.Head[*document.SalesOrder](m, document.KindSalesOrder, alarm.Of.Key)
	if head == nil || !head.WaitsForRoom() {
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "the order does not wait any more"}
	}
	order := document.Copy(head)
	order.State = document.OrderReceived
	return s.check(m, order)
}
