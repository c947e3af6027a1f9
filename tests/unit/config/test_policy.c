/* What the settings make: the defaults are routing's table, and what is said lands where it must.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include "config/config.h"
#include <cmocka.h>

#include "fake_registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NOW INT64_C(1764000000000) /* November 2025 */
#define S(n) ((int64_t)(n)*1000)
#define M(n) S((n)*60)
#define H(n) M((n)*60)

static struct config *load(const char *text) {
    struct config *c;
    const struct config_error *errors;
    size_t n;
    if (config_parse(td_str_of(text), "/etc/tandem/t.yaml", NOW, &c, &errors, &n))
        fail_msg("%u: %.*s", errors[0].line, TD_FMT(errors[0].text));
    return c;
}

static void assert_text(struct td_str s, const char *expected) {
    if (!td_str_eqz(s, expected))
        fail_msg("\"%.*s\" is not \"%s\"", TD_FMT(s), expected);
}

/* The two tables of "Capacity: one ledger for voice and messages", figure by figure. */
static void test_all_defaults(void **state) {
    (void)state;
    struct config *c = load("");
    const struct policy *p = &c->policy;
    assert_int_equal(p->profiles.n, 1);
    const struct profile *d = &p->profiles.v[0];
    assert_text(d->id, "default");
    assert_int_equal(d->capacity, 100);
    static const struct {
        uint32_t cost, maximum, accept, misses;
        int64_t offer, wrap, wrap_max, park;
    } rows[CK_N] = {
        [CK_VOICE] = {100, 1, AM_AUTO, 0, 0, S(30), S(120), -1},
        [CK_CHAT] = {30, 3, AM_OFFER, 1, S(20), S(15), S(15), M(5)},
        [CK_SMS] = {15, 4, AM_OFFER, 2, S(45), 0, 0, M(5)},
        [CK_SOCIAL] = {20, 2, AM_PULL, 0, 0, 0, 0, 0},
        [CK_MAIL] = {40, 1, AM_AUTO, 0, 0, 0, 0, 0},
    };
    for (size_t k = 0; k < CK_N; k++) {
        const struct kind_policy *kind = &d->kinds[k];
        assert_int_equal(kind->cost, rows[k].cost);
        assert_int_equal(kind->maximum, rows[k].maximum);
        assert_int_equal(kind->accept, rows[k].accept);
        assert_int_equal(kind->misses, rows[k].misses);
        assert_int_equal(kind->offer_ms, rows[k].offer);
        assert_int_equal(kind->wrap_ms, rows[k].wrap);
        assert_int_equal(kind->wrap_max_ms, rows[k].wrap_max);
        assert_int_equal(kind->park_after_ms, rows[k].park);
        assert_int_equal(kind->nudge_ms, k == CK_CHAT ? S(90) : 0);
        assert_int_equal(kind->escalate_ms, k == CK_CHAT ? M(3) : 0);
        assert_int_equal(kind->silent_requeue_ms, k == CK_CHAT ? M(5) : 0);
    }
    /* active ↓ new →, as letters: block, allow, interrupt */
    static const char *const matrix[CK_N] = {"bbbbb", "baaaa", "iaaaa", "iiaaa", "iiaaa"};
    for (size_t active = 0; active < CK_N; active++) {
        assert_int_equal(d->kinds[active].interrupts.n, CK_N);
        for (size_t new = 0; new < CK_N; new ++)
            assert_int_equal(d->kinds[active].interrupts.v[new],
                             strchr("bai", matrix[active][new]) - "bai");
    }
    assert_int_equal(p->socket_grace_ms, S(60));
    assert_int_equal(p->login_ramp_ms, S(20));
    assert_int_equal(p->voice_stale_ms, H(4));
    assert_int_equal(p->requeue_interrupted_ms, M(60));
    assert_int_equal(p->parked_overbook, 1);
    assert_int_equal(p->retry_base_ms, S(5));
    assert_int_equal(p->retry_max_ms, M(30));
    assert_int_equal(p->dispositions.n, 3);
    assert_int_equal(p->reasons.n, 4);
    assert_text(c->name, "Tandem");
    assert_text(p->name, "Tandem");
    assert_text(c->tenant, "main");
    assert_text(c->data_dir, "/var/lib/tandem");
    assert_text(c->log_level, "info");
    assert_text(c->log_format, "logfmt");
    assert_int_equal(c->redis_url.n, 0);
    assert_int_equal(c->max_connections, 20000);
    assert_int_equal(c->max_body_bytes, 1 << 20);
    assert_int_equal(c->max_header_bytes, 8192);
    assert_int_equal(c->listeners.n, 1);
    assert_text(c->listeners.v[0].address, "127.0.0.1");
    assert_int_equal(c->listeners.v[0].port, 8480);
    config_free(&c);
}

