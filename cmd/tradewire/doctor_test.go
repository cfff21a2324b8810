package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/connectortest/services"
	reach "tradewire/connectors/kafka"
	"tradewire/pipelines"
)

// examined runs doctor, which must end with that code, and answers what it has found.
func (w *workshop) examined(code int, args ...string) diagnosis {
	w.t.Helper()
	out, errOut, got := w.tradewire(append([]string{"doctor", "--json"}, args...)...)
	require.Equal(w.t, code, got, out+errOut)
	require.Empty(w.t, errOut, "it is all on standard output")
	var d diagnosis
	reader := json.NewDecoder(strings.NewReader(out))
	reader.DisallowUnknownFields()
	require.NoError(w.t, reader.Decode(&d))
	require.False(w.t, reader.More(), "one value only")
	require.Len(w.t, d.Findings, d.OK+d.Warn+d.Bad)
	for _, f := range d.Findings {
		require.NotEmpty(w.t, f.System)
		require.NotEmpty(w.t, f.About)
		require.NotEmpty(w.t, f.What)
		require.Equal(w.t, f.Level == connectors.OK, f.Change == "", "%+v", f)
	}
	return d
}

// has wants a finding about something that begins so, and what it says to change.
func (d diagnosis) has(t *testing.T, level connectors.Level, about, begins, change string) {
	t.Helper()
	for _, f := range d.Findings {
		if f.Level == level && f.About == about && strings.HasPrefix(f.What, begins) {
			require.Contains(t, f.Change, change, f.What)
			return
		}
	}
	t.Fatalf("nothing %s is said of %s that begins with %q: %+v", level, about, begins, d.Findings)
}

// of are the findings of one system.
func (d diagnosis) of(system string) (list []findingView) {
	for _, f := range d.Findings {
		if f.System == system {
			list = append(list, f)
		}
	}
	return list
}

// worse are the findings that are not ok.
func (d diagnosis) worse() (list []findingView) {
	for _, f := range d.Findings {
		if f.Level != connectors.OK {
			list = append(list, f)
		}
	}
	return list
}

func TestDoctorFindsASoundInstallationSoundAndChangesNothing(t *testing.T) {
	w := newWorkshop(t)
	w.exec("PRAGMA journal_mode = WAL; CREATE INDEX ext ON SOHD (EXT_REF)")
	w.inbox(1, oneOrder)
	w.mustRun("run", "--until-idle")
	require.NoError(t, os.Chmod(filepath.Join(w.dir, "store.db"), 0o600))
	before, status := w.erpDump()+w.tables(), w.mustRun("status", "--json")
	d := w.examined(0)
	require.Empty(t, d.worse())
	require.Equal(t, connectors.OK, d.Level)
	require.Equal(t, before, w.erpDump()+w.tables())
	require.Equal(t, status, w.mustRun("status", "--json"))
	require.Contains(t, d.Targets, gradeView{"erp_order", "erp", "A", meaning["A"]})
	require.Contains(t, d.Targets, gradeView{"documents", "documents", "B", meaning["B"]})
	require.Len(t, d.Targets, 6)
	said := w.mustRun("doctor")
	for _, words := range []string{"WHAT TO CHANGE", "erp: erp_order", "0 warn, 0 bad. Nothing was changed."} {
		require.Contains(t, said, words)
	}
}

func (w *workshop) tables() string {
	return strings.Join(w.query("SELECT name || COALESCE(sql, '') FROM sqlite_master ORDER BY name"), "\n")
}

func TestDoctorLooksAtAnInstallationThatHasNeverRunAndMakesNothing(t *testing.T) {
	w := newWorkshop(t)
	before := w.tables()
	names := func() (list []string) {
		entries, err := os.ReadDir(w.dir)
		require.NoError(t, err)
		for _, e := range entries {
			list = append(list, e.Name())
		}
		return list
	}
	was := names()
	d := w.examined(0)
	d.has(t, connectors.OK, "store", "there is no store yet", "")
	d.has(t, connectors.OK, "documents", "the folder ", "")
	d.has(t, connectors.Warn, "erp_order", "the effect table tradewire_effect is not there yet", "CREATE TABLE IF NOT EXISTS")
	require.Equal(t, was, names(), "something was made")
	require.Equal(t, before, w.tables())
}

