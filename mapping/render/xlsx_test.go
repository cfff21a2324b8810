package render

import (
	"archive/zip"
	"bytes"
	"image/png"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"tradewire/mapping/document"
)

// opened is a workbook that is read back.
type opened struct {
	*testing.T
	file  *excelize.File
	sheet string
}

func open(t *testing.T, p *document.Paper) opened {
	t.Helper()
	body, err := Workbook(p)
	require.NoError(t, err)
	file, err := excelize.OpenReader(bytes.NewReader(body))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, file.Close()) })
	require.Len(t, file.GetSheetList(), 1)
	return opened{t, file, file.GetSheetList()[0]}
}

// cells are all cells with something in them, row by row. raw is what is stored, else what is shown.
func (o opened) cells(raw bool) (rows [][]string) {
	rows, err := o.file.GetRows(o.sheet, excelize.Options{RawCellValue: raw})
	require.NoError(o, err)
	return rows
}

// table are the rows between the head with an item number and the next empty row, by the first word of their head.
func (o opened) table(raw bool) (rows []map[string]string) {
	var head []string
	for _, row := range o.cells(raw) {
		switch {
		case len(row) > 1 && strings.HasPrefix(row[1], wordItem.en):
			head = row
		case head != nil && len(row) == 0:
			return rows
		case head != nil:
			named := map[string]string{}
			for i, text := range row {
				label, _, _ := strings.Cut(head[i], "\n")
				named[label] = text
			}
			rows = append(rows, named)
		}
	}
	return rows
}

// fact is the value beside a label.
func (o opened) fact(label word, raw bool) string {
	for _, row := range o.cells(raw) {
		if len(row) > 2 && row[0] == label.en+" "+label.zh {
			return row[2]
		}
	}
	o.Errorf("there is no %q", label.en)
	return ""
}

// find is the first cell that shows the text.
func (o opened) find(text string) (cell string) {
	for row, cells := range o.cells(false) {
		if column := slices.Index(cells, text); column >= 0 {
			cell, err := excelize.CoordinatesToCellName(column+1, row+1)
			require.NoError(o, err)
			return cell
		}
	}
	require.Fail(o, "no cell shows it", text)
	return ""
}

func (o opened) typeOf(text string) excelize.CellType {
	kind, err := o.file.GetCellType(o.sheet, o.find(text))
	require.NoError(o, err)
	return kind
}

func TestAWorkbookHoldsTheExactFiguresOfThePaper(t *testing.T) {
	p := markedPaper(document.PackingList, "PL-1")
	o := open(t, p)
	rows := o.table(true)
	require.Len(t, rows, 4, "two lines, and a sum in pieces and one in metres")
	for i, l := range p.Shipment.Packing.Lines {
		for label, want := range map[string]string{"Item no.": l.Item, "Carton nos.": cartonNumbers(l.From, l.To), "Per carton": l.PerCarton.String(),
			"Quantity": l.Quantity.Value.String(), "Net kg": l.NetKG.Fixed(3), "Gross kg": l.GrossKG.Fixed(3), "Volume m³": l.CBM.Fixed(3)} {
			assert.Equal(t, want, rows[i][label], label)
		}
	}
	assert.Equal(t, "1,180.118", o.table(false)[0]["Net kg"])
	assert.Equal(t, []string{"10001", "pcs 件"}, []string{rows[2]["Quantity"], rows[2]["Unit"]})
	assert.Equal(t, []string{"500", "m 米"}, []string{rows[3]["Quantity"], rows[3]["Unit"]})
	assert.Equal(t, "46", rows[2]["Cartons"])
	assert.Equal(t, "2026-03-16", o.fact(wordDate, false))
	assert.Equal(t, "46097", o.fact(wordDate, true), "a day to reckon with")
}

func TestTheColumnsOfAWorkbookFoot(t *testing.T) {
	for paper, columns := range map[document.PaperType][]string{
		document.PackingList:       {"Cartons", "Quantity", "Net kg", "Gross kg", "Volume m³"},
		document.CommercialInvoice: {"Amount USD"},
		document.DeliveryNote:      {"Cartons"},
		document.OrderConfirmation: {"Amount USD"},
	} {
		rows := open(t, markedPaper(paper, "N-1")).table(true)
		for _, column := range columns {
			var lines, sums document.Decimal
			for i, row := range rows {
				if row[column] == "" {
					continue
				}
				figure, err := document.ParseDecimal(row[column])
				require.NoError(t, err, "%s %s", paper, column)
				if i < 2 {
					lines = lines.Add(figure)
				} else {
					sums = sums.Add(figure)
				}
			}
			assert.Equal(t, lines.String(), sums.String(), "%s %s", paper, column)
			assert.False(t, sums.IsZero(), "%s %s", paper, column)
		}
	}
}

