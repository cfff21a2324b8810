package credit

import "tradewire/mapping/document"

// Bucket names the days by which an item is overdue. Its edges are inclusive.
type Bucket string

// Buckets are all of them, from the youngest.
func Buckets() []Bucket { return []Bucket{"current", "1-30", "31-60", "61-90", "91+"} }

// BucketOf is where an item stands that is late by so many days.
func BucketOf(late int) Bucket {
	switch {
	case late <= 0:
		return "current"
	case late <= 30:
		return "1-30"
	case late <= 60:
		return "31-60"
	case late <= 90:
		return "61-90"
	}
	return "91+"
}

// Aged is what is not paid, by age.
type Aged struct {
	Oldest int // days by which the oldest item is overdue that asks for money: a credit note does not; 0: none is
	Due    document.Date
	Sums   map[Bucket]document.Money
}

// Age sorts what is not paid on a day. An item is overdue when it is late by more than grace days.
func Age(items []ItemFacts, on document.Date, grace int, in document.Currency) Aged {
	aged := Aged{Sums: map[Bucket]document.Money{}}
	for _, b := range Buckets() {
		aged.Sums[b] = document.Money{Currency: in}
	}
	for _, item := range items {
		late := on.Sub(item.Due)
		bucket := BucketOf(late)
		aged.Sums[bucket] = aged.Sums[bucket].Add(item.Amount)
		if item.Amount.Sign() <= 0 {
			continue
		}
		if aged.Due.IsZero() || item.Due.Before(aged.Due) {
			aged.Due = item.Due
		}
		if late > grace && late > aged.Oldest {
			aged.Oldest = late
		}
	}
	return aged
}

// undisputed are the items that may hold an order.
func (p Policy) undisputed(items []ItemFacts) []ItemFacts {
	if !p.ExcludeDisputed {
		return items
	}
	var rest []ItemFacts
	for _, item := range items {
		if !item.Disputed {
			rest = append(rest, item)
		}
	}
	return rest
}
