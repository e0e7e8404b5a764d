package knowledge

import (
	"context"
	"time"
)

// Stats are the counts of some days. They hold nobody and no question.
type Stats struct {
	Days   []DayCount // one for each day, the oldest first, also where nothing was asked
	Topics []Topic    // the articles cited most
}

// DayCount is what was asked on one day.
type DayCount struct {
	Day       time.Time // its midnight
	Answers   map[Status]int
	Good, Bad int // votes on answers of that day
}

// Asked is the number of questions of the day.
func (d DayCount) Asked() int {
	n := 0
	for _, k := range d.Answers {
		n += k
	}
	return n
}

// Topic is an article and how often it was cited.
type Topic struct {
	Ref
	N int
}

const topTopics = 5

// Stats counts the given number of days up to the one in which until lies.
func (j *Journal) Stats(ctx context.Context, until time.Time, days int) (Stats, error) {
	year, month, day := until.Date()
	place := map[string]int{}
	var s Stats
	for i := range days {
		d := time.Date(year, month, day-days+1+i, 0, 0, 0, 0, until.Location())
		place[d.Format(time.DateOnly)] = i
		s.Days = append(s.Days, DayCount{Day: d, Answers: map[Status]int{}})
	}
	if days == 0 {
		return s, nil
	}
	first, last := s.Days[0].Day.Format(time.DateOnly), s.Days[days-1].Day.Format(time.DateOnly)
	rows, err := j.store.db.QueryContext(ctx, `SELECT day, status, n FROM kb_journal_days WHERE day BETWEEN $1 AND $2`, first, last)
	if err != nil {
		return s, err
	}
	defer rows.Close()
	for rows.Next() {
		var on, status string
		var n int
		if err := rows.Scan(&on, &status, &n); err != nil {
			return s, err
		}
		switch d := &s.Days[place[on]]; status {
		case votedGood:
			d.Good = n
		case votedBad:
			d.Bad = n
		default:
			d.Answers[Status(status)] = n
		}
	}
	if err := rows.Err(); err != nil {
		return s, err
	}
	s.Topics, err = j.topics(ctx, first, last)
	return s, err
}

func (j *Journal) topics(ctx context.Context, first, last string) ([]Topic, error) {
	rows, err := j.store.db.QueryContext(ctx, `SELECT doc, article, sum(n) AS total FROM kb_journal_topics
		WHERE day BETWEEN $1 AND $2 GROUP BY doc, article ORDER BY total DESC, doc, article LIMIT $3`, first, last, topTopics)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Topic
	for rows.Next() {
		var t Topic
		if err := rows.Scan(&t.Doc, &t.Article, &t.N); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}
