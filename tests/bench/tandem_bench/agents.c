#include "agents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEADLINE_S = 20 };

static void say(struct agent *a, const char *text) {
    wsocket_send(&a->socket, text, strlen(text));
}

static void make_ready(struct agent *a) {
    a->all->n_ready += !a->ready;
    a->ready = true;
}

static bool begins(const char *p, size_t n, const char *with) {
    size_t k = strlen(with);
    return n >= k && memcmp(p, with, k) == 0;
}

static bool has(const char *p, size_t n, const char *what) {
    return memmem(p, n, what, strlen(what)) != NULL;
}

/* hello → welcome, snapshot … its last part → presence.set → result */
static void step(struct agent *a, const char *p, size_t n) {
    if (begins(p, n, "{\"t\":\"snapshot\"") && has(p, n, "\"last\":true"))
        say(a, "{\"t\":\"cmd\",\"id\":\"1\",\"cmd\":\"presence.set\",\"body\":{\"presence\":"
               "\"available\"}}");
    else if (begins(p, n, "{\"t\":\"result\""))
        make_ready(a);
    else if (begins(p, n, "{\"t\":\"refused\""))
        die("an agent was refused: %.*s", (int)n, p);
}

static void on_frame(struct agent *a, const char *p, size_t n) {
    a->all->frames++;
    if (begins(p, n, "{\"t\":\"message\"")) {
        const char *mark = memmem(p, n, "\"~", 2);
        if (mark && a->all->message)
            a->all->message(a->all, strtoull(mark + 2, NULL, 10));
    } else if (!a->ready) {
        step(a, p, n);
    }
}

/* A message holds one frame a line. */
static void on_text(struct wsocket *s, const char *p, size_t n) {
    for (const char *end = p + n, *line = p, *eol; line < end; line = eol + 1) {
        eol = memchr(line, '\n', (size_t)(end - line));
        eol = eol ? eol : end;
        on_frame(s->owner, line, (size_t)(eol - line));
    }
}

static void on_opened(struct wsocket *s) {
    struct agent *a = s->owner;
    char hello[96];
    if (a->all->o->plain) {
        make_ready(a);
        return;
    }
    snprintf(hello, sizeof hello, "{\"t\":\"hello\",\"tab\":\"bench-agent-%08u\"}",
             (unsigned)(a - a->all->v));
    say(a, hello);
}

static void on_lost(struct wsocket *s) {
    (void)s;
    die("an agent's socket was lost");
}

void agents_open(struct agents *a, struct net *n, const struct agents_options *o) {
    int64_t end = now_ns() + (int64_t)DEADLINE_S * 1000000000;
    a->o = o;
    a->v = calloc(o->n ? o->n : 1, sizeof *a->v);
    for (unsigned i = 0; i < o->n; i++) {
        struct agent *x = &a->v[i];
        struct socket_target t = o->target;
        t.cookie = o->plain ? NULL : o->cookies[i];
        x->all = a;
        x->socket = (struct wsocket){
            .owner = x, .opened = on_opened, .text = on_text, .lost = on_lost};
        if (!wsocket_open(&x->socket, n, &t, 1))
            die("cannot reach 127.0.0.1:%u", t.port);
    }
    while (a->n_ready < o->n) {
        if (now_ns() > end)
            die("%u of %u agents are ready after %d s", a->n_ready, o->n, DEADLINE_S);
        net_wait(n, end);
    }
}

void agents_close(struct agents *a) {
    for (unsigned i = 0; i < a->o->n; i++)
        wsocket_close(&a->v[i].socket);
    free(a->v);
}
