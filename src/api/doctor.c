/* POST /v1/channels/:id/doctor: the committed state → a worker, which reads the settings file anew
 * (a reload must not take it away meanwhile) and looks → the report. */
#include "api/resources.h"

#include "base/mem.h"
#include "doctor/doctor.h"
#include "io/worker.h"

#include <sodium.h>
#include <stdio.h>

enum { DEADLINE_MS = DOCTOR_TOTAL_MS + 30000 }; /* the last step may begin late */

struct exam {
    struct worker_job job;
    struct call *c;
    struct td_arena *a; /* the job's own */
    struct td_str channel;
    edge_examine *examine;
    const char *path;
    struct chan chan;
    uint8_t key[32];
    /* what came of it */
    struct doctor_report report;
    char failure[256];
};

static bool busy; /* in this process: one at a time, on the loop's thread */

static void run(struct worker_job *job) {
    struct exam *x = CONTAINER_OF(job, struct exam, job);
    struct td_error err = {0};
    x->report.arena = x->a;
    if (x->examine(x->path, x->channel, &x->chan, x->key, &x->report, &err))
        snprintf(x->failure, sizeof x->failure, "%s", err.text);
}

static void answer(struct call *c, const struct exam *x) {
    struct buf b;
    struct json_out j;
    bool ok = true;
    for (size_t i = 0; i < x->report.n; i++)
        ok = ok && x->report.v[i].state != DOCTOR_FAILED;
    buf_init(&b, 1 << 20);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "channel", x->channel);
    json_key_bool(&j, "ok", ok);
    json_put_key(&j, "steps");
    json_arr_begin(&j);
    for (size_t i = 0; i < x->report.n; i++) {
        const struct doctor_step *s = &x->report.v[i];
        json_obj_begin(&j);
        json_key_str(&j, "step", td_str_of(s->name));
        json_key_str(&j, "state", td_str_of(doctor_state_names[s->state]));
        json_key_str(&j, "found", s->found);
        if (s->fix.n)
            json_key_str(&j, "fix", s->fix);
        json_obj_end(&j);
    }
    json_arr_end(&j);
    json_obj_end(&j);
    call_json(c, 200, &b);
    buf_fini(&b);
}

static void done(struct worker_job *job, int rc) {
    struct exam *x = CONTAINER_OF(job, struct exam, job);
    struct call *c = x->c;
    if (!call_alive(c))
        return;
    if (rc != TD_OK)
        call_error(c, 503, "unavailable", NULL, "It took too long. Try again.");
    else if (x->failure[0])
        call_error(c, 503, "unavailable", NULL, x->failure);
    else if (!x->report.n)
        call_not_found(c);
    else
        answer(c, x);
}

static void release(struct worker_job *job) {
    struct exam *x = CONTAINER_OF(job, struct exam, job);
    busy = false;
    sodium_memzero(x->key, sizeof x->key);
    td_arena_free(&x->a);
    mem_free(x);
}

static void on_chan(void *arg, int rc, const struct read_item *v, size_t n) {
    struct call *c = arg;
    if (!call_read_ok(c, rc))
        return;
    if (busy) {
        call_error(c, 503, "unavailable", NULL, "Another channel is looked at. Try again.");
        return;
    }
    struct exam *x = MEM_NEW(struct exam);
    const struct edge *e = c->api->e;
    x->a = td_arena_new();
    x->c = c;
    x->channel = td_arena_dup(x->a, call_param(c, "id"));
    x->examine = e->examine;
    x->path = td_arena_dup(x->a, e->config->path).p;
    memcpy(x->key, e->key, sizeof x->key);
    if (n == 1 && v[0].bytes.n &&
        record_unpack(x->a, &rec_chan, td_arena_dup(x->a, v[0].bytes), &x->chan, NULL))
        x->chan = (struct chan){0};
    x->job = (struct worker_job){.run = run, .done = done, .release = release};
    busy = true;
    if (worker_start(e->workers, &x->job, DEADLINE_MS) != TD_OK) {
        release(&x->job);
        call_unavailable(c);
    }
}

void channels_doctor(struct call *c) {
    const struct config *config = c->api->e->config;
    struct td_str id = call_param(c, "id");
    for (size_t i = 0; i < config->channels.n; i++)
        if (td_str_eq(config->channels.v[i].id, id)) {
            call_started(c, read_entities(c->api->e->store, EK_CHAN, &id, 1, on_chan, c));
            return;
        }
    call_not_found(c);
}
