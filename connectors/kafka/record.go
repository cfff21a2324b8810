package kafka

import (
	"fmt"
	"slices"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/segmentio/kafka-go"
)

// headerUUID carries a message's UUID; its metadata are the other headers, its payload is the value.
const headerUUID = "tradewire-uuid"

// record is a message as it is written, as often as that takes.
type record struct {
	key, value []byte
	headers    []kafka.Header
	size       int
}

// overhead bounds what a record and a header cost beside what is in them.
const overhead = 30

func (p *Publisher) record(m *message.Message) record {
	r := record{value: m.Payload}
	if r.value == nil {
		r.value = []byte{} // no value at all means that the key is deleted
	}
	if key := m.Metadata[p.config.KeyMeta]; key != "" {
		r.key = []byte(key)
	}
	add := func(name, value string) {
		r.headers = append(r.headers, kafka.Header{Key: name, Value: []byte(value)})
		r.size += len(name) + len(value) + overhead
	}
	add(headerUUID, m.UUID)
	for name, value := range m.Metadata {
		if name != p.config.KeyMeta && name != headerUUID && !slices.Contains(p.leave, name) {
			add(name, value)
		}
	}
	r.size += len(r.key) + len(r.value) + overhead
	return r
}

func written(records []record) []kafka.Record {
	all := make([]kafka.Record, len(records))
	for i, r := range records {
		all[i] = kafka.Record{Key: kafka.NewBytes(r.key), Value: kafka.NewBytes(r.value), Headers: r.headers}
	}
	return all
}

// read makes a message of a record, also of one that another program wrote.
func (c Config) read(r kafka.Message) *message.Message {
	m := message.NewMessage("", r.Value)
	for _, h := range r.Headers {
		if h.Key == headerUUID {
			m.UUID = string(h.Value)
			continue
		}
		m.Metadata[h.Key] = string(h.Value)
	}
	if m.UUID == "" {
		m.UUID = fmt.Sprintf("%s/%d/%d", r.Topic, r.Partition, r.Offset)
	}
	if c.KeyMeta != "" && len(r.Key) > 0 {
		m.Metadata[c.KeyMeta] = string(r.Key)
	}
	return m
}
