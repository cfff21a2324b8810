package main

import (
	"path/filepath"
	"testing"
)

func TestTheTestsBesideEveryMappingAreWell(t *testing.T) {
	files, err := filepath.Glob("../../config/*/tradewire.yaml")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		all, err := trials(file)
		if err != nil {
			t.Fatal(err)
		}
		ran := 0
		for _, m := range all {
			for _, test := range m.Tests {
				ran++
				for _, d := range test.Run() {
					t.Errorf("%s: %s: %s", file, test.Name, d)
				}
			}
		}
		if ran == 0 {
			t.Errorf("%s: no mapping has a test", file)
		}
	}
}