func TestTheSettlementLeadsToTheTotal(t *testing.T) {
	p := samples()["order_confirmation_revised"]
	var money []string
	for _, row := range open(t, p).cells(false) {
		if n := len(row); n > 0 && strings.HasPrefix(row[n-1], "USD ") {
			money = append(money, row[n-2]+" "+row[n-1])
		}
	}
	assert.Equal(t, []string{"Net amount 不含税金额 USD 8,957.13", "Tax 税额 13 % USD 1,164.43", "Total 合计 USD 10,121.56"}, money)
}

func TestInAWorkbookOnlyNumbersAreNumbers(t *testing.T) {
	p := markedPaper(document.CommercialInvoice, "2026000000000001")
	p.Order.CustomerPO, p.Buyer.Phone, p.Order.Lines[0].Item = "0077", "004940555", "100234"
	p.Invoice.Lines[0].Item, p.Invoice.Lines[0].HSCode = "9007199254740993", "85444219"
	p.Invoice.Lines[1].Amount = document.M("1234567890123456.78", "USD")
	o := open(t, p)
	for _, text := range []string{p.Number, "0077", "004940555", "9007199254740993", "85444219", "1,234,567,890,123,456.78"} {
		assert.Equal(t, excelize.CellTypeSharedString, o.typeOf(text), text)
	}
	for _, number := range []string{"10,001", "0.875", "8,750.88"} {
		assert.NotEqual(t, excelize.CellTypeSharedString, o.typeOf(number), number)
	}
}

func TestFiguresAndDaysAreReckonedWithAsTheyArePrinted(t *testing.T) {
	for _, c := range []struct {
		value                 value
		digits, format, shown string
	}{
		{number(d("1250.5")), "1250.5", "#,##0.0", "1,250.5"},
		{thousandths(d("0.1")), "0.100", "#,##0.000", "0.100"},
		{money(document.M("-1234.5", "USD")), "-1234.50", `"USD "#,##0.00`, "USD -1,234.50"},
		{money(document.M("110", "JPY")), "110", `"JPY "#,##0`, "JPY 110"},
		{price(d("0.00875"), "USD"), "0.00875", "#,##0.00000", "0.00875"},
		{amount(document.M("9999999999999.99", "USD")), "9999999999999.99", "#,##0.00", "9,999,999,999,999.99"},
		{amount(document.M("10000000000000.00", "USD")), "", "", "10,000,000,000,000.00"}, // sixteen digits
		{day(on("2026-03-16")), "46097", "yyyy-mm-dd", "2026-03-16"},
		{day(on("1900-03-01")), "61", "yyyy-mm-dd", "1900-03-01"},
		{day(on("1900-02-28")), "", "", "1900-02-28"},
		{day{}, "", "", ""},
		{text("0077"), "", "", "0077"},
	} {
		digits, format := reckoned(c.value)
		assert.Equal(t, []string{c.digits, c.format, c.shown}, []string{digits, format, c.value.said(tongue{})})
	}
}

func TestNoNameBecomesAFormula(t *testing.T) {
	for _, name := range []string{`=HYPERLINK("http://198.51.100.7","x")`, "+1", "-1+1", "@SUM(A1)", "_x0041_", "  two spaces", `"quoted" & <less>`} {
		p := markedPaper(document.PackingList, "PL-1")
		p.Buyer.Name = name
		o := open(t, p)
		assert.Equal(t, name, o.fact(wordBuyer, true))
		formula, err := o.file.GetCellFormula(o.sheet, o.find(name))
		require.NoError(t, err)
		assert.Empty(t, formula)
		assert.Equal(t, excelize.CellTypeSharedString, o.typeOf(name))
	}
}

func TestWhatHasNoPlaceInACellIsLeftOutOrRefused(t *testing.T) {
	p := markedPaper(document.PackingList, "PL-1")
	p.Shipment.Carrier = "Blue\aJunk\u200B \U0001F69ALines\r\nvia Singapore"
	assert.Equal(t, "BlueJunk Lines\nvia Singapore", open(t, p).fact(wordCarrier, true))

	p.Shipment.Carrier = "M\xfcller"
	_, err := Workbook(p)
	assert.ErrorContains(t, err, "was damaged before it came here")

	p.Shipment.Carrier = strings.Repeat("𠮷", 16384)
	_, err = Workbook(p)
	assert.ErrorContains(t, err, "draw packing_list PL-1 as a workbook: ")
	assert.ErrorContains(t, err, "has 32768 characters, a cell of a workbook holds 32767: shorten it")

	p.Shipment.Carrier = strings.Repeat("线", 32767)
	assert.Equal(t, p.Shipment.Carrier, open(t, p).fact(wordCarrier, true))
}

