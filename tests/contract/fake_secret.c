#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_secret.h"

#include <stdio.h>
#include <stdlib.h>

struct fake_secret {
    struct fake_secret *next;
    char name[65];
    struct td_str value; /* in the host's arena */
};
struct fake_secret_job {
    struct fake_secret_job *next;
    td_secret_put_done *put;
    td_secret_got_done *got;
    void *arg;
    char name[65];
    struct td_str value;
    int64_t due_ms;
};

static struct fake_secret *secret_find(const struct td_host *h, const char *name) {
    for (struct fake_secret *x = h->secrets; x; x = x->next)
        if (strcmp(x->name, name) == 0)
            return x;
    return NULL;
}

struct td_str fake_secret(const struct td_host *h, const char *name) {
    const struct fake_secret *x = secret_find(h, name);
    return x ? x->value : TD_STR("");
}

void fake_secret_set(struct td_host *h, const char *name, struct td_str value) {
    struct fake_secret *x = secret_find(h, name);
    if (!x) {
        x = TD_ARENA_NEW(h->arena, struct fake_secret);
        x->next = h->secrets;
        h->secrets = x;
        snprintf(x->name, sizeof x->name, "%s", name);
    }
    x->value = td_arena_dup(h->arena, value);
}

static struct fake_secret_job *secret_job(struct td_host *h, const char *name, void *arg) {
    if (h->forbidden)
        fail_msg("%s: I/O before start", h->connector->name);
    struct fake_secret_job *x = calloc(1, sizeof *x);
    x->next = h->secret_jobs;
    h->secret_jobs = x;
    x->arg = arg;
    x->due_ms = h->now_ms + 1;
    snprintf(x->name, sizeof x->name, "%s", name);
    return x;
}

int td_host_secret_put(struct td_host *h, const char *name, struct td_str value,
                       td_secret_put_done *done, void *arg) {
    if (value.n > TD_SECRET_MAX_BYTES)
        return TD_ELIMIT;
    struct fake_secret_job *x = secret_job(h, name, arg);
    x->put = done;
    x->value = td_arena_dup(h->arena, value);
    return TD_OK;
}

int td_host_secret_get(struct td_host *h, const char *name, td_secret_got_done *done, void *arg) {
    secret_job(h, name, arg)->got = done;
    return TD_OK;
}

struct fake_secret_job *fake_secret_due(const struct td_host *h, int64_t *due_ms) {
    struct fake_secret_job *due = NULL;
    for (struct fake_secret_job *x = h->secret_jobs; x; x = x->next)
        if (x->due_ms < *due_ms)
            due = x, *due_ms = x->due_ms;
    return due;
}

size_t fake_secret_pending(const struct td_host *h) {
    size_t n = 0;
    for (const struct fake_secret_job *x = h->secret_jobs; x; x = x->next)
        n++;
    return n;
}

void fake_secret_fire(struct td_host *h, struct fake_secret_job *x) {
    struct fake_secret_job **at = &h->secret_jobs;
    while (*at != x)
        at = &(*at)->next;
    *at = x->next;
    struct fake_secret_job j = *x;
    free(x);
    if (j.put && h->secret_rc == TD_OK)
        fake_secret_set(h, j.name, j.value);
    if (j.put)
        j.put(j.arg, h->secret_rc);
    else
        j.got(j.arg, h->secret_rc, h->secret_rc ? TD_STR("") : fake_secret(h, j.name));
}
