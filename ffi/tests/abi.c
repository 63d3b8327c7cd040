/* Sizes, offsets and numbers: what a program that was compiled against this header relies on. */

#include <stddef.h>
#include <string.h>

#include "doorward.h"

#include "check.h"

/* A library of another ABI does not link. */
void (*const linked_abi)(void) = &doorward_abi_0_1;

#define WORD sizeof(void *)
#define AFTER(type, field, before) \
    (offsetof(type, field) == offsetof(type, before) + sizeof(((type *)0)->before))

static void sizes(void)
{
    CHECK(sizeof(doorward_reason) == 4 && sizeof(doorward_scheme) == 4);
    CHECK(sizeof(doorward_class) == 4 && sizeof(doorward_principal_kind) == 4);
    CHECK(sizeof(doorward_bytes) == 2 * WORD && offsetof(doorward_bytes, len) == WORD);
    CHECK(sizeof(doorward_list) == 2 * WORD && offsetof(doorward_list, len) == WORD);
    CHECK(sizeof(doorward_header) == 4 * WORD && offsetof(doorward_header, value) == 2 * WORD);
    CHECK(sizeof(doorward_address) == 20 && offsetof(doorward_address, bytes) == 4);
    CHECK(sizeof(doorward_message) == 2 * WORD && offsetof(doorward_message, size) == WORD);
    CHECK(sizeof(doorward_request) == 6 * WORD + 24 || WORD != 8);
    CHECK(offsetof(doorward_request, target) == 2 * WORD);
    CHECK(offsetof(doorward_request, scheme) == 4 * WORD);
    CHECK(offsetof(doorward_request, peer) == 4 * WORD + 4);
    CHECK(offsetof(doorward_request, headers) == 4 * WORD + 24);
    CHECK(AFTER(doorward_request, headers_len, headers));
    CHECK(offsetof(doorward_decision, kind) == 0 && offsetof(doorward_decision, has_expires) == 4);
    CHECK(offsetof(doorward_decision, expires) == 8 && offsetof(doorward_decision, id) == 16);
    CHECK(AFTER(doorward_decision, place, id) && AFTER(doorward_decision, key_id, place));
    CHECK(AFTER(doorward_decision, scopes, key_id) && AFTER(doorward_decision, scope_claim, scopes));
    CHECK(AFTER(doorward_decision, claims, scope_claim));
    CHECK(sizeof(doorward_decision) == 16 + 12 * WORD);
    CHECK(offsetof(doorward_capability_entry, sha256) == 2 * WORD);
    CHECK(offsetof(doorward_capability_entry, expires) == 2 * WORD + 32);
    CHECK(AFTER(doorward_capability_entry, resources, scopes));
    CHECK(offsetof(doorward_key_entry, algorithm) == 2 * WORD);
    CHECK(offsetof(doorward_key_entry, secret) == 2 * WORD + 8);
    CHECK(AFTER(doorward_config, trusted_proxies, hosts));
    CHECK(AFTER(doorward_config, absent_origin, origin_mode));
    CHECK(AFTER(doorward_config, max_token_bytes, resource_claim));
    CHECK(sizeof(doorward_gate) == 8 * DOORWARD_GATE_WORDS && sizeof(doorward_gate) == 512);
    CHECK(sizeof(doorward_key) == 8 * DOORWARD_KEY_WORDS && sizeof(doorward_key) == 256);
    CHECK(sizeof(doorward_tickets) == 8 * DOORWARD_TICKETS_WORDS && sizeof(doorward_tickets) == 64);
    CHECK(sizeof(doorward_ticket_slot) == 8 * DOORWARD_TICKET_SLOT_WORDS);
    CHECK(sizeof(doorward_ticket_slot) == 128);
}

