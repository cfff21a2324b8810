package discover

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"tradewire/connectors"
	"tradewire/mapping/document"
)

// schemaOf reads tables as one writes them on paper: a line each, "name: column type key, column type null". Types are letters:
// c text, n decimal, i whole number, d day, t time; `key` is part of the primary key.
func schemaOf(text string) connectors.Schema {
	types := map[string]string{"c": "varchar(40)", "n": "decimal(14,2)", "i": "int", "d": "date", "t": "datetime"}
	var s connectors.Schema
	for line := range strings.Lines(strings.TrimSpace(text)) {
		name, columns, _ := strings.Cut(strings.TrimSpace(line), ": ")
		t := connectors.Table{Name: name, Rows: 10}
		for _, words := range strings.Split(columns, ", ") {
			parts := strings.Fields(words)
			c := connectors.Column{Name: parts[0], Type: types[parts[1]]}
			for _, more := range parts[2:] {
				switch more {
				case "key":
					c.Primary, t.Primary = true, append(t.Primary, c.Name)
				case "null":
					c.Nullable = true
				default:
					c.Comment = more
				}
			}
			t.Columns = append(t.Columns, c)
		}
		s.Tables = append(s.Tables, t)
	}
	return s
}

var tongues = map[string]string{
	"pinyin": `
		khxx: khbh c key, khmc c, xyed n null, dz c, lxr c, bz c
		gysxx: gysbh c key, gysmc c, dz c
		wlxx: wlbm c key, wlmc c, jldw c, dj n
		xsdd: ddbh c key, khbh c, ddrq d, jhrq d, zt i, zje n
		xsddmx: ddbh c key, xh i key, wlbm c, sl n, dj n, je n
		cgdd: ddbh c key, gysbh c, ddrq d
		cgddmx: ddbh c key, xh i key, wlbm c, sl n, dj n
		fhd: fhdh c key, ddbh c, fhrq d, kddh c
		fhdmx: fhdh c key, xh i key, wlbm c, sl n
		yszk: djh c key, khbh c, dqr d, je n, wsje n
		czrz: id i key, sj t, czr c
		=> khxx wlxx xsdd xsddmx fhd fhdmx yszk`,
	"Chinese": `
		客户: 客户编号 c key, 客户名称 c, 信用额度 n null, 地址 c, 电话 c
		物料: 物料编码 c key, 物料名称 c, 单位 c, 单价 n
		销售订单: 订单号 c key, 客户编号 c, 订单日期 d, 要求日期 d, 状态 i
		销售订单明细: 订单号 c key, 行号 i key, 物料编码 c, 数量 n, 单价 n, 金额 n
		采购订单: 采购订单号 c key, 供应商编号 c, 日期 d
		发货单: 发货单号 c key, 订单号 c, 发货日期 d, 承运 c
		发货单明细: 发货单号 c key, 行号 i key, 物料编码 c, 数量 n
		应收账款: 单据号 c key, 客户编号 c, 到期日期 d, 金额 n, 未收金额 n
		=> 客户 物料 销售订单 销售订单明细 发货单 发货单明细 应收账款`,
	"comments": `
		t01: f1 c key 客户编号, f2 c 客户名称, f3 n 信用额度, f4 c 地址, f5 c 电话
		t02: g1 c key 物料编码, g2 c 物料名称, g3 c 单位
		t03: h1 c key 订单号, h2 c 客户编号, h3 d 订单日期, h4 i 状态
		t04: k1 c key 订单号, k2 i key 行号, k3 c 物料编码, k4 n 数量, k5 n 单价
		=> t01 t02 t03 t04 - - -`,
	"German": `
		KUNDEN: KDNR i key, NAME1 c, STRASSE c, ORT c, TELEFON c, KREDLIM n null, WAEHR c
		LIEFERANTEN: LIEFNR i key, NAME1 c, ORT c
		ARTIKEL: ARTNR c key, BEZEICHNUNG c, MEINHEIT c, VKPREIS n, GEWICHT n
		AUFTRAGKOPF: AUFNR i key, KDNR i, AUFDATUM d, WUNSCHTERMIN d, STATUS i, NETTO n, BRUTTO n
		AUFTRAGPOS: AUFNR i key, POSNR i key, ARTNR c, MENGE n, EPREIS n
		BESTELLKOPF_EINKAUF: BESTNR i key, LIEFNR i, DATUM d
		LIEFERSCHEIN: LSNR i key, AUFNR i, LIEFERDATUM d, SPEDITEUR c
		LIEFERSCHEINPOS: LSNR i key, POSNR i key, AUFPOS i, MENGE n
		OFFENE_POSTEN: BELEGNR c key, KDNR i, FAELLIG d, BETRAG n, OFFEN n
		=> KUNDEN ARTIKEL AUFTRAGKOPF AUFTRAGPOS LIEFERSCHEIN LIEFERSCHEINPOS OFFENE_POSTEN`,
	"Vietnamese": `
		KhachHang: MaKH c key, TenKH c, DiaChi c, DienThoai c, HanMucNo n null
		NhaCungCap: MaNCC c key, TenNCC c, DiaChi c
		HangHoa: MaHang c key, TenHang c, DVT c, DonGia n
		DonHang: SoDH c key, MaKH c, NgayDat d, NgayGiao d, TrangThai i
		ChiTietDonHang: SoDH c key, STT i key, MaHang c, SoLuong n, DonGia n
		CongNo: SoCT c key, MaKH c, HanTT d, SoTien n, ConLai n
		=> KhachHang HangHoa DonHang ChiTietDonHang - - CongNo`,
}

