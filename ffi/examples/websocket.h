/* What upgrade.c needs of RFC 6455: is this request an opening handshake, what answers it, and the
 * messages of a connection, on libmicrohttpd, wslay and OpenSSL's libcrypto. Nothing here decides who may
 * come in. */

#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>
#include <wslay/wslay.h>

enum {
    WEBSOCKET_MESSAGE_BYTES = 65536, /* a longer message ends the connection with 1009 */
    WEBSOCKET_UNREAD_BYTES = 65536,  /* of answers: nothing more is read before the peer takes them */
    WEBSOCKET_TICK_MS = 250,         /* how soon a connection notices that the server stops */
    WEBSOCKET_IDLE_TICKS = 240,
    WEBSOCKET_CLOSE_MS = 1000, /* for the peer to take the last frame and hang up */
    WEBSOCKET_STOP_MS = 5000   /* for every connection to end, before they are cut */
};

/* As MHD_start_daemon wants it: a thread a connection, which websocket_run may block. */
enum {
    WEBSOCKET_FLAGS =
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_UPGRADE
};

#define WEBSOCKET_OPTIONS MHD_OPTION_CONNECTION_LIMIT, 64U, MHD_OPTION_CONNECTION_TIMEOUT, 10U

/* Set once, by websocket_stop. */
static atomic_int websocket_stopping;

/* Whether a comma-separated list has an item; without case, as header names have none (RFC 9110 5.6.1). */
static int websocket_lists(const char *list, const char *item)
{
    const size_t len = strlen(item);
    while (list != NULL && *list != '\0') {
        list += strspn(list, " \t,");
        const size_t span = strcspn(list, " \t,");
        if (span == len && strncasecmp(list, item, len) == 0)
            return 1;
        list += span;
    }
    return 0;
}

/* The Sec-WebSocket-Accept of a Sec-WebSocket-Key (RFC 6455 4.2.2); 0 if the key is not 16 bytes in base64. */
static int websocket_accept(const char *key, char accept[29])
{
    static const char GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    uint8_t text[24 + sizeof GUID - 1], digest[SHA_DIGEST_LENGTH];
    /* 24 characters with two of padding. libcrypto passes over spaces in front and behind. */
    if (strlen(key) != 24 || strcspn(key, " \t=") != 22 ||
        EVP_DecodeBlock(text, (const uint8_t *)key, 24) != 18)
        return 0;
    memcpy(text, key, 24);
    memcpy(text + 24, GUID, sizeof GUID - 1);
    SHA1(text, sizeof text, digest);
    EVP_EncodeBlock((uint8_t *)accept, digest, sizeof digest);
    return 1;
}

struct websocket;

/* What is spoken: the subprotocol that is selected if it is offered, and what to do with a message. */
typedef struct websocket_service {
    const char *protocol;
    void (*on_message)(struct websocket *, const struct wslay_event_on_msg_recv_arg *);
} websocket_service;

/* One connection: its socket, the bytes that came with the handshake, and libmicrohttpd's pointer of the
 * request. */
typedef struct websocket {
    int socket;
    const uint8_t *early;
    size_t early_len;
    const websocket_service *service;
    const void *context;
    wslay_event_context_ptr events;
} websocket;

/* Queues a message. Without memory for it the connection ends. */
static void websocket_send(websocket *self, uint8_t opcode, const void *bytes, size_t len)
{
    const struct wslay_event_msg message = {opcode, bytes, len};
    if (wslay_event_queue_msg(self->events, &message) != 0) {
        wslay_event_shutdown_read(self->events);
        wslay_event_shutdown_write(self->events);
    }
}

static int websocket_waits(const websocket *self)
{
    return wslay_event_get_queued_msg_length(self->events) > WEBSOCKET_UNREAD_BYTES;
}

static ssize_t websocket_result(wslay_event_context_ptr events, ssize_t done)
{
    if (done > 0)
        return done;
    wslay_event_set_error(events, done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)
                                      ? WSLAY_ERR_WOULDBLOCK
                                      : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
}

