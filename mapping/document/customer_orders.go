package document

// CustomerOrders are the latest large orders of one customer, by which it is seen that one purchase was split into several. It is kept
// where the credit policy says what is large.
type CustomerOrders struct {
	Customer string       `json:"customer,omitzero"` // key of the Party
	Orders   []LargeOrder `json:"orders,omitempty"`  // in the order in which they were decided
}

func (*CustomerOrders) Kind() Kind    { return KindCustomerOrders }
func (c *CustomerOrders) Key() string { return c.Customer }

// LargeOrder is one of them.
type LargeOrder struct {
	Order      string `json:"order,omitzero"`  // key of the SalesOrder
	Number     string `json:"number,omitzero"` // that people use
	CustomerPO string `json:"customer_po,omitzero"`
	On         Date   `json:"on,omitzero"` // when it was ordered
	Amount     Money  `json:"amount"`      // tax included, in the currency of the sign-off
}
