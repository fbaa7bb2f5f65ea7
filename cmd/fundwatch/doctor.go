package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
)

func newDoctor(l *launcher) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check what the service needs, and say what to do; exit 1 if something needs a person",
		Long: `Checks the configuration, the database, the disk, the clock, the schedules, the mail server (up to the
login; nothing is sent), what the domain of the sender publishes (SPF, DKIM, DMARC), and whether the
sources can be reached and want to be asked. Each check is ok, a warning or a failure, with what to do;
what could not or need not be looked at is unchecked.

Nothing is changed, and the clock is the machine's own, whatever --now says. Without a network all checks that need none still run. Exit code 0: no warning and
no failure; 1: a person should look.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return l.doctor(cmd.Context(), asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// A verdict is what a check comes to.
type verdict string

// The verdicts. A warning or a failure needs a person.
const (
	checkOK      verdict = "ok"
	checkWarning verdict = "warning"   // it works, but not as it should, or it is not known whether it does
	checkFailure verdict = "failure"   // something does not work
	unchecked    verdict = "unchecked" // there is nothing to look at, or no way to look
)

// A diagnosis is what one check found.
type diagnosis struct {
	Check   string  `json:"check"`
	Verdict verdict `json:"verdict"`
	Found   string  `json:"found"`
	Do      *string `json:"do"`      // null: nothing
	Publish *string `json:"publish"` // a line for the zone file of the sender's domain; null: none
}

func found(v verdict, format string, args ...any) diagnosis {
	return diagnosis{Verdict: v, Found: fmt.Sprintf(format, args...)}
}

// toDo returns the diagnosis with what to do about it.
func (f diagnosis) toDo(format string, args ...any) diagnosis {
	f.Do = stated(fmt.Sprintf(format, args...))
	return f
}

// publishing returns the diagnosis with the line that its domain should publish.
func (f diagnosis) publishing(line string) diagnosis {
	f.Publish = stated(line)
	return f
}

// A doctorView is what `doctor` found.
type doctorView struct {
	Checked time.Time       `json:"checked"`
	Version string          `json:"version"`
	Counts  map[verdict]int `json:"counts"`
	Checks  []diagnosis     `json:"checks"`
}

// An examination is one check. Those over the network run side by side, the others one after another.
type examination struct {
	name    string
	network bool
	run     func(context.Context) diagnosis
}

// How long one check over the network may take, and how many run at once: a doctor that hangs is no help.
const (
	checkWithin  = 30 * time.Second
	checksAtOnce = 4
)

func (l *launcher) doctor(ctx context.Context, asJSON bool) error {
	view := doctorView{Checked: l.surroundings.now().UTC().Truncate(time.Second), Version: version(),
		Counts: map[verdict]int{checkOK: 0, checkWarning: 0, checkFailure: 0, unchecked: 0}}
	cfg, err := l.loadConfig()
	if err != nil {
		view.Checks = badConfiguration(err)
	} else if view.Checks, err = l.examine(ctx, cfg); err != nil {
		return err
	}
	for _, f := range view.Checks {
		view.Counts[f.Verdict]++
	}
	if asJSON {
		err = writeJSON(l.out, view)
	} else {
		view.print(newScreen(l.surroundings, l.noColor))
		err = nil
	}
	if err == nil && view.Counts[checkWarning]+view.Counts[checkFailure] > 0 {
		return quietError(exitPartly)
	}
	return err
}

// badConfiguration says what is wrong with a configuration; nothing else can be looked at without one.
func badConfiguration(err error) []diagnosis {
	var problems Problems
	if !errors.As(err, &problems) {
		problems = Problems{{Message: err.Error()}}
	}
	var all []diagnosis
	for _, p := range problems {
		f := found(checkFailure, "%s", p.withoutHint())
		if p.Hint != "" {
			f = f.toDo("%s", p.Hint)
		}
		f.Check = "configuration"
		all = append(all, f)
	}
	rest := found(unchecked, "nothing else can be checked without a configuration")
	rest.Check = "everything else"
	return append(all, rest)
}

// withoutHint returns the problem as a line, without what to do about it.
func (p Problem) withoutHint() string {
	p.Hint = ""
	return strings.TrimPrefix(p.Error(), ": ")
}

func (l *launcher) examine(ctx context.Context, cfg *Config) ([]diagnosis, error) {
	a, err := l.assemble()
	if err != nil {
		return nil, err
	}
	d := &doctor{app: a, resolver: l.machineResolver()}
	defer d.close()
	findings := d.configuration(cfg, l.configName())
	examinations, err := d.examinations(ctx)
	if err != nil {
		return nil, err
	}
	return append(findings, runExaminations(ctx, examinations)...), ctx.Err()
}

// A doctor looks at everything that the program needs.
type doctor struct {
	*app
	resolver resolver
}

func (d *doctor) examinations(ctx context.Context) ([]examination, error) {
	local := []examination{
		{name: "database", run: d.database}, {name: "token key", run: d.tokenKey}, {name: "disk", run: d.disk}, {name: "clock", run: d.clock},
		{name: "schedules", run: d.schedules}, {name: "contact", run: d.contact}, {name: "web pages", run: d.webPages},
		{name: "sender", run: d.sender}, {name: "ways to stop", run: d.waysToStop},
	}
	mail := []examination{
		{"mail server", true, d.mailServer}, {"SPF", true, d.spf}, {"DKIM", true, d.dkim}, {"DMARC", true, d.dmarc},
	}
	sources, err := d.sources()
	return append(append(local, mail...), sources...), err
}

// runExaminations returns the findings in the order of the checks.
func runExaminations(ctx context.Context, examinations []examination) []diagnosis {
	findings := make([]diagnosis, len(examinations))
	var running sync.WaitGroup
	places := make(chan struct{}, checksAtOnce)
	for i, c := range examinations {
		if !c.network {
			findings[i] = c.run(ctx)
			continue
		}
		running.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			within, cancel := context.WithTimeoutCause(ctx, checkWithin, errTooSlow)
			defer cancel()
			findings[i] = c.run(within)
		})
	}
	running.Wait()
	for i := range findings {
		findings[i].Check = examinations[i].name
	}
	return findings
}

var errTooSlow = fmt.Errorf("no answer within %s", checkWithin)

func (v doctorView) print(sc *screen) {
	const verdictWidth = 11
	nameWidth := 0
	for _, f := range v.Checks {
		nameWidth = max(nameWidth, cells.StringWidth(f.Check)+len(gap))
	}
	paints := map[verdict]style{checkOK: green, checkWarning: yellow, checkFailure: red, unchecked: faint}
	for _, f := range v.Checks {
		head := sc.paint(paints[f.Verdict], fit(string(f.Verdict), verdictWidth)) + fit(f.Check, nameWidth)
		indent := strings.Repeat(" ", verdictWidth+nameWidth)
		if sc.width < 2*len(indent) {
			indent = "    "
			fmt.Fprintln(sc.out, strings.TrimRight(head, " "))
			head = indent
		}
		sc.hanging(head, indent, f.Found)
		if f.Do != nil {
			sc.hanging(indent, indent, "-> "+*f.Do)
		}
		if f.Publish != nil { // whole: it is there to be copied
			fmt.Fprintf(sc.out, "%spublish:\n%s\n", indent, *f.Publish)
		}
	}
	sc.hanging("", "", fmt.Sprintf("%d ok, %s, %s, %d unchecked", v.Counts[checkOK], plural(v.Counts[checkWarning], "warning"),
		plural(v.Counts[checkFailure], "failure"), v.Counts[unchecked]))
}

// hanging prints text behind head, its further lines indented; whole into a pipe.
func (sc *screen) hanging(head, indent, text string) {
	lines := []string{oneLine(text)}
	if sc.tty {
		lines = wrap(oneLine(text), sc.width-len(indent))
	}
	for _, line := range lines {
		fmt.Fprintln(sc.out, head+line)
		head = indent
	}
}
