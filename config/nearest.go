package config

import (
	"fmt"
	"strings"
)

// Choose is the remedy for a word that is not among the known ones: the nearest of them, or all of them.
func Choose(word string, known []string) string {
	if near, ok := Nearest(word, known); ok {
		return fmt.Sprintf("did you mean %q?", near)
	}
	switch len(known) {
	case 0:
		return "take it out; nothing may be written here"
	case 1:
		return "write " + known[0]
	}
	return "write one of: " + strings.Join(known, ", ")
}

// Nearest is the known word that was probably meant.
func Nearest(word string, known []string) (string, bool) {
	best, least := "", slips(word)+1
	for _, k := range known {
		if d := distance(plain(word), plain(k)); d < least {
			best, least = k, d
		}
	}
	return best, best != ""
}

// slips is how many slips of the pen a word of that length may hold and still be recognised.
func slips(word string) int {
	switch n := len([]rune(word)); {
	case n > 100:
		return -1 // no name: comparing it would only cost time
	case n < 4:
		return 1
	case n < 8:
		return 2
	}
	return 3
}

var joints = strings.NewReplacer("-", "", "_", "", " ", "")

func plain(word string) string {
	return strings.ToLower(joints.Replace(word))
}

// distance counts the letters to put in, take out, change or swap with their neighbour to make a into b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	var before []int
	last := make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			change := last[j-1]
			if x[i-1] != y[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}
