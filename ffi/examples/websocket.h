/* What upgrade.c needs of RFC 6455: is this request an opening handshake, what answers it, and the
 * messages of a connection, on wslay and OpenSSL's libcrypto. Nothing here decides who may come in. */

#ifndef WEBSOCKET_H
#define WEBSOCKET_H

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <poll.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <wslay/wslay.h>

enum {
    WEBSOCKET_MESSAGE_BYTES = 65536, /* a longer message ends the connection with 1009 */
    WEBSOCKET_UNREAD_BYTES = 65536,  /* of answers: nothing more is read before the peer takes them */
    WEBSOCKET_TICK_MS = 250,         /* how soon a connection notices that the server stops */
    WEBSOCKET_IDLE_TICKS = 240,
    WEBSOCKET_CLOSE_MS = 1000 /* for the peer to take the last frame and hang up */
};

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

/* One connection: its socket, the bytes that came with the handshake, and what to do with a message. */
typedef struct websocket {
    int socket;
    const uint8_t *early;
    size_t early_len;
    void (*on_message)(struct websocket *, const struct wslay_event_on_msg_recv_arg *);
    const void *context;
    const atomic_int *stopping;
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
        self->on_message(self, message);
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
        if (atomic_load(self->stopping)) {
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

#endif
