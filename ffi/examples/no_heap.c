/* A door lock without a heap: one host, one key, rules and buffers in static memory. */

#include <stdio.h>
#include <string.h>

#include "doorward.h"

static const doorward_bytes HOSTS[] = {{DOORWARD_LITERAL("lock.example")}};
static const doorward_bytes AUDIENCE[] = {{DOORWARD_LITERAL("front-door")}};
static const doorward_key_entry KEYS[] = {{
    {DOORWARD_LITERAL("2026")}, DOORWARD_HS256, DOORWARD_UTF8,
    {DOORWARD_LITERAL("an example secret of forty characters...")},
}};

static doorward_gate gate;
static doorward_key key;
static uint8_t rules[1024];
static uint8_t scratch[2048];
static uint8_t token[512];

static doorward_reason open_gate(void)
{
    static doorward_config config; /* all zero: the strictest rules */
    config.hosts.items = HOSTS;
    config.hosts.len = 1;
    config.audience.items = AUDIENCE;
    config.audience.len = 1;
    config.keys = KEYS;
    config.keys_len = 1;
    config.leeway = 30;
    config.max_token_bytes = 512;
    return doorward_gate_init(&gate, &config, rules, sizeof rules);
}

static doorward_reason ask(size_t token_len, uint64_t now)
{
    static uint8_t value[7 + sizeof token] = "Bearer ";
    doorward_header lines[] = {
        {{DOORWARD_LITERAL("Host")}, {DOORWARD_LITERAL("lock.example")}},
        {{DOORWARD_LITERAL("Authorization")}, {NULL, 0}},
    };
    doorward_request request = {{DOORWARD_LITERAL("POST")}, {DOORWARD_LITERAL("/open")},
                                DOORWARD_HTTP, {DOORWARD_ADDRESS_NONE, {0}}, lines, 2};
    doorward_decision who;
    doorward_reason reason;
    memcpy(value + 7, token, token_len);
    lines[1].value.data = value;
    lines[1].value.len = 7 + token_len;
    reason = doorward_gate_decide(&gate, &request, now, scratch, sizeof scratch, &who);
    if (reason == DOORWARD_OK)
        printf("open for %.*s\n", (int)who.id.len, (const char *)who.id.data);
    else
        printf("shut: %u %s\n", (unsigned)reason, doorward_reason_name(reason));
    return reason;
}

int main(void)
{
    const doorward_bytes claims = {
        DOORWARD_LITERAL("{\"sub\":\"anna\",\"aud\":\"front-door\",\"exp\":1700003600}")};
    size_t len = 0;
    int as_told;
    if (open_gate() != DOORWARD_OK || doorward_key_init(&key, &KEYS[0]) != DOORWARD_OK ||
        doorward_jwt_sign(&key, claims, token, sizeof token, &len) != DOORWARD_OK)
        return 1;
    as_told = ask(len, 1700000000) == DOORWARD_OK;
    as_told &= ask(len, 1700003630) == DOORWARD_TOKEN_EXPIRED;
    as_told &= ask(len - 1, 1700000000) == DOORWARD_TOKEN_BASE64;
    as_told &= ask(len, 0) == DOORWARD_CLOCK_UNAVAILABLE;
    doorward_key_wipe(&key);
    doorward_gate_free(&gate);
    return as_told ? 0 : 1;
}
