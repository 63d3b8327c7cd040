/* Arguments that are wrong, one by one and at random: every call answers, none writes where it should
 * not, none crashes. Run under the sanitizers. */

/* The point is to pass NULL. */
#define DOORWARD_NONNULL(...)

#include <stdlib.h>
#include <string.h>

#include "doorward.h"

#include "check.h"

#define B(text) {DOORWARD_LITERAL(text)}
#define NOW 1700000000u
#define NULL_ARGUMENT DOORWARD_NULL_ARGUMENT
#define MISALIGNED DOORWARD_STORAGE_MISALIGNED

/* Not known to the compiler. */
static void *volatile nothing = NULL;
#define NOTHING ((void *)nothing)

static const doorward_message SILENT = {NULL, 0};
static uint8_t scratch[DOORWARD_SCRATCH_BYTES];
static uint8_t room[DOORWARD_SCRATCH_BYTES];
static union {
    doorward_gate gate;
    char bytes[sizeof(doorward_gate) + 16];
} odd;

static doorward_bytes bytes(const void *data, size_t len)
{
    doorward_bytes out;
    out.data = data;
    out.len = len;
    return out;
}

static doorward_bytes text(const char *text)
{
    return bytes(text, strlen(text));
}

static doorward_gate *good_gate(void)
{
    doorward_gate *gate = NULL;
    GIVES(DOORWARD_OK, doorward_gate_from_policy(
        text("{\"credential\":{\"places\":[\"authorization\",\"cookie:c\",\"query:t\"]},"
             "\"host\":{\"trusted_proxies\":[\"10.0.0.0/8\"]},"
             "\"jwt\":{\"key\":[{\"algorithm\":\"HS256\","
             "\"secret\":\"an example secret of forty characters...\"}]}}"),
        DOORWARD_JSON, SILENT, &gate));
    return gate;
}

static doorward_request good_request(void)
{
    static const doorward_header lines[] = {{B("Host"), B("a.example")}, {B("Authorization"), B("Bearer x")}};
    doorward_request request = {B("GET"), B("/"), DOORWARD_HTTPS, {DOORWARD_ADDRESS_NONE, {0}}, lines, 2};
    return request;
}

