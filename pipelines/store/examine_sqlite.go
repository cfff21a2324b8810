package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jmoiron/sqlx"

	"tradewire/connectors"
)

const (
	littleRoom = 1 << 30  // bytes free on the disk that a warning leaves
	noRoom     = 64 << 20 // and those below which orders may not find room before somebody has read it
)

// file looks at a store in a file.
func (x *examination) file(ctx context.Context) error {
	o := x.options
	writing := o
	writing.ReadOnly = false
	err := notMoved(writing)
	if err == nil {
		err = usable(writing)
	}
	if err != nil {
		x.bad(err)
		return nil
	}
	folder := filepath.Dir(o.Path)
	err = mayWrite(folder)
	x.is(err == nil, "its folder can be written into", connectors.Bad, fmt.Sprintf("its folder %s cannot be written into: %v", folder, err),
		fmt.Sprintf("chown %d %s, and chmod u+rwx %[2]s", os.Getuid(), folder))
	info, err := os.Stat(o.Path)
	if errors.Is(err, fs.ErrNotExist) {
		x.room(folder, 0)
		x.version(errNone)
		return nil
	}
	if err != nil {
		return err
	}
	x.rights(info)
	x.room(folder, info.Size())
	if err := x.inside(ctx); err != nil {
		x.bad(x.store.explain(err))
	}
	return nil
}

// rights looks at who may do what with the file: it holds every price and every customer.
func (x *examination) rights(info fs.FileInfo) {
	path, mode := x.options.Path, info.Mode().Perm()
	err := mayWrite(path)
	x.is(err == nil, "its file can be written", connectors.Bad, fmt.Sprintf("its file cannot be written: %v", err), fmt.Sprintf("chown %d %s, and chmod u+rw %[2]s", os.Getuid(), path))
	switch {
	case mode&0o002 != 0:
		x.add(connectors.Bad, fmt.Sprintf("everybody on this machine may write into its file (%v)", mode), "chmod 600 "+path)
	case mode&0o004 != 0:
		x.add(connectors.Warn, fmt.Sprintf("everybody on this machine may read its file (%v)", mode), "chmod 600 "+path)
	default:
		x.add(connectors.OK, fmt.Sprintf("strangers on this machine cannot read its file (%v)", mode), "")
	}
}

// room looks at the disk: whether there is space, and whether it is one of this machine.
func (x *examination) room(folder string, size int64) {
	disk, known := diskOf(folder)
	if !known {
		return
	}
	x.is(!disk.remote, "its disk is one of this machine", connectors.Bad, "its disk is one of another machine ("+disk.kind+"), where the write-ahead log of SQLite does not hold: the store can be damaged",
		"let store.path name a file on a disk of this machine, or store.dsn a database")
	change := "make room on the disk of " + folder
	switch {
	case disk.free < noRoom:
		x.add(connectors.Bad, fmt.Sprintf("its disk is full: %s are free", inMiB(disk.free)), change)
	case disk.free < max(littleRoom, size):
		x.add(connectors.Warn, fmt.Sprintf("its disk has %s free, and its file has %s", inMiB(disk.free), inMiB(size)), change)
	default:
		x.add(connectors.OK, fmt.Sprintf("its disk has %s free, and its file has %s", inMiB(disk.free), inMiB(size)), "")
	}
}

// inside opens the file for reading.
func (x *examination) inside(ctx context.Context) error {
	registerOnce()
	db, err := sqlx.ConnectContext(ctx, driverName, fileDSN(x.options, "mode", "ro", "_query_only", "on"))
	if err != nil {
		return err
	}
	x.store.read = &reading{db, x.store.explain}
	var journal string
	if err := x.store.read.GetContext(ctx, &journal, `PRAGMA journal_mode`); err != nil {
		return err
	}
	x.is(journal == "wal", "what is committed survives a power cut: journal_mode is wal, and every commit is forced to the disk", connectors.Warn,
		"readers and the writer wait for each other: journal_mode is "+journal, "nothing: the next run sets it; if it stays so, see whether the file system allows shared memory")
	x.version(x.store.upToDate(ctx, migrations()))
	return nil
}
