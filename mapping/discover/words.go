package discover

import (
	"slices"
	"strings"
	"unicode"
)

// sense is what a word in a name of a table or column speaks of.
type sense string

// senses are those of a whole name, without order.
type senses map[sense]bool

func (s senses) all(wanted ...sense) bool {
	return !slices.ContainsFunc(wanted, func(w sense) bool { return !s[w] })
}

func (s senses) any(wanted ...sense) bool {
	return slices.ContainsFunc(wanted, func(w sense) bool { return s[w] })
}

func (s senses) add(more senses) {
	for w := range more {
		s[w] = true
	}
}

// vocabulary is what names in ERPs are made of: whole words and abbreviations in English, German, French, Spanish, Italian and
// Vietnamese, and Chinese words as characters. One word may have several senses.
var vocabulary = lexicon(`
customer: customer partner cust cus cu custmr debtor debitor debitoren debit client clients cli clt kunde kunden kd kdn societe soc thirdparty tiers buyer khach khachhang kh cliente 客户 客戶 顾客 买方 购货单位
supplier: supplier supp vendor vend creditor kreditor lieferant lief fournisseur fourn frs nhacungcap ncc proveedor 供应商 供方
order: order ord so auftrag aufträge auf auft bestellung best bestell commande cmd cde cdecli donhang dondathang dh ddh pedido ordine 订单 訂單 销售单 订货
sales: sales sale sls vente verkauf ban 销售 銷售
purchase: purchase purch pur einkauf ek achat mua muahang compra 采购 採購
quote: quote quotation quot offer angebot ang propal devis baogia 报价
line: line lines entry seq idx sequence stt ln lin lno detail details det dtl dt pos position posit zeile ligne lig lg rang item_line ct chitiet ctdon chitietdon linea 明细 明細 行 分录 子表
head: head header hd hdr hed kopf entete ent 主表 表头
master: master mst mas mstr m stamm stammdaten info base thongtin 资料 档案 信息 主档
item: item itm it product products prod prd article articles art artikel artnr produit pdt material mat matnr sku part goods hang hanghoa sanpham sp vattu vt mahang articulo 物料 商品 产品 產品 货品 存货 料号
stock: stock stk inventory inv bestand lager ton tonkho 库存
warehouse: warehouse wh whse location loc entrepot lagerort kho 仓库
invoice: invoice invc facture fac fact rechnung rech rg rgn hoadon hd_ban factura 发票
receivable: receivable receivables ar openitem openitems offeneposten op congno phaithu creance debtors_ledger 应收 应收款 应收账款 欠款
payable: payable ap phaitra 应付
payment: payment payments pay paymt paym receipt zahlung zahl paiement reglement regl thanhtoan tt phieuthu pago 收款 付款
trans: trans transaction transactions txn mvt movement movements move moves beweg buchung mouvement giaodich 流水
ship: picking outstock outbound ship shp shipment shipments shipping despatch dispatch desp dn delivery deliveries dlv dlvry dlnote lieferung liefer lief_ liefersch lieferschein ls lfs expedition exped livraison livr bl giaohang giao xuat xuatkho phieuxuat entrega 发货 發貨 出货 交货 送货 出库
id: id no nr num number nummer code cd cod key ref rowid numero nro ma so_ct soct ma_so kenn kennung 编号 編號 编码 代码 号 单号 号码 主键 序号
parent: fk parent
actual: real actual base
name: name nm nam title label lbl libelle lib bezeichnung bez bezeich nom raison ten nombre designation desig 名称 名稱 姓名 品名
latin: en eng english latin
local: cn chn chinese local zh vn
text: description desc descr dsc text txt beschreibung mota diengiai dien memo longdescription 描述 说明 规格
remark: remark remarks rmk rem comment comments cmt note notes bemerkung bem note_public ghichu internal comentario 备注 備註
date: date dat dt_ day datum tag ngay fecha jour on am when 日期 日
time: time zeit heure timestamp stamp ts datetime 时间
due: due enddate faellig fällig faell fällig echeance ech lim han hantt denhan duedate vencimiento 到期 应收日
ordered: ordered placed bestelldatum dat_best
required: required req requested request wunsch wunschtermin termin liefertermin souhaite requested yeucau need wanted 要求 需求 交期
promised: promised promise confirmed bestaetigt zugesagt cam_ket camket prom 承诺 确认
qty: qty quantity quant qnt menge mng mge quantite qte soluong sl sluong cantidad stueck pieces 数量 數量
price: price prc prix preis eprs epreis ep uprice uprc pu subprice dongia gia precio unitprice 单价 價格 价格
unitword: uprc each per unitary u
cost: cost costs kosten couts giavon standardcost msrp buy 成本
amount: amount amt amnt betrag btr montant mnt mt value val wert tien thanhtien sotien importe money sum 金额 金額
total: total tot gesamt ttc tong gross_total brutto grand 合计 總額 总额 总计
net: untaxed net netto nto ht thuan 净 未税
tax: tax vat tva gst ust mwst steuer taxe thue impuesto 税 税额 税率
currency: currency curr cur ccy waehrung währung whg waehr devise dev multicurrency tiente loaitien ngoaite moneda 币种 币别 货币
unit: unit units uom um measure einheit me meh unite udm donvi dvt unidad 单位 計量單位 计量单位
status: status sts stat state etat statut st trangthai tinhtrang completed closed estado 状态 狀態
quoteflag: quotation
limit: limit lmt limite outstanding_limit hanmuc hm max ceiling kreditlimit kredlim plafond limite 限额 额度 額度
credit: credit cr crd kredit kred encours tindung outstandinglimit credito 信用 授信
open: residual open opn outstanding offen off balance bal saldo rest restant solde reste conlai connợ conno du pendiente unpaid 未收 余额 餘額 欠
paid: paid paye bezahlt datra dathu pagado 已收 已付
allotted: alloc allocated applied
settled: settled
revision: revision rev version ver rowversion 版本
updated: updated update upd modified mod changed chg tms aenderung geaendert aend maj lastmod suadoi capnhat lastmodified edited 更新 修改
created: created create crt creation datec angelegt anlage erfasst cree tao inputdate entered 创建 录入
address: address addr adr adresse street strasse strasse rue addressline deladd add diachi direccion 地址
city: city ort ville town thanhpho stadt zip postal plz postcode postalcode
country: country ctry land pays quocgia nuoc pais 国家 國家
phone: phone tel telephone telefon fon mobile dienthoai dt_lienhe fax 电话 手机
email: email mail e_mail courriel 邮箱 邮件
contact: contact ansprechpartner nguoilienhe lienhe 联系人
carrier: transporter carrier carr shipper shippers shipvia via spediteur sped transporteur vanchuyen haulier forwarder consignment_ 承运 物流公司 快递
tracking: tracking track trk consignment awb waybill sendung suivi vandon 运单 快递单号
vehicle: vehicle plate plt truck kennzeichen immat bienso xe 车牌
external: external ext extern crm foreign web outside ngoai 外部
reference: reference refer customerref refclient referenz thamchieu 参考
po: po customerref refclient custref bestellnr pono custpo purchaseno 客户订单
terms: terms term trm zahlungsbed cond conditions dieukhoan paymentterms 条款 付款条件
incoterm: incoterm incoterms inco 贸易条款
weight: weight wgt wt nw gw gewicht gew poids kg trongluong 重量 净重 毛重
netweight: nw netweight netwt nettogewicht 净重
grossweight: gw grossweight grosswt bruttogewicht 毛重
tare: tare tr tara bi 皮重
length: length len l laenge longueur dai 长
width: width w breite largeur rong 宽
height: height h hoehe hauteur cao 高
cm: cm
pack: pack pk carton ctn karton pkg packing emballage vpe thung 箱 装箱 包装
origin: origin org herkunft ursprung orig coo xuatxu 产地 原产
tariff: hs tariff customs zolltarif taric hscode tarif douane 海关 税号 商品编码
class: class type typ typeid kind art_ category cat categ group grp gruppe gr categorie grade loai nhom clase scale productline 类别 类型 分类 等级
old: old history hist log logs archive arch archiv tmp temp backup bak bkp bck deleted trail audit audittrail lichsu copy 历史 日志 备份 归档
counter: counter cntr cnt seq sequence numbering nxt next systypes nummernkreis sochungtu 计数
hold: hold holds holdreason holdreasons sperre gesperrt sperr lock locked blocked stop stopped bloque khoa 冻结 停用
branch: branch branches filiale agence brn chinhanh site 分公司
extra: extra extrafields extrafield ext_fields custom
relation: element link rel relation xref cross
rate: rate rates kurs taux tygia 汇率
percent: percent pct prozent pourcent phantram
discount: discount disc rabatt remise chietkhau 折扣
user: user usr userid benutzer utilisateur salesperson salesrep author nguoidung employee emp
method: method mode shipment_mode shipvia_ kieu
sheet: sys system setting config param const sysparam
invoiced: invoiced billed facturee fakturiert xuathd
shipped: shipped delivered sent geliefert livre dagiao actualdispatch dispatched
production: production made started prodn mad sta fertigung sanxuat
document: doc document docu beleg bel piece pce chungtu ct_ voucher vch 单据
`)

