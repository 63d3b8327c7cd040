/* Calls every function of the library and compares what it says: linked without a definition of
   doorward_can_panic, it exists only if no panic can be reached from here. */

#include "bare.h"

#include <stdio.h>
#include <string.h>

#define SECRET "an example secret that is long enough for HS512, which asks for 64 bytes"
#define TOKEN "a-capability-token-of-43-characters-in-all-"
#define TOKEN_SHA256 "2651206b2ea2fac60a8c5d3af528ca314b6232b29dcba2e175561616961677ae"
#define ENTROPY "32 bytes of entropy, by example."
#define NOW 1700000000

static int calls, wrong;
static uint8_t output[4096];

static struct text text(const char *string) {
    struct text t = {(const uint8_t *)string, strlen(string)};
    return t;
}

/* Reports a call that did not answer as it should; `printed` NULL: whatever it wrote. */
static void expect(const char *what, uint32_t code, uint32_t expected, const char *printed) {
    calls++;
    if (code != expected) {
        printf("%s: %u, not %u\n", what, (unsigned)code, (unsigned)expected);
        wrong++;
    } else if (printed != NULL && strcmp((const char *)output, printed) != 0) {
        printf("%s: \"%s\", not \"%s\"\n", what, (const char *)output, printed);
        wrong++;
    }
}

static uint32_t call(bare_call *function, uint64_t number, uint32_t flags,
                     const char *const strings[6]) {
    struct input input = {.number = number, .now = NOW, .flags = flags};
    struct room room = {output, sizeof output};
    for (size_t i = 0; i < 6; i++) {
        if (strings[i] != NULL) {
            input.texts[i] = text(strings[i]);
        }
    }
    memset(output, 0, sizeof output);
    return function(&input, &room);
}

/* Calls bare_NAME(number, flags, texts...). */
#define CALL(name, number, flags, expected, printed, ...)                                          \
    expect(#name, call(bare_##name, number, flags, (const char *[6]){__VA_ARGS__}), expected,      \
           printed)

static uint32_t decide(const struct bare_case *it) {
    static uint8_t scratch[65536];
    struct room room = {scratch, sizeof scratch};
    struct room out = {output, sizeof output};
    memset(output, 0, sizeof output);
    return bare_decide(it, &room, &out);
}

static void decisions(const char *jwt) {
    struct line lines[] = {
        {text("Host"), text("app.example.com")},
        {text("Origin"), text("https://app.example.com")},
        {text("Authorization"), text("Bearer " TOKEN)},
        {text("Cookie"), text("theme=dark")},
    };
    struct bare_case it = {
        .lines = lines,
        .lines_len = sizeof lines / sizeof lines[0],
        .method = text("GET"),
        .target = text("/ws?x=1"),
        .scheme = text("https"),
        .peer = {(const uint8_t *)"\x7f\0\0\1", 4},
        .now = NOW,
        .host = text("app.example.com"),
        .proxy = text("10.0.0.0/8"),
        .places = {text("authorization"), text("query:token")},
        .digest = text(TOKEN_SHA256),
        .capability_scope = text("door:open"),
        .capability_resource = text("door:*"),
        .algorithm = text("HS256"),
        .secret = text(SECRET),
        .leeway = 30,
        .scope = text("door:open"),
        .resource = text("door:front"),
        .max_token_bytes = 16384,
    };
    char bearer[1024];

    expect("a good capability token", decide(&it), 0, NULL);
    lines[2].value = text("Bearer " TOKEN "x");
    expect("a bad capability token", decide(&it), 4004, NULL);
    lines[1].value = text("https://evil.example");
    expect("a page of another site", decide(&it), 2205, NULL);
    it.origin_mode = 2;
    it.origin = text("https://*.example");
    expect("a rule for everybody", decide(&it), 1007, NULL);
    it.origin = text("https://evil.example");
    expect("a listed page", decide(&it), 4004, NULL);
    lines[0].value = text("rebound.example");
    expect("a host that is not listed", decide(&it), 2104, NULL);
    lines[0].value = text("app.example.com");

    snprintf(bearer, sizeof bearer, "Bearer %s", jwt);
    lines[2].value = text(bearer);
    expect("a good signed token", decide(&it), 0, NULL);
    it.algorithm = text("HS512");
    expect("a token of another algorithm", decide(&it), 4002, NULL);
    it.algorithm = text("HS256");
    it.now = NOW + 7200;
    expect("an expired token", decide(&it), 5005, NULL);
    it.now = NOW;
    bearer[strlen(bearer) - 2] ^= 1;
    expect("a forged token", decide(&it), 4003, NULL);
    it.lines_len = 2;
    expect("no token", decide(&it), 2301, "Bearer realm=\"bare\"");
    it.target = text("/ws?token=a%2Dcapability-token-of-43-characters-in-all-");
    expect("a token in the query", decide(&it), 0, NULL);
}