static ssize_t websocket_on_recv(wslay_event_context_ptr events, uint8_t *bytes, size_t len, int flags,
                                 void *context)
{
    websocket *self = context;
    ssize_t done;
    (void)flags;
    if (websocket_waits(self)) {
        wslay_event_set_error(events, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    if (self->early_len > 0) {
        const size_t part = len < self->early_len ? len : self->early_len;
        memcpy(bytes, self->early, part);
        self->early += part;
        self->early_len -= part;
        return (ssize_t)part;
    }
    do
        done = recv(self->socket, bytes, len, MSG_DONTWAIT);
    while (done < 0 && errno == EINTR);
    return websocket_result(events, done);
}

static ssize_t websocket_on_send(wslay_event_context_ptr events, const uint8_t *bytes, size_t len,
                                 int flags, void *context)
{
    websocket *self = context;
    ssize_t done;
    (void)flags;
    do
        done = send(self->socket, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (done < 0 && errno == EINTR);
    return websocket_result(events, done);
}

static void websocket_on_message(wslay_event_context_ptr events,
                                 const struct wslay_event_on_msg_recv_arg *message, void *context)
{
    websocket *self = context;
    (void)events; /* pings and closes are answered by wslay */
    if (message->opcode == WSLAY_TEXT_FRAME || message->opcode == WSLAY_BINARY_FRAME)
        self->service->on_message(self, message);
}

static int websocket_poll(int socket, int events, int timeout)
{
    struct pollfd ready = {socket, (short)events, 0};
    int count;
    do
        count = poll(&ready, 1, timeout);
    while (count < 0 && errno == EINTR);
    return count > 0;
}

/* A socket that is closed with bytes unread resets the connection, and the peer may lose the last frame. */
static void websocket_hang_up(int socket)
{
    char unread[16384];
    int rounds = 16;
    shutdown(socket, SHUT_WR);
    while (rounds-- > 0 && websocket_poll(socket, POLLIN, WEBSOCKET_CLOSE_MS) &&
           recv(socket, unread, sizeof unread, MSG_DONTWAIT) > 0)
        ;
}

/* Serves a connection until it ends: by either side, by an error, or by silence. Blocks. */
static void websocket_run(websocket *self)
{
    static const struct wslay_event_callbacks CALLBACKS = {
        .recv_callback = websocket_on_recv,
        .send_callback = websocket_on_send,
        .on_msg_recv_callback = websocket_on_message,
    };
    int idle = 0;
    if (wslay_event_context_server_init(&self->events, &CALLBACKS, self) != 0)
        return;
    wslay_event_config_set_max_recv_msg_length(self->events, WEBSOCKET_MESSAGE_BYTES);
    /* A fault of the peer's ends it too, most with a close frame from wslay that says which. */
    while (wslay_event_recv(self->events) == 0 && wslay_event_send(self->events) == 0) {
        const int reads = wslay_event_want_read(self->events) && !websocket_waits(self);
        const int writes = wslay_event_want_write(self->events);
        if (!reads && !writes)
            break;
        if (reads && self->early_len > 0)
            continue; /* bytes that came with the handshake are no event of the socket's */
        if (atomic_load(&websocket_stopping)) {
            if (wslay_event_queue_close(self->events, WSLAY_CODE_GOING_AWAY, NULL, 0) == 0)
                wslay_event_send(self->events);
            break;
        }
        if (websocket_poll(self->socket, (reads ? POLLIN : 0) | (writes ? POLLOUT : 0),
                           WEBSOCKET_TICK_MS))
            idle = 0;
        else if (++idle == WEBSOCKET_IDLE_TICKS)
            break;
    }
    wslay_event_context_free(self->events);
    websocket_hang_up(self->socket);
}

/* ---- On libmicrohttpd. ---- */

static enum MHD_Result websocket_any_lists(void *context, enum MHD_ValueKind kind, const char *name,
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

static int websocket_header_lists(struct MHD_Connection *connection, const char *name, const char *item)
{
    const char *wanted[] = {name, item};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, websocket_any_lists, wanted);
    return wanted[0] == NULL;
}

/* Whether a request is an opening handshake (RFC 6455 4.2.1), if not yet a right one. */
static int websocket_is_asked(struct MHD_Connection *connection, const char *method, const char *version)
{
    return strcmp(method, MHD_HTTP_METHOD_GET) == 0 && strcmp(version, MHD_HTTP_VERSION_1_1) == 0 &&
           websocket_header_lists(connection, "Connection", "upgrade") &&
           websocket_header_lists(connection, "Upgrade", "websocket");
}

static void websocket_on_upgrade(void *service, struct MHD_Connection *connection, void *context,
                                 const char *early, size_t early_len, MHD_socket socket,
                                 struct MHD_UpgradeResponseHandle *handle)
{
    websocket session = {.socket = socket, .early = (const uint8_t *)early, .early_len = early_len,
                         .service = service, .context = context};
    (void)connection;
    websocket_run(&session);
    MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
}

/* Answers a handshake. The one subprotocol that is spoken is the one that is ever echoed: an item that
 * carries a token cannot come back, whatever the policy calls it. Without memory the connection ends. */
static enum MHD_Result websocket_open(struct MHD_Connection *connection, const websocket_service *service)
{
    const char *key = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Sec-WebSocket-Key");
    const int version = websocket_header_lists(connection, "Sec-WebSocket-Version", "13");
    unsigned status = version ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_UPGRADE_REQUIRED;
    struct MHD_Response *response;
    enum MHD_Result queued;
    char accept[29];
    if (version && key != NULL && websocket_accept(key, accept)) {
        status = MHD_HTTP_SWITCHING_PROTOCOLS;
        response = MHD_create_response_for_upgrade(websocket_on_upgrade, (void *)service);
    } else
        response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    if (!version)
        MHD_add_response_header(response, "Sec-WebSocket-Version", "13");
    if (status == MHD_HTTP_SWITCHING_PROTOCOLS) {
        MHD_add_response_header(response, "Upgrade", "websocket");
        MHD_add_response_header(response, "Sec-WebSocket-Accept", accept);
        if (websocket_header_lists(connection, "Sec-WebSocket-Protocol", service->protocol))
            MHD_add_response_header(response, "Sec-WebSocket-Protocol", service->protocol);
    }
    queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

/* An IPv4 address and a port, where 0 chooses one; 0 if either is none. */
static int websocket_address(const char *ip, const char *port, struct sockaddr_in *address)
{
    char *end;
    const unsigned long number = strtoul(port, &end, 10);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
    return *port >= '0' && *port <= '9' && *end == '\0' && number <= 65535 &&
           inet_pton(AF_INET, ip, &address->sin_addr) == 1;
}

/* What a server is told by: SIGHUP, or SIGINT and SIGTERM, with which it ends. */
static sigset_t websocket_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

static void websocket_block_signals(void)
{
    const sigset_t signals = websocket_signals();
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int websocket_next_signal(void)
{
    const sigset_t signals = websocket_signals();
    int next = SIGTERM;
    return sigwait(&signals, &next) == 0 ? next : SIGTERM;
}

/* Each connection takes its leave before its socket is taken away. */
static void websocket_stop(struct MHD_Daemon *server)
{
    const struct timespec moment = {0, 10000000};
    const MHD_socket listener = MHD_quiesce_daemon(server);
    int moments = WEBSOCKET_STOP_MS / 10;
    atomic_store(&websocket_stopping, 1);
    while (moments-- > 0 &&
           MHD_get_daemon_info(server, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections > 0)
        nanosleep(&moment, NULL);
    MHD_stop_daemon(server);
    if (listener != MHD_INVALID_SOCKET)
        close(listener);
}

#endif
