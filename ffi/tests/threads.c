/* Eight threads decide through one const gate while a ninth reloads it from a file that changes. Each
 * decision is one of the two that the two policies give, and its texts are those of that policy. Then the
 * gate is closed while they ask on: whom it has refused it lets in no more. Before all that they redeem the
 * same tickets under a lock: each ticket opens for one of them.
 *
 * threads FILE ROUNDS; with a third argument the lock is left out, for a tool that is to notice it. */

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "doorward.h"

#include "check.h"

enum { THREADS = 8 };

static const char *const POLICIES[2] = {
    "{\"capability\":[{\"id\":\"first\",\"scopes\":[\"a\",\"b\"],\"sha256\":\"%s\"}]}",
    "{\"credential\":{\"max_token_bytes\":512},"
    "\"capability\":[{\"id\":\"the-second-one\",\"scopes\":[\"c\"],\"sha256\":\"%s\"}]}",
};
static const char TOKEN[] = "a-token-of-the-two-policies";

static const doorward_gate *shared;
static unsigned rounds = 2000;
static int closing; /* 1: a refusal is right and stays, 2: nothing else is */
static char digest[65];
static const char *path;

static int write_policy(int which)
{
    char text[256];
    char temporary[1024];
    FILE *file;
    snprintf(temporary, sizeof temporary, "%s.new", path);
    snprintf(text, sizeof text, POLICIES[which], digest);
    file = fopen(temporary, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
        return 0;
    return rename(temporary, path) == 0;
}

static int is(doorward_bytes bytes, const char *text)
{
    return bytes.len == strlen(text) && memcmp(bytes.data, text, bytes.len) == 0;
}

static void *decides(void *result)
{
    unsigned long wrong = 0;
    unsigned i;
    int refused = 0;
    uint8_t scratch[512];
    doorward_header lines[] = {
        {{DOORWARD_LITERAL("Authorization")}, {NULL, 0}},
    };
    char value[64];
    doorward_request request = {{DOORWARD_LITERAL("GET")}, {DOORWARD_LITERAL("/")}, DOORWARD_HTTPS,
                                {DOORWARD_ADDRESS_NONE, {0}}, lines, 1};
    lines[0].value.len = (size_t)snprintf(value, sizeof value, "Bearer %s", TOKEN);
    lines[0].value.data = (const uint8_t *)value;
    for (i = 0; i < rounds; i++) {
        doorward_decision who;
        int first, second;
        if (doorward_gate_decide(shared, &request, 1700000000, scratch, sizeof scratch, &who) != 0) {
            refused = 1;
            wrong += closing == 0;
            continue;
        }
        wrong += refused || closing == 2;
        first = is(who.id, "first") && is(who.scopes, "a b");
        second = is(who.id, "the-second-one") && is(who.scopes, "c");
        wrong += !(first != second) || !is(who.place, "authorization");
    }
    *(unsigned long *)result = wrong;
    return NULL;
}

static void *reloads(void *result)
{
    unsigned long wrong = 0;
    unsigned i;
    for (i = 0; i < rounds / 20; i++) {
        char text[256];
        doorward_message message = {NULL, 0};
        message.text = text;
        message.size = sizeof text;
        wrong += !write_policy((int)(i & 1)) || doorward_gate_reload(shared, message) != 0;
    }
    *(unsigned long *)result = wrong;
    return NULL;
}

enum { TICKETS = 64 };

static doorward_tickets tickets;
static doorward_ticket_slot slots[TICKETS];
static uint8_t issued[TICKETS][DOORWARD_TICKET_BYTES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int locked = 1;

/* How many tickets opened for this thread, and TICKETS + 1 if another answer came than that it is used. */
static void *redeems(void *result)
{
    unsigned long opened = 0;
    unsigned i;
    for (i = 0; i < TICKETS; i++) {
        uint8_t payload[DOORWARD_TICKET_PAYLOAD_BYTES];
        size_t len = 0;
        doorward_bytes ticket = {NULL, DOORWARD_TICKET_BYTES};
        doorward_reason reason;
        ticket.data = issued[i];
        if (locked)
            pthread_mutex_lock(&lock);
        reason = doorward_ticket_redeem(&tickets, ticket, 1700000000, payload, sizeof payload, &len);
        if (locked)
            pthread_mutex_unlock(&lock);
        if (reason == DOORWARD_OK && len == 1 && payload[0] == (uint8_t)i)
            opened++;
        else if (reason != DOORWARD_TOKEN_ALREADY_USED)
            opened += TICKETS + 1;
    }
    *(unsigned long *)result = opened;
    return NULL;
}

static void one_redeems(void)
{
    pthread_t threads[THREADS];
    unsigned long opened[THREADS], sum = 0;
    size_t len;
    int i;
    GIVES(DOORWARD_OK, doorward_tickets_init(&tickets, 10, slots, TICKETS));
    for (i = 0; i < TICKETS; i++) {
        uint8_t entropy[32] = {0}, what = (uint8_t)i;
        doorward_bytes payload = {NULL, 1};
        entropy[0] = what;
        payload.data = &what;
        GIVES(DOORWARD_OK, doorward_ticket_issue(&tickets, (const uint8_t(*)[32])&entropy, payload,
                                                 1700000000, issued[i], sizeof issued[i], &len));
    }
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, redeems, &opened[i]) == 0);
    for (i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        sum += opened[i];
    }
    CHECK(sum == TICKETS);
    doorward_tickets_wipe(&tickets);
}

int main(int argc, char **argv)
{
    doorward_gate *gate = NULL;
    doorward_message message = {NULL, 0};
    doorward_bytes token = {DOORWARD_LITERAL(TOKEN)};
    doorward_bytes file;
    pthread_t threads[THREADS + 1];
    unsigned long wrong[THREADS + 1];
    uint8_t sum[32];
    int i;
    path = argc > 1 ? argv[1] : "policy.json";
    if (argc > 2)
        rounds = (unsigned)atoi(argv[2]);
    locked = argc <= 3;
    one_redeems();
    CHECK(doorward_capability_digest(token, &sum) == DOORWARD_OK);
    for (i = 0; i < 32; i++)
        snprintf(digest + 2 * i, 3, "%02x", sum[i]);
    CHECK(write_policy(0));
    file.data = (const uint8_t *)path;
    file.len = strlen(path);
    GIVES(DOORWARD_OK, doorward_gate_open(file, message, &gate));
    shared = gate;
    if (gate == NULL)
        return closing_line();
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, decides, &wrong[i]) == 0);
    CHECK(pthread_create(&threads[THREADS], NULL, reloads, &wrong[THREADS]) == 0);
    for (i = 0; i <= THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        CHECK(wrong[i] == 0);
    }
    closing = 1;
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, decides, &wrong[i]) == 0);
    GIVES(DOORWARD_OK, doorward_gate_close(gate));
    for (i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        CHECK(wrong[i] == 0);
    }
    closing = 2;
    decides(&wrong[0]);
    CHECK(wrong[0] == 0);
    doorward_gate_free(gate);
    remove(path);
    return closing_line();
}
