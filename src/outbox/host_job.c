/* td_job, blobs, links and keys: what an instance may have done on other threads.
 *
 * A job outlives its host when `run` is late: after done, nothing here touches the host. */
#include "base/mem.h"
#include "outbox/host_priv.h"
#include "store/media_link.h"

#include <tandem/log.h>

struct host_job {
    struct worker_job job;
    struct td_host *host; /* until done */
    struct td_job *owner;
};

static void on_run(struct worker_job *w) {
    struct host_job *x = CONTAINER_OF(w, struct host_job, job);
    x->owner->run(x->owner);
}

static void on_done(struct worker_job *w, int rc) {
    struct host_job *x = CONTAINER_OF(w, struct host_job, job);
    x->host->jobs--;
    x->host = NULL;
    x->owner->impl = NULL;
    x->owner->done(x->owner, rc);
}

static void on_release(struct worker_job *w) {
    struct host_job *x = CONTAINER_OF(w, struct host_job, job);
    x->owner->release(x->owner);
    mem_free(x);
}

int td_job_start(struct td_host *h, struct td_job *j, enum td_job_kind kind, int64_t deadline_ms) {
    struct workers *w = kind == TD_JOB_WAITS ? h->peer_workers : h->workers;
    if (!w)
        return TD_EUNSUPPORTED;
    struct host_job *x = MEM_NEW(struct host_job);
    x->job = (struct worker_job){.run = on_run, .done = on_done, .release = on_release};
    x->host = h;
    x->owner = j;
    int rc = worker_start(w, &x->job, deadline_ms);
    if (rc != TD_OK) {
        mem_free(x);
        return rc;
    }
    h->jobs++;
    j->impl = x;
    return TD_OK;
}

void td_job_cancel(struct td_job *j) {
    struct host_job *x = j->impl;
    if (x)
        worker_cancel(&x->job);
}

/* ---- blobs ---- */

struct host_blob {
    struct td_host *host;
    td_blob_put_done *put;
    td_blob_got_done *got;
    void *arg;
};

static struct host_blob *blob_new(struct td_host *h, void *arg) {
    struct host_blob *x = MEM_NEW(struct host_blob);
    x->host = h;
    x->arg = arg;
    h->blob_jobs++;
    return x;
}

static struct host_blob blob_end(struct host_blob *x) {
    struct host_blob copy = *x;
    x->host->blob_jobs--;
    mem_free(x);
    return copy;
}

static void on_put(void *arg, int rc, const char *name) {
    struct td_host *h = ((struct host_blob *)arg)->host;
    if (rc != TD_OK)
        td_log(TD_ERROR, "channel", "a file could not be stored", "channel=\"%.*s\" why=\"%s\"",
               TD_FMT(h->channel->id), td_rc_text(rc));
    struct host_blob x = blob_end(arg);
    x.put(x.arg, rc, td_str_of(name));
}

static void on_got(void *arg, int rc, struct td_str bytes) {
    struct host_blob x = blob_end(arg);
    x.got(x.arg, rc, bytes);
}

int td_host_blob_put(struct td_host *h, struct td_str bytes, td_blob_put_done *done, void *arg) {
    if (!h->blobs)
        return TD_EUNSUPPORTED;
    struct host_blob *x = blob_new(h, arg);
    x->put = done;
    int rc = blobs_put(h->blobs, bytes, on_put, x);
    if (rc != TD_OK)
        blob_end(x);
    return rc;
}

int td_host_blob_get(struct td_host *h, struct td_str sha256, size_t max_bytes,
                     td_blob_got_done *done, void *arg) {
    if (!h->blobs)
        return TD_EUNSUPPORTED;
    struct host_blob *x = blob_new(h, arg);
    x->got = done;
    int rc = blobs_get(h->blobs, sha256, max_bytes, on_got, x);
    if (rc != TD_OK)
        blob_end(x);
    return rc;
}

/* ---- links ---- */

struct td_str td_host_media_url(struct td_host *h, struct td_arena *a, struct td_str sha256,
                                struct td_str name, struct td_str type) {
    uint8_t key[32];
    struct td_str base = h->public_url;
    if (!base.n || !h->key)
        return TD_STR("");
    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    config_subkey(h->key, MEDIA_LINK_PURPOSE, key);
    struct td_str link = media_link(a, key, sha256, name, type, td_host_now_ms(h));
    return td_arena_printf(a, "%.*s%.*s", TD_FMT(base), TD_FMT(link));
}

/* ---- keys ---- */

void td_host_key(struct td_host *h, const char *purpose, uint8_t out[32]) {
    static const uint8_t none[32];
    char whole[200];
    snprintf(whole, sizeof whole, "%s %.*s", purpose, TD_FMT(td_str_cut(h->channel->id, 64)));
    config_subkey(h->key ? h->key : none, whole, out);
}
