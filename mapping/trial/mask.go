package trial

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"tradewire/connectors"
	"tradewire/mapping"
	"tradewire/mapping/document"
	"tradewire/mapping/expr"
)

// Masker replaces what is personal in a record or a document by placeholders of the same shape: a letter by a letter, a digit by a
// digit, a Chinese character by a Chinese character, all else stays. The same text gets the same placeholder. A placeholder
// follows from the place in line at which its text is met, never from the text itself: nothing can be reckoned back.
type Masker struct {
	places []string          // what was masked, in the order in which it was met
	known  map[string]string // text -> placeholder
	taken  map[string]bool
	feeds  map[string][]string // field of their record -> fields of our document
	kind   reflect.Type        // of the document
	table  *mapping.Table
}

// NewMasker is for records that the mapping reads, or documents that it writes.
func NewMasker(m *Mapping) *Masker {
	d, err := document.New(m.table.Kind())
	if err != nil {
		panic(err) // the table has that kind
	}
	k := &Masker{known: map[string]string{}, taken: map[string]bool{}, kind: reflect.TypeOf(d).Elem(), table: m.table}
	if m.table.Decodes() {
		k.feeds, _ = m.table.Feeds()
	}
	return k
}

// Places are the fields that were masked, without the indexes of lists, each once.
func (k *Masker) Places() []string { return k.places }

// Text is a text that stands elsewhere, masked as it was where it was met; else as it is.
func (k *Masker) Text(s string) string {
	if placeholder, ok := k.known[s]; ok {
		return placeholder
	}
	return s
}

// Record masks a record of another system. What is personal in it is told by three things: the mapping, which carries the field
// into a name, address, phone or the like of a document; the name of the field; and the text itself (an e-mail address). Of
// fields that the mapping does not read, every text of more than one word is masked, since nothing depends on it.
func (k *Masker) Record(r connectors.Record) connectors.Record {
	return k.group(r, "", false)
}

// Document masks a document that is written as a record: its fields say what they are. What the mapping does not read is left out.
func (k *Masker) Document(r connectors.Record) connectors.Record {
	return k.part(r, k.kind, "")
}

func (k *Masker) group(r connectors.Record, path string, personal bool) connectors.Record {
	masked := connectors.Record{}
	for _, name := range slices.Sorted(maps.Keys(r)) {
		masked[name] = k.value(r[name], name, under(path, name), personal || k.isPersonal(name))
	}
	return masked
}

func (k *Masker) value(v any, name, path string, personal bool) any {
	switch v := v.(type) {
	case string:
		fed, read := k.feeds[name]
		if personal || !read && len(fed) == 0 && isWording(v) {
			return k.whole(v, path)
		}
		return k.inside(v, path)
	case connectors.Number:
		if personal {
			return k.digits(v, path)
		}
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = k.value(v[i], name, path, personal)
		}
		return items
	case connectors.Record:
		return k.group(v, path, personal)
	}
	return v
}

// part masks a part of a document of the type.
func (k *Masker) part(r connectors.Record, t reflect.Type, path string) connectors.Record {
	masked := connectors.Record{}
	known := expr.FieldsOf(t)
	for _, name := range slices.Sorted(maps.Keys(r)) {
		here := under(path, name)
		field, ok := known.Find(name)
		if !ok {
			masked[name] = r[name]
			continue
		}
		if !isLeaf(t) && !k.table.Mentions(name) {
			continue
		}
		masked[name] = k.field(r[name], field.Go, personalField(t, name), here)
	}
	return masked
}

func (k *Masker) field(v any, t reflect.Type, personal bool, path string) any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch v := v.(type) {
	case string:
		if personal {
			return k.whole(v, path)
		}
		return k.inside(v, path)
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = k.field(v[i], t.Elem(), personal, path)
		}
		return items
	case connectors.Record:
		if t.Kind() == reflect.Struct {
			return k.part(v, t, path)
		}
	}
	return v
}

