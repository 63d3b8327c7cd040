/* The functions of src/, by hand: each field and argument is named there. */

#ifndef DOORWARD_BARE_H
#define DOORWARD_BARE_H

#include <stddef.h>
#include <stdint.h>

struct text {
    const uint8_t *data; /* NULL: absent */
    size_t len;
};

struct room {
    uint8_t *data;
    size_t len;
};

struct input {
    struct text texts[6];
    uint64_t number;
    uint64_t now;
    uint32_t flags;
};

struct line {
    struct text name;
    struct text value;
};

struct bare_case {
    const struct line *lines;
    size_t lines_len;
    struct text method;
    struct text target;
    struct text scheme;
    struct text peer;
    uint64_t now;

    struct text host;
    struct text proxy;
    uint32_t origin_mode;
    uint32_t origin_absent;
    struct text origin;
    struct text places[2];
    struct text digest;
    uint64_t capability_expires;
    struct text capability_scope;
    struct text capability_resource;
    struct text algorithm;
    struct text secret;
    struct text kid;
    struct text typ;
    struct text issuer;
    struct text audience;
    struct text subject;
    struct text required;
    struct text revoked;
    uint32_t leeway;
    uint64_t max_lifetime;
    uint64_t max_age;
    struct text scope;
    struct text scope_claim;
    struct text resource;
    struct text resource_claim;
    size_t max_token_bytes;
    uint32_t flags;
};

/* Each returns 0 or the number of a reason. */
uint32_t bare_decide(const struct bare_case *, struct room *scratch, struct room *out);

typedef uint32_t bare_call(const struct input *, struct room *out);
bare_call bare_sign, bare_verify, bare_secret, bare_capability, bare_host, bare_origin,
    bare_credential, bare_strip, bare_tickets, bare_listen, bare_reason, bare_json, bare_base64url,
    bare_print;

#ifdef PLANTED_PANIC
uint8_t bare_planted(size_t at);
#endif

#endif
