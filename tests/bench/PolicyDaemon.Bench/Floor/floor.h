/*
 * The floor: a server of one thread with epoll(7) that answers without thinking, which is about the least that a server of a protocol can cost. What
 * includes this says only how an answer looks.
 *
 * Usage: NAME PATH ADDRESS PORT     a unix socket, and a TCP port
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { ROOM = 64 * 1024, EVENTS = 256 };

struct connection {
    int descriptor;
    int is_listener;
    int state;
    size_t length;
    char *octets;
};

/* Of the protocol: what is said first; and what came is answered, as far as it is whole. Returns how many octets that was. */
static void greet(struct connection *connection);
static size_t answer(struct connection *connection, const char *octets, size_t length);

static void say(struct connection *connection, const void *octets, size_t length)
{
    for (const char *rest = octets; length > 0;) {
        ssize_t sent = send(connection->descriptor, rest, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) return;
        if (sent > 0) rest += sent, length -= (size_t) sent;
    }
}

static void must(int is_well, const char *what)
{
    if (is_well) return;
    perror(what);
    exit(1);
}

static void watch(int queue, int descriptor, int is_listener)
{
    struct connection *connection = calloc(1, sizeof *connection);
    must(connection != NULL, "calloc");
    connection->descriptor = descriptor;
    connection->is_listener = is_listener;
    if (!is_listener) must((connection->octets = malloc(ROOM)) != NULL, "malloc");
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
    must(epoll_ctl(queue, EPOLL_CTL_ADD, descriptor, &event) == 0, "epoll_ctl");
    if (!is_listener) greet(connection);
}

static void welcome(int queue, int listener)
{
    int one = 1, descriptor = accept(listener, NULL, NULL);
    if (descriptor < 0) return;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    watch(queue, descriptor, 0);
}

static void serve(struct connection *connection)
{
    ssize_t count = recv(connection->descriptor, connection->octets + connection->length, ROOM - connection->length, 0);
    if (count <= 0) {
        close(connection->descriptor);
        free(connection->octets);
        free(connection);
        return;
    }
    connection->length += (size_t) count;
    size_t taken = answer(connection, connection->octets, connection->length);
    connection->length -= taken;
    if (connection->length > 0 && taken > 0) memmove(connection->octets, connection->octets + taken, connection->length);
    if (connection->length == ROOM) connection->length = 0;
}

int main(int count, char **arguments)
{
    if (count != 4) {
        fprintf(stderr, "usage: %s PATH ADDRESS PORT\n", arguments[0]);
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    int one = 1, queue = epoll_create1(0);
    struct sockaddr_un local = { .sun_family = AF_UNIX };
    strncpy(local.sun_path, arguments[1], sizeof local.sun_path - 1);
    int by_path = socket(AF_UNIX, SOCK_STREAM, 0);
    must(bind(by_path, (struct sockaddr *) &local, sizeof local) == 0 && listen(by_path, 4096) == 0, arguments[1]);
    chmod(arguments[1], 0666);
    watch(queue, by_path, 1);

    struct sockaddr_in inet = { .sin_family = AF_INET, .sin_port = htons((uint16_t) atoi(arguments[3])), .sin_addr.s_addr = inet_addr(arguments[2]) };
    int by_port = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(by_port, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    must(bind(by_port, (struct sockaddr *) &inet, sizeof inet) == 0 && listen(by_port, 4096) == 0, arguments[3]);
    watch(queue, by_port, 1);

    for (struct epoll_event events[EVENTS];;) {
        int ready = epoll_wait(queue, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            struct connection *connection = events[i].data.ptr;
            if (connection->is_listener) welcome(queue, connection->descriptor);
            else serve(connection);
        }
    }
}
