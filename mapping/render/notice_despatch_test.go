package render

import "tradewire/mapping/document"

// stoppedDespatch is a delivery that was announced and must not leave.
func stoppedDespatch() *document.Notice {
	n := delivery()
	n.Type, n.ID = document.DespatchStopped, "despatch_stopped/8801/DN000456/1"
	n.Shipment.Drop, n.Shipment.Packing, n.Shipment.Planned, n.Shipment.Stage = nil, nil, true, document.StagePlanned
	n.Holds, n.Duty = heldNotice().Holds, nil
	n.News = &document.News{Revision: 1, Channel: n.News.Channel}
	return n
}
