package credit

import (
	"slices"
	"strings"

	"tradewire/mapping/document"
)

// waived tells of a consent that lifts a rule, and remembers those that do not because of who gave them.
func (j *judging) waived(rule document.HoldReason) bool {
	account := j.facts.Account
	account.Waivers = slices.DeleteFunc(slices.Clone(account.Waivers), func(w document.Waiver) bool {
		refused := j.facts.Booked && w.Rule == rule && !j.policy.mayWaive(w.By)
		if refused {
			j.unheard = append(j.unheard, w)
		}
		return refused
	})
	w, ok := j.policy.waiver(account, rule, j.facts.AsOf)
	if ok {
		j.tell("terms: %s is waived by %s until %s", rule, w.By, day(w.Until))
	}
	return ok
}

// mayWaive says whether a person's consent lifts a rule: under one of its names it has a role of waivers.by. Where the policy names no
// people, nobody can tell who has which role, and every consent counts.
func (p Policy) mayWaive(by string) bool {
	if p.Waivers == nil || len(p.People) == 0 {
		return true
	}
	_, who, known := p.called(by)
	return known && haveOne(who.Roles, p.Waivers.By)
}

// disregard says of a consent that would have lifted the rule which holds the order why it does not.
func (j *judging) disregard() {
	for _, w := range j.unheard {
		i := slices.IndexFunc(j.Holds, func(h document.Hold) bool { return h.Reason == w.Rule })
		if i < 0 || !j.policy.lasts(w, j.facts) {
			continue
		}
		by, needs := w.By, strings.Join(j.policy.Waivers.By, ", ")
		l := say("the waiver of %s by %s does not count: it takes one of %s under people", w.Rule, by, needs)
		j.tell("the waiver of %s by %s does not count: it takes one of %s under people", w.Rule, by, needs)
		j.Holds[i].Detail += "; " + l.English
		j.Holds[i].LocalDetail += "；" + l.Chinese
	}
}

// lasts says whether a consent would lift its rule on the day of the facts, whoever gave it.
func (p Policy) lasts(w document.Waiver, f Facts) bool {
	_, ok := p.waiver(AccountFacts{Waivers: []document.Waiver{w}}, w.Rule, f.AsOf)
	return ok
}
