package main

import (
	"fmt"
	"net/mail"
	"slices"

	"tradewire/config"
	"tradewire/connectors/smtp"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/distribution"
)

// checkPeople refuses departments that nobody would listen to, and recipients whom no target would reach.
func (p *plant) checkPeople() (faults config.Faults) {
	if p.distribution == nil {
		return nil
	}
	if p.answering() == "" && len(p.departments()) > 0 {
		faults = append(faults, policyPos(p.cfg, "distribution").Fault("no-answers", "departments must answer, but no pipeline decides on orders and distributes them",
			"give the pipeline of the orders the steps: [orders, credit, confirming, distribution]"))
	}
	faults = append(faults, p.checkCreditTold()...)
	policy := p.cfg.Policies["distribution"]
	for _, name := range sortedKeys(p.distribution.Departments) {
		at := policy.At("departments").At(name).At("recipients")
		department := p.distribution.Departments[name]
		faults = append(faults, p.checkRecipients(at, name, department.Recipients, toldFirst(department))...)
	}
	return append(faults, p.checkRecipients(policy.At("manager"), "manager", p.distribution.Manager, document.AckLate)...)
}

func (p *plant) checkRecipients(at config.Section, department string, all []distribution.Recipient, of document.NoticeType) (faults config.Faults) {
	for _, r := range all {
		n := &document.Notice{ID: string(of) + "/1/1", Type: of, Order: "1", OrderKey: "1", To: department,
			Recipient: r.Name, Address: r.Address, Language: r.Language, Channel: r.Channel}
		target := slices.IndexFunc(p.house.Targets, func(t pipelines.Target) bool { return takes(t, n) })
		if target < 0 {
			faults = append(faults, at.Pos().Fault("no-channel", fmt.Sprintf("%s: %s is told through the channel %q, but no target takes such notices", department, r.Name, r.Channel),
				fmt.Sprintf("give a target takes: notice and when: channel == %q, or name another channel", r.Channel)))
			continue
		}
		if _, err := mail.ParseAddress(r.Address); err != nil && p.mails(p.house.Targets[target].Name) {
			faults = append(faults, at.Pos().Fault("no-address", fmt.Sprintf("%s: %s is told by mail, and the address %q is none", department, r.Name, r.Address),
				"write address: name@example.com"))
		}
	}
	return faults
}

// mails says whether a target sends mail.
func (p *plant) mails(target string) bool {
	for _, pipeline := range p.cfg.Pipelines {
		for _, t := range pipeline.Targets {
			if _, mail := p.connections[t.Connection.Value].(*smtp.Connection); mail && t.Name.Value == target {
				return true
			}
		}
	}
	return false
}

// takes says whether a target wants a document. One that cannot tell before it sees a real one is given the benefit of the
// doubt.
func takes(t pipelines.Target, d document.Document) bool {
	if t.Takes != d.Kind() {
		return false
	}
	if t.When == nil {
		return true
	}
	wanted, err := t.When.Holds(d)
	return wanted || err != nil
}
