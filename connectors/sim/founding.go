package sim

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tradewire/connectors"
)

// foundERP writes the ERP as it is when the story begins: master data, what is owed, the counters. It never writes into a
// database that is there already.
func foundERP(opt Options, s *story) error {
	if opt.ERP.Place == "" {
		return foundFile(opt.Dir, s)
	}
	erp, err := opt.ERP.open(opt.Dir)
	if err != nil {
		return err
	}
	return errors.Join(erp.blame(erp.found(context.Background(), s)), erp.Close())
}

func foundFile(dir string, s *story) error {
	path := filepath.Join(dir, erpFile)
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("there is an %s in %s already (remove it)", erpFile, dir)
	}
	return found(path, "NORMAL", strings.Join(sqliteDialect.statements(), ";\n"), s.stockERP)
}

// found makes the tables in a database of a server and fills them. There a table that is made stays made, whatever
// becomes of the transaction: after a fault ours are dropped again.
func (d *erpDB) found(ctx context.Context, s *story) error {
	there, err := d.tables(ctx)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		return &connectors.Error{
			Kind: connectors.Misconfigured, System: theERP, Hint: "name an empty database: a world makes its own tables",
			Err: fmt.Errorf("the database holds tables already, such as %s", strings.Join(there, ", ")),
		}
	}
	made, err := d.makeTables(ctx)
	if err == nil {
		err = d.inTx(ctx, s.stockERP)
	}
	if err == nil {
		return nil
	}
	for _, table := range slices.Backward(made) {
		_, undone := d.ExecContext(ctx, `DROP TABLE `+table)
		err = errors.Join(err, undone)
	}
	return err
}

// makeTables answers with the tables that it has made, also when it could not make all.
func (d *erpDB) makeTables(ctx context.Context) (made []string, err error) {
	for _, statement := range d.statements() {
		if _, err := d.ExecContext(ctx, statement); err != nil {
			return made, err
		}
		if table := tableOf(statement); table != "" {
			made = append(made, table)
		}
	}
	return made, nil
}

// stockERP writes the first rows. DP is the clerks' own counter: the last step that they have worked.
func (s *story) stockERP(tx *sql.Tx) error {
	if _, err := tx.Exec(`INSERT INTO CNTR (CNT_CD, NXT_NO) VALUES ('SO', 1), ('DN', 1), ('DP', 0)`); err != nil {
		return err
	}
	if err := s.writeItems(tx); err != nil {
		return err
	}
	return s.writeAccounts(tx)
}

func (s *story) writeItems(tx *sql.Tx) error {
	rows := make([][]any, 0, len(s.items))
	for _, i := range s.items {
		rows = append(rows, []any{
			i.No, i.Code, i.Name, i.NameCN, i.Unit, "854442", "CN", i.PerCarton,
			plain(i.NetG, 3), plain(i.PerCarton*i.NetG+i.TareG, 3), plain(i.TareG, 3), i.L, i.W, i.H, i.Handbook,
		})
	}
	return insert(tx, `ITMM (IT_NO, OLD_NO, IT_NM, IT_NM_CN, UOM, HS_CD, ORG_CD, PK_QTY, NW_KG, GW_KG, TR_KG, L_CM, W_CM, H_CM, HB_NO)`, rows)
}

func (s *story) writeAccounts(tx *sql.Tx) error {
	first := s.now(1)
	var accounts, open [][]any
	for _, a := range s.accounts {
		var limit any
		if a.Limit != nil {
			limit = fixed(*a.Limit, moneyPlaces)
		}
		accounts = append(accounts, []any{a.No, a.Name, a.State, limit, a.Currency, a.Terms, dayNumber(first.AddDate(-2, 0, 0))})
		for _, o := range a.Open {
			amount := fixed(o.Amount, moneyPlaces)
			open = append(open, []any{o.No, a.No, dayNumber(first.AddDate(0, 0, o.Due-60)), dayNumber(first.AddDate(0, 0, o.Due)), amount, amount})
		}
	}
	if err := insert(tx, `CUSM (CU_NO, CU_NM, CU_STS, CR_LMT, CUR_CD, PAY_TRM, CRT_DT)`, accounts); err != nil {
		return err
	}
	return insert(tx, `ARIT (DOC_NO, CU_NO, DOC_DT, DUE_DT, DOC_AMT, OPN_AMT)`, open)
}
