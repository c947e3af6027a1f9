/* Visitors of a live channel: their place, leaving and coming back, what they are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static void act(struct fix *f, uint32_t kind, struct visitor v) {
    v.channel = S("web");
    v.peer = (struct td_address){S("visitor"), S("v1"), S("")};
    fix_send_as(f, kind, A_VISITOR, "web|visitor:v1", NULL, &v);
}
static uint64_t waiting(struct fix *f) {
    fix_open(f);
    fix_visitor(f, "v1", "Hello?");
    return f->result.conv;
}

static void test_opens_the_page(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    struct td_str form[] = {S("topic"), S("billing")};
    act(&f, CMD_VISITOR_OPEN, (struct visitor){.name = S("Vera"), .fields = {form, 2}});
    assert_true(td_str_eqz(fix_visit(&f, "web|visitor:v1")->state, "idle"));
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    assert_true(td_str_eqz(fix_conv(&f, id)->contact_name, "Vera"));
    const struct contact *x = fix_entity(&f, EK_CONTACT, fix_id(&f, f.result.contact));
    assert_true(td_str_eqz(x->fields.v[0].value, "billing"));
    act(&f, CMD_VISITOR_OPEN, (struct visitor){.name = S("Vera B."), .session = S("s1")});
    assert_int_equal(fix_visit(&f, "web|visitor:v1")->position, 1);
    assert_true(td_str_eqz(fix_conv(&f, id)->contact_name, "Vera B."));
    fix_close(&f);
}

static void test_leaves_the_queue(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = waiting(&f);
    act(&f, CMD_VISITOR_GONE, (struct visitor){0});
    fix_wait(&f, 179999);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED); /* the place is kept */
    fix_restart(&f);
    fix_wait(&f, 1);
    assert_int_equal(fix_work(&f, id)->state, WS_ABANDONED);
    assert_int_equal(fix_fact(&f, "abandoned")->wait_ms, 180000);
    assert_int_equal(fix_conv(&f, id)->state, CS_RESOLVED);
    fix_visitor(&f, "v1", "Back"); /* and begins to wait anew */
    assert_int_equal(f.result.conv, id);
    assert_int_equal(fix_work(&f, id)->t0, f.now);
    fix_close(&f);
}

static void test_comes_back_in_time(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = waiting(&f);
    act(&f, CMD_VISITOR_OPEN, (struct visitor){.session = S("s1")});
    act(&f, CMD_VISITOR_GONE, (struct visitor){.session = S("s1")});
    act(&f, CMD_VISITOR_BACK, (struct visitor){.session = S("s2")});
    assert_false(fix_visit(&f, "web|visitor:v1")->leaving);
    act(&f, CMD_VISITOR_GONE, (struct visitor){.session = S("s1")}); /* of the old socket */
    assert_true(fix_visit(&f, "web|visitor:v1")->leaving);           /* is he anywhere? */
    assert_true(fix_work(&f, id)->give_up_at > f.now);
    act(&f, CMD_VISITOR_BACK, (struct visitor){.session = S("s2")}); /* he is, there */
    assert_int_equal(fix_work(&f, id)->give_up_at, 0);
    fix_wait(&f, 600000);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    fix_close(&f);
}

static void test_gone_while_an_agent_has_it(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = waiting(&f);
    fix_agent(&f, "anna");
    fix_accept(&f, "anna", id);
    fix_act(&f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Hi")});
    act(&f, CMD_VISITOR_GONE, (struct visitor){0});
    fix_wait(&f, 180000);
    assert_int_equal(fix_work(&f, id)->state, WS_PARKED);
    fix_close(&f);
}

static void test_ends_the_chat(void **state) {
    struct fix f;
    (void)state;
    uint64_t id = waiting(&f);
    act(&f, CMD_VISITOR_END, (struct visitor){0});
    assert_int_equal(fix_work(&f, id)->state, WS_ABANDONED);
    fix_agent(&f, "anna");
    fix_visitor(&f, "v1", "Once more");
    fix_accept(&f, "anna", id);
    act(&f, CMD_VISITOR_END, (struct visitor){0});
    assert_int_equal(fix_work(&f, id)->state, WS_WRAP);
    assert_int_equal(fix_conv(&f, id)->state, CS_RESOLVED);
    fix_act(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = id, .disposition = S("solved")});
    assert_true(td_str_eqz(fix_conv(&f, id)->disposition, "solved"));
    fix_close(&f);
}

