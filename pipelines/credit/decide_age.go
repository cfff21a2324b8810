package credit

import "tradewire/mapping/document"

// overdue looks at what asks for money; a credit note is not late.
func (j *judging) overdue() {
	f, most := j.facts, j.policy.OverdueDays
	due := f.Account.OldestDue
	if len(f.Items) > 0 {
		due = Age(j.policy.undisputed(f.Items), f.AsOf, j.policy.GraceDays, f.Account.Currency).Due
	}
	switch {
	case due.IsZero():
		j.tell("age: no open item asks for money")
	case f.AsOf.Sub(due) > most:
		j.hold(document.Overdue, "the oldest open item was due on %s, %d days ago; %d are allowed", due, f.AsOf.Sub(due), most)
	default:
		j.tell("age: the oldest open item is due on %s, %d days late; %d are allowed", due, max(0, f.AsOf.Sub(due)), most)
	}
}

// stale fails closed: receivables that never came are as old as can be. An order that is paid in advance does not wait.
func (j *judging) stale() {
	f, p := j.facts, j.policy
	age := f.Now.Sub(f.Account.ReceivablesAsOf)
	at := f.Account.ReceivablesAsOf.UTC().Format("2006-01-02 15:04 MST")
	switch {
	case f.Order.Terms == prepaid:
	case f.Account.ReceivablesAsOf.IsZero() && p.WhenStale != "warn" && p.WhenStale != "allow":
		j.hold(document.ARStale, "the receivables of %s were never read", j.name())
	case f.Account.ReceivablesAsOf.IsZero():
		j.tell("receivables: those of %s were never read, which the policy lets pass", j.name())
	case age > p.StaleAfter && p.WhenStale != "warn" && p.WhenStale != "allow":
		j.hold(document.ARStale, "the receivables are of %s, %s old; %s are allowed", at, age, p.StaleAfter)
	case age > p.StaleAfter:
		j.tell("receivables: of %s, %s old; %s are allowed, which the policy lets pass", at, age, p.StaleAfter)
	case p.StaleAlertAfter > 0 && age > p.StaleAlertAfter:
		j.tell("receivables: of %s, %s old, which is more than %s; above %s they hold", at, age, p.StaleAlertAfter, p.StaleAfter)
	default:
		j.tell("receivables: of %s; above %s they hold", at, p.StaleAfter)
	}
}
