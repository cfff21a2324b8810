package credit

import (
	"fmt"
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// Person is somebody who may decide about credit.
type Person struct {
	Roles   []string `yaml:"roles" required:"true" single:"true" example:"[SALES_MANAGER]"`
	UpTo    *Amount  `yaml:"up_to" example:"HKD 1,000,000.00"` // the largest excess over a limit that the person lets pass, in any currency of rates; left out: any
	KnownAs []string `yaml:"known_as" single:"true"`           // other names of the same person, such as the one in the CRM: nobody releases an order that they entered

	Duties []string `yaml:"duties" single:"true" example:"[posts_receipts]"` // what the person does elsewhere: maintains_limits, posts_receipts (enters them in the ERP), edits_policy; see segregation
}

// Releases say who releases, holds and rejects. What is over the limit needs the roles of sign_off.release_needs.
type Releases struct {
	ValidDays int      `yaml:"valid_days" default:"30"`                                          // a release ends after so many days, or earlier where the person says so
	WarnDays  int      `yaml:"warn_days" default:"3"`                                            // so many days before a release ends that is told; 0: it is not
	Holds     []string `yaml:"holds" single:"true" default:"SALES_MANAGER"`                      // the roles that release what is held for anything else than the limit, each another person
	Forced    []string `yaml:"forced" single:"true" default:"GENERAL_MANAGER"`                   // the roles that take a forced hold away, each another person
	Stopped   []string `yaml:"stopped" single:"true"`                                            // the roles that release an order of a customer who was stopped in the ERP or the CRM; left out: nobody does
	MayHold   []string `yaml:"may_hold" single:"true" default:"SALES_MANAGER,GENERAL_MANAGER"`   // any of these roles holds an order
	MayReject []string `yaml:"may_reject" single:"true" default:"SALES_MANAGER,GENERAL_MANAGER"` // any of these roles ends a held order
}

// person is the one with a name; case and spaces around it do not matter.
func (p Policy) person(name string) (key string, who Person, found bool) {
	for _, key := range sorted(p.People) {
		if sameName(key, name) {
			return key, p.People[key], true
		}
	}
	return "", who, false
}

func sameName(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// entered says whether a person is the one who entered an order.
func entered(key string, who Person, by string) bool {
	return by != "" && (sameName(key, by) || slices.ContainsFunc(who.KnownAs, func(name string) bool { return sameName(name, by) }))
}

// needs are the roles that must release an order which is held for these reasons, each once; never is the first reason that nobody
// can release, and why.
func (p Policy) needs(holds []document.Hold) (roles []string, never string) {
	if p.Release == nil {
		return nil, "the credit policy has no release: nobody is named who may release"
	}
	add := func(more []string) {
		for _, role := range more {
			if !slices.Contains(roles, role) {
				roles = append(roles, role)
			}
		}
	}
	for _, h := range holds {
		switch h.Reason {
		case document.ReleaseExpired:
		case document.LimitExceeded, document.LimitExpired, document.NoLimit:
			if p.SignOff == nil {
				return nil, "sign_off.release_needs of the credit policy names nobody who releases what is over the limit"
			}
			add(p.SignOff.ReleaseNeeds)
		case document.FXRateMissing:
			return nil, string(h.Reason) + " cannot be released: no amount is known; " + h.Detail
		case document.Stopped:
			if len(p.Release.Stopped) == 0 {
				return nil, string(h.Reason) + " is not released here: " + h.Detail
			}
			add(p.Release.Stopped)
		case document.Forced:
			add(p.Release.Forced)
		default:
			add(p.Release.Holds)
		}
	}
	return roles, ""
}

// assigned gives each role to another one of those who signed, as far as it goes, and answers the roles for which nobody is left.
func assigned(roles []string, signed [][]string) (missing []string) {
	of := make([]int, len(roles)) // who signs for the role, counted from 1
	var give func(person int, tried []bool) bool
	give = func(person int, tried []bool) bool {
		for i, role := range roles {
			if tried[i] || !slices.Contains(signed[person-1], role) {
				continue
			}
			tried[i] = true
			if of[i] == 0 || give(of[i], tried) {
				of[i] = person
				return true
			}
		}
		return false
	}
	for person := range signed {
		give(person+1, make([]bool, len(roles)))
	}
	for i, role := range roles {
		if of[i] == 0 {
			missing = append(missing, role)
		}
	}
	return missing
}

// within says whether an excess is one that a person lets pass; what the excess is in the currency of the cap.
func (p Policy) within(who Person, excess document.Money) (string, bool) {
	if who.UpTo == nil || excess.Sign() <= 0 {
		return "", true
	}
	rate, known := p.Rate(excess.Currency, who.UpTo.Currency)
	if !known {
		return fmt.Sprintf("the order is %s over the limit, there is no rate into %s, and the cap is %s", excess, who.UpTo.Currency, who.UpTo.Money), false
	}
	in := document.Money{Amount: excess.Amount, Currency: who.UpTo.Currency}.Times(rate)
	return fmt.Sprintf("the order is %s over the limit, and the cap is %s", in, who.UpTo.Money), in.Cmp(who.UpTo.Money) <= 0
}

// releases finds the contradictions of who may decide.
func (p Policy) releases(add fault) {
	known := p.knownRoles()
	role := func(name string, at ...string) {
		if !slices.Contains(known, name) {
			add(fmt.Sprintf("%s: there is no role %q", strings.Join(at[:1], "."), name), "write one of: "+strings.Join(known, ", "), at...)
		}
	}
	taken := map[string]string{}
	for _, key := range sorted(p.People) {
		who := p.People[key]
		if strings.TrimSpace(key) == "" || len([]rune(key)) > LongestName {
			add(fmt.Sprintf("people: %q is no name", key), "write the name that the person gives with --as, such as wong", "people", key)
		}
		for _, name := range append([]string{key}, who.KnownAs...) {
			folded := strings.ToLower(strings.TrimSpace(name))
			if other, twice := taken[folded]; twice && other != key {
				add(fmt.Sprintf("people: %s is %s, too", key, other), "give each person names of their own", "people", key)
			}
			taken[folded] = key
		}
		if len(who.Roles) == 0 {
			add(fmt.Sprintf("people: %s has no role", key), "write roles: [SALES_MANAGER]", "people", key, "roles")
		}
		for i, name := range who.Roles {
			role(name, "people", key, "roles", fmt.Sprint(i))
		}
		if who.UpTo == nil {
			continue
		}
		if who.UpTo.Sign() <= 0 {
			add(fmt.Sprintf("people: %s lets pass up to %s", key, who.UpTo.Money), "write an amount above zero, or leave up_to out", "people", key, "up_to")
		}
		if _, rated := p.Rates[who.UpTo.Currency]; !rated && len(p.Rates) > 0 {
			add(fmt.Sprintf("people: the cap of %s is in %s, and rates has no %s", key, who.UpTo.Currency, who.UpTo.Currency), "write the rate under rates, or the cap in another currency", "people", key, "up_to")
		}
	}
	if p.Release == nil {
		if len(p.People) > 0 {
			add("people may release nothing: release is missing", "write release: and below it valid_days: 30", "people")
		}
		return
	}
	if p.Release.ValidDays <= 0 || p.Release.ValidDays > longestTerms {
		add(fmt.Sprintf("release: valid_days is %d", p.Release.ValidDays), "write after how many days a release ends, such as 30", "release", "valid_days")
	}
	if p.SignOff == nil {
		add("release: sign_off is missing, whose release_needs says who releases what is over the limit", "write sign_off, or take release out", "release")
	}
	for _, l := range p.roleLists() {
		for i, name := range l.roles {
			role(name, append(l.at, fmt.Sprint(i))...)
		}
		if len(l.roles) == 0 && !l.optional {
			add(strings.Join(l.at, ".")+" names no role", "write a role such as GENERAL_MANAGER", l.at...)
		}
		p.held(add, l)
	}
}

// LongestName is that of a person: it stands in the key of what the person says.
const LongestName = 60

// roleList is a list of roles of the policy.
type roleList struct {
	roles    []string
	any      bool // one of them is enough; else each must be another person
	optional bool
	at       []string
}

func (p Policy) roleLists() (lists []roleList) {
	if p.SignOff != nil {
		lists = append(lists, roleList{roles: p.SignOff.ReleaseNeeds, at: []string{"sign_off", "release_needs"}})
	}
	r := p.Release
	return append(lists, roleList{roles: r.Holds, at: []string{"release", "holds"}}, roleList{roles: r.Forced, at: []string{"release", "forced"}},
		roleList{roles: r.Stopped, optional: true, at: []string{"release", "stopped"}},
		roleList{roles: r.MayHold, any: true, at: []string{"release", "may_hold"}}, roleList{roles: r.MayReject, any: true, at: []string{"release", "may_reject"}})
}

// held finds roles that nobody has, and those that must be different people and are not. Where no people are named yet, nobody decides.
func (p Policy) held(add fault, l roleList) {
	if len(p.People) == 0 || l.any {
		return
	}
	for i, role := range l.roles {
		if !slices.ContainsFunc(sorted(p.People), func(key string) bool { return slices.Contains(p.People[key].Roles, role) }) {
			add(fmt.Sprintf("%s: nobody under people has the role %s", strings.Join(l.at, "."), role), "give it to somebody under people", append(l.at, fmt.Sprint(i))...)
			return
		}
	}
	var all [][]string
	for _, key := range sorted(p.People) {
		all = append(all, p.People[key].Roles)
	}
	if missing := assigned(l.roles, all); len(missing) > 0 {
		add(fmt.Sprintf("%s: %s must be %d different people, and too few people have these roles", strings.Join(l.at, "."), strings.Join(l.roles, ", "), len(l.roles)),
			"give "+missing[0]+" to another person under people", l.at...)
	}
}

// knownRoles are those of the sign-off and of the limits.
func (p Policy) knownRoles() (known []string) {
	var all []string
	if p.SignOff != nil {
		all = append(roleNames(p.SignOff.Ladder), p.SignOff.ReleaseNeeds...)
	}
	if p.Limits != nil {
		all = append(append(append(all, p.Limits.Propose...), p.Limits.Agree...), p.Limits.Approve...)
	}
	for _, role := range all {
		if !slices.Contains(known, role) {
			known = append(known, role)
		}
	}
	return known
}
