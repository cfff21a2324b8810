package document

// Party is a customer.
type Party struct {
	ID           string            `json:"id,omitzero"`         // the CRM's customer code
	Name         string            `json:"name,omitzero"`       // in Latin letters; may be empty
	LocalName    string            `json:"local_name,omitzero"` // in Chinese characters; may be empty
	TaxID        string            `json:"tax_id,omitzero"`     // by which its tax office knows it
	Address      string            `json:"address,omitzero"`
	LocalAddress string            `json:"local_address,omitzero"`
	Country      string            `json:"country,omitzero"` // ISO 3166-1 alpha-2
	Channel      Channel           `json:"channel,omitzero"`
	Class        string            `json:"class,omitzero"`   // A, B or C
	Account      string            `json:"account,omitzero"` // key of the CreditAccount that answers for this customer
	Contact      string            `json:"contact,omitzero"`
	Phone        string            `json:"phone,omitzero"`
	Email        string            `json:"email,omitzero"`        // where order confirmations go
	Handbook     string            `json:"handbook,omitzero"`     // customs handbook number, transfer-factory only
	Marks        string            `json:"marks,omitzero"`        // the main shipping mark: a template, see Marks
	SideMarks    string            `json:"side_marks,omitzero"`   // the side mark, a template too
	Port         string            `json:"port,omitzero"`         // port of discharge, export only: UN/LOCODE or name
	Window       string            `json:"window,omitzero"`       // when it takes deliveries in: 08:30-11:30
	Requirements string            `json:"requirements,omitzero"` // what every delivery to it must observe
	Stopped      bool              `json:"stopped,omitzero"`      // a hold set by people in the CRM
	Refs         map[string]string `json:"refs,omitempty"`        // its number in other systems: {"erp": "K0012"}

	// Facts of the credit policy's rules. What nobody maps is not known, and its rule is not applied.
	Overseas     bool     `json:"overseas,omitzero"`       // pays from abroad: by letter of credit
	FirstOrderOn Date     `json:"first_order_on,omitzero"` // the day of its first order ever; zero: not known
	OrderCount   *int     `json:"order_count,omitempty"`   // its orders so far, without the one that is judged; nil: not known
	Waivers      []Waiver `json:"waivers,omitempty"`       // rules that do not hold for it
}

func (*Party) Kind() Kind    { return KindParty }
func (p *Party) Key() string { return p.ID }

// Item is something that is sold.
type Item struct {
	ID          string            `json:"id,omitzero"` // our code
	Name        string            `json:"name,omitzero"`
	LocalName   string            `json:"local_name,omitzero"`
	Unit        string            `json:"unit,omitzero"` // Recommendation 20: C62, MTR
	HSCode      string            `json:"hs_code,omitzero"`
	Origin      string            `json:"origin,omitzero"`        // ISO 3166-1 alpha-2
	PerCarton   Decimal           `json:"per_carton,omitzero"`    // units in a full carton
	NetUnitKG   Decimal           `json:"net_unit_kg,omitzero"`   // net weight of one unit
	GrossFullKG Decimal           `json:"gross_full_kg,omitzero"` // gross weight of a full carton
	TareKG      Decimal           `json:"tare_kg,omitzero"`       // weight of an empty carton
	LengthCM    Decimal           `json:"length_cm,omitzero"`     // of a carton
	WidthCM     Decimal           `json:"width_cm,omitzero"`
	HeightCM    Decimal           `json:"height_cm,omitzero"`
	Handbook    string            `json:"handbook,omitzero"` // its item number in the customs handbook, transfer-factory only
	Refs        map[string]string `json:"refs,omitempty"`    // {"erp": "100234"}
}

func (*Item) Kind() Kind    { return KindItem }
func (i *Item) Key() string { return i.ID }
