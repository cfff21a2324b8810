package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"tradewire/config"
	"tradewire/connectors/sim"
	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/reconcile"
	"tradewire/pipelines/store"
)

type demoOptions struct {
	dir    string
	orders int
	seed   uint64
	bare   bool // no documents
}

func (a *app) demo() *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run everything against a simulated cable maker: CRM, ERP, forwarder",
		Long: "Starts a simulated CRM (HTTP and webhooks), ERP (a SQLite database) and forwarder, and runs the real pipelines\n" +
			"against them with the configuration that it leaves in the folder. Needs no service, no account and no network.",
		Example: "  tradewire demo\n  tradewire demo --dir D --orders 500 --seed 7 --json",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.runDemo(cmd.Context(), o) },
	}
	cmd.Flags().StringVar(&o.dir, "dir", "", "a fresh folder; demo, demo-2 ... when not given")
	cmd.Flags().IntVar(&o.orders, "orders", 200, "how many orders the story has, at least 20")
	cmd.Flags().Uint64Var(&o.seed, "seed", 1, "all chance follows from it: one seed tells one story")
	cmd.Flags().BoolVar(&o.bare, "no-documents", false, "draw no papers")
	return cmd
}

func (a *app) runDemo(ctx context.Context, o demoOptions) (err error) {
	began := time.Now()
	if o.orders < 20 {
		return usage(fmt.Errorf("--orders %d is too few to show everything: ask for at least 20", o.orders))
	}
	if o.dir, err = freshFolder(o.dir); err != nil {
		return err
	}
	crm, hooks, err := freePorts()
	if err != nil {
		return err
	}
	if _, err := writeTree(config.Demo(), o.dir, demoEdit(crm, hooks)); err != nil {
		return err
	}
	world, err := sim.New(sim.Options{Dir: o.dir, Seed: o.seed, Orders: o.orders})
	if err != nil {
		return err
	}
	a.configFile = filepath.Join(o.dir, "tradewire.yaml")
	p, err := a.load()
	if err != nil {
		return errors.Join(err, world.Close())
	}
	endWorld, err := p.enterWorld(ctx, world, crm)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, endWorld()) }()
	world.HooksTo("http://" + hooks + "/hooks/crm")
	if o.bare {
		p.house.Targets = slices.DeleteFunc(p.house.Targets, func(t pipelines.Target) bool { return t.Takes == document.KindPaper })
	}
	defer func() { err = errors.Join(err, p.close()) }()
	s, release, err := p.own(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	if err := a.live(ctx, p, s); err != nil {
		return err
	}
	report, err := reconcile.Run(ctx, s, p.house)
	if err != nil {
		return err
	}
	sum, err := summarise(ctx, p, s, report)
	if err != nil {
		return err
	}
	sum.Seconds = float64(time.Since(began).Milliseconds()) / 1000
	if a.json {
		return a.printJSON(sum)
	}
	return a.showDemo(o, p, sum)
}

// live lets the world live its story, step by step, and settles after each: one seed tells one story.
func (a *app) live(ctx context.Context, p *plant, s *store.Store) (err error) {
	bar := a.bar(p.clock.world.Steps())
	p.clock.jumps = true
	supervisor := pipelines.NewSupervisor(s, p.house, nil)
	running, stop := supervisor.Start(ctx)
	defer func() { err = errors.Join(err, stop()) }()
	if err := waitFor(running, p.addressOf("webhook", "listen")); err != nil {
		return err
	}
	if err := supervisor.Settle(running, patience); err != nil {
		return err
	}
	for more := true; more; {
		if more, err = p.clock.world.Step(running); err != nil {
			return err
		}
		if err := supervisor.Settle(running, patience); err != nil {
			return err
		}
		_ = bar.Add(1)
	}
	return bar.Finish()
}

