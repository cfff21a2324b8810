package shipping

import (
	"errors"
	"fmt"

	"tradewire/mapping/document"
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
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("shipping policy: "+format, args...))
	}
	seen := make(map[string]bool)
	for i, c := range p.Containers {
		if c.Type == "" || seen[c.Type] {
			fault("containers: entry %d: type %q is empty or there twice -> write 20GP, 40GP, 40HQ", i+1, c.Type)
		}
		seen[c.Type] = true
		if c.CBM.Sign() <= 0 || c.PayloadKG.Sign() <= 0 {
			fault("containers: %s takes %s m³ and %s kg -> both lie above zero", c.Type, c.CBM, c.PayloadKG)
		}
		if i > 0 && (c.CBM.Less(p.Containers[i-1].CBM) || c.PayloadKG.Less(p.Containers[i-1].PayloadKG)) {
			fault("containers: %s takes less than %s before it -> list them smallest first", c.Type, p.Containers[i-1].Type)
		}
	}
	if p.LCLBelow.Sign() < 0 {
		fault("lcl_below_cbm is %s -> write 0 or more", p.LCLBelow)
	}
	for _, template := range []string{p.Marks, p.SideMarks} {
		if _, err := document.FillMarks(template, nil); err != nil {
			fault("%w", err)
		}
	}
	return errors.Join(faults...)
}
