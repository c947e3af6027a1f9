/* What the social networks' connectors are made of: characters as readers count them, links and
 * tags in a text, keys that follow from a message, and reading a list backward without missing a
 * line of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_provider/unicode.h"
#include "social_bluesky/facets.h"
#include "social_bluesky/tid.h"
#include "social_bluesky/walk.h"
#include "social_x/x.h"

#include <stdio.h>

/* ---- unicode ---- */

/* Each cut is what Unicode's own GraphemeBreakTest.txt (UAX #29) asks for. */
static void test_graphemes(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t n;
    } rows[] = {
        {"", 0},
        {"abc", 3},
        {"a\r\nb", 3},
        {"e\u0301", 1},
        {"\u0928\u093f", 1},                                       /* Devanagari, a spacing mark */
        {"\u1112\u1161\u11ab\uac01", 2},                           /* Hangul, composed and not */
        {"\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7", 2},           /* two flags */
        {"\U0001F1E9\U0001F1EA\U0001F1EB", 2},                     /* and a half */
        {"\U0001F44D\U0001F3FD!", 2},                              /* a tone */
        {"\U0001F469\u200D\U0001F469\u200D\U0001F467x", 2},        /* a family */
        {"1\ufe0f\u20e3", 1},                                      /* a keycap */
        {"\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E007F", 1}, /* tags */
        {"\xff\xc3", 2},                                           /* no UTF-8 */
        {"a\u200db", 2},
        {"\u0600\u0661", 1}, /* a prepended sign */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (unicode_graphemes(td_str_of(rows[i].text)) != rows[i].n)
            fail_msg("row %zu: %zu graphemes, expected %zu", i,
                     unicode_graphemes(td_str_of(rows[i].text)), rows[i].n);
    struct td_arena *a = td_arena_new();
    assert_true(td_str_eqz(unicode_composed(a, TD_STR("e\u0301")), "\u00e9"));
    assert_true(td_str_eqz(unicode_composed(a, TD_STR("\xff")), "\xff"));
    td_arena_free(&a);
}

/* ---- facets ---- */

static void facets_are(const char *text, const char *expected) {
    struct facet found[FACETS_FOUND_MAX];
    char line[1000] = "";
    size_t n = facets_find(td_str_of(text), found), used = 0;
    for (size_t i = 0; i < n && used < sizeof line; i++)
        used += (size_t)snprintf(line + used, sizeof line - used, "%c%zu-%zu:%.*s ",
                                 "LMT"[found[i].kind], found[i].from, found[i].to,
                                 TD_FMT(found[i].value));
    if (strcmp(line, expected) != 0)
        fail_msg("%s: \"%s\", expected \"%s\"", text, line, expected);
}

static void test_facets(void **state) {
    (void)state;
    facets_are("", "");
    facets_are("see https://acme.example/a_(b)?q=1#x.", "L4-36:https://acme.example/a_(b)?q=1#x ");
    facets_are("(https://acme.example/) HTTP://A.b!",
               "L1-22:https://acme.example/ L24-34:HTTP://A.b ");
    facets_are("https:// nohttps://x.example", "");
    facets_are("\u00e9\U0001F600 https://x.example/\u00e9", "L7-27:https://x.example/\u00e9 ");
    facets_are("@anna.bsky.social, @me a@b.example (@x-y.example).",
               "M0-17:anna.bsky.social M36-48:x-y.example ");
    facets_are("#acme, #2024 #\u00fcber! a#b \uff03\u65e5\u672c # ## #x\u200by",
               "T0-5:acme T13-19:\u00fcber T25-34:\u65e5\u672c T40-42:x ");
    facets_are("#1st #a\u0301 #\U0001F600 #...", "T0-4:1st T5-9:a\u0301 T10-15:\U0001F600 ");
    facets_are("\"https://q.example/x\"", "");
    facets_are("https://q.example/x\"more", "L0-19:https://q.example/x ");
}

/* ---- keys ---- */

