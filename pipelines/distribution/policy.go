package distribution

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// Policy says who is told of what, and by when who must answer.
type Policy struct {
	Departments  map[string]Department `yaml:"departments"`
	AnswerWithin int                   `yaml:"answer_within" default:"1"` // working days; then the department is reminded
	ManagerAfter int                   `yaml:"manager_after" default:"2"` // working days; then the manager is told
	Manager      []Recipient           `yaml:"manager"`
	Agrees       string                `yaml:"agrees_to_cancel"` // the department without whose answer no order in production is cancelled
	Calendar     Calendar              `yaml:"calendar"`
}

// Department is one that is told.
type Department struct {
	Of         []string    `yaml:"of" choices:"orders,shipments,objections,credit"`                                                         // what it is told: orders, shipments, objections, credit
	Concerns   []string    `yaml:"concerns" choices:"state,required_on,promised_on,quantity,item,remarks,incoterm,customer_po,price,terms"` // the fields of an order whose change it is told
	ByItem     bool        `yaml:"by_item"`                                                                                                 // lines of one item are added up, with the change of their quantity
	Answers    bool        `yaml:"answers"`                                                                                                 // it must answer for what it is told
	Recipients []Recipient `yaml:"recipients"`
	Digest     *Digest     `yaml:"digest"`   // of what credit says: some of it comes in one message a day
	Escalate   *Escalate   `yaml:"escalate"` // of what credit says: what must be acknowledged
	Quiet      *Quiet      `yaml:"quiet"`    // of what credit says: when it is not told
}

// Recipient is one who is told, in a language, through a channel.
type Recipient struct {
	Name     string `yaml:"name"`
	Address  string `yaml:"address"`                  // where the channel finds it: an e-mail address
	Language string `yaml:"language" choices:"en,zh"` // en, zh; none given: both
	Channel  string `yaml:"channel"`                  // the word by which a target chooses its notices
}

// What a department may be told.
const (
	ofOrders     = "orders"
	ofShipments  = "shipments"
	ofObjections = "objections"
	ofCredit     = "credit"
)

// mistakes gathers the contradictions of a policy.
type mistakes []error

func (m *mistakes) add(what, fix string, at ...string) {
	*m = append(*m, &pipelines.Mistake{At: at, What: what, Fix: fix})
}

// check finds every contradiction of the policy.
func (p Policy) check() error {
	var found mistakes
	if len(p.Departments) == 0 {
		found.add("no department is named", "name those who must hear of orders, such as planning", "departments")
	}
	for _, name := range p.names() {
		p.Departments[name].check(name, &found)
		p.Departments[name].checkTimes(name, p.Calendar, &found)
		p.checkEscalate(name, &found)
	}
	checkRecipients(p.Manager, &found, "manager")
	if len(p.Answering()) > 0 && len(p.Manager) == 0 {
		found.add("departments must answer, and nobody is told when they do not", "name a recipient under manager:", "manager")
	}
	if len(p.Answering()) > 0 && len(p.told(ofObjections)) == 0 {
		found.add("departments may object, and nobody is told of it", "give the department that speaks with customers of: [objections]", "departments")
	}
	if p.AnswerWithin < 1 {
		found.add(fmt.Sprintf("answers are due within %d working days", p.AnswerWithin), "write 1 or more", "answer_within")
	}
	if p.ManagerAfter < p.AnswerWithin {
		found.add(fmt.Sprintf("the manager hears after %d working days, before the department is reminded", p.ManagerAfter), "let the manager come last", "manager_after")
	}
	if d, known := p.Departments[p.Agrees]; p.Agrees != "" && (!known || !d.Answers || !slices.Contains(d.Of, ofOrders)) {
		found.add(fmt.Sprintf("%q is no department that answers for orders", p.Agrees), "name one, or leave the line out", "agrees_to_cancel")
	}
	p.Calendar.check(&found)
	return errors.Join(found...)
}

func (d Department) check(name string, found *mistakes) {
	at := func(key string) []string { return []string{"departments", name, key} }
	if len(d.Of) == 0 {
		found.add(name+" is told of nothing", "write of: orders, shipments, objections, credit", at("of")...)
	}
	for _, of := range d.Of {
		if !slices.Contains([]string{ofOrders, ofShipments, ofObjections, ofCredit}, of) {
			found.add(fmt.Sprintf("%s: there is nothing called %q to be told of", name, of), "write orders, shipments, objections or credit", at("of")...)
		}
	}
	for _, field := range d.Concerns {
		if !slices.Contains(document.Fields(), field) {
			found.add(fmt.Sprintf("%s: there is no field %q of an order", name, field), fmt.Sprintf("write some of %v", document.Fields()), at("concerns")...)
		}
	}
	if slices.Contains(d.Of, ofOrders) && len(d.Concerns) == 0 {
		found.add("no field of an order concerns "+name, fmt.Sprintf("write concerns: with some of %v", document.Fields()), at("concerns")...)
	}
	if len(d.Recipients) == 0 {
		found.add("nobody is told for "+name, "name its recipients", at("recipients")...)
	}
	checkRecipients(d.Recipients, found, at("recipients")...)
}

func checkRecipients(all []Recipient, found *mistakes, at ...string) {
	seen := make(map[string]bool)
	for i, r := range all {
		if r.Name == "" || seen[r.Name] {
			found.add(fmt.Sprintf("recipient %d: the name %q is empty or there twice", i+1, r.Name), "give each a name of its own", at...)
		}
		seen[r.Name] = true
		if !slices.Contains([]string{"", "en", "zh"}, r.Language) {
			found.add(fmt.Sprintf("%s: there is no language %q", r.Name, r.Language), "write en or zh, or leave it out for both", at...)
		}
	}
}

// names are the departments in a fixed order.
func (p Policy) names() []string { return slices.Sorted(maps.Keys(p.Departments)) }

// told are the departments that are told of something.
func (p Policy) told(of string) (names []string) {
	for _, name := range p.names() {
		if slices.Contains(p.Departments[name].Of, of) {
			names = append(names, name)
		}
	}
	return names
}

// Answering are the departments that must answer, in a fixed order.
func (p Policy) Answering() (names []string) {
	for _, name := range p.names() {
		if p.Departments[name].Answers {
			names = append(names, name)
		}
	}
	return names
}

// Channels are the channels that recipients are told through, each once.
func (p Policy) Channels() []string {
	found := map[string]bool{}
	add := func(all []Recipient) {
		for _, r := range all {
			found[r.Channel] = true
		}
	}
	for _, d := range p.Departments {
		add(d.Recipients)
	}
	add(p.Manager)
	return slices.Sorted(maps.Keys(found))
}
