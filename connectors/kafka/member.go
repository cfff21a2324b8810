package kafka

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
)

// A member is one subscription: it joins the group, reads what it is given in one generation of the group after the other,
// and leaves.
type member struct {
	config  Config
	reading Reading
	topic   string
	closing <-chan struct{}

	client *client // asks where partitions begin and end
	lines  *lines  // those to the coordinator
	group  *kafka.ConsumerGroup
	id     string // what the group calls us
	door   *door
	faults *faults
}

func newMember(s *Subscriber, c *client, topic string, partitions int) (*member, error) {
	m := &member{
		config: s.config, reading: s.reading, topic: topic, closing: s.closing,
		client: c, lines: s.config.lines(s.config.Timeout), door: newDoor(s.reading.Window * partitions),
		faults: &faults{report: s.reading.Report, said: map[string]time.Time{}},
	}
	var err error
	m.group, err = kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: s.reading.Group, Topics: []string{topic}, Brokers: s.config.Brokers, Dialer: s.config.dialer(m.lines, s.config.Timeout),
		GroupBalancers:    []kafka.GroupBalancer{kafka.RangeGroupBalancer{}},
		HeartbeatInterval: signOfLife(s.reading.Session), SessionTimeout: s.reading.Session,
		// All members have let go by then. It is kept short, since the group also waits so long for one that lost its
		// connection while it joined: the library does not know the name under which it was to join.
		RebalanceTimeout: s.reading.silence() + 2*time.Second,
		JoinGroupBackoff: 500 * time.Millisecond, Timeout: commitPatience,
		StartOffset:           kafka.FirstOffset, // a new group misses nothing
		WatchPartitionChanges: true,
	})
	if err != nil {
		c.close()
		return nil, misconfigured("subscribe to "+topic, "see the group's name and times", err)
	}
	return m, nil
}

func (m *member) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reading, stop := context.WithCancel(ctx) // ends with ctx or at Close; messages live on until they are drained
	defer stop()
	leaving, left := context.WithCancel(context.Background())
	defer left()
	go func() {
		select {
		case <-m.closing:
		case <-reading.Done():
		}
		m.door.close()
		stop()
		m.hurry(leaving)
	}()
	m.serve(reading, ctx)
	m.leave()
}

// How long leaving takes at most, counted from the end of reading, whatever a broker does. It is one time for all that leaving
// consists of: an operator waits ten seconds for us to end.
const (
	mostLeave   = mostDrain + 3*time.Second/2      // for what the consumer holds, what was acked, and a goodbye
	mostGoodbye = mostLeave + 500*time.Millisecond // for one more goodbye
)

// hurry ends what of leaving has not ended in its time. A coordinator that does not answer is not waited for: it gives us up
// when the session ends.
func (m *member) hurry(leaving context.Context) {
	if wait(leaving, mostLeave) {
		m.lines.cut()
	}
	if wait(leaving, mostGoodbye-mostLeave) {
		m.client.close()
	}
}

// serve reads generation after generation until reading ends.
func (m *member) serve(reading, ctx context.Context) {
	rounds := map[int]*atomic.Int64{} // by partition: a later generation goes on with them
	for {
		generation, err := m.next(reading)
		if reading.Err() != nil {
			return
		}
		if err != nil {
			if !errors.Is(err, kafka.RebalanceInProgress) { // someone else came or went while we were joining
				m.faults.say(m.config.fault("stay in group "+m.reading.Group, about(m.topic, err)))
			}
			continue
		}
		began := time.Now()
		for _, assigned := range generation.Assignments[m.topic] {
			if rounds[assigned.ID] == nil {
				rounds[assigned.ID] = &atomic.Int64{}
			}
			r := &reader{member: m, generation: generation, partition: assigned.ID, committed: assigned.Offset, round: rounds[assigned.ID]}
			generation.Start(func(ended context.Context) { r.run(reading, ended, ctx) })
		}
		if !m.pace(reading, generation, began) {
			return
		}
	}
}

// next is the next generation. When reading ends meanwhile it is still waited for: the library forgets to leave when it is
// closed while it joins, and the group would wait for us until the session ends.
func (m *member) next(reading context.Context) (*kafka.Generation, error) {
	waiting, stop := context.WithCancel(context.Background())
	defer stop()
	defer context.AfterFunc(reading, func() { time.AfterFunc(mostDrain, stop) })()
	for {
		generation, err := m.group.Next(waiting)
		switch {
		case err == nil:
			m.id = generation.MemberID
		case m.id != "" && reading.Err() == nil && !errors.Is(err, kafka.RebalanceInProgress):
			go m.unlist(reading, m.id) // the library has forgotten it and joins under a new name
			m.id = ""
		}
		if reading.Err() == nil || !errors.Is(err, kafka.RebalanceInProgress) {
			return generation, err
		}
	}
}

// unlist takes a name of ours out of the group's list, as soon as there is a coordinator again: else the group waits for it
// until the session ends.
func (m *member) unlist(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(ctx, m.reading.Session)
	defer cancel()
	for m.goodbye(ctx, id) != nil && wait(ctx, askAgain/4) {
	}
}

// goodbye takes a name out of the group's list; it is no fault when it is not there.
func (m *member) goodbye(ctx context.Context, id string) error {
	answer, err := m.client.LeaveGroup(ctx, &kafka.LeaveGroupRequest{GroupID: m.reading.Group, Members: []kafka.LeaveGroupRequestMember{{ID: id}}})
	if err == nil && !errors.Is(answer.Error, kafka.UnknownMemberId) {
		err = answer.Error
	}
	return err
}

// leave says goodbye to the group.
func (m *member) leave() {
	_ = m.group.Close() // it ends the generation, which drains, and never fails
	m.lines.cut()
	if m.id != "" {
		ctx, cancel := context.WithTimeout(context.Background(), commitPatience)
		defer cancel()
		_ = m.goodbye(ctx, m.id) // once more: the library may have been about to join again
	}
	m.client.close()
}

// brief is how long a generation lasts at least that is followed by the next at once.
const brief = time.Second

// pace waits for the end of a generation, and a little longer when it was brief: when the topic is gone the library begins
// one generation after the other.
func (m *member) pace(reading context.Context, generation *kafka.Generation, began time.Time) bool {
	ended := make(chan struct{})
	generation.Start(func(end context.Context) {
		<-end.Done()
		close(ended)
	})
	select {
	case <-ended:
	case <-reading.Done():
		return false
	}
	return time.Since(began) >= brief || wait(reading, brief/4)
}