static const char kinds_text[] = "server: { public_url: \"https://a.example/\" }\n"
                                 "channels:\n"
                                 "  web: { connector: webchat, queue: chat, origins: "
                                 "[\"https://a.example\"] }\n"
                                 "  sms: { connector: sms_http, queue: sms, hook_secret: x }\n"
                                 "  mail: { connector: mail, queue: mail }\n"
                                 "  posts: { connector: social, queue: social, reopen: 1h, "
                                 "max_attempts: 3 }\n"
                                 "  phone: { connector: voice_http, queue: phone, hook_secret: x, "
                                 "public_url: \"https://b.example/v\" }\n"
                                 "queues:\n"
                                 "  chat: { overflow: front }\n"
                                 "  sms: {}\n"
                                 "  mail: {}\n"
                                 "  social: {}\n"
                                 "  phone: {}\n"
                                 "  front: {}\n"
                                 "  nobody: {}\n"
                                 "  said: { target: 7s, priority: 3, accept: pull, name: N }\n";

static void test_queues_take_after_their_channels(void **state) {
    (void)state;
    struct config *c = load(kinds_text);
    static const struct {
        const char *id;
        int64_t target_ms;
        uint32_t priority;
    } rows[] = {{"chat", S(45), 0},  {"sms", M(5), 1},    {"mail", H(4), 1},   {"social", H(1), 1},
                {"phone", S(20), 0}, {"front", S(45), 0}, {"nobody", M(5), 1}, {"said", S(7), 3}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct queue_policy *q = policy_queue(&c->policy, td_str_of(rows[i].id));
        assert_non_null(q);
        assert_int_equal(q->target_ms, rows[i].target_ms);
        assert_int_equal(q->priority, rows[i].priority);
        assert_int_equal(q->weight, 100);
        assert_int_equal(q->exclude_ms, S(60));
        assert_int_equal(q->prefer_within_ms, H(24));
        assert_int_equal(q->prefer_wait_ms, S(30));
        assert_int_equal(q->strategy, ST_LONGEST_IDLE);
        assert_int_equal(q->accept, i == 7 ? AM_PULL + 1 : 0);
        assert_text(q->name, i == 7 ? "N" : rows[i].id);
    }
    config_free(&c);
}

static void test_channels(void **state) {
    (void)state;
    struct config *c = load(kinds_text);
    static const struct {
        const char *id;
        uint32_t kind;
        int64_t reopen_ms;
        const char *url;
        bool live, idempotent;
        uint32_t attempts;
    } rows[] = {
        {"web", CK_CHAT, H(24), "https://a.example/hooks/web", true, false, 12},
        {"sms", CK_SMS, H(72), "https://a.example/hooks/sms", false, true, 12},
        {"mail", CK_MAIL, H(720), "https://a.example/hooks/mail", false, false, 12},
        {"posts", CK_SOCIAL, H(1), "https://a.example/hooks/posts", false, false, 3},
        {"phone", CK_VOICE, 0, "https://b.example/v", false, false, 12},
    };
    assert_int_equal(c->channels.n, 5);
    assert_int_equal(c->policy.channels.n, 5);
    assert_text(c->public_url, "https://a.example");
    for (size_t i = 0; i < 5; i++) {
        const struct channel_policy *p = &c->policy.channels.v[i];
        assert_text(p->id, rows[i].id);
        assert_text(c->channels.v[i].id, rows[i].id);
        assert_int_equal(p->kind, rows[i].kind);
        assert_int_equal(p->reopen_ms, rows[i].reopen_ms);
        assert_int_equal(p->live, rows[i].live);
        assert_int_equal(p->idempotent, rows[i].idempotent);
        assert_int_equal(p->max_attempts, rows[i].attempts);
        assert_int_equal(p->visitor_grace_ms, M(3));
        assert_text(p->connector, c->channels.v[i].connector->name);
        assert_text(c->channels.v[i].public_url, rows[i].url);
        assert_int_equal(c->channels.v[i].line, 3 + i);
    }
    assert_int_equal(c->policy.channels.v[0].origins.n, 1);
    assert_text(c->policy.channels.v[0].origins.v[0], "https://a.example");
    assert_text(td_secret_reveal(td_settings_secret(c->channels.v[1].settings, "hook_secret")),
                "x");
    config_free(&c);
}

