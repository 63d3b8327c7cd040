/* What the vectors do not reach: a gate in the caller's memory, the fields of a decision, messages,
 * reloading, random tokens. */

#include <stdlib.h>
#include <string.h>

#include "doorward.h"

#include "check.h"

#define B(text) {DOORWARD_LITERAL(text)}
#define NOW 1700000000u

static const doorward_message SILENT = {NULL, 0};
static uint8_t memory[8192];
static uint8_t scratch[DOORWARD_SCRATCH_BYTES];

static doorward_bytes bytes(const char *text)
{
    doorward_bytes out;
    out.data = (const uint8_t *)text;
    out.len = strlen(text);
    return out;
}

static int is(doorward_bytes bytes, const char *text)
{
    return bytes.len == strlen(text) && memcmp(bytes.data, text, bytes.len) == 0;
}

static int in_scratch(doorward_bytes bytes)
{
    return bytes.data >= scratch && bytes.data + bytes.len <= scratch + sizeof scratch;
}

static const char CAPABILITY[] = "a-capability-token-of-the-test";
static const doorward_key_entry KEY = {
    B("k1"), DOORWARD_HS256, DOORWARD_HEX,
    B("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
};

static doorward_reason ask(const doorward_gate *gate, const char *host, const char *origin,
                           doorward_bytes token, doorward_decision *who)
{
    static uint8_t authorization[4096] = "Bearer ";
    doorward_header lines[3] = {{B("host"), B("")}, {B("origin"), B("")}, {B("authorization"), B("")}};
    doorward_request request = {B("GET"), B("/ws"), DOORWARD_HTTPS, {DOORWARD_ADDRESS_V4, {127, 0, 0, 1}},
                                lines, 3};
    lines[0].value = bytes(host);
    lines[1].value = bytes(origin);
    memcpy(authorization + 7, token.data, token.len);
    lines[2].value.data = authorization;
    lines[2].value.len = 7 + token.len;
    memset(who, 0, sizeof *who);
    return doorward_gate_decide(gate, &request, NOW, scratch, sizeof scratch, who);
}

static void rules_in_memory(void)
{
    static const doorward_bytes hosts[] = {B("app.example"), B("*.apps.example")};
    static const doorward_bytes proxies[] = {B("10.0.0.0/8")};
    static const doorward_bytes origins[] = {B("HTTPS://App.Example:443/")};
    static const doorward_bytes places[] = {B("authorization"), B("cookie:session")};
    static const doorward_bytes scopes[] = {B("read"), B("write")};
    static const doorward_bytes resources[] = {B("door:*")};
    static const doorward_bytes audience[] = {B("mux")};
    static const doorward_bytes revoked[] = {B("stolen")};
    doorward_capability_entry entry;
    doorward_config config;
    doorward_gate gate;
    doorward_key key;
    doorward_decision who;
    doorward_bytes token, claims, path[2];
    uint8_t signed_token[1024], text[64], challenge[512];
    uint32_t flag = 7;
    size_t len = 0, needed;
    char names[3][8] = {"read", "write", "rea"};

    memset(&entry, 0, sizeof entry);
    memset(&config, 0, sizeof config);
    entry.id = bytes("ci");
    GIVES(DOORWARD_OK, doorward_capability_digest(bytes(CAPABILITY), &entry.sha256));
    entry.expires = NOW + 5;
    entry.scopes.items = scopes;
    entry.scopes.len = 2;
    entry.resources.items = resources;
    entry.resources.len = 1;
    config.realm = bytes("the door");
    config.hosts.items = hosts;
    config.hosts.len = 2;
    config.trusted_proxies.items = proxies;
    config.trusted_proxies.len = 1;
    config.origins.items = origins;
    config.origins.len = 1;
    config.origin_mode = DOORWARD_ORIGIN_LIST;
    config.places.items = places;
    config.places.len = 2;
    config.capabilities = &entry;
    config.capabilities_len = 1;
    config.keys = &KEY;
    config.keys_len = 1;
    config.issuer = bytes("issuer");
    config.audience.items = audience;
    config.audience.len = 1;
    config.revoked.items = revoked;
    config.revoked.len = 1;
    config.scopes.items = scopes;
    config.scopes.len = 1;
    config.resource = bytes("door:7");

    needed = doorward_gate_memory_bytes(&config);
    CHECK(needed > 0 && needed <= sizeof memory);
    /* Any alignment of the memory will do, and less than is asked for is an answer, not a fault. */
    GIVES(DOORWARD_OK, doorward_gate_init(&gate, &config, memory + 1, needed));
    doorward_gate_free(&gate);
    for (len = 0; len + 160 < needed; len += 7) /* the rest may be gaps of the alignment */
        GIVES(DOORWARD_STORAGE_TOO_SMALL, doorward_gate_init(&gate, &config, memory, len));
    GIVES(DOORWARD_OK, doorward_gate_init(&gate, &config, memory, needed));
    CHECK(doorward_gate_scratch_bytes(&gate) <= DOORWARD_SCRATCH_BYTES);

    GIVES(DOORWARD_OK, ask(&gate, "app.example", "https://app.example", bytes(CAPABILITY), &who));
    CHECK(who.kind == DOORWARD_PRINCIPAL_CAPABILITY && is(who.id, "ci") && in_scratch(who.id));
    CHECK(is(who.place, "authorization") && in_scratch(who.place) && is(who.scopes, "read write"));
    CHECK(who.has_expires == 1 && who.expires == NOW + 5 && who.claims.data == NULL);
    CHECK(doorward_decision_has_scope(&who, bytes(names[0])) == 1);
    CHECK(doorward_decision_has_scope(&who, bytes(names[1])) == 1);
    CHECK(doorward_decision_has_scope(&who, bytes(names[2])) == 0);
    CHECK(doorward_decision_has_scope(&who, bytes("")) == 0);
    GIVES(DOORWARD_HOST_NOT_ALLOWED, ask(&gate, "b.example", "https://app.example", bytes(CAPABILITY), &who));
    CHECK(who.kind == DOORWARD_PRINCIPAL_NONE);
    GIVES(DOORWARD_ORIGIN_NOT_ALLOWED, ask(&gate, "a.apps.example", "https://x.example", bytes(CAPABILITY), &who));
    GIVES(DOORWARD_CAPABILITY_UNKNOWN, ask(&gate, "app.example", "https://app.example", bytes("other"), &who));
    GIVES(DOORWARD_OK, doorward_gate_challenge(&gate, DOORWARD_SCOPE_INSUFFICIENT, challenge, 512, &len));
    CHECK(len == strlen("Bearer realm=\"the door\", error=\"insufficient_scope\", scope=\"read\""));
    GIVES(DOORWARD_OUTPUT_TOO_SMALL,
          doorward_gate_challenge(&gate, DOORWARD_SCOPE_INSUFFICIENT, challenge, 10, &len));
    GIVES(DOORWARD_OK, doorward_gate_places(&gate, text, sizeof text, &len));
    CHECK(len == 28 && memcmp(text, "authorization\ncookie:session", 28) == 0);
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, doorward_gate_places(&gate, text, 27, &len));
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, doorward_gate_places(&gate, text, 13, &len));
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, doorward_gate_places(&gate, NULL, 0, &len));
    GIVES(DOORWARD_OK, doorward_gate_headers(&gate, challenge, sizeof challenge, &len));
    CHECK(len == 106 && memcmp(challenge, "host\norigin\nauthorization\nsec-fetch-site\nforwarded\nx-forwarded-host\n"
                                          "x-forwarded-proto\nauthorization\ncookie", 106) == 0);
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, doorward_gate_headers(&gate, challenge, 105, &len));
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, doorward_gate_headers(&gate, NULL, 0, &len));

    GIVES(DOORWARD_OK, doorward_key_init(&key, &KEY));
    claims = bytes("{\"sub\":\"an\\u006ea\\n\",\"iss\":\"issuer\",\"aud\":[\"mux\"],\"exp\":1700000600,"
                   "\"scope\":\"read admin\",\"resources\":[\"door:7\"],\"o\":{\"roles\":[\"x\",\"y z\"]}}");
    GIVES(DOORWARD_OK, doorward_jwt_sign(&key, claims, signed_token, sizeof signed_token, &len));
    token.data = signed_token;
    token.len = len;
    GIVES(DOORWARD_OK, ask(&gate, "app.example", "https://app.example", token, &who));
    CHECK(who.kind == DOORWARD_PRINCIPAL_TOKEN && is(who.id, "anna\n") && in_scratch(who.id));
    CHECK(is(who.key_id, "k1") && in_scratch(who.key_id) && in_scratch(who.claims));
    CHECK(who.claims.len == claims.len && memcmp(who.claims.data, claims.data, claims.len) == 0);
    CHECK(who.has_expires == 1 && who.expires == 1700000600 && who.scopes.data == NULL);
    CHECK(is(who.scope_claim, "scope"));
    CHECK(doorward_decision_has_scope(&who, bytes("admin")) == 1);
    CHECK(doorward_decision_has_scope(&who, bytes("adm")) == 0);
    path[0] = bytes("o");
    path[1] = bytes("roles");
    GIVES(DOORWARD_OK, doorward_claim_lists(who.claims, path, 2, bytes("y z"), &flag));
    CHECK(flag == 1);
    GIVES(DOORWARD_OK, doorward_claim_lists(who.claims, path, 2, bytes("y"), &flag));
    CHECK(flag == 0);
    path[0] = bytes("sub");
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, doorward_claim_string(who.claims, path, 1, text, 4, &len));
    GIVES(DOORWARD_OK, doorward_claim_string(who.claims, path, 1, text, 5, &len));
    CHECK(len == 5 && memcmp(text, "anna\n", 5) == 0);
    GIVES(DOORWARD_OK, doorward_jwt_verify(&gate, token, NOW, scratch, sizeof scratch, &claims));
    CHECK(in_scratch(claims));
    GIVES(DOORWARD_TOKEN_EXPIRED,
          doorward_jwt_verify(&gate, token, NOW + 600, scratch, sizeof scratch, &claims));
    GIVES(DOORWARD_SCRATCH_TOO_SMALL, doorward_jwt_verify(&gate, token, NOW, scratch, 100, &claims));
    CHECK(2 * token.len < doorward_gate_scratch_bytes(&gate));
    GIVES(DOORWARD_OK, doorward_jwt_verify(&gate, token, NOW, scratch, 2 * token.len, &claims));
    doorward_key_wipe(&key);
    GIVES(DOORWARD_NULL_ARGUMENT, doorward_jwt_sign(&key, claims, text, sizeof text, &len));
    doorward_gate_free(&gate);
    for (len = 0; len < needed; len++)
        if (memory[len] != 0)
            break;
    CHECK(len == needed); /* rules and keys are wiped */
    GIVES(DOORWARD_NULL_ARGUMENT, ask(&gate, "app.example", "https://app.example", token, &who));
}

