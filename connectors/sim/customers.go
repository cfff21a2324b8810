package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Customer is a customer as the CRM tells of it.
type Customer struct {
	ID        string `json:"id"`
	Name      string `json:"name,omitempty"`
	NameCN    string `json:"name_cn,omitempty"`
	Address   string `json:"address,omitempty"`
	AddressCN string `json:"address_cn,omitempty"`
	Country   string `json:"country"`
	Channel   string `json:"channel"` // export, transfer or domestic
	Class     string `json:"class"`
	ERPCode   string `json:"erp_code"` // the account that answers for it
	Contact   string `json:"contact,omitempty"`
	Phone     string `json:"phone,omitempty"`
	Email     string `json:"email,omitempty"`
	Handbook  string `json:"handbook,omitempty"`   // transfer only
	Marks     string `json:"marks,omitempty"`      // export only: a template, {carton} is filled in
	SideMarks string `json:"side_marks,omitempty"` // a template too
	Port      string `json:"port,omitempty"`       // export only: where the vessel is unloaded

	// Of deliveries inside China.
	Window       string `json:"window,omitempty"` // when goods are taken in
	Requirements string `json:"requirements,omitempty"`

	OnHold    bool   `json:"on_hold"`
	Revision  int64  `json:"revision"`
	UpdatedAt string `json:"updated_at"`
}

// role is the part that a customer plays in the story of credit.
type role string

const (
	healthy     role = ""             // has room for everything it orders
	noCheck     role = "no check"     // the ERP says that credit is not checked
	zeroLimit   role = "zero limit"   // a limit of zero: no credit
	nullLimit   role = "null limit"   // no limit was ever set: no credit
	overAll     role = "over"         // no order fits
	overSecond  role = "over second"  // the first order fits, the next do not
	overAmended role = "over amended" // the order fits until it is amended
	stopped     role = "stopped"      // state 9 in the ERP
	overdue     role = "overdue"      // an open item is overdue for more than 30 days
	crmHold     role = "crm hold"     // on hold in the CRM
)

// account is one row of the ERP's customer master.
type account struct {
	No       string
	Name     string
	Role     role
	Cured    bool // its trouble ends during the story
	State    int  // 1 open, 7 not checked, 9 stopped
	Limit    *int64
	Currency string
	Class    string
	Channel  string
	Terms    string
	Open     []openItem
	Demand   int64 // what all orders of the story come to, in its currency
}

// openItem is an unpaid document from before the story begins.
type openItem struct {
	No     string
	Due    int // days after the first day; negative: before
	Amount int64
}

var (
	brandsCN = []string{"蓝橡", "青砚", "云杉", "竹影", "鹭洲", "松果", "麦禾", "铜雀", "海棠", "石桥", "白榆", "星槎", "雾凇", "丹枫", "鹿鸣", "砚田", "芦汀", "霁月", "橙谷", "银杏"}
	tradesCN = []string{"电器", "照明", "家电", "电子", "音响", "厨具", "工具", "仪表"}
	citiesCN = []struct{ cn, en string }{
		{"东莞", "Dongguan"}, {"深圳", "Shenzhen"}, {"佛山", "Foshan"}, {"中山", "Zhongshan"}, {"惠州", "Huizhou"}, {"珠海", "Zhuhai"}, {"宁波", "Ningbo"}, {"苏州", "Suzhou"},
	}
	roadsCN  = []string{"河畔路", "新塘路", "望湖路", "工业北路", "创业街", "莲塘路"}
	brands   = []string{"Quillmere", "Tallowfen", "Brackwater", "Ostermoor", "Hazelrigg", "Windlow", "Carrowdale", "Fenmarch", "Larkspar", "Grimsholt", "Ashcombe Vale", "Pellworth", "Dunmarrow", "Skelbrook", "Thornquay"}
	trades   = []string{"Lighting", "Appliances", "Audio", "Tools"}
	overseas = []struct{ country, city, form, port, locode string }{
		{"DE", "Bremen", "GmbH", "Hamburg", "DEHAM"}, {"GB", "Leeds", "Ltd.", "Felixstowe", "GBFXT"}, {"US", "Tacoma, WA", "Inc.", "Long Beach", "USLGB"},
		{"AU", "Geelong, VIC", "Pty Ltd", "Melbourne", "AUMEL"}, {"NL", "Venlo", "B.V.", "Rotterdam", "NLRTM"}, {"ZA", "Durban", "(Pty) Ltd", "Durban", "ZADUR"},
		{"BR", "Joinville", "Ltda.", "Santos", "BRSSZ"},
	}
	surnames = []string{"陈", "林", "黄", "梁", "何", "罗", "郭", "潘", "邓", "谢"}
	givens   = []string{"先生", "小姐", "经理"}
	contacts = []string{"M. Arden", "J. Keller", "S. Okoro", "P. Lindqvist", "R. Almeida", "T. Novak"}
)

// customerCount is the number of active customers of a cable maker of this size.
const customerCount = 160

