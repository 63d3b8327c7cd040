/* See doorward_microhttpd.h. */

#include "doorward_microhttpd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct lines {
    doorward_header line[DOOR_LINES];
    size_t len;
    int overflow, malformed;
} lines;

static doorward_bytes text(const char *string)
{
    return (doorward_bytes){(const uint8_t *)string, strlen(string)};
}

/* RFC 9110 5.6.2: what a header's name is made of. */
static int is_name(const char *name, size_t len)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    size_t i;
    for (i = 0; i < len; i++) {
        const int alphanumeric = (name[i] >= '0' && name[i] <= '9') || (name[i] >= 'A' && name[i] <= 'Z') ||
                                 (name[i] >= 'a' && name[i] <= 'z');
        if (!alphanumeric && memchr(others, name[i], sizeof others - 1) == NULL)
            return 0;
    }
    return len > 0;
}

/* RFC 9110 5.5: no control character but the tab. */
static int is_value(const char *value, size_t len)
{
    size_t i;
    for (i = 0; i < len; i++)
        if (((unsigned char)value[i] < 0x20 && value[i] != '\t') || value[i] == 0x7f)
            return 0;
    return 1;
}

static enum MHD_Result collect(void *context, enum MHD_ValueKind kind, const char *name, size_t name_len,
                               const char *value, size_t value_len)
{
    lines *all = context;
    (void)kind;
    /* libmicrohttpd 0.9 lets pass what is no header line, white space before the colon for one (RFC 9112
     * 5.1): it would be there and not be seen. */
    if (!is_name(name, name_len) || !is_value(value, value_len)) {
        all->malformed = 1;
        return MHD_NO;
    }
    if (all->len == DOOR_LINES) {
        all->overflow = 1;
        return MHD_NO;
    }
    all->line[all->len++] = (doorward_header){{(const uint8_t *)name, name_len},
                                              {(const uint8_t *)value, value_len}};
    return MHD_YES;
}

static doorward_address peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    doorward_address address = {DOORWARD_ADDRESS_NONE, {0}};
    if (peer != NULL && peer->client_addr->sa_family == AF_INET) {
        address.kind = DOORWARD_ADDRESS_V4;
        memcpy(address.bytes, &((const struct sockaddr_in *)peer->client_addr)->sin_addr, 4);
    }
    return address;
}

/* Queues an answer and is done with the response; NULL, for want of memory, ends the connection. */
static enum MHD_Result queue(struct MHD_Connection *connection, unsigned status,
                             struct MHD_Response *response)
{
    enum MHD_Result queued = MHD_NO;
    if (response != NULL) {
        queued = MHD_queue_response(connection, status, response);
        MHD_destroy_response(response);
    }
    return queued;
}

static struct MHD_Response *plain(const char *body, size_t len)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, (void *)body, MHD_RESPMEM_MUST_COPY);
    if (response != NULL)
        MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
    return response;
}

enum MHD_Result door_answer(struct MHD_Connection *connection, unsigned status, const char *body,
                            size_t len)
{
    return queue(connection, status, plain(body, len));
}

static enum MHD_Result refuse(const door *self, struct MHD_Connection *connection,
                              doorward_reason reason)
{
    const char *body = doorward_reason_body(reason);
    struct MHD_Response *response = plain(body, strlen(body));
    char challenge[513];
    size_t len = 0;
    fprintf(stderr, "refused code=%u reason=%s\n", (unsigned)reason, doorward_reason_name(reason));
    if (response != NULL && doorward_gate_challenge(self->gate, reason, (uint8_t *)challenge,
                                                    sizeof challenge - 1, &len) == DOORWARD_OK &&
        len > 0) {
        challenge[len] = '\0';
        MHD_add_response_header(response, "WWW-Authenticate", challenge);
    }
    return queue(connection, doorward_reason_status(reason), response);
}

/* Copies what is kept of who came in out of the decision's scratch; 0 for want of memory. */
static int admit(door_visit *visit, const doorward_decision *who)
{
    static const char *const kinds[] = {"none", "anonymous", "capability", "token"};
    if (who->id.len > 0) {
        visit->id = malloc(who->id.len);
        if (visit->id == NULL)
            return 0;
        memcpy(visit->id, who->id.data, who->id.len);
        visit->id_len = who->id.len;
    }
    visit->admitted = 1;
    fprintf(stderr, "allowed kind=%s place=%.*s\n", kinds[who->kind & 3], (int)who->place.len,
            (const char *)who->place.data);
    return 1;
}

int door_admits(const door *self, struct MHD_Connection *connection, const char *method, void **kept,
                enum MHD_Result *answered)
{
    uint8_t scratch[DOORWARD_SCRATCH_BYTES];
    door_visit *visit = *kept;
    lines all = {.len = 0};
    doorward_decision who;
    doorward_reason reason = DOORWARD_REQUEST_TOO_LARGE;
    *answered = MHD_NO; /* no memory: no answer */
    if (visit == NULL || visit->target == NULL)
        return 0;
    /* A handler is called again for each piece of a body. */
    if (visit->admitted)
        return 1;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, collect, &all);
    if (all.malformed) {
        *answered = door_answer(connection, MHD_HTTP_BAD_REQUEST, "", 0);
        return 0;
    }
    /* A line that the gate does not see could be the second of two. */
    if (!all.overflow) {
        const doorward_request request = {text(method), text(visit->target), self->scheme,
                                          peer_of(connection), all.line, all.len};
        reason = doorward_gate_decide(self->gate, &request, doorward_now(), scratch, sizeof scratch, &who);
    }
    if (reason != DOORWARD_OK) {
        *answered = refuse(self, connection, reason);
        return 0;
    }
    return admit(visit, &who);
}

/* Called with the request target as it arrived, before libmicrohttpd takes it apart. */
void *door_on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    door_visit *visit = calloc(1, sizeof *visit);
    (void)context, (void)connection;
    if (visit != NULL)
        visit->target = strdup(target);
    return visit;
}

void door_on_done(void *context, struct MHD_Connection *connection, void **kept,
                  enum MHD_RequestTerminationCode how)
{
    door_visit *visit = *kept;
    (void)context, (void)connection, (void)how;
    *kept = NULL;
    if (visit == NULL)
        return;
    free(visit->target);
    free(visit->id);
    free(visit);
}

static void no_rules(const char *what, doorward_reason reason, const char *words)
{
    fprintf(stderr, "%s code=%u reason=%s %s\n", what, (unsigned)reason, doorward_reason_name(reason),
            words);
}

int door_open(door *self, const char *policy, const struct sockaddr_in *address)
{
    doorward_address own = {DOORWARD_ADDRESS_V4, {0}};
    char words[512] = "";
    uint32_t unprotected = 0;
    doorward_reason reason =
        doorward_gate_open(text(policy), (doorward_message){words, sizeof words}, &self->gate);
    memcpy(own.bytes, &address->sin_addr, 4);
    if (reason == DOORWARD_OK)
        reason = doorward_gate_startup_check(self->gate, &own, &unprotected);
    if (reason != DOORWARD_OK)
        no_rules("not started", reason, words);
    else if (unprotected)
        fprintf(stderr, "warning: other machines reach this server without a credential\n");
    return reason == DOORWARD_OK;
}

void door_reload(const door *self)
{
    char words[512];
    doorward_reason reason = doorward_gate_reload(self->gate, (doorward_message){words, sizeof words});
    if (reason == DOORWARD_OK)
        fprintf(stderr, "new rules\n");
    else
        no_rules("old rules kept", reason, words);
}

void door_close(door *self)
{
    doorward_gate_free(self->gate);
    self->gate = NULL;
}
