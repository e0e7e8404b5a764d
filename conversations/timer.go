package conversations

import "time"

const dayLong = 24 * time.Hour

// Due says when the next EventTimer must be sent to a dialog; the zero time if
// never. Idle days are counted from the last thing the person did.
func (p *Procedure) Due(d Dialog) time.Time {
	if d.Over() {
		return time.Time{}
	}
	stages := p.idleDays()
	return d.Touched.Add(time.Duration(stages[min(d.Reminded, len(stages)-1)]) * dayLong)
}

// idleDays are the days of the reminders, the warning and the end.
func (p *Procedure) idleDays() []int {
	days := append([]int{}, p.Drafts.Remind...)
	return append(days, p.Drafts.Warn, p.Drafts.Gone)
}

// timer reminds, warns and at last ends an idle dialog. After a long outage
// only the newest of what is due is said.
func (t *turn) timer() {
	if t.d.Over() {
		return
	}
	stages := t.p.idleDays()
	due := t.d.Reminded
	for due < len(stages) && t.now.Sub(t.d.Touched) >= time.Duration(stages[due])*dayLong {
		due++
	}
	if due == t.d.Reminded {
		return
	}
	// Nothing is deleted without a warning, whatever was missed,
	// and the time between warning and end is always given in full.
	if due == len(stages) && t.d.Reminded < len(stages)-1 {
		due--
		t.d.Touched = t.now.Add(-time.Duration(t.p.Drafts.Warn) * dayLong)
	}
	t.d.Reminded = due
	left := t.p.Drafts.Gone - t.p.Drafts.Warn
	resume := [][]Button{{{labelResume, "do:resume"}, {labelCancel, "do:cancel"}}}
	switch due {
	case len(stages):
		t.d = Dialog{ID: t.d.ID, Procedure: t.d.Procedure, Version: t.d.Version, Owner: t.d.Owner, Revision: t.d.Revision,
			Phase: Expired, Started: t.d.Started, Touched: t.d.Touched, Reminded: due}
		t.say(sayGone)
	case len(stages) - 1:
		t.reply(Reply{Text: plain(sprintf(sayWarning, t.p.Name, left)), Choices: resume})
	default:
		t.reply(Reply{Text: plain(sprintf(sayReminder, t.p.Name, stages[due-1])), Choices: resume})
	}
}
