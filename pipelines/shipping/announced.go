package shipping

import (
	"fmt"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// announced takes a despatch in that has not left: nothing of it is counted, packed or written, and it may still change. Whether it may
// leave is the question of credit.
func (*Step) announced(m pipelines.Memory, came *document.Shipment) ([]document.Document, error) {
	before := pipelines.Head[*document.Shipment](m, document.KindShipment, came.ID)
	switch {
	case before.Left() != nil:
		return nil, fmt.Errorf("shipment %s: it has left, and is told as planned: correct its quantities, or despatch again under another number", came.ID)
	case before != nil && same(came, before) && len(before.Holds) == 0:
		return nil, &pipelines.SetAside{Bucket: pipelines.Unchanged, Reason: "the ERP said so before"}
	}
	order, err := orderOf(m, came)
	if err != nil {
		return nil, err
	}
	if err := refuse(came, nil, order); err != nil {
		return nil, err
	}
	shipment := fromERP(came)
	shipment.Planned, shipment.Stage, shipment.Channel = true, document.StagePlanned, order.Party.Channel
	return []document.Document{shipment}, nil
}
