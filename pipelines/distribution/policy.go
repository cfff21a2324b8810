package distribution

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"tradewire/mapping/document"
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
	Of         []string    `yaml:"of"`       // what it is told: orders, shipments, objections
	Concerns   []string    `yaml:"concerns"` // the fields of an order whose change it is told
	ByItem     bool        `yaml:"by_item"`  // lines of one item are added up, with the change of their quantity
	Answers    bool        `yaml:"answers"`  // it must answer for what it is told
	Recipients []Recipient `yaml:"recipients"`
}

// Recipient is one who is told, in a language, through a channel.
type Recipient struct {
	Name     string `yaml:"name"`
	Address  string `yaml:"address"`  // where the channel finds it: an e-mail address
	Language string `yaml:"language"` // en, zh; none given: both
	Channel  string `yaml:"channel"`  // the word by which a target chooses its notices
}

// What a department may be told.
const (
	ofOrders     = "orders"
	ofShipments  = "shipments"
	ofObjections = "objections"
)

// check finds every contradiction of the policy.
func (p Policy) check() error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("distribution policy: "+format, args...))
	}
	if len(p.Departments) == 0 {
		fault("departments is empty -> name those who must hear of orders, such as planning")
	}
	for _, name := range p.names() {
		d := p.Departments[name]
		if len(d.Of) == 0 {
			fault("%s: of is empty -> write what it is told: orders, shipments, objections", name)
		}
		for _, of := range d.Of {
			if !slices.Contains([]string{ofOrders, ofShipments, ofObjections}, of) {
				fault("%s: there is nothing called %q to be told of -> write orders, shipments or objections", name, of)
			}
		}
		for _, field := range d.Concerns {
			if !slices.Contains(document.Fields(), field) {
				fault("%s: concerns: there is no field %q -> write some of %v", name, field, document.Fields())
			}
		}
		if slices.Contains(d.Of, ofOrders) && len(d.Concerns) == 0 {
			fault("%s: concerns is empty -> write which fields of an order concern it: %v", name, document.Fields())
		}
		if len(d.Recipients) == 0 {
			fault("%s: recipients is empty -> nobody would be told", name)
		}
		faults = append(faults, recipients(name, d.Recipients)...)
	}
	faults = append(faults, recipients("manager", p.Manager)...)
	if p.AnswerWithin < 1 || p.ManagerAfter < p.AnswerWithin {
		fault("answer_within is %d and manager_after %d -> write working days from 1, and let the manager come last", p.AnswerWithin, p.ManagerAfter)
	}
	if d, known := p.Departments[p.Agrees]; p.Agrees != "" && (!known || !d.Answers || !slices.Contains(d.Of, ofOrders)) {
		fault("agrees_to_cancel: %q is no department that answers for orders -> name one, or leave the line out", p.Agrees)
	}
	return errors.Join(append(faults, p.Calendar.check())...)
}

func recipients(of string, all []Recipient) (faults []error) {
	seen := make(map[string]bool)
	for i, r := range all {
		if r.Name == "" || seen[r.Name] {
			faults = append(faults, fmt.Errorf("distribution policy: %s: recipient %d: the name %q is empty or there twice -> each needs one of its own", of, i+1, r.Name))
		}
		seen[r.Name] = true
		if !slices.Contains([]string{"", "en", "zh"}, r.Language) {
			faults = append(faults, fmt.Errorf("distribution policy: %s: %s: there is no language %q -> write en or zh, or leave it out for both", of, r.Name, r.Language))
		}
	}
	return faults
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