func TestDoctorNamesEveryMistakeOfTheConfigurationFirst(t *testing.T) {
	w := newWorkshop(t)
	w.edit("tradewire.yaml", "time_zone: Asia/Hong_Kong", "time_zone: Asia/Hongkong_City")
	w.edit("pipelines/orders.yaml", "mapping: order_in", "mapping: order_inn")
	w.refused(2, 2, []string{"tradewire.yaml:", "pipelines/orders.yaml:"}, "doctor")
	w.refused(2, 1, []string{"--wait"}, "doctor", "--wait", "0s")
}

// careless is an installation on a server that promises little, with users who may do little.
func careless(t *testing.T) (w *workshop, server *services.MySQLServer, remembers, erp *services.Database) {
	t.Helper()
	server = services.NewMySQLServer(t, "--innodb-flush-log-at-trx-commit=2", "--log-bin=changes", "--sync-binlog=0", "--max-allowed-packet=1M", "--default-time-zone=+02:00")
	remembers, erp = server.Database(t), server.Database(t)
	w = &workshop{t: t, dir: filepath.Join(t.TempDir(), "x"), clock: &clock{}, erp: erp.DB}
	w.mustRun("init", "--dir", w.dir)
	w.foundERP()
	w.exec("ALTER TABLE SOLN ENGINE = MyISAM; ALTER TABLE SOHD MODIFY RMK VARCHAR(190) CHARACTER SET latin1; INSERT INTO SOLN VALUES ('SO9', 1, 'P1', 1, 'PCS', 1, 1, 20260320, 0)")
	w.exec("CREATE USER keeper@'%' IDENTIFIED BY 'kept'; GRANT SELECT, INSERT, UPDATE, DELETE ON " + remembers.Name + ".* TO keeper@'%'")
	w.exec("CREATE USER clerk@'%' IDENTIFIED BY 'right'; GRANT SELECT, INSERT, UPDATE ON " + erp.Name + ".* TO clerk@'%'")
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "kept"), []byte("kept"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "right"), []byte("right"), 0o600))
	w.edit("tradewire.yaml", "  path: store.db ", fmt.Sprintf("  dsn: mysql:keeper@tcp(%s)/%s\n  password: file:kept\n  path: store.db ", remembers.Config.Addr, remembers.Name))
	w.edit("tradewire.yaml", "dsn: sqlite:erp.db", fmt.Sprintf("dsn: mysql:clerk@tcp(%s)/%s\n    password: file:right", erp.Config.Addr, erp.Name))
	return w, server, remembers, erp
}

// fingerprint is everything that could have changed on a server: tables, rows, settings, users, and what its log tells.
func fingerprint(t *testing.T, db *sql.DB) string {
	t.Helper()
	var all strings.Builder
	rows := func(query string) (list [][]string) {
		found, err := db.QueryContext(t.Context(), query)
		require.NoError(t, err, query)
		defer found.Close()
		columns, err := found.Columns()
		require.NoError(t, err)
		for found.Next() {
			values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			require.NoError(t, found.Scan(into...))
			var row []string
			for _, v := range values {
				row = append(row, v.String)
			}
			list = append(list, row)
		}
		require.NoError(t, found.Err())
		return list
	}
	for _, table := range rows("SELECT table_schema, table_name, create_time FROM information_schema.tables WHERE table_schema LIKE 'tw\\_%' ORDER BY 1, 2") {
		fmt.Fprintln(&all, table, rows(fmt.Sprintf("CHECKSUM TABLE `%s`.`%s`", table[0], table[1])))
	}
	fmt.Fprintln(&all, rows("SHOW GLOBAL VARIABLES WHERE variable_name IN ('innodb_flush_log_at_trx_commit', 'sync_binlog', 'max_allowed_packet', 'read_only')"))
	fmt.Fprintln(&all, rows("SHOW MASTER STATUS"), rows("SELECT user, host FROM mysql.user ORDER BY 1, 2"))
	return all.String()
}

