/* Happy path: job (mail_in for each) → td_host_blob_put for each file → td_host_take of all → done.
 *
 * Failure modes: no worker, no room for a file, no inbox: tried again every second. The inbox
 * refuses the batch (TD_EINVAL, TD_ELIMIT): its mails are taken one by one, and the one that is
 * refused again becomes a message that says why. Stopped: whatever is under way ends by itself. */
#include "email/ingest.h"

#include <stdlib.h>
#include <tandem/log.h>

enum { RETRY_MS = 1000, PARSE_DEADLINE_MS = 60000, BLOBS_AT_ONCE = 32, CURSOR_MAX = 80 };

struct item {
    uint64_t uid, too_large;
    struct td_str raw;
    int64_t received_ms;
    struct mail_in in;
};
struct batch { /* lives in its arena; the job's while it runs */
    struct td_job job;
    struct ingest *ingest; /* NULL: the instance gave it up */
    struct td_arena *arena;
    const struct mail_rules *rules;
    struct item *v;
    size_t n, cap, bytes;
};
struct ingest {
    struct td_host *host;
    const struct mail_rules *rules;
    struct batch *batch;
    bool busy, stopping;
    char prefix[CURSOR_MAX], suffix[CURSOR_MAX];
    uint64_t last_uid, unreadable;
    void (*done)(void *arg, int rc);
    void *arg;
    struct td_timer timer;
    void (*again)(struct ingest *i);
    size_t item, file, putting; /* the next file to store; how many are on their way */
    bool put_failed;
    bool singly;   /* one mail at a time, `item` is next */
    bool replaced; /* that one is its stand-in already */
};

static void store_files(struct ingest *i);
static void take(struct ingest *i);

/* ---- the batch ---- */

static struct batch *batch_new(struct ingest *i) {
    struct td_arena *a = td_arena_new();
    struct batch *b = TD_ARENA_NEW(a, struct batch);
    b->arena = a;
    b->ingest = i;
    b->rules = mail_rules_copy(a, i->rules);
    return b;
}

static void batch_drop(struct batch **b) {
    if (!*b)
        return;
    struct td_arena *a = (*b)->arena;
    *b = NULL;
    td_arena_free(&a);
}

void ingest_add(struct ingest *i, uint64_t uid, struct td_str raw, uint64_t too_large,
                int64_t received_ms) {
    if (!i->batch)
        i->batch = batch_new(i);
    struct batch *b = i->batch;
    if (b->n == b->cap) {
        struct item *v = TD_ARENA_ARRAY(b->arena, struct item, b->cap * 2 + 16);
        if (b->n)
            memcpy(v, b->v, b->n * sizeof *v);
        b->v = v;
        b->cap = b->cap * 2 + 16;
    }
    b->v[b->n++] = (struct item){.uid = uid,
                                 .raw = td_arena_dup(b->arena, raw),
                                 .too_large = too_large,
                                 .received_ms = received_ms};
    b->bytes += raw.n;
}

void ingest_clear(struct ingest *i) {
    if (!i->busy)
        batch_drop(&i->batch);
}

size_t ingest_count(const struct ingest *i) {
    return i->batch && !i->busy ? i->batch->n : 0;
}
size_t ingest_bytes(const struct ingest *i) {
    return i->batch && !i->busy ? i->batch->bytes : 0;
}
uint64_t ingest_unreadable(const struct ingest *i) {
    return i->unreadable;
}
bool ingest_busy(const struct ingest *i) {
    return i->busy;
}

/* ---- the end, and trying again ---- */

static void finish(struct ingest *i, int rc) {
    void (*done)(void *, int) = i->done;
    td_timer_stop(&i->timer);
    batch_drop(&i->batch);
    i->busy = false;
    done(i->arg, rc);
}

static void on_again(struct td_timer *t) {
    struct ingest *i = (struct ingest *)(void *)((char *)t - offsetof(struct ingest, timer));
    if (i->stopping)
        finish(i, TD_ECANCELED);
    else
        i->again(i);
}

static void later(struct ingest *i, int64_t after_ms, void (*again)(struct ingest *i)) {
    i->again = again;
    td_timer_start(i->host, &i->timer, i->stopping ? 0 : after_ms, on_again);
}

