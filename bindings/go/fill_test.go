package doorward

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
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
		if err := fill(text, &one); err != nil || one.Sub != "" {
			t.Errorf("%s: %+v %v", text, one, err)
		}
	}
	both := `{"sub":"alice","Email":"a","SUB":"root","ſub":"root","email":"b"}`
	var one untagged
	// The tagged name is told from its likes, the untagged one cannot be.
	if err := fill(both, &one); !errors.Is(err, ClaimsDuplicateName) || one.Sub != "" {
		t.Errorf("%+v %v", one, err)
	}
	one = untagged{}
	if err := fill(`{"sub":"alice","SUB":"root","email":"b"}`, &one); err != nil || one.Sub != "alice" || one.Email != "b" {
		t.Errorf("%+v %v", one, err)
	}
	two := embedded{base: &base{}}
	if err := fill(`{"sub":"alice","SUB":"root","other":1}`, &two); err != nil || two.Sub != "alice" || two.Other != 1 {
		t.Errorf("%+v %v", two, err)
	}
	var three nested
	if err := fill(`{"sub":"a","role":{"name":"user","NAME":"admin"}}`, &three); !errors.Is(err, ClaimsDuplicateName) {
		t.Errorf("%+v %v", three, err)
	}
	var all map[string]any
	if err := fill(`{"sub":"alice","SUB":"root"}`, &all); err != nil || len(all) != 2 {
		t.Errorf("%v %v", all, err)
	}
	// Nor does a way to the struct change which names are its own.
	var missing *base
	there := &base{}
	var boxed any = there
	if err := fill(`{"SUB":"root"}`, &missing); err != nil || missing == nil || missing.Sub != "" {
		t.Errorf("%+v %v", missing, err)
	}
	if err := fill(`{"sub":"alice","SUB":"root"}`, &boxed); err != nil || there.Sub != "alice" {
		t.Errorf("%+v %v", there, err)
	}
	boxed = &boxed
	if err := fill(`{"sub":"alice"}`, &boxed); err != nil {
		t.Error(err)
	}
	// Two fields of one name but for its case are each their own.
	var cases struct {
		Lower, Untagged string
		Sub             string `json:"sub"`
		Upper           string `json:"SUB"`
	}
	if err := fill(`{"sub":"alice"}`, &cases); err != nil || cases.Sub != "alice" || cases.Upper != "" {
		t.Errorf("%+v %v", cases, err)
	}
}

// What an interface holds is as much a place for names as what a type says.
func TestNamesAreToldApartBehindInterfaces(t *testing.T) {
	both := `{"role":{"sub":"user","SUB":"admin"}}`
	listed := `{"role":[{"sub":"user","SUB":"admin"}]}`
	deep := new(any)
	*deep = &base{}
	for _, one := range []struct {
		text   string
		role   any
		refuse bool
	}{
		{both, nil, false}, {both, "text", false}, {both, base{}, false}, {both, &map[string]string{}, false},
		{both, (*base)(nil), true}, {both, &base{}, true}, {both, deep, true}, {both, &deep, true},
		{listed, &[]any{}, false}, {listed, &[]any{1, "text"}, false}, {listed, &[]byte{1}, false},
		{listed, &[]any{&base{}}, true}, {listed, &[1]any{&base{}}, true}, {listed, &[1]*any{deep}, true},
		{listed, ptr([]any{&base{}}[:0]), true}, {listed, &[][1]any{{&base{}}}, true},
	} {
		plain := struct {
			Role any `json:"role"`
		}{one.role}
		// An untagged field leaves the struct to encoding/json.
		other := struct {
			Role  any `json:"role"`
			Email string
		}{Role: one.role}
		if err := fill(one.text, &plain); errors.Is(err, ClaimsDuplicateName) != one.refuse {
			t.Errorf("%s into %T: %v", one.text, one.role, err)
		}
		if err := fill(one.text, &other); !errors.Is(err, ClaimsDuplicateName) {
			t.Errorf("%s into %T: %v", one.text, one.role, err)
		}
	}
	there := &base{}
	var into any = &struct {
		Role any `json:"role"`
	}{there}
	if err := fill(`{"role":{"sub":"user"}}`, into); err != nil || there.Sub != "user" {
		t.Errorf("%+v %v", there, err)
	}
}

func ptr[T any](value T) *T { return &value }

