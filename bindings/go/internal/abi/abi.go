//go:build cgo

// Package abi is doorward's C library as Go sees it: the one file with cgo.
//
// Nothing here decides. Each function lays its arguments out, makes one C call, and turns what came back into
// Go values. No Go pointer is kept by C, and no C pointer leaves this file.
package abi

/*
#cgo doorward_system pkg-config: doorward
#cgo doorward_system CFLAGS: -DDOORWARD_SYSTEM
#cgo !doorward_system,linux,amd64 LDFLAGS: ${SRCDIR}/../../lib/linux_amd64/libdoorward.a -lm -ldl -lpthread
#cgo !doorward_system,linux,arm64 LDFLAGS: ${SRCDIR}/../../lib/linux_arm64/libdoorward.a -lm -ldl -lpthread
#cgo !doorward_system,darwin,amd64 LDFLAGS: ${SRCDIR}/../../lib/darwin_amd64/libdoorward.a
#cgo !doorward_system,darwin,arm64 LDFLAGS: ${SRCDIR}/../../lib/darwin_arm64/libdoorward.a
#cgo noescape go_decide
#cgo nocallback go_decide
#cgo noescape go_jwt_verify
#cgo nocallback go_jwt_verify
#cgo noescape go_jwt_check
#cgo nocallback go_jwt_check
#cgo noescape go_jws_verify
#cgo nocallback go_jws_verify
#cgo noescape go_jwt_sign
#cgo nocallback go_jwt_sign
#cgo noescape go_gate_challenge
#cgo nocallback go_gate_challenge
#cgo noescape go_has_scope
#cgo nocallback go_has_scope
#cgo noescape go_digest
#cgo nocallback go_digest
#cgo noescape go_match
#cgo nocallback go_match

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "doorward.h"

// `make go-lib` writes it, so that the go command, which does not look into a .a file, sees that the library
// is another one.
#if __has_include("built.h")
#include "built.h"
#endif

// Said here, since the linker would only name a file.
#ifndef DOORWARD_SYSTEM
#if !((defined(__linux__) && defined(__x86_64__) && __has_include("../../lib/linux_amd64/libdoorward.a")) || \
      (defined(__linux__) && defined(__aarch64__) && __has_include("../../lib/linux_arm64/libdoorward.a")) || \
      (defined(__APPLE__) && defined(__x86_64__) && __has_include("../../lib/darwin_amd64/libdoorward.a")) || \
      (defined(__APPLE__) && defined(__aarch64__) && __has_include("../../lib/darwin_arm64/libdoorward.a")))
#error "doorward: lib/<os>_<arch>/libdoorward.a is not here: run `make go-lib` in a checkout, or build with -tags doorward_system"
#endif
#endif

// A library of another ABI lacks this symbol and does not link.
__attribute__((used)) static void (*const go_abi)(void) = &doorward_abi_0_1;

// A part of the scratch buffer: Go looks into its own memory, not at C's pointers.
typedef struct {
    uint32_t present;
    uint32_t at;
    uint32_t len;
} go_span;

// The texts of an answer, in this order.
enum go_text_of { GO_ID, GO_PLACE, GO_KEY_ID, GO_SCOPES, GO_SCOPE_CLAIM, GO_CLAIMS, GO_TEXTS };

// A request and its answer. `lines` are laid out, `others` are there without their bytes.
typedef struct {
    uint64_t now;
    uint32_t scheme;
    uint32_t peer_kind;
    uint8_t peer[16];
    size_t method_len, target_len, lines, others;
    uint32_t reason;
    uint32_t kind;
    uint32_t has_expires;
    uint64_t expires;
    go_span texts[GO_TEXTS];
} go_call;

static doorward_bytes go_bytes(const uint8_t *data, size_t len)
{
    doorward_bytes bytes = {data, len};
    return bytes;
}

static go_span go_span_of(doorward_bytes part, const uint8_t *scratch)
{
    go_span span = {0, 0, 0};
    if (part.data != NULL) {
        span.present = 1;
        // An empty part may stand anywhere: it is nowhere.
        span.at = part.len == 0 ? 0 : (uint32_t)(part.data - scratch);
        span.len = (uint32_t)part.len;
    }
    return span;
}

// The wall clock in whole seconds. time() is read from a page that the kernel keeps, without a call into it.
static uint64_t go_now(uint64_t now)
{
    time_t seconds;
    if (now != UINT64_MAX)
        return now;
    seconds = time(NULL);
    return seconds > 0 ? (uint64_t)seconds : 0;
}

// More lines than these are laid out on the heap, so that it is the library that refuses too many.
#define GO_LINES 160

static doorward_address go_address(uint32_t kind, const uint8_t *bytes)
{
    doorward_address address;
    memset(&address, 0, sizeof address);
    address.kind = kind;
    memcpy(address.bytes, bytes, kind == DOORWARD_ADDRESS_V4 ? 4 : sizeof address.bytes);
    return address;
}

// `text` holds method, target, then name and value of each line, back to back; `lens` the lengths of the
// latter.
static void go_request(doorward_request *request, doorward_header *headers, const go_call *call,
                       const size_t *lens, const uint8_t *text)
{
    size_t i;
    request->method = go_bytes(text, call->method_len);
    text += call->method_len;
    request->target = go_bytes(text, call->target_len);
    text += call->target_len;
    request->scheme = call->scheme;
    request->peer = go_address(call->peer_kind, call->peer);
    for (i = 0; i < call->lines; i++) {
        headers[i].name = go_bytes(text, lens[2 * i]);
        text += lens[2 * i];
        headers[i].value = go_bytes(text, lens[2 * i + 1]);
        text += lens[2 * i + 1];
    }
    // The library counts them. Field by field: gcc would load what it has just stored.
    for (; i < call->lines + call->others; i++) {
        headers[i].name.data = headers[i].value.data = text;
        headers[i].name.len = headers[i].value.len = 0;
    }
    request->headers = headers;
    request->headers_len = i;
}

// Room for the lines of a call: `few`, or on the heap.
static doorward_header *go_room(const go_call *call, doorward_header *few)
{
    size_t count = call->lines + call->others;
    return count <= GO_LINES ? few : malloc(count * sizeof *few);
}

// Without a result of its own: the answer stands in the call.
static void go_decide(const doorward_gate *gate, go_call *call, const size_t *lens, const uint8_t *text,
                      uint8_t *scratch, size_t scratch_len)
{
    doorward_header few[GO_LINES], *headers = go_room(call, few);
    doorward_request request;
    doorward_decision who;
    call->kind = DOORWARD_PRINCIPAL_NONE;
    call->reason = DOORWARD_INTERNAL;
    if (headers == NULL)
        return;
    go_request(&request, headers, call, lens, text);
    call->reason = doorward_gate_decide(gate, &request, go_now(call->now), scratch, scratch_len, &who);
    if (headers != few)
        free(headers);
    if (call->reason != DOORWARD_OK)
        return;
    call->kind = who.kind;
    call->has_expires = who.has_expires;
    call->expires = who.expires;
    call->texts[GO_ID] = go_span_of(who.id, scratch);
    call->texts[GO_PLACE] = go_span_of(who.place, scratch);
    call->texts[GO_KEY_ID] = go_span_of(who.key_id, scratch);
    call->texts[GO_SCOPES] = go_span_of(who.scopes, scratch);
    call->texts[GO_SCOPE_CLAIM] = go_span_of(who.scope_claim, scratch);
    call->texts[GO_CLAIMS] = go_span_of(who.claims, scratch);
}

static uint32_t go_explain(const doorward_gate *gate, const go_call *call, const size_t *lens,
                           const uint8_t *text, char *out, size_t size)
{
    doorward_header few[GO_LINES], *headers = go_room(call, few);
    doorward_request request;
    doorward_message message = {out, size};
    uint32_t reason;
    if (headers == NULL)
        return DOORWARD_INTERNAL;
    go_request(&request, headers, call, lens, text);
    reason = doorward_gate_explain(gate, &request, go_now(call->now), message);
    if (headers != few)
        free(headers);
    return reason;
}

static uint32_t go_open(const uint8_t *path, size_t len, char *out, size_t size, doorward_gate **gate)
{
    doorward_message message = {out, size};
    return doorward_gate_open(go_bytes(path, len), message, gate);
}

static uint32_t go_from_policy(const uint8_t *text, size_t len, uint32_t syntax, char *out, size_t size,
                               doorward_gate **gate)
{
    doorward_message message = {out, size};
    return doorward_gate_from_policy(go_bytes(text, len), syntax, message, gate);
}

static uint32_t go_reload(const doorward_gate *gate, char *out, size_t size)
{
    doorward_message message = {out, size};
    return doorward_gate_reload(gate, message);
}

static uint32_t go_gate_challenge(const doorward_gate *gate, uint32_t reason, uint8_t *out, size_t size,
                                  size_t *written)
{
    return doorward_gate_challenge(gate, reason, out, size, written);
}

static uint32_t go_gate_places(const doorward_gate *gate, uint8_t *out, size_t size, size_t *written)
{
    return doorward_gate_places(gate, out, size, written);
}

static uint32_t go_gate_headers(const doorward_gate *gate, uint8_t *out, size_t size, size_t *written)
{
    return doorward_gate_headers(gate, out, size, written);
}

static uint32_t go_gate_startup(const doorward_gate *gate, uint32_t kind, const uint8_t *bytes,
                                uint32_t *warning)
{
    doorward_address at = go_address(kind, bytes);
    return doorward_gate_startup_check(gate, &at, warning);
}

typedef struct {
    uint32_t reason;
    go_span claims;
} go_verified;

static void go_jwt_verify(const doorward_gate *gate, const uint8_t *token, size_t len, uint64_t now,
                          uint8_t *scratch, size_t scratch_len, go_verified *out)
{
    doorward_bytes json;
    out->reason = doorward_jwt_verify(gate, go_bytes(token, len), go_now(now), scratch, scratch_len, &json);
    if (out->reason == DOORWARD_OK)
        out->claims = go_span_of(json, scratch);
}

// Where nobody asks for the claims of a short token the scratch buffer is the stack's: less than a page, so that it cannot
// reach over the one that guards a stack.
#define GO_SHORT_TOKEN 2048

static void go_jwt_check(const doorward_gate *gate, const uint8_t *token, size_t len, uint64_t now,
                         uint32_t *reason)
{
    uint8_t scratch[GO_SHORT_TOKEN / 2 * 3];
    doorward_bytes json;
    *reason = doorward_jwt_verify(gate, go_bytes(token, len), go_now(now), scratch, sizeof scratch, &json);
}

// A key, and behind it its id, which the library does not copy.
static uint32_t go_key_new(const uint8_t *id, size_t id_len, uint32_t algorithm, uint32_t encoding,
                           const uint8_t *secret, size_t secret_len, doorward_key **out)
{
    doorward_key_entry entry;
    uint32_t reason;
    uint8_t *place = malloc(sizeof(doorward_key) + id_len + 1);
    if (place == NULL)
        return DOORWARD_INTERNAL;
    memset(place, 0, sizeof(doorward_key));
    if (id_len > 0)
        memcpy(place + sizeof(doorward_key), id, id_len);
    entry.id = go_bytes(place + sizeof(doorward_key), id_len);
    entry.algorithm = algorithm;
    entry.encoding = encoding;
    entry.secret = go_bytes(secret, secret_len);
    reason = doorward_key_init((doorward_key *)place, &entry);
    if (reason == DOORWARD_OK)
        *out = (doorward_key *)place;
    else
        free(place);
    return reason;
}

static void go_key_free(doorward_key *key)
{
    doorward_key_wipe(key);
    free(key);
}

static uint32_t go_jwt_sign(const doorward_key *key, const uint8_t *claims, size_t len, uint8_t *out,
                            size_t size, size_t *written)
{
    return doorward_jwt_sign(key, go_bytes(claims, len), out, size, written);
}

static uint32_t go_jws_verify(const doorward_key *key, const uint8_t *token, size_t len, uint8_t *scratch,
                              size_t scratch_len, go_span *payload)
{
    doorward_bytes bytes;
    uint32_t reason = doorward_jws_verify(key, go_bytes(token, len), scratch, scratch_len, &bytes);
    if (reason == DOORWARD_OK)
        *payload = go_span_of(bytes, scratch);
    return reason;
}

// Everything that takes up to two texts and writes one.
enum go_op {
    GO_BASE64URL_DECODE,
    GO_BASE64URL_ENCODE,
    GO_ORIGIN_CANONICAL,
    GO_STRIP_QUERY,
    GO_STRIP_COOKIE,
    GO_STRIP_SUBPROTOCOL
};

static uint32_t go_text(uint32_t op, const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len,
                        uint8_t *out, size_t size, size_t *written)
{
    switch (op) {
    case GO_BASE64URL_DECODE: return doorward_base64url_decode(go_bytes(a, a_len), out, size, written);
    case GO_BASE64URL_ENCODE: return doorward_base64url_encode(go_bytes(a, a_len), out, size, written);
    case GO_ORIGIN_CANONICAL: return doorward_origin_canonical(go_bytes(a, a_len), out, size, written);
    case GO_STRIP_QUERY:
        return doorward_strip_query(go_bytes(a, a_len), go_bytes(b, b_len), out, size, written);
    case GO_STRIP_COOKIE:
        return doorward_strip_cookie(go_bytes(a, a_len), go_bytes(b, b_len), out, size, written);
    case GO_STRIP_SUBPROTOCOL:
        return doorward_strip_subprotocol(go_bytes(a, a_len), go_bytes(b, b_len), out, size, written);
    }
    return DOORWARD_NULL_ARGUMENT;
}

static uint32_t go_json_object(const uint8_t *text, size_t len, uint8_t *spare)
{
    return doorward_json_object(go_bytes(text, len), spare, len);
}

// Names of a path, back to back in `text`.
#define GO_NAMES 64

static size_t go_names(doorward_bytes *names, const uint8_t *text, const size_t *lens, size_t count)
{
    size_t i;
    for (i = 0; i < count && i < GO_NAMES; i++) {
        names[i] = go_bytes(text, lens[i]);
        text += lens[i];
    }
    return i;
}

enum go_kind { GO_STRING, GO_INTEGER, GO_BOOL, GO_RAW, GO_LISTS };

// One claim. `written` receives a string's length, or where raw text begins and how long it is.
static uint32_t go_claim(uint32_t kind, const uint8_t *claims, size_t claims_len, const uint8_t *path,
                         const size_t *lens, size_t count, const uint8_t *word, size_t word_len, uint8_t *out,
                         size_t size, int64_t *value, size_t *written)
{
    doorward_bytes names[GO_NAMES], raw, json = go_bytes(claims, claims_len);
    size_t len = go_names(names, path, lens, count);
    uint32_t reason, truth = 0;
    switch (kind) {
    case GO_STRING: return doorward_claim_string(json, names, len, out, size, &written[1]);
    case GO_INTEGER: return doorward_claim_integer(json, names, len, value);
    case GO_BOOL:
        reason = doorward_claim_bool(json, names, len, &truth);
        *value = truth;
        return reason;
    case GO_RAW:
        reason = doorward_claim_raw(json, names, len, &raw);
        if (reason == DOORWARD_OK) {
            written[0] = (size_t)(raw.data - claims);
            written[1] = raw.len;
        }
        return reason;
    case GO_LISTS:
        reason = doorward_claim_lists(json, names, len, go_bytes(word, word_len), &truth);
        *value = truth;
        return reason;
    }
    return DOORWARD_NULL_ARGUMENT;
}

static uint32_t go_has_scope(uint32_t kind, const uint8_t *scopes, size_t scopes_len, const uint8_t *name,
                             size_t name_len, const uint8_t *claims, size_t claims_len, const uint8_t *scope,
                             size_t scope_len)
{
    doorward_decision who;
    memset(&who, 0, sizeof who);
    who.kind = kind;
    who.scopes = go_bytes(scopes, scopes_len);
    who.scope_claim = go_bytes(name, name_len);
    who.claims = go_bytes(claims, claims_len);
    return doorward_decision_has_scope(&who, go_bytes(scope, scope_len));
}

static uint32_t go_digest(const uint8_t *token, size_t len, uint8_t *digest)
{
    return doorward_capability_digest(go_bytes(token, len), (uint8_t(*)[32])digest);
}

static uint32_t go_match(const uint8_t *token, size_t len, const uint8_t *digests, size_t count, size_t *index)
{
    return doorward_capability_match(go_bytes(token, len), (const uint8_t(*)[32])digests, count, index);
}

static uint32_t go_generate(const uint8_t *entropy, uint32_t form, uint8_t *out, size_t size, size_t *written)
{
    return doorward_capability_generate((const uint8_t(*)[32])entropy, form, out, size, written);
}

static uint32_t go_capability_check(const uint8_t *token, size_t len, uint32_t weak)
{
    return doorward_capability_check(go_bytes(token, len), weak);
}

static uint32_t go_bearer(const uint8_t *value, size_t len, size_t *span)
{
    doorward_bytes token;
    uint32_t reason = doorward_bearer(go_bytes(value, len), &token);
    if (reason == DOORWARD_OK) {
        span[0] = token.len == 0 ? 0 : (size_t)(token.data - value);
        span[1] = token.len;
    }
    return reason;
}

static uint32_t go_origin_check(const uint8_t *value, size_t len)
{
    return doorward_origin_check(go_bytes(value, len));
}

static uint32_t go_host_parse(const uint8_t *value, size_t len, uint32_t scheme, uint8_t *out, size_t size,
                              size_t *written, uint16_t *port)
{
    return doorward_host_parse(go_bytes(value, len), scheme, out, size, written, port);
}

static uint32_t go_address_parse(const uint8_t *text, size_t len, uint32_t *kind, uint8_t *bytes)
{
    doorward_address address;
    uint32_t reason = doorward_address_parse(go_bytes(text, len), &address);
    if (reason == DOORWARD_OK) {
        *kind = address.kind;
        memcpy(bytes, address.bytes, sizeof address.bytes);
    }
    return reason;
}

static uint32_t go_startup(uint32_t kind, const uint8_t *bytes, uint32_t credential, uint32_t warn,
                           uint32_t *warning)
{
    doorward_address at = go_address(kind, bytes);
    return doorward_startup_check(&at, credential, warn, warning);
}

// A table of tickets, and behind it its slots.
static uint32_t go_tickets_new(uint64_t ttl, size_t count, doorward_tickets **out)
{
    uint32_t reason;
    doorward_tickets *tickets = calloc(1, sizeof *tickets + count * sizeof(doorward_ticket_slot));
    if (tickets == NULL)
        return DOORWARD_INTERNAL;
    reason = doorward_tickets_init(tickets, ttl, (doorward_ticket_slot *)(tickets + 1), count);
    if (reason == DOORWARD_OK)
        *out = tickets;
    else
        free(tickets);
    return reason;
}

static void go_tickets_free(doorward_tickets *tickets)
{
    doorward_tickets_wipe(tickets);
    free(tickets);
}

static uint32_t go_ticket_issue(doorward_tickets *tickets, const uint8_t *entropy, const uint8_t *payload,
                                size_t len, uint64_t now, uint8_t *out, size_t size, size_t *written)
{
    return doorward_ticket_issue(tickets, (const uint8_t(*)[32])entropy, go_bytes(payload, len), go_now(now), out,
                                 size, written);
}

static uint32_t go_ticket_redeem(doorward_tickets *tickets, const uint8_t *token, size_t len, uint64_t now,
                                 uint8_t *out, size_t size, size_t *written)
{
    return doorward_ticket_redeem(tickets, go_bytes(token, len), go_now(now), out, size, written);
}

static uint32_t go_reason_challenge(uint32_t reason, const uint8_t *realm, size_t realm_len,
                                    const uint8_t *scopes, const size_t *lens, size_t count, uint8_t *out,
                                    size_t size, size_t *written)
{
    doorward_bytes names[GO_NAMES + 1];
    doorward_list list = {names, 0};
    // One more than the library takes, which then says so.
    if (count > GO_NAMES)
        return DOORWARD_NULL_ARGUMENT;
    list.len = go_names(names, scopes, lens, count);
    return doorward_reason_challenge(reason, go_bytes(realm, realm_len), list, out, size, written);
}
*/
import "C"

