package doorward

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
)

// fill fills target with verified claims.
//
// A pointer to a struct of the usual fields is filled here, in one pass: the core has proven that the text is one strict
// object without a name twice, so that nothing is left to check. Names are compared exactly: encoding/json takes "SUB" for
// "sub" where the field is sub, and the core has judged "sub". Every value that is not plain, and every other target, is
// encoding/json's, which is kept from matching names without case: what was judged is what is filled in.
func fill(claims []byte, target any) error {
	text := strings.TrimLeft(string(claims), " \t\r\n")
	value := reflect.ValueOf(target)
	if value.Kind() != reflect.Pointer || value.IsNil() || value.Elem().Kind() != reflect.Struct {
		return unmarshal(text, target)
	}
	plan := planOf(value.Elem().Type())
	if plan.plain {
		return plan.fill(text, value.Elem())
	}
	return unmarshal(plan.exact(text), target)
}

// unmarshal is encoding/json's, but where names differ in case only, of which it would take the last for a field of
// either: ClaimsDuplicateName.
func unmarshal(text string, target any) error {
	if of := reflect.TypeOf(target); of != nil && hasFields(of, 0) && ambiguous(text) {
		return boxed(ClaimsDuplicateName)
	}
	return json.Unmarshal([]byte(text), target)
}

// hasFields tells whether encoding/json looks for fields in a type. In a map names are keys, each its own.
func hasFields(of reflect.Type, depth int) bool {
	if of.Implements(unmarshaler) || reflect.PointerTo(of).Implements(unmarshaler) {
		return false
	}
	switch of.Kind() {
	case reflect.Struct:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		// A type that holds itself has no end.
		return depth > 8 || hasFields(of.Elem(), depth+1)
	default:
		return false
	}
}

// ambiguous tells whether an object in a value has two names that differ in case only. The core has proven the text, and
// with it that it is no deeper than a few.
func ambiguous(text string) bool {
	if text == "" || text[0] != '{' && text[0] != '[' {
		return false
	}
	object, names := text[0] == '{', map[string]bool{}
	at := next(text, 1)
	for at < len(text) && text[at] != '}' && text[at] != ']' {
		if object {
			name := ""
			name, at = memberName(text, at)
			if folded := fold(name); names[folded] {
				return true
			} else {
				names[folded] = true
			}
		}
		end := valueEnd(text, at)
		if ambiguous(text[at:end]) {
			return true
		}
		at = behindComma(text, end)
	}
	return false
}

// exact is an object without the members that encoding/json would take for a field whose tag writes the name in another
// case.
func (p *plan) exact(text string) string {
	fields := map[string]string{}
	for _, field := range p.fields {
		if field.name != "" {
			fields[fold(field.name)] = field.name
		}
	}
	kept := []string{}
	at := next(text, 1)
	for at < len(text) && text[at] != '}' {
		from := at
		name := ""
		name, at = memberName(text, at)
		end := valueEnd(text, at)
		if field, known := fields[fold(name)]; !known || field == name {
			kept = append(kept, text[from:end])
		}
		at = behindComma(text, end)
	}
	return "{" + strings.Join(kept, ",") + "}"
}

// memberName is the name that begins at a place, and where its value begins.
func memberName(text string, at int) (name string, value int) {
	end, escaped := stringEnd(text, at)
	name = text[at+1 : end-1]
	if escaped {
		name = unescaped(text[at:end])
	}
	return name, next(text, next(text, end)+1)
}

// behindComma is the place of the next member or element, or of the bracket that closes.
func behindComma(text string, at int) int {
	if at = next(text, at); at < len(text) && text[at] == ',' {
		at = next(text, at+1)
	}
	return at
}

// fold is a name as encoding/json compares it: each letter by the least that it equals without case.
func fold(name string) string {
	return strings.Map(func(letter rune) rune {
		least := letter
		for other := unicode.SimpleFold(letter); other != letter; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}, name)
}

// plan is how a struct is filled.
type plan struct {
	of     reflect.Type
	plain  bool
	fields []planField
}

type planField struct {
	name  string
	index []int
	kind  reflect.Kind // Invalid: for encoding/json
}

var (
	plans    sync.Map // reflect.Type to *plan
	lastPlan atomic.Pointer[plan]
)

