package sqldb

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tradewire/config"
	"tradewire/connectors"
)

// A schema in which every way to name a column can be told from a slip of the pen.
var ofOrders = connectors.Schema{Tables: []connectors.Table{
	{Name: "H", Primary: []string{"ID"}, Columns: []Column{{Name: "ID", Primary: true}, {Name: "CU", Nullable: true}, {Name: "DAY"}, {Name: "Unit Price"}, {Name: "AMT", Nullable: true}}},
	{Name: "C", Primary: []string{"CU"}, Columns: []Column{{Name: "CU", Primary: true}, {Name: "NM"}}},
}}

func TestOfASelectOnlyThatIsClaimedWhichItsTextTells(t *testing.T) {
	for _, one := range []struct {
		text  string
		shows []string // names; of a column that can be NULL with a question mark
		whole bool
		says  string
	}{
		{"SELECT ID, CU FROM H", []string{"ID", "CU?"}, true, ""},
		{"SELECT ID, CU FROM H WHERE CU IS NOT NULL", []string{"ID", "CU"}, true, ""},
		{"SELECT ID, CU FROM H WHERE CU <> '' AND AMT > 0", []string{"ID", "CU"}, true, ""},
		{"SELECT ID, CU FROM H WHERE CU = 'x' OR ID > 3", []string{"ID", "CU?"}, true, ""},
		{"SELECT ID, CU FROM H WHERE IFNULL(CU, '') = ''", []string{"ID", "CU?"}, true, ""},
		{"SELECT * FROM H", []string{"ID", "CU?", "DAY", "Unit Price", "AMT?"}, true, ""},
		{"SELECT h.*, c.NM FROM H h JOIN C AS c ON c.CU = h.CU", []string{"ID", "CU?", "DAY", "Unit Price", "AMT?", "NM"}, true, ""},
		{"SELECT h.ID, c.NM FROM H h LEFT JOIN C c ON c.CU = h.CU", []string{"ID", "NM?"}, true, ""},
		{"SELECT h.ID, COALESCE(h.AMT, 0) AS total, COUNT(*) FROM H h GROUP BY h.ID HAVING total > 3 ORDER BY total", []string{"ID", "total", ""}, true, ""},
		{"SELECT `Unit Price` p, DAY FROM H", []string{"p", ""}, false, ""},
		{"SELECT CASE WHEN AMT > 0 THEN 'a' ELSE 'b' END kind, ID AS `Order No.` FROM H", []string{"kind", "Order No."}, true, ""},
		{"SELECT ID, (SELECT MAX(x) FROM elsewhere e WHERE e.y = H.nowhere) AS most FROM H", []string{"ID", "most"}, true, ""},
		{"SELECT x.a FROM (SELECT nowhere AS a FROM H) x", []string{"a"}, true, ""},
		{"SELECT ID FROM H UNION SELECT nowhere FROM H", nil, false, ""},
		{"WITH x AS (SELECT nowhere FROM H) SELECT nowhere FROM x", nil, false, ""},
		{"SELECT ID FROM other.H WHERE nowhere = 1", []string{"ID"}, true, ""},
		{"SELECT ID, DATE_ADD(d, INTERVAL 1 DAY) AS due FROM H", []string{"ID", "due"}, true, ""},
		{"SELECT ID, CUU FROM H", []string{"ID", "CUU"}, true, `H has no column CUU -> did you mean "CU"?`},
		{"SELECT h.ID FROM H h WHERE h.AMTT > 0", []string{"ID"}, true, `H has no column AMTT -> did you mean "AMT"?`},
		{"SELECT h.ID FROM H h, C c WHERE c.CU = h.CUSTOMER", []string{"ID"}, true, "H has no column CUSTOMER"},
		{"SELECT ID FROM H WHERE AMOUNT BETWEEN 1 AND 2", []string{"ID"}, true, "H has no column AMOUNT"},
		{"SELECT ID FROM HH", []string{"ID"}, true, `there is no table HH in schemas/erp.yaml -> did you mean "H"?`},
	} {
		c := &Connection{env: connectors.Env{Name: "erp"}, dialect: mysqlOf(t, "user@tcp(127.0.0.1:3306)/erp")}
		k := &saved{conn: c, tables: &ofOrders}
		got := k.selects("("+one.text+")", config.Pos{File: "x.yaml", Line: 1, Col: 1})
		var names []string
		for _, column := range got.columns {
			name := column.name
			if column.null {
				name += "?"
			}
			names = append(names, name)
		}
		require.Equal(t, one.shows, names, one.text)
		require.Equal(t, one.whole, got.whole, one.text)
		if one.says == "" {
			require.Empty(t, k.faults(), one.text)
		} else {
			require.Contains(t, k.faults().Error(), one.says, one.text)
		}
	}
}
