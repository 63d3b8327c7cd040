package doorward

import (
	"encoding/json"
	"math/bits"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unsafe"
)

// fill fills target with verified claims.
//
// A struct of the usual fields is filled here, in one pass: the core has proven that the text is one strict object without
// a name twice, so that nothing is left to check. Names are compared exactly: encoding/json takes "SUB" for "sub" where the
// field is sub, and the core has judged "sub". Every value that is not plain, and every other target, is encoding/json's,
// which is kept from matching names without case: what was judged is what is filled in.
func fill(text string, target any) error {
	if len(text) > 0 && text[0] != '{' {
		text = strings.TrimLeft(text, " \t\r\n")
	}
	pointer := reflect.ValueOf(target)
	// A server fills one type, or a few.
	if last := lastPlan.Load(); last != nil && last.plain && last.pointer == reflect.TypeOf(target) && !pointer.IsNil() {
		return last.fill(text, pointer)
	}
	if pointer = structAt(pointer); !pointer.IsValid() {
		return unmarshal(text, target)
	}
	plan := planOf(pointer.Type().Elem())
	if plan.plain {
		lastPlan.Store(plan)
		return plan.fill(text, pointer)
	}
	return unmarshal(plan.exact(text), pointer.Interface())
}

// structAt is the pointer to the struct that encoding/json would come to, through pointers and interfaces; a struct that
// is missing at the end is made. It is the zero Value where there is none.
func structAt(target reflect.Value) reflect.Value {
	// What points to itself has no end.
	for range 8 {
		if target.Kind() != reflect.Pointer || target.IsNil() {
			return reflect.Value{}
		}
		next := target.Elem()
		switch next.Kind() {
		case reflect.Struct:
			return target
		case reflect.Interface:
			next = next.Elem()
		case reflect.Pointer:
			if next.IsNil() && next.Type().Elem().Kind() == reflect.Struct {
				next.Set(reflect.New(next.Type().Elem()))
			}
		}
		target = next
	}
	return reflect.Value{}
}

