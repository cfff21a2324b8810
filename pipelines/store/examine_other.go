//go:build !linux

package store

import (
	"io/fs"
	"os"
)

// disk is where a folder lies.
type disk struct {
	free   int64
	kind   string
	remote bool
}

// diskOf knows nothing here: nothing is said of the disk.
func diskOf(string) (disk, bool) { return disk{}, false }

// mayWrite looks at the mode alone: nothing may be written to find out.
func mayWrite(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Mode().Perm()&0o200 == 0 {
		err = fs.ErrPermission
	}
	return err
}
