package main

import (
	"context"
	"errors"
)

func (a *app) testFrom(_ context.Context, _ string) error { return errors.New("not yet") }
