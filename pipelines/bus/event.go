package bus

import (
	"cmp"
	"fmt"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"tradewire/pipelines/store"
)

// Event is what the store has queued as a message for other readers, too: a CloudEvent 1.0 that says what happened, to what,
// and where it stands among the messages of its key. Whoever reads them may see one twice, and never one before an earlier
// one. The sequence is compared as a string, as CloudEvents would have it, and so has all digits that it may ever need.
func Event(q store.Queued) *Message {
	m := message.NewMessage(q.UUID, q.Payload)
	for name, value := range q.Metadata {
		m.Metadata[name] = value
	}
	m.Metadata[MetaKey] = q.Key
	for name, value := range map[string]string{
		"specversion": "1.0", "id": fmt.Sprintf("%s/%d", q.Topic, q.Offset), "type": "tradewire." + q.Topic, "subject": q.UUID,
		"time": q.At.UTC().Format(time.RFC3339Nano), "partitionkey": q.Key, "sequence": fmt.Sprintf("%020d", q.Offset),
	} {
		m.Metadata[metaEvent+name] = value
	}
	return m
}

// metaEvent begins the names of what a CloudEvent says in Kafka's headers.
const metaEvent = "ce_"

// from says on messages whose they are: an id is another's, too, who shares the broker, but not in the same source.
func from(installation string, messages []*Message) {
	for _, m := range messages {
		m.Metadata[metaEvent+"source"] = "/" + cmp.Or(installation, store.Ours)
	}
}
