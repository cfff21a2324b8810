package credit

import "tradewire/mapping/document"

// account tells how the account stands before this order: unrounded, so that a share of 90.000001 % is above 90 %.
func (j *judging) account() {
	e, a := j.facts.Exposure, j.facts.Account
	j.Exposure = document.Money{Currency: a.Currency}.Add(e.Total())
	j.exposure(e)
	j.Checked = !a.NoCheck
	j.Limit, j.because = a.limit(j.facts.AsOf)
	j.Status = j.policy.standing(j.Exposure, j.Limit)
	switch {
	case a.NoCheck:
		j.Status = StatusNoCheck
		j.tell("limit: the credit of %s is not checked", j.name())
	case j.because == temporaryLimit:
		j.tell("limit: %s for the time being, from %s to %s", j.Limit, day(a.TemporaryFrom), day(a.TemporaryTo))
	case j.because == expiredLimit:
		j.tell("limit: none any more: %s was valid until %s, and no credit is given after that", document.Money{Amount: *a.Limit, Currency: a.Currency}, a.LimitTo)
	case j.because == unsetLimit:
		j.tell("limit: none has been set, which is no credit")
	case a.LimitTo.IsZero():
		j.tell("limit: %s", j.Limit)
	default:
		j.tell("limit: %s, valid until %s", j.Limit, a.LimitTo)
	}
	if a.Stopped || a.CustomerStopped {
		j.Status = StatusStop
	}
	share := pair{"no share can be told", "无法计算比例"}
	if percent, known := j.Utilisation(); known {
		share = pair{percent.Fixed(2) + " % of the limit", "占额度 " + percent.Fixed(2) + "%"}
	}
	j.tell("status before this order: %s; %s; notice above %s, watch above %s", j.Status, share, j.policy.NoticeAbove, j.policy.WatchAbove)
}

// exposure tells what an account owes or may come to owe, by component.
func (j *judging) exposure(e document.Exposure) {
	if !j.facts.Account.IsGroup && e.Members.IsZero() {
		j.tell("exposure: open orders %s + shipped, not invoiced %s + invoiced, not in the receivables %s + receivables %s + special liabilities %s - unapplied receipts %s = %s",
			e.OpenOrders, e.ShippedNotInvoiced, e.InvoicedNotPosted, e.Receivables, e.Special, e.Unapplied, j.Exposure)
		return
	}
	j.tell("exposure: its own %s + that of its accounts %s = %s", j.Exposure.Sub(e.Members), j.Exposure.Zero().Add(e.Members), j.Exposure)
}

// day is a day, or that there is none.
func day(d document.Date) pair {
	if d.IsZero() {
		return pair{"further notice", "另行通知"}
	}
	return pair{d.String(), d.String()}
}

// standing is how near an exposure is to a limit. Exactly at a mark is not above it.
func (p Policy) standing(exposure, limit document.Money) Status {
	switch {
	case exposure.Cmp(limit) > 0 && exposure.Sign() > 0:
		return StatusHold
	case exposure.Sign() <= 0:
		return StatusOK
	case exposure.Cmp(p.WatchAbove.of(limit)) > 0:
		return StatusWatch
	case exposure.Cmp(p.NoticeAbove.of(limit)) > 0:
		return StatusNotice
	}
	return StatusOK
}
