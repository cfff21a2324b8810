package config

import (
	"embed"
	"io/fs"
)

//go:embed all:demo all:starter
var files embed.FS

// Demo is the configuration of `tradewire demo`: a simulated CRM, ERP and forwarder.
func Demo() fs.FS { return folder("demo") }

// Starter is the configuration that `tradewire init` writes, to be changed by hand.
func Starter() fs.FS { return folder("starter") }

func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // the name is ours and valid
	}
	return sub
}