// Registered is embedded under fields of the same names in Go, and of others in JSON.
type Registered struct {
	ID  string `json:"jti"`
	Sub string `json:"sub"`
}

type itself struct{ seen string }

func (i *itself) UnmarshalJSON(text []byte) error {
	i.seen = string(text)
	return nil
}

type named string

// The odd ends of encoding/json's rules about fields.
func TestFieldsAreThoseOfEncodingJSON(t *testing.T) {
	for text, into := range map[string]any{
		`{"jti":"J","id":"I","sub":"S"}`: &struct {
			Registered
			ID string `json:"id"`
		}{},
		`{"jti":"J","sub":"s"}`: &struct {
			Registered
			Other string `json:"jti"`
		}{},
		`{"jti":"J","sub":"t"}`: &struct {
			Registered `json:"-"`
			ID         string `json:"jti"`
		}{},
		`{"SUB":"S","r":{"sub":"q"}}`: &struct {
			Registered `json:"r"`
			Upper      string `json:"SUB"`
		}{},
		`{"a\\b":"J","x":"I"}`: &struct {
			Odd   string "json:\"a\\\\b\""
			Other string `json:"x"`
		}{},
		`{"sub":"S"}`: &struct {
			netip.Addr
			Sub string `json:"sub"`
		}{},
		`{"f":{"x":"y"},"g":"h"}`: &struct {
			F struct {
				itself
				X string `json:"x"`
			} `json:"f"`
			G string `json:"g"`
		}{},
		// Put together here, since linters take its first tag for a slip.
		`{"-":"minus","sub":"S"}`: reflect.New(reflect.StructOf([]reflect.StructField{
			{Name: "Minus", Type: reflect.TypeFor[string](), Tag: `json:"-,"`},
			{Name: "Skipped", Type: reflect.TypeFor[string](), Tag: `json:"-"`},
			{Name: "Sub", Type: reflect.TypeFor[string](), Tag: `json:"sub,omitempty"`},
		})).Interface(),
	} {
		same(t, text, reflect.TypeOf(into).Elem())
	}
}

// Structs of fields of all kinds, with values of all kinds.
func TestRandomStructsAreFilledAsByEncodingJSON(t *testing.T) {
	types := []reflect.Type{
		reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[int64](), reflect.TypeFor[bool](),
		reflect.TypeFor[int8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint64](), reflect.TypeFor[float64](),
		reflect.TypeFor[named](), reflect.TypeFor[time.Duration](), reflect.TypeFor[json.Number](),
		reflect.TypeFor[json.RawMessage](), reflect.TypeFor[time.Time](), reflect.TypeFor[netip.Addr](),
		reflect.TypeFor[itself](), reflect.TypeFor[*itself](), reflect.TypeFor[*string](), reflect.TypeFor[**int64](),
		reflect.TypeFor[any](), reflect.TypeFor[[]string](), reflect.TypeFor[[]byte](), reflect.TypeFor[[2]int](),
		reflect.TypeFor[map[string]int](), reflect.TypeFor[base](), reflect.TypeFor[*base](), reflect.TypeFor[error](),
	}
	values := []string{
		`null`, `true`, `false`, `""`, `"text"`, `"\u0061\n"`, `"\ud800"`, `"12"`, `"2026-01-02T03:04:05Z"`, `"192.0.2.1"`,
		`0`, `-0`, `7`, `-7`, `127`, `128`, `65536`, `1.5`, `1e3`, `999999999999999999`, `9223372036854775807`,
		`9223372036854775808`, `-9223372036854775808`, `18446744073709551616`, `[]`, `["a"]`, `[1, 2, 3]`, `{}`,
		`{"sub":"x"}`, `{"a":1, "b":"]}"}`, `"YWJj"`, `"é"`, `"a text of more than thirty-two bytes: it ends here"`,
	}
	options := []string{"", ",omitempty", ",omitzero", ",string"}
	for range 4000 {
		var fields []reflect.StructField
		var members []string
		for i := range 1 + rand.IntN(5) {
			name := fmt.Sprintf("%.*s%d", rand.IntN(12), "longer names", i)
			fields = append(fields, reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: types[rand.IntN(len(types))],
				Tag: reflect.StructTag(fmt.Sprintf(`json:"%s%s"`, name, options[max(0, rand.IntN(20)-16)]))})
			if rand.IntN(8) != 0 {
				members = append(members, fmt.Sprintf(`"%s"%.*s:%s`, name, rand.IntN(2), " ", values[rand.IntN(len(values))]))
			}
		}
		rand.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		same(t, "{"+strings.Join(members, ", ")+"}", reflect.StructOf(fields))
	}
}

