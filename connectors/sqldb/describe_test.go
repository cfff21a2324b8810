package sqldb_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tradewire/connectors"
)

func TestTheTablesAreDescribed(t *testing.T) {
	e := newERP(t, erpSchema)
	e.do(t, "CREATE UNIQUE INDEX by_line ON SOLN (IT_NO, SO_NO)")
	e.do(t, "CREATE TABLE PACK (ID INTEGER PRIMARY KEY AUTOINCREMENT, SO_NO VARCHAR(80) NOT NULL, LN_NO INTEGER NOT NULL, FOREIGN KEY (SO_NO, LN_NO) REFERENCES SOLN (SO_NO, LN_NO))")
	e.do(t, alters("SOHD", "SO_NO", "RMK", "RMK"))
	e.do(t, "INSERT INTO SOLN (SO_NO, LN_NO, IT_NO, QTY) VALUES ('1', 1, 'A', 2), ('1', 2, 'B', 3)")
	s, err := e.connect(t).Describe(ctxOf(t))
	require.NoError(t, err)
	require.Len(t, s.Tables, 4)
	require.Contains(t, s.System, each("SQLite 3.", "MariaDB "))
	require.Empty(t, s.Unseen)
	lines := s.Table("SOLN")
	quantity, shipped := lines.Column("qty"), lines.Column("SHP_QTY")
	require.Equal(t, each("REAL", "double"), quantity.Type)
	require.False(t, quantity.Nullable)
	require.Nil(t, quantity.Default)
	require.True(t, quantity.Must())
	require.Equal(t, "0", *shipped.Default)
	require.False(t, shipped.Must())
	require.True(t, lines.Columns[1].Primary)
	require.False(t, quantity.Primary)
	require.Equal(t, []string{"SO_NO", "LN_NO"}, lines.Primary)
	require.Equal(t, [][]string{{"IT_NO", "SO_NO"}}, lines.Uniques)
	require.Equal(t, int64(2), lines.Rows)
	pack := s.Table("PACK")
	require.True(t, pack.Column("ID").Auto)
	require.Equal(t, []connectors.Reference{{Columns: []string{"SO_NO", "LN_NO"}, Table: "SOLN", To: []string{"SO_NO", "LN_NO"}}}, pack.References)
	require.Equal(t, []string{each("alters: AFTER INSERT", "alters: BEFORE INSERT")}, s.Table("SOHD").Triggers)
	require.Equal(t, each("", "utf8mb4"), s.Table("SOHD").Column("RMK").Charset)

	rows, err := e.connect(t).Sample(ctxOf(t), "SOLN", 1)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, "A", rows[0]["IT_NO"])
	_, err = e.connect(t).Sample(ctxOf(t), "SOLN` x", 1)
	blamed(t, err, connectors.Misconfigured, "is not the name of a table")
}

func TestAUserWhoMayOnlySelectSeesAllButTriggersAndIsToldSo(t *testing.T) {
	onlyMySQL(t, "a file has no users")
	e := newERP(t, erpSchema)
	name := "reader" + e.server.Name
	e.do(t, "CREATE TABLE PACK (ID INTEGER PRIMARY KEY AUTO_INCREMENT, SO_NO VARCHAR(80) NOT NULL, LN_NO INTEGER NOT NULL, NOTED TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP COMMENT '更新', FOREIGN KEY (SO_NO, LN_NO) REFERENCES SOLN (SO_NO, LN_NO), UNIQUE (LN_NO))")
	e.do(t, alters("SOHD", "SO_NO", "RMK", "RMK"))
	e.do(t, "CREATE USER "+name+"@'%' IDENTIFIED BY 'right'; GRANT SELECT ON "+e.server.Name+".* TO "+name+"@'%'")
	t.Cleanup(func() { e.do(t, "DROP USER "+name+"@'%'") })
	all, err := e.connect(t).Describe(ctxOf(t))
	require.NoError(t, err)
	require.NotEmpty(t, all.Table("SOHD").Triggers)
	require.True(t, all.Table("PACK").Column("NOTED").Touched)
	require.Equal(t, "更新", all.Table("PACK").Column("NOTED").Comment)
	reader := connect(t, e.as(t, name, "right", ""), e.dir)
	s, err := reader.Describe(ctxOf(t))
	require.NoError(t, err)
	require.Len(t, s.Unseen, 1)
	require.Contains(t, s.Unseen[0], "GRANT TRIGGER ON `"+e.server.Name+"`.* TO '"+name+"'@'%'")
	for i := range all.Tables {
		all.Tables[i].Triggers = nil
	}
	require.Equal(t, all.Tables, s.Tables, "all else is the same")
	_, err = reader.Sample(ctxOf(t), "SOHD", 3)
	require.NoError(t, err)

	e.do(t, "REVOKE SELECT ON "+e.server.Name+".* FROM "+name+"@'%'; GRANT SELECT ON "+e.server.Name+".SOHD TO "+name+"@'%'; GRANT INSERT ON "+e.server.Name+".SOLN TO "+name+"@'%'")
	part, err := connect(t, e.as(t, name, "right", ""), e.dir).Describe(ctxOf(t))
	require.NoError(t, err, "a table that may not be read is no reason to see none")
	require.Len(t, part.Tables, 2)
	require.Contains(t, part.Unseen[0], "GRANT SELECT ON `"+e.server.Name+"`.*")
}

func TestThreeHundredTablesAreDescribedInSeconds(t *testing.T) {
	e := newERP(t)
	var schema []string
	for i := range 300 {
		columns := []string{"ID INTEGER PRIMARY KEY"}
		for c := range 20 {
			columns = append(columns, fmt.Sprintf("C%d VARCHAR(20)", c))
		}
		schema = append(schema, fmt.Sprintf("CREATE TABLE T%03d (%s)", i, strings.Join(columns, ", ")))
	}
	e.do(t, strings.Join(schema, ";\n"))
	started := time.Now()
	s, err := e.connect(t).Describe(ctxOf(t))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(s.Tables), 300)
	require.Less(t, time.Since(started), 10*time.Second)
}
