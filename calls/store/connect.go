package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"maps"
	"net/url"

	"github.com/mattn/go-sqlite3"
)

// A role is what a connection is for.
type role struct {
	parameters url.Values        // of the data source name
	pragmas    map[string]string // what SQLite must say when asked back
}

// The driver ignores a misspelt parameter without a word, and a PRAGMA that is executed later holds
// for one connection of a pool only. So all of them stand in the data source name, and each new
// connection is asked what it understood. Deleted addresses must not stay readable in the file, hence
// secure_delete. The short busy_timeout of the writer is explained at [begin].
var (
	writing = role{
		parameters: url.Values{
			"mode":             {"rw"},
			"_journal_mode":    {"WAL"},
			"_foreign_keys":    {"on"},
			"_busy_timeout":    {"250"},
			"_txlock":          {"immediate"},
			"_synchronous":     {"NORMAL"},
			"_secure_delete":   {"on"},
			"_stmt_cache_size": {"64"},
		},
		pragmas: map[string]string{
			"journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "250", "synchronous": "1",
			"secure_delete": "1", "query_only": "0",
		},
	}
	// Whoever got an answer after such a transaction may rely on it even if the power fails. It brings what
	// was committed before it, by whomever, to the disk as well.
	writingThrough = writing.with(map[string]string{"synchronous": "2"}, url.Values{"_synchronous": {"FULL"}})

	reading = role{
		parameters: url.Values{
			"mode":             {"rw"}, // reading a WAL file needs the right to write its index
			"_query_only":      {"on"},
			"_busy_timeout":    {"5000"},
			"_stmt_cache_size": {"64"},
		},
		pragmas: map[string]string{"query_only": "1", "busy_timeout": "5000"},
	}
	// A copy that is being made belongs to nobody yet: a broken one is thrown away, so it needs no journal,
	// and it is brought to the disk once, when it is whole.
	copying = role{
		parameters: url.Values{"mode": {"rw"}, "_journal_mode": {"OFF"}, "_synchronous": {"OFF"}},
		pragmas:    map[string]string{"journal_mode": "off", "synchronous": "0"},
	}
	// A copy at rest is one file, which can be moved and opened where nobody may write.
	resting = role{
		parameters: url.Values{"mode": {"rw"}, "_journal_mode": {"DELETE"}, "_synchronous": {"FULL"}},
		pragmas:    map[string]string{"journal_mode": "delete", "synchronous": "2"},
	}
)

// with returns the role with some parameters, and what SQLite must say of them, replaced.
func (r role) with(pragmas map[string]string, parameters url.Values) role {
	out := role{maps.Clone(r.parameters), maps.Clone(r.pragmas)}
	maps.Copy(out.parameters, parameters)
	maps.Copy(out.pragmas, pragmas)
	return out
}

// A connector opens connections of one role to one file. It needs no name in the registry of
// database/sql, which is global.
type connector struct {
	name   string
	driver *sqlite3.SQLiteDriver
}

func newConnector(path string, r role) connector {
	// As a URL, so that a path may hold spaces, ?, # and %.
	name := url.URL{Scheme: "file", Path: path, RawQuery: r.parameters.Encode()}
	return connector{name.String(), &sqlite3.SQLiteDriver{ConnectHook: r.prepare}}
}

// connector opens connections that know the tokens of this database.
func (db *DB) connector(r role) connector {
	c := newConnector(db.path, r)
	c.driver.ConnectHook = func(conn *sqlite3.SQLiteConn) error {
		if err := r.prepare(conn); err != nil {
			return err
		}
		return conn.RegisterFunc("token_of", db.tokenFor, false) // not pure: Unlock changes it
	}
	return c
}

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c.driver.Open(c.name)
}

// Driver implements driver.Connector.
func (c connector) Driver() driver.Driver { return c.driver }

// prepare makes a new connection ready and checks that it is what was asked for.
func (r role) prepare(conn *sqlite3.SQLiteConn) error {
	for pragma, want := range r.pragmas {
		got, err := ask(conn, "PRAGMA "+pragma)
		if err != nil {
			return fmt.Errorf("read pragma %s: %w", pragma, err)
		}
		if got != want {
			return fmt.Errorf("pragma %s is %q in place of %q", pragma, got, want)
		}
	}
	return addFunctions(conn)
}

// addFunctions adds what migrations and queries ask for beside SQLite's own functions.
func addFunctions(conn *sqlite3.SQLiteConn) error {
	if err := conn.RegisterFunc("token_hash", tokenHash, true); err != nil {
		return err
	}
	if err := conn.RegisterFunc("ascii_address", ASCIIAddress, true); err != nil {
		return err
	}
	return conn.RegisterFunc("fold", foldName, true)
}

// ask returns the first value of the first row of a query.
func ask(conn *sqlite3.SQLiteConn, query string) (string, error) {
	rows, err := conn.Query(query, nil)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	row := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(row); err == io.EOF {
		return "", fmt.Errorf("%s: no answer", query)
	} else if err != nil {
		return "", err
	}
	return fmt.Sprint(row[0]), nil
}