/* Each mistake alone, against rules that are right. */
static void rules_refused(void)
{
    static const doorward_bytes key_text = B("an example secret of forty characters...");
    static const doorward_bytes star[] = {B("*")};
    static const doorward_bytes twice[] = {B("authorization"), B("authorization")};
    static const doorward_bytes empty[] = {B("")};
    static const doorward_bytes spaced[] = {B("a b")};
    doorward_key_entry keys[9];
    doorward_capability_entry entries[2];
    doorward_config good, config;
    doorward_gate gate;
    int i;
    memset(&good, 0, sizeof good);
    memset(keys, 0, sizeof keys);
    memset(entries, 0, sizeof entries);
    for (i = 0; i < 9; i++) {
        keys[i].algorithm = DOORWARD_HS256;
        keys[i].secret = key_text;
    }
    good.keys = keys;
    good.keys_len = 8;
    GIVES(DOORWARD_OK, doorward_gate_init(&gate, &good, memory, sizeof memory));
    doorward_gate_free(&gate);
#define WRONG(reason, change)                                                             \
    do {                                                                                  \
        config = good;                                                                    \
        change;                                                                           \
        GIVES(reason, doorward_gate_init(&gate, &config, memory, sizeof memory));         \
    } while (0)
    WRONG(DOORWARD_CONFIG_INVALID, config.keys_len = 0);
    WRONG(DOORWARD_KEY_INVALID, config.keys_len = 9);
    WRONG(DOORWARD_CONFIG_INVALID, config.leeway = 301);
    WRONG(DOORWARD_CONFIG_INVALID, config.flags = 0x8000);
    WRONG(DOORWARD_CONFIG_INVALID, config.origin_mode = 6);
    WRONG(DOORWARD_CONFIG_INVALID, config.absent_origin = 3);
    WRONG(DOORWARD_CONFIG_INVALID, config.max_token_bytes = 255);
    WRONG(DOORWARD_CONFIG_INVALID, config.max_token_bytes = 16385);
    WRONG(DOORWARD_CONFIG_INVALID, config.realm = bytes("a \"door\""));
    WRONG(DOORWARD_NULL_ARGUMENT, config.realm = bytes("\xff"));
    WRONG(DOORWARD_HOST_RULE_INVALID, (config.hosts.items = star, config.hosts.len = 1));
    WRONG(DOORWARD_HOST_RULE_INVALID,
          (config.trusted_proxies.items = star, config.trusted_proxies.len = 1));
    WRONG(DOORWARD_ORIGIN_RULE_INVALID, (config.origins.items = star, config.origins.len = 1));
    WRONG(DOORWARD_CONFIG_INVALID, (config.places.items = star, config.places.len = 1));
    WRONG(DOORWARD_CONFIG_INVALID, (config.places.items = twice, config.places.len = 2));
    WRONG(DOORWARD_CONFIG_INVALID, (config.audience.items = empty, config.audience.len = 1));
    WRONG(DOORWARD_CONFIG_INVALID, (config.scopes.items = spaced, config.scopes.len = 1));
    WRONG(DOORWARD_CONFIG_INVALID, (config.audience.items = star, config.audience.len = 1,
                                    config.flags = DOORWARD_IGNORE_AUDIENCE));
    WRONG(DOORWARD_CONFIG_INVALID, (config.capabilities = entries, config.capabilities_len = 1));
    entries[0].id = entries[1].id = bytes("a");
    WRONG(DOORWARD_CONFIG_INVALID, (config.capabilities = entries, config.capabilities_len = 2));
    entries[1].id = bytes("b");
    WRONG(DOORWARD_CAPABILITY_INVALID, (config.capabilities = entries, config.capabilities_len = 2));
    keys[0].id = keys[1].id = bytes("same");
    WRONG(DOORWARD_KEY_INVALID, (void)0);
    keys[1].id = bytes("other");
    keys[2].secret = bytes("short");
    WRONG(DOORWARD_KEY_INVALID, (void)0);
    keys[2].secret = key_text;
    keys[2].encoding = 9;
    WRONG(DOORWARD_KEY_INVALID, (void)0);
    keys[2].encoding = DOORWARD_UTF8;
    keys[2].algorithm = 1;
    WRONG(DOORWARD_KEY_INVALID, (void)0);
    WRONG(DOORWARD_OK, (config.keys_len = 0, config.flags = DOORWARD_ANONYMOUS));
    doorward_gate_free(&gate);
}

