package credit

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tradewire/pipelines"
)

// Conflict is a pair of duties or acts that no person does both of.
type Conflict []string

// What people do outside of Tradewire, as the policy says of each under duties; and what they do here.
const (
	maintainsLimits = "maintains_limits" // enters limits in the ERP
	postsReceipts   = "posts_receipts"   // enters receipts in the ERP
	editsPolicy     = "edits_policy"     // changes this policy, or mappings

	proposes = "propose" // a limit
	agrees   = "agree"
	approves = "approve"
	releases = "release" // an order that is held
)

// shipped are the pairs where a policy names none. Whoever entered an order does not release it in any case.
func shippedConflicts() []Conflict {
	return []Conflict{{maintainsLimits, releases}, {postsReceipts, releases}, {editsPolicy, approves}, {proposes, approves}, {proposes, releases}}
}

func duties() []string { return []string{maintainsLimits, postsReceipts, editsPolicy} }

func acts() []string { return []string{proposes, agrees, approves, releases} }

// did says of a person that it has a duty or does something here.
var did = map[string]string{maintainsLimits: "enters limits in the ERP", postsReceipts: "enters receipts in the ERP", editsPolicy: "changes the policy",
	proposes: "proposes a limit", agrees: "agrees to a limit", approves: "approves a limit", releases: "releases orders"}

func (p Policy) conflicts() []Conflict {
	if p.Segregation == nil {
		return shippedConflicts()
	}
	return p.Segregation
}

// apart says whether two things are not to be done by one person.
func (p Policy) apart(a, b string) bool {
	return slices.ContainsFunc(p.conflicts(), func(c Conflict) bool {
		return len(c) == 2 && (c[0] == a && c[1] == b || c[0] == b && c[1] == a)
	})
}

// bound is why a person may not do something at all: because of a duty that it has elsewhere; empty where nothing bars it.
func (p Policy) bound(key string, who Person, act string) string {
	for _, duty := range who.Duties {
		if p.apart(duty, act) {
			return segregated(key, duty, act)
		}
	}
	return ""
}

func segregated(key, one, other string) string {
	return fmt.Sprintf("segregation of duties: %s %s, and nobody who does that %s (segregation: [%s, %s])", key, did[one], did[other], one, other)
}

// pairs finds pairs that are none, and duties that are not known.
func (p Policy) pairs(add fault) {
	words := append(duties(), acts()...)
	for i, c := range p.Segregation {
		at := []string{"segregation", fmt.Sprint(i)}
		if len(c) != 2 || c[0] == c[1] {
			add(fmt.Sprintf("segregation: %q is no pair", strings.Join(c, ", ")), "write two different words, such as [posts_receipts, release]", at...)
			continue
		}
		for j, word := range c {
			if !slices.Contains(words, word) {
				add(fmt.Sprintf("segregation: %q is no duty and no act", word), "write one of: "+strings.Join(words, ", "), append(at, fmt.Sprint(j))...)
			}
		}
	}
	for _, key := range sorted(p.People) {
		for i, duty := range p.People[key].Duties {
			if !slices.Contains(duties(), duty) {
				add(fmt.Sprintf("people: %s has the duty %q, which is none", key, duty), "write one of: "+strings.Join(duties(), ", "), "people", key, "duties", fmt.Sprint(i))
			}
		}
	}
}

// Conflicts names every person whose duties and roles the segregation of duties keeps apart. A policy with such people runs: what
// they may not do is refused when they do it. What people do here one after the other is judged then, too.
func (p Policy) Conflicts() error {
	var found []error
	for _, key := range sorted(p.People) {
		who := p.People[key]
		for _, c := range p.conflicts() {
			if len(c) != 2 || !slices.Contains(who.Duties, c[0]) && !slices.Contains(who.Duties, c[1]) || !p.may(who, c[0]) || !p.may(who, c[1]) {
				continue
			}
			found = append(found, &pipelines.Mistake{At: []string{"people", key}, What: fmt.Sprintf("people: %s %s and %s, which segregation keeps apart", key, did[c[0]], did[c[1]]),
				Fix: fmt.Sprintf("give %s or %s to another person", c[0], c[1])})
		}
	}
	return errors.Join(found...)
}

// may says whether a person has a duty, or a role by which it may do something here.
func (p Policy) may(who Person, word string) bool {
	if slices.Contains(duties(), word) {
		return slices.Contains(who.Duties, word)
	}
	return haveOne(who.Roles, p.rolesOf(word))
}

// rolesOf are those by which people may do something here.
func (p Policy) rolesOf(act string) (roles []string) {
	if l := p.Limits; l != nil {
		switch act {
		case proposes:
			return l.Propose
		case agrees:
			return l.Agree
		case approves:
			return l.Approve
		}
	}
	if act != releases || p.Release == nil {
		return nil
	}
	if p.SignOff != nil {
		roles = append(roles, p.SignOff.ReleaseNeeds...)
	}
	return append(append(append(roles, p.Release.Holds...), p.Release.Forced...), p.Release.Stopped...)
}

// kept is why the segregation of duties keeps a person from releasing an order; empty where it does not.
func (s *Step) kept(m pipelines.Memory, v Verdict, key string, who Person) string {
	why := s.policy.bound(key, who, releases)
	if why == "" && v.overLimit() {
		why = s.policy.proposedIt(grantedTo(m, v.Credit.Account), m.Today(), key, who)
	}
	return why
}
