/* Every vector, through the header. The table is generated (`cargo xtask c-vectors`), so that no JSON is
 * parsed here. DOORWARD_VERDICTS=FILE writes one line a case, in which all languages must agree. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doorward.h"

enum op {
    OP_DECIDE,
    OP_JWT_VERIFY,
    OP_JWT_SIGN,
    OP_JWS_VERIFY,
    OP_KEY,
    OP_CAPABILITY_DIGEST,
    OP_CAPABILITY_MATCH,
    OP_CAPABILITY_GENERATE,
    OP_ORIGIN_NORMALISE,
    OP_ORIGIN_PARSE,
    OP_HOST_PARSE,
    OP_BASE64URL_DECODE,
    OP_BASE64URL_ENCODE,
    OP_JSON_OBJECT,
    OP_CLAIM_READ,
    OP_BEARER,
    OP_STRIP_QUERY,
    OP_STRIP_COOKIE,
    OP_STRIP_SUBPROTOCOL,
    OP_LISTEN,
    OP_POLICY_LOAD,
    OP_SCRATCH,
    OP_CHALLENGE,
    OP_TICKET
};

/* One step of a case of tickets. */
struct step {
    int issue;             /* else: redeem */
    doorward_bytes secret; /* entropy, or the token */
    doorward_bytes payload;
    uint64_t now;
    uint32_t code;       /* expected */
    doorward_bytes text; /* expected: the token, or the payload */
};

struct vector {
    const char *line; /* the verdict line up to the decision */
    enum op op;
    doorward_bytes in[3];
    const doorward_header *list; /* header lines, or names with empty values */
    size_t list_len;
    uint64_t number;
    uint32_t a, b;
    doorward_address peer;
    uint32_t code, status; /* expected; status 0: not stated */
    int has_text;
    doorward_bytes text;
    int has_integer;
    int64_t integer;
    int nothing; /* expected: there is no value */
    const struct step *steps;
    size_t steps_len;
};

#define B(text) {(const uint8_t *)(text), sizeof(text) - 1}
#define NONE {NULL, 0}
#include "vectors.inc"

/* What came. */
struct outcome {
    uint32_t code, status;
    int has_text, has_integer;
    doorward_bytes text;
    int64_t integer;
};

static uint8_t scratch[DOORWARD_SCRATCH_BYTES];
static uint8_t room[DOORWARD_SCRATCH_BYTES];
static char message_text[4096];

static const doorward_message MESSAGE = {message_text, sizeof message_text};

static void set_text(struct outcome *got, const uint8_t *data, size_t len)
{
    got->has_text = 1;
    got->text.data = data;
    got->text.len = len;
}

static void set_integer(struct outcome *got, int64_t integer)
{
    got->has_integer = 1;
    got->integer = integer;
}

/* The names of a list; at most 64. */
static const doorward_bytes *names_of(const struct vector *v)
{
    static doorward_bytes names[64];
    size_t i;
    for (i = 0; i < v->list_len && i < 64; i++)
        names[i] = v->list[i].name;
    return names;
}

static doorward_gate *gate_of(const struct vector *v, struct outcome *got)
{
    doorward_gate *gate = NULL;
    got->code = doorward_gate_from_policy(v->in[0], DOORWARD_JSON, MESSAGE, &gate);
    return gate;
}

static void decide(const struct vector *v, struct outcome *got)
{
    doorward_gate *gate = gate_of(v, got);
    doorward_request request;
    doorward_decision who;
    size_t needed, size = 0;
    memset(&who, 0, sizeof who);
    request.method = v->in[1];
    request.target = v->in[2];
    request.scheme = v->a;
    request.peer = v->peer;
    request.headers = v->list;
    request.headers_len = v->list_len;
    if (gate != NULL) {
        /* As much as is asked for, at the end of the buffer: the sanitizers see one byte more. */
        uint8_t *end;
        needed = doorward_gate_scratch_bytes(gate);
        end = malloc(needed != 0 ? needed : 1);
        got->code = doorward_gate_decide(gate, &request, v->number, end, needed, &who);
        if ((got->code != DOORWARD_OK) != (who.kind == DOORWARD_PRINCIPAL_NONE))
            got->code = 1;
        if (who.id.len <= sizeof room && who.id.len > 0)
            memcpy(room, who.id.data, who.id.len);
        set_text(got, room, who.id.len);
        free(end);
#ifndef WITHOUT_STD
        /* The explanation comes to the same. */
        if (doorward_gate_explain(gate, &request, v->number, MESSAGE) != got->code ||
            strlen(message_text) == 0)
            got->code = 1;
#endif
        if (doorward_gate_challenge(gate, got->code, scratch, sizeof scratch, &size) != DOORWARD_OK &&
            got->code != DOORWARD_OK)
            got->code = 1;
        doorward_gate_free(gate);
    }
    got->status = doorward_reason_status(got->code);
}

