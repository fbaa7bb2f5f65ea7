package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"fundwatch/calls"
)

// foldName is how names of towns are compared.
func foldName(name string) string { return calls.Fold(strings.TrimSpace(name)) }

// linkTwins writes whom a municipality lists, in place of whom it listed.
func linkTwins(ctx context.Context, tx *sql.Tx, id int64) error {
	for _, statement := range []string{
		`UPDATE municipalities SET folded = fold(label) WHERE id = ?`,
		`DELETE FROM twins WHERE municipality = ?`,
		`INSERT INTO twins
		SELECT DISTINCT fold(t.value ->> 'name'), COALESCE(t.value ->> 'country', ''), u.id
		FROM municipalities u, json_each(u.twins) t
		WHERE u.id = ?`,
	} {
		if _, err := tx.ExecContext(ctx, statement, id); err != nil {
			return fmt.Errorf("twins: %w", err)
		}
	}
	return nil
}

// Listing returns the municipalities that list a town as their twin, by name and country. A town whose
// country is unknown is listed by nobody: there may be several of its name. What strangers say of themselves
// on the web is not believed by others: it would stand in the letters of whomever they name.
func (db *DB) Listing(ctx context.Context, town calls.Twin) ([]calls.Twin, error) {
	towns, err := listing(ctx, db.read, town)
	if err != nil {
		return nil, fmt.Errorf("who lists %q: %w", town, err)
	}
	return towns, nil
}

func listing(ctx context.Context, q querier, town calls.Twin) ([]calls.Twin, error) {
	if town.Country == "" {
		return nil, nil
	}
	const query = `
		SELECT u.label, u.country
		FROM twins t
		JOIN municipalities u ON u.id = t.municipality
		WHERE t.folded = ? AND t.country = ? AND u.id NOT IN (SELECT municipality FROM self_made)
		ORDER BY u.folded, u.country, u.label`
	return collect(ctx, q, scanTwin, query, foldName(town.Name), town.Country)
}

func scanTwin(row scanner) (t calls.Twin, err error) { return t, row.Scan(&t.Name, &t.Country) }

// TwinsOfTwins returns the twins of each of the towns that the database knows of: those that it lists, and
// the municipalities that list it, be it a municipality of the database itself or not.
func (db *DB) TwinsOfTwins(ctx context.Context, towns []calls.Twin) ([]calls.Link, error) {
	var links []calls.Link
	err := db.view(ctx, "twins of twins", func(q querier) error {
		for _, town := range towns {
			theirs, err := twinsOf(ctx, q, town)
			if err != nil {
				return fmt.Errorf("%q: %w", town, err)
			}
			for _, t := range theirs {
				links = append(links, calls.Link{Through: town, Town: t})
			}
		}
		return nil
	})
	return links, err
}

func twinsOf(ctx context.Context, q querier, town calls.Twin) ([]calls.Twin, error) {
	towns, err := listing(ctx, q, town)
	if err != nil || town.Country == "" {
		return nil, err
	}
	const query = `
		SELECT t.value ->> 'name', COALESCE(t.value ->> 'country', '')
		FROM municipalities u, json_each(u.twins) t
		WHERE u.folded = ? AND u.country = ? AND u.id NOT IN (SELECT municipality FROM self_made)`
	listed, err := collect(ctx, q, scanTwin, query, foldName(town.Name), town.Country)
	return append(towns, listed...), err
}

// fellowsOfACountry is how many towns of one country [DB.Fellows] names: more than anybody asks.
const fellowsOfACountry = 10

// Fellows returns subscribed towns of these countries that share topics of interest with m, at most ten of
// a country, those that share most first. Who is subscribed there, it does not say.
func (db *DB) Fellows(ctx context.Context, m *calls.Municipality, countries []string) ([]calls.Fellow, error) {
	const query = `
		SELECT label, country, shared
		FROM (
			SELECT *, ROW_NUMBER() OVER (PARTITION BY country ORDER BY json_array_length(shared) DESC, name) AS place
			FROM (
				SELECT
					u.name,
					u.label,
					u.country,
					(SELECT json_group_array(t.value) FROM json_each(u.interests, '$.topics') t
						WHERE t.value IN (SELECT value FROM json_each(?1))) AS shared
				FROM municipalities u
				WHERE u.country IN (SELECT value FROM json_each(?2)) AND u.name <> ?3 AND u.id NOT IN (SELECT municipality FROM self_made)
					AND EXISTS (SELECT 1 FROM subscribers s WHERE s.municipality = u.id AND s.state = 'active')
			)
			WHERE shared <> '[]'
		)
		WHERE place <= ?4
		ORDER BY json_array_length(shared) DESC, country, name`
	topics := m.Interests.Topics
	fellows, err := collect(ctx, db.read, func(row scanner) (f calls.Fellow, err error) {
		return f, row.Scan(&f.Town.Name, &f.Town.Country, asJSON(&f.Topics))
	}, query, asJSON(&topics), asJSON(&countries), m.ID, fellowsOfACountry)
	if err != nil {
		return nil, fmt.Errorf("towns with the interests of %q: %w", m.ID, err)
	}
	return fellows, nil
}
