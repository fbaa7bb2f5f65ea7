package main

import (
	"slices"
	"strings"

	"fundwatch/calls"
)

// envPrefix begins the name of every variable that is ours.
const envPrefix = "FUNDWATCH_"

// notSettings are variables of ours that set no key: the configuration file itself, the pager, and the
// folder of recorded answers that a test reads.
var notSettings = []string{"FUNDWATCH_CONFIG", pagerVariable, "FUNDWATCH_CAPTURES"}

// envName returns the variable of a key: "mail.smtp.host" is FUNDWATCH_MAIL_SMTP_HOST.
func envName(key string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// readEnvironment applies the variables. Of a variable that is there twice the last counts, as it does
// for programs started by Go and by most shells.
func (l *configLoader) readEnvironment(environ []string) {
	ofSources := changes{}
	for i, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, envPrefix) || slices.Contains(notSettings, name) || givenAgain(environ[i+1:], name) {
			continue
		}
		s := l.byVariable(name)
		switch {
		case s != nil:
			l.applyVariable(s, name, value)
		case !l.sourceVariable(name, value, ofSources):
			l.unknownVariable(name)
		}
	}
	l.applySources(ofSources)
}

func givenAgain(environ []string, name string) bool {
	return slices.ContainsFunc(environ, func(pair string) bool { return strings.HasPrefix(pair, name+"=") })
}

func (l *configLoader) byVariable(name string) *setting {
	i := slices.IndexFunc(l.settings, func(s *setting) bool { return envName(s.key) == name })
	if i < 0 {
		return nil
	}
	return l.settings[i]
}

func (l *configLoader) applyVariable(s *setting, name, value string) {
	s.origin = origin{file: environmentFile, label: name}
	node := yamlNode{kind: yamlScalar, text: value}
	if s.list {
		node = splitVariable(value)
	}
	s.bad = false // the variable overrules what the file says, but problems of the file stay reported
	if f := s.set(node); f != nil {
		s.bad = true
		l.problems = append(l.problems, f.at(environmentFile, 0, name))
	}
}

// splitVariable reads a list parted by commas; "" is the empty list.
func splitVariable(value string) yamlNode {
	list := yamlNode{kind: yamlList}
	for item := range strings.SplitSeq(value, ",") {
		if item = strings.TrimSpace(item); item != "" {
			list.items = append(list.items, yamlNode{kind: yamlScalar, text: item})
		}
	}
	return list
}

// unknownVariable reports a variable that looks like a key of ours: it names a section, or is nearly
// the name of a key. Others may belong to whoever started us.
func (l *configLoader) unknownVariable(name string) {
	variables := make([]string, len(l.settings))
	for i, s := range l.settings {
		variables[i] = envName(s.key)
	}
	if strings.HasPrefix(name, sourcesPrefix) {
		variables = append(variables, l.variablesOfSources()...)
	}
	near := nearestVariable(name, variables)
	if near == nil && !l.namesSection(name) {
		return
	}
	hint := "see 'fundwatch config print' for the keys"
	if strings.HasPrefix(name, sourcesPrefix) {
		hint = "see 'fundwatch sources list' for the sources; one of your own begins in the configuration file"
	}
	l.problems = append(l.problems, Problem{File: environmentFile, Key: shortKey(name),
		Message: "no key has this variable", Hint: calls.DidYouMean(near, hint)})
}

// nearestVariable compares without the prefix that all share, which would make everything alike.
func nearestVariable(name string, variables []string) []string {
	var tails []string
	for _, v := range variables {
		tails = append(tails, strings.TrimPrefix(v, envPrefix))
	}
	var near []string
	for _, tail := range calls.Nearest(strings.TrimPrefix(name, envPrefix), tails) {
		near = append(near, envPrefix+tail)
	}
	return near
}

func (l *configLoader) namesSection(name string) bool {
	for _, section := range l.namesUnder("") {
		if strings.HasPrefix(name, envName(section)+"_") {
			return true
		}
	}
	return false
}