static void jwt_verify(const struct vector *v, struct outcome *got)
{
    doorward_gate *gate = gate_of(v, got);
    doorward_bytes claims;
    if (gate == NULL)
        return;
    got->code = doorward_jwt_verify(gate, v->in[1], v->number, scratch, sizeof scratch, &claims);
    if (got->code == DOORWARD_OK && doorward_json_object(claims, room, sizeof room) != DOORWARD_OK)
        got->code = 1;
    doorward_gate_free(gate);
}

static void with_key(const struct vector *v, struct outcome *got)
{
    doorward_key key;
    doorward_key_entry entry;
    doorward_bytes payload;
    size_t len = 0;
    memset(&entry, 0, sizeof entry);
    entry.algorithm = v->a;
    entry.encoding = v->b;
    entry.secret = v->in[0];
    if (v->op == OP_JWT_SIGN)
        entry.id = v->in[1];
    got->code = doorward_key_init(&key, &entry);
    if (got->code != DOORWARD_OK)
        return;
    if (v->op == OP_JWT_SIGN) {
        size_t needed = doorward_jwt_signed_bytes(&key, v->in[2].len);
        got->code = doorward_jwt_sign(&key, v->in[2], room, needed, &len);
        if (got->code == DOORWARD_OK && len != needed)
            got->code = 1;
        set_text(got, room, len);
    } else if (v->op == OP_JWS_VERIFY) {
        got->code = doorward_jws_verify(&key, v->in[1], scratch, sizeof scratch, &payload);
        if (got->code == DOORWARD_OK)
            set_text(got, payload.data, payload.len);
    }
    doorward_key_wipe(&key);
}

static void digest(const struct vector *v, struct outcome *got)
{
    uint8_t sum[32];
    int i;
    got->code = doorward_capability_digest(v->in[0], &sum);
    for (i = 0; i < 32; i++)
        sprintf((char *)room + 2 * i, "%02x", sum[i]);
    set_text(got, room, 64);
}

static void match(const struct vector *v, struct outcome *got)
{
    size_t index = 0;
    const uint8_t(*digests)[32] = (const uint8_t(*)[32])v->in[1].data;
    doorward_reason reason =
        doorward_capability_match(v->in[0], digests, v->in[1].len / 32, &index);
    if (reason == DOORWARD_OK)
        set_integer(got, (int64_t)index);
    else if (reason != DOORWARD_CAPABILITY_UNKNOWN)
        got->code = reason;
}

static void host_parse(const struct vector *v, struct outcome *got)
{
    size_t len = 0;
    uint16_t port = 0;
    got->code = doorward_host_parse(v->in[0], v->a, room, sizeof room, &len, &port);
    set_text(got, room, len);
    set_integer(got, port);
}

static void claim_read(const struct vector *v, struct outcome *got)
{
    const doorward_bytes *path = names_of(v);
    doorward_bytes raw;
    size_t len = 0;
    int64_t integer = 0;
    uint32_t boolean = 0;
    doorward_reason reason;
    switch (v->a) {
    case 0:
        reason = doorward_claim_string(v->in[0], path, v->list_len, room, v->in[0].len, &len);
        if (reason == DOORWARD_OK)
            set_text(got, room, len);
        break;
    case 1:
        reason = doorward_claim_integer(v->in[0], path, v->list_len, &integer);
        if (reason == DOORWARD_OK)
            set_integer(got, integer);
        break;
    case 2:
        reason = doorward_claim_bool(v->in[0], path, v->list_len, &boolean);
        if (reason == DOORWARD_OK)
            set_integer(got, boolean);
        break;
    default:
        reason = doorward_claim_raw(v->in[0], path, v->list_len, &raw);
        if (reason == DOORWARD_OK)
            set_text(got, raw.data, raw.len);
    }
    if (reason != DOORWARD_OK && reason != DOORWARD_CLAIM_MISSING &&
        reason != DOORWARD_CLAIM_TYPE_INVALID)
        got->code = reason;
}