static void test_keys(void **state) {
    (void)state;
    char one[TID_CHARS + 1], two[TID_CHARS + 1];
    int64_t at;
    tid_make(INT64_C(1700000000123), TD_STR("01HF"), one);
    tid_make(INT64_C(1700000000999), TD_STR("01HF"), two);
    assert_string_equal(one, two); /* within the second the name decides */
    tid_make(INT64_C(1700000000123), TD_STR("01HG"), two);
    assert_string_not_equal(one, two);
    assert_true(tid_time(td_str_of(one), &at));
    assert_true(at >= INT64_C(1700000000000) && at < INT64_C(1700000001000));
    assert_true(tid_time(TD_STR("3jzfcijpj2z2a"), &at)); /* the specification's example */
    assert_int_equal(at, INT64_C(1688137381887));        /* as an independent decoder reads it */
    assert_false(tid_time(TD_STR("zzzzzzzzzzzzz"), &at));
    assert_false(tid_time(TD_STR("3jzfcijpj2z21"), &at));
    assert_false(tid_time(TD_STR("3jzf"), &at));
    assert_true(ulid_time(TD_STR("01ARZ3NDEKTSV4RRFFQ69G5FAV"), &at)); /* the ULID page's own */
    assert_int_equal(at, INT64_C(1469922850259));
    assert_false(ulid_time(TD_STR("01HF"), &at));
}

/* ---- the walk, against a list that grows, loses lines and takes some late ---- */

#define LINES_MAX 4000
static struct line {
    char name[24];
    int64_t at;
    bool deleted;
    unsigned taken;
} lines[LINES_MAX]; /* in order of time */
static size_t n_lines;

static void add(int64_t at) {
    assert_true(n_lines < LINES_MAX);
    size_t i = n_lines++;
    struct line made = {.at = at};
    snprintf(made.name, sizeof made.name, "line-%zu", i);
    for (; i > 0 && lines[i - 1].at > at; i--)
        lines[i] = lines[i - 1];
    lines[i] = made;
}

/* One round: a page of `limit` lines older than the page's cursor. Returns how many were new. */
static unsigned round_of(struct td_arena *a, struct td_str *cursor, size_t limit) {
    struct walk w;
    struct walk_item items[WALK_WINDOW];
    size_t n = 0;
    uint64_t before = UINT64_MAX;
    unsigned fresh = 0;
    walk_read(&w, a, *cursor, TD_STR("x"));
    if (w.page.n)
        assert_true(td_str_to_u64(w.page, &before));
    for (size_t i = n_lines; i-- > 0 && n < limit;) {
        if (lines[i].deleted || (uint64_t)lines[i].at >= before)
            continue;
        items[n] = (struct walk_item){td_str_of(lines[i].name), lines[i].at};
        if (walk_is_new(&w, &items[n])) {
            lines[i].taken++;
            fresh++;
        }
        n++;
    }
    struct td_str next = n ? td_arena_printf(a, "%lld", (long long)items[n - 1].at_ms) : TD_STR("");
    *cursor = walk_after(&w, a, items, n, next);
    walk_read(&w, a, *cursor, TD_STR("x"));
    assert_true(w.begun);
    return fresh;
}

static bool at_rest(struct td_arena *a, struct td_str cursor) {
    struct walk w;
    walk_read(&w, a, cursor, TD_STR("x"));
    return !w.page.n;
}

static void test_walk(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    struct td_str cursor = TD_STR("");
    int64_t at = INT64_C(1700000000000);
    uint32_t seed = 7;
    n_lines = 0;
    round_of(a, &cursor, 30); /* the first round takes what is on its page, and there is nothing */
    for (unsigned step = 0; step < 300; step++) {
        seed = seed * 1664525 + 1013904223;
        unsigned more = (seed >> 16) % 12 == 0 ? 90 : (seed >> 16) % 4;
        for (unsigned i = 0; i < more && n_lines < LINES_MAX; i++)
            add(at += 1 + (int64_t)((seed >> 8) % 60000));
        if (n_lines > 30 && (seed >> 20) % 3 == 0 && n_lines < LINES_MAX) {
            int64_t late = lines[n_lines - 10].at + 1; /* sorted in under nine others */
            add(late);
        }
        if (n_lines > 20 && (seed >> 24) % 5 == 0)
            lines[n_lines - 1 - (seed >> 10) % 20].deleted = true;
        do
            round_of(a, &cursor, 30);
        while ((seed >> 5) % 4 && !at_rest(a, cursor)); /* now and then it grows in mid-walk */
    }
    while (!at_rest(a, cursor))
        round_of(a, &cursor, 30);
    for (unsigned i = 0; i < 3; i++) { /* nothing moves: the cursor neither */
        struct td_str before = cursor;
        assert_int_equal(round_of(a, &cursor, 30), 0);
        assert_true(td_str_eq(before, cursor));
    }
    unsigned missed = 0, twice = 0;
    for (size_t i = 0; i < n_lines; i++) {
        missed += !lines[i].taken && !lines[i].deleted;
        twice += lines[i].taken > 1;
    }
    print_message("%zu lines, %u missed, %u taken twice\n", n_lines, missed, twice);
    assert_true(n_lines > 1000);
    assert_int_equal(missed, 0);
    assert_int_equal(twice, 0);
    td_arena_free(&a);
}

