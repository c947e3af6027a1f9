#include "social_bluesky/walk.h"

#include "http_provider/crypto.h"
#include "http_provider/form.h"
#include "http_provider/text.h"

enum {
    HASH_CHARS = 10,
    TIME_CHARS = 8,
    LINE_CHARS = HASH_CHARS + TIME_CHARS,
    PAGE_MAX = 2000,
    CURSOR_MAX = 2 * WALK_WINDOW * LINE_CHARS + 3 * PAGE_MAX + 500,
    FIRST_FULL = WALK_WINDOW / 2
};

static uint64_t hash_of(struct td_str name) {
    uint8_t h[32];
    uint64_t v = 0;
    crypto_sha256(name, h);
    for (size_t i = 0; i < HASH_CHARS / 2; i++)
        v = v << 8 | h[i];
    return v;
}

static struct walk_line line_of(const struct walk_item *item) {
    return (struct walk_line){hash_of(item->name), item->at_ms / 1000};
}

static bool holds(const struct walk_window *w, uint64_t hash) {
    for (size_t i = 0; i < w->n; i++)
        if (w->v[i].hash == hash)
            return true;
    return false;
}

/* In its place by time; the oldest falls out. */
static void insert(struct walk_window *w, struct walk_line line) {
    size_t i = w->n;
    if (holds(w, line.hash))
        return;
    while (i > 0 && w->v[i - 1].at_s < line.at_s)
        i--;
    if (i == WALK_WINDOW)
        return;
    size_t last = w->n < WALK_WINDOW ? w->n++ : WALK_WINDOW - 1;
    memmove(&w->v[i + 1], &w->v[i], (last - i) * sizeof w->v[0]);
    w->v[i] = line;
}

/* ---- the cursor ---- */

static struct td_str text_of(const struct form *f, const char *name) {
    struct td_str v;
    return form_get(f, td_str_of(name), &v) ? v : TD_STR("");
}

static uint64_t number_of(const struct form *f, const char *name) {
    uint64_t v;
    return td_str_to_u64(text_of(f, name), &v) && v <= INT64_MAX ? v : 0;
}

static bool hex_of(const char *p, size_t n, uint64_t *v) {
    *v = 0;
    for (size_t i = 0; i < n; i++) {
        const char *at = p[i] ? strchr("0123456789abcdef", p[i]) : NULL;
        if (!at)
            return false;
        *v = *v << 4 | (uint64_t)(at - "0123456789abcdef");
    }
    return true;
}

static void read_window(struct td_str s, struct walk_window *w) {
    uint64_t hash, at;
    w->n = 0;
    for (size_t i = 0; i + LINE_CHARS <= s.n && w->n < WALK_WINDOW; i += LINE_CHARS)
        if (hex_of(s.p + i, HASH_CHARS, &hash) && hex_of(s.p + i + HASH_CHARS, TIME_CHARS, &at))
            w->v[w->n++] = (struct walk_line){hash, (int64_t)at};
}

void walk_read(struct walk *w, struct td_arena *a, struct td_str cursor, struct td_str subject) {
    struct form f;
    *w = (struct walk){.subject = hash_of(subject)};
    if (!cursor.n || cursor.n > CURSOR_MAX || !form_parse(a, cursor, &f) ||
        !td_str_eqz(text_of(&f, "v"), "1") || number_of(&f, "of") != w->subject)
        return;
    w->begun = true;
    w->page = text_of(&f, "page");
    w->floor_ms = (int64_t)number_of(&f, "floor");
    w->pages = number_of(&f, "pages");
    read_window(text_of(&f, "known"), &w->known);
    read_window(text_of(&f, "seen"), &w->seen);
}

static void put_number(struct text *t, const char *name, uint64_t v) {
    if (v)
        text_put(t, td_arena_printf(t->a, "&%s=%llu", name, (unsigned long long)v));
}

static void put_window(struct text *t, const char *name, const struct walk_window *w) {
    if (w->n)
        text_put(t, td_arena_printf(t->a, "&%s=", name));
    for (size_t i = 0; i < w->n; i++) {
        char line[LINE_CHARS];
        for (size_t k = 0; k < LINE_CHARS; k++) {
            bool hash = k < HASH_CHARS;
            uint64_t v = hash ? w->v[i].hash : (uint64_t)w->v[i].at_s;
            size_t left = hash ? HASH_CHARS - 1 - k : LINE_CHARS - 1 - k;
            line[k] = "0123456789abcdef"[v >> (4 * left) & 15];
        }
        text_put(t, (struct td_str){line, sizeof line});
    }
}

static struct td_str write(struct td_arena *a, const struct walk *w) {
    struct text t;
    text_init(&t, a, CURSOR_MAX);
    text_puts(&t, "v=1");
    put_number(&t, "of", w->subject);
    put_number(&t, "floor", (uint64_t)w->floor_ms);
    put_window(&t, "known", &w->known);
    if (w->page.n) {
        text_puts(&t, "&page=");
        text_put_form(&t, w->page);
        put_number(&t, "pages", w->pages);
        put_window(&t, "seen", &w->seen);
    }
    return text_str(&t);
}

/* ---- the walk ---- */

bool walk_is_new(const struct walk *w, const struct walk_item *item) {
    uint64_t hash = hash_of(item->name);
    return item->at_ms >= w->floor_ms && !holds(&w->known, hash) && !holds(&w->seen, hash);
}

static void end(struct walk *w, int64_t first_floor_ms) {
    for (size_t i = 0; i < w->seen.n; i++)
        insert(&w->known, w->seen.v[i]);
    int64_t floor = first_floor_ms;
    if (w->known.n == WALK_WINDOW)
        floor = w->known.v[WALK_WINDOW - 1].at_s * 1000;
    if (floor > w->floor_ms)
        w->floor_ms = floor;
    w->page = TD_STR("");
    w->pages = 0;
}

struct td_str walk_after(const struct walk *w, struct td_arena *a, const struct walk_item *items,
                         size_t n, struct td_str next) {
    struct walk after = *w;
    int64_t oldest = INT64_MAX;
    size_t met = 0;
    if (!w->page.n)
        after.seen.n = 0;
    for (size_t i = 0; i < n; i++) {
        struct walk_line line = line_of(&items[i]);
        met += holds(&w->known, line.hash);
        insert(&after.seen, line);
        oldest = items[i].at_ms < oldest ? items[i].at_ms : oldest;
    }
    after.pages++;
    bool past = w->known.n && oldest / 1000 <= w->known.v[w->known.n - 1].at_s;
    if (!w->begun || past || met >= WALK_OVERLAP || !n || !next.n || next.n > PAGE_MAX ||
        after.pages >= WALK_PAGES_MAX)
        end(&after, !w->begun && next.n && n >= FIRST_FULL ? oldest : 0);
    else
        after.page = next;
    return write(a, &after);
}
