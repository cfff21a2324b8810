package sim

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// erpSchema is the ERP's own design: short names, days as numbers, keys as text, decimals declared.
const erpSchema = `
CREATE TABLE CUSM (
  CU_NO   VARCHAR(10)   NOT NULL PRIMARY KEY,
  CU_NM   VARCHAR(80)   NOT NULL,
  CU_STS  INTEGER       NOT NULL DEFAULT 1, -- 1 open, 7 credit is not checked, 9 stopped
  CR_LMT  DECIMAL(14,2),
  CUR_CD  CHAR(3)       NOT NULL,
  PAY_TRM VARCHAR(10)   NOT NULL,
  CRT_DT  INTEGER       NOT NULL
);
CREATE TABLE ITMM (
  IT_NO    VARCHAR(10)   NOT NULL PRIMARY KEY,
  OLD_NO   VARCHAR(30)   NOT NULL UNIQUE,
  IT_NM    VARCHAR(80)   NOT NULL,
  IT_NM_CN VARCHAR(80),
  UOM      VARCHAR(3)    NOT NULL,
  HS_CD    VARCHAR(10)   NOT NULL,
  ORG_CD   CHAR(2)       NOT NULL,
  PK_QTY   DECIMAL(9,0)  NOT NULL,
  NW_KG    DECIMAL(9,5)  NOT NULL,
  GW_KG    DECIMAL(9,3)  NOT NULL,
  TR_KG    DECIMAL(9,3)  NOT NULL,
  L_CM     DECIMAL(6,1)  NOT NULL,
  W_CM     DECIMAL(6,1)  NOT NULL,
  H_CM     DECIMAL(6,1)  NOT NULL,
  HB_NO    VARCHAR(10),
  IT_STS   INTEGER       NOT NULL DEFAULT 1
);
CREATE TABLE SOHD (
  SO_NO   VARCHAR(10)   NOT NULL PRIMARY KEY,
  CU_NO   VARCHAR(10)   NOT NULL,
  EXT_REF VARCHAR(40),
  CRM_NO  VARCHAR(20),
  EXT_REV INTEGER,
  PO_NO   VARCHAR(30)   NOT NULL DEFAULT '',
  ORD_DT  INTEGER       NOT NULL,
  REQ_DT  INTEGER       NOT NULL,
  CUR_CD  CHAR(3)       NOT NULL,
  PAY_TRM VARCHAR(10)   NOT NULL,
  NET_AMT DECIMAL(14,2) NOT NULL,
  TAX_AMT DECIMAL(14,2) NOT NULL,
  TOT_AMT DECIMAL(14,2) NOT NULL,
  SO_STS  INTEGER       NOT NULL, -- 1 released, 5 held, 8 closed short, 9 cancelled
  RMK     VARCHAR(200)  NOT NULL DEFAULT '',
  CRT_DT  INTEGER       NOT NULL
);
CREATE UNIQUE INDEX SOHD_EXT ON SOHD (EXT_REF);
CREATE INDEX SOHD_STS ON SOHD (SO_STS, ORD_DT);
CREATE TABLE SOLN (
  SO_NO   VARCHAR(10)   NOT NULL,
  LN_NO   INTEGER       NOT NULL,
  IT_NO   VARCHAR(10)   NOT NULL,
  QTY     DECIMAL(12,3) NOT NULL,
  UOM     VARCHAR(3)    NOT NULL,
  UPRC    DECIMAL(12,4) NOT NULL,
  LN_AMT  DECIMAL(14,2) NOT NULL,
  REQ_DT  INTEGER       NOT NULL,
  SHP_QTY DECIMAL(12,3) NOT NULL DEFAULT 0,
  PRIMARY KEY (SO_NO, LN_NO)
);
CREATE TABLE PRRP (
  PR_ID   INTEGER       NOT NULL PRIMARY KEY AUTOINCREMENT,
  SO_NO   VARCHAR(10)   NOT NULL,
  LN_NO   INTEGER       NOT NULL,
  STA_QTY DECIMAL(12,3) NOT NULL, -- on the machines or off them, so far
  MAD_QTY DECIMAL(12,3) NOT NULL, -- off them, so far
  UOM     VARCHAR(3)    NOT NULL,
  RPT_DT  INTEGER       NOT NULL
);
CREATE INDEX PRRP_SO ON PRRP (SO_NO, LN_NO);
CREATE TABLE DNHD (
  DN_ID  INTEGER     NOT NULL PRIMARY KEY AUTOINCREMENT,
  DN_NO  VARCHAR(10) NOT NULL UNIQUE,
  SO_NO  VARCHAR(10) NOT NULL,
  SHP_DT INTEGER     NOT NULL,
  CARR   VARCHAR(40),
  TRK_NO VARCHAR(30),
  PLT_NO VARCHAR(12)
);
CREATE INDEX DNHD_SO ON DNHD (SO_NO);
CREATE TABLE DNLN (
  DN_NO VARCHAR(10)   NOT NULL,
  LN_NO INTEGER       NOT NULL,
  SO_LN INTEGER       NOT NULL,
  QTY   DECIMAL(12,3) NOT NULL,
  UOM   VARCHAR(3)    NOT NULL,
  PRIMARY KEY (DN_NO, LN_NO)
);
CREATE TABLE ARIT (
  DOC_NO  VARCHAR(12)   NOT NULL PRIMARY KEY,
  CU_NO   VARCHAR(10)   NOT NULL,
  DN_NO   VARCHAR(10),
  DOC_DT  INTEGER       NOT NULL,
  DUE_DT  INTEGER       NOT NULL,
  DOC_AMT DECIMAL(14,2) NOT NULL,
  OPN_AMT DECIMAL(14,2) NOT NULL
);
CREATE INDEX ARIT_CU ON ARIT (CU_NO);
CREATE INDEX ARIT_DN ON ARIT (DN_NO);
CREATE TABLE CNTR (
  CNT_CD CHAR(2) NOT NULL PRIMARY KEY,
  NXT_NO INTEGER NOT NULL
);`

