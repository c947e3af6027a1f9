/* The parts of the REST API that decide and do no I/O. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/budget.h"
#include "api/call.h"
#include "api/listing.h"
#include "api/resources.h"
#include "api/results.h"
#include "base/hash.h"
#include "codec/token_in.h"

#include <stdio.h>

/* ---- results ---- */

static void a_result_is_told_to_its_sender_only(void **state) {
    struct results *r = results_new();
    struct td_str json = {NULL, 0};
    (void)state;
    results_expect(r, TD_STR("api-agent:anna"), TD_STR("1"), 100);
    assert_int_equal(results_get(r, TD_STR("api-agent:anna"), TD_STR("1"), 100, &json),
                     RESULTS_PENDING);
    results_put(r, TD_STR("api-agent:anna"), TD_STR("1"), TD_STR("{\"ok\":true}"), 200);
    assert_int_equal(results_get(r, TD_STR("api-agent:anna"), TD_STR("1"), 200, &json),
                     RESULTS_DONE);
    assert_true(td_str_eqz(json, "{\"ok\":true}"));
    assert_int_equal(results_get(r, TD_STR("api-agent:bob"), TD_STR("1"), 200, &json),
                     RESULTS_NONE);
    assert_int_equal(results_get(r, TD_STR("api-agent:anna"), TD_STR("2"), 200, &json),
                     RESULTS_NONE);
    results_expect(r, TD_STR("api-agent:anna"), TD_STR("1"), 300); /* the append's answer is late */
    assert_int_equal(results_get(r, TD_STR("api-agent:anna"), TD_STR("1"), 300, &json),
                     RESULTS_DONE);
    results_free(&r);
    results_free(&r);
}

static void results_are_forgotten_in_time(void **state) {
    struct results *r = results_new();
    struct td_str json;
    (void)state;
    results_put(r, TD_STR("s"), TD_STR("1"), TD_STR("{}"), 0);
    results_put(r, TD_STR("s"), TD_STR("2"), TD_STR("{}"), 1000);
    assert_int_equal(results_get(r, TD_STR("s"), TD_STR("1"), RESULTS_KEEP_MS - 1, &json),
                     RESULTS_DONE);
    assert_int_equal(results_get(r, TD_STR("s"), TD_STR("1"), RESULTS_KEEP_MS, &json),
                     RESULTS_NONE);
    assert_int_equal(results_get(r, TD_STR("s"), TD_STR("2"), RESULTS_KEEP_MS, &json),
                     RESULTS_DONE);
    results_free(&r);
}

static void results_are_bounded(void **state) {
    struct results *r = results_new();
    struct td_str json;
    char id[16];
    (void)state;
    for (int i = 0; i < RESULTS_MAX + 5; i++) {
        int n = snprintf(id, sizeof id, "%d", i);
        results_put(r, TD_STR("s"), (struct td_str){id, (size_t)n}, TD_STR("{}"), 0);
    }
    assert_int_equal(results_count(r), RESULTS_MAX);
    assert_int_equal(results_get(r, TD_STR("s"), TD_STR("4"), 0, &json), RESULTS_NONE);
    assert_int_equal(results_get(r, TD_STR("s"), TD_STR("5"), 0, &json), RESULTS_DONE);
    results_free(&r);
}

/* ---- budget ---- */

static void a_budget_runs_out_and_fills_up(void **state) {
    static struct budget v[BUDGET_SLOTS];
    (void)state;
    for (int i = 0; i < BUDGET_MAX; i++)
        assert_true(budget_take(v, TD_STR("anna"), 1000));
    assert_false(budget_take(v, TD_STR("anna"), 1000));
    assert_true(budget_take(v, TD_STR("bob"), 1000));
    assert_true(budget_take(v, TD_STR("anna"), 1000 + 1000 / BUDGET_PER_S));
    assert_false(budget_take(v, TD_STR("anna"), 1000 + 1000 / BUDGET_PER_S));
    for (int i = 0; i < BUDGET_MAX; i++)
        assert_true(budget_take(v, TD_STR("anna"), 1000000));
    assert_false(budget_take(v, TD_STR("anna"), 1000000));
}

