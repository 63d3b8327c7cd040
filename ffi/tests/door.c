/* ffi/examples/doorward_microhttpd.c in front of a handler that takes a body, and so is called many times:
 * the request is decided once, and refused before a byte of its body is read.
 *
 *     door POLICY */

#include "../examples/doorward_microhttpd.h"
#include "check.h"
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { BODY_BYTES = 400000 };

static door front = {.scheme = DOORWARD_HTTP};
static unsigned calls, bytes, ids;

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *body,
                                  size_t *body_len, void **kept)
{
    static const char *id;
    enum MHD_Result answered;
    (void)context, (void)path, (void)version, (void)body;
    if (!door_admits(&front, connection, method, kept, &answered))
        return answered;
    const door_visit *who = *kept;
    if (calls++ == 0 || who->id != id)
        ids++;
    id = who->id;
    if (calls == 1)
        return MHD_YES;
    bytes += (unsigned)*body_len;
    if (*body_len == 0)
        return door_answer(connection, MHD_HTTP_OK, who->id, who->id_len);
    *body_len = 0;
    return MHD_YES;
}

/* The status that a POST with this token is answered with, 0 for none. */
static int post(uint16_t port, const char *token)
{
    static char body[BODY_BYTES];
    char text[512];
    int status = 0;
    const struct timeval patience = {30, 0};
    const struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const int stream = socket(AF_INET, SOCK_STREAM, 0);
    calls = bytes = ids = 0;
    snprintf(text, sizeof text,
             "POST / HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAuthorization: Bearer %s\r\nConnection: close\r\n"
             "Content-Length: %d\r\n\r\n",
             port, token, BODY_BYTES);
    setsockopt(stream, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(stream, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(stream, (const struct sockaddr *)&to, sizeof to) == 0 &&
        send(stream, text, strlen(text), MSG_NOSIGNAL) > 0) {
        /* A refused one may be cut off before all of it is sent. */
        for (size_t sent = 0; sent < BODY_BYTES;) {
            const ssize_t part = send(stream, body + sent, BODY_BYTES - sent, MSG_NOSIGNAL);
            if (part <= 0)
                break;
            sent += (size_t)part;
        }
        const ssize_t len = recv(stream, text, sizeof text - 1, 0);
        if (len > 0) {
            text[len] = '\0';
            sscanf(text, "HTTP/1.1 %d", &status);
        }
    }
    close(stream);
    return status;
}

int main(int argc, char **argv)
{
    const struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    if (argc != 2 || !door_open(&front, argv[1], &address))
        return 2;
    struct MHD_Daemon *server =
        MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL,
                         on_request, NULL, MHD_OPTION_SOCK_ADDR, &address, DOOR_OPTIONS, MHD_OPTION_END);
    if (server == NULL)
        return 2;
    const uint16_t port = MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT)->port;
    CHECK(post(port, "a-token-of-thirty-characters-1") == 200);
    CHECK(calls > 3 && bytes == BODY_BYTES);
    CHECK(ids == 1);
    /* The answer may be lost where the body is not read. */
    const int refused = post(port, "a-token-of-thirty-characters-2");
    CHECK(refused == 401 || refused == 0);
    CHECK(calls == 0 && bytes == 0);
    MHD_stop_daemon(server);
    door_close(&front);
    return closing_line();
}