func TestDoctorSaysWhatToTypeAgainstACarelessServerAndTypesNothingItself(t *testing.T) {
	t.Parallel()
	w, server, remembers, erp := careless(t)
	before := fingerprint(t, erp.DB)
	d := w.examined(1)
	require.Equal(t, before, fingerprint(t, erp.DB))
	require.Empty(t, d.Unreached)
	require.Equal(t, connectors.Bad, d.Level)
	for _, about := range []string{"store", "erp"} {
		d.has(t, connectors.Bad, about, "what ", "SET GLOBAL innodb_flush_log_at_trx_commit = 1, and in the server's my.cnf under [mysqld]: innodb_flush_log_at_trx_commit = 1")
		d.has(t, connectors.Bad, about, "what was committed last may be gone", "SET GLOBAL sync_binlog = 1")
	}
	d.has(t, connectors.Bad, "store", "the user may not CREATE, ALTER, INDEX in "+remembers.Name, "GRANT CREATE, ALTER, INDEX ON `"+remembers.Name+"`.* TO 'keeper'@'%'")
	d.has(t, connectors.Warn, "store", "the server takes 1 MiB at once", "SET GLOBAL max_allowed_packet = 67108864")
	d.has(t, connectors.Warn, "erp", "the server's clock stands at +02:00 and this connection's at +08:00", "write under time_zone")
	d.has(t, connectors.Bad, "erp_order", "the table SOLN is kept by MyISAM", "ALTER TABLE `SOLN` ENGINE = InnoDB")
	d.has(t, connectors.Warn, "erp_order", "SOHD holds no Chinese in RMK", "ALTER TABLE `SOHD` CONVERT TO CHARACTER SET utf8mb4")
	d.has(t, connectors.Warn, "erp_order", "no index leads to SOHD.EXT_REF", "CREATE INDEX tradewire_reference ON `SOHD` (`EXT_REF`)")
	d.has(t, connectors.Bad, "erp_order", "DELETE on SOLN is not possible", "GRANT DELETE ON `"+erp.Name+"`.`SOLN` TO 'clerk'@'%'")
	d.has(t, connectors.Warn, "erp_order", "the effect table tradewire_effect is not there yet", "GRANT SELECT, INSERT, UPDATE ON `"+erp.Name+"`.`tradewire_effect` TO 'clerk'@'%'")
	out, _, code := w.tradewire("doctor")
	require.Equal(t, 1, code)
	require.Contains(t, out, "ALTER TABLE `SOLN` ENGINE = InnoDB")

	w.followed(d)
	require.Zero(t, w.examined(0).Bad, "what was to be changed was changed")

	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "right"), []byte("wrong"), 0o600))
	d = w.examined(1)
	require.Len(t, d.of("erp"), 1)
	d.has(t, connectors.Bad, "erp", "examine: Error 1045", "look at the user in the dsn and at the password: clerk at 127.0.0.1:")
	d.has(t, connectors.OK, "store", "what is committed survives a power cut", "")

	server.Kill()
	d = w.examined(3)
	require.Equal(t, []string{"store", "erp"}, d.Unreached)
	require.Len(t, d.of("store"), 1)
	require.Len(t, d.of("erp"), 1)
	d.has(t, connectors.Bad, "store", "examine: the store's database server cannot be reached", "see whether it runs; correct store.dsn")
	d.has(t, connectors.OK, "inbox_orders", filepath.Join(w.dir, "inbox")+" can be read", "")
	require.NoError(t, server.Start())
}

// followed types what doctor says about servers that can be typed as it stands.
func (w *workshop) followed(d diagnosis) {
	w.t.Helper()
	done := map[string]bool{}
	for _, f := range d.Findings {
		statement, _, _ := strings.Cut(f.Change, ", and in the server's my.cnf")
		first, _, _ := strings.Cut(statement, " ")
		if f.Level == connectors.Bad && !done[statement] {
			require.Contains(w.t, []string{"SET", "GRANT", "ALTER"}, first, f.Change)
			w.exec(statement)
			done[statement] = true
		}
	}
	require.NotEmpty(w.t, done)
}

func TestDoctorWaitsForNobodyLongerThanItIsTold(t *testing.T) {
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0") // it takes connections and says nothing
	require.NoError(t, err)
	defer silent.Close()
	w := newWorkshop(t)
	w.edit("tradewire.yaml", "dsn: sqlite:erp.db", fmt.Sprintf("dsn: mysql:clerk@tcp(%s)/erp\n    timeout: 1h", silent.Addr()))
	began := time.Now()
	d := w.examined(3, "--wait", "300ms")
	require.Less(t, time.Since(began), 10*time.Second)
	require.Equal(t, []string{"erp"}, d.Unreached)
	require.Len(t, d.of("erp"), 1)
	d.has(t, connectors.OK, "store", "there is no store yet", "")
}