func TestEightDigitsAreReadAsOneByOne(t *testing.T) {
	read := func(text string) {
		t.Helper()
		number, all := eightDigits(word(text))
		long, err := strconv.ParseUint(text, 10, 63)
		if all != (err == nil) || all && uint64(number) != long {
			t.Errorf("%q: %d %v, %d %v", text, number, all, long, err)
		}
	}
	for _, text := range []string{"00000000", "99999999", "17000003", "12345678"} {
		read(text)
	}
	for range 100_000 {
		text := fmt.Sprintf("%08d", rand.IntN(100_000_000))
		read(text)
		odd := []byte(text)
		for range rand.IntN(3) {
			odd[rand.IntN(8)] = byte(rand.IntN(256))
		}
		read(string(odd))
	}
}

// Names of every length have keys of their own, but for long ones, which are compared.
func TestKeysTellNamesApart(t *testing.T) {
	names := map[uint64]string{}
	for range 100_000 {
		name := make([]byte, 1+rand.IntN(7))
		for i := range name {
			name[i] = "abcdexyz\x01\xff"[rand.IntN(10)]
		}
		key := keyOf(string(name))
		if other, known := names[key]; known && other != string(name) {
			t.Fatalf("%q and %q", name, other)
		}
		names[key] = string(name)
		if in := keyIn(word(string(name)+`":12345678`), len(name)); in != key {
			t.Fatalf("%q: %x %x", name, in, key)
		}
		long := string(name) + "longer name"
		if in := keyIn(word(long), 8); in != keyOf(long) || names[in] != "" {
			t.Fatalf("%q: %x", long, in)
		}
	}
}

// Claims that nobody has verified are filled as encoding/json fills them, or refused, and never cause a panic.
func TestMutatedTextIsFilledAsByEncodingJSON(t *testing.T) {
	type target struct {
		Issuer  string `json:"iss"`
		Expires int64  `json:"exp"`
		Subject string `json:"sub"`
		Number  int    `json:"n"`
		Long    string `json:"long name"`
		Longer  int64  `json:"long names"`
		Flag    bool   `json:"f"`
	}
	const text = `{"iss":"https://issuer.example/a/long/path","exp":1700000300,"sub":"alice","x":{"sub":1},"long names":17,"n":-5,` +
		`"long name":"L","f":true,"list":["a","b"],"1234567":12345678}`
	filled := 0
	for range 50_000 {
		odd := []byte(text)[:len(text)-rand.IntN(2)*rand.IntN(len(text))]
		for range rand.IntN(4) {
			odd[rand.IntN(len(odd))] = "{}[]\",:\\ 0189-eax\n\x00\xff"[rand.IntN(20)]
		}
		var ours, theirs target
		err := fill(string(odd), &ours)
		if !utf8.Valid(odd) || !json.Valid(odd) { // the core takes UTF-8 only
			continue
		}
		names := map[string]json.RawMessage{}
		if json.Unmarshal(odd, &names) != nil || len(names) != 10 {
			continue // a name twice, perhaps
		}
		other := json.Unmarshal(odd, &theirs)
		if (err == nil) != (other == nil) || err == nil && !reflect.DeepEqual(ours, theirs) {
			t.Fatalf("%s\n%+v, %v; encoding/json:\n%+v, %v", odd, ours, err, theirs, other)
		}
		filled++
	}
	if filled < 5_000 {
		t.Error("too few were valid:", filled)
	}
}

// same: a text fills a new value of this type as encoding/json does, or both refuse.
func same(t *testing.T, text string, of reflect.Type) {
	t.Helper()
	ours, theirs := reflect.New(of), reflect.New(of)
	err, other := fill(text, ours.Interface()), json.Unmarshal([]byte(text), theirs.Interface())
	if (err == nil) != (other == nil) || err == nil && !reflect.DeepEqual(ours.Interface(), theirs.Interface()) {
		t.Errorf("%v of %s:\n%+v, %v; encoding/json:\n%+v, %v", of, text, ours, err, theirs, other)
	}
}