import (
	"encoding/binary"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"
)

// What the functions below take and give, as numbers of the C header.
const (
	OK              = uint32(C.DOORWARD_OK)
	NullArgument    = uint32(C.DOORWARD_NULL_ARGUMENT)
	ScratchTooSmall = uint32(C.DOORWARD_SCRATCH_TOO_SMALL)
	OutputTooSmall  = uint32(C.DOORWARD_OUTPUT_TOO_SMALL)

	HTTP  = uint32(C.DOORWARD_HTTP)
	HTTPS = uint32(C.DOORWARD_HTTPS)

	TOML = uint32(C.DOORWARD_TOML)
	JSON = uint32(C.DOORWARD_JSON)

	PrincipalNone       = uint32(C.DOORWARD_PRINCIPAL_NONE)
	PrincipalAnonymous  = uint32(C.DOORWARD_PRINCIPAL_ANONYMOUS)
	PrincipalCapability = uint32(C.DOORWARD_PRINCIPAL_CAPABILITY)
	PrincipalToken      = uint32(C.DOORWARD_PRINCIPAL_TOKEN)

	// ClockNow as a time means: read the clock.
	ClockNow = ^uint64(0)

	// ScratchBytes is enough for any gate, unless its names are very long; one that needs more says so.
	ScratchBytes = int(C.DOORWARD_SCRATCH_BYTES)

	challengeBytes = 512
	messageBytes   = 1 << 14
	// An explanation has a line for each check and each line of a list.
	maxExplanation = 1 << 22
)

