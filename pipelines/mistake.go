package pipelines

// Mistake is one contradiction of a policy, with the keys that lead to it in the policy's file.
type Mistake struct {
	At   []string
	What string
	Fix  string
}

func (m *Mistake) Error() string { return m.What + " -> " + m.Fix }
