package doorward_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/bindings/go"
	"github.com/doorward/doorward/bindings/go/internal/abi"
	"github.com/doorward/doorward/bindings/go/primitive"
)

// Every vector, through the public API. DOORWARD_VECTORS=DIR reads another folder, DOORWARD_VERDICTS=FILE writes one
// line a case, in which all languages must agree.

type suite struct {
	Suite string            `json:"suite"`
	Count int               `json:"count"`
	Note  string            `json:"note"`
	Cases []json.RawMessage `json:"cases"`
}

type vector struct {
	ID      string          `json:"id"`
	Note    string          `json:"note"`
	Source  string          `json:"source"`
	Profile string          `json:"profile"`
	Policy  json.RawMessage `json:"policy"`
	Request json.RawMessage `json:"request"`
	Now     *uint64         `json:"now"`
	Op      string          `json:"op"`
	Input   json.RawMessage `json:"input"`
	Expect  map[string]any  `json:"expect"`
}

// octets is text or {"hex": "…"}.
type octets string

func (o *octets) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		return json.Unmarshal(text, (*string)(o))
	}
	var form struct {
		Hex *string `json:"hex"`
	}
	if err := strict(text, &form); err != nil {
		return err
	}
	if form.Hex == nil {
		return errors.New("no hex")
	}
	decoded, err := hex.DecodeString(*form.Hex)
	*o = octets(decoded)
	return err
}

// strict refuses unknown fields and what stands behind.
func strict(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if decoder.More() {
		return errors.New("more than one value")
	}
	return nil
}

func vectorFolder() string {
	if folder := os.Getenv("DOORWARD_VECTORS"); folder != "" {
		return folder
	}
	return filepath.Join("..", "..", "tests", "vectors")
}

func readSuites(folder string) (suites []suite, cases [][]vector, err error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, nil, err
	}
	sort.Strings(files)
	for _, file := range files {
		if filepath.Base(file) == "reasons.json" {
			continue
		}
		one, own, err := readSuite(file)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", file, err)
		}
		suites, cases = append(suites, one), append(cases, own)
	}
	if len(suites) == 0 {
		return nil, nil, fmt.Errorf("%s: no vectors", folder)
	}
	return suites, cases, nil
}

func readSuite(file string) (one suite, cases []vector, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return one, nil, err
	}
	if err := strict(text, &one); err != nil {
		return one, nil, err
	}
	if one.Count != len(one.Cases) {
		return one, nil, fmt.Errorf("says %d cases, has %d", one.Count, len(one.Cases))
	}
	if one.Suite+".json" != filepath.Base(file) {
		return one, nil, fmt.Errorf("is named otherwise than its suite %s", one.Suite)
	}
	seen := map[string]bool{}
	for _, raw := range one.Cases {
		var v vector
		if err := strict(raw, &v); err != nil {
			return one, nil, err
		}
		if v.ID == "" || seen[v.ID] {
			return one, nil, fmt.Errorf("the id %q stands twice or is empty", v.ID)
		}
		seen[v.ID] = true
		if (v.Op == "") == (v.Policy == nil) || (v.Op == "") != (v.Request != nil && v.Now != nil) ||
			(v.Op == "") == (v.Input != nil) || v.Expect == nil {
			return one, nil, fmt.Errorf("%s: neither a decision nor an operation", v.ID)
		}
		cases = append(cases, v)
	}
	return one, cases, nil
}

