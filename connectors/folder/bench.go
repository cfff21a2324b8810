package folder

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"tradewire/connectors"
)

// bench is where the files of one target are written before they take their places: a folder inside the ledger that is named
// by the lease under which one writes. A later lease takes the folder over by renaming it and empties it. Whoever stood still
// meanwhile finds neither his folder nor what lay in it, so that nothing of his takes a place any more. (Invariant 2.)
type bench struct {
	root  *os.Root
	dir   string // of all leases of the target; it holds the folder of one
	epoch int64
}

// benchOf is the bench of a lease; an earlier lease is taken over, a later one is respected.
func benchOf(root *os.Root, target string, epoch int64) (*bench, error) {
	b := &bench{root: root, dir: filepath.Join(ledger, ".lease-"+fileName(target)), epoch: epoch}
	const tries = 20 // every one is lost to another instance that took the bench over at that moment
	for range tries {
		now, err := b.holder()
		switch {
		case errors.Is(err, fs.ErrNotExist):
			err = b.found()
		case err == nil && now > epoch:
			return nil, takenOver(epoch, now)
		case err == nil && now == epoch:
			return b, nil
		case err == nil:
			err = b.takeOver(now)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("the folder %s has another owner at every look", b.dir)
}

// Fence takes the bench over from earlier leases.
func (s *sink) Fence(_ context.Context, epoch int64) error {
	root, err := s.openForWriting()
	if err == nil {
		_, err = benchOf(root, s.target, epoch)
		err = errors.Join(err, root.Close())
	}
	if err != nil {
		return s.connection.fault("take over "+s.target, err)
	}
	return nil
}

// of is the folder of a lease.
func (b *bench) of(epoch int64) string {
	return filepath.Join(b.dir, strconv.FormatInt(epoch, 10))
}

// holder is the lease that has the bench. While it is being renamed, a look may see it under both names.
func (b *bench) holder() (newest int64, err error) {
	entries, err := fs.ReadDir(b.root.FS(), filepath.ToSlash(b.dir))
	if err != nil {
		return 0, err
	}
	newest = -1
	for _, entry := range entries {
		if epoch, err := strconv.ParseInt(entry.Name(), 10, 64); err == nil {
			newest = max(newest, epoch)
		}
	}
	if newest < 0 {
		return 0, fs.ErrNotExist // or it is being renamed at this moment: then founding it fails, and one looks again
	}
	return newest, nil
}

// found makes the bench of a target that has none. It comes whole: two that found at once must not have one each.
func (b *bench) found() error {
	draft := b.dir + "." + rand.Text()[:8]
	if err := b.root.MkdirAll(filepath.Join(draft, strconv.FormatInt(b.epoch, 10)), 0o750); err != nil {
		return err
	}
	if err := b.root.Rename(draft, b.dir); err != nil {
		// A folder that is not empty is never renamed over: another instance was first.
		if _, there := b.root.Stat(b.dir); there == nil {
			err = fs.ErrExist
		}
		return errors.Join(err, b.root.RemoveAll(draft))
	}
	return durable(b.root, ledger)
}

func (b *bench) takeOver(from int64) error {
	if err := b.root.Rename(b.of(from), b.of(b.epoch)); err != nil {
		return err
	}
	// Who has opened the folder already still reaches it under its new name, but finds nothing in it to put into place.
	left, err := fs.ReadDir(b.root.FS(), filepath.ToSlash(b.of(b.epoch)))
	if err != nil {
		return err
	}
	for _, file := range left {
		if err := b.root.Remove(filepath.Join(b.of(b.epoch), file.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return durable(b.root, b.dir)
}

// put writes a file so that it is there whole or not at all, and stays there when the power fails.
func (b *bench) put(name string, body []byte) error {
	drafted, err := b.draft(body)
	if err != nil {
		return err
	}
	return b.place(drafted, name)
}

// draft writes a file on the bench.
func (b *bench) draft(body []byte) (drafted string, err error) {
	drafted = filepath.Join(b.of(b.epoch), rand.Text()+".tmp")
	f, err := b.root.OpenFile(drafted, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666) // those who fetch it are other users
	if err != nil {
		return "", b.missed(err)
	}
	_, err = f.Write(body)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, b.root.Remove(drafted))
	}
	return drafted, nil
}

// place brings a file from the bench to its place.
func (b *bench) place(drafted, name string) error {
	if err := b.root.Rename(drafted, name); err != nil {
		_ = b.root.Remove(drafted) // it is not there where another lease has the bench
		return b.missed(err)
	}
	return durable(b.root, filepath.Dir(name))
}

// remove takes a file away, by way of the bench: from a bench that is another's now nothing is taken.
func (b *bench) remove(name string) error {
	gone := filepath.Join(b.of(b.epoch), rand.Text()+".tmp")
	if err := b.root.Rename(name, gone); err != nil {
		return b.missed(err)
	}
	return errors.Join(b.root.Remove(gone), durable(b.root, "."))
}

// missed tells what it means that something is not on the bench.
func (b *bench) missed(err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if now, fault := b.holder(); fault == nil && now > b.epoch {
		return takenOver(b.epoch, now)
	}
	return err
}

func takenOver(epoch, now int64) error {
	return &connectors.Error{Kind: connectors.Conflict,
		Hint: "another instance has taken this target over; where the store is a new or restored one, take the folders .lease-* out of " + ledger,
		Err:  fmt.Errorf("the entry is written under lease %d, and the folder has seen %d", epoch, now)}
}
