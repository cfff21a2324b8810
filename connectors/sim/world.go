// Package sim is a whole small world to run Tradewire against: the CRM of a cable maker with an HTTP interface and
// webhooks, its ERP, which is a SQLite or MySQL database of quite another design, a forwarder who drops files, and people
// in the departments who answer. The world has its own clock and lives in steps; all chance in it follows from a seed; and
// it breaks on request.
//
// The world knows nothing of Tradewire. What it does by itself is the story: customers, orders, changes of mind. What
// its ERP's clerks and the departments do follows from the orders that they find in the ERP.
package sim

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Options are what a world follows from.
type Options struct {
	Dir    string    // where its files lie
	Seed   uint64    // all chance
	Orders int       // how many orders the story has, at least 20; 200 when zero
	Start  time.Time // the clock at the beginning; the second of March 2026 in Hong Kong when zero
	ERP    ERP       // where the ERP lies; the story is the same wherever it does
}

// minOrders is the smallest story that shows everything.
const minOrders = 20

// World is the three systems and their clock. It is safe for use by several goroutines; Step is called by one.
type World struct {
	story  *story
	dir    string
	state  *sql.DB // the CRM's own database: its journal, the webhooks it owes, what it was told
	place  ERP
	erp    *erpDB
	token  string
	secret []byte

	stepping sync.Mutex // held for the whole of a step
	office   *office    // nil before the first step

	mu       sync.Mutex // guards what follows; never held while another system is called
	step     int
	clock    time.Time
	shelves  map[string]*shelf
	standing map[string][]byte // how credit stands, by customer, as it was told
	hookURL  string
	weather  Weather
	asked    map[string]*asked

	client  *http.Client
	servers sync.WaitGroup
	hangUp  context.CancelFunc
	closing context.Context
}

// New makes a fresh world in a folder that has none.
func New(opt Options) (*World, error) {
	if opt.Orders == 0 {
		opt.Orders = 200
	}
	if opt.Orders < minOrders {
		return nil, fmt.Errorf("make world: %d orders are too few to show everything (%d at least)", opt.Orders, minOrders)
	}
	if opt.Start.IsZero() {
		opt.Start = time.Date(2026, time.March, 2, 8, 0, 0, 0, hongKong)
	}
	opt.Start = opt.Start.Truncate(time.Second)
	if err := opt.ERP.check(); err != nil {
		return nil, fmt.Errorf("make world: %w", err)
	}
	if _, err := os.Stat(filepath.Join(opt.Dir, stateFile)); err == nil {
		return nil, fmt.Errorf("make world: there is one in %s already (continue it, or remove %s)", opt.Dir, stateFile)
	}
	for _, folder := range []string{forwarderDir, answersDir} {
		// #nosec G301 -- others drop and fetch files here
		if err := os.MkdirAll(filepath.Join(opt.Dir, folder), 0o755); err != nil {
			return nil, fmt.Errorf("make world: %w", err)
		}
	}
	if err := writeSecrets(opt); err != nil {
		return nil, fmt.Errorf("make world: %w", err)
	}
	s := tell(opt)
	// The ERP comes first: a world whose state exists is complete.
	if err := foundERP(opt, s); err != nil {
		return nil, fmt.Errorf("make world: found erp: %w", err)
	}
	if err := opt.ERP.remember(opt.Dir); err != nil {
		return nil, fmt.Errorf("make world: %w", err)
	}
	if err := foundState(opt.Dir, s); err != nil {
		return nil, fmt.Errorf("make world: %w", err)
	}
	return open(opt.Dir, opt.ERP, s)
}

// Open continues the world in a folder where it stopped. It changes nothing, so that a second program may look into
// a world that lives. The world remembers where its ERP lies: erp needs to hold no more than the password.
func Open(dir string, erp ERP) (*World, error) { return open(dir, erp, nil) }

func open(dir string, erp ERP, s *story) (*World, error) {
	if _, err := os.Stat(filepath.Join(dir, stateFile)); err != nil {
		return nil, fmt.Errorf("open world: there is none in %s (make one first)", dir)
	}
	w := &World{dir: dir, story: s, weather: Mild, asked: map[string]*asked{}, client: hookClient()}
	w.closing, w.hangUp = context.WithCancel(context.Background())
	var err error
	if w.place, err = erp.recall(dir); err != nil {
		return nil, fmt.Errorf("open world: %w", err)
	}
	if w.token, w.secret, err = readSecrets(dir); err != nil {
		return nil, fmt.Errorf("open world: %w", err)
	}
	if w.state, err = openDB(filepath.Join(dir, stateFile), "FULL"); err != nil {
		return nil, fmt.Errorf("open world: %w", err)
	}
	if w.erp, err = w.place.open(dir); err != nil {
		return nil, errors.Join(fmt.Errorf("open world: %w", err), w.state.Close())
	}
	if err := w.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("open world: %w", err), w.Close())
	}
	return w, nil
}

// Close stops the CRM and lets go of the files.
func (w *World) Close() error {
	w.hangUp()
	w.servers.Wait()
	w.client.CloseIdleConnections()
	return errors.Join(w.state.Close(), w.erp.Close())
}

// Now is the world's clock. Tradewire lives by it while it is connected to this world.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.clock
}

// AdvanceTo moves the clock to an instant and lets nothing happen. The clock never goes back.
func (w *World) AdvanceTo(t time.Time) error {
	w.mu.Lock()
	if !t.After(w.clock) {
		w.mu.Unlock()
		return nil
	}
	w.clock = t
	w.mu.Unlock()
	if _, err := w.state.Exec(`UPDATE world SET clock = ?`, stamp(t)); err != nil {
		return fmt.Errorf("advance clock: %w", err)
	}
	return nil
}

// Steps is how many steps the story has. A few more may follow in which only late webhooks are called.
func (w *World) Steps() int { return steps }

// Done is how many steps have been lived.
func (w *World) Done() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.step
}

// Options are what the world was made from.
func (w *World) Options() Options { return w.story.opt }

// HooksTo names the address that the CRM calls with its webhooks. Before that it calls nobody, and what it would have
// told is lost to the webhooks; its pages still show it.
func (w *World) HooksTo(url string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hookURL = url
}
