package config

import "testing"

func TestWhatMayBeASecretIsMasked(t *testing.T) {
	for _, one := range [][3]string{
		{"dsn", "mysql:u:p@tcp(db:3306)/erp", "mysql:u:***@tcp(db:3306)/erp"},
		{"dsn", "mysql:u:p@:/ss@tcp(db:3306)/erp", "mysql:u:***@tcp(db:3306)/erp"},
		{"dsn", "mysql:u@tcp(db:3306)/erp", "mysql:u@tcp(db:3306)/erp"},
		{"dsn", "u:p@tcp(db:3306)/erp", "u:***@tcp(db:3306)/erp"},
		{"dsn", "sqlite:erp.db", "sqlite:erp.db"},
		{"url", "https://u:p@crm.example.com/api", "https://u:***@crm.example.com/api"},
		{"url", "https://crm.example.com:8443/api", "https://crm.example.com:8443/api"},
		{"path", "/api?after={position}&api_key=abc&x=1", "/api?after={position}&api_key= ***"},
		{"init", "SET @password = 'abc'", "SET @password = ***"},
		{"init", "ALTER USER u IDENTIFIED BY 'abc'", "ALTER USER u IDENTIFIED BY ***"},
		{"init", "SET sql_mode = 'ANSI'", "SET sql_mode = 'ANSI'"},
		{"from", "Tradewire <tradewire@example.com>", "Tradewire <tradewire@example.com>"},
		{"X-Api-Key", "abc", "***"},
		{"Authorization", "Bearer abc", "***"},
		{"client_secret", "abc", "***"},
		{"api_token", "", ""},
		{"key", "id", "id"},
		{"header", "X-Api-Key", "X-Api-Key"},
	} {
		if got := mask(one[0], one[1]); got != one[2] {
			t.Errorf("%s: %s is shown as %q, not %q", one[0], one[1], got, one[2])
		}
	}
}

func TestAListOfOneIsWrittenWithoutBrackets(t *testing.T) {
	var got struct {
		Key   []Text            `yaml:"key" single:"true"`
		Watch map[string][]Text `yaml:"watch" single:"true"`
		Only  []Text            `yaml:"only"`
	}
	s, err := Parse("x.yaml", []byte("key: a\nwatch: {T: b, U: [c, d]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if faults := s.Decode(&got); len(faults) > 0 {
		t.Fatal(faults)
	}
	if len(got.Key) != 1 || got.Key[0].Value != "a" || got.Key[0].Pos.Line != 1 || got.Watch["T"][0].Value != "b" || len(got.Watch["U"]) != 2 {
		t.Errorf("%+v", got)
	}
	s, err = Parse("x.yaml", []byte("only: a\nkey: {a: b}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if faults := s.Decode(&got); len(faults) != 2 {
		t.Errorf("%v", faults)
	}
}