static void messages(void)
{
    char text[400], cut[16];
    doorward_message message, small;
    doorward_gate *gate = NULL;
    doorward_decision who;
    doorward_address address;
    uint32_t warning = 7;
    size_t len = 0;
    message.text = text;
    message.size = sizeof text;
    small.text = cut;
    small.size = sizeof cut;
    memset(cut, 'x', sizeof cut);
    GIVES(DOORWARD_CONFIG_INVALID,
          doorward_gate_from_policy(bytes("[hosts]"), DOORWARD_TOML, message, &gate));
    CHECK(gate == NULL && strncmp(text, "1:2: hosts: ", 12) == 0);
    GIVES(DOORWARD_CONFIG_INVALID, doorward_gate_from_policy(bytes("[hosts]"), DOORWARD_TOML, small, &gate));
    CHECK(strlen(cut) == sizeof cut - 1 && strncmp(cut, text, sizeof cut - 1) == 0);
    GIVES(DOORWARD_CONFIG_INVALID,
          doorward_gate_from_policy(bytes("[hosts]"), DOORWARD_TOML, SILENT, &gate));
    GIVES(DOORWARD_CONFIG_INVALID, doorward_gate_open(bytes("/nowhere/policy.toml"), message, &gate));
    CHECK(strstr(text, "/nowhere/policy.toml") != NULL);
    GIVES(DOORWARD_NULL_ARGUMENT, doorward_gate_from_policy(bytes(""), 3, SILENT, &gate));

    GIVES(DOORWARD_CONFIG_INVALID, doorward_gate_from_policy(
        bytes("[[capability]]\nid = \"\\u00e9\"\ntoken = \"a-capability-token-of-the-test\"\n"),
        DOORWARD_TOML, message, &gate));
    CHECK(strstr(text, CAPABILITY) == NULL);
    CHECK(gate == NULL);
    GIVES(DOORWARD_OK, doorward_gate_from_policy(
        bytes("[[capability]]\nid = \"ci\"\ntoken = \"a-capability-token-of-the-test\"\n"),
        DOORWARD_TOML, message, &gate));
    CHECK(strlen(text) > 0 && text[strlen(text) - 1] == '\n'); /* a token in the document is a warning */
    CHECK(strstr(text, CAPABILITY) == NULL);
    GIVES(DOORWARD_OK, ask(gate, "h.example", "https://h.example", bytes(CAPABILITY), &who));
    CHECK(is(who.id, "ci"));
    GIVES(DOORWARD_OK, doorward_gate_reload(gate, message));
    GIVES(DOORWARD_OK, doorward_address_parse(bytes("0.0.0.0:80"), &address));
    CHECK(address.kind == DOORWARD_ADDRESS_V4);
    GIVES(DOORWARD_OK, doorward_gate_startup_check(gate, &address, &warning));
    CHECK(warning == 0);
    GIVES(DOORWARD_CONFIG_INVALID, doorward_jwt_verify(gate, bytes("a.b.c"), NOW, scratch,
                                                       sizeof scratch, &who.claims));
    GIVES(DOORWARD_OK, doorward_gate_close(gate));
    GIVES(DOORWARD_CAPABILITY_UNKNOWN, ask(gate, "h.example", "https://h.example", bytes(CAPABILITY), &who));
    GIVES(DOORWARD_CONFIG_INVALID, doorward_gate_reload(gate, message));
    CHECK(strcmp(text, "the gate is closed") == 0);
    GIVES(DOORWARD_CAPABILITY_UNKNOWN, ask(gate, "h.example", "https://h.example", bytes(CAPABILITY), &who));
    GIVES(DOORWARD_OK, doorward_gate_close(gate));
    doorward_gate_free(gate);
    GIVES(DOORWARD_OK, doorward_address_parse(bytes("[::1]:80"), &address));
    CHECK(address.kind == DOORWARD_ADDRESS_V6 && address.bytes[15] == 1);
    GIVES(DOORWARD_CONFIG_INVALID, doorward_address_parse(bytes("nothing"), &address));
    GIVES(DOORWARD_OK, doorward_startup_check(&address, 0, 0, &warning));
    GIVES(DOORWARD_OK, doorward_bearer(bytes("bearer  abc "), &who.id));
    CHECK(is(who.id, "abc"));
    GIVES(DOORWARD_OK, doorward_base64url_encode(bytes("\xff\xff\xff"), (uint8_t *)text, 4, &len));
    CHECK(len == 4 && memcmp(text, "____", 4) == 0);
}

