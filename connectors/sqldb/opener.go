package sqldb

import (
	"context"
	"database/sql/driver"
	"fmt"

	"tradewire/config"
	"tradewire/connectors"
)

// opener opens sessions and runs the configured statements in each.
type opener struct {
	open   func(context.Context) (driver.Conn, error)
	driver driver.Driver
	init   []config.Text
}

func (o *opener) Driver() driver.Driver { return o.driver }

func (o *opener) Connect(ctx context.Context) (driver.Conn, error) {
	session, err := o.open(ctx)
	if err != nil {
		return nil, err
	}
	for _, statement := range o.init {
		if err := run(ctx, session, statement.Value); err != nil {
			_ = session.Close()
			return nil, &connectors.Error{Kind: connectors.Misconfigured, Hint: fmt.Sprintf("mend the statement under init at %s", statement.Pos), Err: err}
		}
	}
	return session, nil
}

func run(ctx context.Context, session driver.Conn, statement string) error {
	execer, ok := session.(driver.ExecerContext)
	if !ok {
		return fmt.Errorf("this database takes no statements under init")
	}
	_, err := execer.ExecContext(ctx, statement, nil)
	return err
}
