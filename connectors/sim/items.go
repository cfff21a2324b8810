package sim

import "fmt"

// item is something the cable maker sells, as its ERP keeps it.
type item struct {
	Code      string // our code; the ERP calls it the old number
	No        string // the ERP's number
	Handbook  string // its line in the customs handbook, under which factories that export take it over
	Name      string
	NameCN    string
	Unit      string // PCS or M
	Price     int64  // a fair price in Hong Kong dollars, in ten-thousandths
	PerCarton int64
	NetG      int64 // net weight of one unit in grams
	TareG     int64
	L, W, H   int64 // of a carton, in centimetres
}

var plugs = []struct{ code, name, cn string }{
	{"EU", "Schuko", "欧规"}, {"UK", "BS 1363", "英规"}, {"US", "NEMA 5-15", "美规"}, {"AU", "AS/NZS 3112", "澳规"},
	{"CN", "GB 2099", "国标"}, {"JP", "JIS C 8303", "日规"}, {"IN", "IS 1293", "印规"}, {"ZA", "SANS 164", "南非规"}, {"BR", "NBR 14136", "巴西规"},
}

var couplers = []struct {
	code, name, cn string
	price, grams   int64
}{
	{"C13", "IEC C13", "品字尾", 98_000, 165}, {"C7", "IEC C7", "八字尾", 52_000, 78}, {"C5", "IEC C5", "梅花尾", 71_000, 118},
}

var reels = []struct {
	code, name, cn string
	price, grams   int64
}{
	{"VVF-2075", "H05VV-F 2x0.75", "软电缆 2芯0.75", 21_500, 57}, {"VVF-3075", "H05VV-F 3G0.75", "软电缆 3芯0.75", 27_800, 74},
	{"VVF-3100", "H05VV-F 3G1.0", "软电缆 3芯1.0", 33_600, 91}, {"RNF-3150", "H05RN-F 3G1.5", "橡套电缆 3芯1.5", 61_400, 142},
	{"SVT-1803", "SVT 18AWG/3C", "软电缆 18AWG 3芯", 35_200, 83}, {"VVF-2050", "H03VVH2-F 2x0.5", "扁电缆 2芯0.5", 14_900, 36},
}

// makeItems lists the power cords and cables. They are the same in every world; only their ERP numbers are its own.
func makeItems(seed uint64) []item {
	var items []item
	r := line(seed, "items")
	no := 100_000 + r.IntN(400)
	add := func(i item) {
		no += 1 + r.IntN(9)
		i.No, i.Handbook = fmt.Sprint(no), fmt.Sprint(len(items)+1)
		items = append(items, i)
	}
	for _, plug := range plugs {
		for _, coupler := range couplers {
			for n, metres := range []int64{18, 30} { // tenths of a metre
				length := plain(metres, 1)
				add(item{
					Code:      fmt.Sprintf("PC-%s-%s-%02d", plug.code, coupler.code, metres),
					Name:      fmt.Sprintf("Power cord %s to %s, %s m", plug.name, coupler.name, length),
					NameCN:    fmt.Sprintf("%s%s电源线 %s米", plug.cn, coupler.cn, length),
					Unit:      "PCS",
					Price:     coupler.price * (metres + 6) / 24,
					PerCarton: []int64{200, 100}[n],
					NetG:      coupler.grams * (metres + 4) / 22,
					TareG:     980, L: 46, W: 33, H: 28,
				})
			}
		}
	}
	for _, reel := range reels {
		add(item{
			Code: "CB-" + reel.code, Name: "Cable " + reel.name, NameCN: reel.cn + "平方毫米", Unit: "M",
			Price: reel.price, PerCarton: 300, NetG: reel.grams, TareG: 1_450, L: 38, W: 38, H: 25,
		})
	}
	return items
}