static void listener(const struct vector *v, struct outcome *got)
{
    doorward_address address;
    uint32_t warning = 0;
    got->code = doorward_address_parse(v->in[0], &address);
    if (got->code == DOORWARD_OK)
        got->code = doorward_startup_check(&address, v->a, v->b, &warning);
    if (got->code == DOORWARD_OK)
        set_integer(got, warning);
}

static void policy_load(const struct vector *v, struct outcome *got)
{
    doorward_gate *gate = NULL;
    const char *at;
    int lines = 0;
    got->code = doorward_gate_from_policy(v->in[0], v->a, MESSAGE, &gate);
    if (got->code != DOORWARD_OK) {
        set_text(got, (const uint8_t *)message_text, strlen(message_text));
        return;
    }
    for (at = message_text; *at != '\0'; at++)
        lines += *at == '\n';
    set_integer(got, lines);
    doorward_gate_free(gate);
}

static void small_scratch(const struct vector *v, struct outcome *got)
{
    doorward_gate *gate = gate_of(v, got);
    doorward_request request;
    doorward_decision who;
    memset(&request, 0, sizeof request);
    request.scheme = DOORWARD_HTTPS;
    if (gate == NULL)
        return;
    got->code = doorward_gate_decide(gate, &request, 1700000000, scratch, v->number, &who);
    doorward_gate_free(gate);
}

static void challenge(const struct vector *v, struct outcome *got)
{
    doorward_list scopes;
    size_t len = 0;
    doorward_reason reason;
    scopes.items = names_of(v);
    scopes.len = v->list_len;
    reason = doorward_reason_challenge(v->a, v->in[0], scopes, room, 512, &len);
    got->code = reason == DOORWARD_OK ? v->a : reason;
    got->status = doorward_reason_status(v->a);
    if (len != 0)
        set_text(got, room, len);
}

/* A case of tickets has no one code: each step must come out as it should. */
static void tickets(const struct vector *v, struct outcome *got)
{
    static doorward_ticket_slot slots[8];
    doorward_tickets table;
    size_t i;
    if (v->a > sizeof slots / sizeof slots[0]) {
        got->code = 1;
        return;
    }
    got->code = doorward_tickets_init(&table, v->number, slots, v->a);
    for (i = 0; i < v->steps_len && got->code == DOORWARD_OK; i++) {
        const struct step *step = &v->steps[i];
        doorward_reason reason;
        size_t len = 0;
        if (step->issue && step->secret.len != 32) {
            got->code = 1;
            break;
        }
        reason = step->issue
            ? doorward_ticket_issue(&table, (const uint8_t(*)[32])step->secret.data, step->payload,
                                    step->now, room, DOORWARD_TICKET_BYTES, &len)
            : doorward_ticket_redeem(&table, step->secret, step->now, room,
                                     DOORWARD_TICKET_PAYLOAD_BYTES, &len);
        if (reason != step->code || len != step->text.len ||
            (len != 0 && memcmp(room, step->text.data, len) != 0)) {
            fprintf(stderr, "step %u: %u\n", (unsigned)i, (unsigned)reason);
            got->code = 1;
        }
    }
    doorward_tickets_wipe(&table);
}