/* ---- taking apart ---- */

static void run(struct td_job *j) {
    struct batch *b = (struct batch *)(void *)j;
    for (size_t k = 0; k < b->n; k++)
        mail_in(b->arena, b->rules, b->v[k].raw, b->v[k].too_large, b->v[k].received_ms,
                &b->v[k].in);
}

static void parse(struct ingest *i);

static void on_parsed(struct td_job *j, int rc) {
    struct batch *b = (struct batch *)(void *)j;
    struct ingest *i = b->ingest;
    if (rc == TD_OK) {
        b->ingest = NULL; /* release leaves it alone: it is kept in `batch` */
        i->item = i->file = i->putting = 0;
        later(i, 0, store_files); /* after release */
        return;
    }
    /* Parsing took for ever, which its limits should not allow, or it was cancelled. The job is
     * lost to its thread; what it was made of is fetched again. */
    i->batch = NULL;
    td_log(TD_ERROR, "email", "a batch of mails could not be read in time", "channel=\"%.*s\"",
           TD_FMT(td_host_channel(i->host)));
    finish(i, rc == TD_ECANCELED ? rc : TD_ETIMEDOUT);
}

static void release(struct td_job *j) {
    struct batch *b = (struct batch *)(void *)j;
    if (b->ingest) /* given up */
        batch_drop(&b);
}

static void parse(struct ingest *i) {
    i->batch->job = (struct td_job){.run = run, .done = on_parsed, .release = release};
    i->batch->ingest = i;
    if (td_job_start(i->host, &i->batch->job, TD_JOB_COMPUTES, PARSE_DEADLINE_MS) != TD_OK)
        later(i, RETRY_MS, parse);
}

/* ---- files ---- */

struct putting {
    struct ingest *i;
    struct td_attachment *file;
    struct td_arena *arena;
};

static void on_put(void *arg, int rc, struct td_str sha256) {
    struct putting *p = arg;
    struct ingest *i = p->i;
    i->putting--;
    if (rc == TD_OK)
        p->file->sha256 = td_arena_dup(p->arena, sha256);
    else
        i->put_failed = true;
    if (i->stopping) {
        if (i->putting == 0)
            later(i, 0, store_files);
    } else {
        store_files(i);
    }
}

/* All once more: what is stored already is only touched. */
static void begin_storing(struct ingest *i) {
    i->item = i->file = 0;
    i->put_failed = false;
    store_files(i);
}

static bool put_next(struct ingest *i) {
    struct batch *b = i->batch;
    struct mail_in *in = &b->v[i->item].in;
    if (i->file >= in->blobs.n) {
        i->item++;
        i->file = 0;
        return true;
    }
    struct putting *p = TD_ARENA_NEW(b->arena, struct putting);
    *p = (struct putting){i, &in->message.attachments.v[i->file], b->arena};
    i->putting++;
    if (td_host_blob_put(i->host, in->blobs.v[i->file], on_put, p) != TD_OK) {
        i->putting--;
        return false;
    }
    i->file++;
    return true;
}

static void store_files(struct ingest *i) {
    while (!i->put_failed && i->item < i->batch->n && i->putting < BLOBS_AT_ONCE)
        if (!put_next(i)) {
            if (i->putting == 0)
                later(i, RETRY_MS, store_files);
            return; /* the next one that ends comes here again */
        }
    if (i->putting)
        return;
    if (i->put_failed) {
        later(i, RETRY_MS, begin_storing);
        return;
    }
    i->item = 0;
    i->singly = false;
    take(i);
}

/* ---- the inbox ---- */

static void on_taken(void *arg, int rc) {
    struct ingest *i = arg;
    if (rc != TD_OK) {
        later(i, RETRY_MS, take); /* the dedupe keys make it harmless */
        return;
    }
    if (i->singly && ++i->item < i->batch->n) {
        i->replaced = false;
        later(i, 0, take);
        return;
    }
    finish(i, TD_OK);
}

