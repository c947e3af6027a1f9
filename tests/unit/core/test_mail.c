/* What only mail has: further recipients, an edited subject, mail sent by other means, history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#define EMAIL(a)                                                                                   \
    { TD_STR("email"), TD_STR(a), TD_STR("") }

static struct fix f;

static uint64_t a_mail(void) {
    fix_open(&f);
    fix_mail(&f, "anna@x.example", "m1");
    return f.result.conv;
}

static void say(uint64_t conv, struct act act) {
    act.conv = conv;
    act.text = S("Hello");
    fix_send_as(&f, CMD_MESSAGE_SEND, A_API, "crm", NULL, &act);
}

static struct send sent(void) {
    struct send s = {0};
    const struct effect *fx = fix_effect(&f, FX_SEND);
    assert_non_null(fx);
    assert_int_equal(record_unpack(f.batch, &rec_send, fx->bytes, &s, NULL), TD_OK);
    return s;
}

static void test_recipients(void **state) {
    (void)state;
    uint64_t conv = a_mail();
    struct td_address to[] = {EMAIL("ben@x.example"), EMAIL("ANNA@x.example")};
    struct td_address cc[] = {EMAIL("carl@x.example"), EMAIL("Ben@x.example")};
    struct td_address bcc[] = {EMAIL("boss@us.example")};
    say(conv, (struct act){.to = {to, 2}, .cc = {cc, 2}, .bcc = {bcc, 1}, .subject = S("New")});
    assert_true(f.result.ok);
    struct send s = sent();
    assert_true(td_str_eqz(s.to.addr, "anna@x.example"));
    assert_int_equal(s.message.to.n, 1); /* the customer has it already */
    assert_true(td_str_eqz(s.message.to.v[0].addr, "ben@x.example"));
    assert_int_equal(s.message.cc.n, 1);
    assert_true(td_str_eqz(s.message.cc.v[0].addr, "carl@x.example"));
    assert_int_equal(s.message.bcc.n, 1);
    assert_true(td_str_eqz(s.message.subject, "New"));
    fix_close(&f);
}

static void test_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",      "anna",  "a@b\r\nBcc: eve@x", "a@b c", "a@b@c", "@b", "-a@b",
        "a,b@c", "<a@b>", "\xc3\xa4@b"};
    uint64_t conv = a_mail();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct td_address a = {S("email"), Z(bad[i]), S("")};
        say(conv, (struct act){.to = {&a, 1}});
        assert_false(f.result.ok);
        say(conv, (struct act){.bcc = {&a, 1}});
        assert_false(f.result.ok);
        assert_true(td_str_eqz(f.result.error, "invalid"));
    }
    struct td_address named = {S("email"), S("a@b"), S("x\nBcc: eve@x")};
    say(conv, (struct act){.cc = {&named, 1}});
    assert_false(f.result.ok);
    say(conv, (struct act){.subject = S("a\r\nBcc: eve@x")});
    assert_false(f.result.ok);
    struct td_address many[51];
    char names[51][16];
    for (size_t i = 0; i < 51; i++) {
        snprintf(names[i], sizeof names[i], "a%zu@x", i);
        many[i] = (struct td_address){S("email"), Z(names[i]), S("")};
    }
    say(conv, (struct act){.to = {many, 30}, .cc = {many, 21}});
    assert_false(f.result.ok);
    assert_int_equal(fix_count(&f, FX_SEND), 0);
    fix_sms(&f, "+44", "m2");
    conv = f.result.conv;
    struct td_address fine = EMAIL("a@b");
    say(conv, (struct act){.cc = {&fine, 1}});
    assert_false(f.result.ok);
    fix_close(&f);
}

static void mail_in(struct td_message m) {
    struct inbound in = {.message = m};
    in.message.channel = S("mail");
    fix_send_as(&f, CMD_MESSAGE_IN, A_CONNECTOR, "mail", NULL, &in);
    assert_true(f.result.ok);
}

/* From the mailbox's Sent folder: ours, in the customer's conversation, and it wakes nobody. */
static void test_sent_by_other_means(void **state) {
    (void)state;
    struct td_address anna[] = {EMAIL("anna@x.example")}, us = EMAIL("help@us.example");
    fix_open(&f);
    mail_in((struct td_message){.from = anna[0], .external_id = S("in1"), .dedupe = S("1")});
    uint64_t conv = f.result.conv;
    uint32_t before = fix_work(&f, conv)->state;
    mail_in((struct td_message){.direction = TD_OUT,
                                .from = us,
                                .to = {anna, 1},
                                .external_id = S("phone1"),
                                .in_reply_to = S("in1"),
                                .dedupe = S("2"),
                                .text = S("From my phone")});
    assert_int_equal(f.result.conv, conv);
    assert_int_equal(fix_work(&f, conv)->state, before);
    assert_int_equal(fix_count(&f, FX_SEND), 0);
    /* somebody else answers that mail: it was ours, so it belongs here */
    struct td_address carl = EMAIL("carl@x.example");
    mail_in((struct td_message){
        .from = carl, .external_id = S("in2"), .in_reply_to = S("phone1"), .dedupe = S("3")});
    assert_int_equal(f.result.conv, conv);
    /* of no conversation: kept as one that is over */
    struct td_address dora[] = {EMAIL("dora@x.example")};
    mail_in((struct td_message){.direction = TD_OUT,
                                .from = us,
                                .to = {dora, 1},
                                .dedupe = S("4"),
                                .external_id = S("p2")});
    assert_int_not_equal(f.result.conv, conv);
    const struct conv *c = fix_conv(&f, f.result.conv);
    assert_int_equal(c->state, CS_RESOLVED);
    assert_true(td_str_eqz(c->peer.addr, "dora@x.example"));
    fix_close(&f);
}

static void test_history(void **state) {
    (void)state;
    struct td_address anna = EMAIL("anna@x.example");
    fix_open(&f);
    mail_in((struct td_message){.from = anna,
                                .external_id = S("old1"),
                                .dedupe = S("1"),
                                .provider_at = 5000,
                                .flags = TD_IMPORTED});
    uint64_t conv = f.result.conv;
    assert_int_equal(fix_conv(&f, conv)->state, CS_RESOLVED);
    assert_int_equal(fix_conv(&f, conv)->resolved_at, 5000);
    assert_null(fix_fact(&f, "arrived"));
    assert_null(fix_fact(&f, "message.in"));
    mail_in((struct td_message){
        .from = anna, .external_id = S("old1"), .dedupe = S("1"), .flags = TD_IMPORTED});
    assert_true(f.result.duplicate);
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recipients), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_sent_by_other_means), cmocka_unit_test(test_history)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
