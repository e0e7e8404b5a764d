package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// tensor holds the numbers of one initialiser, row after row, and where they
// stand in the file.
type tensor struct {
	shape  []int
	values []float32
	raw    []byte
}

// put writes the numbers, changed or not, back to where they stood.
func (t tensor) put() {
	for i, x := range t.values {
		binary.LittleEndian.PutUint32(t.raw[4*i:], math.Float32bits(x))
	}
}

// graph holds what is needed of a model: its initialisers, and under the
// path of each matrix product the name of the weights that it multiplies by
// (the exporter gives those weights numbers for names).
type graph struct {
	tensors map[string]tensor
	product map[string]string
}

var errFormat = errors.New("not a model in ONNX format")

// fields calls visit for each field of a protobuf message: the number with
// the value of a varint, or the bytes of anything of a stated length.
func fields(data []byte, visit func(number int, value uint64, data []byte) error) error {
	for len(data) > 0 {
		tag, n := binary.Uvarint(data)
		if n <= 0 {
			return errFormat
		}
		data = data[n:]
		var value uint64
		var content []byte
		switch tag & 7 {
		case 0:
			if value, n = binary.Uvarint(data); n <= 0 {
				return errFormat
			}
			data = data[n:]
		case 1, 5: // 8 or 4 bytes; none of them matters here
			size := map[uint64]int{1: 8, 5: 4}[tag&7]
			if len(data) < size {
				return errFormat
			}
			data = data[size:]
			continue
		case 2:
			size, n := binary.Uvarint(data)
			if n <= 0 || size > uint64(len(data)-n) {
				return errFormat
			}
			content, data = data[n:n+int(size)], data[n+int(size):]
		default:
			return errFormat
		}
		if err := visit(int(tag>>3), value, content); err != nil {
			return err
		}
	}
	return nil
}

// readGraph reads the ModelProto of ONNX: field 7 is the graph, in it field 1
// are the nodes and field 5 the initialisers.
func readGraph(model []byte) (*graph, error) {
	g := &graph{map[string]tensor{}, map[string]string{}}
	err := fields(model, func(number int, _ uint64, data []byte) error {
		if number != 7 {
			return nil
		}
		return fields(data, func(number int, _ uint64, data []byte) error {
			switch number {
			case 1:
				return g.addNode(data)
			case 5:
				return g.addTensor(data)
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return g, nil
}

// addNode keeps a NodeProto (1 inputs, 2 outputs, 4 kind) if it is a product
// with weights. The path of its output is that of the weights in the model as
// it was trained: /encoder/layer.0/output/dense/MatMul_output_0.
func (g *graph) addNode(data []byte) error {
	var inputs, outputs []string
	var kind string
	err := fields(data, func(number int, _ uint64, data []byte) error {
		switch number {
		case 1:
			inputs = append(inputs, string(data))
		case 2:
			outputs = append(outputs, string(data))
		case 4:
			kind = string(data)
		}
		return nil
	})
	if err == nil && kind == "MatMul" && len(inputs) == 2 && len(outputs) == 1 {
		path := strings.TrimSuffix(strings.TrimPrefix(outputs[0], "/"), "/MatMul_output_0")
		g.product[strings.ReplaceAll(path, "/", ".")] = inputs[1]
	}
	return err
}

// addTensor keeps a TensorProto (1 shape, 2 type, 8 name, 9 raw bytes) of
// 32-bit numbers.
func (g *graph) addTensor(data []byte) error {
	var name string
	var t tensor
	var raw []byte
	var kind uint64
	err := fields(data, func(number int, value uint64, data []byte) error {
		switch number {
		case 1:
			if data == nil {
				t.shape = append(t.shape, int(value))
				return nil
			}
			for len(data) > 0 { // packed
				v, n := binary.Uvarint(data)
				if n <= 0 {
					return errFormat
				}
				t.shape, data = append(t.shape, int(v)), data[n:]
			}
		case 2:
			kind = value
		case 8:
			name = string(data)
		case 9:
			raw = data
		}
		return nil
	})
	const float32Kind = 1
	if err != nil || kind != float32Kind {
		return err
	}
	t.values = make([]float32, len(raw)/4)
	for i := range t.values {
		t.values[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	t.raw = raw
	g.tensors[name] = t
	return nil
}

// values gives the numbers of an initialiser, which must have the shape.
func (g *graph) values(name string, shape ...int) ([]float32, error) {
	t, ok := g.tensors[name]
	if !ok {
		return nil, fmt.Errorf("no weights %q", name)
	}
	size := 1
	for _, n := range shape {
		size *= n
	}
	if !slices.Equal(t.shape, shape) || len(t.values) != size {
		return nil, fmt.Errorf("weights %q have the shape %v and %d numbers, not %v", name, t.shape, len(t.values), shape)
	}
	return t.values, nil
}
