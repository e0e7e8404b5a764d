package paper

import (
	"maps"
	"slices"
	"strings"
)

// lettering is a face and a size in points.
type lettering struct {
	face string
	size float64
}

// sizes are the sizes of Chinese type in points, as word processors have them
// (GB/T 9704-2012 asks for 二号, 三号 and 四号).
var sizes = map[string]float64{
	"初号": 42, "小初": 36, "一号": 26, "小一": 24, "二号": 22, "小二": 18, "三号": 16, "小三": 15,
	"四号": 14, "小四": 12, "五号": 10.5, "小五": 9, "六号": 7.5, "小六": 6.5, "七号": 5.5, "八号": 5,
}

// faces gives a face's name in word processors where it isn't the usual one.
var faces = map[string]string{"小标宋": "方正小标宋简体"}

type letterings struct{ title, heading, body, table, small lettering }

func (p *Paper) letterings() (letterings, error) {
	var out letterings
	for _, part := range []struct {
		name, usual string
		to          *lettering
	}{{"title", faceTitle, &out.title}, {"body", faceBody, &out.body}, {"table", faceTable, &out.table}} {
		said := p.Fonts[part.name]
		if said == "" {
			said = part.usual
		}
		l, err := parseLettering(said)
		if err != nil {
			return out, err
		}
		*part.to = l
	}
	for _, name := range slices.Sorted(maps.Keys(p.Fonts)) {
		if name != "title" && name != "body" && name != "table" {
			return out, refuse("no part of a paper is called %q", name)
		}
	}
	out.heading = lettering{faceHeading, out.body.size}
	out.small = lettering{out.table.face, sizes["小五"]}
	return out, nil
}

func parseLettering(s string) (lettering, error) {
	words := strings.Fields(clean(s))
	if len(words) != 2 {
		return lettering{}, refuse("%q is not a face and a size", s)
	}
	size, ok := sizes[words[1]]
	if !ok {
		return lettering{}, refuse("%q is not a size of type", words[1])
	}
	l := lettering{words[0], size}
	if full, ok := faces[l.face]; ok {
		l.face = full
	}
	return l, nil
}
