package render

import "tradewire/mapping/document"

// accountNotice is one about an account, which has used 82 % of its limit.
func accountNotice(t document.NoticeType, level document.CreditLevel, a document.Ageing) *document.Notice {
	n := watchNotice(level, "253000")
	n.ID, n.Type, n.At = string(t)+"/K0012/1", t, at("2026-03-16 00:00")
	if a != (document.Ageing{}) {
		n.Ageing = &a
	}
	return n
}

func overdueNotice(late int, bucket string, holds bool) *document.Notice {
	return accountNotice(document.OverdueAlert, document.LevelNotice,
		document.Ageing{OldestDue: on("2026-03-16").AddDays(-late), Late: late, Bucket: bucket, Allowed: 30, Holds: holds})
}

func expiringNotice(last string, left int, holds bool) *document.Notice {
	return accountNotice(document.ExpiringAlert, document.LevelNotice, document.Ageing{LimitTo: on(last), Left: left, Holds: holds})
}

// staleNotice is of no account: the receivables of all were not read.
func staleNotice(holds bool) *document.Notice {
	read := at("2026-03-14 23:50")
	return &document.Notice{ID: "receivables_stale/20260314T155000Z/1", Type: document.StaleAlert, To: "finance", At: at("2026-03-15 23:50"),
		Ageing: &document.Ageing{AsOf: read, HoldsAt: read.AddDate(0, 0, 2), Holds: holds}}
}

// heldToBeReleased is of an order that two people may release.
func heldToBeReleased() *document.Notice {
	n := heldNotice()
	n.Credit.ReleaseNeeds = []string{"SALES_MANAGER", "GENERAL_MANAGER", "CREDIT BOARD"}
	return n
}