// Version is that of the library that is linked.
func Version() string { return C.GoString(C.doorward_version()) }

func data(text string) *C.uint8_t { return (*C.uint8_t)(unsafe.StringData(text)) }

func first(bytes []byte) *C.uint8_t { return (*C.uint8_t)(unsafe.SliceData(bytes)) }

func text(room []byte) string {
	for i, b := range room {
		if b == 0 {
			return string(room[:i])
		}
	}
	return string(room)
}

// handle keeps something of C's alive while it is used, and ends it once nobody does.
//
// uses counts who is inside. Close takes closed from it, so that a negative count refuses newcomers; whoever
// brings it to exactly -closed is the last.
type handle struct {
	pointer unsafe.Pointer
	end     func(unsafe.Pointer)
	uses    atomic.Int64
	shut    atomic.Bool
	ended   atomic.Bool
}

const closed = 1 << 62

func (h *handle) enter() bool { return h.uses.Add(1) > 0 || h.refuse() }

func (h *handle) refuse() bool {
	h.leave()
	return false
}

func (h *handle) leave() {
	if uses := h.uses.Add(-1); uses < 0 {
		h.settle(uses)
	}
}

func (h *handle) close() {
	if h.shut.CompareAndSwap(false, true) {
		h.settle(h.uses.Add(-closed))
	}
}

