package main

import (
	_ "embed"
	"encoding/json"
	"reflect"
	"strings"
	"sync"
)

// toldFile holds the comments of the source on settings and fields of documents: editors show them beside the key. A test keeps it
// in step with the source.
//
//go:embed told.json
var toldFile []byte

var comments = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	if err := json.Unmarshal(toldFile, &all); err != nil {
		panic(err) // the file is ours
	}
	return all
})

// saidOf is what the source says of a field, or of a struct when field is empty.
func saidOf(t reflect.Type, field string) string { return comments()[placeOf(t, field)] }

// placeOf is a field as the file names it: config.Source.Every.
func placeOf(t reflect.Type, field string) string {
	name := strings.TrimPrefix(t.PkgPath(), "tradewire/") + "." + t.Name()
	if field == "" {
		return name
	}
	return name + "." + field
}
