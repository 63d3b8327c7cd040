/* doorward in front of a libmicrohttpd server: each connection's request is decided with every header line
 * as it arrived, and who may not come in is answered. Two files to copy, this and doorward_microhttpd.c;
 * upgrade.c is a server that uses them.
 *
 *     static door front = {.scheme = DOORWARD_HTTP};
 *
 *     door_open(&front, "policy.toml", &address)
 *     MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | ..., on_request, NULL, DOOR_OPTIONS, ..., MHD_OPTION_END)
 *
 * and in on_request, before anything else:
 *
 *     if (!door_admits(&front, connection, method, kept, &answered))
 *         return answered;
 *
 * libmicrohttpd shows every header line, duplicates included, and the target undecoded: a gate has to
 * see what arrived. Two faults of its version 0.9 remain: it ends a line at a NUL byte, and takes a
 * folded line (RFC 9112 5.2) for a part of the name. Neither gives a client what it could not have sent
 * outright; a proxy in front must not pass such lines on. One thread a connection, so that a decision's
 * scratch (DOORWARD_SCRATCH_BYTES) lies on its stack.
 *
 * The log is stderr: a line a decision, with the names of reasons and nothing of a request. */

#ifndef DOORWARD_MICROHTTPD_H
#define DOORWARD_MICROHTTPD_H

#include <doorward.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stddef.h>

enum { DOOR_LINES = 128 }; /* header lines of one request; with more it is refused, 431 */

typedef struct door {
    doorward_gate *gate;
    /* DOORWARD_HTTPS where the server ends TLS, or a proxy does that is not among the policy's
     * trusted_proxies or does not say so itself. */
    doorward_scheme scheme;
} door;

/* Who came in: libmicrohttpd's pointer of the request. It is there until the request is done, which for a
 * WebSocket is the end of its connection. */
typedef struct door_visit {
    char *target; /* as it arrived, with a NUL behind */
    char *id;     /* the principal's id, id_len bytes without a NUL; NULL if it has none */
    size_t id_len;
    int admitted; /* decided once, however often the handler is called */
} door_visit;

/* Reads the policy, and asks it whether this address may be listened on (an IPv4 address; its port does
 * not matter). 0 if not, and the log says why. */
int door_open(door *self, const char *policy, const struct sockaddr_in *address);

/* Reads the policy and its secrets again. One that is not in order changes nothing; the log says it. */
void door_reload(const door *self);

/* After MHD_stop_daemon. */
void door_close(door *self);

/* Whether the request may come in, at each call of an access handler and with its arguments: it is decided
 * at the first, before a byte of the body is read. Then *kept is a door_visit. If not, the answer is queued
 * and *answered is what the handler returns. */
int door_admits(const door *self, struct MHD_Connection *connection, const char *method, void **kept,
                enum MHD_Result *answered);

/* Queues a text as the answer. For want of memory it ends the connection. */
enum MHD_Result door_answer(struct MHD_Connection *connection, unsigned status, const char *text,
                            size_t len);

/* Options of MHD_start_daemon without which door_admits sees no target and admits nobody. */
#define DOOR_OPTIONS                                                                                      \
    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, door_on_target, NULL,                   \
        MHD_OPTION_NOTIFY_COMPLETED, door_on_done, NULL

void *door_on_target(void *context, const char *target, struct MHD_Connection *connection);
void door_on_done(void *context, struct MHD_Connection *connection, void **kept,
                  enum MHD_RequestTerminationCode how);

#endif
