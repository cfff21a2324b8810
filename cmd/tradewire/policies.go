package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tradewire/config"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/confirming"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/distribution"
	"tradewire/pipelines/invoicing"
	"tradewire/pipelines/orders"
	"tradewire/pipelines/shipping"
)

// policies are what the files of the folder policies say.
type policies struct {
	credit       credit.Policy
	distribution distribution.Policy
	papers       pipelines.Papers
	shipping     shipping.Policy
}

// files are the policies by the names of their files.
func (p *policies) files() map[string]any {
	return map[string]any{"credit": &p.credit, "distribution": &p.distribution, "papers": &p.papers, "shipping": &p.shipping}
}

// read fills the policies from the files that are there.
func (p *policies) read(cfg *config.Config) (faults config.Faults) {
	files := p.files()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if section, ok := cfg.Policies[name]; ok {
			faults = append(faults, section.Decode(files[name])...)
		}
	}
	return faults
}

// steps makes the steps from their policies.
func (p *plant) steps() (map[string]pipelines.Step, config.Faults) {
	cfg := p.cfg
	var policy policies
	steps := map[string]pipelines.Step{}
	faults := policy.read(cfg)
	if len(faults) > 0 {
		return steps, faults
	}
	papers := policy.papers
	add := func(name, file string, step pipelines.Step, err error) {
		if err != nil && used(cfg, name) {
			faults = append(faults, mistakes(cfg, file, err)...)
			return
		}
		steps[name] = step
	}
	seller := sellerOf(cfg)
	bad := papers.Check()
	agrees := ""
	if used(cfg, "distribution") {
		agrees, p.distribution = policy.distribution.Agrees, &policy.distribution
	}
	add("orders", "", orders.New(agrees), nil)
	creditStep, err := credit.New(policy.credit)
	add("credit", "credit", creditStep, err)
	if err == nil {
		p.house.Line = creditStep.Line()
		if taken(cfg, document.KindCustomerCredit) {
			creditStep.TellCustomers()
		}
	}
	shippingStep, err := shipping.New(policy.shipping, papers, seller)
	add("shipping", "shipping", shippingStep, err)
	distributionStep, err := distribution.New(policy.distribution)
	add("distribution", "distribution", distributionStep, err)
	for _, name := range []string{"shipping", "invoicing", "confirming"} {
		if bad != nil && used(cfg, name) {
			add(name, "papers", nil, bad)
			break
		}
	}
	steps["invoicing"], steps["confirming"] = invoicing.New(papers, seller), confirming.New(papers, seller)
	return steps, append(faults, checkOrder(cfg)...)
}

// inTurn is the order in which steps build on each other.
var inTurn = []string{"orders", "shipping", "invoicing", "credit", "confirming", "distribution"}

// checkOrder refuses steps in an order in which one would not see what another decides.
func checkOrder(cfg *config.Config) (faults config.Faults) {
	for _, p := range cfg.Pipelines {
		last := ""
		for i, s := range p.Steps {
			if !slices.Contains(inTurn, s.Value) || slices.ContainsFunc(p.Steps[:i], func(t config.Text) bool { return t.Value == s.Value }) {
				continue // unknown or there twice, which has been reported
			}
			if slices.Index(inTurn, s.Value) < slices.Index(inTurn, last) {
				faults = append(faults, s.Pos.Fault("step-order", fmt.Sprintf("the step %q comes after %q, which builds on it", s.Value, last),
					"write the steps in this order: "+strings.Join(inTurn, ", ")))
			}
			last = s.Value
		}
	}
	return faults
}

// mistakes are the contradictions of a policy, each at its place as far as it is known.
func mistakes(cfg *config.Config, policy string, err error) (faults config.Faults) {
	if all, several := err.(interface{ Unwrap() []error }); several {
		for _, one := range all.Unwrap() {
			faults = append(faults, mistakes(cfg, policy, one)...)
		}
		return faults
	}
	what, fix, found := strings.Cut(err.Error(), " -> ")
	if !found {
		fix = "correct policies/" + policy + ".yaml"
	}
	pos := policyPos(cfg, policy)
	if mistake, ok := errors.AsType[*pipelines.Mistake](err); ok {
		section := cfg.Policies[policy]
		for _, key := range mistake.At {
			section = inside(section, key)
		}
		if section.Pos().Line > 0 {
			pos = section.Pos()
		}
	}
	return config.Faults{pos.Fault("bad-policy", what, fix)}
}

// inside is the value of a key, or the entry of a list by its number.
func inside(section config.Section, key string) config.Section {
	items := section.Items()
	if n, err := strconv.Atoi(key); err == nil && n >= 0 && n < len(items) {
		return items[n]
	}
	return section.At(key)
}

func used(cfg *config.Config, step string) bool {
	for _, p := range cfg.Pipelines {
		for _, s := range p.Steps {
			if s.Value == step {
				return true
			}
		}
	}
	return false
}

// taken says whether some target takes a kind of document.
func taken(cfg *config.Config, kind document.Kind) bool {
	return slices.ContainsFunc(cfg.Pipelines, func(p config.Pipeline) bool {
		return slices.ContainsFunc(p.Targets, func(t config.Target) bool { return t.Takes.Value == string(kind) })
	})
}

func policyPos(cfg *config.Config, name string) config.Pos {
	if section, ok := cfg.Policies[name]; ok {
		return section.Pos()
	}
	return config.Pos{File: "policies/" + name + ".yaml", Line: 1, Col: 1}
}

func sellerOf(cfg *config.Config) document.Seller {
	c := cfg.Company
	return document.Seller{Name: c.Name, LocalName: c.LocalName, Address: c.Address, LocalAddress: c.LocalAddress, Phone: c.Phone, Bank: c.Bank}
}
