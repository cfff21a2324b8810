package shipping

import (
	"errors"
	"fmt"
	"strings"

	"tradewire/mapping/document"
	"tradewire/pipelines"
)

// Policy says how goods leave: from where, in what, and when deliveries are made.
type Policy struct {
	PortOfLoading string           `yaml:"port_of_loading"` // UN/LOCODE and name
	PickUp        string           `yaml:"pick_up"`         // where containers are loaded; empty: the seller's address
	LocalPickUp   string           `yaml:"local_pick_up"`
	LCLBelow      document.Decimal `yaml:"lcl_below_cbm"` // m³ under which no container is proposed
	Containers    []Container      `yaml:"containers"`    // smallest first; none: none is proposed
	Window        string           `yaml:"delivery_window"`
	Marks         string           `yaml:"marks"`      // template of the main shipping mark, for customers without one
	SideMarks     string           `yaml:"side_marks"` // of the side mark
}

// Container is what goes into a container of one type: its usable volume, not its whole, and what the roads allow.
type Container struct {
	Type      string           `yaml:"type"`
	CBM       document.Decimal `yaml:"cbm"`        // m³
	PayloadKG document.Decimal `yaml:"payload_kg"` // kg
}

func (p Policy) check() error {
	var faults []error
	add := func(at, what, fix string) {
		faults = append(faults, &pipelines.Mistake{At: []string{at}, What: what, Fix: fix})
	}
	seen := make(map[string]bool)
	for i, c := range p.Containers {
		if c.Type == "" || seen[c.Type] {
			add("containers", fmt.Sprintf("the type %q of container %d is empty or there twice", c.Type, i+1), "write 20GP, 40GP, 40HQ")
		}
		seen[c.Type] = true
		if c.CBM.Sign() <= 0 || c.PayloadKG.Sign() <= 0 {
			add("containers", fmt.Sprintf("%s takes %s m³ and %s kg", c.Type, c.CBM, c.PayloadKG), "write what it takes, both above zero")
		}
		if i > 0 && (c.CBM.Less(p.Containers[i-1].CBM) || c.PayloadKG.Less(p.Containers[i-1].PayloadKG)) {
			add("containers", fmt.Sprintf("%s takes less than %s before it", c.Type, p.Containers[i-1].Type), "list them smallest first")
		}
	}
	if p.LCLBelow.Sign() < 0 {
		add("lcl_below_cbm", fmt.Sprintf("lcl_below_cbm is %s", p.LCLBelow), "write 0 or more")
	}
	for _, mark := range []struct{ at, template string }{{"marks", p.Marks}, {"side_marks", p.SideMarks}} {
		if _, err := document.FillMarks(mark.template, nil); err != nil {
			what, fix, _ := strings.Cut(err.Error(), ": write ")
			add(mark.at, what, "write "+fix)
		}
	}
	return errors.Join(faults...)
}
