/* echo_server.c: src/io/web.h behind real sockets, for peers that are not C: TLS clients, browsers'
 * WebSockets, load generators.
 *
 * echo_server [--tls CERT KEY] [--proxy CIDR]… prints its ports as "plain <port> tls <port>" and
 * runs until SIGTERM; SIGHUP reads the certificate again and prints "reloaded" or the error. POST
 * /echo   the body           GET /info   who the peer is POST /later  the body, after the next turn
 * of the loop WS   /ws     echoes */
#include "io/web.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct loop *loop;
static struct web *web;

static void echo(struct web_request *r, void *arg) {
    (void)arg;
    web_reply(r, 200, "application/octet-stream", web_request_td(r)->body, NULL);
}

struct later {
    struct loop_timer timer;
    struct web_request *r;
};
static void on_later(struct loop_timer *t) {
    struct later *l = (struct later *)t;
    echo(l->r, NULL);
    free(l);
}
static void on_gone(struct web_request *r, void *user) {
    struct later *l = user;
    (void)r;
    loop_timer_stop(&l->timer);
    free(l);
}
static void later(struct web_request *r, void *arg) {
    struct later *l = calloc(1, sizeof *l);
    (void)arg;
    l->r = r;
    web_set_user(r, l, on_gone);
    loop_defer(loop, &l->timer, on_later);
}

static void info(struct web_request *r, void *arg) {
    struct td_str peer = web_peer(r);
    (void)arg;
    web_reply(r, 200, "text/plain",
              td_arena_printf(web_arena(r), "%.*s%s%s", TD_FMT(peer),
                              web_is_secure(r) ? " secure" : "",
                              web_is_loopback(r) ? " local" : ""),
              NULL);
}

static void on_open(struct web_socket *s, struct web_request *r, void *arg) {
    (void)r, (void)arg;
    web_socket_forget_request(s);
}
static void on_text(struct web_socket *s, struct td_str m) {
    web_socket_send(s, m);
}
static void on_closed(struct web_socket *s) {
    (void)s;
}

static const struct web_socket_ops ops = {.open = on_open, .text = on_text, .closed = on_closed};
static const struct web_route routes[] = {
    {.method = "POST", .pattern = "/echo", .max_body = 8 << 20, .handle = echo},
    {.method = "POST", .pattern = "/later", .max_body = 8 << 20, .handle = later},
    {.method = "GET", .pattern = "/info", .handle = info},
    {.method = "WS", .pattern = "/ws", .max_body = 1 << 20, .socket = &ops},
};

static void on_signal(struct loop_signal *s, int signum) {
    struct td_error err;
    (void)s;
    if (signum != SIGHUP) {
        loop_stop(loop);
        return;
    }
    puts(web_reload_tls(web, &err) == TD_OK ? "reloaded" : err.text);
    fflush(stdout);
}

int main(int argc, char **argv) {
    struct web_listen listen[2] = {{.address = "127.0.0.1"}, {.address = "127.0.0.1", .tls = true}};
    const char *proxies[9] = {NULL};
    struct web_options o = {
        .listen = listen, .n_listen = 1, .trusted_proxies = proxies, .max_connections = 60000};
    struct td_error err;
    struct loop_signal term = {0}, hup = {0};
    size_t n_proxies = 0;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--tls") && i + 2 < argc) {
            o.cert_path = argv[++i];
            o.key_path = argv[++i];
            o.n_listen = 2;
        } else if (!strcmp(argv[i], "--proxy") && i + 1 < argc && n_proxies < 8) {
            proxies[n_proxies++] = argv[++i];
        }
    }
    loop = loop_new();
    web = web_new(loop, &o, routes, sizeof routes / sizeof routes[0], &err);
    if (!web) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    printf("plain %u tls %u\n", web_port(web, 0), web_port(web, 1));
    fflush(stdout);
    loop_signal_start(loop, &term, SIGTERM, on_signal);
    loop_signal_start(loop, &hup, SIGHUP, on_signal);
    loop_run(loop);
    loop_signal_stop(&term);
    loop_signal_stop(&hup);
    web_free(&web);
    loop_free(&loop);
    return 0;
}
