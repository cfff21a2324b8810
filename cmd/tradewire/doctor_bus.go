package main

import (
	"fmt"
	"strings"
	"time"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/kafka"
)

// busFindings says what the cluster and our topic on it promise.
func busFindings(k *config.Kafka, c kafka.Cluster) []connectors.Finding {
	b := &busReport{k: k}
	b.add(connectors.OK, fmt.Sprintf("%d brokers answer: %s", len(c.Brokers), strings.Join(c.Brokers, ", ")), "")
	for _, topic := range c.Topics {
		if topic.Missing {
			b.missing(topic.Name, len(c.Brokers))
			continue
		}
		b.copies(topic, len(c.Brokers))
		b.keeping(topic)
		b.is(topic.Partitions >= k.Partitions, fmt.Sprintf("%s has %d partitions", topic.Name, topic.Partitions), connectors.Bad,
			fmt.Sprintf("%s has %d partitions, and the configuration asks for %d: the start is refused", topic.Name, topic.Partitions, k.Partitions),
			fmt.Sprintf("%s --alter --topic %s --partitions %d, or write partitions: %d under bus: kafka:", b.tool("topics"), topic.Name, k.Partitions, topic.Partitions))
	}
	return b.list
}

// busReport collects what is found about the bus.
type busReport struct {
	k    *config.Kafka
	list []connectors.Finding
}

func (b *busReport) add(level connectors.Level, what, change string) {
	b.list = append(b.list, connectors.Finding{Level: level, About: "bus", What: what, Change: change})
}

func (b *busReport) is(so bool, well string, level connectors.Level, wrong, change string) {
	if so {
		b.add(connectors.OK, well, "")
		return
	}
	b.add(level, wrong, change)
}

// tool is how one of Kafka's own programs is called for our brokers.
func (b *busReport) tool(name string) string {
	brokers := make([]string, len(b.k.Brokers))
	for i, broker := range b.k.Brokers {
		brokers[i] = broker.Value
	}
	return fmt.Sprintf("kafka-%s.sh --bootstrap-server %s", name, strings.Join(brokers, ","))
}

// set is the command that sets something of a topic.
func (b *busReport) set(topic, settings string) string {
	return fmt.Sprintf("%s --alter --entity-type topics --entity-name %s --add-config %s", b.tool("configs"), topic, settings)
}

// missing is a topic that the first run will make, if it can.
func (b *busReport) missing(topic string, brokers int) {
	copies := b.k.Replication
	what := fmt.Sprintf("%s is not there yet: the first run makes it, with %d partitions, each on %d brokers", topic, b.k.Partitions, copies)
	switch {
	case copies > brokers:
		b.add(connectors.Bad, fmt.Sprintf("%s is not there yet and cannot be made: it is to be on %d brokers, and there are %d", topic, copies, brokers),
			fmt.Sprintf("start more brokers, or write replication: %d under bus: kafka:", brokers))
	case copies == 1:
		b.add(connectors.Bad, what+" only: messages are lost with its disk", "before the first run write replication: 3 under bus: kafka:"+b.enough(brokers))
	case copies == 2:
		b.add(connectors.Warn, what+", and acknowledges what one broker alone has", "before the first run write replication: 3 under bus: kafka:"+b.enough(brokers))
	default:
		b.add(connectors.OK, what+", two of which have what is acknowledged", "")
	}
}

// enough says what more is needed for three copies.
func (b *busReport) enough(brokers int) string {
	if brokers >= 3 {
		return ""
	}
	return fmt.Sprintf(", with three brokers at least (there are %d)", brokers)
}

// copies looks at what happens to acknowledged messages when a broker is lost, and at whether work goes on.
func (b *busReport) copies(t kafka.Topic, brokers int) {
	spread := fmt.Sprintf("let each partition have three brokers: %s --reassignment-json-file FILE --execute%s", b.tool("reassign-partitions"), b.enough(brokers))
	switch {
	case t.Replication == 1:
		b.add(connectors.Bad, t.Name+" has one copy: what was acknowledged is lost with its broker's disk (replication factor 1)", spread)
	case t.Replication >= 3 && t.MinInSync < 2:
		b.add(connectors.Bad, fmt.Sprintf("%s acknowledges what one broker alone has, though it has %d copies (min.insync.replicas is %d)", t.Name, t.Replication, t.MinInSync),
			b.set(t.Name, "min.insync.replicas=2"))
	case t.MinInSync >= t.Replication:
		b.add(connectors.Warn, fmt.Sprintf("%s takes nothing while one of its brokers is down (min.insync.replicas is %d of %d copies)", t.Name, t.MinInSync, t.Replication), spread)
	case t.Replication == 2:
		b.add(connectors.Warn, t.Name+" has two copies, and acknowledges what one broker alone has", spread+"; then "+b.set(t.Name, "min.insync.replicas=2"))
	default:
		b.add(connectors.OK, fmt.Sprintf("%s has %d copies, and acknowledges what %d have", t.Name, t.Replication, t.MinInSync), "")
	}
	b.is(!t.Unclean, "only a broker that has everything becomes leader", connectors.Bad, "a broker that lags may become leader of "+t.Name+", and what it lacks is lost (unclean.leader.election.enable)",
		b.set(t.Name, "unclean.leader.election.enable=false"))
}

// keeping looks at how long messages are kept: those that nobody has read in time are gone, and told again only when all else
// stands still.
func (b *busReport) keeping(t kafka.Topic) {
	const longEnough = 3 * 24 * time.Hour
	b.is(t.Retention < 0 || t.Retention >= longEnough, t.Name+" keeps messages over a long weekend", connectors.Bad,
		fmt.Sprintf("%s keeps messages for %s only, read or not: after a weekend's standstill orders are missing on it (retention.ms)", t.Name, t.Retention), b.set(t.Name, "retention.ms=604800000"))
	if t.Bytes >= 0 {
		b.add(connectors.Warn, fmt.Sprintf("%s keeps %d bytes of a partition, read or not (retention.bytes)", t.Name, t.Bytes), b.set(t.Name, "retention.bytes=-1"))
	}
	b.is(!strings.Contains(t.Cleanup, "compact"), "no message takes the place of an earlier one", connectors.Bad,
		fmt.Sprintf("a later message of a customer takes an earlier one's place on %s, read or not (cleanup.policy is %s)", t.Name, t.Cleanup), b.set(t.Name, "cleanup.policy=delete"))
}
