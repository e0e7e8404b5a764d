// Command ship writes the vectors of the built-in sample county, which are
// embedded in the program; go generate runs it in the folder knowledge.
package main

import (
	"bytes"
	"context"
	"flag"
	"log"
	"os"

	"rongcuo/knowledge"
	"rongcuo/knowledge/embedding"
)

func main() {
	log.SetFlags(0)
	out := flag.String("o", "sample.vectors", "file to write")
	flag.Parse()
	var b bytes.Buffer
	if err := knowledge.ShipVectors(context.Background(), embedding.Open(), &b); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(*out, b.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}