/* ---- queries ---- */

static void check_range(uint64_t seq, uint64_t before, int64_t after, uint64_t limit, uint64_t from,
                        uint64_t to) {
    uint64_t f, t;
    messages_range(seq, before, after < 0 ? 0 : (uint64_t)after, after >= 0, limit, &f, &t);
    if (f != from || t != to)
        fail_msg("seq %d before %d after %d limit %d: %d to %d", (int)seq, (int)before, (int)after,
                 (int)limit, (int)f, (int)t);
}

static void pages_of_messages(void **state) {
    (void)state;
    check_range(100, 0, -1, 50, 51, 100); /* the newest */
    check_range(10, 0, -1, 50, 1, 10);
    check_range(100, 51, -1, 50, 1, 50); /* before */
    check_range(100, 31, -1, 50, 1, 30);
    check_range(100, 1, -1, 50, 1, 0); /* none */
    check_range(100, 1000, -1, 50, 51, 100);
    check_range(100, 0, 0, 50, 1, 50); /* after */
    check_range(100, 0, 50, 200, 51, 100);
    check_range(100, 0, 100, 50, 101, 100); /* none */
    check_range(100, 0, 5000, 50, 5001, 100);
    check_range(0, 0, -1, 50, 1, 0);
    check_range(0, 0, 0, 50, 1, 0);
}

static void positions_are_compared_as_numbers(void **state) {
    (void)state;
    assert_true(call_position_reached(TD_STR("1700-0:5"), TD_STR("1700-0:5")));
    assert_true(call_position_reached(TD_STR("1700-0:10"), TD_STR("1700-0:9")));
    assert_true(call_position_reached(TD_STR("1700-10:0"), TD_STR("1700-9:7")));
    assert_true(call_position_reached(TD_STR("10000-0:0"), TD_STR("9999-3:7")));
    assert_false(call_position_reached(TD_STR("1700-0:4"), TD_STR("1700-0:5")));
    assert_false(call_position_reached(TD_STR("0-0"), TD_STR("1700-0:0")));
    assert_false(call_position_reached(TD_STR(""), TD_STR("1700-0:0")));
    assert_false(call_position_reached(TD_STR("1700-0:4"), TD_STR("later")));
}

/* ---- who may ---- */

static void roles_and_scopes(void **state) {
    (void)state;
    struct auth_who nobody = {0}, away = {.unavailable = true}, agent = {.actor_kind = A_AGENT},
                    lead = {.actor_kind = A_SUPERVISOR}, admin = {.actor_kind = A_ADMIN},
                    reads = {.actor_kind = A_API, .scopes = SCOPE_READ},
                    writes = {.actor_kind = A_API, .scopes = SCOPE_WRITE},
                    rules = {.actor_kind = A_API, .scopes = SCOPE_ADMIN};
    const struct {
        const struct auth_who *who;
        int on[5]; /* by enum need */
    } rows[] = {{&nobody, {0, 401, 401, 401, 401}}, {&away, {0, 503, 503, 503, 503}},
                {&agent, {0, 0, 0, 403, 0}},        {&lead, {0, 0, 0, 403, 0}},
                {&admin, {0, 0, 0, 0, 0}},          {&reads, {0, 0, 403, 403, 403}},
                {&writes, {0, 403, 0, 403, 403}},   {&rules, {0, 403, 403, 0, 0}}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int need = NEED_NOTHING; need <= NEED_SELF; need++)
            if (call_refusal(rows[i].who, (enum need)need) != rows[i].on[need])
                fail_msg("row %d need %d: %d", (int)i, need,
                         call_refusal(rows[i].who, (enum need)need));
}

