package knowledge

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"math"
)

// vectors gives the stored vectors of a model by text hash.
func (s *store) vectors(ctx context.Context, model string) (map[string][]float32, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT hash, vector FROM kb_vectors WHERE model = $1`, model)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][]float32{}
	for rows.Next() {
		var hash string
		var blob sql.RawBytes
		if err := rows.Scan(&hash, &blob); err != nil {
			return nil, err
		}
		out[hash] = decodeVector(blob)
	}
	return out, rows.Err()
}

// addVectors stores vectors as they come, so that a build that is cut off has
// not paid for nothing.
func (w *builder) addVectors(ctx context.Context, model string, hashes []string, list [][]float32) error {
	return w.write(ctx, func(tx *sql.Tx) error {
		insert := inserter{tx: tx, into: `kb_vectors (model, hash, vector)`, or: `ON CONFLICT DO NOTHING`}
		for i, hash := range hashes {
			if err := insert.row(ctx, model, hash, encodeVector(list[i])); err != nil {
				return err
			}
		}
		return insert.flush(ctx)
	})
}

func encodeVector(v []float32) []byte {
	b := make([]byte, 0, 4*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func decodeVector(b []byte) []float32 {
	v := make([]float32, len(b)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return v
}

// textHash is the key of a vector beside its model.
func textHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