static void test_own_settings_of_a_connector(void **state) {
    (void)state;
    struct config *c = load("queues: { q: {} }\nchannels:\n  m:\n    connector: mail\n"
                            "    queue: q\n    text: |\n      two\n      lines\n    number: 9\n"
                            "    list: one\n    map: { k: v, \"a=b\": c }\n    token: s3cret\n");
    const struct td_settings *s = c->channels.v[0].settings;
    const struct td_str *v;
    assert_text(td_settings_text(s, "text"), "two\nlines\n");
    assert_int_equal(td_settings_number(s, "number"), 9);
    assert_int_equal(td_settings_list(s, "list", &v), 1);
    assert_text(v[0], "one");
    assert_int_equal(td_settings_map(s, "map", &v), 2);
    assert_text(v[2], "a=b");
    assert_text(v[3], "c");
    assert_text(td_secret_reveal(td_settings_secret(s, "token")), "s3cret");
    config_free(&c);
}

static void test_profiles(void **state) {
    (void)state;
    struct config *c = load("profiles:\n  a: {}\n  b:\n    capacity: 200\n    chat:\n"
                            "      maximum: 5\n      while_active: { voice: interrupt }\n"
                            "    mail: { park_after: never }\n");
    const struct profile *a = policy_profile(&c->policy, TD_STR(""));
    const struct profile *b = policy_profile(&c->policy, TD_STR("b"));
    assert_text(a->id, "a");
    assert_int_equal(a->kinds[CK_CHAT].maximum, 3);
    assert_int_equal(a->kinds[CK_CHAT].interrupts.v[CK_VOICE], IM_BLOCK);
    assert_int_equal(b->capacity, 200);
    assert_int_equal(b->kinds[CK_CHAT].maximum, 5);
    assert_int_equal(b->kinds[CK_CHAT].cost, 30);
    assert_int_equal(b->kinds[CK_CHAT].interrupts.v[CK_VOICE], IM_INTERRUPT);
    assert_int_equal(b->kinds[CK_CHAT].interrupts.v[CK_MAIL], IM_ALLOW);
    assert_int_equal(b->kinds[CK_MAIL].park_after_ms, -1);
    config_free(&c);
}

static void test_hours(void **state) {
    (void)state;
    struct config *c = load(
        "hours:\n  o:\n    zone: Europe/Berlin\n    open:\n      mon-tue: 9:00-12:00, "
        "13-17:30\n      sat: [10:00-12:00, 12:00-14:00]\n      sun: 22:00-2:00\n"
        "      wed: closed\n    holidays: [2026-12-25, 2026-12-24 12:00-24:00]\n");
    const struct hours *h = policy_hours(&c->policy, TD_STR("o"));
    static const struct open_span spans[] = {{0, 120},     {540, 720},   {780, 1050},  {1980, 2160},
                                             {2220, 2490}, {7800, 8040}, {9960, 10080}};
    assert_int_equal(h->open.n, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(h->open.v[i].from, spans[i].from);
        assert_int_equal(h->open.v[i].to, spans[i].to);
    }
    assert_int_equal(h->holidays.n, 2);
    assert_text(h->holidays.v[0].day, "2026-12-25");
    assert_int_equal(h->holidays.v[0].to, 1440);
    assert_text(h->holidays.v[1].day, "2026-12-24");
    assert_int_equal(h->holidays.v[1].from, 720);
    assert_int_equal(h->shifts.n, 15); /* seven years, two a year, and the first */
    assert_int_equal(h->shifts.v[0].at, INT64_C(1640995200000)); /* 2022-01-01 */
    assert_int_equal(h->shifts.v[0].offset_s, 3600);
    assert_int_equal(h->shifts.v[1].offset_s, 7200);
    config_free(&c);
}

static void test_lists(void **state) {
    (void)state;
    struct config *c = load("dispositions: { sold: Sold it, later: Later }\nreasons: [tea]\n"
                            "canned: { hi: Hello }\nskills: [german, billing]\n"
                            "queues: { q: { skills: { german: 3 }, relax: [ { after: 30s, "
                            "level_minus: 2 }, { after: 1m, any_skill: true } ] } }\n");
    const struct policy *p = &c->policy;
    assert_int_equal(p->dispositions.n, 2);
    assert_text(p->dispositions.v[0].name, "Sold it");
    assert_text(p->reasons.v[0].id, "tea");
    assert_text(p->reasons.v[0].name, "tea");
    assert_text(p->canned.v[0].text, "Hello");
    assert_int_equal(p->skills.n, 2);
    assert_text(p->queues.v[0].skills.v[0].skill, "german");
    assert_int_equal(p->queues.v[0].skills.v[0].level, 3);
    assert_int_equal(p->queues.v[0].relax.n, 2);
    assert_int_equal(p->queues.v[0].relax.v[0].level_minus, 2);
    assert_true(p->queues.v[0].relax.v[1].any_skill);
    config_free(&c);
}