func planOf(of reflect.Type) *plan {
	// A server fills one type, or a few.
	if last := lastPlan.Load(); last != nil && last.of == of {
		return last
	}
	made, known := plans.Load(of)
	if !known {
		made, _ = plans.LoadOrStore(of, newPlan(of))
	}
	lastPlan.Store(made.(*plan))
	return made.(*plan)
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// newPlan is plain unless one of encoding/json's finer rules would be needed.
func newPlan(of reflect.Type) *plan {
	made := &plan{of: of, plain: !reflect.PointerTo(of).Implements(unmarshaler)}
	seen := map[string]bool{}
	for _, field := range reflect.VisibleFields(of) {
		tag, tagged := field.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case field.Anonymous && (tagged || field.Type.Kind() != reflect.Struct || !field.IsExported() ||
			reflect.PointerTo(field.Type).Implements(unmarshaler)):
			made.plain = false
		case field.Anonymous || tag == "-" || !field.IsExported():
			continue
		}
		if name == "" {
			// Without a tag the name is matched without case: not here.
			made.plain = false
		}
		// Two of a name, here or in what is embedded, and `,string`.
		if seen[name] || strings.Contains(","+options+",", ",string,") {
			made.plain = false
		}
		seen[name] = true
		made.fields = append(made.fields, planField{name, field.Index, kindOf(field.Type)})
	}
	return made
}

func kindOf(of reflect.Type) reflect.Kind {
	if reflect.PointerTo(of).Implements(unmarshaler) || reflect.PointerTo(of).Implements(textUnmarshaler) {
		return reflect.Invalid
	}
	switch of.Kind() {
	case reflect.String:
		if of == reflect.TypeFor[json.Number]() {
			return reflect.Invalid
		}
		return reflect.String
	case reflect.Bool, reflect.Int64, reflect.Int:
		return of.Kind()
	default:
		return reflect.Invalid
	}
}

var textUnmarshaler = reflect.TypeFor[interface{ UnmarshalText([]byte) error }]()

// fill goes over the members of an object. Strings without escapes are parts of text.
func (p *plan) fill(text string, into reflect.Value) error {
	at, hint := next(text, strings.IndexByte(text, '{')+1), 0
	for at < len(text) && text[at] != '}' {
		name := ""
		name, at = memberName(text, at)
		end := valueEnd(text, at)
		if i := p.field(name, hint); i >= 0 {
			hint = i + 1
			if err := p.fields[i].set(text[at:end], into); err != nil {
				return err
			}
		}
		at = behindComma(text, end)
	}
	return nil
}

// unescaped is what a string with its quotes says.
func unescaped(text string) (name string) {
	// It was proven to be a string; what it cannot say is a name that no field has.
	_ = json.Unmarshal([]byte(text), &name)
	return name
}

// field finds a name, the field behind the last one first: issuers and structs often agree on an order.
func (p *plan) field(name string, hint int) int {
	if hint < len(p.fields) && p.fields[hint].name == name {
		return hint
	}
	for i := range p.fields {
		if p.fields[i].name == name {
			return i
		}
	}
	return -1
}

// set writes one value; one that is not plain goes to encoding/json, which also says what is wrong with it.
func (f *planField) set(value string, into reflect.Value) error {
	var field reflect.Value
	if len(f.index) == 1 {
		field = into.Field(f.index[0])
	} else {
		field = into.FieldByIndex(f.index)
	}
	switch f.kind {
	case reflect.String:
		if value[0] == '"' && strings.IndexByte(value, '\\') < 0 {
			field.SetString(value[1 : len(value)-1])
			return nil
		}
	case reflect.Int64, reflect.Int:
		if number, ok := integer(value); ok && !field.OverflowInt(number) {
			field.SetInt(number)
			return nil
		}
	case reflect.Bool:
		if value == "true" || value == "false" {
			field.SetBool(value == "true")
			return nil
		}
	}
	return unmarshal(value, field.Addr().Interface())
}

// integer reads a number without fraction and exponent that is short enough not to overflow.
func integer(text string) (number int64, ok bool) {
	if len(text) > 18 {
		number, err := strconv.ParseInt(text, 10, 64)
		return number, err == nil
	}
	digits := text
	if digits[0] == '-' {
		digits = digits[1:]
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return 0, false
		}
		number = number*10 + int64(digits[i]-'0')
	}
	if len(digits) < len(text) {
		number = -number
	}
	return number, true
}

// next is the place of the next byte that is no white space.
func next(text string, at int) int {
	for at < len(text) && text[at] <= ' ' {
		at++
	}
	return at
}

// stringEnd is behind the closing quote of the string that begins at a place, and whether there are escapes in it.
func stringEnd(text string, at int) (end int, escaped bool) {
	at++
	for {
		quote := strings.IndexByte(text[at:], '"')
		if quote < 0 {
			return len(text), escaped
		}
		escape := strings.IndexByte(text[at:at+quote], '\\')
		if escape < 0 {
			return at + quote + 1, escaped
		}
		escaped = true
		at += escape + 2
	}
}

// valueEnd is behind the value that begins at a place.
func valueEnd(text string, at int) int {
	if at < len(text) && text[at] == '"' {
		end, _ := stringEnd(text, at)
		return end
	}
	depth := 0
	for at < len(text) {
		switch text[at] {
		case '"':
			at, _ = stringEnd(text, at)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return at
			} else if depth == 0 {
				return at + 1
			}
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return at
			}
		}
		at++
	}
	return at
}
