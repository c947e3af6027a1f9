/* Happy path: how far it came (once) → a wish? → (another one: begins anew) → a mailbox that looks
 * through the folder → each batch counted and kept → the end → kept → another wish?
 *
 * Failure modes: Redis away: looked again. The mail server away: the mailbox comes back by itself.
 * Another process takes over: it begins at the cursor that was kept last; what was taken twice is
 * known by its dedupe key. */
#include "email/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <tandem/import.h>
#include <tandem/log.h>

#define CURSOR "import-cursor"
#define COVERED "import-covered"

enum { LOOK_MS = 3000, FOLDER_MAX = 500 };

struct history {
    struct td_host *host;
    struct mailbox_options o;
    struct mail_rules rules;
    struct td_timer timer;
    struct mailbox *mailbox;
    bool looked, looked_covered, under_way, stopping, reset;
    struct td_arena *arena; /* of the next */
    struct td_str covered;  /* covered.h */
    bool covered_news;
    bool news; /* what `now` says is not kept yet */
    char id[64], folder[FOLDER_MAX];
    struct td_import now; /* its strings are the two above */
    void (*stopped)(void *arg);
    void *stopped_arg;
};

static void go_on(struct history *x);

static void on_timer(struct td_timer *t) {
    go_on((struct history *)(void *)((char *)t - offsetof(struct history, timer)));
}

static void later(struct history *x, int64_t ms) {
    x->under_way = false;
    td_timer_start(x->host, &x->timer, x->stopping ? 0 : ms, on_timer);
}

/* until: what came since the channel began was taken as it came. */
static int64_t begun_s(const struct history *x) {
    struct td_str cursor = td_host_cursor(x->host); /* "v1 <validity> <uid> <newest> <since> …" */
    uint64_t since = 0;
    for (unsigned word = 0; cursor.n; word++) {
        const char *space = memchr(cursor.p, ' ', cursor.n);
        size_t n = space ? (size_t)(space - cursor.p) : cursor.n;
        struct td_str text = {cursor.p, n};
        if (word == 0 && !td_str_eqz(text, "v1"))
            return 0;
        if (word == 4)
            return td_str_to_u64(text, &since) ? (int64_t)since : 0;
        n += space != NULL;
        cursor = (struct td_str){cursor.p + n, cursor.n - n};
    }
    return 0;
}

static void adopt(struct history *x, const struct td_import *from) {
    snprintf(x->id, sizeof x->id, "%.*s", TD_FMT(td_str_cut(from->id, 63)));
    snprintf(x->folder, sizeof x->folder, "%.*s", TD_FMT(td_str_cut(from->folder, FOLDER_MAX - 1)));
    x->now = *from;
    x->now.id = td_str_of(x->id);
    x->now.folder = td_str_of(x->folder);
}

/* ---- keeping how far it has come ---- */

static void on_kept(void *arg, int rc) {
    struct history *x = arg;
    x->news |= rc != TD_OK;
    later(x, rc == TD_OK ? 0 : LOOK_MS);
}

static void keep(struct history *x) {
    struct td_arena *a = td_arena_new();
    struct td_str text = td_import_pack(a, &x->now);
    x->under_way = true;
    td_timer_stop(&x->timer);
    x->news = td_host_secret_put(x->host, TD_IMPORT_PROGRESS, text, on_kept, x) != TD_OK;
    if (x->news)
        later(x, LOOK_MS);
    td_arena_free(&a);
}

static void on_batch(void *owner, size_t mails) {
    struct history *x = owner;
    x->now.done += mails;
    x->news = true;
    if (!x->under_way)
        later(x, 0);
}

/* ---- what was imported before ---- */

static struct td_str folder_of(const struct history *x) {
    return x->folder[0] ? x->now.folder : x->o.folder;
}

static void set_covered(struct history *x, struct td_str text) {
    struct td_arena *a = td_arena_new();
    x->covered = td_arena_dup(a, text);
    td_arena_free(&x->arena);
    x->arena = a;
}

static void on_covered_kept(void *arg, int rc) {
    struct history *x = arg;
    x->covered_news = rc != TD_OK;
    later(x, rc == TD_OK ? 0 : LOOK_MS);
}

static void keep_covered(struct history *x) {
    x->under_way = true;
    td_timer_stop(&x->timer);
    if (td_host_secret_put(x->host, COVERED, x->covered, on_covered_kept, x) != TD_OK)
        later(x, LOOK_MS);
}

static void on_covered(void *arg, int rc, struct td_str value) {
    struct history *x = arg;
    x->looked_covered = rc == TD_OK || rc == TD_EAUTH; /* what cannot be opened is none */
    if (rc == TD_OK)
        set_covered(x, value);
    later(x, x->looked_covered ? 0 : LOOK_MS);
}

