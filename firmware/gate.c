/* The smallest device that decides: one gate in static memory, a request from the wire, an answer. Its
 * size is the figure of the README, so it has no console, no C library and no signing. */

#include "chip.h"
#include "doorward.h"

static const doorward_bytes HOSTS[] = {{DOORWARD_LITERAL("lock.example")}};
#ifdef WITH_JWT
static const doorward_bytes AUDIENCE[] = {{DOORWARD_LITERAL("front-door")}};
/* A device has its secret from its maker, in a part of flash of its own. */
static const doorward_key_entry KEYS[] = {
    {{DOORWARD_LITERAL("2026")}, DOORWARD_HS256, DOORWARD_UTF8,
     {DOORWARD_LITERAL("an example secret of forty characters...")}},
#ifdef WITH_HS384_512
    {{DOORWARD_LITERAL("2027")}, DOORWARD_HS512, DOORWARD_UTF8,
     {DOORWARD_LITERAL("an example secret of sixty-four characters, and no more of them..")}},
#endif
};
#else
static const doorward_capability_entry TOKENS[] = {{
    {DOORWARD_LITERAL("anna")}, {0xfe}, 0, {NULL, 0}, {NULL, 0},
}};
#endif

/* What a network stack would fill. Volatile: the compiler must expect anything there. */
struct wire {
    doorward_header lines[16];
    size_t lines_len;
    doorward_bytes target;
    uint64_t now;
};
static volatile struct wire wire;
static volatile uint32_t answer;

static doorward_gate gate;
static uint8_t rules[1024];
static uint8_t scratch[2048];

static doorward_reason open_gate(void)
{
    static doorward_config config;
    config.hosts = (doorward_list){HOSTS, 1};
    config.max_token_bytes = 1024;
#ifdef WITH_JWT
    config.audience = (doorward_list){AUDIENCE, 1};
    config.keys = KEYS;
    config.keys_len = sizeof KEYS / sizeof KEYS[0];
    config.leeway = 30;
#else
    config.capabilities = TOKENS;
    config.capabilities_len = 1;
#endif
#ifndef WITH_ORIGIN
    config.origin_mode = DOORWARD_ORIGIN_OFF; /* the library insists that it is said */
#endif
    return doorward_gate_init(&gate, &config, rules, sizeof rules);
}

int main(void)
{
    doorward_request request = {{DOORWARD_LITERAL("POST")}, {NULL, 0}, DOORWARD_HTTP,
                                {DOORWARD_ADDRESS_NONE, {0}}, NULL, 0};
    doorward_decision who;
    if (open_gate() != DOORWARD_OK)
        return 1;
    /* Nothing is on the wire in the test: no Host line, and so 2101. */
    request.target = wire.target;
    request.headers = (const doorward_header *)wire.lines;
    request.headers_len = wire.lines_len;
    answer = doorward_gate_decide(&gate, &request, wire.now, scratch, sizeof scratch, &who);
    return answer == DOORWARD_HOST_MISSING ? 0 : 1;
}
