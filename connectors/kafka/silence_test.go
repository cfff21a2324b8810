package kafka

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tradewire/connectors/connectortest/services"
)

// mostEnd is how long an operator waits for us to end, whatever the broker does.
const mostEnd = 10 * time.Second

// pausedAt is a broker of our own that holds a message and has its time stopped by pause.
func pausedAt(t *testing.T) (config Config, topic string, pause func()) {
	t.Helper()
	broker := services.NewKafkaServer(t)
	services.NeedRealKafka(t, broker.Real, "kfake cannot be paused without us")
	config = configOf(broker.Addr())
	topic = newTopicAt(t, config, 2)
	publish(t, config, topic, "a", "b", "c")
	t.Cleanup(func() { require.NoError(t, broker.Continue()) })
	return config, topic, func() { require.NoError(t, broker.Pause()) }
}

func TestASubscriberEndsInTenSecondsThoughTheBrokerHasFallenSilent(t *testing.T) {
	t.Parallel()
	config, topic, pause := pausedAt(t)
	type ending struct {
		what   string
		claims bool
		drain  time.Duration
		silent time.Duration // before we end
		takes  int           // messages that are held and never answered; 0: it is still joining
	}
	var ends sync.WaitGroup
	subscribed := func(is ending) (end func()) {
		r := Reading{Group: fmt.Sprintf("decision-%p", &is), Drain: is.drain, Session: time.Minute}
		if is.claims {
			r.Claim = newProgress().claim
		}
		s, err := NewSubscriber(config, r)
		require.NoError(t, err)
		messages, err := s.Subscribe(t.Context(), topic)
		require.NoError(t, err)
		take(t, messages, is.takes)
		return func() {
			time.Sleep(is.silent)
			began := time.Now()
			assert.NoError(t, s.Close())
			took := time.Since(began)
			t.Log(is.what, took)
			assert.Less(t, took, mostEnd, is.what)
		}
	}
	var all []func()
	for _, is := range []ending{
		{what: "it holds messages", drain: 5 * time.Second, takes: 2},
		{what: "it holds messages for long", drain: mostDrain, takes: 2},
		{what: "the progress is kept elsewhere", claims: true, takes: 2},
		{what: "the broker has been given up", claims: true, takes: 2, silent: 6 * time.Second},
		{what: "it joins", claims: true}, // the last ones: they are not waited for
		{what: "it joins others who may drain for long", drain: mostDrain},
	} {
		all = append(all, subscribed(is))
	}
	pause()
	for _, end := range all {
		ends.Go(end)
	}
	ends.Wait()
}

func TestASubscriberThatHoldsAMessageForEverEndsInTenSeconds(t *testing.T) {
	t.Parallel()
	config, topic := newTopic(t, 2)
	publish(t, config, topic, "a", "b", "c")
	messages, s := subscribe(t, config, topic, Reading{Group: "decision-" + topic, Drain: mostDrain, Session: time.Minute})
	held := take(t, messages, 3)
	began := time.Now()
	require.NoError(t, s.Close())
	require.Less(t, time.Since(began), mostEnd)
	for _, m := range held {
		require.ErrorIs(t, m.Context().Err(), context.Canceled, "what was not answered is void: it comes again to the next owner")
	}
	messages, _ = subscribe(t, config, topic, Reading{Group: "decision-" + topic})
	require.ElementsMatch(t, []string{"a", "b", "c"}, ids(take(t, messages, 3)))
}

func TestAPublicationEndsWithItsContextThoughTheBrokerIsSilent(t *testing.T) {
	t.Parallel()
	config, topic, pause := pausedAt(t)
	known, err := NewPublisher(config)
	require.NoError(t, err)
	require.NoError(t, known.Publish(topic, message.NewMessage("d", nil)))
	fresh, err := NewPublisher(config)
	require.NoError(t, err)
	pause()
	for what, p := range map[string]*Publisher{"on a topic that was reached": known, "on a topic that was not": fresh} {
		t.Run(what, func(t *testing.T) {
			ctx, end := context.WithCancel(t.Context())
			time.AfterFunc(200*time.Millisecond, end)
			began := time.Now()
			require.ErrorIs(t, p.Send(ctx, topic, message.NewMessage("e", nil)), context.Canceled)
			require.NoError(t, p.Close())
			require.Less(t, time.Since(began), 2*time.Second)
		})
	}
}
