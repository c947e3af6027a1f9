/* Who may see what: every combination of role, queue, agent and what both were before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edge/viewer.h"

#include <stdio.h>

#define N_OF(a) (sizeof(a) / sizeof((a)[0]))

static struct td_str his_queues[] = {TD_STR("sales"), TD_STR("billing")};
/* his, those whose names nearly are, others, none */
static const char *const queues[] = {"", "sales", "billing", "sale", "sales2", "support"};
static const char *const agents[] = {"", "anna", "ann", "annabel", "bob"};

static struct agent anna_as(uint32_t role) {
    return (struct agent){
        .id = TD_STR("anna"), .role = role, .queues = {his_queues, N_OF(his_queues)}};
}

static struct viewer viewer_as(uint32_t role) {
    struct viewer v = {.id = "anna"};
    struct agent a = anna_as(role);
    assert_true(viewer_set(&v, &a));
    return v;
}

static bool is_his(const char *queue, const char *agent) {
    return !strcmp(agent, "anna") || !strcmp(queue, "sales") || !strcmp(queue, "billing");
}

static enum sight expected(uint32_t role, const struct event *ev, bool is_now, bool was) {
    if (!ev->staff)
        return SIGHT_NONE;
    if (role != ROLE_AGENT)
        return SIGHT_YES;
    if (ev->kind == EV_ALARM)
        return SIGHT_NONE;
    if (is_now || (!ev->queue.n && !ev->agent.n))
        return SIGHT_YES;
    return was ? SIGHT_GONE : SIGHT_NONE;
}

static size_t check_was(const struct viewer *v, struct event *ev, bool is_now) {
    size_t n = 0;
    for (size_t q = 0; q < N_OF(queues); q++)
        for (size_t a = 0; a < N_OF(agents); a++, n++) {
            ev->was_queue = td_str_of(queues[q]);
            ev->was_agent = td_str_of(agents[a]);
            assert_int_equal(viewer_sees(v, ev),
                             expected(v->role, ev, is_now, is_his(queues[q], agents[a])));
        }
    return n;
}

static size_t check_kind(const struct viewer *v, uint32_t kind, bool staff) {
    size_t n = 0;
    for (size_t q = 0; q < N_OF(queues); q++)
        for (size_t a = 0; a < N_OF(agents); a++) {
            struct event ev = {.kind = kind,
                               .staff = staff,
                               .queue = td_str_of(queues[q]),
                               .agent = td_str_of(agents[a])};
            n += check_was(v, &ev, is_his(queues[q], agents[a]));
        }
    return n;
}

static void test_matrix(void **state) {
    (void)state;
    size_t n = 0;
    for (uint32_t role = ROLE_AGENT; role <= ROLE_ADMIN; role++) {
        struct viewer v = viewer_as(role);
        for (uint32_t kind = EV_ENTITY; kind <= EV_ALARM; kind++)
            n += check_kind(&v, kind, false) + check_kind(&v, kind, true);
        viewer_fini(&v);
    }
    assert_int_equal(n, 3 * 8 * 2 * 900);
}

/* The same in sentences, so that an error in expected() would show. */
static void test_cases(void **state) {
    (void)state;
    static const struct {
        uint32_t role, kind;
        bool hidden;
        const char *queue, *agent, *was_queue, *was_agent;
        enum sight sight;
    } cases[] = {
        {ROLE_AGENT, EV_ENTITY, false, "support", "bob", "", "", SIGHT_NONE},
        {ROLE_AGENT, EV_ENTITY, false, "support", "anna", "", "", SIGHT_YES},
        {ROLE_AGENT, EV_ENTITY, false, "sales", "bob", "", "", SIGHT_YES},
        {ROLE_AGENT, EV_ENTITY, false, "support", "bob", "sales", "", SIGHT_GONE},
        {ROLE_AGENT, EV_ENTITY, false, "support", "bob", "support", "anna", SIGHT_GONE},
        {ROLE_AGENT, EV_ENTITY, false, "sales", "bob", "billing", "anna", SIGHT_YES},
        {ROLE_AGENT, EV_ENTITY, false, "support", "", "", "", SIGHT_NONE},
        {ROLE_AGENT, EV_POLICY, false, "", "", "", "", SIGHT_YES},
        {ROLE_AGENT, EV_MESSAGE, true, "sales", "anna", "sales", "anna", SIGHT_NONE},
        {ROLE_AGENT, EV_ALARM, false, "sales", "anna", "", "", SIGHT_NONE},
        {ROLE_SUPERVISOR, EV_ALARM, false, "", "", "", "", SIGHT_YES},
        {ROLE_SUPERVISOR, EV_ENTITY, false, "support", "bob", "sales", "", SIGHT_YES},
        {ROLE_ADMIN, EV_MESSAGE, true, "", "", "", "", SIGHT_NONE},
    };
    for (size_t i = 0; i < N_OF(cases); i++) {
        struct viewer v = viewer_as(cases[i].role);
        struct event ev = {.kind = cases[i].kind,
                           .staff = !cases[i].hidden,
                           .queue = td_str_of(cases[i].queue),
                           .agent = td_str_of(cases[i].agent),
                           .was_queue = td_str_of(cases[i].was_queue),
                           .was_agent = td_str_of(cases[i].was_agent)};
        assert_int_equal(viewer_sees(&v, &ev), cases[i].sight);
        viewer_fini(&v);
    }
}

