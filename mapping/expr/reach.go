package expr

import (
	"github.com/expr-lang/expr/ast"

	"tradewire/config"
)

// Branch is one way that an expression may take: one side of `a ? b : c` or of `a ?? b`.
type Branch struct {
	At    config.Pos // where the choice is written
	Words string     // the choice and the side of it, for people
}

// Code is one entry of a code list; Entry is empty and Other true for what stands in for all that are not listed.
type Code struct {
	List  string
	Entry string
	Other bool
}

// Reach notes which branches and codes were reached. It belongs to one goroutine.
type Reach struct {
	Branches map[*Branch]int
	Codes    map[Code]int
}

// NewReach has seen nothing yet.
func NewReach() *Reach { return &Reach{Branches: map[*Branch]int{}, Codes: map[Code]int{}} }

// Watch makes the run note what it reaches. A run that is not watched pays one comparison for each choice.
func (r *Run) Watch(reach *Reach) { r.reach = reach }

func (r *Run) took(b *Branch) {
	if r.reach != nil {
		r.reach.Branches[b]++
	}
}

func (r *Run) looked(c Code) {
	if r.reach != nil {
		r.reach.Codes[c]++
	}
}

// branch is the two ways of a choice at a character of the source. The parser hands some parts out twice: `a ?: b` asks for a
// and takes it; both are the same choice.
func (c *compiler) branch(n ast.Node, at int, first, second string) (one, other *Branch) {
	if known, ok := c.choices[n]; ok {
		return known[0], known[1]
	}
	pos := c.place(at)
	both := [2]*Branch{{At: pos, Words: first}, {At: pos, Words: second}}
	if c.choices == nil {
		c.choices = map[ast.Node][2]*Branch{}
	}
	c.choices[n] = both
	c.branches = append(c.branches, both[0], both[1])
	return both[0], both[1]
}
