package postgrestest

import (
	"database/sql"
	"testing"
)

func TestEachDatabaseStartsEmpty(t *testing.T) {
	server := Start(t)
	for range 2 {
		db, err := sql.Open("pgx", NewDatabase(t, server))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(`CREATE TABLE only_here (name TEXT)`); err != nil {
			t.Fatal(err)
		}
		var name string
		if err := db.QueryRow(`INSERT INTO only_here VALUES ($1) RETURNING name`, "容错纠错𬭎").Scan(&name); err != nil || name != "容错纠错𬭎" {
			t.Fatalf("%q %v", name, err)
		}
	}
}