static void agents_see_their_queues_and_their_own(void **state) {
    uint64_t queues[] = {hash_str(TD_STR("sales"))};
    struct viewer anna = {.id = "anna", .role = ROLE_AGENT, .queues = queues, .n_queues = 1};
    struct viewer lead = {.id = "lead", .role = ROLE_SUPERVISOR};
    struct channel_policy channel = {.id = TD_STR("web"), .queue = TD_STR("sales")};
    struct policy policy = {.channels = {&channel, 1}};
    struct conv conv = {.channel = TD_STR("web")}, mine = {.last_agent = TD_STR("anna")},
                voice = {.channel = TD_STR("phone")};
    struct work sales = {.queue = TD_STR("sales")}, other = {.queue = TD_STR("other")},
                given = {.queue = TD_STR("other"), .agent = TD_STR("anna")},
                meant = {.queue = TD_STR("other"), .preferred = TD_STR("anna")};
    (void)state;
    assert_true(listing_sees(&anna, NULL, &conv, &sales));
    assert_false(listing_sees(&anna, NULL, &conv, &other));
    assert_true(listing_sees(&anna, NULL, &conv, &given));
    assert_true(listing_sees(&anna, NULL, &conv, &meant));
    assert_true(listing_sees(&anna, NULL, &mine, &other));
    assert_true(listing_sees(&lead, NULL, &conv, &other));
    /* no work is kept any more */
    assert_true(listing_sees(&anna, &policy, &conv, NULL));
    assert_false(listing_sees(&anna, &policy, &voice, NULL));
    assert_false(listing_sees(&anna, NULL, &conv, NULL));
    assert_true(listing_sees(&lead, NULL, &conv, NULL));
}

/* ---- figures ---- */

static void a_stretch_of_figures_is_checked(void **state) {
    struct stats_query q = {.from = 900000, .to = 2700001};
    (void)state;
    assert_null(stats_query_check(&q, TD_STR("agent")));
    assert_int_equal(q.by, SF_AGENT);
    assert_int_equal(q.from, 900000);
    assert_int_equal(q.to, 3600000); /* rounded out */
    assert_int_equal(stats_step_of(&q, 2700000), 900000);
    q.step_ms = 1800000;
    assert_int_equal(stats_step_of(&q, 1800000), 900000);
    assert_int_equal(stats_step_of(&q, 2700000), 2700000);
    assert_non_null(stats_query_check(&q, TD_STR("team")));
    q.step_ms = 1000000;
    assert_non_null(stats_query_check(&q, TD_STR("agent")));
    q = (struct stats_query){.from = 900000, .to = 900000};
    assert_non_null(stats_query_check(&q, TD_STR("agent")));
    q = (struct stats_query){.from = 0, .to = INT64_C(31) * 86400000};
    assert_null(stats_query_check(&q, TD_STR("queue")));
    q.to++;
    assert_non_null(stats_query_check(&q, TD_STR("queue")));
}

static void a_row_of_figures(void **state) {
    struct buf b;
    struct json_out j;
    int64_t sums[STAT_N] = {0};
    (void)state;
    sums[STAT_ANSWERED] = 3;
    sums[STAT_ANSWERED_IN_TARGET] = 1;
    sums[STAT_ANSWER_WAIT_MS] = 4500;
    buf_init(&b, 4096);
    json_begin(&j, &b);
    stats_put_row(&j, 900000, TD_STR("sales"), sums);
    static const char expected[] =
        "{\"at\":900000,\"id\":\"sales\",\"counts\":{\"answered\":3,\"answered_in_target\":1,"
        "\"answer_wait_ms\":4500},\"figures\":{\"sl_ans\":0.333333,\"sl_all\":0.333333,"
        "\"sl_net\":0.333333,\"sl_two\":0.333333,\"abandon_rate\":0,\"abandon_rate_net\":0,"
        "\"asa_s\":1.5}}";
    if (!td_str_eqz(buf_str(&b), expected))
        fail_msg("%.*s", TD_FMT(buf_str(&b)));
    buf_fini(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_is_told_to_its_sender_only),
        cmocka_unit_test(results_are_forgotten_in_time),
        cmocka_unit_test(results_are_bounded),
        cmocka_unit_test(a_budget_runs_out_and_fills_up),
        cmocka_unit_test(pages_of_messages),
        cmocka_unit_test(positions_are_compared_as_numbers),
        cmocka_unit_test(roles_and_scopes),
        cmocka_unit_test(agents_see_their_queues_and_their_own),
        cmocka_unit_test(a_stretch_of_figures_is_checked),
        cmocka_unit_test(a_row_of_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