static void random_tokens(void)
{
    uint8_t one[64], two[64];
    size_t len = 0;
    doorward_bytes token;
    GIVES(DOORWARD_OK, doorward_capability_new(DOORWARD_FORM_BASE64URL, one, sizeof one, &len));
    CHECK(len == 43);
    GIVES(DOORWARD_OK, doorward_capability_new(DOORWARD_FORM_BASE64URL, two, sizeof two, &len));
    CHECK(memcmp(one, two, 43) != 0);
    token.data = one;
    token.len = 43;
    GIVES(DOORWARD_OK, doorward_capability_check(token, 0));
    token.len = 21;
    GIVES(DOORWARD_CAPABILITY_INVALID, doorward_capability_check(token, 0));
    GIVES(DOORWARD_OK, doorward_capability_check(token, 1));
    GIVES(DOORWARD_OUTPUT_TOO_SMALL, doorward_capability_new(DOORWARD_FORM_HEX, one, 63, &len));
    GIVES(DOORWARD_NULL_ARGUMENT, doorward_capability_new(9, one, sizeof one, &len));
    CHECK(doorward_now() > NOW);
}

/* One slot: a second ticket finds no room before the first one's time is over. */
static void tickets(void)
{
    static const uint8_t first[32] = {1}, second[32] = {2};
    doorward_ticket_slot slot;
    doorward_tickets table;
    uint8_t token[DOORWARD_TICKET_BYTES], payload[DOORWARD_TICKET_PAYLOAD_BYTES];
    const uint8_t *bytes_of_slot = (const uint8_t *)&slot;
    doorward_bytes presented = {NULL, sizeof token};
    size_t len = 0, i, left = 0;
    presented.data = token;
    memset(&slot, 0xa5, sizeof slot);
    memset(&table, 0xa5, sizeof table);
    GIVES(DOORWARD_OK, doorward_tickets_init(&table, 5, &slot, 1));
    GIVES(DOORWARD_OK, doorward_ticket_issue(&table, &first, bytes("ws:chat"), NOW, token, sizeof token, &len));
    CHECK(len == DOORWARD_TICKET_BYTES);
    GIVES(DOORWARD_STORE_UNAVAILABLE,
          doorward_ticket_issue(&table, &second, bytes(""), NOW + 5, payload, sizeof payload, &len));
    GIVES(DOORWARD_OUTPUT_TOO_SMALL,
          doorward_ticket_redeem(&table, presented, NOW, payload, sizeof payload - 1, &len));
    GIVES(DOORWARD_OK, doorward_ticket_redeem(&table, presented, NOW + 5, payload, sizeof payload, &len));
    CHECK(len == 7 && memcmp(payload, "ws:chat", 7) == 0);
    GIVES(DOORWARD_TOKEN_ALREADY_USED,
          doorward_ticket_redeem(&table, presented, NOW, payload, sizeof payload, &len));
    GIVES(DOORWARD_OK, doorward_ticket_issue(&table, &second, bytes(""), NOW + 6, token, sizeof token, &len));
    GIVES(DOORWARD_TOKEN_EXPIRED,
          doorward_ticket_redeem(&table, presented, NOW + 12, payload, sizeof payload, &len));
    GIVES(DOORWARD_CAPABILITY_UNKNOWN,
          doorward_ticket_redeem(&table, bytes("another"), NOW, payload, sizeof payload, &len));
    doorward_tickets_wipe(&table);
    for (i = 0; i < sizeof slot; i++)
        left += bytes_of_slot[i] != 0;
    CHECK(left == 0);
    GIVES(DOORWARD_NULL_ARGUMENT,
          doorward_ticket_redeem(&table, presented, NOW, payload, sizeof payload, &len));
    doorward_tickets_wipe(&table);
}

int main(void)
{
    rules_in_memory();
    rules_refused();
    messages();
    random_tokens();
    tickets();
    return closing_line();
}
