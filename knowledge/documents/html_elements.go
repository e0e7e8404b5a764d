package documents

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// hiddenMark distinguishes, within what is left out, what the page hides from
// what is no text of it anyway.
const hiddenMark = -2

// isVoid names the elements that have no content and no end tag.
func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Br, atom.Img, atom.Input, atom.Meta, atom.Link, atom.Hr, atom.Col, atom.Base, atom.Wbr, atom.Source, atom.Area, atom.Embed, atom.Param, atom.Track:
		return true
	}
	return false
}

// isDropped names the elements that are no text of the page.
func isDropped(a atom.Atom) bool {
	switch a {
	case atom.Head, atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Iframe, atom.Object, atom.Svg, atom.Canvas,
		atom.Nav, atom.Footer, atom.Aside, atom.Menu, atom.Button, atom.Select, atom.Textarea, atom.Datalist, atom.Dialog, atom.Del, atom.Rt, atom.Rp:
		return true
	}
	return false
}

// isBlock names the elements that begin and end a line.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Section, atom.Article, atom.Main, atom.Header, atom.Center, atom.Blockquote, atom.Pre, atom.Figure, atom.Figcaption,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Li, atom.Dl, atom.Dt, atom.Dd, atom.Form, atom.Fieldset,
		atom.Details, atom.Summary, atom.Table, atom.Caption, atom.Thead, atom.Tbody, atom.Tfoot, atom.Tr, atom.Td, atom.Th, atom.Body,
		atom.Nav, atom.Footer, atom.Aside:
		return true
	}
	return false
}

// isScope names the elements out of which nothing is closed by accident.
func isScope(a atom.Atom) bool { return a == atom.Table || a == atom.Td || a == atom.Th }

func isCellPart(a atom.Atom) bool {
	switch a {
	case atom.Td, atom.Th, atom.Tr, atom.Thead, atom.Tbody, atom.Tfoot:
		return true
	}
	return false
}

// isBarrier says whether the start tag of a closes nothing beyond an open
// element.
func isBarrier(open, a atom.Atom) bool {
	switch open {
	case atom.Table:
		return true
	case atom.Td, atom.Th:
		return !isCellPart(a)
	case atom.Ul, atom.Ol:
		return a == atom.Li
	case atom.Dl:
		return a == atom.Dt || a == atom.Dd
	}
	return false
}

// closesBefore says whether the start tag of a ends an open element.
func closesBefore(a, open atom.Atom) bool {
	switch open {
	case atom.P:
		return isBlock(a)
	case atom.Li:
		return a == atom.Li
	case atom.Dt, atom.Dd:
		return a == atom.Dt || a == atom.Dd
	case atom.Td, atom.Th:
		return isCellPart(a)
	case atom.Tr:
		return isCellPart(a) && a != atom.Td && a != atom.Th
	case atom.Thead, atom.Tbody, atom.Tfoot:
		return a == atom.Thead || a == atom.Tbody || a == atom.Tfoot
	case atom.Head:
		return a == atom.Body
	}
	return false
}

func isHiddenElement(t html.Token) bool {
	for _, a := range t.Attr {
		switch {
		case a.Key == "hidden",
			a.Key == "aria-hidden" && a.Val == "true",
			a.Key == "style" && hiddenStyle.MatchString(a.Val):
			return true
		}
	}
	return false
}