func TestVectors(t *testing.T) {
	suites, cases, err := readSuites(vectorFolder())
	if err != nil {
		t.Fatal(err)
	}
	var verdicts strings.Builder
	passed, failed := 0, 0
	for i, one := range suites {
		for _, v := range cases[i] {
			actual, err := perform(v)
			if err != nil {
				t.Fatalf("%s/%s: %v", one.Suite, v.ID, err)
			}
			decision, code := verdict(actual)
			fmt.Fprintf(&verdicts, "{\"suite\":%s,\"id\":%s,\"decision\":\"%s\",\"code\":%d}\n", quoted(one.Suite),
				quoted(v.ID), decision, code)
			if agrees(t, v.Expect, actual) {
				passed++
			} else {
				failed++
				t.Errorf("%s/%s: expected %v, got %v", one.Suite, v.ID, v.Expect, actual)
			}
		}
	}
	if file := os.Getenv("DOORWARD_VERDICTS"); file != "" {
		if err := os.WriteFile(file, []byte(verdicts.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
}

func quoted(text string) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text)
	return strings.TrimSuffix(out.String(), "\n")
}

type result map[string]any

func verdict(actual result) (string, uint32) {
	if code, ok := actual["code"].(uint32); ok && code != 0 {
		return "deny", code
	}
	return "allow", 0
}

// agrees: every expected field is there with its value, and a code only where one is expected.
func agrees(t *testing.T, expect map[string]any, actual result) bool {
	t.Helper()
	text, err := json.Marshal(actual)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := strict(text, &got); err != nil {
		t.Fatal(err)
	}
	for name, value := range expect {
		there, has := got[name]
		if !has || !reflect.DeepEqual(value, there) {
			return false
		}
	}
	_, code := verdict(actual)
	_, expected := expect["code"]
	return expected || code == 0
}

// refusal is what an error says; an error that is no reason is the case's fault or the binding's.
func refusal(err error) (result, error) {
	var reason doorward.Reason
	if !errors.As(err, &reason) {
		return nil, err
	}
	return result{"decision": "deny", "code": reason.Code(), "reason": reason.String()}, nil
}

func outcome(err error, value result) (result, error) {
	if err != nil {
		return refusal(err)
	}
	return value, nil
}

var allowed = result{"decision": "allow", "code": uint32(0)}

func perform(v vector) (result, error) {
	if v.Op == "" {
		return performDecide(v)
	}
	operation, known := operations[v.Op]
	if !known {
		return nil, fmt.Errorf("unknown op %s", v.Op)
	}
	return operation(v.Input)
}

func on[T any](operation func(T) (result, error)) func(json.RawMessage) (result, error) {
	return func(text json.RawMessage) (result, error) {
		var input T
		if err := strict(text, &input); err != nil {
			return nil, err
		}
		return operation(input)
	}
}

var operations = map[string]func(json.RawMessage) (result, error){
	"jwt.verify":          on(jwtVerify),
	"jwt.sign":            on(jwtSign),
	"jws.verify":          on(jwsVerify),
	"key":                 on(key),
	"capability.digest":   on(digest),
	"capability.match":    on(match),
	"capability.generate": on(generate),
	"origin.normalise":    on(normalise),
	"origin.parse":        on(originParse),
	"host.parse":          on(hostParse),
	"base64url.decode":    on(base64Decode),
	"base64url.encode":    on(base64Encode),
	"json.object":         on(jsonObject),
	"claim.read":          on(claimRead),
	"bearer":              on(bearer),
	"strip.query":         on(stripQuery),
	"strip.cookie":        on(stripCookie),
	"strip.subprotocol":   on(stripSubprotocol),
	"listen":              on(listen),
	"policy.load":         on(policyLoad),
	"scratch":             on(scratch),
	"challenge":           on(challenge),
	"ticket":              on(ticket),
}

type requestCase struct {
	Method  string      `json:"method"`
	Target  octets      `json:"target"`
	Scheme  string      `json:"scheme"`
	Peer    *string     `json:"peer"`
	Headers [][2]octets `json:"headers"`
}

func schemeIsTLS(scheme string) (bool, error) {
	switch scheme {
	case "http", "ws":
		return false, nil
	case "https", "wss":
		return true, nil
	}
	return false, fmt.Errorf("unknown scheme %s", scheme)
}

func (c requestCase) request(now uint64) (*doorward.Request, error) {
	tls, err := schemeIsTLS(c.Scheme)
	if err != nil {
		return nil, err
	}
	at := time.Unix(int64(now), 0)
	request := &doorward.Request{Method: c.Method, Target: string(c.Target), TLS: tls, Time: &at}
	if c.Peer != nil {
		if request.Peer, err = netip.ParseAddr(*c.Peer); err != nil {
			return nil, err
		}
	}
	for _, line := range c.Headers {
		request.Header = append(request.Header, doorward.Line{Name: string(line[0]), Value: string(line[1])})
	}
	return request, nil
}

func performDecide(v vector) (result, error) {
	gate, err := doorward.FromJSON(string(v.Policy))
	if err != nil {
		denied, err := refusal(err)
		if err == nil {
			denied["status"] = 500
		}
		return denied, err
	}
	defer gate.Close()
	var input requestCase
	if err := strict(v.Request, &input); err != nil {
		return nil, err
	}
	request, err := input.request(*v.Now)
	if err != nil {
		return nil, err
	}
	decision, err := gate.DecideRequest(request)
	if err != nil && !errors.Is(err, decision.Reason) {
		return nil, err
	}
	// The explanation is of the same verdict, and it is not empty.
	if explanation, err := gate.ExplainRequest(request); err != nil || explanation == "" {
		return nil, fmt.Errorf("explain: %q, %w", explanation, err)
	}
	if !decision.Allowed() {
		return result{"decision": "deny", "code": decision.Reason.Code(), "reason": decision.Reason.String(),
			"status": decision.Reason.Status()}, nil
	}
	return result{"decision": "allow", "code": uint32(0), "status": decision.Reason.Status(),
		"principal": decision.Principal.ID()}, nil
}

func jwtVerify(input struct {
	JWT   json.RawMessage `json:"jwt"`
	Token octets          `json:"token"`
	Now   int64           `json:"now"`
}) (result, error) {
	gate, err := doorward.FromJSON(`{"jwt":`+string(input.JWT)+`}`,
		doorward.Clock(func() time.Time { return time.Unix(input.Now, 0) }))
	if err != nil {
		return refusal(err)
	}
	defer gate.Close()
	claims, err := gate.JWT().Verify(string(input.Token))
	// The four forms are one verification.
	appended, other := gate.JWT().AppendClaims(nil, string(input.Token))
	if !errors.Is(other, err) || string(appended) != string(claims) {
		return nil, fmt.Errorf("AppendClaims: %v, %v", other, err)
	}
	if checked := gate.JWT().Check(string(input.Token)); !errors.Is(checked, err) {
		return nil, fmt.Errorf("Check: %v, %v", checked, err)
	}
	var parsed map[string]json.RawMessage
	if filled := gate.JWT().ParseWithClaims(string(input.Token), &parsed); !errors.Is(filled, err) {
		return nil, fmt.Errorf("ParseWithClaims: %v, %v", filled, err)
	}
	return outcome(err, allowed)
}

type secretCase struct {
	Algorithm string  `json:"algorithm"`
	Secret    octets  `json:"secret"`
	Encoding  string  `json:"encoding"`
	KID       string  `json:"kid"`
	Claims    *string `json:"claims"`
	Token     *octets `json:"token"`
}

func (c secretCase) signer() (*doorward.Signer, error) {
	return doorward.NewSigner(doorward.KeyEntry{ID: c.KID, Algorithm: c.Algorithm, Secret: doorward.Secret(c.Secret),
		Encoding: c.Encoding})
}

func key(input secretCase) (result, error) {
	signer, err := input.signer()
	if err == nil {
		err = signer.Close()
	}
	return outcome(err, allowed)
}

func jwtSign(input secretCase) (result, error) {
	signer, err := input.signer()
	if err != nil {
		return refusal(err)
	}
	defer signer.Close()
	token, err := signer.SignJSON(*input.Claims)
	return outcome(err, result{"token": token})
}

func jwsVerify(input secretCase) (result, error) {
	signer, err := input.signer()
	if err != nil {
		return refusal(err)
	}
	defer signer.Close()
	payload, err := signer.VerifyJWS(string(*input.Token))
	return outcome(err, result{"decision": "allow", "code": uint32(0), "payload": asOctets(payload)})
}

func asOctets(bytes []byte) any {
	if strings.ToValidUTF8(string(bytes), "") == string(bytes) {
		return string(bytes)
	}
	return map[string]string{"hex": hex.EncodeToString(bytes)}
}

type tokenCase struct {
	Token  octets   `json:"token"`
	SHA256 []string `json:"sha256"`
}

func digest(input tokenCase) (result, error) {
	stored, err := doorward.DigestCapability(string(input.Token))
	if err == nil && !stored.Matches(string(input.Token)) {
		return nil, errors.New("a token that does not match its own digest")
	}
	return outcome(err, result{"sha256": stored.String()})
}

func match(input tokenCase) (result, error) {
	var stored []doorward.Capability
	for _, digits := range input.SHA256 {
		capability, err := doorward.ParseCapability(digits)
		if err != nil {
			return nil, err
		}
		stored = append(stored, capability)
	}
	if index, ok := doorward.MatchCapability(string(input.Token), stored); ok {
		return result{"index": index}, nil
	}
	return result{"index": nil}, nil
}

func generate(input struct {
	Entropy string `json:"entropy"`
	Form    string `json:"form"`
}) (result, error) {
	forms := map[string]primitive.Form{"base64url": primitive.Base64URL, "hex": primitive.Hex,
		"letters62": primitive.Letters62}
	form, known := forms[input.Form]
	entropy, err := hex.DecodeString(input.Entropy)
	if err != nil || len(entropy) != 32 || !known {
		return nil, errors.New("not a generate case")
	}
	token, err := primitive.GenerateCapability([32]byte(entropy), form)
	return outcome(err, result{"token": token})
}

func normalise(input struct {
	Line string `json:"line"`
}) (result, error) {
	text, err := primitive.CanonicalOrigin(input.Line)
	return outcome(err, result{"canonical": text})
}

type valueCase struct {
	Value  octets `json:"value"`
	Scheme string `json:"scheme"`
}

func originParse(input valueCase) (result, error) {
	return outcome(primitive.CheckOrigin(string(input.Value)), allowed)
}

func hostParse(input valueCase) (result, error) {
	tls, err := schemeIsTLS(input.Scheme)
	if err != nil {
		return nil, err
	}
	name, port, err := primitive.ParseHost(string(input.Value), tls)
	return outcome(err, result{"host": name, "port": port})
}

func bearer(input valueCase) (result, error) {
	token, err := primitive.Bearer(string(input.Value))
	return outcome(err, result{"token": token})
}

type textCase struct {
	Text octets `json:"text"`
}

func base64Decode(input textCase) (result, error) {
	bytes, err := primitive.DecodeBase64URL(string(input.Text))
	return outcome(err, result{"bytes": map[string]string{"hex": hex.EncodeToString(bytes)}})
}

func base64Encode(input struct {
	Bytes octets `json:"bytes"`
}) (result, error) {
	text, err := primitive.EncodeBase64URL([]byte(input.Bytes))
	return outcome(err, result{"text": text})
}

func jsonObject(input textCase) (result, error) {
	return outcome(primitive.CheckObject(string(input.Text)), allowed)
}

func claimRead(input struct {
	Text string   `json:"text"`
	Path []string `json:"path"`
	Kind string   `json:"kind"`
}) (result, error) {
	var value any
	var err error
	claims := doorward.Claims(input.Text)
	switch input.Kind {
	case "string":
		value, err = primitive.ClaimString(claims, input.Path...)
	case "integer":
		value, err = primitive.ClaimInteger(claims, input.Path...)
	case "bool":
		value, err = primitive.ClaimBool(claims, input.Path...)
	case "raw":
		value, err = primitive.ClaimRaw(claims, input.Path...)
	default:
		return nil, fmt.Errorf("unknown kind %s", input.Kind)
	}
	if errors.Is(err, doorward.ClaimMissing) || errors.Is(err, doorward.ClaimTypeInvalid) {
		return result{"value": nil}, nil
	}
	return outcome(err, result{"value": value})
}

func stripQuery(input struct {
	Target string `json:"target"`
	Name   string `json:"name"`
}) (result, error) {
	target, err := primitive.StripQuery(input.Target, input.Name)
	return outcome(err, result{"target": target})
}

func stripCookie(input struct {
	Value string `json:"value"`
	Name  string `json:"name"`
}) (result, error) {
	value, err := primitive.StripCookie(input.Value, input.Name)
	return outcome(err, result{"value": value})
}

func stripSubprotocol(input struct {
	Value  string `json:"value"`
	Prefix string `json:"prefix"`
}) (result, error) {
	value, err := primitive.StripSubprotocol(input.Value, input.Prefix)
	return outcome(err, result{"value": value})
}

func listen(input struct {
	Address    string `json:"address"`
	Credential bool   `json:"credential"`
	Mode       string `json:"mode"`
}) (result, error) {
	at, err := primitive.ParseAddress(input.Address)
	if err != nil || (input.Mode != "refuse" && input.Mode != "warn") {
		return nil, errors.New("not a listen case")
	}
	warning, err := primitive.CheckStartup(at, input.Credential, input.Mode == "warn")
	if warning {
		return outcome(err, result{"result": "warn"})
	}
	return outcome(err, result{"result": "ok"})
}

// placeOf reads line, column and path from a policy error: "3:1: origin.alow: unknown key …".
func placeOf(err error) result {
	var wrong *doorward.PolicyError
	place := result{"line": nil, "column": nil, "path": ""}
	if !errors.As(err, &wrong) {
		return place
	}
	rest := wrong.Message
	var line, column int
	if n, err := fmt.Sscanf(rest, "%d:%d: ", &line, &column); err == nil && n == 2 {
		place["line"], place["column"] = line, column
		rest = rest[len(fmt.Sprintf("%d:%d: ", line, column)):]
	}
	if path, _, found := strings.Cut(rest, ": "); found {
		place["path"] = path
	}
	return place
}

func policyLoad(input struct {
	TOML *string `json:"toml"`
	JSON *string `json:"json"`
}) (result, error) {
	var gate *doorward.Gate
	var err error
	switch {
	case input.TOML != nil && input.JSON == nil:
		gate, err = doorward.FromTOML(*input.TOML)
	case input.JSON != nil && input.TOML == nil:
		gate, err = doorward.FromJSON(*input.JSON)
	default:
		return nil, errors.New("give toml or json")
	}
	if err == nil {
		defer gate.Close()
		return result{"code": uint32(0), "warnings": len(gate.Warnings())}, nil
	}
	refused, other := refusal(err)
	if other != nil {
		return nil, other
	}
	for name, value := range placeOf(err) {
		refused[name] = value
	}
	return refused, nil
}

// scratch is about a buffer that the public API sizes by itself: the layer below is asked.
func scratch(input struct {
	Policy  json.RawMessage `json:"policy"`
	Scratch int             `json:"scratch"`
}) (result, error) {
	gate, _, code := abi.FromPolicy(input.Policy, abi.JSON)
	if code != abi.OK {
		return nil, doorward.Reason(code)
	}
	defer gate.Close()
	call := abi.NewCall()
	call.Begin("GET", "/", abi.HTTPS, 1_700_000_000)
	call.Shrink(input.Scratch)
	code, open := gate.Decide(call)
	if !open {
		return nil, doorward.ErrClosed
	}
	if code == abi.OK {
		return allowed, nil
	}
	return refusal(doorward.Reason(code))
}

func challenge(input struct {
	Reason string   `json:"reason"`
	Realm  string   `json:"realm"`
	Scope  []string `json:"scope"`
}) (result, error) {
	reason, known := reasonNamed(input.Reason)
	if !known {
		return nil, fmt.Errorf("no reason %s", input.Reason)
	}
	value, err := reason.Challenge(input.Realm, input.Scope...)
	if err != nil {
		return refusal(err)
	}
	out := result{"value": value, "status": reason.Status(), "code": reason.Code()}
	if value == "" {
		out["value"] = nil
	}
	return out, nil
}

func reasonNamed(name string) (doorward.Reason, bool) {
	for code := range uint32(10_000) {
		if reason := doorward.Reason(code); reason != doorward.OK && reason.String() == name {
			return reason, true
		}
	}
	return 0, false
}

type issueStep struct {
	Entropy string `json:"entropy"`
	Payload string `json:"payload"`
	Now     uint64 `json:"now"`
}

type redeemStep struct {
	Token string `json:"token"`
	Now   uint64 `json:"now"`
}

func ticket(input struct {
	Capacity int    `json:"capacity"`
	TTL      uint64 `json:"ttl"`
	Steps    []struct {
		Issue  *issueStep  `json:"issue"`
		Redeem *redeemStep `json:"redeem"`
	} `json:"steps"`
}) (result, error) {
	tickets, err := primitive.NewTickets(input.Capacity, input.TTL)
	if err != nil {
		return nil, err
	}
	defer tickets.Close()
	var results []map[string]any
	for _, step := range input.Steps {
		var name, text string
		switch {
		case step.Issue != nil && step.Redeem == nil:
			entropy, wrong := hex.DecodeString(step.Issue.Entropy)
			if wrong != nil || len(entropy) != 32 {
				return nil, errors.New("entropy is 32 bytes")
			}
			name = "token"
			text, err = tickets.Issue([32]byte(entropy), step.Issue.Payload, step.Issue.Now)
		case step.Redeem != nil && step.Issue == nil:
			name = "payload"
			text, err = tickets.Redeem(step.Redeem.Token, step.Redeem.Now)
		default:
			return nil, errors.New("a step issues or redeems")
		}
		if err != nil {
			refused, other := refusal(err)
			if other != nil {
				return nil, other
			}
			delete(refused, "decision")
			results = append(results, refused)
			continue
		}
		results = append(results, map[string]any{name: text})
	}
	return result{"results": results}, nil
}
