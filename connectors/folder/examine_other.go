//go:build !(linux || darwin || freebsd)

package folder

import (
	"io/fs"
	"os"
)

// writable looks at the folder's mode alone: this system is not asked, as nothing may be written to find out.
func writable(folder string) error {
	info, err := os.Stat(folder)
	if err == nil && info.Mode().Perm()&0o200 == 0 {
		err = fs.ErrPermission
	}
	return err
}