static void test_seen(void **state) {
    struct fix f;
    struct event e;
    (void)state;
    uint64_t id = waiting(&f);
    fix_agent(&f, "anna");
    fix_accept(&f, "anna", id);
    fix_act(&f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Hi")});
    uint64_t seq = f.result.seq;
    act(&f, CMD_VISITOR_SEEN, (struct visitor){.delivered_seq = seq});
    assert_int_equal(fix_delivery(&f)->state, TD_DELIVERED);
    act(&f, CMD_VISITOR_SEEN, (struct visitor){.read_seq = 1000}); /* not beyond what there is */
    assert_int_equal(fix_delivery(&f)->state, TD_READ);
    assert_int_equal(fix_delivery(&f)->seq, seq);
    assert_int_equal(fix_conv(&f, id)->peer_read_seq, seq);
    act(&f, CMD_VISITOR_SEEN, (struct visitor){.read_seq = 1});
    assert_false(fix_event(&f, EV_DELIVERY, 0, &e));
    fix_close(&f);
}

static void test_rates(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    act(&f, CMD_VISITOR_RATE, (struct visitor){.rating = 4});
    assert_true(td_str_eqz(f.result.error, "invalid"));
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    act(&f, CMD_VISITOR_RATE, (struct visitor){.rating = 6});
    assert_true(td_str_eqz(f.result.error, "invalid"));
    act(&f, CMD_VISITOR_RATE, (struct visitor){.rating = 5, .text = S("great")});
    assert_int_equal(fix_conv(&f, id)->csat, 5);
    assert_true(td_str_eqz(fix_fact(&f, "csat")->text, "5"));
    fix_close(&f);
}

static void test_places_move_up(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    for (int i = 0; i < 25; i++) {
        char name[] = {'w', (char)('a' + i), 0};
        f.now += 10;
        fix_visitor(&f, name, "Hello?");
    }
    assert_null(fix_visit(&f, "web|visitor:wa"));
    assert_int_equal(fix_visit(&f, "web|visitor:wy")->position, 0); /* only the first 20 count */
    fix_agent(&f, "anna");
    assert_int_equal(fix_visit(&f, "web|visitor:wb")->position, 1);
    assert_int_equal(fix_visit(&f, "web|visitor:wu")->position, 20);
    assert_null(fix_visit(&f, "web|visitor:wy"));
    fix_restart(&f);
    fix_wait(&f, 0);
    assert_null(fix_visit(&f, "web|visitor:wb")); /* a new leader tells nothing twice */
    fix_close(&f);
}

static void test_out_of_hours(void **state) {
    struct fix f;
    struct fix_policy p;
    struct hours closed = {.id = S("never")};
    (void)state;
    fix_open(&f);
    fix_policy(&p);
    p.queues[0].hours = S("never");
    p.p.hours.v = &closed;
    p.p.hours.n = 1;
    fix_config(&f, &p.p);
    fix_visitor(&f, "v1", "Hello?");
    assert_true(fix_work(&f, f.result.conv)->left_message);
    assert_true(td_str_eqz(fix_visit(&f, "web|visitor:v1")->state, "left-message"));
    fix_close(&f);
}

/* The tests begin on Thursday 1970-01-01 at 00:16:40 UTC; the wall clock goes a minute ahead, and
 * the queue closes when it shows 00:19. */
static void test_closing_time(void **state) {
    struct fix f;
    struct fix_policy p;
    struct open_span night = {3 * 1440, 3 * 1440 + 19};
    struct zone_shift shift = {0, 60};
    struct hours day = {.id = S("day"), .open = {&night, 1}, .shifts = {&shift, 1}};
    (void)state;
    fix_open(&f);
    fix_policy(&p);
    p.queues[0].hours = S("day");
    p.p.hours.v = &day;
    p.p.hours.n = 1;
    fix_config(&f, &p.p);
    fix_visitor(&f, "v1", "Hello?");
    uint64_t conv = f.result.conv;
    assert_false(fix_work(&f, conv)->left_message);
    fix_wait(&f, 79999);
    assert_false(fix_work(&f, conv)->left_message);
    fix_wait(&f, 1);
    assert_true(fix_work(&f, conv)->left_message);
    assert_int_equal(fix_work(&f, conv)->state, WS_QUEUED);
    assert_non_null(fix_fact(&f, "left-message"));
    assert_true(td_str_eqz(fix_visit(&f, "web|visitor:v1")->state, "left-message"));
    fix_restart(&f);
    fix_wait(&f, 0);
    assert_null(fix_fact(&f, "left-message")); /* once */
    fix_agent(&f, "anna");                     /* who works on still finds it */
    assert_int_equal(fix_work(&f, conv)->state, WS_OFFERED);
    fix_close(&f);
}

static void call_me(struct fix *f, int64_t at, const char *key, const char *value) {
    struct td_str pair[] = {Z(key), Z(value)};
    struct visitor v = {.channel = S("web"),
                        .peer = {S("visitor"), S("v1"), S("")},
                        .at = at,
                        .fields = {pair, *key ? 2 : 0}};
    fix_send_as(f, CMD_VISITOR_CALLBACK, A_VISITOR, "web|visitor:v1", NULL, &v);
}

/* A task of the queue when it is due; who comes by himself before is a live customer again. */
static void test_call_me_back(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    fix_open(&f);
    fix_policy(&p);
    fix_visitor(&f, "v1", "Hello?");
    uint64_t conv = f.result.conv;
    call_me(&f, 0, "phone", "+4477");
    assert_true(td_str_eqz(f.result.error, "unsupported"));
    p.queues[0].callback = true;
    fix_config(&f, &p.p);
    act(&f, CMD_VISITOR_OPEN, (struct visitor){.session = S("s1")});
    assert_true(fix_visit(&f, "web|visitor:v1")->callback); /* it is offered */
    assert_int_equal(fix_visit(&f, "web|visitor:v1")->callback_at, 0);
    call_me(&f, 0, "", "");
    assert_true(td_str_eqz(f.result.error, "invalid")); /* how? */
    call_me(&f, f.now - 1, "phone", "+4477");
    assert_true(td_str_eqz(f.result.error, "invalid"));
    assert_int_equal(fix_work(&f, conv)->state, WS_QUEUED);
    call_me(&f, f.now + 3600000, "phone", "+4477");
    assert_true(f.result.ok);
    assert_non_null(fix_fact(&f, "called-back"));
    assert_int_equal(fix_work(&f, conv)->state, WS_SNOOZED);
    assert_int_equal(fix_work(&f, conv)->kind, WK_TASK);
    assert_true(td_str_eqz(fix_visit(&f, "web|visitor:v1")->state, "left-message"));
    assert_false(fix_visit(&f, "web|visitor:v1")->callback);
    assert_int_equal(fix_visit(&f, "web|visitor:v1")->callback_at, fix_work(&f, conv)->wake_at);
    assert_int_equal(fix_figure(&f, "called_back:q:support"), 1);
    call_me(&f, 0, "phone", "+4477");
    assert_true(td_str_eqz(f.result.error, "invalid")); /* he waits no more */
    fix_agent(&f, "anna");
    fix_restart(&f);
    fix_wait(&f, 3599999);
    assert_int_equal(fix_work(&f, conv)->state, WS_SNOOZED);
    fix_visitor(&f, "v2", "Now!");
    fix_accept(&f, "anna", f.result.conv);
    fix_wait(&f, 1);
    assert_int_equal(fix_work(&f, conv)->state, WS_OFFERED);
    assert_true(fix_work(&f, conv)->left_message); /* behind live work */
    fix_accept(&f, "anna", conv);
    assert_int_equal(fix_work(&f, conv)->state, WS_ACTIVE);
    fix_act(&f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = conv, .text = S("Hello")});
    assert_int_equal(fix_figure(&f, "answered:q:support"), 0); /* it was not waited for */
    fix_close(&f);
}