// initials are what names are made of where each Chinese word is written by the first letters of its pinyin: khbh is 客户编号.
// They are read only in a schema that is written so: too many of them are words elsewhere.
var initials = lexicon(`
customer: kh
supplier: gys
order: dd ddh
sales: xs
purchase: cg
quote: bj
line: mx hh xh cb
head: zb bt
master: xx zl da jb
item: wl hw sp cp ch
stock: kc
warehouse: ck
invoice: fp
receivable: ys yszk zk
payable: yf
payment: sk fk
trans: ls
ship: fh chd fhd jhd
id: bh dm bm dh djh
name: mc xm
text: ms gg
remark: bz sm
date: rq
time: sj
due: dq dqr dqrq
required: jh jhrq xq
promised: cn
qty: sl
price: dj
amount: je
total: hj zje zj
tax: se
currency: bz hb bb
unit: dw jldw
status: zt
limit: ed
credit: xy
open: ws wsje ye qk
paid: yis
updated: gx xg
created: cj lr
address: dz
country: gj
phone: lxdh sjh
email: yx
contact: lxr
carrier: cys wlgs
tracking: yd ydh kddh
class: lb lx fl
old: lsb rz bf
document: djlx dj_
`)

// lexicon reads lines of "sense: word word".
func lexicon(text string) map[string][]sense {
	words := map[string][]sense{}
	for line := range strings.Lines(text) {
		of, list, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for _, w := range strings.Fields(list) {
			w = strings.ReplaceAll(w, "_", "")
			if !slices.Contains(words[w], sense(of)) {
				words[w] = append(words[w], sense(of))
			}
		}
	}
	return words
}

