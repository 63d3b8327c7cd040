/* ffi/examples/upgrade.c with doorward taken out. */
#include "../../../ffi/examples/websocket.h"
#include <stdio.h>

static void echo(websocket *session, const struct wslay_event_on_msg_recv_arg *message)
{
    websocket_send(session, message->opcode, message->msg, message->msg_length);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *body,
                                  size_t *body_len, void **kept)
{
    static const websocket_service service = {"echo.v1", echo};
    (void)context, (void)path, (void)method, (void)version, (void)body, (void)body_len, (void)kept;
    return websocket_open(connection, &service);
}

int main(int argc, char **argv)
{
    const char *ip = argc == 4 ? argv[3] : "127.0.0.1";
    struct sockaddr_in address;
    if (argc < 3 || argc > 4 || !websocket_address(ip, argv[2], &address)) {
        fprintf(stderr, "upgrade POLICY PORT [ADDRESS]\n");
        return 2;
    }
    websocket_block_signals(); /* before the first thread, so that they come to this one only */
    struct MHD_Daemon *server =
        MHD_start_daemon(WEBSOCKET_FLAGS, 0, NULL, NULL, on_request, NULL, MHD_OPTION_SOCK_ADDR, &address,
                         WEBSOCKET_OPTIONS, MHD_OPTION_END);
    if (server == NULL) {
        perror("not started");
        return 1;
    }
    printf("listening on %s:%u\n", ip, MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    websocket_next_signal();
    websocket_stop(server);
}
