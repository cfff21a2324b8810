// Package config says what runs: it reads tradewire.yaml and the files beside it strictly, and reports every mistake
// with its place. It imports nothing of ours and knows no connector: the parts that belong to a driver or to a step
// are handed on as a Section.
package config

import "time"

// Config is a whole installation as its files describe it.
type Config struct {
	Dir         string // the folder of tradewire.yaml
	Company     Company
	Store       Store
	Bus         Bus
	Connections []Connection       // in the order of the file
	Pipelines   []Pipeline         // by file name
	Mappings    []Mapping          // by file name
	Policies    map[string]Section // by file name without .yaml: credit, papers

	files     []Section           // as they were read, tradewire.yaml first
	overrides map[string]override // of service settings by the environment: store.path
}

// override is a setting that the environment gives.
type override struct{ variable, text string }

// Company is the seller: what stands at the head of its papers, and the calendar it works by.
type Company struct {
	Name         string `yaml:"name" required:"true" example:"the company's name"`
	LocalName    string `yaml:"local_name"` // in Chinese characters
	Address      string `yaml:"address"`
	LocalAddress string `yaml:"local_address"`
	Phone        string `yaml:"phone"`
	Bank         string `yaml:"bank"` // printed on invoices
	TimeZone     Text   `yaml:"time_zone" required:"true" example:"Asia/Hong_Kong"`
	Currency     string `yaml:"currency" default:"HKD" pattern:"[A-Z]{3}" example:"HKD, USD, CNY: the three capital letters of ISO 4217"` // ISO 4217
	Font         Text   `yaml:"font"`                                                                                                     // path of a TrueType font with Chinese characters
}

// Store is where everything remembered lies: a file, or a database of MySQL or MariaDB that several instances share.
type Store struct {
	Path     string  `yaml:"path" default:"store.db"` // relative to the folder of tradewire.yaml
	DSN      Text    `yaml:"dsn"`                     // instead of a file: mysql:USER@tcp(HOST:3306)/DATABASE
	Password *Secret `yaml:"password"`
	TLS      *TLS    `yaml:"tls"`
	Insecure bool    `yaml:"insecure"` // the network to a server on another machine is trusted: no TLS

	Lease time.Duration `yaml:"lease" default:"15s" min:"1s" max:"10m"` // how long an instance that is not heard of keeps what it works on
}

// Bus carries the topics between the stations: the queue of the store, or Kafka.
type Bus struct {
	Window     int    `yaml:"window" default:"500" min:"1" max:"100000"` // messages on their way to one consumer at once
	Partitions int    `yaml:"partitions" default:"1" min:"1" max:"256"`  // queues that are decided side by side; the same in all instances
	Kafka      *Kafka `yaml:"kafka"`
}

// Kafka is a broker that carries the topics.
type Kafka struct {
	Brokers     []Text  `yaml:"brokers" required:"true" example:"[kafka-1:9092, kafka-2:9092]"`
	Prefix      string  `yaml:"prefix" default:"tradewire" pattern:"[a-zA-Z0-9._-]{1,100}" example:"letters, digits, dots and dashes"` // of the topics and of the consumer group
	Partitions  int     `yaml:"partitions" default:"12" min:"1" max:"1000"`                                                            // of a topic that is made
	Replication int     `yaml:"replication" default:"3" min:"1" max:"9"`                                                               // of a topic that is made
	Mechanism   string  `yaml:"mechanism" enum:"plain,scram-sha-256,scram-sha-512" default:"scram-sha-512"`                            // how the user proves who they are
	User        Text    `yaml:"user"`
	Password    *Secret `yaml:"password"`
	TLS         *TLS    `yaml:"tls"`
	Insecure    bool    `yaml:"insecure"` // the network to a broker on another machine is trusted: no TLS
}

// Topic is what the broker calls one of our topics.
func (k *Kafka) Topic(topic string) string { return k.Prefix + "." + topic }

// Connection is one system outside.
type Connection struct {
	Name     Text
	Driver   Text    // the key `driver` of the connection
	Settings Section // everything else; the driver decodes it
}

