/* The table, the text format, the bound on series, facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "metrics/metrics.h"
#include "metrics/metrics_events.h"

#include <stdio.h>
#include <stdlib.h>

static const struct td_str none = {NULL, 0};

static char *text_of(struct metrics *m) {
    struct buf b;
    buf_init(&b, 8 << 20);
    metrics_text(m, &b);
    assert_int_equal(buf_rc(&b), TD_OK);
    size_t n;
    char *text = buf_take(&b, &n);
    buf_fini(&b);
    return text;
}

static void assert_has(struct metrics *m, const char *line) {
    char *text = text_of(m), *at = strstr(text, line);
    if (!at || (at > text && at[-1] != '\n') || at[strlen(line)] != '\n')
        fail_msg("no line \"%s\" in\n%s", line, text);
    free(text);
}

static void assert_lacks(struct metrics *m, const char *part) {
    char *text = text_of(m);
    if (strstr(text, part))
        fail_msg("\"%s\" stands in\n%s", part, text);
    free(text);
}

static const struct {
    const char *name, *label, *label2;
    enum metric_type type;
} table[] = {
#define X(id, type, name, label, label2, buckets, help) {name, label, label2, METRIC_##type},
    METRIC_LIST(X)
#undef X
};

static bool ends(const char *s, const char *with) {
    size_t n = strlen(s), k = strlen(with);
    return n >= k && !strcmp(s + n - k, with);
}

static void names_are_well_formed_and_unique(void **state) {
    (void)state;
    for (size_t i = 0; i < METRIC_N; i++) {
        assert_int_equal(strncmp(table[i].name, "tandem_", 7), 0);
        assert_int_equal(strspn(table[i].name, "abcdefghijklmnopqrstuvwxyz_"),
                         strlen(table[i].name));
        assert_int_equal(ends(table[i].name, "_total"), table[i].type == METRIC_COUNTER);
        assert_true(table[i].label || !table[i].label2);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(table[i].name, table[k].name);
    }
}

static void what_has_no_labels_is_always_there(void **state) {
    struct metrics *m = metrics_new();
    (void)state;
    assert_has(m, "# TYPE tandem_http_requests_total counter");
    assert_has(m, "tandem_http_requests_total 0");
    assert_has(m, "tandem_build_info{version=\"" TANDEM_VERSION "\"} 1");
    assert_has(m, "tandem_api_request_seconds_count 0");
    assert_lacks(m, "tandem_hooks_total");
    metrics_free(&m);
    assert_null(m);
    metrics_free(&m);
}

static void counters_count_by_label(void **state) {
    struct metrics *m = metrics_new();
    (void)state;
    metrics_count(m, METRIC_HOOKS, TD_STR("sms"), TD_STR("200"));
    metrics_count(m, METRIC_HOOKS, TD_STR("sms"), TD_STR("200"));
    metrics_count(m, METRIC_HOOKS, TD_STR("sms"), TD_STR("401"));
    metrics_count(m, METRIC_HOOKS_REFUSED, TD_STR("sms"), TD_STR("ignored"));
    assert_has(m, "tandem_hooks_total{channel=\"sms\",status=\"200\"} 2");
    assert_has(m, "tandem_hooks_total{channel=\"sms\",status=\"401\"} 1");
    assert_has(m, "tandem_hooks_refused_total{channel=\"sms\"} 1");
    metrics_count(NULL, METRIC_HOOKS, none, none);
    metrics_free(&m);
}

static void values_of_labels_are_escaped_and_cut(void **state) {
    struct metrics *m = metrics_new();
    char big[1000];
    (void)state;
    metrics_count(m, METRIC_ALARMS, TD_STR("a\"b\\c\nd"), none);
    assert_has(m, "tandem_alarms_total{alarm=\"a\\\"b\\\\c\\nd\"} 1");
    memset(big, 'x', sizeof big);
    metrics_count(m, METRIC_HOOKS, (struct td_str){big, sizeof big},
                  (struct td_str){big, sizeof big});
    assert_lacks(m, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    metrics_free(&m);
}

static void histograms_are_cumulative(void **state) {
    struct metrics *m = metrics_new();
    (void)state;
    const double waits[] = {0.5, 1, 7, 100000};
    for (size_t i = 0; i < 4; i++)
        metrics_observe(m, METRIC_ANSWER_WAIT, TD_STR("chat"), TD_STR("chat"), waits[i]);
#define OF "tandem_answer_wait_seconds"
#define LABELS "queue=\"chat\",kind=\"chat\""
    assert_has(m, OF "_bucket{" LABELS ",le=\"1\"} 2");
    assert_has(m, OF "_bucket{" LABELS ",le=\"5\"} 2");
    assert_has(m, OF "_bucket{" LABELS ",le=\"10\"} 3");
    assert_has(m, OF "_bucket{" LABELS ",le=\"86400\"} 3");
    assert_has(m, OF "_bucket{" LABELS ",le=\"+Inf\"} 4");
    assert_has(m, OF "_count{" LABELS "} 4");
    assert_has(m, OF "_sum{" LABELS "} 100008.5");
    assert_has(m, "# TYPE " OF " histogram");
    metrics_free(&m);
}

static void sample(struct metrics *m, void *arg) {
    metrics_set(m, METRIC_RSS, (double)++*(int *)arg);
    metrics_set(m, METRIC_LOOP_LAG, 0.25);
}

static void the_sampler_is_asked_before_each_text(void **state) {
    struct metrics *m = metrics_new();
    int asked = 41;
    (void)state;
    metrics_sampler(m, sample, &asked);
    assert_has(m, "tandem_process_resident_bytes 42");
    assert_has(m, "tandem_loop_lag_seconds 0.25");
    assert_int_equal(asked, 43);
    metrics_free(&m);
}

static void a_flood_of_values_is_bounded(void **state) {
    struct metrics *m = metrics_new();
    char name[32];
    (void)state;
    for (int i = 0; i < METRIC_SERIES_MAX + 250; i++) {
        int n = snprintf(name, sizeof name, "c%d", i);
        metrics_count(m, METRIC_HOOKS, (struct td_str){name, (size_t)n}, TD_STR("200"));
    }
    assert_has(m, "tandem_hooks_total{channel=\"c0\",status=\"200\"} 1");
    assert_has(m, "tandem_hooks_total{channel=\"(other)\",status=\"(other)\"} 250");
    metrics_count(m, METRIC_HOOKS, TD_STR("c0"), TD_STR("200"));
    assert_has(m, "tandem_hooks_total{channel=\"c0\",status=\"200\"} 2");
    metrics_free(&m);
}

/* ---- facts ---- */