// settle ends what the handle keeps, once: a newcomer that was refused comes by here as well.
func (h *handle) settle(uses int64) {
	if uses == -closed && h.ended.CompareAndSwap(false, true) {
		h.end(h.pointer)
	}
}

// Gate is a gate on the library's heap. All methods may be called at once, Close included: the library itself keeps the
// rules for the calls that are under way, and the memory of the gate stays as long as somebody has it.
type Gate struct {
	pointer *C.doorward_gate
	shut    atomic.Bool
	ending  sync.Once
	ended   uint32
}

func newGate(gate *C.doorward_gate) *Gate {
	made := &Gate{pointer: gate}
	runtime.AddCleanup(made, func(gate *C.doorward_gate) { C.doorward_gate_free(gate) }, gate)
	return made
}

// Close ends the gate's rules: its keys are wiped after the last call that is under way.
func (g *Gate) Close() (reason uint32) {
	g.shut.Store(true)
	g.ending.Do(func() { g.ended = uint32(C.doorward_gate_close(g.pointer)) })
	runtime.KeepAlive(g)
	return g.ended
}

// open tells whether an answer is one of the gate's rules. Those of a closed gate let nobody in: what was let in was so
// before.
func (g *Gate) open(reason uint32) bool { return reason == OK || !g.shut.Load() }

