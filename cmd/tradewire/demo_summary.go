package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tradewire/mapping/document"
	"tradewire/pipelines"
	"tradewire/pipelines/reconcile"
	"tradewire/pipelines/store"
)

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
	Notices   map[string]int `json:"notices"` // to each department
	Acks      struct {
		Sent     int `json:"sent"` // wait for an answer now
		Acked    int `json:"acked"`
		Objected int `json:"objected"`
		Late     int `json:"late"` // of those that wait
	} `json:"acks"`
	Finance   ending         `json:"finance"`
	Customers map[string]int `json:"customers"` // that the CRM was told of, by how their credit stands
	Reconcile struct {
		Checked     int `json:"checked"`
		Unexplained int `json:"unexplained"`
	} `json:"reconcile"`
	Sums    map[string]string `json:"sums"` // of the released orders' totals, by currency
	Seconds float64           `json:"seconds"`
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
	if sum.Alerts, sum.Notices, err = noticesOf(ctx, s); err != nil {
		return nil, err
	}
	answers, err := p.answersOf(ctx, s)
	if err != nil {
		return nil, err
	}
	for _, a := range answers {
		sum.Acks.Sent, sum.Acks.Acked = sum.Acks.Sent+a.Sent, sum.Acks.Acked+a.Acked
		sum.Acks.Objected, sum.Acks.Late = sum.Acks.Objected+a.Objected, sum.Acks.Late+a.Late
	}
	if sum.Customers, err = customersToldOf(ctx, s); err != nil {
		return nil, err
	}
	if sum.Sums, err = releasedTotals(ctx, s); err != nil {
		return nil, err
	}
	sum.Reconcile.Checked, sum.Reconcile.Unexplained = report.Checked, report.Unexplained
	return sum, nil
}

// customersToldOf counts the customers of whose credit the CRM was told, by how it stands.
func customersToldOf(ctx context.Context, s *store.Store) (map[string]int, error) {
	counts := map[string]int{}
	err := s.Each(ctx, document.KindCustomerCredit, func(d document.Document, _ int64) error {
		counts[string(d.(*document.CustomerCredit).Status)]++
		return nil
	})
	return counts, err
}

// releasedTotals adds up the orders that may be made, in each currency.
func releasedTotals(ctx context.Context, s *store.Store) (map[string]string, error) {
	sums := map[document.Currency]document.Decimal{}
	err := s.Each(ctx, document.KindSalesOrder, func(d document.Document, _ int64) error {
		if o := d.(*document.SalesOrder); o.State == document.OrderReleased {
			sums[o.Total.Currency] = sums[o.Total.Currency].Add(o.Total.Amount)
		}
		return nil
	})
	texts := make(map[string]string, len(sums))
	for currency, sum := range sums {
		texts[string(currency)] = sum.String()
	}
	return texts, err
}

// papersIn counts the papers that lie in the folder, by type.
func papersIn(dir string) (map[string]int, error) {
	counts := map[string]int{}
	for _, t := range document.PaperTypes() {
		found, err := filepath.Glob(filepath.Join(dir, string(t)+"-*.pdf"))
		if err != nil {
			return nil, err
		}
		counts[string(t)] = len(found)
	}
	return counts, nil
}

// noticesOf counts the alerts by what they are about, and all other notices by the department that they went to.
func noticesOf(ctx context.Context, s *store.Store) (alerts, notices map[string]int, err error) {
	alerts = map[string]int{}
	for _, t := range document.CreditAlertTypes() {
		alerts[string(t)] = 0
	}
	notices = map[string]int{"planning": 0, "purchasing": 0, "shipping": 0}
	err = s.Each(ctx, document.KindNotice, func(d document.Document, _ int64) error {
		n := d.(*document.Notice)
		if _, alert := alerts[string(n.Type)]; alert {
			alerts[string(n.Type)]++
			return nil
		}
		notices[n.To]++
		return nil
	})
	return alerts, notices, err
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
		{"nothing new in it", sum.Orders.Unchanged, "alerts: more than 80 % of a limit, 90 %, all of it", fmt.Sprintf("%d / %d / %d", sum.Alerts["credit_notice"], sum.Alerts["credit_watch"], sum.Alerts["credit_over"])},
		{"notices to planning", sum.Notices["planning"], "alerts: items are overdue", sum.Alerts["overdue"]},
		{"notices to purchasing", sum.Notices["purchasing"], "order confirmations", sum.Documents["order_confirmation"]},
		{"notices to shipping", sum.Notices["shipping"], "acknowledged by departments", sum.Acks.Acked},
		{"waits for a department", sum.Acks.Sent, "departments object", sum.Acks.Objected},
		{"of what waits for a department, late", sum.Acks.Late, "customers near or above their limit / stopped", fmt.Sprintf("%d / %d", sum.Customers["WATCH"]+sum.Customers["HOLD"], sum.Customers["STOP"])},
		{"dead letters", sum.Orders.DeadLetter, "compared with CRM and ERP / unexplained", fmt.Sprintf("%d / %d", sum.Reconcile.Checked, sum.Reconcile.Unexplained)},
	})
	t.Render()
	if lines := sum.Finance.told(); len(lines) > 0 {
		fmt.Fprintf(a.out, "\nFinance:\n  %s\n", strings.Join(lines, "\n  "))
	}
	if fonts, err := p.fonts(); !o.bare && (err != nil || !fonts.Chinese()) {
		fmt.Fprintln(a.out, "No Chinese font was found: papers are in English only, and those of customers whose name is written in Chinese alone are\n"+
			"not drawn; they wait as dead letters. `make fonts` fetches a font.")
	}
	if examples := a.examples(o.dir); len(examples) > 0 {
		fmt.Fprintf(a.out, "\nWorth opening:\n  %s\n", strings.Join(examples, "\n  "))
	}
	config, name := filepath.Join(o.dir, "tradewire.yaml"), programName()
	fmt.Fprintf(a.out, "\nTry next:\n  %[3]s deadletters list --config %[1]s\n  %[3]s inbox planning --config %[1]s\n  %[3]s trace CO-000001 --config %[1]s\n  %[3]s credit holds --config %[1]s\n%[4]s  %[3]s run --until-idle --config %[1]s    # changes nothing\n  %[3]s reconcile --config %[1]s           # change a row of %[2]s first\n",
		config, filepath.Join(o.dir, "erp.db"), name, sum.Finance.next(config, name))
	fmt.Fprintf(a.out, "\n%.1f seconds, seed %d\n", sum.Seconds, o.seed)
	return nil
}

// programName is what to type to run this program again.
func programName() string {
	if name := os.Args[0]; !strings.HasPrefix(name, os.TempDir()) && !strings.Contains(name, "go-build") {
		return name
	}
	return "go run ./cmd/tradewire"
}

// examples are the first paper of each type, and the first alert.
func (a *app) examples(dir string) []string {
	var found []string
	for _, pattern := range []string{"documents/packing_list-*.pdf", "documents/commercial_invoice-*.pdf", "documents/delivery_note-*.pdf", "documents/order_confirmation-*.pdf", "documents/shipping_marks-*.pdf",
		"alerts/*order_held*", "notices/order_changed-*", "notices/order_cancelled-*", "notices/booking_request-*"} {
		if names, err := filepath.Glob(filepath.Join(dir, pattern)); err == nil && len(names) > 0 {
			found = append(found, names[0])
		}
	}
	return found
}