func TestDoctorGivesASystemUpWhoseCallsDoNotEnd(t *testing.T) {
	t.Parallel()
	never := make(chan struct{})
	defer close(never)
	hung := system{"share", func(ctx context.Context) ([]connectors.Finding, error) { <-never; return nil, nil }}
	d := (&plant{house: &pipelines.House{}}).diagnose(t.Context(), []system{hung}, time.Millisecond)
	require.Equal(t, []string{"share"}, d.Unreached)
	require.Contains(t, d.Findings[0].What, "no answer within 1ms")
	require.Error(t, d.verdict())
	require.Equal(t, exitOtherSystem, exitCode(d.verdict()))
}

func TestDoctorGreetsTheMailServerAndSendsNothing(t *testing.T) {
	post := openPostOffice(t)
	post.serve(t)
	w := byMail(t, post)
	w.examined(0).has(t, connectors.OK, "notices_by_mail", "it answers", "")
	require.Empty(t, post.subjects(t))
	require.NoError(t, post.listener.Close())
	d := w.examined(3)
	require.Equal(t, []string{"mail"}, d.Unreached)
	require.Len(t, d.of("mail"), 1, "two targets that cannot be reached for one reason are one line")
}

func TestDoctorLooksAtTheBrokerAndMakesNoTopic(t *testing.T) {
	t.Parallel()
	broker := services.NewKafka(t)
	w := newServerWorkshop(t)
	w.clock = &clock{}
	prefix := fmt.Sprintf("doctor-%d", time.Now().UnixNano()) // the broker outlives the test
	w.edit("tradewire.yaml", "connections:\n", fmt.Sprintf("bus:\n  kafka: {brokers: [%q], prefix: %s, partitions: 3, replication: 1}\n\nconnections:\n", broker.Addr(), prefix))
	client := &kafka.Client{Addr: kafka.TCP(broker.Addr()), Timeout: 20 * time.Second}
	missing := func() bool {
		known, err := client.Metadata(t.Context(), &kafka.MetadataRequest{Topics: []string{prefix + ".changes"}})
		require.NoError(t, err)
		return known.Topics[0].Error != nil
	}
	d := w.examined(1)
	d.has(t, connectors.OK, "bus", "1 brokers answer: ", "")
	d.has(t, connectors.Bad, "bus", prefix+".changes is not there yet: the first run makes it, with 3 partitions, each on 1 brokers only", "replication: 3 under bus: kafka:, with three brokers at least")
	require.True(t, missing(), "a topic was made")

	made, err := client.CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: prefix + ".changes", NumPartitions: 2, ReplicationFactor: 1,
		ConfigEntries: []kafka.ConfigEntry{{ConfigName: "retention.ms", ConfigValue: "3600000"}, {ConfigName: "cleanup.policy", ConfigValue: "compact"}, {ConfigName: "retention.bytes", ConfigValue: "1000000"}}}}})
	require.NoError(t, err)
	require.NoError(t, made.Errors[prefix+".changes"])
	d = w.examined(1)
	typed := "kafka-configs.sh --bootstrap-server " + broker.Addr() + " --alter --entity-type topics --entity-name " + prefix + ".changes --add-config "
	d.has(t, connectors.Bad, "bus", prefix+".changes keeps messages for 1h0m0s only", typed+"retention.ms=604800000")
	d.has(t, connectors.Bad, "bus", "a later message of a customer takes an earlier one's place", typed+"cleanup.policy=delete")
	d.has(t, connectors.Warn, "bus", prefix+".changes keeps 1000000 bytes of a partition", typed+"retention.bytes=-1")
	d.has(t, connectors.Bad, "bus", prefix+".changes has one copy", "kafka-reassign-partitions.sh --bootstrap-server "+broker.Addr())
	d.has(t, connectors.Bad, "bus", prefix+".changes has 2 partitions, and the configuration asks for 3", "kafka-topics.sh --bootstrap-server "+broker.Addr()+" --alter --topic "+prefix+".changes --partitions 3")

	w.edit("tradewire.yaml", broker.Addr(), "127.0.0.1:1")
	d = w.examined(3)
	require.Equal(t, []string{"bus"}, d.Unreached)
	require.Len(t, d.of("bus"), 1)
}