// Open makes a gate of a policy file. The message is what is wrong, or what should be mended.
func Open(path string) (gate *Gate, message string, reason uint32) {
	room := make([]byte, messageBytes)
	var made *C.doorward_gate
	reason = uint32(C.go_open(data(path), C.size_t(len(path)), (*C.char)(unsafe.Pointer(&room[0])),
		C.size_t(len(room)), &made))
	return gateOf(made, reason), text(room), reason
}

// FromPolicy makes a gate of a document in memory.
func FromPolicy(document []byte, syntax uint32) (gate *Gate, message string, reason uint32) {
	room := make([]byte, messageBytes)
	var made *C.doorward_gate
	reason = uint32(C.go_from_policy(first(document), C.size_t(len(document)), C.uint32_t(syntax),
		(*C.char)(unsafe.Pointer(&room[0])), C.size_t(len(room)), &made))
	return gateOf(made, reason), text(room), reason
}

func gateOf(made *C.doorward_gate, reason uint32) *Gate {
	if reason != OK {
		return nil
	}
	return newGate(made)
}

// Reload reads the gate's document again; open is false once the gate is closed.
func (g *Gate) Reload() (message string, reason uint32, open bool) {
	if g.shut.Load() {
		return "", 0, false
	}
	room := make([]byte, messageBytes)
	reason = uint32(C.go_reload(g.pointer, (*C.char)(unsafe.Pointer(&room[0])), C.size_t(len(room))))
	runtime.KeepAlive(g)
	return text(room), reason, !g.shut.Load()
}

// Call is a request on its way to the library, with the memory that the answer takes. It is used by one
// goroutine at a time, and again for the next request.
type Call struct {
	raw     C.go_call
	lens    []C.size_t
	text    []byte
	scratch []byte
}

// NewCall makes one with room for any ordinary request and gate.
func NewCall() *Call {
	return &Call{
		lens:    make([]C.size_t, 0, 64),
		text:    make([]byte, 0, 4096),
		scratch: make([]byte, ScratchBytes),
	}
}

// keep bounds what one large request leaves behind.
const keep = 1 << 16

// Reusable tells whether the call is worth keeping.
func (c *Call) Reusable() bool { return cap(c.text) <= keep && len(c.scratch) <= keep }

// Begin starts a request of an unknown peer; Peer or IPv4 follows, and Line or Others for its header lines.
func (c *Call) Begin(method, target string, scheme uint32, now uint64) {
	c.raw.now = C.uint64_t(now)
	c.raw.scheme = C.uint32_t(scheme)
	c.raw.peer_kind = C.DOORWARD_ADDRESS_NONE
	c.raw.method_len = C.size_t(len(method))
	c.raw.target_len = C.size_t(len(target))
	c.raw.others = 0
	c.lens = c.lens[:0]
	c.text = append(c.text[:0], method...)
	c.text = append(c.text, target...)
}

// Peer is the other end of the connection.
func (c *Call) Peer(at netip.Addr) {
	c.raw.peer_kind = C.uint32_t(addressKind(at))
	c.raw.peer = addressBytes(at)
}

// IPv4 is the other end of the connection, as a number whose first octet is the highest.
func (c *Call) IPv4(address uint32) {
	c.raw.peer_kind = C.DOORWARD_ADDRESS_V4
	// Written at once: the processor waits for a load of what was stored in pieces.
	binary.BigEndian.PutUint32((*[4]byte)(unsafe.Pointer(&c.raw.peer))[:], address)
}

// Line adds a header line.
func (c *Call) Line(name, value string) {
	c.lens = append(c.lens, C.size_t(len(name)), C.size_t(len(value)))
	c.text = append(c.text, name...)
	c.text = append(c.text, value...)
}

// Others adds lines of which it only counts that they are there: none of what [Gate.Headers] names.
func (c *Call) Others(count int) { c.raw.others += C.size_t(count) }

// Grow gives the call a larger scratch buffer, if the size is more than it has: a gate may be reloaded with rules
// that need more.
func (c *Call) Grow(size int) bool {
	if size <= len(c.scratch) {
		return false
	}
	c.scratch = make([]byte, size)
	return true
}

// Shrink gives the call a scratch buffer of any size, for the test of one that is too small.
func (c *Call) Shrink(size int) { c.scratch = make([]byte, size) }

// Kind is whose request was let in, after a decision that was OK.
func (c *Call) Kind() uint32 { return uint32(c.raw.kind) }

// Expires is the second from which on the credential is not valid any more.
func (c *Call) Expires() (second uint64, has bool) {
	return uint64(c.raw.expires), c.raw.has_expires != 0
}

// Who are the texts of an answer, back to back in one block.
type Who struct {
	block   string
	ends    [C.GO_TEXTS]uint32
	present [C.GO_TEXTS]bool
}

// TextOf is one of them.
type TextOf uint32

// The texts of an answer.
const (
	ID         = TextOf(C.GO_ID)
	Place      = TextOf(C.GO_PLACE)
	KeyID      = TextOf(C.GO_KEY_ID)
	Scopes     = TextOf(C.GO_SCOPES)
	ScopeClaim = TextOf(C.GO_SCOPE_CLAIM)
	Claims     = TextOf(C.GO_CLAIMS)
)

// Text is one of the texts; empty where there is none.
func (w *Who) Text(of TextOf) string {
	begin := uint32(0)
	if of > 0 {
		begin = w.ends[of-1]
	}
	return w.block[begin:w.ends[of]]
}

// Has tells an empty text from none.
func (w *Who) Has(of TextOf) bool { return w.present[of] }