// habits are ways to name tables that no dictionary knows: a letter before every column, lines that say parent, a key that is
// called the same everywhere, partners for customers.
func init() {
	tongues["a letter before"] = `
		T_BD_CUSTOMER: FCUSTID i key, FNUMBER c, FNAME c, FADDRESS c, FTEL c, FCREDITLIMIT n
		T_BD_SUPPLIER: FSUPPLIERID i key, FNUMBER c, FNAME c
		T_BD_MATERIAL: FMATERIALID i key, FNUMBER c, FNAME c, FBASEUNITID i
		T_SAL_ORDER: FID i key, FBILLNO c, FDATE d, FCUSTID i, FDOCUMENTSTATUS c
		T_SAL_ORDERENTRY: FENTRYID i key, FID i, FSEQ i, FMATERIALID i, FQTY n, FPRICE n, FAMOUNT n
		T_PUR_POORDER: FID i key, FBILLNO c, FDATE d, FSUPPLIERID i
		T_SAL_OUTSTOCK: FID i key, FBILLNO c, FDATE d, FCUSTOMERID i, FCARRIERID i
		T_SAL_OUTSTOCKENTRY: FENTRYID i key, FID i, FSEQ i, FMATERIALID i, FREALQTY n
		T_AR_RECEIVABLE: FID i key, FBILLNO c, FCUSTOMERID i, FENDDATE d, FALLAMOUNTFOR n
		=> T_BD_CUSTOMER T_BD_MATERIAL T_SAL_ORDER T_SAL_ORDERENTRY T_SAL_OUTSTOCK T_SAL_OUTSTOCKENTRY T_AR_RECEIVABLE`
	tongues["parents"] = `
		tabCustomer: name c key, customer_name c, customer_group c, modified t
		tabCustomerCreditLimit: name c key, parent c, credit_limit n
		tabItem: name c key, item_code c, item_name c, stock_uom c
		tabSalesOrder: name c key, customer c, transaction_date d, delivery_date d, status c, po_no c, currency c, grand_total n
		tabSalesOrderItem: name c key, parent c, idx i, item_code c, qty n, rate n, amount n
		tabPurchaseOrder: name c key, supplier c, transaction_date d, grand_total n
		tabPurchaseOrderItem: name c key, parent c, idx i, item_code c, qty n, rate n
		tabDeliveryNote: name c key, customer c, posting_date d, transporter c
		tabDeliveryNoteItem: name c key, parent c, idx i, item_code c, qty n, against_sales_order c
		tabSalesInvoice: name c key, customer c, posting_date d, due_date d, grand_total n, outstanding_amount n
		tabSalesInvoiceItem: name c key, parent c, idx i, item_code c, qty n, rate n
		=> tabCustomer tabItem tabSalesOrder tabSalesOrderItem tabDeliveryNote tabDeliveryNoteItem tabSalesInvoice`
	tongues["partners"] = `
		res_partner: id i key, name c, street c, city c, phone c, email c, credit_limit n
		product_product: id i key, default_code c, list_price n, uom_id i, weight n
		sale_order: id i key, name c, partner_id i, date_order t, state c, client_order_ref c, amount_total n, currency_id i
		sale_order_line: id i key, order_id i, product_id i, product_uom_qty n, price_unit n, sequence i
		purchase_order: id i key, name c, partner_id i, date_order t, amount_total n
		purchase_order_line: id i key, order_id i, product_id i, product_qty n, price_unit n
		account_move: id i key, name c, partner_id i, move_type c, invoice_date d, invoice_date_due d, amount_total n, amount_residual n
		account_move_line: id i key, move_id i, product_id i, quantity n, price_unit n
		=> res_partner product_product sale_order sale_order_line - - account_move`
}

