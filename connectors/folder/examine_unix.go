//go:build linux || darwin || freebsd

package folder

import "syscall"

// writable asks the system whether this user may make files in a folder, which also knows of disks that are read-only.
func writable(folder string) error {
	const write, enter = 2, 1
	return syscall.Access(folder, write|enter)
}