// foundERP writes the ERP as it is when the story begins: master data, what is owed, the counters.
func foundERP(dir string, s *story) error {
	path := filepath.Join(dir, erpFile)
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("there is an %s in %s already (remove it)", erpFile, dir)
	}
	return found(path, "NORMAL", erpSchema, func(tx *sql.Tx) error {
		// DP is the clerks' own: the last step that they have worked.
		if _, err := tx.Exec(`INSERT INTO CNTR (CNT_CD, NXT_NO) VALUES ('SO', 1), ('DN', 1), ('DP', 0)`); err != nil {
			return err
		}
		return errors.Join(s.writeItems(tx), s.writeAccounts(tx))
	})
}

func (s *story) writeItems(tx *sql.Tx) error {
	for _, i := range s.items {
		_, err := tx.Exec(`
INSERT INTO ITMM (IT_NO, OLD_NO, IT_NM, IT_NM_CN, UOM, HS_CD, ORG_CD, PK_QTY, NW_KG, GW_KG, TR_KG, L_CM, W_CM, H_CM, HB_NO)
VALUES (?, ?, ?, ?, ?, '854442', 'CN', ?, ?, ?, ?, ?, ?, ?, ?)`,
			i.No, i.Code, i.Name, i.NameCN, i.Unit, i.PerCarton, plain(i.NetG, 3), plain(i.PerCarton*i.NetG+i.TareG, 3), plain(i.TareG, 3), i.L, i.W, i.H, i.Handbook)
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *story) writeAccounts(tx *sql.Tx) error {
	first := s.now(1)
	for _, a := range s.accounts {
		var limit any
		if a.Limit != nil {
			limit = fixed(*a.Limit, moneyPlaces)
		}
		_, err := tx.Exec(`INSERT INTO CUSM (CU_NO, CU_NM, CU_STS, CR_LMT, CUR_CD, PAY_TRM, CRT_DT) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			a.No, a.Name, a.State, limit, a.Currency, a.Terms, dayNumber(first.AddDate(-2, 0, 0)))
		if err != nil {
			return err
		}
		for _, o := range a.Open {
			_, err := tx.Exec(`INSERT INTO ARIT (DOC_NO, CU_NO, DOC_DT, DUE_DT, DOC_AMT, OPN_AMT) VALUES (?, ?, ?, ?, ?, ?)`,
				o.No, a.No, dayNumber(first.AddDate(0, 0, o.Due-60)), dayNumber(first.AddDate(0, 0, o.Due)), fixed(o.Amount, moneyPlaces), fixed(o.Amount, moneyPlaces))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// dayNumber is a day as the ERP keeps it: 20260302.
func dayNumber(t time.Time) int {
	y, m, d := t.In(hongKong).Date()
	return y*10000 + int(m)*100 + d
}

// dayOf reads a day of the ERP.
func dayOf(number int) time.Time {
	return time.Date(number/10000, time.Month(number/100%100), number%100, 0, 0, 0, 0, hongKong)
}