// personalNames are the fields of documents that hold what is said of a person or a customer, or what people wrote freely.
var personalNames = []string{"name", "local_name", "address", "local_address", "contact", "phone", "email", "by", "remarks", "requirements",
	"reason", "recipient", "local_customer", "bank", "detail", "local_detail", "marks", "side_marks", "vehicle"}

// goods are the types whose names are those of goods.
var goods = []reflect.Type{reflect.TypeFor[document.Item](), reflect.TypeFor[document.NoticeLine](), reflect.TypeFor[document.PackedLine](), reflect.TypeFor[document.InvoiceLine]()}

// personalField says whether a field of a document's part is masked.
func personalField(t reflect.Type, name string) bool {
	switch {
	case slices.Contains(goods, t):
		return false
	case name == "customer":
		return t == reflect.TypeFor[document.Notice]() || t == reflect.TypeFor[document.Subject]() // elsewhere it is a key
	case name == "reason" && t == reflect.TypeFor[document.Hold]():
		return false // one of our own words
	}
	return slices.Contains(personalNames, name)
}

// isPersonal says whether a field of their record is masked.
func (k *Masker) isPersonal(name string) bool {
	fed, read := k.feeds[name]
	for _, path := range fed {
		if k.pathIsPersonal(path) {
			return true
		}
	}
	if says(name, strongWords, strongSigns) {
		return true
	}
	return !read && says(name, weakWords, weakSigns)
}

func (k *Masker) pathIsPersonal(path string) bool {
	t := k.kind
	for _, step := range strings.Split(path, ".") {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return false
		}
		field, ok := expr.FieldsOf(t).Find(step)
		if !ok {
			return false
		}
		if personalField(t, step) {
			return true
		}
		t = field.Go
	}
	return false
}

// What other systems call fields that hold something personal; of the weak ones only what the mapping does not read.
var (
	strongWords = []string{"phone", "tel", "telephone", "mobile", "cell", "fax", "email", "mail", "contact", "attn", "attention", "address", "addr",
		"street", "recipient", "receiver", "consignee", "person", "wechat", "whatsapp", "qq", "iban", "passport", "firstname", "lastname", "surname"}
	strongSigns = []string{"电话", "手机", "联系人", "地址", "邮箱", "邮件", "姓名", "传真", "收货人", "收件人", "微信", "電話", "手機", "聯繫人", "聯絡人", "郵箱", "傳真"}
	weakWords   = []string{"name", "nm", "user", "owner", "by", "remark", "remarks", "rmk", "note", "notes", "comment", "comments", "memo"}
	weakSigns   = []string{"名", "备注", "備註"}
)

var wordOfName = regexp.MustCompile(`[A-Z]+[a-z]*|[a-z]+|\p{Han}+`)

// says whether a field's name has one of the words, or holds one of the signs: TEL_NO, contactPerson, addr1, 联系电话.
func says(name string, words, signs []string) bool {
	for _, word := range wordOfName.FindAllString(name, -1) {
		if slices.Contains(words, strings.ToLower(word)) {
			return true
		}
	}
	return slices.ContainsFunc(signs, func(sign string) bool { return strings.Contains(name, sign) })
}

// isWording is true for a text that people wrote: words with spaces between them, or Chinese. Codes, numbers and dates are none.
func isWording(s string) bool {
	letters, spaces := 0, 0
	for _, c := range s {
		switch {
		case unicode.Is(unicode.Han, c):
			return true
		case unicode.IsLetter(c):
			letters++
		case c == ' ':
			spaces++
		}
	}
	return letters > 0 && spaces > 0
}

var (
	mailAddress = regexp.MustCompile(`[\p{L}0-9._%+-]+@[\p{L}0-9.-]+`)
	phoneNumber = regexp.MustCompile(`\+\d[\d ()-]{6,}\d|\b1[3-9]\d{9}\b`)
)