static void test_walk_cursor(void **state) {
    (void)state;
    struct td_arena *a = td_arena_new();
    struct walk w;
    struct walk_item one = {TD_STR("at://x"), 5000};
    struct td_str cursor;
    static const char *const strange[] = {"", "x", "v=2&of=1", "%", "v=1", "\xff=1"};
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        walk_read(&w, a, td_str_of(strange[i]), TD_STR("x"));
        assert_false(w.begun);
    }
    cursor = walk_after(&w, a, &one, 1, TD_STR("a b&c"));
    walk_read(&w, a, cursor, TD_STR("x"));
    assert_true(w.begun && !w.page.n); /* the first round asks for one page only */
    assert_false(walk_is_new(&w, &one));
    walk_read(&w, a, cursor, TD_STR("y")); /* another search: from the beginning */
    assert_false(w.begun);
    struct walk_item two = {TD_STR("at://y"), 6000};
    walk_read(&w, a, cursor, TD_STR("x"));
    cursor = walk_after(&w, a, &two, 1, TD_STR("a b&c"));
    walk_read(&w, a, cursor, TD_STR("x"));
    assert_true(td_str_eqz(w.page, "a b&c"));
    assert_false(walk_is_new(&w, &two)); /* seen on this walk */
    td_arena_free(&a);
}

/* ---- X ---- */

/* By the weights of twitter-text's configuration, version 3. */
static void test_x_weight(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t n;
    } rows[] = {
        {"", 0},
        {"abc\r\n", 5},
        {"Gr\u00fc\u00dfe", 5},
        {"e\u0301", 1},                                    /* composed */
        {"\u10ff\u1100", 3},                               /* the last light one, the first heavy */
        {"\u2018\u2019\u201c\u201d\u2026", 6},             /* quotes, but not the ellipsis */
        {"\u65e5\u672c\u8a9e", 6},                         /* CJK */
        {"\U0001F44D", 2},                                 /* an emoji */
        {"\U0001F44D\U0001F3FD", 2},                       /* with a tone */
        {"\U0001F469\u200D\U0001F469\u200D\U0001F467", 2}, /* a family */
        {"\U0001F1E9\U0001F1EA", 2},                       /* a flag */
        {"1\ufe0f\u20e3", 2},                              /* a keycap */
        {"\u00a9", 1},
        {"http://a.de", 23},
        {"(see https://acme.example/a/very/long/path?with=a&query=too).", 30},
        {"HTTPS://ACME.EXAMPLE/, x", 26},
        {"https://a.de/\u65e5", 25}, /* CJK is no part of a link */
        {"https://", 8},
        {"xhttps://a.de", 13}, /* not within a word */
        {"https://a.de https://b.de", 47},
    };
    struct td_arena *a = td_arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (x_weight(a, td_str_of(rows[i].text)) != rows[i].n)
            fail_msg("%s: %zu, not %zu", rows[i].text, x_weight(a, td_str_of(rows[i].text)),
                     rows[i].n);
    td_arena_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_graphemes),   cmocka_unit_test(test_facets),
        cmocka_unit_test(test_keys),        cmocka_unit_test(test_walk),
        cmocka_unit_test(test_walk_cursor), cmocka_unit_test(test_x_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