static void test_comes_before_the_call(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    fix_open(&f);
    fix_policy(&p);
    p.queues[0].callback = true;
    fix_config(&f, &p.p);
    fix_visitor(&f, "v1", "Hello?");
    uint64_t conv = f.result.conv;
    call_me(&f, 0, "email", "v@example.org"); /* at once: due now */
    assert_int_equal(fix_work(&f, conv)->state, WS_QUEUED);
    assert_true(fix_work(&f, conv)->left_message);
    fix_wait(&f, 1000);
    call_me(&f, f.now + 60000, "", "");
    assert_int_equal(fix_work(&f, conv)->state, WS_SNOOZED);
    fix_visitor(&f, "v1", "I am here again");
    assert_int_equal(fix_work(&f, conv)->kind, WK_CONVERSATION);
    assert_false(fix_work(&f, conv)->left_message);
    assert_true(td_str_eqz(fix_visit(&f, "web|visitor:v1")->state, "waiting"));
    assert_true(fix_visit(&f, "web|visitor:v1")->callback);
    assert_int_equal(fix_visit(&f, "web|visitor:v1")->callback_at, 0);
    fix_close(&f);
}

static void test_only_ones_own_thread(void **state) {
    struct fix f;
    (void)state;
    waiting(&f);
    struct visitor v = {.channel = S("web"), .peer = {S("visitor"), S("v1"), S("")}};
    fix_send_as(&f, CMD_VISITOR_END, A_VISITOR, "web|visitor:v2", NULL, &v);
    assert_true(td_str_eqz(f.result.error, "forbidden"));
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_the_page),
        cmocka_unit_test(test_leaves_the_queue),
        cmocka_unit_test(test_comes_back_in_time),
        cmocka_unit_test(test_gone_while_an_agent_has_it),
        cmocka_unit_test(test_ends_the_chat),
        cmocka_unit_test(test_seen),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_places_move_up),
        cmocka_unit_test(test_out_of_hours),
        cmocka_unit_test(test_closing_time),
        cmocka_unit_test(test_call_me_back),
        cmocka_unit_test(test_comes_before_the_call),
        cmocka_unit_test(test_only_ones_own_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