static void take(struct metrics *m, uint32_t kind, const struct fact *f) {
    struct buf b;
    buf_init(&b, 4096);
    assert_int_equal(record_pack(&b, &rec_fact, f), TD_OK);
    metrics_events_take(m, &(struct event){.kind = kind, .body = buf_str(&b)});
    buf_fini(&b);
}

static void facts_become_counters(void **state) {
    struct metrics *m = metrics_new();
    (void)state;
    struct fact f = {.queue = TD_STR("q"), .channel = TD_STR("web"), .channel_kind = CK_CHAT};
    static const char *const facts[] = {"arrived",    "offered", "accepted",  "answered",
                                        "message.in", "sent",    "unheard of"};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        f.name = td_str_of(facts[i]);
        f.wait_ms = 4000;
        take(m, EV_FACT, &f);
    }
    f.name = TD_STR("abandoned");
    take(m, EV_FACT, &f);
    f.in_target = f.short_wait = true;
    take(m, EV_FACT, &f);
    f.short_wait = false;
    f.name = TD_STR("answered");
    take(m, EV_FACT, &f);
    f.in_target = false;
    f.name = TD_STR("csat");
    f.text = TD_STR("5");
    take(m, EV_FACT, &f);
    f.name = TD_STR("call.ended");
    f.talk_ms = 61000;
    f.channel_kind = CK_VOICE;
    take(m, EV_FACT, &f);
    f.agent = TD_STR("anna");
    take(m, EV_FACT, &f);
    f.name = TD_STR("call.missed");
    take(m, EV_FACT, &f);
    f.name = TD_STR("repeated");
    take(m, EV_FACT, &f);
    assert_has(m, "tandem_agent_handled_total{agent=\"anna\"} 1");
    assert_has(m, "tandem_agent_passed_total{agent=\"anna\",how=\"missed\"} 1");
    assert_has(m, "tandem_repeated_total{queue=\"q\",kind=\"voice\"} 1");
    assert_has(m, "tandem_arrived_total{queue=\"q\",kind=\"chat\"} 1");
    assert_has(m, "tandem_offered_total{queue=\"q\",kind=\"chat\"} 1");
    assert_has(m, "tandem_answered_total{queue=\"q\",kind=\"chat\"} 2");
    assert_has(m, "tandem_answered_in_target_total{queue=\"q\",kind=\"chat\"} 1");
    assert_has(m, "tandem_abandoned_total{queue=\"q\",kind=\"chat\"} 2");
    assert_has(m, "tandem_abandoned_in_target_total{queue=\"q\",kind=\"chat\"} 1");
    assert_has(m, "tandem_abandoned_short_total{queue=\"q\",kind=\"chat\"} 1");
    assert_has(m, "tandem_answer_wait_seconds_bucket{queue=\"q\",kind=\"chat\",le=\"5\"} 2");
    assert_has(m, "tandem_accept_wait_seconds_sum{queue=\"q\",kind=\"chat\"} 4");
    assert_has(m, "tandem_messages_total{channel=\"web\",direction=\"in\"} 1");
    assert_has(m, "tandem_sends_total{channel=\"web\",outcome=\"sent\"} 1");
    assert_has(m, "tandem_csat_total{queue=\"q\",rating=\"5\"} 1");
    assert_has(m, "tandem_calls_total{queue=\"q\",outcome=\"talked\"} 2");
    assert_has(m, "tandem_handle_seconds_sum{queue=\"q\",kind=\"voice\"} 122");
    assert_lacks(m, "unheard");
    metrics_free(&m);
}