// bar shows progress on a terminal, and nothing elsewhere.
func (a *app) bar(steps int) *progressbar.ProgressBar {
	if !a.onTerminal() || a.json {
		return progressbar.DefaultSilent(int64(steps))
	}
	return progressbar.NewOptions(steps, progressbar.OptionSetWriter(a.err), progressbar.OptionSetDescription("the world moves"),
		progressbar.OptionShowCount(), progressbar.OptionSetWidth(40), progressbar.OptionClearOnFinish())
}

// pulse shows what a run is doing, on a terminal.
func (a *app) pulse() func(pipelines.Pulse) {
	if !a.onTerminal() || a.json {
		return nil
	}
	return func(p pipelines.Pulse) { fmt.Fprintf(a.err, "\r\033[K%s", p.Doing) }
}

// freshFolder makes the demo's folder. One that holds something is refused.
func freshFolder(dir string) (string, error) {
	if dir == "" {
		dir = "demo"
		for n := 2; n < 1000; n++ {
			if entries, err := os.ReadDir(dir); errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
				break
			}
			dir = fmt.Sprintf("demo-%d", n)
		}
	}
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 {
		return "", usage(fmt.Errorf("%s is not empty: a demo needs a fresh folder (name another --dir)", dir))
	}
	return dir, os.MkdirAll(dir, 0o755)
}

// freePorts are two addresses on this machine that nobody listens on now.
func freePorts() (first, second string, err error) {
	var listeners [2]net.Listener
	for i := range listeners {
		if listeners[i], err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return "", "", fmt.Errorf("find a free port: %w", err)
		}
		defer listeners[i].Close()
	}
	return listeners[0].Addr().String(), listeners[1].Addr().String(), nil
}

// demoEdit puts the ports that are free now into the configuration.
func demoEdit(crm, hooks string) func(string, []byte) []byte {
	return func(name string, body []byte) []byte {
		body = bytes.ReplaceAll(body, []byte("127.0.0.1:18471"), []byte(crm))
		return bytes.ReplaceAll(body, []byte("127.0.0.1:18472"), []byte(hooks))
	}
}