// Who copies the texts of the answer.
func (c *Call) Who(who *Who) {
	size := C.uint32_t(0)
	for i := range c.raw.texts {
		size += c.raw.texts[i].len
	}
	var block strings.Builder
	block.Grow(int(size))
	for i := range c.raw.texts {
		if span := &c.raw.texts[i]; span.present != 0 {
			block.Write(c.scratch[span.at : span.at+span.len])
			who.present[i] = true
		}
		who.ends[i] = uint32(block.Len())
	}
	who.block = block.String()
}

// Decide asks the gate: one C call, no allocation.
func (g *Gate) Decide(c *Call) (reason uint32, open bool) {
	if g.shut.Load() {
		return 0, false
	}
	c.raw.lines = C.size_t(len(c.lens) / 2)
	C.go_decide(g.pointer, &c.raw, unsafe.SliceData(c.lens), first(c.text), first(c.scratch),
		C.size_t(len(c.scratch)))
	runtime.KeepAlive(g)
	reason = uint32(c.raw.reason)
	return reason, g.open(reason)
}

// ScratchBytes is what a decision of the gate needs now; a reload may change it, and rules that are closed need none.
func (g *Gate) ScratchBytes() int {
	needed := int(C.doorward_gate_scratch_bytes(g.pointer))
	runtime.KeepAlive(g)
	return needed
}

// Explain tells what the gate compared.
func (g *Gate) Explain(c *Call) (explanation string, reason uint32, open bool) {
	if g.shut.Load() {
		return "", 0, false
	}
	c.raw.lines = C.size_t(len(c.lens) / 2)
	for size := messageBytes; ; size *= 4 {
		room := make([]byte, size)
		reason = uint32(C.go_explain(g.pointer, &c.raw, unsafe.SliceData(c.lens), first(c.text),
			(*C.char)(unsafe.Pointer(&room[0])), C.size_t(size)))
		runtime.KeepAlive(g)
		// A text that is cut leaves less than a character's bytes free.
		if told := text(room); len(told) < size-8 || size >= maxExplanation {
			return told, reason, !g.shut.Load()
		}
	}
}

// Challenge is the WWW-Authenticate value that goes with a refusal by the gate; empty for none.
func (g *Gate) Challenge(reason uint32) (value string, failed uint32, open bool) {
	if g.shut.Load() {
		return "", 0, false
	}
	var room [challengeBytes]byte
	var written C.size_t
	failed = uint32(C.go_gate_challenge(g.pointer, C.uint32_t(reason), first(room[:]), challengeBytes, &written))
	runtime.KeepAlive(g)
	return string(room[:written]), failed, !g.shut.Load()
}

// Places are where the gate looks for a credential, as its policy writes them.
func (g *Gate) Places() (places []string, reason uint32, open bool) {
	return g.list(func(out *C.uint8_t, size C.size_t, written *C.size_t) C.uint32_t {
		return C.go_gate_places(g.pointer, out, size, written)
	})
}

// Headers are the names of the headers that a decision may depend on.
func (g *Gate) Headers() (names []string, reason uint32, open bool) {
	return g.list(func(out *C.uint8_t, size C.size_t, written *C.size_t) C.uint32_t {
		return C.go_gate_headers(g.pointer, out, size, written)
	})
}

// list is a text of lines that is written into as much room as it takes.
func (g *Gate) list(write func(*C.uint8_t, C.size_t, *C.size_t) C.uint32_t) (lines []string, reason uint32, open bool) {
	if g.shut.Load() {
		return nil, 0, false
	}
	for size := 1 << 10; ; size *= 4 {
		room := make([]byte, size)
		var written C.size_t
		reason = uint32(write(first(room), C.size_t(size), &written))
		runtime.KeepAlive(g)
		if reason != OutputTooSmall || size > messageBytes {
			return strings.Split(string(room[:written]), "\n"), reason, !g.shut.Load()
		}
	}
}

// StartupCheck judges the address of a listener by the gate's policy.
func (g *Gate) StartupCheck(at netip.Addr) (warning bool, reason uint32, open bool) {
	if g.shut.Load() {
		return false, 0, false
	}
	bytes := addressBytes(at)
	var warned C.uint32_t
	reason = uint32(C.go_gate_startup(g.pointer, C.uint32_t(addressKind(at)), &bytes[0], &warned))
	runtime.KeepAlive(g)
	return warned != 0, reason, !g.shut.Load()
}

// VerifyJWT verifies a token by the gate's rules; the claims are a part of scratch.
func (g *Gate) VerifyJWT(token string, now uint64, scratch []byte) (claims []byte, reason uint32, open bool) {
	if g.shut.Load() {
		return nil, 0, false
	}
	var out C.go_verified
	C.go_jwt_verify(g.pointer, data(token), C.size_t(len(token)), C.uint64_t(now), first(scratch),
		C.size_t(len(scratch)), &out)
	runtime.KeepAlive(g)
	reason = uint32(out.reason)
	return scratch[out.claims.at : out.claims.at+out.claims.len], reason, g.open(reason)
}

// ShortToken is the length of the longest token that CheckJWT takes.
const ShortToken = int(C.GO_SHORT_TOKEN)

// CheckJWT is VerifyJWT where nobody asks for the claims.
func (g *Gate) CheckJWT(token string, now uint64) (reason uint32, open bool) {
	if g.shut.Load() {
		return 0, false
	}
	var out C.uint32_t
	C.go_jwt_check(g.pointer, data(token), C.size_t(len(token)), C.uint64_t(now), &out)
	runtime.KeepAlive(g)
	reason = uint32(out)
	return reason, g.open(reason)
}

func addressKind(address netip.Addr) uint32 {
	switch {
	case address.Is4():
		return uint32(C.DOORWARD_ADDRESS_V4)
	case address.Is6():
		return uint32(C.DOORWARD_ADDRESS_V6)
	default:
		return uint32(C.DOORWARD_ADDRESS_NONE)
	}
}