static void alarms_are_counted_by_name(void **state) {
    struct metrics *m = metrics_new();
    (void)state;
    take(m, EV_ALARM, &(struct fact){.name = TD_STR("channel.paused")});
    metrics_events_take(m, &(struct event){.kind = EV_ALARM, .body = TD_STR("\xff\xff")});
    metrics_events_take(m, &(struct event){.kind = EV_MESSAGE});
    assert_has(m, "tandem_alarms_total{alarm=\"channel.paused\"} 1");
    metrics_free(&m);
}

static void what_is_forgotten_is_not_shown(void **state) {
    struct metrics *m = metrics_new();
    (void)state;
    metrics_forget(m, METRIC_BEHIND, TD_STR("mail")); /* fine before it was set */
    metrics_set_of(m, METRIC_BEHIND, TD_STR("mail"), 3);
    metrics_set_of(m, METRIC_BEHIND, TD_STR("other"), 0);
    assert_has(m, "tandem_channel_behind_messages{channel=\"mail\"} 3");
    metrics_forget(m, METRIC_BEHIND, TD_STR("mail"));
    assert_lacks(m, "{channel=\"mail\"}");
    assert_has(m, "tandem_channel_behind_messages{channel=\"other\"} 0");
    metrics_set_of(m, METRIC_BEHIND, TD_STR("mail"), 2);
    assert_has(m, "tandem_channel_behind_messages{channel=\"mail\"} 2");
    metrics_set_of(NULL, METRIC_BEHIND, TD_STR("mail"), 2);
    metrics_forget(NULL, METRIC_BEHIND, TD_STR("mail"));
    metrics_free(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_well_formed_and_unique),
        cmocka_unit_test(what_has_no_labels_is_always_there),
        cmocka_unit_test(counters_count_by_label),
        cmocka_unit_test(values_of_labels_are_escaped_and_cut),
        cmocka_unit_test(histograms_are_cumulative),
        cmocka_unit_test(the_sampler_is_asked_before_each_text),
        cmocka_unit_test(a_flood_of_values_is_bounded),
        cmocka_unit_test(facts_become_counters),
        cmocka_unit_test(alarms_are_counted_by_name),
        cmocka_unit_test(what_is_forgotten_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
