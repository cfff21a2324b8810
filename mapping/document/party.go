package document

// Party is a customer.
type Party struct {
	ID           string            `json:"id"`         // the CRM's customer code
	Name         string            `json:"name"`       // in Latin letters; may be empty
	LocalName    string            `json:"local_name"` // in Chinese characters; may be empty
	Address      string            `json:"address"`
	LocalAddress string            `json:"local_address"`
	Country      string            `json:"country"` // ISO 3166-1 alpha-2
	Channel      Channel           `json:"channel"`
	Class        string            `json:"class"`   // A, B or C
	Account      string            `json:"account"` // key of the CreditAccount that answers for this customer
	Contact      string            `json:"contact"`
	Phone        string            `json:"phone"`
	Email        string            `json:"email"`          // where order confirmations go
	Handbook     string            `json:"handbook"`       // customs handbook number, transfer-factory only
	Marks        string            `json:"marks"`          // the main shipping mark: a template, see Marks
	SideMarks    string            `json:"side_marks"`     // the side mark, a template too
	Port         string            `json:"port"`           // port of discharge, export only: UN/LOCODE or name
	Window       string            `json:"window"`         // when it takes deliveries in: 08:30-11:30
	Requirements string            `json:"requirements"`   // what every delivery to it must observe
	Stopped      bool              `json:"stopped"`        // a hold set by people in the CRM
	Refs         map[string]string `json:"refs,omitempty"` // its number in other systems: {"erp": "K0012"}
}

func (*Party) Kind() Kind    { return KindParty }
func (p *Party) Key() string { return p.ID }

// Item is something that is sold.
type Item struct {
	ID          string            `json:"id"` // our code
	Name        string            `json:"name"`
	LocalName   string            `json:"local_name"`
	Unit        string            `json:"unit"` // Recommendation 20: C62, MTR
	HSCode      string            `json:"hs_code"`
	Origin      string            `json:"origin"`        // ISO 3166-1 alpha-2
	PerCarton   Decimal           `json:"per_carton"`    // units in a full carton
	NetUnitKG   Decimal           `json:"net_unit_kg"`   // net weight of one unit
	GrossFullKG Decimal           `json:"gross_full_kg"` // gross weight of a full carton
	TareKG      Decimal           `json:"tare_kg"`       // weight of an empty carton
	LengthCM    Decimal           `json:"length_cm"`     // of a carton
	WidthCM     Decimal           `json:"width_cm"`
	HeightCM    Decimal           `json:"height_cm"`
	Handbook    string            `json:"handbook"`       // its item number in the customs handbook, transfer-factory only
	Refs        map[string]string `json:"refs,omitempty"` // {"erp": "100234"}
}

func (*Item) Kind() Kind    { return KindItem }
func (i *Item) Key() string { return i.ID }