func addressBytes(address netip.Addr) (bytes [16]C.uint8_t) {
	if address.Is4() {
		for i, b := range address.As4() {
			bytes[i] = C.uint8_t(b)
		}
	} else if address.Is6() {
		for i, b := range address.As16() {
			bytes[i] = C.uint8_t(b)
		}
	}
	return bytes
}

// Key is a secret that is ready for use. All methods may be called at once, Close included.
type Key struct{ handle *handle }

// NewKey makes a key ready.
func NewKey(id string, algorithm, encoding uint32, secret []byte) (*Key, uint32) {
	var made *C.doorward_key
	reason := uint32(C.go_key_new(data(id), C.size_t(len(id)), C.uint32_t(algorithm), C.uint32_t(encoding),
		first(secret), C.size_t(len(secret)), &made))
	if reason != OK {
		return nil, reason
	}
	h := &handle{pointer: unsafe.Pointer(made), end: func(p unsafe.Pointer) {
		C.go_key_free((*C.doorward_key)(p))
	}}
	key := &Key{h}
	runtime.AddCleanup(key, (*handle).close, h)
	return key, OK
}

func (k *Key) pointer() *C.doorward_key { return (*C.doorward_key)(k.handle.pointer) }

// Close wipes the key, after the last call that is under way.
func (k *Key) Close() { k.handle.close() }

// Sign appends a token to dst.
func (k *Key) Sign(dst []byte, claims string) (token []byte, reason uint32, open bool) {
	if !k.handle.enter() {
		return dst, 0, false
	}
	defer k.handle.leave()
	needed := int(C.doorward_jwt_signed_bytes(k.pointer(), C.size_t(len(claims))))
	dst = grow(dst, needed)
	var written C.size_t
	reason = uint32(C.go_jwt_sign(k.pointer(), data(claims), C.size_t(len(claims)),
		first(dst[len(dst):cap(dst)]), C.size_t(cap(dst)-len(dst)), &written))
	return dst[:len(dst)+int(written)], reason, true
}

func grow(dst []byte, more int) []byte {
	if cap(dst)-len(dst) >= more {
		return dst
	}
	return append(dst, make([]byte, more)...)[:len(dst)]
}

// VerifyJWS proves a token's MAC and gives its payload, a part of scratch.
func (k *Key) VerifyJWS(token string, scratch []byte) (payload []byte, reason uint32, open bool) {
	if !k.handle.enter() {
		return nil, 0, false
	}
	defer k.handle.leave()
	var span C.go_span
	reason = uint32(C.go_jws_verify(k.pointer(), data(token), C.size_t(len(token)), first(scratch),
		C.size_t(len(scratch)), &span))
	return scratch[span.at : span.at+span.len], reason, true
}

// TextOp is a function that makes a text of one or two.
type TextOp uint32

// The functions of Text.
const (
	Base64URLDecode  = TextOp(C.GO_BASE64URL_DECODE)
	Base64URLEncode  = TextOp(C.GO_BASE64URL_ENCODE)
	OriginCanonical  = TextOp(C.GO_ORIGIN_CANONICAL)
	StripQuery       = TextOp(C.GO_STRIP_QUERY)
	StripCookie      = TextOp(C.GO_STRIP_COOKIE)
	StripSubprotocol = TextOp(C.GO_STRIP_SUBPROTOCOL)
)

// Text performs one of the functions into room of the given size.
func Text(op TextOp, a, b string, size int) ([]byte, uint32) {
	out := make([]byte, size)
	var written C.size_t
	reason := uint32(C.go_text(C.uint32_t(op), data(a), C.size_t(len(a)), data(b), C.size_t(len(b)),
		first(out), C.size_t(size), &written))
	return out[:written], reason
}

// JSONObject checks that a text is one strict JSON object.
func JSONObject(json string) uint32 {
	spare := make([]byte, len(json))
	return uint32(C.go_json_object(data(json), C.size_t(len(json)), first(spare)))
}

// ClaimKind is what a claim is read as.
type ClaimKind uint32

// What a claim is read as.
const (
	ClaimString  = ClaimKind(C.GO_STRING)
	ClaimInteger = ClaimKind(C.GO_INTEGER)
	ClaimBool    = ClaimKind(C.GO_BOOL)
	ClaimRaw     = ClaimKind(C.GO_RAW)
	ClaimLists   = ClaimKind(C.GO_LISTS)
)

// Claim reads the value at the end of a path of names.
func Claim(kind ClaimKind, claims string, path []string, word string) (found string, value int64, reason uint32) {
	if len(path) > C.GO_NAMES {
		return "", 0, NullArgument
	}
	names, lens := flatten(path)
	var room []byte
	if kind == ClaimString {
		room = make([]byte, len(claims))
	}
	var number C.int64_t
	var written [2]C.size_t
	reason = uint32(C.go_claim(C.uint32_t(kind), data(claims), C.size_t(len(claims)), data(names),
		unsafe.SliceData(lens), C.size_t(len(lens)), data(word), C.size_t(len(word)), first(room),
		C.size_t(len(room)), &number, &written[0]))
	if reason != OK {
		return "", 0, reason
	}
	at, size := int(written[0]), int(written[1])
	switch kind {
	case ClaimString:
		found = string(room[:size])
	case ClaimRaw:
		found = claims[at : at+size]
	}
	return found, int64(number), OK
}

func flatten(names []string) (string, []C.size_t) {
	lens := make([]C.size_t, len(names))
	for i, name := range names {
		lens[i] = C.size_t(len(name))
	}
	return strings.Join(names, ""), lens
}

// HasScope tells whether a principal of these texts carries a scope.
func HasScope(kind uint32, scopes, name, claims, scope string) bool {
	return C.go_has_scope(C.uint32_t(kind), data(scopes), C.size_t(len(scopes)), data(name),
		C.size_t(len(name)), data(claims), C.size_t(len(claims)), data(scope), C.size_t(len(scope))) != 0
}

// Digest is the SHA-256 of a token.
func Digest(token string) (digest [32]byte, reason uint32) {
	reason = uint32(C.go_digest(data(token), C.size_t(len(token)), first(digest[:])))
	return digest, reason
}