// makeCustomers invents the customers and the accounts that answer for them, in classes and channels as in the trade.
func makeCustomers(seed uint64) ([]*Customer, []*account) {
	r := line(seed, "customers")
	places := r.Perm(customerCount) // who is in which class
	shift := r.IntN(7)
	var customers []*Customer
	var accounts []*account
	for i := range customerCount {
		own := line(seed, fmt.Sprintf("customer/%d", i))
		c := &Customer{
			ID: fmt.Sprintf("C%04d", i+1), ERPCode: fmt.Sprintf("K%04d", i+1), Revision: 1,
			Class: classOf(places[i]), Channel: []string{"export", "transfer", "domestic"}[i%3],
		}
		if c.Channel == "export" {
			dressOverseas(c, own, i/3+shift)
		} else {
			dressMainland(c, own, i)
		}
		giveWishes(c, line(seed, fmt.Sprintf("customer wishes/%d", i)))
		customers = append(customers, c)
		name := c.Name
		if name == "" {
			name = c.NameCN
		}
		accounts = append(accounts, &account{
			No: c.ERPCode, Name: name, State: 1, Class: c.Class, Channel: c.Channel,
			Currency: map[string]string{"export": "USD", "transfer": "HKD", "domestic": "CNY"}[c.Channel],
			Terms:    termsOf(own, c),
		})
	}
	return customers, accounts
}

// classOf deals out the classes: 11 % A, 32 % B, 57 % C.
func classOf(place int) string {
	switch percent := place * 100 / customerCount; {
	case percent < 11:
		return "A"
	case percent < 43:
		return "B"
	}
	return "C"
}

func termsOf(r *rand.Rand, c *Customer) string {
	switch c.Class {
	case "A":
		return pick(r, []string{"NET60", "NET60", "NET60", "NET30"})
	case "B":
		return pick(r, []string{"NET30", "NET30", "NET30", "NET30", "COD"})
	}
	return pick(r, []string{"PREPAY", "PREPAY", "PREPAY", "PREPAY", "PREPAY", "PREPAY", "PREPAY", "COD"})
}

func dressOverseas(c *Customer, r *rand.Rand, n int) {
	where := overseas[n%len(overseas)]
	brand := brands[n%len(brands)]
	c.Name = fmt.Sprintf("%s %s %s", brand, trades[n/len(brands)%len(trades)], where.form)
	c.Address = fmt.Sprintf("%d Harbour Street, %s", between(r, 1, 180), where.city)
	c.Country = where.country
	c.Contact = pick(r, contacts)
	c.Phone = fmt.Sprintf("+%d %d %d", between(r, 30, 60), between(r, 100, 999), between(r, 100_000, 999_999))
	c.Marks = fmt.Sprintf("%s\n{po}\n%s\nC/NO. {carton}\nMADE IN CHINA", strings.ToUpper(brand), strings.ToUpper(where.port))
	c.Port = where.locode + " " + where.port
}

func dressMainland(c *Customer, r *rand.Rand, n int) {
	city := citiesCN[n%len(citiesCN)]
	c.NameCN = fmt.Sprintf("%s市%s%s有限公司", city.cn, brandsCN[n%len(brandsCN)], tradesCN[n/len(brandsCN)%len(tradesCN)])
	if c.Channel == "transfer" && chance(r, 50) { // the others are known by their Chinese name only
		c.Name = fmt.Sprintf("%s %s (%s)", pick(r, brands), trades[n%len(trades)], city.en)
	}
	c.AddressCN = fmt.Sprintf("广东省%s市%s%d号", city.cn, pick(r, roadsCN), between(r, 1, 288))
	if city.en == "Ningbo" || city.en == "Suzhou" {
		c.AddressCN = strings.TrimPrefix(c.AddressCN, "广东省")
	}
	c.Country = "CN"
	c.Contact = pick(r, surnames) + pick(r, givens)
	c.Phone = fmt.Sprintf("+86 769 8%07d", r.IntN(10_000_000))
	if c.Channel == "transfer" {
		c.Handbook = fmt.Sprintf("B52%09d", r.IntN(1_000_000_000))
	}
}

var (
	sideMarks = []string{"{item}\nQTY {quantity}\nN.W. {net_kg} KG\nG.W. {gross_kg} KG\nMEAS. {size_cm} CM", "P/O {po}\n{description}\n{quantity}\nG.W. {gross_kg} KG"}
	windows   = []string{"08:30-11:30, 13:30-17:00", "09:00-11:30, 14:00-16:30", "13:30-17:00", "08:00-12:00"}
	demands   = []string{"需用尾板车；送货前一天预约；凭送货单盖章签收", "送货前一天预约", "须附出厂检验报告；卸货口在2号门", "卡板交货，每板不超过1.2米高", "凭送货单盖章签收；司机须戴安全帽"}
)

// giveWishes says where a customer is written to and how it wants its goods. Some say nothing of it.
func giveWishes(c *Customer, r *rand.Rand) {
	if c.Channel == "export" {
		if chance(r, 60) {
			firm, _, _ := strings.Cut(c.Name, " ")
			c.Email = fmt.Sprintf("orders.%s@%s.example.com", strings.ToLower(c.ID), strings.ToLower(firm))
		}
		if chance(r, 50) {
			c.SideMarks = pick(r, sideMarks)
		}
		return
	}
	if chance(r, 30) {
		c.Email = strings.ToLower(c.ID) + "@example.net"
	}
	if chance(r, 55) {
		c.Window = pick(r, windows)
	}
	if chance(r, 50) {
		c.Requirements = pick(r, demands)
	}
}
