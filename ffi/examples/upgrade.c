/* A WebSocket server behind a policy file: what it is sent comes back, to those who may come in.
 *
 *     upgrade POLICY PORT [ADDRESS] [https]
 *
 * It listens on 127.0.0.1 or the address; port 0 chooses one, and the first line says which. `https` says that a proxy
 * in front ends TLS. GET /who tells in plain HTTP who one is; a WebSocket message "who" does too.
 * SIGHUP reads the policy again, SIGTERM ends. The log has the names of reasons and nothing of a
 * request.
 *
 * libmicrohttpd shows every header line, duplicates included, and the target undecoded: a gate has to
 * see what arrived. Two faults of its version 0.9 remain: it ends a line at a NUL byte, and takes a
 * folded line (RFC 9112 5.2) for a part of the name. Neither gives a client what it could not have sent
 * outright; a proxy in front must not pass such lines on. One thread a connection, so that a decision's
 * scratch lies on its stack. */

#include <arpa/inet.h>
#include <doorward.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "websocket.h"

enum { CONNECTIONS = 64, LINES = 128 };

static doorward_gate *gate;
static doorward_scheme scheme = DOORWARD_HTTP;
static atomic_int stopping, sessions;

/* What is kept of a request until it is done, which for a WebSocket is the end of its connection: the
 * target as it arrived, and who came in, copied out of the decision's scratch. */
typedef struct visit {
    char *target;
    char *id;
    size_t id_len;
    int upgraded;
} visit;

typedef struct lines {
    doorward_header line[LINES];
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
    if (all->len == LINES) {
        all->overflow = 1;
        return MHD_NO;
    }
    all->line[all->len++] = (doorward_header){{(const uint8_t *)name, name_len},
                                              {(const uint8_t *)value, value_len}};
    return MHD_YES;
}

/* Asks the gate about a request, with every header line as it arrived. */
static doorward_reason decide(struct MHD_Connection *connection, const char *method, const char *target,
                              const lines *all, uint8_t *scratch, size_t scratch_len,
                              doorward_decision *who)
{
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    doorward_request request = {text(method), text(target), scheme,
                                {DOORWARD_ADDRESS_NONE, {0}}, all->line, all->len};
    if (peer != NULL && peer->client_addr->sa_family == AF_INET) {
        request.peer.kind = DOORWARD_ADDRESS_V4;
        memcpy(request.peer.bytes, &((const struct sockaddr_in *)peer->client_addr)->sin_addr, 4);
    }
    /* A line that the gate does not see could be the second of two. */
    if (all->overflow)
        return DOORWARD_REQUEST_TOO_LARGE;
    return doorward_gate_decide(gate, &request, doorward_now(), scratch, scratch_len, who);
}

/* Answers and is done with the response; NULL, for want of memory, ends the connection. */
static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status,
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

static enum MHD_Result refuse(struct MHD_Connection *connection, doorward_reason reason)
{
    const char *body = doorward_reason_body(reason);
    struct MHD_Response *response = plain(body, strlen(body));
    char challenge[513];
    size_t len = 0;
    fprintf(stderr, "refused code=%u reason=%s\n", (unsigned)reason, doorward_reason_name(reason));
    if (response != NULL && doorward_gate_challenge(gate, reason, (uint8_t *)challenge,
                                                    sizeof challenge - 1, &len) == DOORWARD_OK &&
        len > 0) {
        challenge[len] = '\0';
        MHD_add_response_header(response, "WWW-Authenticate", challenge);
    }
    return answer(connection, doorward_reason_status(reason), response);
}

static void allowed(const doorward_decision *who)
{
    static const char *const kinds[] = {"none", "anonymous", "capability", "token"};
    fprintf(stderr, "allowed kind=%s place=%.*s\n", kinds[who->kind & 3], (int)who->place.len,
            (const char *)who->place.data);
}

/* ---- Behind the gate: from here on everybody may come in. ---- */

static void on_message(websocket *session, const struct wslay_event_on_msg_recv_arg *message)
{
    const visit *visitor = session->context;
    if (message->msg_length == 3 && memcmp(message->msg, "who", 3) == 0)
        websocket_send(session, WSLAY_TEXT_FRAME, visitor->id, visitor->id_len);
    else
        websocket_send(session, message->opcode, message->msg, message->msg_length);
}