static void test_work(void **state) {
    (void)state;
    for (uint32_t role = ROLE_AGENT; role <= ROLE_ADMIN; role++) {
        struct viewer v = viewer_as(role);
        for (size_t q = 0; q < N_OF(queues); q++)
            for (size_t a = 0; a < N_OF(agents); a++)
                assert_int_equal(viewer_sees_work(&v, td_str_of(queues[q]), td_str_of(agents[a])),
                                 role != ROLE_AGENT || (q == 0 && a == 0) ||
                                     is_his(queues[q], agents[a]));
        viewer_fini(&v);
    }
}

/* "Changed" makes a new snapshot: never when nothing did, always when something did. */
static void test_set(void **state) {
    (void)state;
    struct td_str others[] = {TD_STR("sales"), TD_STR("support")};
    struct viewer v = {.id = "anna"};
    struct agent a = anna_as(ROLE_AGENT);
    assert_true(viewer_set(&v, &a));
    assert_false(viewer_set(&v, &a));
    a.name = TD_STR("Anna the second"), a.version = 9;
    assert_false(viewer_set(&v, &a));
    a.queues.v = others;
    assert_true(viewer_set(&v, &a));
    assert_true(viewer_sees_work(&v, TD_STR("support"), TD_STR("bob")));
    assert_false(viewer_sees_work(&v, TD_STR("billing"), TD_STR("bob")));
    a.queues.n = 1;
    assert_true(viewer_set(&v, &a));
    assert_false(viewer_sees_work(&v, TD_STR("support"), TD_STR("bob")));
    a.queues.n = 0;
    assert_true(viewer_set(&v, &a));
    assert_false(viewer_sees_work(&v, TD_STR("sales"), TD_STR("bob")));
    assert_false(viewer_set(&v, &a));
    a.role = ROLE_SUPERVISOR;
    assert_true(viewer_set(&v, &a));
    a.disabled = true;
    assert_true(viewer_set(&v, &a));
    assert_false(viewer_set(&v, &a));
    viewer_fini(&v);
}

/* More queues than a viewer keeps: those beyond are not seen, and nothing is written past the end.
 */
static void test_many_queues(void **state) {
    (void)state;
    enum { N = VIEWER_QUEUES_MAX + 44 };
    static char names[N][8];
    static struct td_str all[N];
    for (size_t i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], "q%zu", i);
        all[i] = td_str_of(names[i]);
    }
    struct viewer v = {.id = "anna"};
    struct agent a = {.id = TD_STR("anna"), .queues = {all, N}};
    assert_true(viewer_set(&v, &a));
    assert_false(viewer_set(&v, &a));
    for (size_t i = 0; i < N; i++)
        assert_int_equal(viewer_sees_work(&v, all[i], TD_STR("bob")), i < VIEWER_QUEUES_MAX);
    viewer_fini(&v);
}

/* Whoever is asked for advice sees it while he is asked, and learns when it ends; alarms never. */
static void who_is_consulted_sees_it(void **state) {
    struct viewer v = viewer_as(ROLE_AGENT);
    struct work w = {.queue = TD_STR("mail"), .agent = TD_STR("bob"), .consult = TD_STR("anna")};
    struct event e = {.kind = EV_MESSAGE, .staff = true, .queue = w.queue, .agent = w.agent};
    (void)state;
    assert_true(viewer_sees_item(&v, &w));
    assert_int_equal(viewer_sees(&v, &e), SIGHT_NONE);
    e.consult = w.consult;
    assert_int_equal(viewer_sees(&v, &e), SIGHT_YES);
    e.kind = EV_ALARM;
    assert_int_equal(viewer_sees(&v, &e), SIGHT_NONE);
    e.kind = EV_ENTITY;
    e.was_consult = e.consult;
    e.consult.n = w.consult.n = 0;
    assert_int_equal(viewer_sees(&v, &e), SIGHT_GONE);
    assert_false(viewer_sees_item(&v, &w));
    viewer_fini(&v);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matrix),      cmocka_unit_test(test_cases),
        cmocka_unit_test(test_work),        cmocka_unit_test(test_set),
        cmocka_unit_test(test_many_queues), cmocka_unit_test(who_is_consulted_sees_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
