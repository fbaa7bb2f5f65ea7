package main

import (
	"slices"

	"github.com/spf13/cobra"
)

func newConfig(l *launcher) *cobra.Command {
	check := &cobra.Command{
		Use: "check", Short: "Say everything that is wrong with the configuration", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := l.loadConfig()
			if err != nil {
				return err
			}
			return cfg.Check(l.out, l.configName())
		},
	}
	print := &cobra.Command{
		Use: "print", Short: "Print the effective configuration without secrets", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			cfg, err := l.loadConfig()
			if err != nil {
				return err
			}
			return cfg.Print(l.out)
		},
	}
	return group("config", "Look at the configuration", check, print)
}

func (l *launcher) configName() string {
	if file := l.configFile(); file != "" {
		return file
	}
	return "defaults and environment"
}

// configFile returns the configuration to read, "" for none.
func (l *launcher) configFile() string {
	if l.globals.config != "" {
		return l.globals.config
	}
	return l.getenv("FUNDWATCH_CONFIG")
}

func (l *launcher) loadConfig() (*Config, error) {
	environ := l.environ
	if l.globals.db != "" {
		environ = append(slices.Clone(environ), "FUNDWATCH_DATABASE="+l.globals.db)
	}
	cfg, err := LoadConfig(l.configFile(), environ)
	if err != nil {
		return nil, misuseError{err}
	}
	return cfg, nil
}
