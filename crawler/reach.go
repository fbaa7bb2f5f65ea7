package crawler

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// Reach asks a source for the first page of its list, as politely as a crawl does, and returns nil if it came
// or if the source needs no asking (a calendar). The page is not read: for that there is [Crawler.Check]. The
// error wraps [ErrRobots] if the source does not want to be asked.
func (c *Crawler) Reach(ctx context.Context, def SourceDef) error {
	if def.Kind == SourceCalendar {
		return nil
	}
	plan, problems := def.plan()
	if len(problems) > 0 {
		return fmt.Errorf("definition of %s: %w", def.ID, problems)
	}
	defer c.out.CloseIdleConnections()
	page, err := c.newGetter(ctx, plan, nil).ask(plan.address(1), accepted(def.Kind), func(http.Header) {})
	if err != nil {
		return fmt.Errorf("reach %s: %w", def.ID, err)
	}
	if page.status != http.StatusOK {
		return fmt.Errorf("reach %s: %w", def.ID, &StatusError{Status: page.status, Attempts: 1, Said: said(page.body)})
	}
	return nil
}

// nobody is an identifier that no topic has.
const nobody = "FUNDWATCH-REACHABLE"

// ReachPortal asks the portal one small question, the news of a topic that does not exist, and returns nil if
// it answers in its usual form. The error wraps [ErrRobots] if the portal does not want to be asked.
func (c *Crawler) ReachPortal(ctx context.Context, src PortalSource) error {
	if _, err := c.PortalNews(ctx, src, []string{nobody}, c.now()); err != nil {
		return fmt.Errorf("reach %s: %w", src.Name, errors.Unwrap(err)) // the news were not the point
	}
	return nil
}