/* The inbox will never take it as it is. */
static void replace(struct ingest *i) {
    struct item *it = &i->batch->v[i->item];
    struct td_str dedupe = it->in.message.dedupe;
    struct td_attachment *raw = NULL;
    for (size_t k = 0; k < it->in.message.attachments.n; k++)
        if (it->in.blobs.v[k].p == it->raw.p)
            raw = &it->in.message.attachments.v[k];
    td_log(TD_WARN, "email", "a mail could not be taken as it is", "channel=\"%.*s\" uid=%llu",
           TD_FMT(td_host_channel(i->host)), (unsigned long long)it->uid);
    struct mail_in other;
    mail_in_unreadable(i->batch->arena, raw ? it->raw : TD_STR(""), dedupe, it->received_ms,
                       "it is too large or malformed for the inbox", &other);
    if (raw)
        other.message.attachments.v[0] = *raw; /* stored already */
    it->in = other;
    i->replaced = true;
    i->unreadable++;
}

static int take_range(struct ingest *i, size_t from, size_t to, uint64_t uid) {
    struct batch *b = i->batch;
    struct td_arena *a = td_arena_new();
    struct td_incoming in = {0};
    in.messages.v = TD_ARENA_ARRAY(a, struct td_message, to - from);
    in.receipts.v = TD_ARENA_ARRAY(a, struct td_receipt, to - from);
    for (size_t k = from; k < to; k++) {
        if (b->v[k].in.has_message)
            in.messages.v[in.messages.n++] = b->v[k].in.message;
        if (b->v[k].in.has_receipt)
            in.receipts.v[in.receipts.n++] = b->v[k].in.receipt;
    }
    if (i->prefix[0])
        in.cursor = td_arena_printf(a, "%s%llu%s", i->prefix, (unsigned long long)uid, i->suffix);
    int rc = td_host_take(i->host, &in, on_taken, i);
    td_arena_free(&a);
    return rc;
}

static void take(struct ingest *i) {
    struct batch *b = i->batch;
    int rc = i->singly ? take_range(i, i->item, i->item + 1, b->v[i->item].uid)
                       : take_range(i, 0, b->n, i->last_uid);
    if (rc == TD_OK)
        return;
    if (rc != TD_EINVAL && rc != TD_ELIMIT) {
        later(i, RETRY_MS, take);
    } else if (!i->singly) {
        i->singly = true;
        i->replaced = false;
        i->item = 0;
        later(i, 0, take);
    } else if (!i->replaced) {
        replace(i);
        later(i, 0, take);
    } else { /* not even that: nothing of it goes in, and it must not stop the others */
        td_log(TD_ERROR, "email", "a mail was passed over", "channel=\"%.*s\" uid=%llu",
               TD_FMT(td_host_channel(i->host)), (unsigned long long)b->v[i->item].uid);
        b->v[i->item].in.has_message = b->v[i->item].in.has_receipt = false;
        later(i, 0, take);
    }
}

/* ---- the outside ---- */

static void keep(char out[CURSOR_MAX], struct td_str s) {
    s = td_str_cut(s, CURSOR_MAX - 1);
    memcpy(out, s.p, s.n);
    out[s.n] = 0;
}

void ingest_start(struct ingest *i, struct td_str cursor_prefix, uint64_t last_uid,
                  struct td_str cursor_suffix, void (*done)(void *arg, int rc), void *arg) {
    keep(i->prefix, cursor_prefix);
    keep(i->suffix, cursor_suffix);
    i->last_uid = last_uid;
    i->done = done;
    i->arg = arg;
    i->busy = true;
    i->singly = i->put_failed = false;
    parse(i);
}

void ingest_stop(struct ingest *i) {
    i->stopping = true;
    if (!i->busy)
        return;
    if (i->batch && i->batch->job.impl)
        td_job_cancel(&i->batch->job);
    else if (i->timer.impl)
        td_timer_start(i->host, &i->timer, 0, on_again);
}

struct ingest *ingest_new(struct td_host *h, const struct mail_rules *rules) {
    struct ingest *i = calloc(1, sizeof *i);
    if (!i)
        abort(); /* see arena.h */
    i->host = h;
    i->rules = rules;
    return i;
}

void ingest_free(struct ingest **i) {
    if (!*i)
        return;
    batch_drop(&(*i)->batch);
    free(*i);
    *i = NULL;
}
