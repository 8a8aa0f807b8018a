package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
)

// delays says how long a call takes, by the name of its method.
//
// A task's name without its ending "_Task" delays the task and not the call that starts it.
type delays map[string]time.Duration

func (d delays) String() string { return fmt.Sprint(map[string]time.Duration(d)) }

// Set adds one "Method=duration".
func (d delays) Set(text string) error {
	method, amount, found := strings.Cut(text, "=")
	if !found {
		return fmt.Errorf("%q is not Method=duration", text)
	}
	duration, err := time.ParseDuration(amount)
	if err == nil {
		d[method] = duration
	}
	return err
}

func (d delays) apply(config *simulator.DelayConfig) {
	config.MethodDelay = map[string]int{}
	for method, duration := range d {
		if method == "*" {
			config.Delay = int(duration.Milliseconds())
			continue
		}
		config.MethodDelay[method] = int(duration.Milliseconds())
	}
}