// waitFor waits until somebody listens on the address, bounded.
func waitFor(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			return connection.Close()
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// summary is what the demo prints with --json.
type summary struct {
	Orders struct {
		Read       int `json:"read"`
		Released   int `json:"released"`
		Held       int `json:"held"`
		Cancelled  int `json:"cancelled"`
		Superseded int `json:"superseded"`
		Duplicate  int `json:"duplicate"`
		Unchanged  int `json:"unchanged"`
		DeadLetter int `json:"dead_letter"`
	} `json:"orders"`
	ERP struct {
		Orders int `json:"orders"`
		Lines  int `json:"lines"`
	} `json:"erp"`
	Documents map[string]int `json:"documents"`
	Alerts    map[string]int `json:"alerts"`
	Reconcile struct {
		Checked     int `json:"checked"`
		Unexplained int `json:"unexplained"`
	} `json:"reconcile"`
	Seconds float64 `json:"seconds"`
}

func summarise(ctx context.Context, p *plant, s *store.Store, report *reconcile.Report) (*summary, error) {
	sum := &summary{}
	counts, err := s.Counts(ctx)
	if err != nil {
		return nil, err
	}
	orders := counts.Changes[document.KindSalesOrder]
	for _, n := range orders {
		sum.Orders.Read += n
	}
	sum.Orders.Released, sum.Orders.Held = orders[string(pipelines.Released)], orders[string(pipelines.Held)]
	sum.Orders.Cancelled, sum.Orders.Superseded = orders[string(pipelines.Cancelled)], orders[string(pipelines.Superseded)]
	sum.Orders.Duplicate, sum.Orders.Unchanged = orders[string(pipelines.Duplicate)], orders[string(pipelines.Unchanged)]
	sum.Orders.DeadLetter = orders[string(pipelines.DeadLetter)]
	if sum.ERP.Orders, sum.ERP.Lines, err = p.clock.world.ERPCounts(ctx); err != nil {
		return nil, err
	}
	if sum.Documents, err = papersIn(filepath.Join(p.cfg.Dir, "documents")); err != nil {
		return nil, err
	}
	if sum.Alerts, err = alertsOf(ctx, s); err != nil {
		return nil, err
	}
	sum.Reconcile.Checked, sum.Reconcile.Unexplained = report.Checked, report.Unexplained
	return sum, nil
}

// papersIn counts the papers that lie in the folder, by type.
func papersIn(dir string) (map[string]int, error) {
	counts := map[string]int{}
	for _, t := range []document.PaperType{document.PackingList, document.CommercialInvoice, document.DeliveryNote} {
		found, err := filepath.Glob(filepath.Join(dir, string(t)+"-*.pdf"))
		if err != nil {
			return nil, err
		}
		counts[string(t)] = len(found)
	}
	return counts, nil
}

func alertsOf(ctx context.Context, s *store.Store) (map[string]int, error) {
	counts := map[string]int{string(document.OrderHeldAlert): 0, string(document.CreditWatchAlert): 0}
	err := s.Each(ctx, document.KindNotice, func(d document.Document, _ int64) error {
		counts[string(d.(*document.Notice).Type)]++
		return nil
	})
	return counts, err
}

// showDemo ends the demo for a person: a short table, papers worth opening, and what to try next.
func (a *app) showDemo(o demoOptions, p *plant, sum *summary) error {
	t := a.newTable("orders of the CRM", "", "what came of it", "")
	t.AppendRows([]tableRow{
		{"read", sum.Orders.Read, "orders in the ERP", sum.ERP.Orders},
		{"released", sum.Orders.Released, "lines in the ERP", sum.ERP.Lines},
		{"held by credit", sum.Orders.Held, "packing lists", sum.Documents["packing_list"]},
		{"cancelled", sum.Orders.Cancelled, "commercial invoices", sum.Documents["commercial_invoice"]},
		{"superseded by a later revision", sum.Orders.Superseded, "delivery notes", sum.Documents["delivery_note"]},
		{"the same message again", sum.Orders.Duplicate, "alerts: order held", sum.Alerts["order_held"]},
		{"nothing new in it", sum.Orders.Unchanged, "alerts: credit nearly used up", sum.Alerts["credit_watch"]},
		{"dead letters", sum.Orders.DeadLetter, "compared with CRM and ERP / unexplained", fmt.Sprintf("%d / %d", sum.Reconcile.Checked, sum.Reconcile.Unexplained)},
	})
	t.Render()
	if fonts, err := p.fonts(); !o.bare && (err != nil || !fonts.Chinese()) {
		fmt.Fprintln(a.out, "No Chinese font was found, so papers are in English only: `make fonts` fetches one.")
	}
	if examples := a.examples(o.dir); len(examples) > 0 {
		fmt.Fprintf(a.out, "\nWorth opening:\n  %s\n", strings.Join(examples, "\n  "))
	}
	config := filepath.Join(o.dir, "tradewire.yaml")
	fmt.Fprintf(a.out, "\nTry next:\n  tradewire deadletters list --config %[1]s\n  tradewire trace CO-000001 --config %[1]s\n  tradewire run --until-idle --config %[1]s    # changes nothing\n  tradewire reconcile --config %[1]s           # change a row of %[2]s first\n",
		config, filepath.Join(o.dir, "erp.db"))
	fmt.Fprintf(a.out, "\n%.1f seconds, seed %d\n", sum.Seconds, o.seed)
	return nil
}

// examples are the first paper of each type, and the first alert.
func (a *app) examples(dir string) []string {
	var found []string
	for _, pattern := range []string{"documents/packing_list-*.pdf", "documents/commercial_invoice-*.pdf", "documents/delivery_note-*.pdf", "alerts/*order_held*"} {
		if names, err := filepath.Glob(filepath.Join(dir, pattern)); err == nil && len(names) > 0 {
			found = append(found, names[0])
		}
	}
	return found
}
