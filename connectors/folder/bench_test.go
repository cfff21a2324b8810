package folder

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tradewire/connectors"
)

func openRoot(t testing.TB, dir string) *os.Root {
	t.Helper()
	c := &Connection{name: "forwarder", path: dir}
	root, err := (&sink{connection: c}).openForWriting()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return root
}

func benchAt(t testing.TB, root *os.Root, epoch int64) *bench {
	t.Helper()
	b, err := benchOf(root, "documents", epoch)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func status(revision int64) connectors.Entry {
	return connectors.Entry{Kind: "order", Key: "O1", Revision: revision, Op: connectors.Put,
		Record: connectors.Record{"revision": fmt.Sprint(revision)}}
}

func mustWrite(t testing.TB, b *bench, entry connectors.Entry) {
	t.Helper()
	if _, err := b.write(entry); err != nil {
		t.Fatal(err)
	}
}

func shows(t testing.TB, root *os.Root, want string) {
	t.Helper()
	if body, err := root.ReadFile("O1.json"); err != nil || !strings.Contains(string(body), want) {
		t.Errorf("the file shows %s, want %s (%v)", body, want, err)
	}
}

// Wherever an instance stood still while another took its target over, nothing of its comes into the folder afterwards.
func TestWhoStoodStillPutsNothingIntoPlace(t *testing.T) {
	stood := map[string]func(old *bench) (goesOn func() error){
		"before it began": func(old *bench) func() error {
			other := status(1)
			other.Key = "O2"
			return func() error { _, err := old.write(other); return err }
		},
		"between looking and placing": func(old *bench) func() error {
			drafted, err := old.draft([]byte(`{"revision":"1"}`))
			return func() error {
				if err != nil {
					return err
				}
				return old.place(drafted, "O1.json")
			}
		},
		"with the folder in its hand": func(old *bench) func() error {
			drafted, err := old.draft([]byte(`{"revision":"1"}`))
			if err != nil {
				return func() error { return err }
			}
			hand, err := old.root.OpenRoot(old.of(old.epoch))
			return func() error {
				if err != nil {
					return err
				}
				defer hand.Close()
				if err := hand.Rename(filepath.Base(drafted), "placed"); err != nil {
					return old.missed(err)
				}
				return nil
			}
		},
		"before it took a file away": func(old *bench) func() error {
			return func() error { return old.remove("O1.json") }
		},
	}
	for when, stand := range stood {
		t.Run(when, func(t *testing.T) {
			root := openRoot(t, filepath.Join(t.TempDir(), "outbox"))
			goesOn := stand(benchAt(t, root, 3))
			mustWrite(t, benchAt(t, root, 4), status(2))
			if err := goesOn(); connectors.KindOf(err) != connectors.Conflict {
				t.Errorf("it is told %v, not that another has taken over", err)
			}
			shows(t, root, `"2"`)
			if _, err := benchOf(root, "documents", 3); connectors.KindOf(err) != connectors.Conflict {
				t.Errorf("the earlier lease gets the bench again: %v", err)
			}
		})
	}
}

func TestOneLeaseHasTheBenchHoweverManyAsk(t *testing.T) {
	for range 50 {
		root := openRoot(t, filepath.Join(t.TempDir(), "outbox"))
		var all sync.WaitGroup
		for epoch := range int64(4) {
			all.Go(func() {
				if _, err := benchOf(root, "documents", epoch); err != nil && connectors.KindOf(err) != connectors.Conflict {
					t.Error(err)
				}
			})
		}
		all.Wait()
		found, err := filepath.Glob(filepath.Join(root.Name(), ledger, ".lease-*", "*"))
		if err != nil || len(found) != 1 || filepath.Base(found[0]) != "3" {
			t.Fatalf("the benches are %q (%v)", found, err)
		}
	}
}

func TestWhoeverTakesATargetOverClosesItBeforeItWrites(t *testing.T) {
	root := openRoot(t, filepath.Join(t.TempDir(), "outbox"))
	old := benchAt(t, root, 3)
	successor := &sink{connection: &Connection{name: "forwarder", path: root.Name()}, target: "documents"}
	if err := successor.Fence(t.Context(), 4); err != nil {
		t.Fatal(err)
	}
	if _, err := old.write(status(1)); connectors.KindOf(err) != connectors.Conflict {
		t.Errorf("the earlier lease writes: %v", err)
	}
	if err := (&sink{connection: successor.connection, target: "documents"}).Fence(t.Context(), 3); connectors.KindOf(err) != connectors.Conflict {
		t.Errorf("the earlier lease takes over: %v", err)
	}
}

func TestTwoTargetsOfOneFolderHaveTheirOwnLeases(t *testing.T) {
	root := openRoot(t, filepath.Join(t.TempDir(), "outbox"))
	mustWrite(t, benchAt(t, root, 9), status(1))
	other, err := benchOf(root, "alerts", 1)
	if err != nil {
		t.Fatal(err)
	}
	alert := status(1)
	alert.Key = "A1"
	mustWrite(t, other, alert)
}
