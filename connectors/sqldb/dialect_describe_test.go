package sqldb

import "testing"

func TestADefaultIsToldAsOneWouldWriteIt(t *testing.T) {
	text := func(s string) *string { return &s }
	for _, one := range []struct {
		said     *string
		declared string
		isSQL    bool
		want     string
	}{
		{nil, "int(11)", true, ""},
		{text("NULL"), "varchar(9)", true, ""},         // MariaDB: there is none
		{text("'NULL'"), "varchar(9)", true, "'NULL'"}, // MariaDB: the word
		{text("NULL"), "varchar(9)", false, "'NULL'"},  // MySQL: the word
		{text("it's"), "varchar(9)", false, "'it''s'"},
		{text("0.00"), "decimal(9,2)", false, "0.00"},
		{text("CURRENT_TIMESTAMP"), "timestamp", true, "CURRENT_TIMESTAMP"},
		{text("2000-01-01"), "date", false, "'2000-01-01'"},
	} {
		got := ""
		if d := defaultAsSQL(one.said, one.declared, one.isSQL); d != nil {
			got = *d
		}
		if got != one.want {
			t.Errorf("%v %s: %q, want %q", one.said, one.declared, got, one.want)
		}
	}
}

func TestTheServerIsNamedAsPeopleDo(t *testing.T) {
	for version, want := range map[string]string{"10.11.6-MariaDB-0+deb12u1": "MariaDB 10.11.6", "5.5.5-10.4.2-MariaDB": "MariaDB 10.4.2", "8.0.36": "MySQL 8.0.36", "8.4.0-commercial": "MySQL 8.4.0"} {
		if got := serverName(version); got != want {
			t.Errorf("%s: %q, want %q", version, got, want)
		}
	}
}

func TestATriggerSaysWhenItRuns(t *testing.T) {
	for text, want := range map[string]string{
		"CREATE TRIGGER x AFTER UPDATE ON t BEGIN INSERT INTO l VALUES (1); END": "AFTER UPDATE",
		"create trigger x before delete on t begin select 1; end":                "BEFORE DELETE",
		"CREATE TRIGGER x INSTEAD OF INSERT ON v BEGIN SELECT 1; END":            "INSTEAD INSERT",
		"CREATE TRIGGER x UPDATE OF c ON t BEGIN SELECT 1; END":                  "BEFORE UPDATE",
	} {
		if got := runsWhen(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
