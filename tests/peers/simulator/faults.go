package main

import (
	"encoding/json"
	"net/http"

	"github.com/vmware/govmomi/simulator"
)

var kinds = map[string]simulator.FaultType{
	"Generic":                    simulator.FaultTypeGeneric,
	"NotAuthenticated":           simulator.FaultTypeNotAuthenticated,
	"NoPermission":               simulator.FaultTypeNoPermission,
	"InvalidArgument":            simulator.FaultTypeInvalidArgument,
	"MethodNotFound":             simulator.FaultTypeMethodNotFound,
	"ManagedObjectNotFound":      simulator.FaultTypeManagedObjectNotFound,
	"InvalidState":               simulator.FaultTypeInvalidState,
	"ResourceInUse":              simulator.FaultTypeResourceInUse,
	"InsufficientResourcesFault": simulator.FaultTypeInsufficientResourcesFault,
	"NetworkFailure":             simulator.FaultTypeNetworkFailure,
	"Timeout":                    simulator.FaultTypeTimeout,
}

// rule is one fault: which calls it meets, what it answers, and how often. Empty fields match everything.
type rule struct {
	Method string `json:"method"`
	Type   string `json:"type"`
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	// After is the number of matching calls that pass before it, Times how often it answers (0 = always).
	After int `json:"after"`
	Times int `json:"times"`
}

func (r rule) injected() *simulator.FaultInjectionRule {
	return &simulator.FaultInjectionRule{
		MethodName: orAny(r.Method), ObjectType: orAny(r.Type), ObjectName: orAny(r.Name),
		FaultType: kinds[r.Kind], Message: "injected", Probability: 1, Enabled: true,
		SkipCount: r.After, MaxCount: r.Times,
	}
}

func orAny(text string) string {
	if text == "" {
		return "*"
	}
	return text
}

func setFaults(service *simulator.Service) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var rules []rule
		decoder := json.NewDecoder(r.Body)
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&rules); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		for _, one := range rules {
			if _, known := kinds[one.Kind]; !known {
				http.Error(w, "unknown kind "+one.Kind, http.StatusBadRequest)
				return
			}
		}
		service.ClearFaultRules()
		for _, one := range rules {
			service.AddFaultRule(one.injected())
		}
		w.WriteHeader(http.StatusNoContent)
	}
}
