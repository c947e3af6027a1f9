#include "social_x/walk.h"

#include "http_provider/crypto.h"
#include "http_provider/form.h"
#include "social_x/x.h"

#include <time.h>

enum { CURSOR_MAX = 4096, TOKEN_MAX = 500, PAGES_MAX = 100, DAY_MS = 86400000 };

static struct td_str month_of(struct td_arena *a, int64_t at_ms) {
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm tm;
    char text[16];
    if (!gmtime_r(&seconds, &tm) || !strftime(text, sizeof text, "%Y%m", &tm))
        return TD_STR("");
    return td_arena_dup(a, td_str_of(text));
}

static struct td_str hash_of(struct td_arena *a, struct td_str subject) {
    uint8_t h[32];
    crypto_sha256(subject, h);
    return text_hex(a, h, 8);
}

/* ---- the cursor ---- */

static struct td_str get(const struct form *f, const char *name) {
    struct td_str v;
    return form_get(f, td_str_of(name), &v) ? v : TD_STR("");
}

static struct td_str id_in(const struct form *f, const char *name) {
    struct td_str v = get(f, name);
    return x_is_id(v) ? v : TD_STR("");
}

static uint64_t number_in(const struct form *f, const char *name) {
    uint64_t v;
    return td_str_to_u64(get(f, name), &v) && v <= INT64_MAX ? v : 0;
}

static void read_round(struct x_walk *w, const struct form *f) {
    w->page = get(f, "page");
    w->newest = id_in(f, "newest");
    w->low = id_in(f, "low");
    w->pages = number_in(f, "pages");
    w->from_ms = (int64_t)number_in(f, "from");
}

void x_walk_read(struct x_walk *w, struct td_arena *a, struct td_str cursor, struct td_str subject,
                 int64_t now_ms) {
    struct form f;
    *w = (struct x_walk){.subject = hash_of(a, subject)};
    if (now_ms > 0)
        w->month = month_of(a, now_ms);
    if (!cursor.n || cursor.n > CURSOR_MAX || !form_parse(a, cursor, &f) ||
        !td_str_eqz(get(&f, "v"), "1"))
        return;
    struct td_str month = get(&f, "month");
    if (!w->month.n && month.n == 6)
        w->month = month;
    if (td_str_eq(w->month, month))
        w->reads = number_in(&f, "reads");
    if (!td_str_eq(get(&f, "of"), w->subject))
        return;
    w->begun = true;
    w->since = id_in(&f, "since");
    read_round(w, &f);
    bool stale = now_ms > 0 && now_ms - w->from_ms > DAY_MS;
    if (!w->page.n || w->page.n > TOKEN_MAX || stale) {
        w->page = w->newest = w->low = TD_STR("");
        w->pages = 0;
    }
}

static void put(struct text *t, const char *name, struct td_str v) {
    if (!v.n)
        return;
    text_put(t, td_arena_printf(t->a, "&%s=", name));
    text_put_form(t, v);
}

static void put_number(struct text *t, const char *name, uint64_t v) {
    if (v)
        put(t, name, td_arena_printf(t->a, "%llu", (unsigned long long)v));
}

static struct td_str write(struct td_arena *a, const struct x_walk *w) {
    struct text t;
    text_init(&t, a, CURSOR_MAX);
    text_puts(&t, "v=1");
    put(&t, "of", w->subject);
    put(&t, "since", w->since);
    put(&t, "month", w->month);
    put_number(&t, "reads", w->reads);
    if (w->page.n) {
        put(&t, "page", w->page);
        put(&t, "newest", w->newest);
        put(&t, "low", w->low);
        put_number(&t, "pages", w->pages);
        put_number(&t, "from", (uint64_t)w->from_ms);
    }
    return text_str(&t);
}

/* ---- the walk ---- */

bool x_walk_is_new(const struct x_walk *w, struct td_str id) {
    return w->begun && x_newer(id, w->since) && (!w->low.n || x_newer(w->low, id));
}

struct td_str x_walk_after(const struct x_walk *w, struct td_arena *a, const struct td_str *ids,
                           size_t n, struct td_str next, int64_t now_ms) {
    struct x_walk after = *w;
    bool past = false;
    after.reads += n;
    for (size_t i = 0; i < n; i++) {
        if (x_newer(ids[i], after.newest))
            after.newest = ids[i];
        if (!after.low.n || x_newer(after.low, ids[i]))
            after.low = ids[i];
        past = past || !x_newer(ids[i], w->since);
    }
    if (!w->page.n)
        after.from_ms = now_ms;
    after.pages++;
    after.page = next;
    if (!w->begun || past || !n || !next.n || next.n > TOKEN_MAX || after.pages >= PAGES_MAX) {
        if (x_newer(after.newest, after.since))
            after.since = after.newest;
        after.page = TD_STR("");
    }
    return write(a, &after);
}
