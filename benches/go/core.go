package main

/*
#cgo CFLAGS: -I${SRCDIR}/../../include
#cgo linux,amd64 LDFLAGS: ${SRCDIR}/../../bindings/go/lib/linux_amd64/libdoorward.a -lm -ldl -lpthread
#cgo linux,arm64 LDFLAGS: ${SRCDIR}/../../bindings/go/lib/linux_arm64/libdoorward.a -lm -ldl -lpthread
#cgo darwin,amd64 LDFLAGS: ${SRCDIR}/../../bindings/go/lib/darwin_amd64/libdoorward.a
#cgo darwin,arm64 LDFLAGS: ${SRCDIR}/../../bindings/go/lib/darwin_arm64/libdoorward.a
#include <stdlib.h>
#include <string.h>
#include "doorward.h"

static uint8_t scratch[DOORWARD_SCRATCH_BYTES];

static doorward_bytes text(const char *s)
{
    doorward_bytes bytes = {(const uint8_t *)s, strlen(s)};
    return bytes;
}

static doorward_gate *bench_gate(const char *policy)
{
    doorward_message none = {NULL, 0};
    doorward_gate *gate = NULL;
    return doorward_gate_from_policy(text(policy), DOORWARD_JSON, none, &gate) == DOORWARD_OK ? gate : NULL;
}

// The core's own time: the same verification, without Go around it.
static uint32_t bench_verify(const doorward_gate *gate, const doorward_bytes *tokens, int count, int *next,
                             uint64_t now, int rounds)
{
    doorward_bytes claims;
    uint32_t reason = 0;
    while (rounds-- > 0) {
        reason |= doorward_jwt_verify(gate, tokens[*next], now, scratch, sizeof scratch, &claims);
        *next = *next + 1 == count ? 0 : *next + 1;
    }
    return reason;
}

static doorward_bytes *bench_tokens(int count)
{
    return calloc((size_t)count, sizeof(doorward_bytes));
}

static void bench_token(doorward_bytes *tokens, int at, const char *token)
{
    tokens[at] = text(token);
}

typedef struct {
    doorward_request request;
    doorward_header headers[64];
} bench_request;

static bench_request *bench_request_new(const char *target)
{
    bench_request *made = calloc(1, sizeof *made);
    made->request.method = text("GET");
    made->request.target = text(target);
    made->request.scheme = DOORWARD_HTTPS;
    made->request.headers = made->headers;
    return made;
}

static void bench_line(bench_request *made, const char *name, const char *value)
{
    made->headers[made->request.headers_len].name = text(name);
    made->headers[made->request.headers_len].value = text(value);
    made->request.headers_len++;
}

static uint32_t bench_decide(const doorward_gate *gate, const bench_request *made, uint64_t now, int rounds)
{
    doorward_decision who;
    uint32_t reason = 0;
    while (rounds-- > 0)
        reason = doorward_gate_decide(gate, &made->request, now, scratch, sizeof scratch, &who);
    return reason;
}
*/
import "C"

import "net/http"

// coreGate is a gate of C's, for the time that the core takes without Go around it.
type coreGate struct{ gate *C.doorward_gate }

func newCore(policy string) coreGate {
	gate := C.bench_gate(C.CString(policy))
	if gate == nil {
		panic("the policy does not load")
	}
	return coreGate{gate}
}

func (c coreGate) verify(tokens []string) func(int) {
	list := C.bench_tokens(C.int(len(tokens)))
	for at, token := range tokens {
		C.bench_token(list, C.int(at), C.CString(token))
	}
	next := (*C.int)(C.calloc(1, C.sizeof_int))
	return func(rounds int) {
		if C.bench_verify(c.gate, list, C.int(len(tokens)), next, C.uint64_t(now.Unix()), C.int(rounds)) != C.DOORWARD_OK {
			panic("the core refuses the token")
		}
	}
}

func (c coreGate) decide(r *http.Request, expected uint32) func(int) {
	request := C.bench_request_new(C.CString(r.RequestURI))
	C.bench_line(request, C.CString("Host"), C.CString(r.Host))
	for name, values := range r.Header {
		for _, value := range values {
			C.bench_line(request, C.CString(name), C.CString(value))
		}
	}
	return func(rounds int) {
		if got := uint32(C.bench_decide(c.gate, request, C.uint64_t(now.Unix()), C.int(rounds))); got != expected {
			panic(got)
		}
	}
}
