package doorward

import (
	"errors"
	"testing"
)

type base struct {
	Sub string `json:"sub"`
}

// What the core judged is what an application gets, whatever kind of struct it has.
func TestClaimsAreFilledByTheirExactNames(t *testing.T) {
	type untagged struct {
		Sub   string `json:"sub"`
		Email string
	}
	type embedded struct {
		*base
		Other int `json:"other"`
	}
	type nested struct {
		Sub  string `json:"sub"`
		Role struct {
			Name string `json:"name"`
		} `json:"role"`
	}
	for _, text := range []string{`{"SUB":"root"}`, `{"ſub":"root"}`, ` { "Sub" : "root" , "x":[1,{"y":2}] } `} {
		var one untagged
		if err := fill([]byte(text), &one); err != nil || one.Sub != "" {
			t.Errorf("%s: %+v %v", text, one, err)
		}
	}
	both := `{"sub":"alice","Email":"a","SUB":"root","ſub":"root","email":"b"}`
	var one untagged
	// The tagged name is told from its likes, the untagged one cannot be.
	if err := fill([]byte(both), &one); !errors.Is(err, ClaimsDuplicateName) || one.Sub != "" {
		t.Errorf("%+v %v", one, err)
	}
	one = untagged{}
	if err := fill([]byte(`{"sub":"alice","SUB":"root","email":"b"}`), &one); err != nil || one.Sub != "alice" || one.Email != "b" {
		t.Errorf("%+v %v", one, err)
	}
	two := embedded{base: &base{}}
	if err := fill([]byte(`{"sub":"alice","SUB":"root","other":1}`), &two); err != nil || two.Sub != "alice" || two.Other != 1 {
		t.Errorf("%+v %v", two, err)
	}
	var three nested
	if err := fill([]byte(`{"sub":"a","role":{"name":"user","NAME":"admin"}}`), &three); !errors.Is(err, ClaimsDuplicateName) {
		t.Errorf("%+v %v", three, err)
	}
	var all map[string]any
	if err := fill([]byte(`{"sub":"alice","SUB":"root"}`), &all); err != nil || len(all) != 2 {
		t.Errorf("%v %v", all, err)
	}
}
