package render

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"

	"tradewire/mapping/document"
)

// phraseBooks are all words of notices, by key, in the languages that are spoken in the house.
var phraseBooks = []map[string]word{creditPhrases, accountPhrases, limitPhrases, releasePhrases, despatchPhrases, orderPhrases, answerPhrases, shipmentPhrases, digestPhrases, unansweredPhrases}

// Keys of reasons and remedies in the catalogue.
func reasonKey(r document.HoldReason) string { return "reason." + string(r) }
func remedyKey(r document.HoldReason) string { return "remedy." + string(r) }

// speaker puts phrases into one language.
type speaker struct{ printer *message.Printer }

var english, chinese = speakers()

func speakers() (en, zh speaker) {
	book := catalog.NewBuilder(catalog.Fallback(language.English))
	add := func(key string, w word) {
		for tag, text := range map[language.Tag]string{language.English: w.en, language.SimplifiedChinese: w.zh} {
			if err := book.SetString(tag, key, text); err != nil {
				panic(err) // a phrase of ours that is no format: seen by every test
			}
		}
	}
	for _, phrases := range phraseBooks {
		for key, w := range phrases {
			add(key, w)
		}
	}
	for reason, w := range reasons {
		add(reasonKey(reason), w)
	}
	for reason, w := range remedies {
		add(remedyKey(reason), w)
	}
	return speaker{message.NewPrinter(language.English, message.Catalog(book))},
		speaker{message.NewPrinter(language.SimplifiedChinese, message.Catalog(book))}
}

// say is the phrase with its facts. A key that is not in the catalogue stands for itself.
func (s speaker) say(key string, facts ...any) string {
	return s.printer.Sprintf(message.Key(key, key), facts...)
}

// reason is why, in words; a reason that is new here stands for itself.
func (s speaker) reason(r document.HoldReason) string {
	if _, known := reasons[r]; !known {
		return string(r)
	}
	return s.say(reasonKey(r))
}

// pick is the word in the reader's language.
func (s speaker) pick(w word) string {
	if s == chinese {
		return w.zh
	}
	return w.en
}

// listed names one thing after the other; clauses are longer.
func (s speaker) listed(things []string) string {
	return strings.Join(things, s.pick(word{", ", "、"}))
}
func (s speaker) clauses(things []string) string {
	return strings.Join(things, s.pick(word{", ", "，"}))
}

// field is the name of a field of an order; one that is new stands for itself.
func (s speaker) field(name string) string { return s.known(fields, name) }

// state is where an order stands.
func (s speaker) state(state string) string { return s.known(states, state) }

// department is who is told; those that a company has added stand for themselves.
func (s speaker) department(name string) string { return s.known(departments, name) }

// channel is the way of sale.
func (s speaker) channel(c document.Channel) string { return s.known(channels, string(c)) }

// about is what a notice is about, in a few words.
func (s speaker) about(about document.NoticeType) string { return s.known(subjects, string(about)) }

func (s speaker) known(words map[string]word, name string) string {
	if w, known := words[name]; known {
		return s.pick(w)
	}
	return name
}

// terms are the terms of payment in words; those that are not known stand for themselves.
func (s speaker) terms(code string) string {
	if w, known := terms(code).(stacked); known {
		return s.pick(word(w))
	}
	return code
}