// split parts a name where people part it: at signs, at capitals, at digits, and between scripts.
func split(name string) (tokens []string) {
	runes := []rune(name)
	var now []rune
	end := func() {
		if len(now) > 0 {
			tokens = append(tokens, strings.ToLower(string(now)))
		}
		now = nil
	}
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r):
			end()
			continue
		case i == 0 || len(now) == 0:
		case unicode.Is(unicode.Han, r) != unicode.Is(unicode.Han, runes[i-1]):
			end()
		case unicode.IsUpper(r) && unicode.IsLower(runes[i-1]):
			end()
		case unicode.IsUpper(r) && unicode.IsUpper(runes[i-1]) && i+1 < len(runes) && unicode.IsLower(runes[i+1]):
			end()
		}
		now = append(now, r)
	}
	end()
	return tokens
}

// speech is the words that a schema is written in.
type speech []map[string][]sense

// read is what a name speaks of.
func (s speech) read(tokens []string) senses {
	said := senses{}
	for i := 0; i < len(tokens); i++ {
		n := s.phrase(tokens[i:], said)
		if n == 0 {
			for _, w := range s.segment(tokens[i]) {
				s.mean(w, said)
			}
			continue
		}
		i += n - 1
	}
	return said
}

// phrase looks for words that are written as several tokens: So_Luong.
func (s speech) phrase(tokens []string, said senses) int {
	for n := min(3, len(tokens)); n > 0; n-- {
		joined := strings.Join(tokens[:n], "")
		if n > 1 && !s.has(joined) {
			continue // CU_STS is no plural of CUST
		}
		if s.mean(joined, said) {
			return n
		}
	}
	return 0
}

// mean adds the senses of one word, in the singular or plural.
func (s speech) mean(word string, said senses) bool {
	for _, form := range []string{word, strings.TrimSuffix(word, "s")} {
		if form != word && len(form) < 3 {
			continue
		}
		for _, words := range s {
			if list := words[form]; len(list) > 0 {
				for _, w := range list {
					said[w] = true
				}
				return true
			}
		}
	}
	return false
}

// has says that a word is in the vocabulary as it is.
func (s speech) has(word string) bool {
	return slices.ContainsFunc(s, func(words map[string][]sense) bool { return len(words[word]) > 0 })
}

// segment parts what is written in one: debtorno, orddate, khbh. A rest that is no word is left over at a price; with one, only
// long words count, as short ones fit in everywhere.
func (s speech) segment(token string) []string {
	runes := []rune(token)
	if len(runes) > 40 {
		return nil
	}
	type way struct {
		cost  float64
		words []string
		rest  int
	}
	best := make([]way, len(runes)+1)
	for end := 1; end <= len(runes); end++ {
		best[end] = way{best[end-1].cost + 2.2, best[end-1].words, best[end-1].rest + 1}
		for start := max(0, end-20); start < end; start++ {
			word := string(runes[start:end])
			if end-start == 1 && !unicode.Is(unicode.Han, runes[start]) && end < len(runes) || !s.mean(word, senses{}) {
				continue
			}
			cost := best[start].cost + 1
			if end-start < 3 {
				cost += 0.5
			}
			if cost < best[end].cost {
				best[end] = way{cost, append(slices.Clone(best[start].words), word), best[start].rest}
			}
		}
	}
	found := best[len(runes)]
	if found.rest > 0 {
		found.words = slices.DeleteFunc(found.words, func(w string) bool { return len(w) < 4 })
	}
	covered := 0
	for _, w := range found.words {
		covered += len([]rune(w))
	}
	if covered*2 < len(runes) {
		return nil
	}
	return found.words
}

// whole says that a token is made of words and of nothing else.
func (s speech) whole(token string) bool {
	covered := 0
	for _, w := range s.segment(token) {
		covered += len(w)
	}
	return covered == len(token)
}

// speechOf finds out whether names are written in pinyin's initials.
func speechOf(names [][]string) speech {
	plain, pinyin := speech{vocabulary}, speech{initials}
	of, so := 0, 0
	for _, tokens := range names {
		if len(tokens) == 0 {
			continue
		}
		of++
		if !slices.ContainsFunc(tokens, func(t string) bool { return !pinyin.whole(t) }) {
			so++
		}
	}
	if so*4 >= of && so >= 3 {
		return speech{initials, vocabulary}
	}
	return plain
}