int main(void) {
    char jwt[1024];

    for (uint32_t algorithm = 0; algorithm < 3; algorithm++) {
        /* HS512's key has an id here, which its token names and the verifier's key lacks. */
        const char *kid = algorithm == 2 ? "kid \"2\"" : NULL;
        CALL(sign, algorithm, 1, 0, NULL, kid, SECRET, "sensor-7", "scope", "\"door:open\"");
        strcpy(jwt, (const char *)output);
        CALL(verify, algorithm, 0, algorithm == 2 ? 4001 : 0, algorithm == 2 ? NULL : "sensor-7",
             jwt, SECRET, NULL, "scope", "x");
    }
    CALL(sign, 0, 0, 0, NULL, NULL, SECRET, "sensor-7", "deep",
         "[true],\"scope\":\"door:open\",\"resources\":[\"door:front\"]");
    strcpy(jwt, (const char *)output);
    CALL(sign, 0, 0, 5002, NULL, NULL, SECRET, "sensor-7", "exp", "0");
    decisions(jwt);

    CALL(secret, 0, 3, 0, "HS256",
         "0011223344556677889900112233445566778899001122334455667788990011");
    CALL(secret, 0, 1, 1006, NULL, "c2hvcnQ=");
    CALL(secret, 0, 2, 1006, NULL, "c2hvcnQ");
    CALL(secret, 2, 0, 0, "HS512", SECRET);
    CALL(capability, 0, 0, 0, NULL, ENTROPY);
    CALL(capability, 0, 1, 0, NULL, ENTROPY);
    CALL(capability, 0, 2, 0, NULL, ENTROPY);
    CALL(host, 0, 0, 0, "[2001:db8::1]:8443", "[2001:DB8:0::1]:8443", "*.apps.example.com:*",
         "fd00::/8", "wss");
    CALL(host, 0, 0, 2103, NULL, "0x7f.1", "localhost", "::1", "http");
    CALL(host, 0, 0, 1008, NULL, "a.example", "localhost", "10.0.0.1/8", "http");
    CALL(origin, 0, 0, 0, "https://*.example.com", "https://a.example",
         "HTTPS://*.Example.COM:443/");
    CALL(origin, 0, 0, 2204, NULL, "null", "http://localhost:*");
    CALL(credential, 0, 0, 0, "abc", "cookie:session", "bearer  abc");
    CALL(credential, 0, 0, 1005, NULL, "cookie:", "bearer abc");
    CALL(strip, 0, 0, 0, "/a?x=1#f", "/a?x=1&%74oken=s#f", NULL, NULL, "token");
    CALL(strip, 0, 1, 0, "a=1; b=2", NULL, "a=1; token=s; b=2", NULL, "token");
    CALL(strip, 0, 2, 0, "chat", NULL, NULL, "chat, bearer.s", "bearer.");
    CALL(tickets, 30, 0, 0, "who", ENTROPY, "who");
    CALL(tickets, 31, 3, 5005, NULL, ENTROPY, "who");
    CALL(tickets, 1, 4, 9002, NULL, ENTROPY, "who");
    CALL(listen, 0, 0, 0, "loopback", "\x7f\1\1\1");
    CALL(listen, 0, 0, 1010, NULL, "\x0a\1\1\1");
    CALL(listen, 0, 1, 0, "warned", "\x0a\1\1\1");
    CALL(reason, 6001, 0, 0,
         "Bearer realm=\"r\", error=\"insufficient_scope\", scope=\"door:open\"", "r", "door:open");
    CALL(json, 0, 0, 0, "[1, \"\\u00e9\"]", "{\"a\":{\"b\":[1, \"\\u00e9\"]}}", "a", "b");
    CALL(json, 0, 0, 5002, NULL, "{\"a\":1,\"\\u0061\":2}", "a");
    CALL(base64url, 0, 0, 0, "c2Vuc29yLTc", "c2Vuc29yLTc");
    CALL(base64url, 0, 0, 3004, NULL, "AB");
    CALL(print, 0, 0, 0, NULL, "[::1]", "https://a.example:8443", "{\"n\":\"x\\ty\"}", "n");
    CALL(print, 0, 0, 0, NULL, "a.example", "null ", "{}", "n");
#ifdef PLANTED_PANIC
    expect("planted", bare_planted((size_t)calls), 0, NULL);
#endif

    printf("%d calls, %d wrong\n", calls, wrong);
    return wrong != 0;
}
