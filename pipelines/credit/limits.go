package credit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Approving says how a credit limit comes about, and what one person may not do both of.
type Approving struct {
	Limits      *Limits    `yaml:"limits"`      // left out: nobody proposes a limit here
	Segregation []Conflict `yaml:"segregation"` // left out: the pairs that ship; []: none
}

// Limits say who proposes a credit limit, who agrees and who approves: each of them another person.
type Limits struct {
	Propose   []string `yaml:"propose" single:"true" default:"SALES"`                      // any of these roles proposes
	Agree     []string `yaml:"agree" single:"true" default:"BRANCH_MANAGER,SALES_MANAGER"` // each of these roles agrees
	Approve   []string `yaml:"approve" single:"true" default:"GENERAL_MANAGER"`            // each of these roles approves, after that
	ValidDays int      `yaml:"valid_days" default:"30"`                                    // a proposal lapses when it is not approved after so many days
	Kept      string   `yaml:"kept" enum:"erp,here" default:"erp"`                         // erp: an approved limit goes to the ERP, and counts when the ERP says so; here: it counts at once, whatever the ERP says
}

const keptHere = "here"

// here says whether approved limits are kept here.
func (l *Limits) here() bool { return l != nil && l.Kept == keptHere }

// proposer stands for all roles that propose, where people are given to roles.
const proposer = "one who proposes"

// approvals finds the contradictions of how a limit comes about.
func (p Policy) approvals(add fault) {
	p.pairs(add)
	l := p.Limits
	if l == nil {
		return
	}
	if l.ValidDays <= 0 || l.ValidDays > longestTerms {
		add(fmt.Sprintf("limits: valid_days is %d", l.ValidDays), "write after how many days a proposal lapses, such as 30", "limits", "valid_days")
	}
	lists := []roleList{{roles: l.Propose, any: true, at: []string{"limits", "propose"}}, {roles: l.Agree, at: []string{"limits", "agree"}},
		{roles: l.Approve, at: []string{"limits", "approve"}}}
	whole := true
	for _, list := range lists {
		whole = p.listed(add, list) && whole
	}
	if whole && len(p.People) > 0 {
		p.enough(add)
	}
}

// listed looks at one list of roles: it names some, each once, and where people are named somebody has them.
func (p Policy) listed(add fault, l roleList) (whole bool) {
	name := strings.Join(l.at, ".")
	if len(l.roles) == 0 {
		add(name+" names no role", "write a role such as GENERAL_MANAGER", l.at...)
		return false
	}
	p.roles(add, l.roles, l.at...)
	for i, role := range l.roles {
		if slices.Index(l.roles, role) < i {
			add(fmt.Sprintf("%s names %s twice", name, role), "name each role once: each is another person", append(slices.Clone(l.at), strconv.Itoa(i))...)
			return false
		}
	}
	if len(p.People) == 0 {
		return true
	}
	if l.any {
		if !slices.ContainsFunc(sorted(p.People), func(key string) bool { return haveOne(p.People[key].Roles, l.roles) }) {
			add(fmt.Sprintf("%s: nobody under people has one of the roles %s", name, strings.Join(l.roles, ", ")), "give one of them to somebody under people", l.at...)
			return false
		}
		return true
	}
	whole = true
	p.held(func(what, fix string, at ...string) { whole = false; add(what, fix, at...) }, l)
	return whole
}

// enough says that there are as many different people as a limit needs.
func (p Policy) enough(add fault) {
	needed := append(append([]string{proposer}, p.Limits.Agree...), p.Limits.Approve...)
	var all [][]string
	for _, key := range sorted(p.People) {
		roles := slices.Clone(p.People[key].Roles)
		if haveOne(roles, p.Limits.Propose) {
			roles = append(roles, proposer)
		}
		all = append(all, roles)
	}
	missing := assigned(needed, all)
	if len(missing) == 0 {
		return
	}
	if missing[0] == proposer {
		missing[0] = strings.Join(p.Limits.Propose, " or ")
	}
	add(fmt.Sprintf("limits: a limit needs %d different people, one who proposes, %s, and too few people have these roles", len(needed), strings.Join(needed[1:], ", ")),
		"give "+missing[0]+" to another person under people", "limits")
}