// inside masks e-mail addresses and phone numbers within a text that stays otherwise.
func (k *Masker) inside(s, path string) string {
	s = mailAddress.ReplaceAllStringFunc(s, func(found string) string { return k.whole(found, path) })
	if !isWording(s) && !strings.HasPrefix(s, "+") {
		return s // a code with digits like those of a phone is a code
	}
	return phoneNumber.ReplaceAllStringFunc(s, func(found string) string { return k.whole(found, path) })
}

func (k *Masker) digits(n connectors.Number, path string) connectors.Number {
	return connectors.Number(k.whole(string(n), path))
}

// whole is the placeholder of a text.
func (k *Masker) whole(s, path string) string {
	if strings.IndexFunc(s, replaceable) < 0 {
		return s
	}
	if !slices.Contains(k.places, path) {
		k.places = append(k.places, path)
	}
	if placeholder, ok := k.known[s]; ok {
		return placeholder
	}
	placeholder := ""
	for try := uint64(0); try < 20; try++ {
		placeholder = nobodys(alike(s, uint64(len(k.known))*20+try))
		if placeholder != s && !k.taken[placeholder] {
			break
		}
	}
	k.known[s], k.taken[placeholder] = placeholder, true
	return placeholder
}

// nobodys ends e-mail addresses in a domain that does not exist.
func nobodys(s string) string {
	return mailAddress.ReplaceAllStringFunc(s, func(address string) string {
		at := strings.LastIndexByte(address, '.')
		if at < strings.IndexByte(address, '@') {
			return address
		}
		return address[:at] + strings.Map(func(c rune) rune {
			if unicode.IsLetter(c) {
				return 'q'
			}
			return c
		}, address[at:])
	})
}

// classes are the characters that stand for others of their sort.
var classes = []struct {
	is   func(rune) bool
	with []rune
}{
	{func(c rune) bool { return c >= '0' && c <= '9' }, []rune("1234567890")},
	{func(c rune) bool { return c >= 'a' && c <= 'z' }, []rune("abcdefghijklmnopqrstuvwxyz")},
	{func(c rune) bool { return c >= 'A' && c <= 'Z' }, []rune("ABCDEFGHIJKLMNOPQRSTUVWXYZ")},
	{func(c rune) bool { return c >= '０' && c <= '９' }, []rune("１２３４５６７８９０")},
	{func(c rune) bool { return unicode.Is(unicode.Han, c) }, []rune("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥")},
	{func(c rune) bool { return unicode.Is(unicode.Hiragana, c) }, []rune("あいうえおかきくけこ")},
	{func(c rune) bool { return unicode.Is(unicode.Katakana, c) }, []rune("アイウエオカキクケコ")},
	{func(c rune) bool { return unicode.Is(unicode.Hangul, c) }, []rune("가나다라마바사아자차")},
	{func(c rune) bool { return unicode.IsUpper(c) }, []rune("ÀÈÌÒÙÁÉÍÓÚ")},
	{func(c rune) bool { return unicode.IsLetter(c) }, []rune("àèìòùáéíóú")},
	{func(c rune) bool { return unicode.IsDigit(c) }, []rune("1234567890")},
}

func replaceable(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// alike is a text of the same shape. What stands in {braces} is a word of a template and stays.
func alike(s string, seed uint64) string {
	var b strings.Builder
	braces, began := false, false
	state := seed*0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019
	for _, c := range s {
		switch c {
		case '{':
			braces = true
		case '}':
			braces = false
		}
		if braces || !replaceable(c) {
			b.WriteRune(c)
			continue
		}
		for _, class := range classes {
			if !class.is(c) {
				continue
			}
			state ^= state >> 30
			state *= 0xBF58476D1CE4E5B9
			state ^= state >> 27
			with := class.with
			if c >= '0' && c <= '9' && !began {
				with = with[:9] // a number keeps its places: its first digit is none
				if c == '0' {
					with = []rune("0") // and 0 stays, as 0852 or 0.5
				}
			}
			b.WriteRune(with[(state>>33)%uint64(len(with))])
			break
		}
		began = true
	}
	return b.String()
}
