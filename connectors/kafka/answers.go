package kafka

import (
	"context"
	"fmt"

	"tradewire/connectors"
)

// oldest is what the oldest delivered message answers. Answers of later ones wait for their turn: the progress cannot
// pass the oldest anyway.
func (r *reader) oldest() (acked, nacked <-chan struct{}) {
	if len(r.flight) == 0 {
		return nil, nil
	}
	return r.flight[0].m.Acked(), r.flight[0].m.Nacked()
}

// passAcked moves over the messages that were acked without a gap.
func (r *reader) passAcked() {
	for len(r.flight) > 0 && closed(r.flight[0].m.Acked()) {
		r.flight[0].done()
		r.commit.due = r.flight[0].upTo
		r.flight = r.flight[1:]
	}
}

// again waits until every delivered message has been answered and delivers those anew that must come again. It is false
// when reading has ended.
func (r *reader) again(reading, ctx context.Context) bool {
	if !answered(reading, r.flight) || !wait(reading, r.member.reading.Resend) {
		return false
	}
	old := r.flight
	r.flight = nil
	for _, d := range old {
		d.done()
	}
	r.round.Add(1)
	if r.member.reading.Claim != nil {
		return r.againFromClaim(reading, ctx, old)
	}
	for _, d := range old {
		switch {
		case !closed(d.m.Acked()):
			if !r.send(reading, ctx, d.fed) {
				return false
			}
		case len(r.flight) > 0:
			r.flight[len(r.flight)-1].upTo = d.upTo
		default:
			r.commit.due = d.upTo
		}
	}
	return true
}

// againFromClaim claims anew and goes on from where the progress stands: an ack does not count here, only what was
// concluded does.
func (r *reader) againFromClaim(reading, ctx context.Context, old []delivered) bool {
	from, ok := r.own(reading)
	if !ok {
		return false
	}
	rest, known := behind(old, from)
	if !known {
		r.member.reading.Report(&connectors.Error{Kind: connectors.Conflict, System: system, Op: r.feed.op(),
			Hint: "another instance may have read it while this one stood still: nothing is lost",
			Err:  fmt.Errorf("the progress stands at %d and not between %d and %d, where we are reading: reading goes on there", from, old[0].after, old[len(old)-1].upTo)})
		r.feed.close()
		r.feed = openFeed(reading, r.member, r.partition, from)
		return true
	}
	if len(rest) < len(old) {
		r.commit.due = from
	}
	for _, d := range rest {
		if !r.send(reading, ctx, d.fed) {
			return false
		}
	}
	return true
}

// behind is what was delivered behind a progress, and whether the progress is at a message that was delivered at all.
func behind(all []delivered, from int64) (rest []delivered, known bool) {
	for i, d := range all {
		if d.after == from {
			return all[i:], true
		}
	}
	return nil, all[len(all)-1].upTo == from
}

// answered waits for all to be answered. It is false when ctx has ended before.
func answered(ctx context.Context, all []delivered) bool {
	for _, d := range all {
		select {
		case <-d.m.Acked():
		case <-d.m.Nacked():
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// drain waits a while for the answers of what the consumer has taken, and commits. What it has not taken is void from here
// on; like all that is not acked it comes again to the next owner.
func (r *reader) drain() {
	r.void(r.member.door.taken())
	if r.member.reading.Drain > 0 {
		// Asked again: what was taken in between is void already, or will be answered like the others.
		ctx, cancel := context.WithTimeout(context.Background(), r.member.reading.Drain)
		answered(ctx, r.upTo(r.member.door.taken()))
		cancel()
	}
	r.passAcked()
	r.void(0)
	r.commit.finish(r)
}

// void ends the contexts of the messages that went through the door after the number.
func (r *reader) void(number int64) {
	for _, d := range r.flight[len(r.upTo(number)):] {
		d.done()
	}
}

// upTo is the messages that went through the door up to the number.
func (r *reader) upTo(number int64) []delivered {
	n := 0
	for n < len(r.flight) && r.flight[n].number <= number {
		n++
	}
	return r.flight[:n]
}
