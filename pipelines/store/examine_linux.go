package store

import "syscall"

// disk is where a folder lies.
type disk struct {
	free   int64
	kind   string
	remote bool
}

// overNetwork are the file systems of other machines, by the number that Linux gives them.
var overNetwork = map[uint32]string{0x6969: "NFS", 0x517B: "SMB", 0xFF534D42: "CIFS", 0xFE534D42: "SMB2", 0x01021997: "9P", 0x00C36400: "Ceph"}

// diskOf asks the system about the disk of a folder.
func diskOf(folder string) (disk, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return disk{}, false
	}
	kind, remote := overNetwork[uint32(s.Type)] // #nosec G115 -- the numbers have 32 bits, and a sign on some machines

	return disk{free: int64(s.Bavail) * int64(s.Bsize), kind: kind, remote: remote}, true // #nosec G115 -- no disk is that large
}

// mayWrite asks the system whether this user may write a file, or make files in a folder.
func mayWrite(path string) error { return syscall.Access(path, 2) }
