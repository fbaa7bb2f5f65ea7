package store

import (
	"context"
	"database/sql"
	"fmt"

	"fundwatch/calls"
)

const municipalityColumns = `
	u.id,
	u.name,
	u.label,
	u.country,
	u.lau,
	u.population,
	u.twins,
	u.interests`

// A storedMunicipality is a municipality with the number that other tables know it by.
type storedMunicipality struct {
	id int64
	calls.Municipality
}

// An interestsRow is interests as they are stored. Most are empty, so those are left out.
type interestsRow struct {
	Topics     []string `json:"topics,omitempty"`
	Keywords   []string `json:"keywords,omitempty"`
	Exclude    []string `json:"exclude,omitempty"`
	Programmes []string `json:"programmes,omitempty"`
	MinGrant   int64    `json:"min_grant,omitempty"`
	Everything bool     `json:"everything,omitempty"`
}

type twinRow struct {
	Name    string `json:"name"`
	Country string `json:"country,omitempty"`
}

func scanMunicipality(row scanner) (storedMunicipality, error) {
	var (
		m         storedMunicipality
		twins     []twinRow
		interests interestsRow
	)
	err := row.Scan(
		&m.id,
		&m.ID,
		&m.Name,
		&m.Country,
		&m.LAU,
		(*number)(&m.Population),
		asJSON(&twins),
		asJSON(&interests),
	)
	for _, t := range twins {
		m.Twins = append(m.Twins, calls.Twin(t))
	}
	m.Interests = calls.Interests(interests)
	return m, err
}

// described returns what a file says of a municipality, in the order label, country, lau, population,
// twins, interests.
func described(m *calls.Municipality) []any {
	twins := make([]twinRow, len(m.Twins))
	for i, t := range m.Twins {
		twins[i] = twinRow(t)
	}
	interests := interestsRow(m.Interests)
	return []any{m.Name, m.Country, m.LAU, number(m.Population), asJSON(&twins), asJSON(&interests)}
}

// loadMunicipalities returns all municipalities by id, without subscribers.
func loadMunicipalities(ctx context.Context, q querier) ([]calls.Municipality, error) {
	const query = `SELECT ` + municipalityColumns + ` FROM municipalities u ORDER BY u.name`
	return collect(ctx, q, func(row scanner) (calls.Municipality, error) {
		m, err := scanMunicipality(row)
		return m.Municipality, err
	}, query)
}

// Municipality returns the municipality with this id, with its subscribers. The error wraps
// [calls.ErrNotFound] if there is none, and names the nearest ids.
func (db *DB) Municipality(ctx context.Context, id string) (*calls.Municipality, error) {
	var found storedMunicipality
	err := db.view(ctx, fmt.Sprintf("municipality %q", id), func(q querier) error {
		all, err := collect(ctx, q, scanMunicipality, `
			SELECT `+municipalityColumns+` FROM municipalities u WHERE u.name = ?`, id)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return noMunicipality(ctx, q, id)
		}
		found = all[0]
		found.Subscribers, err = collect(ctx, q, scanSubscriber, `
			SELECT `+subscriberColumns+subscriberTables+` WHERE s.municipality = ? ORDER BY s.id`, found.id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &found.Municipality, nil
}

func noMunicipality(ctx context.Context, q querier, id string) error {
	ids, err := collect(ctx, q, scanOne[string], `SELECT name FROM municipalities`)
	if err != nil {
		return err
	}
	return suggest(id, ids, "'fundwatch municipalities list' lists them")
}

// MunicipalityNames returns the ids of all municipalities, each with the town's name in place of a title,
// ordered by id: what a shell completes.
func (db *DB) MunicipalityNames(ctx context.Context) ([]Named, error) {
	names, err := collect(ctx, db.read, scanNamed, `SELECT name, label FROM municipalities ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("read names of municipalities: %w", err)
	}
	return names, nil
}

// Municipalities returns all municipalities with their subscribers, ordered by id.
func (db *DB) Municipalities(ctx context.Context) ([]calls.Municipality, error) {
	var all []calls.Municipality
	err := db.view(ctx, "read municipalities", func(q querier) error {
		var err error
		if all, err = loadMunicipalities(ctx, q); err != nil {
			return err
		}
		subscribers, err := loadSubscribers(ctx, q)
		if err != nil {
			return err
		}
		byTown := make(map[string][]calls.Subscriber)
		for _, s := range subscribers {
			byTown[s.Municipality] = append(byTown[s.Municipality], s)
		}
		for i := range all {
			all[i].Subscribers = byTown[all[i].ID]
		}
		return nil
	})
	return all, err
}

// RemoveMunicipality removes a municipality with its matches, its subscribers and everything about
// them, but for hashes of the addresses that wanted no mail. The error wraps [calls.ErrNotFound] if
// there is none.
func (db *DB) RemoveMunicipality(ctx context.Context, id string) error {
	return db.update(ctx, fmt.Sprintf("remove municipality %q", id), func(tx *sql.Tx) error {
		gone, err := collect(ctx, tx, scanSubscriber, `
			SELECT `+subscriberColumns+subscriberTables+` WHERE u.name = ?`, id)
		if err != nil {
			return err
		}
		if err := keepOptOuts(ctx, tx, gone); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `DELETE FROM municipalities WHERE name = ?`, id)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return orNotFound(err, func() error { return noMunicipality(ctx, tx, id) })
		}
		return nil
	})
}

// orNotFound returns err or, if that is nil, what absent says.
func orNotFound(err error, absent func() error) error {
	if err != nil {
		return err
	}
	return absent()
}