static void alignment(void)
{
    struct {
        char shift;
        doorward_gate gate;
    } gate;
    struct {
        char shift;
        doorward_key key;
    } key;
    struct {
        char shift;
        doorward_ticket_slot slot;
        char again;
        doorward_tickets table;
    } tickets;
    CHECK((char *)&tickets.slot - &tickets.shift == 16);
    CHECK((char *)&tickets.table - &tickets.again == 16);
    CHECK((char *)&gate.gate - &gate.shift == 16);
    CHECK((char *)&key.key - &key.shift == 16);
}

static void numbers(void)
{
    unsigned code, known = 0, in_class = 0;
    CHECK(DOORWARD_OK == 0 && DOORWARD_NULL_ARGUMENT == 1001 && DOORWARD_OUTPUT_TOO_SMALL == 1011);
    CHECK(DOORWARD_CREDENTIAL_MISSING == 2301 && DOORWARD_ALGORITHM_NOT_ALLOWED == 4002);
    CHECK(DOORWARD_TOKEN_EXPIRED == 5005 && DOORWARD_SCOPE_INSUFFICIENT == 6001);
    CHECK(DOORWARD_CLOCK_UNAVAILABLE == 9001 && DOORWARD_INTERNAL == 9999);
    CHECK(DOORWARD_ANONYMOUS == 1 && DOORWARD_LOOPBACK_ALIASES == 0x4000);
    CHECK(DOORWARD_HTTP == 1 && DOORWARD_HTTPS == 2);
    CHECK(DOORWARD_ADDRESS_V4 == 4 && DOORWARD_ADDRESS_V6 == 6);
    CHECK(DOORWARD_HS256 == 256 && DOORWARD_HS512 == 512);
    for (code = 1; code < 10000; code++) {
        known += strcmp(doorward_reason_name(code), "unknown") != 0;
        in_class += doorward_reason_class(code) != DOORWARD_CLASS_INTERNAL;
    }
    CHECK(known > 60 && in_class > 50 && known > in_class);
    CHECK(strcmp(doorward_reason_name(DOORWARD_OK), "ok") == 0);
    CHECK(strcmp(doorward_reason_name(5005), "token_expired") == 0);
    CHECK(strlen(doorward_reason_text(5005)) > 10);
    CHECK(strcmp(doorward_reason_body(5005), "invalid token\n") == 0);
    CHECK(doorward_reason_status(0) == 200 && doorward_reason_status(5005) == 401);
    CHECK(doorward_reason_status(1001) == 500 && doorward_reason_status(7) == 500);
    CHECK(doorward_reason_class(0) == DOORWARD_CLASS_NONE);
    CHECK(doorward_reason_class(2301) == DOORWARD_CLASS_UNAUTHENTICATED);
    CHECK(doorward_reason_class(2302) == DOORWARD_CLASS_INVALID_REQUEST);
    CHECK(doorward_reason_class(5005) == DOORWARD_CLASS_INVALID_TOKEN);
    CHECK(doorward_reason_class(6001) == DOORWARD_CLASS_INSUFFICIENT_SCOPE);
    CHECK(doorward_reason_class(2205) == DOORWARD_CLASS_FORBIDDEN);
    CHECK(doorward_reason_class(9001) == DOORWARD_CLASS_UNAVAILABLE);
}

static void version(void)
{
    char parts[32];
    snprintf(parts, sizeof parts, "%d.%d.%d", DOORWARD_VERSION_MAJOR, DOORWARD_VERSION_MINOR,
             DOORWARD_VERSION_PATCH);
    CHECK(strcmp(parts, DOORWARD_VERSION_STRING) == 0);
    CHECK(strcmp(doorward_version(), DOORWARD_VERSION_STRING) == 0);
    CHECK(DOORWARD_VERSION >> 16 == DOORWARD_VERSION_MAJOR);
    CHECK((DOORWARD_VERSION >> 8 & 255) == DOORWARD_VERSION_MINOR);
    CHECK((DOORWARD_VERSION & 255) == DOORWARD_VERSION_PATCH);
    linked_abi();
}

int main(void)
{
    sizes();
    alignment();
    numbers();
    version();
    return closing_line();
}