static void test_paths_begin_at_the_file(void **state) {
    (void)state;
    struct config *c = load("data: store\nserver: { pages: /srv/pages }\n");
    assert_text(c->data_dir, "/etc/tandem/store");
    assert_text(c->static_dir, "/srv/pages");
    assert_text(c->path, "/etc/tandem/t.yaml");
    config_free(&c);
}

static void test_hash(void **state) {
    (void)state;
    struct config *a = load(kinds_text), *b = load(kinds_text);
    assert_int_equal(a->hash.n, 64);
    assert_true(td_str_eq(a->hash, b->hash));
    assert_true(td_str_eq(a->hash, a->policy.hash));
    config_free(&b);
    b = load("log: { level: debug }\n"); /* decides nothing */
    struct config *c = load("");
    assert_true(td_str_eq(b->hash, c->hash));
    assert_false(td_str_eq(a->hash, c->hash));
    config_free(&a);
    config_free(&b);
    config_free(&c);
}

/* The stored form is what the core gets: nothing of the policy may be lost on the way. */
static void test_the_policy_packs_and_comes_back(void **state) {
    (void)state;
    struct config *c = load(kinds_text);
    struct td_arena *a = td_arena_new();
    struct buf b;
    struct policy back;
    struct td_error err;
    buf_init(&b, 1 << 20);
    assert_int_equal(record_check(&rec_policy, &c->policy, &err), TD_OK);
    assert_int_equal(record_pack(&b, &rec_policy, &c->policy), TD_OK);
    assert_int_equal(record_unpack(a, &rec_policy, buf_str(&b), &back, &err), TD_OK);
    assert_true(record_equal(&rec_policy, &c->policy, &back));
    buf_fini(&b);
    td_arena_free(&a);
    config_free(&c);
}

/* ---- the files that come with Tandem, with the fake connectors ---- */

static const char *shipped(const char *name, char *path, size_t size) {
    const char *end = strstr(__FILE__, "tests/unit/config/");
    assert_non_null(end);
    snprintf(path, size, "%.*sconfig/%s", (int)(end - __FILE__), __FILE__, name);
    return path;
}

static struct config *load_shipped(const char *name) {
    char path[1000];
    shipped(name, path, sizeof(path));
    struct config *c;
    const struct config_error *errors;
    size_t n;
    struct td_error err;
    if (config_load(path, &c, &errors, &n, &err))
        fail_msg("%s: %s", path, err.text);
    return c;
}

static void test_the_example(void **state) {
    (void)state;
    setenv("SMS_HOOK_SECRET", "x", 1);
    setenv("SMS_TOKEN", "z", 1);
    setenv("PHONE_HOOK_SECRET", "y", 1);
    struct config *c = load_shipped("tandem.example.yaml");
    assert_int_equal(c->warnings.n, 0);
    assert_int_equal(c->channels.n, 3);
    config_free(&c);
}

/* As config/quickstart fills it in. */
static void test_the_quickstart(void **state) {
    (void)state;
    static const char *const marks[][2] = {
        {"@URL@", "http://127.0.0.1:8480"},
        {"@HOOK_SECRET@", "one"},
        {"@VOICE_SECRET@", "two"},
        {"@PAGES@", "/srv/pages"},
        {"@LISTEN@", "  - { address: 127.0.0.1, port: 8480 }"},
        {"@TLS@", ""},
    };
    char path[1000], line[1000];
    struct buf text;
    buf_init(&text, 100000);
    FILE *f = fopen(shipped("quickstart.yaml", path, sizeof(path)), "r");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f))
        for (const char *p = line; *p;) {
            size_t i = 0;
            while (i < 6 && strncmp(p, marks[i][0], strlen(marks[i][0])) != 0)
                i++;
            if (i < 6)
                buf_puts(&text, marks[i][1]);
            else
                buf_putc(&text, *p);
            p += i < 6 ? strlen(marks[i][0]) : 1;
        }
    fclose(f);
    buf_putc(&text, '\0');
    struct config *c = load(text.p);
    assert_int_equal(c->channels.n, 3);
    assert_true(c->demo);
    assert_text(c->listeners.v[0].address, "127.0.0.1");
    assert_text(c->policy.channels.v[0].origins.v[0], "http://127.0.0.1:8480");
    assert_text(td_secret_reveal(td_settings_secret(c->channels.v[2].settings, "hook_secret")),
                "two");
    buf_fini(&text);
    config_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_defaults),
        cmocka_unit_test(test_queues_take_after_their_channels),
        cmocka_unit_test(test_channels),
        cmocka_unit_test(test_own_settings_of_a_connector),
        cmocka_unit_test(test_profiles),
        cmocka_unit_test(test_hours),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_paths_begin_at_the_file),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_the_policy_packs_and_comes_back),
        cmocka_unit_test(test_the_example),
        cmocka_unit_test(test_the_quickstart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