static void perform(const struct vector *v, struct outcome *got)
{
    size_t len = 0;
    doorward_bytes part;
    memset(got, 0, sizeof *got);
    switch (v->op) {
    case OP_DECIDE: decide(v, got); return;
    case OP_JWT_VERIFY: jwt_verify(v, got); return;
    case OP_JWT_SIGN:
    case OP_JWS_VERIFY:
    case OP_KEY: with_key(v, got); return;
    case OP_CAPABILITY_DIGEST: digest(v, got); return;
    case OP_CAPABILITY_MATCH: match(v, got); return;
    case OP_CAPABILITY_GENERATE:
        got->code = v->in[0].len != 32
            ? 1
            : doorward_capability_generate((const uint8_t(*)[32])v->in[0].data, v->a, room, 64, &len);
        break;
    case OP_ORIGIN_NORMALISE:
        got->code = doorward_origin_canonical(v->in[0], room, 512, &len);
        break;
    case OP_ORIGIN_PARSE: got->code = doorward_origin_check(v->in[0]); return;
    case OP_HOST_PARSE: host_parse(v, got); return;
    case OP_BASE64URL_DECODE:
        got->code = doorward_base64url_decode(v->in[0], room, v->in[0].len * 3 / 4, &len);
        break;
    case OP_BASE64URL_ENCODE:
        got->code = doorward_base64url_encode(v->in[0], room, (v->in[0].len + 2) / 3 * 4, &len);
        break;
    case OP_JSON_OBJECT: got->code = doorward_json_object(v->in[0], scratch, v->in[0].len); return;
    case OP_CLAIM_READ: claim_read(v, got); return;
    case OP_BEARER:
        got->code = doorward_bearer(v->in[0], &part);
        if (got->code == DOORWARD_OK)
            set_text(got, part.data, part.len);
        return;
    case OP_STRIP_QUERY:
        got->code = doorward_strip_query(v->in[0], v->in[1], room, v->in[0].len, &len);
        break;
    case OP_STRIP_COOKIE:
        got->code = doorward_strip_cookie(v->in[0], v->in[1], room, 2 * v->in[0].len, &len);
        break;
    case OP_STRIP_SUBPROTOCOL:
        got->code = doorward_strip_subprotocol(v->in[0], v->in[1], room, 2 * v->in[0].len, &len);
        break;
    case OP_LISTEN: listener(v, got); return;
    case OP_POLICY_LOAD: policy_load(v, got); return;
    case OP_SCRATCH: small_scratch(v, got); return;
    case OP_CHALLENGE: challenge(v, got); return;
    case OP_TICKET: tickets(v, got); return;
    }
    set_text(got, room, len);
}

/* Whether the count of a policy's warnings is compared. One warning is of the clock, and firmware/, which
 * is built WITHOUT_CLOCK, has none: there this one case is judged by its verdict alone. */
static int counts(const struct vector *v)
{
#ifdef WITHOUT_CLOCK
    return strncmp(v->line, "{\"suite\":\"regressions\",\"id\":\"expires-passed\",", 45) != 0;
#else
    (void)v;
    return 1;
#endif
}

static int as_expected(const struct vector *v, const struct outcome *got)
{
    if (got->code != v->code || (v->status != 0 && got->status != v->status))
        return 0;
    if (v->nothing)
        return !got->has_text && !got->has_integer;
    if (v->has_integer && counts(v) && (!got->has_integer || got->integer != v->integer))
        return 0;
    if (!v->has_text)
        return 1;
    /* A message begins as the place of the fault says; any other text is the whole. */
    if (!got->has_text || (v->op != OP_POLICY_LOAD && got->text.len != v->text.len) ||
        got->text.len < v->text.len)
        return 0;
    return v->text.len == 0 || memcmp(got->text.data, v->text.data, v->text.len) == 0;
}

int main(void)
{
    const size_t count = sizeof VECTORS / sizeof VECTORS[0];
    const char *path = getenv("DOORWARD_VERDICTS");
    FILE *verdicts = path != NULL ? fopen(path, "wb") : NULL;
    size_t i, passed = 0, failed = 0;
    if (path != NULL && verdicts == NULL) {
        perror("a file to write to");
        return 1;
    }
    for (i = 0; i < count; i++) {
        const struct vector *v = &VECTORS[i];
        struct outcome got;
        perform(v, &got);
        if (verdicts != NULL)
            fprintf(verdicts, "%s%s\",\"code\":%u}\n", v->line, got.code == 0 ? "allow" : "deny",
                    (unsigned)got.code);
        if (as_expected(v, &got)) {
            passed++;
        } else {
            failed++;
            fprintf(stderr, "%s: expected %u %.*s, got %u %.*s\n", v->line, (unsigned)v->code,
                    (int)v->text.len, (const char *)v->text.data, (unsigned)got.code,
                    got.has_text ? (int)got.text.len : 0, (const char *)got.text.data);
        }
    }
    if (verdicts != NULL && fclose(verdicts) != 0) {
        perror("a file to write to");
        return 1;
    }
    printf("%lu passed, %lu failed\n", (unsigned long)passed, (unsigned long)failed);
    return failed != 0;
}