// Pipeline is one sync job: what is read, which steps decide on it, what is written.
type Pipeline struct {
	File    string
	Name    Text     `yaml:"pipeline" required:"true" example:"orders"` // what reports and commands call the job
	Steps   []Text   `yaml:"steps"`                                     // what decides on documents, in this order
	Sources []Source `yaml:"sources"`                                   // the ways in
	Targets []Target `yaml:"targets"`                                   // the ways out
}

// Source is one way in.
type Source struct {
	Name       Text          `yaml:"name" required:"true"` // under which is remembered how far it was read: unique, and never changed
	Connection Text          `yaml:"connection" required:"true" example:"the name of a connection in tradewire.yaml"`
	Mapping    Text          `yaml:"mapping" required:"true" example:"the name of a file in mappings"` // a mapping that decodes
	System     Text          `yaml:"system"`                                                           // whose record this is; by default the connection. A webhook names the connection that is polled
	Every      time.Duration `yaml:"every" default:"30s" min:"10ms"`                                   // how often it is read
	Page       int           `yaml:"page" default:"200" min:"1" max:"100000"`                          // records that are taken at once
	MayVanish  int           `yaml:"may_vanish" default:"5" min:"0" max:"100" example:"100"`           // percent of a snapshot's records that may be gone at once before a person must look
	Lane       Text          `yaml:"lane"`                                                             // the record's field whose value shares a queue: the customer
	Read       Section       `yaml:"read"`                                                             // for a source that is read
	Listen     Section       `yaml:"listen"`                                                           // for a source that calls us
}

// Target is one way out. Every document of the kind it takes, from whichever pipeline, is due there.
type Target struct {
	Name       Text          `yaml:"name" required:"true"` // under which is remembered what was written: unique, and never changed
	Connection Text          `yaml:"connection" required:"true" example:"the name of a connection in tradewire.yaml"`
	Takes      Text          `yaml:"takes" required:"true" example:"sales_order"`                   // a kind of document
	When       Text          `yaml:"when"`                                                          // an expression on the document; empty: always
	Mapping    Text          `yaml:"mapping"`                                                       // a mapping that encodes
	Render     []Text        `yaml:"render"`                                                        // what is drawn and attached: pdf, xlsx, text
	Write      Section       `yaml:"write"`                                                         // where and how, in the words of the connection's driver
	Others     Text          `yaml:"others" enum:"ignore,report" default:"ignore" example:"report"` // records there that nothing here knows: their own, or drift that reconcile reports
	Batch      int           `yaml:"batch" default:"100" min:"1" max:"10000"`                       // entries that are written at once
	Attempts   int           `yaml:"attempts" default:"5" min:"1" max:"1000"`                       // refused or unknown that often: dead letter
	Backoff    time.Duration `yaml:"backoff" default:"5s" min:"1ms" max:"1h"`                       // doubled with every attempt, at most an hour
}

// Mapping is one mapping table: their words into ours (decode) or back (encode).
type Mapping struct {
	Name   string           // the file name without .yaml; pipelines call it so
	Decode Text             `yaml:"decode"` // the kind of document that is made
	Encode Text             `yaml:"encode"` // the kind of document that is read
	When   Text             `yaml:"when"`   // decode: records that do not satisfy it are set aside as unchanged
	Codes  map[string]Codes `yaml:"codes"`
	Fields Fields           `yaml:"fields" required:"true" example:"and below it, indented, lines of name: expression"`
	Hash   string           // SHA-256 of the file: the mapping's version, kept with every dead letter
	Pos    Pos
	Source Section // the file as it is written: for naming the place of a code
}

// Codes is one code list. A code that is not listed is refused, unless Otherwise gives its translation, or Unknown says that it is
// null, which the expression guards with ??, or the same in both systems. A long list lies in a file of its own.
type Codes struct {
	Values    map[string]string `yaml:"values" example:"{PCS: C62, M: MTR}"`
	File      Text              `yaml:"file" example:"codes/customers.yaml"` // in place of values: a file beside tradewire.yaml that holds them
	Otherwise *string           `yaml:"otherwise"`
	Unknown   Text              `yaml:"unknown" enum:"refuse,null,same"`
}
