package document

// ProductionReport is how far the ERP says that production of one order line has come, cumulative.
type ProductionReport struct {
	ID      string   `json:"id"`    // the ERP's key of the report
	Order   string   `json:"order"` // key of the SalesOrder
	Line    int      `json:"line"`
	Started Quantity `json:"started"` // in production or made
	Made    Quantity `json:"made"`
}

func (*ProductionReport) Kind() Kind    { return KindProductionReport }
func (p *ProductionReport) Key() string { return p.ID }