static void cover(struct history *x) {
    struct td_arena *a = td_arena_new();
    struct covered now = mailbox_covers(x->mailbox);
    set_covered(x, covered_put(a, x->covered, folder_of(x), &now));
    x->covered_news = true;
    td_arena_free(&a);
}

/* ---- the mailbox ---- */

static void on_mailbox_stopped(void *arg) {
    struct history *x = arg;
    mailbox_free(&x->mailbox);
    if (!x->under_way)
        later(x, 0);
}

static void on_finished(void *owner) {
    struct history *x = owner;
    if (x->now.finished || x->stopping)
        return;
    x->now.finished = true;
    cover(x);
    td_log(TD_INFO, "email", "history is imported", "channel=\"%.*s\" mails=%llu",
           TD_FMT(td_host_channel(x->host)), (unsigned long long)x->now.done);
    x->news = true;
    mailbox_stop(x->mailbox, on_mailbox_stopped, x);
    if (!x->under_way)
        later(x, 0);
}

static void run(struct history *x) {
    struct mailbox_options o = x->o;
    o.rules = &x->rules;
    o.cursor = CURSOR;
    o.history = true;
    o.since_s = x->now.since_s;
    o.until_s = begun_s(x);
    o.on_batch = on_batch;
    o.on_finished = on_finished;
    o.folder = folder_of(x);
    if (!covered_find(x->covered, o.folder, &o.covered))
        o.covered = (struct covered){0};
    o.history_owner = x;
    x->mailbox = mailbox_new(x->host, &o);
    mailbox_start(x->mailbox);
}

/* ---- wishes ---- */

static void on_reset(void *arg, int rc) {
    struct history *x = arg;
    x->reset = rc != TD_OK;
    if (rc == TD_OK && !x->stopping)
        keep(x);
    else
        later(x, LOOK_MS);
}

static void reset(struct history *x) {
    x->under_way = true;
    if (td_host_secret_put(x->host, CURSOR, TD_STR(""), on_reset, x) != TD_OK)
        later(x, LOOK_MS);
}

static void on_wish(void *arg, int rc, struct td_str value) {
    struct history *x = arg;
    struct td_arena *a = td_arena_new();
    struct td_import wish;
    bool news = rc == TD_OK && td_import_unpack(a, value, &wish) == TD_OK &&
                !td_str_eqz(wish.id, x->id) && !x->mailbox && begun_s(x);
    if (news && !x->stopping) {
        wish.done = 0;
        wish.finished = false;
        adopt(x, &wish);
        x->reset = true;
        reset(x);
    } else {
        later(x, LOOK_MS);
    }
    td_arena_free(&a);
}

static void on_progress(void *arg, int rc, struct td_str value) {
    struct history *x = arg;
    struct td_arena *a = td_arena_new();
    struct td_import p;
    x->looked = rc == TD_OK || rc == TD_EAUTH;
    if (rc == TD_OK && td_import_unpack(a, value, &p) == TD_OK)
        adopt(x, &p);
    td_arena_free(&a);
    later(x, x->looked ? 0 : LOOK_MS);
}

static void get(struct history *x, const char *name, td_secret_got_done *done) {
    x->under_way = true;
    if (td_host_secret_get(x->host, name, done, x) != TD_OK)
        later(x, LOOK_MS);
}

static void go_on(struct history *x) {
    if (x->stopping) {
        if (!x->mailbox)
            x->stopped(x->stopped_arg); /* x may be gone */
    } else if (!x->looked) {
        get(x, TD_IMPORT_PROGRESS, on_progress);
    } else if (!x->looked_covered) {
        get(x, COVERED, on_covered);
    } else if (x->covered_news) { /* before the end is: or it would be forgotten by a kill */
        keep_covered(x);
    } else if (x->reset) {
        reset(x);
    } else if (x->news) {
        keep(x);
    } else {
        if (x->id[0] && !x->now.finished && !x->mailbox)
            run(x);
        get(x, TD_IMPORT_WISH, on_wish);
    }
}

/* ---- the outside ---- */

struct history *history_new(struct td_host *h, const struct mailbox_options *o) {
    struct history *x = calloc(1, sizeof *x);
    if (!x)
        abort(); /* see arena.h */
    x->host = h;
    x->o = *o;
    x->rules = *o->rules;
    x->rules.imported = true;
    return x;
}

void history_start(struct history *x) {
    later(x, 0);
}

void history_stop(struct history *x, void (*stopped)(void *arg), void *arg) {
    x->stopping = true;
    x->stopped = stopped;
    x->stopped_arg = arg;
    if (x->mailbox && !x->now.finished)
        mailbox_stop(x->mailbox, on_mailbox_stopped, x);
    else if (!x->under_way)
        later(x, 0);
}

void history_free(struct history **history) {
    struct history *x = *history;
    if (!x)
        return;
    td_timer_stop(&x->timer);
    mailbox_free(&x->mailbox);
    td_arena_free(&x->arena);
    free(x);
    *history = NULL;
}
