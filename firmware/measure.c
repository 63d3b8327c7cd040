/* What a decision costs on the chip: bytes of stack, by painting it, and instructions, by a timer of the
 * emulator that counts them (`-icount shift=0`: one nanosecond each). The token is one of 1 KiB, signed
 * here. Both numbers are of the emulated instruction set: the same on every machine, and no time. */

#include <string.h>

#include "chip.h"
#include "doorward.h"

enum { TOKEN_BYTES = 1024, ROUNDS = 100 };

static const doorward_bytes HOSTS[] = {{DOORWARD_LITERAL("lock.example")}};
static const doorward_bytes AUDIENCE[] = {{DOORWARD_LITERAL("front-door")}};
static const char SECRET[] = "an example secret of sixty-four characters, and no more of them..";

static doorward_gate gate;
static doorward_key key;
static uint8_t rules[1024];
static uint8_t scratch[4096];
static uint8_t value[7 + 4 * TOKEN_BYTES] = "Bearer ";
static size_t value_len;
static doorward_header lines[] = {
    {{DOORWARD_LITERAL("Host")}, {DOORWARD_LITERAL("lock.example")}},
    {{DOORWARD_LITERAL("User-Agent")}, {DOORWARD_LITERAL("a browser")}},
    {{DOORWARD_LITERAL("Accept")}, {DOORWARD_LITERAL("*/*")}},
    {{DOORWARD_LITERAL("Connection")}, {DOORWARD_LITERAL("Upgrade")}},
    {{DOORWARD_LITERAL("Upgrade")}, {DOORWARD_LITERAL("websocket")}},
    {{DOORWARD_LITERAL("Origin")}, {DOORWARD_LITERAL("http://lock.example")}},
    {{DOORWARD_LITERAL("Sec-Fetch-Site")}, {DOORWARD_LITERAL("same-origin")}},
    {{DOORWARD_LITERAL("Authorization")}, {NULL, 0}},
};
static volatile doorward_reason reason;

/* A token of exactly 1 KiB: a claim is made longer until it is. */
static doorward_reason sign(doorward_algorithm algorithm)
{
    static char claims[TOKEN_BYTES];
    static const char BEGIN[] = "{\"sub\":\"anna\",\"aud\":\"front-door\",\"exp\":1700003600,\"pad\":\"";
    const doorward_key_entry entry = {
        {NULL, 0}, algorithm, DOORWARD_UTF8, {DOORWARD_LITERAL(SECRET)}};
    const doorward_config config = {
        .hosts = {HOSTS, 1},       .audience = {AUDIENCE, 1}, .keys = &entry,
        .keys_len = 1,             .leeway = 30,              .max_token_bytes = TOKEN_BYTES,
    };
    size_t len = sizeof BEGIN - 1;
    size_t signed_len = 0;
    doorward_reason fault = doorward_key_init(&key, &entry);
    if (fault == DOORWARD_OK)
        fault = doorward_gate_init(&gate, &config, rules, sizeof rules);
    if (fault != DOORWARD_OK)
        return fault;
    memcpy(claims, BEGIN, len);
    while (len < sizeof claims - 2 && doorward_jwt_signed_bytes(&key, len + 3) <= TOKEN_BYTES)
        claims[len++] = 'x';
    claims[len++] = '"';
    claims[len++] = '}';
    fault = doorward_jwt_sign(&key, (doorward_bytes){(const uint8_t *)claims, len}, value + 7,
                              sizeof value - 7, &signed_len);
    value_len = 7 + signed_len;
    lines[7].value = (doorward_bytes){value, value_len};
    return fault;
}

static void decide(void)
{
    const doorward_request request = {{DOORWARD_LITERAL("GET")}, {DOORWARD_LITERAL("/open")},
                                      DOORWARD_HTTP, {DOORWARD_ADDRESS_NONE, {0}},
                                      lines, sizeof lines / sizeof lines[0]};
    doorward_decision who;
    reason = doorward_gate_decide(&gate, &request, 1700000000, scratch, sizeof scratch, &who);
}

static void nothing(void)
{
}

/* Bytes below this frame that a call wrote to. */
static __attribute__((noinline)) uint32_t stack_of(void (*call)(void))
{
    enum { PAINT = 0x57ac4ed, WORDS = 8192 };
    volatile uint32_t *top;
    uint32_t at;
    __asm__ volatile("mov %0, sp" : "=r"(top));
    for (at = 1; at <= WORDS; at++)
        *(top - at) = PAINT;
    call();
    for (at = WORDS; at > 0 && *(top - at) == PAINT; at--) {
    }
    return 4 * at;
}

#define SYSTICK ((volatile uint32_t *)0xe000e010)

static __attribute__((noinline)) uint32_t ticks_of(void (*call)(void), uint32_t rounds)
{
    uint32_t begin;
    SYSTICK[1] = 0xffffff;
    SYSTICK[2] = 0;
    SYSTICK[0] = 5; /* on, by the processor's clock */
    while (SYSTICK[2] == 0) {
    }
    begin = SYSTICK[2];
    while (rounds-- > 0)
        call();
    return (begin - SYSTICK[2]) & 0xffffff;
}

/* A million instructions: two a turn. */
static void million(void)
{
    uint32_t turns = 500000;
    __asm__ volatile("1: subs %0, #1\n bne 1b" : "+r"(turns) : : "cc");
}

static void line(const char *name, uint32_t number)
{
    chip_write(name);
    chip_write(" ");
    chip_write_number(number);
    chip_write("\n");
}

int main(void)
{
    static const struct {
        doorward_algorithm algorithm;
        const char *stack, *instructions;
    } RUNS[] = {
        {DOORWARD_HS256, "stack-hs256", "instructions-hs256"},
        {DOORWARD_HS384, "stack-hs384", "instructions-hs384"},
        {DOORWARD_HS512, "stack-hs512", "instructions-hs512"},
    };
    const uint32_t per_tick = 1000000 / ticks_of(million, 1);
    size_t i;
    for (i = 0; i < sizeof RUNS / sizeof RUNS[0]; i++) {
        uint32_t stack, ticks;
        if (sign(RUNS[i].algorithm) != DOORWARD_OK || value_len != 7 + TOKEN_BYTES)
            return 1;
        stack = stack_of(decide) - stack_of(nothing);
        if (reason != DOORWARD_OK)
            return 1;
        ticks = ticks_of(decide, ROUNDS);
        line(RUNS[i].stack, stack);
        line(RUNS[i].instructions, ticks / ROUNDS * per_tick + ticks % ROUNDS * per_tick / ROUNDS);
        doorward_gate_free(&gate);
    }
    return 0;
}