static void deciding(void)
{
    doorward_gate *gate = good_gate();
    doorward_request request = good_request();
    doorward_decision who, before;
    size_t needed = doorward_gate_scratch_bytes(gate), i;
    static const doorward_gate zero;
    memset(&who, 0x5a, sizeof who);
    before = who;
#define DECIDE(gate, request, size) \
    doorward_gate_decide(gate, request, NOW, scratch, size, &who)
    GIVES(DOORWARD_TOKEN_SEGMENTS, DECIDE(gate, &request, sizeof scratch));
    GIVES(NULL_ARGUMENT, DECIDE(NOTHING, &request, sizeof scratch));
    GIVES(NULL_ARGUMENT, DECIDE(&zero, &request, sizeof scratch));
    GIVES(NULL_ARGUMENT, DECIDE(gate, NOTHING, sizeof scratch));
    GIVES(NULL_ARGUMENT, doorward_gate_decide(gate, &request, NOW, scratch, sizeof scratch, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_gate_decide(gate, &request, NOW, NOTHING, 8, &who));
    GIVES(DOORWARD_SCRATCH_TOO_SMALL, doorward_gate_decide(gate, &request, NOW, NOTHING, 0, &who));
    GIVES(NULL_ARGUMENT, DECIDE(gate, &request, SIZE_MAX));
    GIVES(NULL_ARGUMENT, DECIDE(gate, &request, SIZE_MAX / 2 + 1));
    GIVES(MISALIGNED, DECIDE((const doorward_gate *)(odd.bytes + 1), &request, sizeof scratch));
    GIVES(MISALIGNED, DECIDE(gate, (const doorward_request *)(odd.bytes + 1), sizeof scratch));
    GIVES(MISALIGNED, doorward_gate_decide(gate, &request, NOW, scratch, sizeof scratch,
                                           (doorward_decision *)(odd.bytes + 1)));
    for (i = 0; i < 600; i += 13)
        GIVES(DOORWARD_SCRATCH_TOO_SMALL, DECIDE(gate, &request, i));
    CHECK(needed > 600);
    request.headers_len = SIZE_MAX;
    GIVES(NULL_ARGUMENT, DECIDE(gate, &request, sizeof scratch));
    request.headers_len = SIZE_MAX / sizeof(doorward_header);
    GIVES(NULL_ARGUMENT, DECIDE(gate, &request, sizeof scratch));
    request = good_request();
    request.headers = (const doorward_header *)(odd.bytes + 1);
    GIVES(MISALIGNED, DECIDE(gate, &request, sizeof scratch));
    request.headers = NOTHING;
    GIVES(NULL_ARGUMENT, DECIDE(gate, &request, sizeof scratch));
    request.headers_len = 0;
    GIVES(DOORWARD_CREDENTIAL_MISSING, DECIDE(gate, &request, sizeof scratch));
    request = good_request();
    request.target = bytes(NOTHING, 1);
    GIVES(NULL_ARGUMENT, DECIDE(gate, &request, sizeof scratch));
    request.target = bytes("x", SIZE_MAX);
    GIVES(NULL_ARGUMENT, DECIDE(gate, &request, sizeof scratch));
    request.target = bytes(NOTHING, 0);
    request.method = bytes(NOTHING, 0);
    GIVES(DOORWARD_TOKEN_SEGMENTS, DECIDE(gate, &request, sizeof scratch));
    {
        /* Lines with NULL and no bytes are in order, and those beside them are still read. */
        static doorward_header many[200];
        memcpy(many, good_request().headers, 2 * sizeof many[0]);
        request = good_request();
        request.headers = many;
        request.headers_len = 3;
        GIVES(DOORWARD_TOKEN_SEGMENTS, DECIDE(gate, &request, sizeof scratch));
        GIVES(DOORWARD_TOKEN_SEGMENTS, doorward_gate_explain(gate, &request, NOW, SILENT));
        request.headers_len = 200;
        GIVES(DOORWARD_REQUEST_TOO_LARGE, DECIDE(gate, &request, sizeof scratch));
        request.headers_len = 3;
        many[2].value = bytes(NOTHING, 1);
        GIVES(NULL_ARGUMENT, DECIDE(gate, &request, sizeof scratch));
        many[2].value = bytes("x", SIZE_MAX);
        GIVES(NULL_ARGUMENT, DECIDE(gate, &request, sizeof scratch));
        many[2].value = bytes(NOTHING, 0);
        many[2].name = bytes("x", (size_t)1 << (sizeof(size_t) * 8 - 1));
        GIVES(NULL_ARGUMENT, DECIDE(gate, &request, sizeof scratch));
    }
    {
        /* Wherever the line stands, and however many there are: several are judged at once. */
        static doorward_header many[40];
        size_t count, at, part;
        for (count = 1; count <= 40; count++) {
            for (i = 0; i < count; i++)
                many[i] = good_request().headers[i % 2];
            request = good_request();
            request.headers = many;
            request.headers_len = count;
            GIVES(count == 1   ? DOORWARD_CREDENTIAL_MISSING
                  : count == 2 ? DOORWARD_TOKEN_SEGMENTS
                               : DOORWARD_HOST_DUPLICATE,
                  DECIDE(gate, &request, sizeof scratch));
            for (at = 0; at < count; at++)
                for (part = 0; part < 4; part++) {
                    doorward_header kept = many[at];
                    if (part == 0)
                        many[at].name.data = NOTHING;
                    else if (part == 1)
                        many[at].name.len = SIZE_MAX / 2 + 1;
                    else if (part == 2)
                        many[at].value.data = NOTHING;
                    else
                        many[at].value.len = SIZE_MAX;
                    GIVES(NULL_ARGUMENT, DECIDE(gate, &request, sizeof scratch));
                    many[at] = kept;
                }
        }
    }
    for (i = 0; i < 4; i++) {
        static const uint32_t wrong[] = {0, 3, 80, UINT32_MAX};
        request = good_request();
        request.scheme = wrong[i];
        GIVES(NULL_ARGUMENT, DECIDE(gate, &request, sizeof scratch));
        request = good_request();
        request.peer.kind = wrong[i] + 1;
        GIVES(i == 1 || i == 3 ? DOORWARD_TOKEN_SEGMENTS : NULL_ARGUMENT,
              DECIDE(gate, &request, sizeof scratch));
    }
    {
        /* An argument is judged before the request: in Rust there is no wrong one to make a request of. A
         * peer or a scheme that is none, then, whatever else is wrong, and whether or not the lines have
         * to be made anew. */
        static doorward_header many[200];
        unsigned anew;
        for (anew = 0; anew < 2; anew++) {
            for (i = 0; i < 200; i++) {
                many[i] = good_request().headers[0];
                many[i].value = i == 100 && anew ? bytes(NOTHING, 0) : many[i].value;
            }
            request = good_request();
            request.headers = many;
            request.headers_len = 200;
            GIVES(DOORWARD_REQUEST_TOO_LARGE, DECIDE(gate, &request, sizeof scratch));
            GIVES(DOORWARD_SCRATCH_TOO_SMALL, DECIDE(gate, &request, 8));
            request.peer.kind = 80;
            GIVES(NULL_ARGUMENT, DECIDE(gate, &request, sizeof scratch));
            GIVES(NULL_ARGUMENT, DECIDE(gate, &request, 8));
            GIVES(NULL_ARGUMENT, doorward_gate_explain(gate, &request, NOW, SILENT));
            request.headers_len = 120;
            GIVES(NULL_ARGUMENT, DECIDE(gate, &request, sizeof scratch));
            request.peer.kind = DOORWARD_ADDRESS_NONE;
            GIVES(DOORWARD_HOST_DUPLICATE, DECIDE(gate, &request, sizeof scratch));
            request.scheme = 0;
            GIVES(NULL_ARGUMENT, DECIDE(gate, &request, sizeof scratch));
        }
    }
    CHECK(memcmp(&who, &before, sizeof who) == 0); /* written only on success */
    GIVES(NULL_ARGUMENT, doorward_gate_explain(NOTHING, &request, NOW, SILENT));
    GIVES(NULL_ARGUMENT, doorward_gate_explain(gate, NOTHING, NOW, SILENT));
    CHECK(doorward_decision_has_scope(NOTHING, text("a")) == 0);
    who.kind = DOORWARD_PRINCIPAL_TOKEN;
    who.claims = bytes(NOTHING, 5);
    CHECK(doorward_decision_has_scope(&who, text("a")) == 0);
    CHECK(doorward_gate_scratch_bytes(NOTHING) == 0 && doorward_gate_scratch_bytes(&zero) == 0);
    doorward_gate_free(gate);
    doorward_gate_free(NOTHING);
    memset(&odd, 0, sizeof odd);
    doorward_gate_free(&odd.gate);
    doorward_gate_free((doorward_gate *)(odd.bytes + 1));
}

static void gates(void)
{
    doorward_config config;
    doorward_gate gate, *heap = NULL;
    doorward_message bad;
    doorward_address address = {DOORWARD_ADDRESS_V4, {127, 0, 0, 1}};
    uint32_t warning = 5;
    size_t len = 9;
    memset(&config, 0, sizeof config);
    memset(&gate, 0, sizeof gate);
    config.flags = DOORWARD_ANONYMOUS;
    bad.text = NOTHING;
    bad.size = 10;
    GIVES(NULL_ARGUMENT, doorward_gate_init(NOTHING, &config, room, sizeof room));
    GIVES(NULL_ARGUMENT, doorward_gate_init(&gate, NOTHING, room, sizeof room));
    GIVES(NULL_ARGUMENT, doorward_gate_init(&gate, &config, NOTHING, 1));
    GIVES(NULL_ARGUMENT, doorward_gate_init(&gate, &config, room, SIZE_MAX));
    GIVES(MISALIGNED, doorward_gate_init((doorward_gate *)(odd.bytes + 8), &config, room, sizeof room));
    GIVES(MISALIGNED, doorward_gate_init(&gate, (doorward_config *)(odd.bytes + 2), room, sizeof room));
    CHECK(doorward_gate_scratch_bytes(&gate) == 0);
    CHECK(doorward_gate_memory_bytes(NOTHING) == 0);
    config.hosts.len = 3;
    GIVES(NULL_ARGUMENT, doorward_gate_init(&gate, &config, room, sizeof room));
    config.hosts.len = SIZE_MAX;
    config.hosts.items = &config.realm;
    GIVES(NULL_ARGUMENT, doorward_gate_init(&gate, &config, room, sizeof room));
    config.hosts.len = 0;
    config.capabilities_len = SIZE_MAX / 64;
    GIVES(NULL_ARGUMENT, doorward_gate_init(&gate, &config, room, sizeof room));
    CHECK(doorward_gate_memory_bytes(&config) == 0);
    config.capabilities_len = 0;
    GIVES(DOORWARD_OK, doorward_gate_init(&gate, &config, NOTHING, 0));
    GIVES(DOORWARD_CONFIG_INVALID, doorward_gate_reload(&gate, SILENT));
    GIVES(DOORWARD_CONFIG_INVALID, doorward_gate_close(&gate));
    GIVES(DOORWARD_CONFIG_INVALID, doorward_gate_startup_check(&gate, &address, &warning));
    doorward_gate_free(&gate);
    GIVES(NULL_ARGUMENT, doorward_gate_open(bytes(NOTHING, 3), SILENT, &heap));
    GIVES(NULL_ARGUMENT, doorward_gate_open(bytes("\xff\xfe", 2), SILENT, &heap));
    GIVES(DOORWARD_CONFIG_INVALID, doorward_gate_open(bytes(NOTHING, 0), SILENT, &heap));
    GIVES(DOORWARD_CONFIG_INVALID, doorward_gate_open(bytes("a\0.toml", 7), SILENT, &heap));
    GIVES(NULL_ARGUMENT, doorward_gate_open(text("x.toml"), SILENT, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_gate_open(text("x.toml"), bad, &heap));
    GIVES(NULL_ARGUMENT, doorward_gate_from_policy(text(""), DOORWARD_TOML, bad, &heap));
    GIVES(NULL_ARGUMENT, doorward_gate_from_policy(text(""), 0, SILENT, &heap));
    GIVES(NULL_ARGUMENT, doorward_gate_from_policy(text(""), DOORWARD_TOML, SILENT, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_gate_from_policy(bytes("x", SIZE_MAX), DOORWARD_TOML, SILENT, &heap));
    CHECK(heap == NULL);
    GIVES(NULL_ARGUMENT, doorward_gate_reload(NOTHING, SILENT));
    GIVES(NULL_ARGUMENT, doorward_gate_close(NOTHING));
    GIVES(NULL_ARGUMENT, doorward_gate_startup_check(NOTHING, &address, &warning));
    heap = good_gate();
    GIVES(NULL_ARGUMENT, doorward_gate_startup_check(heap, NOTHING, &warning));
    GIVES(NULL_ARGUMENT, doorward_gate_startup_check(heap, &address, NOTHING));
    address.kind = DOORWARD_ADDRESS_NONE;
    GIVES(NULL_ARGUMENT, doorward_gate_startup_check(heap, &address, &warning));
    GIVES(NULL_ARGUMENT, doorward_startup_check(&address, 1, 1, &warning));
    GIVES(NULL_ARGUMENT, doorward_startup_check(NOTHING, 1, 1, &warning));
    GIVES(NULL_ARGUMENT, doorward_gate_challenge(heap, 1, room, 512, &len));
    GIVES(NULL_ARGUMENT, doorward_gate_challenge(heap, DOORWARD_OK, room, 512, &len));
    GIVES(NULL_ARGUMENT, doorward_gate_challenge(heap, 5005, room, 512, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_gate_challenge(heap, 5005, NOTHING, 512, &len));
    GIVES(NULL_ARGUMENT, doorward_gate_challenge(NOTHING, 5005, room, 512, &len));
    GIVES(NULL_ARGUMENT, doorward_gate_places(NOTHING, room, 512, &len));
    GIVES(NULL_ARGUMENT, doorward_gate_places(heap, NOTHING, 512, &len));
    GIVES(NULL_ARGUMENT, doorward_gate_places(heap, room, 512, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_gate_headers(NOTHING, room, 512, &len));
    GIVES(NULL_ARGUMENT, doorward_gate_headers(heap, NOTHING, 512, &len));
    GIVES(NULL_ARGUMENT, doorward_gate_headers(heap, room, 512, NOTHING));
    CHECK(len == 9 && warning == 5);
    doorward_gate_free(heap);
}

static void pieces(void)
{
    const doorward_bytes huge = bytes("x", SIZE_MAX), gone = bytes(NOTHING, 1), json = text("{\"a\":1}");
    const doorward_list no_list = {NULL, 0};
    doorward_list bad_list = {NULL, 4};
    doorward_key key;
    doorward_key_entry entry;
    doorward_bytes part, path[1], names[40];
    uint8_t sum[32];
    size_t len = 9, i;
    int64_t integer;
    uint32_t flag;
    uint16_t port;
    doorward_gate *gate = good_gate();
    memset(&key, 0, sizeof key);
    memset(&entry, 0, sizeof entry);
    path[0] = text("a");
    for (i = 0; i < 40; i++)
        names[i] = text("a");
    GIVES(NULL_ARGUMENT, doorward_key_init(NOTHING, &entry));
    GIVES(NULL_ARGUMENT, doorward_key_init(&key, NOTHING));
    GIVES(MISALIGNED, doorward_key_init((doorward_key *)(odd.bytes + 8), &entry));
    GIVES(DOORWARD_KEY_INVALID, doorward_key_init(&key, &entry));
    entry.algorithm = DOORWARD_HS256;
    entry.secret = gone;
    GIVES(NULL_ARGUMENT, doorward_key_init(&key, &entry));
    doorward_key_wipe(NOTHING);
    doorward_key_wipe((doorward_key *)(odd.bytes + 8));
    GIVES(NULL_ARGUMENT, doorward_jwt_sign(&key, json, room, sizeof room, &len));
    GIVES(NULL_ARGUMENT, doorward_jwt_sign(NOTHING, json, room, sizeof room, &len));
    GIVES(NULL_ARGUMENT, doorward_jws_verify(&key, json, scratch, sizeof scratch, &part));
    CHECK(doorward_jwt_signed_bytes(&key, 1) == 0 && doorward_jwt_signed_bytes(NOTHING, 1) == 0);
    entry.secret = text("an example secret of forty characters...");
    GIVES(DOORWARD_OK, doorward_key_init(&key, &entry));
    CHECK(doorward_jwt_signed_bytes(&key, SIZE_MAX) > SIZE_MAX / 2);
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, doorward_jwt_sign(&key, json, room, 3, &len));
    GIVES(NULL_ARGUMENT, doorward_jwt_sign(&key, gone, room, sizeof room, &len));
    GIVES(NULL_ARGUMENT, doorward_jwt_sign(&key, json, room, sizeof room, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_jws_verify(&key, huge, scratch, sizeof scratch, &part));
    GIVES(NULL_ARGUMENT, doorward_jws_verify(&key, text("a.b.c"), scratch, sizeof scratch, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_jwt_verify(gate, gone, NOW, scratch, sizeof scratch, &part));
    GIVES(NULL_ARGUMENT, doorward_jwt_verify(NOTHING, text("a.b.c"), NOW, scratch, sizeof scratch, &part));
    GIVES(NULL_ARGUMENT, doorward_jwt_verify(gate, text("a.b.c"), NOW, scratch, sizeof scratch, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_capability_digest(gone, &sum));
    GIVES(NULL_ARGUMENT, doorward_capability_digest(json, NOTHING));
    GIVES(DOORWARD_OK, doorward_capability_digest(bytes(NOTHING, 0), &sum));
    GIVES(NULL_ARGUMENT, doorward_capability_match(json, NOTHING, 1, &len));
    GIVES(NULL_ARGUMENT, doorward_capability_match(json, (const uint8_t(*)[32])&sum, SIZE_MAX / 32, &len));
    GIVES(DOORWARD_CAPABILITY_UNKNOWN, doorward_capability_match(json, NOTHING, 0, &len));
    GIVES(NULL_ARGUMENT, doorward_capability_match(json, (const uint8_t(*)[32])&sum, 1, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_capability_generate(NOTHING, 0, room, 64, &len));
    GIVES(NULL_ARGUMENT, doorward_capability_generate((const uint8_t(*)[32])&sum, 3, room, 64, &len));
    GIVES(NULL_ARGUMENT, doorward_capability_generate((const uint8_t(*)[32])&sum, 0, room, 64, NOTHING));
    GIVES(DOORWARD_OUTPUT_TOO_SMALL,
          doorward_capability_generate((const uint8_t(*)[32])&sum, 0, room, 42, &len));
    GIVES(NULL_ARGUMENT, doorward_capability_check(gone, 0));
    GIVES(DOORWARD_CAPABILITY_INVALID, doorward_capability_check(bytes(NOTHING, 0), 1));
    GIVES(NULL_ARGUMENT, doorward_capability_new(0, NOTHING, 43, &len));
    GIVES(NULL_ARGUMENT, doorward_capability_new(0, room, 43, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_base64url_decode(gone, room, 9, &len));
    GIVES(NULL_ARGUMENT, doorward_base64url_decode(json, room, 9, NOTHING));
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, doorward_base64url_decode(text("AAAA"), NOTHING, 0, &len));
    GIVES(NULL_ARGUMENT, doorward_base64url_encode(huge, room, 9, &len));
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, doorward_base64url_encode(json, room, 2, &len));
    GIVES(NULL_ARGUMENT, doorward_base64url_encode(json, room, 20, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_json_object(gone, scratch, 9));
    GIVES(DOORWARD_SCRATCH_TOO_SMALL, doorward_json_object(json, scratch, 1));
    GIVES(NULL_ARGUMENT, doorward_json_object(json, NOTHING, 9));
    GIVES(DOORWARD_CLAIMS_JSON, doorward_json_object(bytes(NOTHING, 0), NOTHING, 0));
    GIVES(NULL_ARGUMENT, doorward_claim_string(gone, path, 1, room, 9, &len));
    GIVES(NULL_ARGUMENT, doorward_claim_string(json, NOTHING, 1, room, 9, &len));
    GIVES(NULL_ARGUMENT, doorward_claim_string(json, path, SIZE_MAX, room, 9, &len));
    GIVES(NULL_ARGUMENT, doorward_claim_string(json, names, 40, room, 9, &len));
    GIVES(DOORWARD_CLAIM_MISSING, doorward_claim_string(json, path, 0, room, 9, &len));
    GIVES(DOORWARD_CLAIM_TYPE_INVALID, doorward_claim_string(json, path, 1, room, 9, &len));
    GIVES(NULL_ARGUMENT, doorward_claim_string(json, path, 1, room, 9, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_claim_integer(json, path, 1, NOTHING));
    GIVES(MISALIGNED, doorward_claim_integer(json, path, 1, (int64_t *)(odd.bytes + 1)));
    GIVES(DOORWARD_OK, doorward_claim_integer(json, path, 1, &integer));
    GIVES(DOORWARD_CLAIM_TYPE_INVALID, doorward_claim_bool(json, path, 1, &flag));
    GIVES(NULL_ARGUMENT, doorward_claim_bool(json, path, 1, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_claim_raw(json, path, 1, NOTHING));
    path[0] = gone;
    GIVES(NULL_ARGUMENT, doorward_claim_raw(json, path, 1, &part));
    path[0] = text("a");
    GIVES(NULL_ARGUMENT, doorward_claim_lists(json, path, 1, gone, &flag));
    GIVES(NULL_ARGUMENT, doorward_claim_lists(json, path, 1, json, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_bearer(gone, &part));
    GIVES(NULL_ARGUMENT, doorward_bearer(json, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_origin_check(gone));
    GIVES(DOORWARD_ORIGIN_MALFORMED, doorward_origin_check(bytes(NOTHING, 0)));
    GIVES(NULL_ARGUMENT, doorward_origin_canonical(bytes("\xff", 1), room, 512, &len));
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, doorward_origin_canonical(text("https://a.example"), room, 5, &len));
    GIVES(NULL_ARGUMENT, doorward_origin_canonical(text("https://a.example"), room, 50, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_host_parse(gone, DOORWARD_HTTP, room, 300, &len, &port));
    GIVES(NULL_ARGUMENT, doorward_host_parse(text("a"), 0, room, 300, &len, &port));
    GIVES(NULL_ARGUMENT, doorward_host_parse(text("a"), DOORWARD_HTTP, room, 300, NOTHING, &port));
    GIVES(NULL_ARGUMENT, doorward_host_parse(text("a"), DOORWARD_HTTP, room, 300, &len, NOTHING));
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, doorward_host_parse(text("ab"), DOORWARD_HTTP, room, 1, &len, &port));
    GIVES(NULL_ARGUMENT, doorward_strip_query(gone, json, room, 9, &len));
    GIVES(NULL_ARGUMENT, doorward_strip_query(json, bytes("\xff", 1), room, 9, &len));
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, doorward_strip_query(json, text("a"), room, 1, &len));
    GIVES(NULL_ARGUMENT, doorward_strip_cookie(json, text("a"), room, 9, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_strip_subprotocol(huge, text("a"), room, 9, &len));
    GIVES(NULL_ARGUMENT, doorward_address_parse(gone, NOTHING));
    GIVES(NULL_ARGUMENT, doorward_address_parse(text("::1"), NOTHING));
    GIVES(NULL_ARGUMENT, doorward_reason_challenge(77, json, no_list, room, 512, &len));
    GIVES(NULL_ARGUMENT, doorward_reason_challenge(5005, gone, no_list, room, 512, &len));
    GIVES(NULL_ARGUMENT, doorward_reason_challenge(5005, text("r"), bad_list, room, 512, &len));
    GIVES(NULL_ARGUMENT, doorward_reason_challenge(5005, text("r"), no_list, room, 512, NOTHING));
    bad_list.items = names;
    bad_list.len = SIZE_MAX / 16;
    GIVES(NULL_ARGUMENT, doorward_reason_challenge(5005, text("r"), bad_list, room, 512, &len));
    CHECK(len == 9);
    doorward_key_wipe(&key);
    doorward_gate_free(gate);
}

static void tickets(void)
{
    static const uint8_t entropy[32] = {7};
    static const doorward_tickets zero;
    const doorward_bytes gone = bytes(NOTHING, 1), huge = bytes("x", SIZE_MAX);
    doorward_tickets table = zero;
    doorward_ticket_slot slots[2];
    size_t len = 9;
#define ISSUE(table, entropy, payload, out, size, written) \
    doorward_ticket_issue(table, entropy, payload, NOW, out, size, written)
#define REDEEM(table, token, out, size, written) \
    doorward_ticket_redeem(table, token, NOW, out, size, written)
    GIVES(NULL_ARGUMENT, doorward_tickets_init(NOTHING, 1, slots, 2));
    GIVES(NULL_ARGUMENT, doorward_tickets_init(&table, 1, NOTHING, 2));
    GIVES(NULL_ARGUMENT, doorward_tickets_init(&table, 1, slots, SIZE_MAX / 16));
    GIVES(NULL_ARGUMENT, doorward_tickets_init(&table, 1, slots, SIZE_MAX));
    GIVES(MISALIGNED, doorward_tickets_init((doorward_tickets *)(odd.bytes + 8), 1, slots, 2));
    GIVES(MISALIGNED, doorward_tickets_init(&table, 1, (doorward_ticket_slot *)(odd.bytes + 8), 1));
    CHECK(memcmp(&table, &zero, sizeof zero) == 0); /* written only on success */
    GIVES(NULL_ARGUMENT, ISSUE(&table, &entropy, text("p"), room, 43, &len));
    GIVES(NULL_ARGUMENT, REDEEM(&table, text("t"), room, 64, &len));
    GIVES(MISALIGNED, REDEEM((doorward_tickets *)(odd.bytes + 1), text("t"), room, 64, &len));
    doorward_tickets_wipe(NOTHING);
    doorward_tickets_wipe(&table);
    doorward_tickets_wipe((doorward_tickets *)(odd.bytes + 1));
    GIVES(DOORWARD_OK, doorward_tickets_init(&table, 1, NOTHING, 0));
    GIVES(DOORWARD_STORE_UNAVAILABLE, ISSUE(&table, &entropy, text("p"), room, 43, &len));
    GIVES(DOORWARD_CAPABILITY_UNKNOWN, REDEEM(&table, text("t"), room, 64, &len));
    doorward_tickets_wipe(&table);
    GIVES(DOORWARD_OK, doorward_tickets_init(&table, UINT64_MAX, slots, 2));
    GIVES(NULL_ARGUMENT, ISSUE(NOTHING, &entropy, text("p"), room, 43, &len));
    GIVES(NULL_ARGUMENT, ISSUE(&table, NOTHING, text("p"), room, 43, &len));
    GIVES(NULL_ARGUMENT, ISSUE(&table, &entropy, gone, room, 43, &len));
    GIVES(NULL_ARGUMENT, ISSUE(&table, &entropy, huge, room, 43, &len));
    GIVES(NULL_ARGUMENT, ISSUE(&table, &entropy, text("p"), NOTHING, 43, &len));
    GIVES(NULL_ARGUMENT, ISSUE(&table, &entropy, text("p"), room, SIZE_MAX, &len));
    GIVES(NULL_ARGUMENT, ISSUE(&table, &entropy, text("p"), room, 43, NOTHING));
    GIVES(MISALIGNED, ISSUE(&table, &entropy, text("p"), room, 43, (size_t *)(odd.bytes + 1)));
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, ISSUE(&table, &entropy, text("p"), room, 42, &len));
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, ISSUE(&table, &entropy, bytes(room, 65), room + 65, 43, &len));
    GIVES(NULL_ARGUMENT, REDEEM(NOTHING, text("t"), room, 64, &len));
    GIVES(NULL_ARGUMENT, REDEEM(&table, gone, room, 64, &len));
    GIVES(NULL_ARGUMENT, REDEEM(&table, huge, room, 64, &len));
    GIVES(NULL_ARGUMENT, REDEEM(&table, text("t"), NOTHING, 64, &len));
    GIVES(NULL_ARGUMENT, REDEEM(&table, text("t"), room, 64, NOTHING));
    GIVES(DOORWARD_CAPABILITY_UNKNOWN, REDEEM(&table, bytes(NOTHING, 0), room, 64, &len));
    CHECK(len == 9);
    GIVES(DOORWARD_OK, ISSUE(&table, &entropy, bytes(room, 64), room + 64, 43, &len));
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, REDEEM(&table, bytes(room + 64, 43), room, 63, &len));
    GIVES(DOORWARD_OK, REDEEM(&table, bytes(room + 64, 43), room, 64, &len));
    CHECK(len == 64);
    doorward_tickets_wipe(&table);
}

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint32_t random_below(uint32_t bound)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 33) % bound;
}

/* Bytes of the heap, so that a read beyond them is seen: text that looks right, and what does not. */
static doorward_bytes random_bytes(uint8_t **owner)
{
    static const char *const words[] = {
        "Bearer ", "https://", "a.example", ":443", "{\"", "\":", "\"a\"", "}", "eyJhbGciOiJIUzI1NiJ9", ".",
        "c=", "; ", "?t=", "%41", "&", "[::1]", "null", "1e400", "\\u00e9", ",", "for=", "host=\"", "\"",
        "[[jwt.key]]\n", "algorithm = \"HS256\"\n", "*.",
    };
    size_t room = 1 + random_below(120), len = 0;
    doorward_bytes out;
    uint8_t *data = malloc(room);
    *owner = data;
    while (data != NULL && len < room) {
        const char *word = words[random_below(sizeof words / sizeof words[0])];
        size_t word_len = strlen(word);
        if (random_below(8) == 0) {
            data[len++] = (uint8_t)random_below(256);
        } else if (word_len <= room - len) {
            memcpy(data + len, word, word_len);
            len += word_len;
        } else {
            break;
        }
    }
    out.data = data;
    out.len = len;
    if (random_below(64) == 0)
        out.len = SIZE_MAX - random_below(100);
    if (random_below(64) == 0)
        out.data = NOTHING;
    return out;
}

/* Rules of pieces that are there, or not, or say that they are longer than anything. */
static void random_config(doorward_config *config, const doorward_bytes *any, const doorward_header *lines)
{
    static doorward_capability_entry capability;
    static doorward_key_entry key;
    doorward_list *const lists[] = {&config->hosts, &config->trusted_proxies, &config->origins,
                                    &config->places, &config->audience, &config->scopes};
    size_t i;
    memset(config, 0, sizeof *config);
    memset(&capability, 0, sizeof capability);
    config->flags = random_below(4) == 0 ? random_below(0x20000) : DOORWARD_ANONYMOUS;
    config->origin_mode = random_below(8);
    config->absent_origin = random_below(4);
    config->realm = any[random_below(4)];
    config->leeway = random_below(400);
    config->max_token_bytes = random_below(3) == 0 ? random_below(20000) : 0;
    for (i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (random_below(3) != 0)
            continue;
        lists[i]->items = random_below(16) == 0 ? NOTHING : random_below(2) == 0 ? any : &lines[0].value;
        lists[i]->len = random_below(16) == 0 ? SIZE_MAX / (1 + random_below(32)) : random_below(2);
        if (lists[i]->items == NOTHING && lists[i]->len > 1)
            lists[i]->len = SIZE_MAX;
        if (lists[i]->len > 4)
            lists[i]->len = SIZE_MAX - random_below(64);
    }
    capability.id = any[random_below(4)];
    capability.sha256[0] = (uint8_t)random_below(256);
    capability.scopes = config->scopes;
    config->capabilities = random_below(4) == 0 ? NOTHING : &capability;
    config->capabilities_len = random_below(2);
    key.id = any[random_below(4)];
    key.algorithm = DOORWARD_HS256;
    key.secret = any[random_below(4)];
    config->keys = &key;
    config->keys_len = random_below(20) == 0 ? SIZE_MAX / 2 : random_below(2);
    config->issuer = any[random_below(4)];
}

static void at_random(unsigned rounds)
{
    static const char *const names[] = {"host", "origin", "authorization", "cookie", "forwarded",
                                        "x-forwarded-host", "x-forwarded-proto", "sec-fetch-site"};
    doorward_gate *gate = good_gate();
    const doorward_list no_list = {NULL, 0};
    unsigned long answers = 0, beyond = 0;
    unsigned round;
    doorward_key key, other;
    doorward_key_entry entry;
    doorward_config config;
    doorward_gate made;
    doorward_address address = {DOORWARD_ADDRESS_NONE, {0}};
    doorward_tickets table;
    doorward_ticket_slot slots[3];
    uint8_t sum[32] = {0}, ticket[43] = {0};
    memset(&made, 0, sizeof made);
    memset(&entry, 0, sizeof entry);
    entry.algorithm = DOORWARD_HS256;
    entry.secret = text("an example secret of forty characters...");
    GIVES(DOORWARD_OK, doorward_key_init(&key, &entry));
    GIVES(DOORWARD_OK, doorward_tickets_init(&table, 2, slots, 3));
    for (round = 0; round < rounds; round++) {
        doorward_header lines[8];
        uint8_t *owned[12];
        doorward_bytes any[4], part = {NULL, 0};
        doorward_request request = good_request();
        doorward_decision who;
        doorward_gate *loaded = NULL;
        char told[80];
        doorward_message message;
        size_t i, len = 0, size = random_below(4) == 0 ? random_below(60000) % sizeof scratch : sizeof scratch;
        int64_t integer;
        uint16_t port;
        uint32_t flag;
        doorward_reason got;
        message.text = told;
        message.size = random_below(sizeof told);
        for (i = 0; i < 8; i++) {
            const char *name = names[random_below(8)];
            lines[i].name = text(name);
            lines[i].value = random_bytes(&owned[i]);
        }
        for (i = 0; i < 4; i++)
            any[i] = random_bytes(&owned[8 + i]);
        request.target = any[0];
        request.headers = lines;
        request.headers_len = random_below(9);
        request.scheme = random_below(4);
        request.peer.kind = random_below(8);
        request.peer.bytes[0] = 10;
        got = doorward_gate_decide(gate, &request, NOW, scratch, size, &who);
        beyond += got != DOORWARD_OK && doorward_reason_class(got) == DOORWARD_CLASS_NONE;
        answers += got != DOORWARD_OK;
        answers += doorward_gate_explain(gate, &request, NOW, message) != DOORWARD_OK;
        beyond += message.size != 0 && memchr(told, 0, message.size) == NULL;
        answers += doorward_jwt_verify(gate, any[1], NOW, scratch, size, &part) != DOORWARD_OK;
        answers += doorward_json_object(any[1], scratch, size) != DOORWARD_OK;
        answers += doorward_claim_string(any[1], any, random_below(5), room, 8, &len) != DOORWARD_OK;
        answers += doorward_claim_integer(any[2], any, random_below(5), &integer) != DOORWARD_OK;
        answers += doorward_claim_raw(any[2], any, random_below(5), &part) != DOORWARD_OK;
        answers += doorward_bearer(any[2], &part) != DOORWARD_OK;
        answers += doorward_origin_check(any[2]) != DOORWARD_OK;
        answers += doorward_origin_canonical(any[3], room, random_below(200), &len) != DOORWARD_OK;
        answers += doorward_host_parse(any[3], 1, room, random_below(200), &len, &port) != DOORWARD_OK;
        answers += doorward_base64url_decode(any[2], room, random_below(200), &len) != DOORWARD_OK;
        answers += doorward_base64url_encode(any[2], room, random_below(200), &len) != DOORWARD_OK;
        answers += doorward_strip_query(any[0], any[1], room, random_below(200), &len) != DOORWARD_OK;
        answers += doorward_strip_cookie(any[0], any[1], room, random_below(200), &len) != DOORWARD_OK;
        answers += doorward_strip_subprotocol(any[0], any[1], room, random_below(200), &len) != DOORWARD_OK;
        answers += doorward_gate_from_policy(any[3], 1 + random_below(2), message, &loaded) != DOORWARD_OK;
        doorward_gate_free(loaded);
        /* What was written to `who` by a decision that allows; else nobody. */
        if (got != DOORWARD_OK)
            memset(&who, 0, sizeof who);
        answers += doorward_decision_has_scope(&who, any[0]);
        answers += doorward_gate_challenge(gate, random_below(10000), room, random_below(300), &len) != DOORWARD_OK;
        answers += doorward_gate_places(gate, room, random_below(300), &len) != DOORWARD_OK;
        answers += doorward_gate_headers(gate, room, random_below(300), &len) != DOORWARD_OK;
        answers += doorward_reason_challenge(random_below(10000), any[0], no_list, room, random_below(300), &len) !=
            DOORWARD_OK;
        answers += doorward_claim_bool(any[2], any, random_below(5), &flag) != DOORWARD_OK;
        answers += doorward_claim_lists(any[2], any, random_below(5), any[3], &flag) != DOORWARD_OK;
        answers += doorward_jws_verify(&key, any[1], scratch, random_below(400), &part) != DOORWARD_OK;
        answers += doorward_jwt_sign(&key, any[2], room, random_below(400), &len) != DOORWARD_OK;
        beyond += doorward_jwt_signed_bytes(&key, any[2].len) < any[2].len;
        answers += doorward_capability_digest(any[2], &sum) != DOORWARD_OK;
        answers += doorward_capability_match(any[2], (const uint8_t(*)[32])&sum, random_below(2), &len) != DOORWARD_OK;
        answers += doorward_capability_check(any[2], random_below(2)) != DOORWARD_OK;
        answers += doorward_capability_generate((const uint8_t(*)[32])&sum, random_below(4), room, random_below(80), &len) !=
            DOORWARD_OK;
        answers += doorward_address_parse(any[3], &address) != DOORWARD_OK;
        answers += doorward_startup_check(&address, random_below(2), random_below(2), &flag) != DOORWARD_OK;
        answers += doorward_ticket_issue(&table, (const uint8_t(*)[32])&sum, any[2], random_below(8), ticket,
                                         36 + random_below(9), &len) != DOORWARD_OK;
        answers += doorward_ticket_redeem(&table, random_below(2) ? any[3] : bytes(ticket, 43), random_below(8), room,
                                          60 + random_below(8), &len) != DOORWARD_OK;
        entry.algorithm = random_below(600);
        entry.encoding = random_below(5);
        entry.id = any[1];
        entry.secret = any[2];
        answers += doorward_key_init(&other, &entry) != DOORWARD_OK;
        doorward_key_wipe(&other);
        random_config(&config, any, lines);
        answers += doorward_gate_memory_bytes(&config);
        answers += doorward_gate_init(&made, &config, room, random_below(2000)) != DOORWARD_OK;
        doorward_gate_free(&made);
        for (i = 0; i < 12; i++)
            free(owned[i]);
    }
    CHECK(answers > rounds && beyond == 0);
    doorward_key_wipe(&key);
    doorward_tickets_wipe(&table);
    doorward_gate_free(gate);
}

int main(int argc, char **argv)
{
    deciding();
    gates();
    pieces();
    tickets();
    at_random(argc > 1 ? (unsigned)atoi(argv[1]) : 20000);
    return closing_line();
}