// The cluster's own defaults are those of a hurried installation; the topic is ours, and so is what it promises.
func TestDoctorSaysTheSameOfATopicBeforeAndAfterTheFirstRunMakesIt(t *testing.T) {
	t.Parallel()
	for copies, want := range map[int]connectors.Level{1: connectors.Bad, 2: connectors.Warn, 3: connectors.OK, 4: connectors.OK} {
		t.Run(fmt.Sprint(copies, " copies"), func(t *testing.T) {
			cluster, err := kfake.NewCluster(kfake.NumBrokers(4), kfake.BrokerConfigs(map[string]string{"min.insync.replicas": "1", "log.retention.ms": "3600000"}))
			require.NoError(t, err)
			t.Cleanup(cluster.Close)
			reached := reach.Config{Brokers: cluster.ListenAddrs()}
			k := &config.Kafka{Partitions: 2, Replication: copies}
			worst := func(when string) connectors.Level {
				seen, err := reach.Examine(t.Context(), reached, "tw.changes")
				require.NoError(t, err)
				level := connectors.OK
				for _, f := range busFindings(k, seen) {
					t.Log(when, f.Level, f.What, "->", f.Change)
					if f.Level == connectors.Bad || level == connectors.OK {
						level = f.Level
					}
				}
				return level
			}
			require.Equal(t, want, worst("before"))
			require.NoError(t, reach.EnsureTopic(t.Context(), reached, "tw.changes", k.Partitions, copies))
			require.Equal(t, want, worst("after"))
		})
	}
}

func TestDoctorKnowsWhatATopicMustPromise(t *testing.T) {
	sound := reach.Topic{Name: "tw.changes", Partitions: 12, Replication: 3, MinInSync: 2, Retention: 7 * 24 * time.Hour, Bytes: -1, Cleanup: "delete", MostBytes: 1 << 20}
	k := &config.Kafka{Brokers: []config.Text{{Value: "a:9092"}, {Value: "b:9092"}}, Partitions: 12, Replication: 3}
	brokers := []string{"a:9092", "b:9092", "c:9092"}
	worse := func(t *testing.T, topic reach.Topic, brokers []string) (list []string) {
		for _, f := range busFindings(k, reach.Cluster{Brokers: brokers, Topics: []reach.Topic{topic}}) {
			require.Equal(t, f.Level == connectors.OK, f.Change == "", "%+v", f)
			if f.Level != connectors.OK {
				list = append(list, string(f.Level)+" "+f.What+" -> "+f.Change)
			}
		}
		return list
	}
	require.Empty(t, worse(t, sound, brokers))
	require.Empty(t, worse(t, reach.Topic{Name: "tw.changes", Missing: true}, brokers), "the first run makes it well")
	for _, c := range []struct {
		name  string
		spoil func(*reach.Topic)
		says  string
	}{
		{"one is enough", func(t *reach.Topic) { t.MinInSync = 1 }, "bad tw.changes acknowledges what one broker alone has"},
		{"all are needed", func(t *reach.Topic) { t.MinInSync = 3 }, "warn tw.changes takes nothing while one of its brokers is down"},
		{"two copies", func(t *reach.Topic) { t.Replication, t.MinInSync = 2, 1 }, "warn tw.changes has two copies"},
		{"one copy", func(t *reach.Topic) { t.Replication, t.MinInSync = 1, 1 }, "bad tw.changes has one copy"},
		{"an unclean election", func(t *reach.Topic) { t.Unclean = true }, "bad a broker that lags may become leader"},
		{"two days", func(t *reach.Topic) { t.Retention = 48 * time.Hour }, "bad tw.changes keeps messages for 48h0m0s only"},
		{"few partitions", func(t *reach.Topic) { t.Partitions = 1 }, "bad tw.changes has 1 partitions, and the configuration asks for 12"},
		{"both ways of cleaning", func(t *reach.Topic) { t.Cleanup = "compact,delete" }, "bad a later message of a customer takes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			topic := sound
			c.spoil(&topic)
			found := worse(t, topic, brokers)
			require.Len(t, found, 1)
			require.True(t, strings.HasPrefix(found[0], c.says), found[0])
			require.Contains(t, found[0], "--bootstrap-server a:9092,b:9092")
		})
	}
	few := worse(t, reach.Topic{Name: "tw.changes", Missing: true}, brokers[:2])
	require.Len(t, few, 1)
	require.Contains(t, few[0], "cannot be made: it is to be on 3 brokers, and there are 2 -> start more brokers, or write replication: 2")
	forEver := sound
	forEver.Retention = -time.Millisecond
	require.Empty(t, worse(t, forEver, brokers))
}
