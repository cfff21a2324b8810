package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tradewire/config"
	"tradewire/connectors/sim"
)

// demoPlaces say where the demo keeps what it remembers, what carries its topics, and where the simulated ERP lies.
// Everything is in its folder unless they name a server.
type demoPlaces struct {
	store, erp, bus            string
	storePassword, erpPassword string // references
	partitions                 int
}

func (p *demoPlaces) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.store, "store", "", "keep what is remembered in an empty database: mysql:USER@tcp(HOST:3306)/DATABASE")
	cmd.Flags().StringVar(&p.storePassword, "store-password", "", "its user's password: env:NAME or file:PATH")
	cmd.Flags().StringVar(&p.erp, "erp", "", "let the simulated ERP be an empty database: mysql:USER@tcp(HOST:3306)/DATABASE")
	cmd.Flags().StringVar(&p.erpPassword, "erp-password", "", "its user's password: env:NAME or file:PATH")
	cmd.Flags().StringVar(&p.bus, "bus", "", "carry the topics by a broker: kafka:HOST:PORT; needs --store")
	cmd.Flags().IntVar(&p.partitions, "partitions", 1, "queues that are decided side by side")
}

// check finds every fault of the command line at once, before anything is written.
func (p *demoPlaces) check() error {
	var faults []error
	for flag, place := range map[string]string{"--store": p.store, "--erp": p.erp} {
		if place != "" && !strings.HasPrefix(place, "mysql:") {
			faults = append(faults, fmt.Errorf("%s %q: write mysql:USER@tcp(HOST:3306)/DATABASE", flag, place))
		}
	}
	broker, known := strings.CutPrefix(p.bus, "kafka:")
	switch {
	case p.bus == "":
	case !known || !strings.Contains(broker, ":"):
		faults = append(faults, fmt.Errorf("--bus %q: write kafka:HOST:PORT", p.bus))
	case p.store == "":
		faults = append(faults, errors.New("--bus needs --store: only a store on a server is shared by instances"))
	}
	if p.partitions < 1 || p.partitions > 256 {
		faults = append(faults, fmt.Errorf("--partitions %d: between 1 and 256", p.partitions))
	}
	if len(faults) > 0 {
		return usage(errors.Join(faults...))
	}
	return nil
}

// simulated is the place of the ERP as the world takes it.
func (p *demoPlaces) simulated() sim.ERP {
	place := sim.ERP{Place: p.erp}
	if p.erpPassword != "" {
		place.Password = config.NewSecret(p.erpPassword, ".").Reveal
	}
	return place
}

// edit writes the places into tradewire.yaml. The demo carries invented orders: the network is trusted.
func (p *demoPlaces) edit(body []byte) []byte {
	if p.store != "" {
		body = replaceLine(body, "  path: store.db", server("dsn: "+p.store, p.storePassword, "insecure: true"))
	}
	if p.erp != "" {
		body = replaceLine(body, "    dsn: sqlite:erp.db", server("dsn: "+p.erp, p.erpPassword, "insecure: true"))
		body = replaceLine(body, "    state: world.db", server("state: world.db", p.erpPassword))
	}
	return bytes.Replace(body, []byte("\nconnections:\n"), []byte(p.busSettings()+"\nconnections:\n"), 1)
}

// server are the lines that name a server and, where there is one, the password.
func server(place, password string, more ...string) []string {
	lines := []string{place}
	if password != "" {
		lines = append(lines, fmt.Sprintf("password: %q", password))
	}
	return append(lines, more...)
}

// replaceLine puts lines in the place of one, as far in as it stands.
func replaceLine(body []byte, line string, with []string) []byte {
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	return bytes.Replace(body, []byte(line+"\n"), []byte(indent+strings.Join(with, "\n"+indent)+"\n"), 1)
}

// busSettings is the chapter bus of tradewire.yaml. Every demo has topics of its own.
func (p *demoPlaces) busSettings() string {
	switch {
	case p.bus != "":
		return fmt.Sprintf("\nbus:\n  kafka:\n    brokers: [%q]\n    prefix: demo-%s\n    partitions: %d\n    replication: 1\n    insecure: true\n",
			strings.TrimPrefix(p.bus, "kafka:"), strings.ToLower(rand.Text()[:8]), p.partitions)
	case p.partitions > 1:
		return fmt.Sprintf("\nbus:\n  partitions: %d\n", p.partitions)
	}
	return ""
}
