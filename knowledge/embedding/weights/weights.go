// Package weights is the file that carries the embedding model: what stands
// in it, in which order, read and written in one place.
//
// The program in ../make writes it once from the published model; package
// embedding carries it in the binary and reads it at the first question. The
// format serves that reading: the 8-bit numbers lie in the order in which the
// kernel walks over them, so Read points into the file and copies only the
// small 32-bit parts.
//
//	"rongcuo weights 1\n", name "\n"
//	length of the vocabulary (uint32), its tokens, one a line
//	the numbers, in the order of parts: float32 little-endian, or signed bytes
//	SHA-256 of all that stands before
package weights

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// The shape of the model, bge-small-zh-v1.5.
const (
	Hidden    = 512  // numbers a token
	Inner     = 2048 // numbers a token inside the feed-forward part
	Heads     = 8
	Layers    = 4
	Positions = 512 // tokens a text, at most
)

const (
	// Group is the number of weights that share a scale: see eightbit.go.
	Group = 128
	// Block is the number of outputs whose weights stand together in the file,
	// Panel the number of those that lie side by side for each input.
	Block, Panel = 64, 16
)

const magic = "rongcuo weights 1\n"

// ErrDamaged says that the bytes are not a whole file of this format.
var ErrDamaged = errors.New("embedding weights are damaged")

// Matrix takes In numbers to Out numbers: output o is Bias[o] and, for each
// group g of inputs, Scale[g·Out+o] · Σ x[i]·q(i,o). The signed bytes q lie in
// the order [Out/Block][In/Group][Block/Panel][Group][Panel].
type Matrix struct {
	In, Out     int
	Scale, Bias []float32
	Bytes       []byte
}

// Table holds a vector of Hidden numbers for each row; Row gives it.
type Table struct {
	Centre []float32 // what all rows have in common
	Scale  []float32 // of each group of each row
	Bytes  []byte
}

// Norm is a layer normalisation.
type Norm struct {
	Gain, Bias []float32
}

// Layer is one layer of the encoder.
type Layer struct {
	Query, Key, Value, Mix Matrix // attention
	MixNorm                Norm
	Widen, Narrow          Matrix // feed-forward
	Norm                   Norm
}

// Model is the whole file.
type Model struct {
	// Name is the model's name with the beginning of the file's checksum;
	// other weights have another name.
	Name string
	// Vocabulary holds each token at its number; "" where Chinese text never
	// produces the token. The others have the rows of Words, in order.
	Vocabulary []string
	Words      Table // a row for each token that is not ""
	Places     Table // a row for each position, with the type of token added
	Norm       Norm
	Layers     [Layers]Layer
}

// New gives an empty model for a vocabulary, with room for every number.
func New(name string, vocabulary []string) *Model {
	m := &Model{Name: name, Vocabulary: vocabulary}
	for _, p := range m.parts() {
		if p.numbers != nil {
			*p.numbers = make([]float32, p.n)
		} else {
			*p.bytes = make([]byte, p.n)
		}
	}
	return m
}

// Write writes the file with the name as it stands; Read adds the sum to it.
func (m *Model) Write(w io.Writer) error {
	var b bytes.Buffer
	b.WriteString(magic + m.Name + "\n")
	vocabulary := strings.Join(m.Vocabulary, "\n")
	b.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(vocabulary))))
	b.WriteString(vocabulary)
	for _, p := range m.parts() {
		if p.numbers == nil {
			b.Write(*p.bytes)
			continue
		}
		for _, x := range *p.numbers {
			b.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(x)))
		}
	}
	sum := sha256.Sum256(b.Bytes())
	b.Write(sum[:])
	_, err := w.Write(b.Bytes())
	return err
}

// NameOf gives the name of the model in a file, as Read does, without looking
// whether the file is whole; "" for what is no such file.
func NameOf(data []byte) string {
	rest, ok := bytes.CutPrefix(data, []byte(magic))
	name, _, named := bytes.Cut(rest, []byte("\n"))
	if !ok || !named || len(data) < sha256.Size {
		return ""
	}
	return string(name) + "/" + hex.EncodeToString(data[len(data)-sha256.Size:][:4])
}

// Read checks the sum and gives the model; the bytes of its matrices and
// tables lie in data, which must not change. Every error is ErrDamaged.
func Read(data []byte) (*Model, error) {
	if len(data) < sha256.Size {
		return nil, fmt.Errorf("%w: only %d bytes", ErrDamaged, len(data))
	}
	body, want := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	sum := sha256.Sum256(body)
	if !bytes.Equal(sum[:], want) {
		return nil, fmt.Errorf("%w: their checksum differs", ErrDamaged)
	}
	rest, ok := bytes.CutPrefix(body, []byte(magic))
	_, rest, named := bytes.Cut(rest, []byte("\n"))
	if !ok || !named || len(rest) < 4 {
		return nil, fmt.Errorf("%w: another format", ErrDamaged)
	}
	n := int(binary.LittleEndian.Uint32(rest))
	rest = rest[4:]
	if n > len(rest) {
		return nil, fmt.Errorf("%w: the vocabulary ends early", ErrDamaged)
	}
	m := &Model{Name: NameOf(data), Vocabulary: strings.Split(string(rest[:n]), "\n")}
	rest = rest[n:]
	for _, p := range m.parts() {
		if len(rest) < p.size() {
			return nil, fmt.Errorf("%w: the numbers end early", ErrDamaged)
		}
		p.read(rest[:p.size()])
		rest = rest[p.size():]
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%w: %d bytes too many", ErrDamaged, len(rest))
	}
	return m, nil
}
