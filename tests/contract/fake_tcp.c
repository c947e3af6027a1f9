#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_tcp.h"

#include <stdio.h>
#include <stdlib.h>

enum happening { OPENS, COMES, ENDS };
struct happens {
    struct happens *next;
    enum happening what;
    int64_t due_ms;
    struct td_str bytes; /* in the host's arena */
    const char *why;
};
struct fake_tcp {
    struct fake_tcp *next;
    struct td_host *host;
    struct td_tcp *owner;
    bool open, closing;
    size_t write_max;
    struct happens *first; /* in the order of time */
    char *written;
    size_t n, cap;
};

static void may_happen(struct td_host *h) {
    if (h->forbidden)
        fail_msg("%s: I/O before start", h->connector->name);
}

static void add(struct fake_tcp *t, enum happening what, int64_t after_ms, struct td_str bytes,
                const char *why) {
    struct happens *x = calloc(1, sizeof *x), **at = &t->first;
    *x = (struct happens){NULL, what, t->host->now_ms + after_ms, bytes, why};
    while (*at && (*at)->due_ms <= x->due_ms)
        at = &(*at)->next;
    x->next = *at;
    *at = x;
}

static void clear(struct fake_tcp *t) {
    for (struct happens *x = t->first, *next; x; x = next) {
        next = x->next;
        free(x);
    }
    t->first = NULL;
}

int td_tcp_start(struct td_host *h, struct td_tcp *c, const struct td_tcp_options *o,
                 struct td_error *err) {
    may_happen(h);
    assert_null(c->impl);
    assert_non_null(c->on_open);
    assert_non_null(c->on_data);
    assert_non_null(c->on_closed);
    assert_true(o->timeout_ms > 0);
    assert_true(o->write_max_bytes > 0);
    if (!o->host.n || !o->port)
        return td_error_set(err, TD_EINVAL, "host: expected a name or an address");
    struct fake_tcp *t = calloc(1, sizeof *t);
    *t = (struct fake_tcp){.next = h->tcps, .host = h, .owner = c, .write_max = o->write_max_bytes};
    h->tcps = t;
    h->tcp_starts++;
    c->impl = t;
    if (h->tcp_mode == FAKE_TCP_ACCEPTS)
        add(t, OPENS, 1, TD_STR(""), NULL);
    else if (h->tcp_mode == FAKE_TCP_HANGS)
        add(t, ENDS, o->timeout_ms, TD_STR(""), "no connection in time");
    else
        add(t, ENDS, 1, TD_STR(""), "could not connect: connection refused");
    return TD_OK;
}

int td_tcp_write(struct td_tcp *c, struct td_str data) {
    struct fake_tcp *t = c->impl;
    if (!t || !t->open || t->closing)
        return TD_ECONN;
    if (t->n + data.n > t->write_max)
        return TD_EFULL;
    if (t->n + data.n > t->cap) {
        t->cap = (t->n + data.n) * 2;
        t->written = realloc(t->written, t->cap);
    }
    memcpy(t->written + t->n, data.p, data.n);
    t->n += data.n;
    return TD_OK;
}

void td_tcp_close(struct td_tcp *c) {
    struct fake_tcp *t = c->impl;
    if (!t || t->closing)
        return;
    t->closing = true;
    clear(t);
    add(t, ENDS, 0, TD_STR(""), "");
}

/* ---- the peer ---- */

struct fake_tcp *fake_tcp_open(const struct td_host *h) {
    return h->tcps && h->tcps->open && !h->tcps->closing ? h->tcps : NULL;
}

void fake_tcp_say(struct fake_tcp *t, int64_t after_ms, struct td_str text, size_t piece) {
    text = td_arena_dup(t->host->arena, text);
    for (size_t at = 0; at < text.n;) {
        size_t n = piece && text.n - at > piece ? piece : text.n - at;
        add(t, COMES, after_ms, (struct td_str){text.p + at, n}, NULL);
        at += n;
    }
}

void fake_tcp_hang_up(struct fake_tcp *t, int64_t after_ms) {
    add(t, ENDS, after_ms, TD_STR(""), "the peer closed the connection");
}

struct td_str fake_tcp_written(const struct fake_tcp *t) {
    return (struct td_str){t->written, t->n};
}

void fake_tcp_drop_written(struct fake_tcp *t, size_t n) {
    memmove(t->written, t->written + n, t->n - n);
    t->n -= n;
}

/* ---- running ---- */

struct fake_tcp *fake_tcp_due(const struct td_host *h, int64_t *due) {
    struct fake_tcp *found = NULL;
    for (struct fake_tcp *t = h->tcps; t; t = t->next)
        if (t->first && t->first->due_ms < *due) {
            *due = t->first->due_ms;
            found = t;
        }
    return found;
}

static void end(struct fake_tcp *t, const char *why) {
    struct fake_tcp **at = &t->host->tcps;
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    struct td_tcp *owner = t->owner;
    clear(t);
    free(t->written);
    free(t);
    owner->impl = NULL;
    owner->on_closed(owner, why);
}

void fake_tcp_fire(struct fake_tcp *t) {
    struct happens x = *t->first;
    free(t->first);
    t->first = x.next;
    if (x.what == OPENS) {
        t->open = true;
        t->owner->on_open(t->owner);
    } else if (x.what == COMES) {
        char *copy = malloc(x.bytes.n); /* a byte too far shows */
        memcpy(copy, x.bytes.p, x.bytes.n);
        t->owner->on_data(t->owner, (struct td_str){copy, x.bytes.n});
        free(copy);
    } else {
        end(t, x.why);
    }
}

size_t fake_tcp_pending(const struct td_host *h) {
    size_t n = 0;
    for (struct fake_tcp *t = h->tcps; t; t = t->next)
        n++;
    return n;
}