static void on_upgrade(void *context, struct MHD_Connection *connection, void *visitor, const char *early,
                       size_t early_len, MHD_socket socket, struct MHD_UpgradeResponseHandle *handle)
{
    websocket session = {.socket = socket, .early = (const uint8_t *)early, .early_len = early_len,
                         .on_message = on_message, .context = visitor, .stopping = &stopping};
    (void)context, (void)connection;
    websocket_run(&session);
    MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
}

static enum MHD_Result any_lists(void *context, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    const char **wanted = context; /* a header's name and an item; the name is NULL once it is found */
    (void)kind;
    if (strcasecmp(name, wanted[0]) == 0 && websocket_lists(value, wanted[1])) {
        wanted[0] = NULL;
        return MHD_NO;
    }
    return MHD_YES;
}

static int header_lists(struct MHD_Connection *connection, const char *name, const char *item)
{
    const char *wanted[] = {name, item};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, any_lists, wanted);
    return wanted[0] == NULL;
}

/* Opens a WebSocket. The one subprotocol that is spoken here is the one that is ever echoed: an item that
 * carries a token cannot come back, whatever the policy calls it. */
static enum MHD_Result upgrade(struct MHD_Connection *connection, const doorward_decision *who,
                               visit *visitor)
{
    const char *key = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Sec-WebSocket-Key");
    char accept[29];
    struct MHD_Response *response;
    if (!header_lists(connection, "Sec-WebSocket-Version", "13")) {
        response = plain("", 0);
        if (response != NULL)
            MHD_add_response_header(response, "Sec-WebSocket-Version", "13");
        return answer(connection, MHD_HTTP_UPGRADE_REQUIRED, response);
    }
    if (key == NULL || !websocket_accept(key, accept))
        return answer(connection, MHD_HTTP_BAD_REQUEST, plain("", 0));
    if (who->id.len > 0) {
        visitor->id = malloc(who->id.len);
        if (visitor->id == NULL)
            return MHD_NO;
        memcpy(visitor->id, who->id.data, who->id.len);
        visitor->id_len = who->id.len;
    }
    visitor->upgraded = 1; /* as good as: the client may have its 101 before on_upgrade is called */
    atomic_fetch_add(&sessions, 1);
    response = MHD_create_response_for_upgrade(on_upgrade, NULL);
    if (response != NULL) {
        MHD_add_response_header(response, "Upgrade", "websocket");
        MHD_add_response_header(response, "Sec-WebSocket-Accept", accept);
        if (header_lists(connection, "Sec-WebSocket-Protocol", "echo.v1"))
            MHD_add_response_header(response, "Sec-WebSocket-Protocol", "echo.v1");
    }
    return answer(connection, MHD_HTTP_SWITCHING_PROTOCOLS, response);
}

/* ---- In front of it. ---- */

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *body,
                                  size_t *body_len, void **kept)
{
    uint8_t scratch[DOORWARD_SCRATCH_BYTES];
    visit *visitor = *kept;
    lines all = {.len = 0};
    doorward_decision who;
    doorward_reason reason;
    (void)context, (void)body, (void)body_len;
    if (visitor == NULL || visitor->target == NULL)
        return MHD_NO; /* no memory: no answer */
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, collect, &all);
    if (all.malformed)
        return answer(connection, MHD_HTTP_BAD_REQUEST, plain("", 0));
    reason = decide(connection, method, visitor->target, &all, scratch, sizeof scratch, &who);
    if (reason != DOORWARD_OK)
        return refuse(connection, reason);
    allowed(&who);
    if (strcmp(method, MHD_HTTP_METHOD_GET) == 0 && strcmp(version, MHD_HTTP_VERSION_1_1) == 0 &&
        header_lists(connection, "Connection", "upgrade") &&
        header_lists(connection, "Upgrade", "websocket"))
        return upgrade(connection, &who, visitor);
    if (strcmp(method, MHD_HTTP_METHOD_GET) == 0 && strcmp(path, "/who") == 0)
        return answer(connection, MHD_HTTP_OK, plain((const char *)who.id.data, who.id.len));
    return answer(connection, MHD_HTTP_NOT_FOUND, plain("", 0));
}

