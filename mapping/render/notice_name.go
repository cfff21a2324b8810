package render

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tradewire/mapping/document"
)

// noticeName is order_changed-SO-2026-0417-r2-planning.txt: what people look for, with the recipient where the department
// has several. An order's number stands for its key there. Where the name does not tell a notice from every other, a
// check sum of its key is added.
func noticeName(n *document.Notice) string {
	if aboutCredit(n) || n.OrderKey == "" {
		return creditName(n)
	}
	shipment, revision, department := subjectOf(n)
	parts := []string{string(n.Type), numberOrKey(n), shipment, "r" + revision, department, n.To, n.Recipient}
	if n.Type == document.AckReminder && department == n.To {
		parts[4] = "" // said once
	}
	name := make([]string, len(parts))
	for i, part := range parts {
		name[i] = strings.Trim(strings.Map(safeInName, part), "-")
	}
	if !slices.Equal(name, parts) || !tellsApart(parts) || n.ID != idOf(n, shipment, revision, department) {
		name = append(name, keySum(n))
	}
	return fileName(name...) + ".txt"
}

func aboutCredit(n *document.Notice) bool {
	return n.Type == document.OrderHeldAlert || slices.Contains(document.AccountAlertTypes(), n.Type) ||
		n.Type == document.LimitProposedNotice || n.Type == document.OverrideUsedNotice || n.Type == document.ReleaseExpiringAlert || n.Type == document.UnansweredAlert
}

// subjectOf is what a notice is about beside its order: a shipment, a revision, a department whose answer it concerns.
func subjectOf(n *document.Notice) (shipment, revision, department string) {
	duty := dutyOf(n)
	switch n.Type {
	case document.BookingNotice, document.DeliveryNotice:
		return shipmentOf(n), strconv.FormatInt(duty.Revision, 10), ""
	case document.DespatchStopped:
		return shipmentOf(n), strconv.FormatInt(newsOf(n).Revision, 10), ""
	case document.ObjectionNotice, document.AckReminder, document.AckLate:
		return duty.Shipment, strconv.FormatInt(duty.Revision, 10), duty.Department
	}
	return "", strconv.FormatInt(newsOf(n).Revision, 10), ""
}

// idOf is the id that is made of those parts alone.
func idOf(n *document.Notice, parts ...string) string {
	id := string(n.Type) + "/" + n.OrderKey
	for _, part := range parts {
		if part != "" {
			id += "/" + part
		}
	}
	return id
}

var (
	oneWord      = regexp.MustCompile(`^[A-Za-z0-9_.]*$`)
	likeRevision = regexp.MustCompile(`(^|-)r[0-9]+(-|$)`)
)

// tellsApart says whether the parts can be found again in the joined name: an order's number may hold hyphens, or even
// end like a revision; whatever else does not is taken as it is.
func tellsApart(parts []string) bool {
	for i, part := range parts {
		number, revision := i == 1, i == 3
		if !number && !oneWord.MatchString(part) || !revision && likeRevision.MatchString(part) {
			return false
		}
	}
	about := document.NoticeType(parts[0])
	shipped := about == document.BookingNotice || about == document.DeliveryNotice || about == document.DespatchStopped
	answered := about == document.ObjectionNotice || about == document.AckLate
	return shipped == (parts[2] != "") && answered == (parts[4] != "") && parts[5] != ""
}

// creditName is order_held-8801-2.txt: the id's type, subject and count. The subject is someone else's key and may hold
// anything. Those to others than finance, or to one of several, are told apart by the key.
func creditName(n *document.Notice) string {
	kind, rest, _ := strings.Cut(n.ID, "/")
	subject, count := rest, ""
	if i := strings.LastIndex(rest, "/"); i >= 0 {
		subject, count = rest[:i], rest[i+1:]
	}
	if n.Key() == n.ID || n.Key() == n.ID+"/finance" {
		return fileName(kind, subject, count) + ".txt"
	}
	return fileName(kind, subject, count, strings.Map(safeInName, n.To), keySum(n)) + ".txt"
}

func keySum(n *document.Notice) string {
	sum := sha256.Sum256([]byte(n.Key()))
	return hex.EncodeToString(sum[:4])
}
