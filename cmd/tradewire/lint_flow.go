package main

import (
	"fmt"
	"slices"
	"strings"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/mapping/document"
)

// decides are the kinds of documents that each step decides on, of those that sources bring.
var decides = map[string][]document.Kind{
	"orders":       {document.KindSalesOrder, document.KindProductionReport},
	"credit":       {document.KindSalesOrder, document.KindCreditAccount, document.KindReceivables, document.KindShipment, document.KindDelivered, document.KindTransport, document.KindCreditRelease, document.KindExchangeRate, document.KindLimitStatement},
	"confirming":   {document.KindSalesOrder},
	"distribution": {document.KindSalesOrder, document.KindCreditAccount, document.KindReceivables, document.KindShipment, document.KindDelivered, document.KindTransport},
	"shipping":     {document.KindShipment, document.KindDelivered, document.KindTransport},
	"invoicing":    {document.KindShipment, document.KindDelivered, document.KindTransport},
}

// makers are the steps that make a kind of document which no source needs to bring.
var makers = map[document.Kind][]string{
	document.KindPaper:         {"confirming", "shipping", "invoicing"},
	document.KindInvoice:       {"invoicing"},
	document.KindNotice:        {"credit", "distribution"},
	document.KindChangeRequest: {"distribution"},
	document.KindDistribution:  {"distribution"},
	document.KindLimitProposal: {"credit"},
	document.KindCreditLimit:   {"credit"},

	document.KindCustomerCredit: {"credit"},
	document.KindLetterBox:      {"distribution"},
	document.KindEscalation:     {"distribution"},
}

// checkFlow looks for what nothing ever reaches, and for what runs in a circle. It is for those who write a configuration: none that
// runs is stopped by it. Of a file with faults nothing is concluded.
func (p *plant) checkFlow(found config.Faults) (faults config.Faults) {
	for _, pipeline := range p.cfg.Pipelines {
		if slices.ContainsFunc(found, func(f config.Fault) bool { return f.Pos.File == pipeline.File }) {
			continue
		}
		faults = append(faults, p.checkSteps(pipeline)...)
		for _, t := range pipeline.Targets {
			faults = append(faults, p.checkReached(t)...)
		}
	}
	return append(append(faults, p.checkRates(found)...), p.checkCircles()...)
}

// brought are the kinds of documents that sources bring; all is false when that is not known of each.
func (p *plant) brought(pipelines ...config.Pipeline) (kinds []document.Kind, all bool) {
	all = true
	for _, pipeline := range pipelines {
		for _, s := range pipeline.Sources {
			kind := p.makes(s.Mapping.Value)
			all = all && slices.Contains(document.Kinds(), kind)
			kinds = append(kinds, kind)
		}
	}
	return kinds, all
}

// checkSteps looks for steps that decide on nothing that comes in.
func (p *plant) checkSteps(pipeline config.Pipeline) (faults config.Faults) {
	kinds, all := p.brought(pipeline)
	for _, step := range pipeline.Steps {
		wants := decides[step.Value]
		if step.Value == "credit" && taken(p.cfg, document.KindCustomerCredit) {
			wants = append(slices.Clone(wants), document.KindParty) // whose account it must learn
		}
		if !all || len(wants) == 0 || slices.ContainsFunc(kinds, func(k document.Kind) bool { return slices.Contains(wants, k) }) {
			continue
		}
		faults = append(faults, step.Pos.Fault("unreachable-step", fmt.Sprintf("the step %q decides on nothing that the sources of the pipeline %q bring", step, pipeline.Name),
			fmt.Sprintf("move it to the pipeline that reads %s, or take it out", anyOf(wants))))
	}
	return faults
}

// checkReached looks for a target whose kind of document nothing brings and nothing makes.
func (p *plant) checkReached(t config.Target) config.Faults {
	kind := document.Kind(t.Takes.Value)
	steps := makers[kind]
	kinds, all := p.brought(p.cfg.Pipelines...)
	if !all || len(steps) == 0 || slices.Contains(kinds, kind) || slices.ContainsFunc(steps, func(s string) bool { return used(p.cfg, s) }) {
		return nil
	}
	return config.Faults{t.Takes.Pos.Fault("unreachable-target", fmt.Sprintf("no source and no step makes a %s, so the target %q is never written to", strings.ReplaceAll(string(kind), "_", " "), t.Name),
		"give a pipeline the step "+strings.Join(steps, " or ")+", or take the target out")}
}

func anyOf(kinds []document.Kind) string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	return strings.Join(words, " or ")
}

// checkCircles looks for targets that write what a source reads as news.
func (p *plant) checkCircles() (faults config.Faults) {
	for _, t := range p.house.Targets {
		echoer, ok := t.Writes.(connectors.Echoer)
		if !ok || t.Mapping == nil {
			continue
		}
		for _, s := range p.house.Sources {
			if s.Reads == nil {
				continue
			}
			if place, fix := echoer.ComesBack(s.Reads, s.Makes == t.Takes); place != "" {
				at := p.targetOf(t.Name)
				faults = append(faults, at.Connection.Pos.Fault("cycle", fmt.Sprintf("what the target %q writes to %s is read again by the source %q, as if it were new", t.Name, p.shortened(place), s.Name), fix))
			}
		}
	}
	return faults
}

// shortened is a place without the folder of the configuration.
func (p *plant) shortened(place string) string {
	return strings.TrimPrefix(strings.TrimPrefix(place, p.cfg.Dir), "/")
}