/* Called with the request target as it arrived, before libmicrohttpd takes it apart. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    visit *visitor = calloc(1, sizeof *visitor);
    (void)context, (void)connection;
    if (visitor != NULL)
        visitor->target = strdup(target);
    return visitor;
}

static void on_done(void *context, struct MHD_Connection *connection, void **kept,
                    enum MHD_RequestTerminationCode how)
{
    visit *visitor = *kept;
    (void)context, (void)connection, (void)how;
    *kept = NULL;
    if (visitor == NULL)
        return;
    if (visitor->upgraded)
        atomic_fetch_sub(&sessions, 1);
    free(visitor->target);
    free(visitor->id);
    free(visitor);
}

static struct MHD_Daemon *listen_on(const struct sockaddr_in *address)
{
    return MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_UPGRADE, 0, NULL,
        NULL, on_request, NULL, MHD_OPTION_SOCK_ADDR, address, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, 10U,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL,
        MHD_OPTION_END);
}

static void no_rules(const char *what, doorward_reason reason, const char *words)
{
    fprintf(stderr, "%s code=%u reason=%s %s\n", what, (unsigned)reason, doorward_reason_name(reason),
            words);
}

/* Opens the gate and asks it whether this address may be listened on. */
static int open_gate(const char *policy, const doorward_address *address)
{
    char words[512] = "";
    uint32_t unprotected = 0;
    doorward_reason reason =
        doorward_gate_open(text(policy), (doorward_message){words, sizeof words}, &gate);
    if (reason == DOORWARD_OK)
        reason = doorward_gate_startup_check(gate, address, &unprotected);
    if (reason != DOORWARD_OK)
        no_rules("not started", reason, words);
    else if (unprotected)
        fprintf(stderr, "warning: other machines reach this server without a credential\n");
    return reason == DOORWARD_OK;
}

static void reload(void)
{
    char words[512];
    doorward_reason reason = doorward_gate_reload(gate, (doorward_message){words, sizeof words});
    if (reason == DOORWARD_OK)
        fprintf(stderr, "new rules\n");
    else
        no_rules("old rules kept", reason, words);
}

/* Each connection takes its leave before its socket is taken away. */
static void stop(struct MHD_Daemon *server)
{
    const struct timespec moment = {0, 10000000};
    atomic_store(&stopping, 1);
    while (atomic_load(&sessions) > 0)
        nanosleep(&moment, NULL);
    MHD_stop_daemon(server);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    doorward_address own = {DOORWARD_ADDRESS_V4, {0}};
    const union MHD_DaemonInfo *port;
    struct MHD_Daemon *server;
    sigset_t signals;
    char *end;
    int got = 0;
    if (argc > 3 && strcmp(argv[argc - 1], "https") == 0) {
        scheme = DOORWARD_HTTPS;
        argc--;
    }
    if (argc < 3 || argc > 4 ||
        inet_pton(AF_INET, argc == 4 ? argv[3] : "127.0.0.1", &address.sin_addr) != 1) {
        fprintf(stderr, "upgrade POLICY PORT [ADDRESS] [https]\n");
        return 2;
    }
    memcpy(own.bytes, &address.sin_addr, 4);
    const unsigned long wanted = strtoul(argv[2], &end, 10);
    if (*argv[2] == '\0' || *end != '\0' || wanted > 65535) {
        fprintf(stderr, "%s is no port\n", argv[2]);
        return 2;
    }
    address.sin_port = htons((uint16_t)wanted);
    /* Before the first thread, so that signals come to this one only. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);

    if (!open_gate(argv[1], &own))
        return 1;
    server = listen_on(&address);
    port = server != NULL ? MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT) : NULL;
    if (port == NULL) {
        perror("not started");
        return 1;
    }
    printf("listening on %s:%u\n", argc == 4 ? argv[3] : "127.0.0.1", (unsigned)port->port);
    fflush(stdout);
    while (sigwait(&signals, &got) == 0 && got == SIGHUP)
        reload();
    stop(server);
    doorward_gate_free(gate);
    return 0;
}