// Match finds a token among digests, 32 bytes each, back to back.
func Match(token string, digests []byte) (index int, reason uint32) {
	var found C.size_t
	reason = uint32(C.go_match(data(token), C.size_t(len(token)), first(digests), C.size_t(len(digests)/32),
		&found))
	return int(found), reason
}

// Generate writes a capability token from 32 random bytes.
func Generate(entropy [32]byte, form uint32) (token string, reason uint32) {
	var room [64]byte
	var written C.size_t
	reason = uint32(C.go_generate(first(entropy[:]), C.uint32_t(form), first(room[:]), 64, &written))
	return string(room[:written]), reason
}

// NewCapability writes a capability token from the system's random source.
func NewCapability(form uint32) (token string, reason uint32) {
	var room [64]byte
	var written C.size_t
	reason = uint32(C.doorward_capability_new(C.uint32_t(form), first(room[:]), 64, &written))
	return string(room[:written]), reason
}

// Tickets are a table of single-use tickets. All methods may be called at once, Close included.
type Tickets struct {
	handle *handle
	// The library takes one call at a time.
	lock *sync.Mutex
}

// maxTickets bounds a table to 128 MB, so that its size is a size.
const maxTickets = 1 << 20

// NewTickets makes an empty table.
func NewTickets(ttl uint64, capacity int) (*Tickets, uint32) {
	if capacity < 0 || capacity > maxTickets {
		return nil, NullArgument
	}
	var made *C.doorward_tickets
	reason := uint32(C.go_tickets_new(C.uint64_t(ttl), C.size_t(capacity), &made))
	if reason != OK {
		return nil, reason
	}
	h := &handle{pointer: unsafe.Pointer(made), end: func(p unsafe.Pointer) {
		C.go_tickets_free((*C.doorward_tickets)(p))
	}}
	tickets := &Tickets{h, new(sync.Mutex)}
	runtime.AddCleanup(tickets, (*handle).close, h)
	return tickets, OK
}

// Close wipes the table, after the last call that is under way.
func (t *Tickets) Close() { t.handle.close() }

// Issue issues a ticket from 32 random bytes.
func (t *Tickets) Issue(entropy *[32]byte, payload string, now uint64) (ticket string, reason uint32, open bool) {
	if !t.handle.enter() {
		return "", 0, false
	}
	defer t.handle.leave()
	t.lock.Lock()
	defer t.lock.Unlock()
	var room [64]byte
	var written C.size_t
	reason = uint32(C.go_ticket_issue((*C.doorward_tickets)(t.handle.pointer), first(entropy[:]), data(payload),
		C.size_t(len(payload)), C.uint64_t(now), first(room[:]), C.size_t(len(room)), &written))
	return string(room[:written]), reason, true
}

// Redeem gives a ticket's payload, once.
func (t *Tickets) Redeem(ticket string, now uint64) (payload string, reason uint32, open bool) {
	if !t.handle.enter() {
		return "", 0, false
	}
	defer t.handle.leave()
	t.lock.Lock()
	defer t.lock.Unlock()
	var room [C.DOORWARD_TICKET_PAYLOAD_BYTES]byte
	var written C.size_t
	reason = uint32(C.go_ticket_redeem((*C.doorward_tickets)(t.handle.pointer), data(ticket),
		C.size_t(len(ticket)), C.uint64_t(now), first(room[:]), C.size_t(len(room)), &written))
	return string(room[:written]), reason, true
}

// CheckCapability judges a token that is about to be configured.
func CheckCapability(token string, weak bool) uint32 {
	return uint32(C.go_capability_check(data(token), C.size_t(len(token)), boolean(weak)))
}

func boolean(truth bool) C.uint32_t {
	if truth {
		return 1
	}
	return 0
}

// Bearer finds the token of an Authorization value.
func Bearer(value string) (token string, reason uint32) {
	var span [2]C.size_t
	reason = uint32(C.go_bearer(data(value), C.size_t(len(value)), &span[0]))
	return value[span[0] : span[0]+span[1]], reason
}

// CheckOrigin checks the grammar of an Origin value.
func CheckOrigin(value string) uint32 {
	return uint32(C.go_origin_check(data(value), C.size_t(len(value))))
}

// ParseHost reads a Host value.
func ParseHost(value string, scheme uint32) (name string, port uint16, reason uint32) {
	var room [256]byte
	var written C.size_t
	var number C.uint16_t
	reason = uint32(C.go_host_parse(data(value), C.size_t(len(value)), C.uint32_t(scheme), first(room[:]),
		C.size_t(len(room)), &written, &number))
	return string(room[:written]), uint16(number), reason
}

// ParseAddress reads the address of a listener.
func ParseAddress(address string) (netip.Addr, uint32) {
	var kind C.uint32_t
	var bytes [16]byte
	reason := uint32(C.go_address_parse(data(address), C.size_t(len(address)), &kind, first(bytes[:])))
	if uint32(kind) == uint32(C.DOORWARD_ADDRESS_V4) {
		return netip.AddrFrom4([4]byte(bytes[:4])), reason
	}
	return netip.AddrFrom16(bytes), reason
}

// StartupCheck judges a listener's address.
func StartupCheck(at netip.Addr, credential, onlyWarn bool) (warning bool, reason uint32) {
	bytes := addressBytes(at)
	var warned C.uint32_t
	reason = uint32(C.go_startup(C.uint32_t(addressKind(at)), &bytes[0], boolean(credential),
		boolean(onlyWarn), &warned))
	return warned != 0, reason
}

// Challenge is the WWW-Authenticate value that goes with a reason.
func Challenge(reason uint32, realm string, scopes []string) (value string, failed uint32) {
	names, lens := flatten(scopes)
	var room [challengeBytes]byte
	var written C.size_t
	failed = uint32(C.go_reason_challenge(C.uint32_t(reason), data(realm), C.size_t(len(realm)), data(names),
		unsafe.SliceData(lens), C.size_t(len(lens)), first(room[:]), challengeBytes, &written))
	return string(room[:written]), failed
}
