package document

// ProductionReport is how far the ERP says that production of one order line has come, cumulative.
type ProductionReport struct {
	ID      string   `json:"id,omitzero"`    // the ERP's key of the report
	Order   string   `json:"order,omitzero"` // key of the SalesOrder
	Line    int      `json:"line,omitzero"`
	Started Quantity `json:"started,omitzero"` // in production or made
	Made    Quantity `json:"made,omitzero"`
}

func (*ProductionReport) Kind() Kind    { return KindProductionReport }
func (p *ProductionReport) Key() string { return p.ID }