func TestTheRightTablesAreFoundInEveryTongue(t *testing.T) {
	for tongue, text := range tongues {
		tables, want, _ := strings.Cut(text, "=> ")
		j := Judge(schemaOf(tables), nil)
		for i, want := range strings.Fields(want) {
			p := j.Of(Roles[i])
			if p.Table != strings.TrimPrefix(want, "-") {
				t.Errorf("%s: %s is %q (%d %%), want %s\n  %v\n  %v", tongue, p.Role, p.Table, p.Sure, want, p.Reasons, p.Candidates)
			}
			if p.Table == "" && p.Sure >= Threshold || p.Table != "" && p.Sure < Threshold {
				t.Errorf("%s: %s is %d %% sure, and proposed: %v", tongue, p.Role, p.Sure, p.Table != "")
			}
		}
	}
}

func TestTwoTablesThatAreAsLikelyMakeBothLessSure(t *testing.T) {
	one := schemaOf("customers: customer_no c key, name c, credit_limit n\norders: order_no c key, customer_no c, order_date d\norder_lines: order_no c key, line_no i key, item_no c, quantity n")
	two := schemaOf("customers: customer_no c key, name c, credit_limit n\ndebtors: debtor_no c key, name c, credit_limit n")
	alone, rivals := Judge(one, nil).Of(Customers), Judge(two, nil).Of(Customers)
	if alone.Sure < 85 || rivals.Sure > alone.Sure-20 {
		t.Errorf("alone %d %%, with a rival %d %%", alone.Sure, rivals.Sure)
	}
	if len(rivals.Candidates) == 0 || rivals.Table != "" && !strings.Contains(strings.Join(rivals.Reasons, " "), "almost as likely") {
		t.Errorf("the rival is not named: %v", rivals)
	}
}

func TestNothingIsProposedOfASchemaThatIsNone(t *testing.T) {
	for _, text := range []string{"", "wp_posts: id i key, title c, body c\nwp_users: id i key, login c, email c", "a: b c"} {
		for _, p := range Judge(schemaOf(text), nil).Proposals {
			if p.Table != "" {
				t.Errorf("%q: %s is %s, %d %%: %v", text, p.Role, p.Table, p.Sure, p.Reasons)
			}
		}
	}
}

func TestASampleDecidesWhatATypeDoesNotSay(t *testing.T) {
	s := schemaOf("CUST: CUST_NO c key, NAME c, CREDIT_LIMIT n\nITEM: ITEM_NO c key, NAME c, UNIT c\nORD: ORD_NO c key, CUST_NO c, ORD_DT i, CURR c\nORDLN: ORD_NO c key, LINE_NO i key, ITEM_NO c, QTY n, UNIT c, PRICE n")
	field := func(samples map[string][]connectors.Record, kind document.Kind, name string) Coverage {
		for _, f := range Judge(s, samples).Against(kind) {
			if f.Field == name {
				return f
			}
		}
		t.Fatal(name)
		return Coverage{}
	}
	row := func(table string, r connectors.Record) map[string][]connectors.Record {
		return map[string][]connectors.Record{table: {r}}
	}
	for _, one := range []struct {
		samples map[string][]connectors.Record
		field   string
		value   string // empty: undecided
		least   int
	}{
		{nil, "ordered_on", `date(ORD_DT, "YYYYMMDD")`, 60},
		{row("ORD", connectors.Record{"ORD_DT": connectors.Number("20260302")}), "ordered_on", `date(ORD_DT, "YYYYMMDD")`, 85},
		{row("ORD", connectors.Record{"ORD_DT": connectors.Number("46083")}), "ordered_on", "", 0},
		{nil, "currency", "CURR", 80},
		{row("ORD", connectors.Record{"CURR": "USD"}), "currency", "CURR", 90},
		{row("ORD", connectors.Record{"CURR": "1"}), "currency", "", 0},
		{nil, "lines.quantity", "", 0},
		{row("ORDLN", connectors.Record{"UNIT": "pcs"}), "lines.quantity", `quantity(QTY, code("unit", UNIT))`, 80},
		{row("ORDLN", connectors.Record{"UNIT": "dozen-ish"}), "lines.quantity", "", 0},
	} {
		got := field(one.samples, document.KindSalesOrder, one.field)
		if got.Value != one.value || got.Sure < one.least || got.Value == "" && got.Write == "" {
			t.Errorf("%s with %v: %q, %d %% (%s; write %s), want %q", one.field, one.samples, got.Value, got.Sure, got.Why, got.Write, one.value)
		}
	}
	draft := Judge(s, row("ITEM", connectors.Record{"UNIT": "m"})).Draft("erp")["mappings/erp_item.yaml"]
	if !strings.Contains(draft, "values: {m: MTR}") || !strings.Contains(draft, `unit: code("unit", UNIT)`) {
		t.Errorf("the units of the sample are not in the draft:\n%s", draft)
	}
}