func TestAWorkbookNeedsNoFont(t *testing.T) {
	files, err := Attachments(markedPaper(document.DeliveryNote, "DN-1"), []string{FormatXLSX}, Fonts{})
	require.NoError(t, err)
	assert.Len(t, files, 1)
}

// squeezed is text without the spaces at which lines are broken.
func squeezed(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// onlyInWorkbooks are labels that a PDF does without; onlyOnPages says whether a text of a PDF has no place in a workbook.
var onlyInWorkbooks = []string{"Seller 卖方", "Item no.\n货号", "Description\n品名", "No.\n编号", "Unit\n单位", "Revision 版本"}

func onlyOnPages(text string) bool {
	return strings.Contains(text, "(continued") || strings.HasPrefix(text, "Page ") || strings.Contains(text, "sha256:") ||
		strings.HasPrefix("Item and description 货号及品名", text) || text == wordGoods.zh || strings.HasSuffix(text, " cartons 46箱")
}

func TestAWorkbookSaysWhatThePDFSays(t *testing.T) {
	for _, paper := range document.PaperTypes() {
		p := markedPaper(paper, "N-2026-00001")
		p.Revision, p.Buyer.Handbook = 2, "C52076000123"
		var printed, entered strings.Builder
		s, cells := laidOut(t, p), open(t, p).cells(false)
		for _, page := range s.pages {
			printed.WriteString(squeezed(strings.Join(texts(page), "")))
		}
		for _, row := range cells {
			for _, text := range row {
				entered.WriteString(squeezed(text))
				if !strings.Contains(printed.String(), squeezed(text)) && !strings.HasPrefix(text, "sha256:") && !slices.Contains(onlyInWorkbooks, text) {
					t.Errorf("%s: only the workbook says %q", paper, text)
				}
			}
		}
		for n, page := range s.pages {
			for _, text := range texts(page) {
				if !strings.Contains(entered.String(), squeezed(text)) && !onlyOnPages(text) {
					t.Errorf("%s: only page %d says %q", paper, n+1, text)
				}
			}
		}
	}
}

func TestAWorkbookIsDatedByItsPaper(t *testing.T) {
	p := markedPaper(document.PackingList, "PL-1")
	o := open(t, p)
	props, err := o.file.GetDocProps()
	require.NoError(t, err)
	assert.Equal(t, []string{"2026-03-16T02:30:00Z", "2026-03-16T02:30:00Z", "Packing list PL-1", "Pearl Cordage Ltd."},
		[]string{props.Created, props.Modified, props.Title, props.Creator})

	body, err := Workbook(p)
	require.NoError(t, err)
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	require.NoError(t, err)
	for _, f := range archive.File {
		assert.LessOrEqual(t, f.Modified.Year(), 1980, "%s tells when it was made", f.Name)
	}
}

func TestAWorkbookPrintsAsWideAsAPage(t *testing.T) {
	o := open(t, markedPaper(document.PackingList, "PL & 1"))
	layout, err := o.file.GetPageLayout(o.sheet)
	require.NoError(t, err)
	assert.Equal(t, []int{9, 1, 0}, []int{*layout.Size, *layout.FitToWidth, *layout.FitToHeight}, "A4, one page wide, as many as it needs")
	props, err := o.file.GetSheetProps(o.sheet)
	require.NoError(t, err)
	assert.True(t, *props.FitToPage)
	foot, err := o.file.GetHeaderFooter(o.sheet)
	require.NoError(t, err)
	assert.Equal(t, "&LPacking list PL && 1&R&P / &N", foot.OddFooter)
}

func TestAWorkbookCarriesTheCodeAndTheWholeSeal(t *testing.T) {
	p := markedPaper(document.ShippingMarks, "SM-1")
	o := open(t, p)
	sealed, err := sealOf(p)
	require.NoError(t, err)
	assert.Equal(t, excelize.CellTypeSharedString, o.typeOf("sha256:"+sealed.hash))
	pictures, err := o.file.GetPictures(o.sheet, "E1")
	require.NoError(t, err)
	require.Len(t, pictures, 1)
	img, err := png.Decode(bytes.NewReader(pictures[0].File))
	require.NoError(t, err)
	m, err := sealed.matrix()
	require.NoError(t, err)
	scale := img.Bounds().Dx() / (len(m) + 2*quietZone)
	for y := -quietZone; y < len(m)+quietZone; y++ {
		for x := -quietZone; x < len(m)+quietZone; x++ {
			want := x >= 0 && y >= 0 && x < len(m) && y < len(m) && m[y][x]
			r, _, _, _ := img.At((x+quietZone)*scale+1, (y+quietZone)*scale+1).RGBA()
			require.Equal(t, want, r == 0, "module %d, %d", x, y)
		}
	}
}