// unmarshal is encoding/json's, but where names differ in case only, of which it would take the last for a field of
// either: ClaimsDuplicateName.
func unmarshal(text string, target any) error {
	if of := reflect.TypeOf(target); of != nil && (hasFields(of, 0) || holdsFields(reflect.ValueOf(target), 0)) && ambiguous(text) {
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

// holdsFields tells whether a value of a type without fields leads to some: through an interface that holds a pointer,
// which encoding/json follows. The elements of a slice are used again, those behind its length too.
func holdsFields(at reflect.Value, depth int) bool {
	if depth > 8 {
		return true
	}
	switch at.Kind() {
	case reflect.Interface:
		held := at.Elem()
		return held.Kind() == reflect.Pointer && (hasFields(held.Type(), 0) || holdsFields(held, depth+1))
	case reflect.Pointer:
		return !at.IsNil() && holdsFields(at.Elem(), depth+1)
	case reflect.Slice:
		return anyHoldsFields(at.Slice(0, at.Cap()), depth)
	case reflect.Array:
		return anyHoldsFields(at, depth)
	default:
		return false
	}
}

func anyHoldsFields(list reflect.Value, depth int) bool {
	switch list.Type().Elem().Kind() {
	case reflect.Interface, reflect.Pointer, reflect.Slice, reflect.Array:
		for i := range list.Len() {
			if holdsFields(list.Index(i), depth+1) {
				return true
			}
		}
	}
	return false
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
	names, folded := map[string]bool{}, map[string]bool{}
	for _, field := range p.fields {
		names[field.name], folded[fold(field.name)] = true, true
	}
	kept := []string{}
	at := next(text, 1)
	for at < len(text) && text[at] != '}' {
		from := at
		name := ""
		name, at = memberName(text, at)
		end := valueEnd(text, at)
		if names[name] || !folded[fold(name)] {
			kept = append(kept, text[from:end])
		}
		at = behindComma(text, end)
	}
	return "{" + strings.Join(kept, ",") + "}"
}

// memberName is the name that begins at a place, and where its value begins.
func memberName(text string, at int) (name string, value int) {
	end, escaped := stringEnd(text, at)
	name = text[min(at+1, end-1) : end-1]
	if escaped {
		name = unescaped(text[at:end])
	}
	return name, min(next(text, next(text, end)+1), len(text))
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
	pointer reflect.Type // to the struct
	plain   bool
	fields  []planField
	keys    []uint64 // keyOf each one's name
}

type planField struct {
	name   string
	next   int // its number, from 1
	index  []int
	offset uintptr      // from the struct's beginning
	kind   reflect.Kind // Invalid: for encoding/json
	// A type, or what it points to, that unmarshals itself.
	itself bool
}

var (
	plans    sync.Map // reflect.Type to *plan
	lastPlan atomic.Pointer[plan]
)

func planOf(of reflect.Type) *plan {
	made, known := plans.Load(of)
	if !known {
		made, _ = plans.LoadOrStore(of, newPlan(of))
	}
	return made.(*plan)
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// newPlan is plain unless one of encoding/json's finer rules would be needed.
func newPlan(of reflect.Type) *plan {
	made := &plan{pointer: reflect.PointerTo(of), plain: !unmarshals(of)}
	made.addFields(of, nil, 0, map[reflect.Type]bool{})
	return made
}

// addFields adds what encoding/json looks for in a struct, which lies at a place of the plan's: by their names in JSON, of
// which one may stand behind a name of Go's that hides it. Around are the structs that it is embedded in.
func (p *plan) addFields(of reflect.Type, index []int, offset uintptr, around map[reflect.Type]bool) {
	if around[of] {
		p.plain = false
		return
	}
	around[of] = true
	defer delete(around, of)
	for i := range of.NumField() {
		field := of.Field(i)
		tag := field.Tag.Get("json")
		if tag == "-" || !field.IsExported() && !field.Anonymous {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if !isTagName(name) {
			name = ""
		}
		at := append(slices.Clone(index), i)
		if field.Anonymous && name == "" {
			// A struct's fields count as those around it, behind a pointer or not.
			p.plain = p.plain && field.Type.Kind() == reflect.Struct && field.IsExported()
			if inner := elem(field.Type); inner.Kind() == reflect.Struct {
				p.addFields(inner, at, offset+field.Offset, around)
			}
			continue
		}
		if field.Anonymous || name == "" || strings.Contains(","+options+",", ",string,") || embedsUnmarshaler(field.Type) {
			// Without a tag the name is matched without case: not here.
			p.plain = false
		}
		if name != "" {
			p.add(planField{name, len(p.fields) + 1, at, offset + field.Offset, kindOf(field.Type), unmarshalsItself(field.Type)})
		}
	}
}

func (p *plan) add(field planField) {
	for i := range p.fields {
		// Of two of a name encoding/json knows which one counts, if one does.
		p.plain = p.plain && p.fields[i].name != field.name
	}
	p.keys = append(p.keys, keyOf(field.name))
	p.fields = append(p.fields, field)
}

// isTagName tells whether encoding/json takes a name from a tag; it passes over what it does not.
func isTagName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(letter rune) bool {
		return !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", letter) && !unicode.IsLetter(letter) && !unicode.IsDigit(letter)
	})
}

// elem is what a type points to, or itself.
func elem(of reflect.Type) reflect.Type {
	if of.Kind() == reflect.Pointer {
		return of.Elem()
	}
	return of
}

// unmarshals tells whether a type has a method of its own for encoding/json to call.
func unmarshals(of reflect.Type) bool {
	return reflect.PointerTo(of).Implements(unmarshaler) || reflect.PointerTo(of).Implements(textUnmarshaler)
}

// embedsUnmarshaler tells of a struct without a name, whose embedded method encoding/json calls for a target and not for a
// field.
func embedsUnmarshaler(of reflect.Type) bool {
	return of.Kind() == reflect.Struct && of.Name() == "" && unmarshals(of)
}

func kindOf(of reflect.Type) reflect.Kind {
	if unmarshals(of) {
		return reflect.Invalid
	}
	switch of.Kind() {
	case reflect.String:
		if of == reflect.TypeFor[json.Number]() {
			return reflect.Invalid
		}
		return reflect.String
	case reflect.Int:
		if strconv.IntSize == 64 {
			return reflect.Int64
		}
		return reflect.Int
	case reflect.Bool, reflect.Int64:
		return of.Kind()
	default:
		return reflect.Invalid
	}
}

var textUnmarshaler = reflect.TypeFor[interface{ UnmarshalText([]byte) error }]()

// fill goes over the members of an object, for the struct that is pointed to. Strings without escapes are parts of text.
func (p *plan) fill(text string, pointer reflect.Value) error {
	// Nearly no token has an escape: then a string ends at the next quote.
	escapes := strings.IndexByte(text, '\\') >= 0
	for at := next(text, 1); ; {
		if !escapes {
			at = next(text, p.fillUsual(text, at, pointer.UnsafePointer()))
		}
		if at >= len(text) || text[at] != '"' {
			return nil
		}
		name, value := memberName(text, at)
		end := valueEnd(text, value)
		if end <= value {
			return boxed(ClaimsJSON) // A text that nobody has verified, made Claims by a conversion.
		}
		if field := p.field(name); field != nil {
			if err := field.set(text[value:end], pointer.Elem()); err != nil {
				return err
			}
		}
		at = behindComma(text, end)
	}
}

// fillUsual goes over members, for the struct at base, as long as they are usual: strings and whole numbers for fields of
// their kind, without white space around. It gives the place of the first one that is not, or where there is none any more.
// In the text is no escape.
//
// The struct is of the plan's type, so that at each field's offset lies what its kind says: kindOf has seen it.
func (p *plan) fillUsual(text string, at int, base unsafe.Pointer) int {
	for at < len(text)-8 && text[at] == '"' {
		head := word(text[at+1 : at+9])
		length := zeroByte(head ^ quotes)
		key := keyIn(head, length)
		if length == 8 {
			length = quoteAt(text, at+9) - at - 1
		}
		value := at + length + 3
		if value >= len(text) || text[value-1] != ':' {
			return at
		}
		field := p.find(key, 0)
		for length >= 8 && field != nil && field.name != text[at+1:value-2] {
			field = p.find(key, field.next)
		}
		end := value
		if first := text[value]; first == '"' {
			end = quoteAt(text, value+1) + 1
			if end >= len(text) || !closes(text[end]) {
				return at
			}
			if field != nil {
				if field.kind != reflect.String {
					return at
				}
				*(*string)(unsafe.Add(base, field.offset)) = text[value+1 : end-1]
			}
		} else {
			number := int64(0)
			if value <= len(text)-8 {
				// A date has ten digits.
				if eight, all := eightDigits(word(text[value : value+8])); all {
					number, end = eight, value+8
				}
			}
			for ; end < len(text) && text[end]-'0' <= 9; end++ {
				number = number*10 + int64(text[end]-'0')
			}
			// More digits are perhaps not a number that fits.
			if end == value || end-value > 18 || end == len(text) || !closes(text[end]) {
				return at
			}
			if field != nil {
				if field.kind != reflect.Int64 {
					return at
				}
				*(*int64)(unsafe.Add(base, field.offset)) = number
			}
		}
		if text[end] == '}' {
			return end
		}
		at = end + 1
	}
	return at
}

// eightDigits is the number that eight bytes are, if all are digits: pairs of digits, then pairs of those, are put together
// side by side.
func eightDigits(bytes uint64) (number int64, all bool) {
	bytes ^= 0x3030303030303030
	if (bytes|(bytes+0x7676767676767676))&0x8080808080808080 != 0 {
		return 0, false
	}
	bytes = bytes * (10<<8 + 1) >> 8
	bytes = bytes & 0x00ff00ff00ff00ff * (100<<16 + 1) >> 16
	return int64(bytes & 0x0000ffff0000ffff * (10000<<32 + 1) >> 32), true
}

// closes tells whether a value surely ends before a byte.
func closes(b byte) bool { return b == ',' || b == '}' }

// quoteAt is the place of the next quote, or the end.
func quoteAt(text string, at int) int {
	for near := at + 32; at < near && len(text)-at >= 8; at += 8 {
		if quote := zeroByte(word(text[at:at+8]) ^ quotes); quote < 8 {
			return at + quote
		}
	}
	if quote := strings.IndexByte(text[at:], '"'); quote >= 0 {
		return at + quote
	}
	return len(text)
}

// word is eight bytes as a number; the compiler makes it one load.
func word(b string) uint64 {
	_ = b[7]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// zeroByte is the place of the lowest byte that is zero, or 8: below that byte no subtraction borrows.
func zeroByte(word uint64) int {
	return bits.TrailingZeros64((word-0x0101010101010101)&^word&0x8080808080808080) / 8
}

// unescaped is what a string with its quotes says.
func unescaped(text string) (name string) {
	// It was proven to be a string; what it cannot say is a name that no field has.
	_ = json.Unmarshal([]byte(text), &name)
	return name
}

// field is the one of this name, or nil.
func (p *plan) field(name string) *planField {
	key := keyOf(name)
	field := p.find(key, 0)
	for field != nil && field.name != name {
		field = p.find(key, field.next)
	}
	return field
}

// find is the first field of this key from one on, or nil. A name of less than eight bytes has a key of its own.
func (p *plan) find(key uint64, from int) *planField {
	for i, known := range p.keys[from:] {
		if known == key {
			return &p.fields[from+i]
		}
	}
	return nil
}

// keyIn is the key of a name that begins with these bytes: the name and the quote behind it in one word, which no other name
// has. Eight bytes and more have one that says less, and that no shorter name has.
func keyIn(head uint64, length int) uint64 { return head << (uint(56-8*length) % 64) }

// keyOf is the key of a name, in which is no quote.
func keyOf(name string) uint64 {
	var head [8]byte
	length := copy(head[:], name)
	if length < len(head) {
		head[length] = '"'
	}
	return keyIn(word(string(head[:])), length)
}

// quotes is a word of quotes.
const quotes = 0x2222222222222222

// set writes one value; one that is not plain goes to encoding/json, which also says what is wrong with it.
func (f *planField) set(value string, into reflect.Value) error {
	field := into.FieldByIndex(f.index)
	switch f.kind {
	case reflect.String:
		if len(value) > 1 && value[0] == '"' && strings.IndexByte(value, '\\') < 0 {
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
	if f.itself {
		return unmarshalItself(value, field)
	}
	return unmarshal(value, field.Addr().Interface())
}

// unmarshalsItself tells whether encoding/json would hand a field of this type, or what it points to, its value.
func unmarshalsItself(of reflect.Type) bool {
	if of.Kind() == reflect.Pointer {
		return of.Elem().Kind() != reflect.Pointer && of.Implements(unmarshaler)
	}
	return of.Name() != "" && of.Kind() != reflect.Interface && reflect.PointerTo(of).Implements(unmarshaler)
}

// unmarshalItself does what encoding/json does with such a field, without its look at the value, which was proven: null
// is no pointer, and what there is no pointer to is made.
func unmarshalItself(value string, field reflect.Value) error {
	if field.Kind() != reflect.Pointer {
		return field.Addr().Interface().(json.Unmarshaler).UnmarshalJSON([]byte(value))
	}
	if value == "null" {
		field.SetZero()
		return nil
	}
	if field.IsNil() {
		field.Set(reflect.New(field.Type().Elem()))
	}
	return field.Interface().(json.Unmarshaler).UnmarshalJSON([]byte(value))
}

// integer reads a number without fraction and exponent.
func integer(text string) (number int64, ok bool) {
	number, err := strconv.ParseInt(text, 10, 64)
	// What encoding/json would not take for one begins with a plus.
	return number, err == nil && text[0] != '+'
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