func TestASavedSchemaIsReadBackAsItWas(t *testing.T) {
	zero, text := "0", "'it''s: #1, {x}'"
	s := connectors.Schema{System: "MariaDB 10.11.6", Tables: []connectors.Table{
		{Name: "客户 x", View: true, Comment: "a: b # c", Rows: -1, Primary: []string{"no", "null"}, Uniques: [][]string{{"y", "n"}}, Triggers: []string{"t: AFTER INSERT"},
			References: []connectors.Reference{{Columns: []string{"no"}, Table: "true", To: []string{"1"}}},
			Columns: []connectors.Column{
				{Name: "no", Type: "varchar(20)", Charset: "utf8mb4", Primary: true, Default: &text},
				{Name: "null", Type: "decimal(14,2)", Nullable: true, Default: &zero, Primary: true},
				{Name: "z", Type: "text", Charset: "latin1", Comment: "\"q\"\n2"},
				{Name: "w", Type: "text", Charset: "utf8mb4"},
				{Name: "id", Type: "int(11) unsigned", Auto: true}, {Name: "tms", Type: "timestamp", Touched: true}}},
		{Name: "true", Rows: -1, Columns: []connectors.Column{{Name: "1", Type: ""}}}}}
	written := WriteSchema("erp", s)
	read, faults := ReadSchema("schemas/erp.yaml", written)
	if len(faults) > 0 {
		t.Fatalf("%v\n%s", faults, written)
	}
	if !reflect.DeepEqual(read, s) {
		t.Errorf("read\n%+v\nwant\n%+v\n%s", read, s, written)
	}
	if string(WriteSchema("erp", read)) != string(written) {
		t.Error("written twice it is not the same")
	}
	if _, faults := ReadSchema("schemas/erp.yaml", []byte("tables: [{nmae: x}]")); len(faults) == 0 || faults[0].String() != `schemas/erp.yaml:1:11 unknown-key the key "nmae" is not known here -> did you mean "name"?` {
		t.Errorf("a key that is unknown is overlooked: %v", faults)
	}
}

func TestThreeHundredTablesAreJudgedInSeconds(t *testing.T) {
	var text strings.Builder
	for i := range 300 {
		fmt.Fprintf(&text, "module%d_thing: id i key, customer_no c, item_code c, quantity n, created_at t", i)
		for c := range 30 {
			fmt.Fprintf(&text, ", some_column_with_a_long_name_%d c", c)
		}
		text.WriteString("\n")
	}
	started := time.Now()
	Judge(schemaOf(text.String()+strings.TrimSpace(tongues["German"][:strings.Index(tongues["German"], "=>")])), nil)
	if took := time.Since(started); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestWhatMustBeKnownOfATableIsSaid(t *testing.T) {
	s := schemaOf("customers: customer_no c key, name c, credit_limit n, address c null, phone c null, supplier i\norders: order_no c key, customer_no c, order_date d, quotation i, note c null\norder_lines: order_no c key, line_no i key, item_no c, quantity n, price n")
	customers, orders := s.Table("customers"), s.Table("orders")
	customers.Column("name").Charset, customers.Column("address").Charset, customers.Column("phone").Charset = "latin1", "utf8mb3", "utf8mb4"
	customers.Columns = append(customers.Columns, connectors.Column{Name: "stamp", Type: "timestamp", Touched: true})
	orders.Columns = append(orders.Columns, connectors.Column{Name: "modified", Type: "datetime", Nullable: true})
	orders.Column("order_no").Auto = true
	orders.Triggers = []string{"after_order: AFTER INSERT"}
	s.Table("order_lines").Column("price").Type = "double"
	j := Judge(s, nil)
	said := map[string]Fact{}
	for _, f := range j.Facts() {
		said[f.Table] = f
	}
	for table, words := range map[string][]string{
		"customers":   {"stamp: the database sets it", "customer_no name credit_limit supplier", "supplier may tell suppliers", "latin1 is name", "Chinese, are refused", "utf8mb3 is address", "four bytes"},
		"orders":      {"modified, by its name", "customer_no order_date quotation", "quotation may tell quotations", "after_order: AFTER INSERT"},
		"order_lines": {"nothing tells", "price: binary fractions"},
	} {
		text := fmt.Sprint(said[table].Changes, said[table].Needs, said[table].Triggers, said[table].Warnings)
		for _, word := range words {
			if !strings.Contains(text, word) {
				t.Errorf("%s: %q does not say %q", table, text, word)
			}
		}
	}
	pipeline := j.Draft("erp")["pipelines/erp_master_data.yaml"]
	for _, words := range []string{"detect: timestamp", "column: stamp", "number: {auto: true}", "receivables: undecided; no table looks like it"} {
		if !strings.Contains(pipeline, words) {
			t.Errorf("the draft does not say %q:\n%s", words, pipeline)
		}
	}
}
