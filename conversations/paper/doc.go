// Package paper sets official papers: the application form, the receipt and
// the decision letter as DOCX and PDF, the register as XLSX.
//
// A Paper is plain text in sections, each with one of a few layouts; a Register
// is rows of values. Both know nothing of filings: whoever has one writes its
// values into a Paper, redacted or not, and calls [DOCX], [PDF] or [XLSX].
//
// # The way of a paper
//
// clean makes any text harmless, compose and the sections turn a Paper into
// blocks (a line, or a table of cells), and two writers set the same blocks:
// docx.go for word processors, which break lines and pages themselves, and
// pdf_set.go, which does it here with wrap, the font and the canvas of a page.
// The measures are those of GB/T 9704-2012 for official documents: A4 upright,
// 156 by 225 millimetres of text, titles in 二号, text in 三号.
//
// # What is promised
//
//   - Nothing vanishes: every visible character that goes in can be copied out
//     again. One that the embedded type lacks is shown as a box and told to the
//     caller. Long texts go on over as many pages as they need; a text too long
//     for a cell of a spreadsheet says that it was cut.
//   - No text can be more than text: neither XML nor PDF operators nor formulas,
//     nor marks that turn the reading direction.
//   - Equal input makes equal bytes, so that a paper can be told by its digest.
//
// # Why so
//
// DOCX is written by hand: ten small parts, of which one varies. Libraries for
// it in Go are few, and the living ones are under the AGPL.
//
// PDF is written by hand too: text, lines and one font need a dozen kinds of
// objects, about 450 lines here. Two kept libraries were tried on
// 「甲𬭎乙😀丙 一⼀」, as rare characters of names matter most on these papers:
// signintech/gopdf 0.33.0 leaves the 😀 out without a word, and what is copied
// from its file has Ⲵ for 𬭎 and 一 for ⼀; codeberg.org/go-pdf/fpdf 0.12.0
// panics on the first character beyond the basic plane. pdfcpu works on files
// that exist. Line breaking, the hard part, is rivo/uniseg's.
//
// XLSX is excelize's; three of its habits are mended in xlsx.go (the order of
// content types, escapes such as _x0041_, and the silent cut of long texts).
//
// # Type
//
// DOCX names 小标宋, 仿宋_GB2312 and 黑体, as official documents must, with 宋体
// where they are missing. None of them is free, so the PDF has Noto Serif SC, a
// Song face, for everything; see font/README.md. Titles are thickened by
// stroking their edges. It adds 6.4 MB to the binary.
package paper
