package distribution

import (
	"fmt"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// stop tells shipping that goods which are about to leave must not, because their order is held.
func (s *Step) stop(m pipelines.Memory, o *document.SalesOrder, sh *document.Shipment) (answers []document.Document) {
	if len(sh.Holds) == 0 {
		return nil
	}
	n := notice(m, begin(m, o), document.DespatchStopped)
	n.ID = fmt.Sprintf("%s/%s/%s/%d", n.Type, o.ID, sh.ID, o.SourceRevision)
	n.News = &document.News{Revision: o.SourceRevision, Channel: sh.Channel}
	n.Holds, n.Shipment, n.Buyer = sh.Holds, document.Copy(sh), document.Copy(buyer(m, o))
	for _, name := range s.policy.told(ofShipments) {
		answers = append(answers, notices(name, s.policy.Departments[name].Recipients, n)...)
	}
	return answers
}
