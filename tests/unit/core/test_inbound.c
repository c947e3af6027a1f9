/* A customer's message: seen before, whose, which conversation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static void test_delivered_twice(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_sms(&f, "+44", "m1");
    uint64_t id = f.result.conv;
    fix_sms(&f, "+44", "m1");
    assert_true(f.result.ok);
    assert_true(f.result.duplicate);
    assert_int_equal(fix_count(&f, FX_LOG), 0);
    assert_int_equal(fix_count(&f, FX_PUT), 0);
    fix_sms(&f, "+44", "m2");
    assert_int_equal(f.result.conv, id);
    assert_int_equal(f.result.seq, 2);
    fix_sms(&f, "+45", "m1"); /* another sender's */
    assert_false(f.result.duplicate);
    fix_restart(&f);
    fix_sms(&f, "+44", "m2");
    assert_true(f.result.duplicate);
    fix_close(&f);
}

static void test_two_in_one_batch(void **state) {
    struct fix f;
    struct buf b;
    (void)state;
    fix_open(&f);
    struct inbound in = {.message = {.channel = S("sms"),
                                     .from = {S("sms"), S("+44"), S("")},
                                     .dedupe = S("m1"),
                                     .text = S("Hello")}};
    struct command cmd = {.kind = CMD_MESSAGE_IN,
                          .actor_kind = A_CONNECTOR,
                          .actor = S("sms"),
                          .body = fix_pack(&rec_inbound, &in, &b)};
    fix_begin(&f);
    fix_apply(&f, &cmd);
    fix_apply(&f, &cmd); /* the second finds what the first made */
    fix_drain(&f);
    assert_int_equal(fix_count(&f, FX_LOG), 1);
    buf_fini(&b);
    fix_close(&f);
}

static void test_contact_and_identity(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_sms(&f, "+44", "m1");
    const struct ident *i = fix_entity(&f, EK_IDENT, S("sms:+44"));
    assert_non_null(i);
    assert_true(i->verified);
    assert_int_equal(i->contact, f.result.contact);
    const struct contact *x = fix_entity(&f, EK_CONTACT, fix_id(&f, i->contact));
    assert_int_equal(x->conversations.n, 1);
    assert_int_equal(x->conversations.v[0], f.result.conv);
    fix_mail(&f, "a@x", "m2");
    i = fix_entity(&f, EK_IDENT, S("email:a@x"));
    assert_false(i->verified); /* anybody can write a sender into a mail */
    fix_close(&f);
}

static void test_mail_threads(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_mail(&f, "a@x", "m1");
    uint64_t id = f.result.conv;
    fix_mail(&f, "a@x", "m2"); /* no reference: a new matter */
    assert_int_not_equal(f.result.conv, id);
    fix_message(&f, "mail", "email", "a@x", "m3", "m1");
    assert_int_equal(f.result.conv, id);
    fix_message(&f, "mail", "email", "b@x", "m4", "m1"); /* a stranger who names a customer's id */
    assert_int_not_equal(f.result.conv, id);
    fix_close(&f);
}

static void test_answer_to_our_own_mail(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_mail(&f, "a@x", "m1");
    uint64_t id = f.result.conv;
    fix_act(&f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Hi")});
    struct send s;
    record_unpack(f.batch, &rec_send, fix_effect(&f, FX_SEND)->bytes, &s, NULL);
    char key[64];
    snprintf(key, sizeof key, "%.*s", TD_FMT(s.key));
    fix_verdict(&f, id, "mail", Z(key), 1,
                (struct td_verdict){.kind = TD_V_ACCEPTED, .external_id = S("ours@us")});
    fix_message(&f, "mail", "email", "colleague@x", "m2", "ours@us"); /* from another address */
    assert_int_equal(f.result.conv, id);
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE); /* it was parked on the reply */
    fix_close(&f);
}

static void test_reopens_within_the_window(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    fix_lead(&f, "boss", CMD_WORK_RESOLVE, (struct act){.conv = id});
    f.now += 86400000;
    fix_visitor(&f, "v1", "Again");
    assert_int_equal(f.result.conv, id);
    assert_int_equal(fix_conv(&f, id)->state, CS_OPEN);
    assert_int_equal(fix_work(&f, id)->state, WS_QUEUED);
    assert_int_equal(fix_work(&f, id)->t0, f.now);
    fix_lead(&f, "boss", CMD_WORK_RESOLVE, (struct act){.conv = id});
    f.now += 86400001;
    fix_visitor(&f, "v1", "Much later");
    assert_int_not_equal(f.result.conv, id);
    fix_close(&f);
}

static void test_a_signed_token_wins(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_mail(&f, "a@x", "m1");
    uint64_t id = f.result.conv;
    struct inbound in = {.message = {.channel = S("mail"),
                                     .conv = id,
                                     .matched = TD_MATCH_TOKEN,
                                     .from = {S("email"), S("other@x"), S("")},
                                     .dedupe = S("m2"),
                                     .text = S("Hello")}};
    fix_send_as(&f, CMD_MESSAGE_IN, A_CONNECTOR, "mail", NULL, &in);
    assert_int_equal(f.result.conv, id);
    in.message.matched = TD_MATCH_SUBJECT; /* of the same correspondent only */
    in.message.dedupe = S("m3");
    fix_send_as(&f, CMD_MESSAGE_IN, A_CONNECTOR, "mail", NULL, &in);
    assert_int_not_equal(f.result.conv, id);
    fix_close(&f);
}

/* The customer's mail program threads by it. */
static void test_mail_answers_the_newest(void **state) {
    struct fix f;
    struct td_message m;
    (void)state;
    fix_open(&f);
    fix_mail(&f, "a@x", "m1");
    uint64_t id = f.result.conv;
    struct inbound in = {.message = {.channel = S("mail"),
                                     .from = {S("email"), S("a@x"), S("")},
                                     .dedupe = S("m2"),
                                     .external_id = S("m2"),
                                     .in_reply_to = S("m1"),
                                     .text = S("And another thing")}};
    fix_send_as(&f, CMD_MESSAGE_IN, A_CONNECTOR, "mail", NULL, &in);
    assert_int_equal(f.result.conv, id);
    struct act answer = {.conv = id, .text = S("Yes")};
    fix_send_as(&f, CMD_MESSAGE_SEND, A_API, "script", NULL, &answer);
    assert_true(f.result.ok);
    record_unpack(f.batch, &rec_message, fix_effect(&f, FX_LOG)->bytes, &m, NULL);
    assert_true(td_str_eqz(m.in_reply_to, "m2"));
    fix_close(&f);
}

static void test_out_of_office_opens_nothing(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_mail(&f, "a@x", "m1");
    uint64_t id = f.result.conv;
    fix_lead(&f, "boss", CMD_WORK_RESOLVE, (struct act){.conv = id});
    struct inbound in = {.message = {.channel = S("mail"),
                                     .from = {S("email"), S("a@x"), S("")},
                                     .dedupe = S("m2"),
                                     .in_reply_to = S("m1"),
                                     .flags = TD_AUTO_SUBMITTED,
                                     .text = S("I am away")}};
    fix_send_as(&f, CMD_MESSAGE_IN, A_CONNECTOR, "mail", NULL, &in);
    assert_int_equal(f.result.conv, id); /* kept, but nobody is woken */
    assert_int_equal(fix_conv(&f, id)->state, CS_RESOLVED);
    in.message = (struct td_message){.channel = S("mail"),
                                     .from = {S("email"), S("spam@x"), S("")},
                                     .dedupe = S("m3"),
                                     .flags = TD_SPAM,
                                     .text = S("Buy!")};
    fix_send_as(&f, CMD_MESSAGE_IN, A_CONNECTOR, "mail", NULL, &in);
    assert_int_equal(fix_conv(&f, f.result.conv)->state, CS_SPAM);
    assert_int_equal(fix_work(&f, f.result.conv)->state, WS_DONE);
    fix_close(&f);
}

static void test_reactions_point_to_their_message(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_message(&f, "toots", "mastodon", "@v", "p1", "");
    uint64_t id = f.result.conv;
    struct inbound in = {.message = {.channel = S("toots"),
                                     .kind = TD_MSG_REACTION,
                                     .from = {S("mastodon"), S("@v"), S("")},
                                     .dedupe = S("r1"),
                                     .parent_id = S("p1"),
                                     .text = S("+1")}};
    fix_send_as(&f, CMD_MESSAGE_IN, A_CONNECTOR, "toots", NULL, &in);
    struct td_message m;
    record_unpack(f.batch, &rec_message, fix_effect(&f, FX_LOG)->bytes, &m, NULL);
    assert_int_equal(m.conv, id);
    assert_int_equal(m.edits, 1);
    in.message.parent_id = S("nobody knows");
    in.message.dedupe = S("r2");
    fix_send_as(&f, CMD_MESSAGE_IN, A_CONNECTOR, "toots", NULL, &in);
    assert_true(f.result.ok);
    assert_int_equal(fix_count(&f, FX_LOG), 0);
    fix_close(&f);
}

static void test_what_is_refused(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_message(&f, "nowhere", "sms", "+44", "m1", "");
    assert_true(td_str_eqz(f.result.error, "invalid"));
    struct inbound in = {
        .message = {.channel = S("web"), .from = {S("visitor"), S("v2"), S("")}, .text = S("x")}};
    fix_send_as(&f, CMD_MESSAGE_IN, A_VISITOR, "web|visitor:v1", NULL, &in);
    assert_true(td_str_eqz(f.result.error, "forbidden"));
    fix_close(&f);
}

static void test_cursor_of_the_channel(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    struct channel_state start = {.channel = S("mail"), .term = 7, .start = true};
    fix_send_as(&f, CMD_CHANNEL_STATE, A_CONNECTOR, "mail", NULL, &start);
    struct inbound in = {.message = {.channel = S("mail"),
                                     .from = {S("email"), S("a@x"), S("")},
                                     .dedupe = S("m1"),
                                     .text = S("x")},
                         .term = 7,
                         .cursor = S("uid 12")};
    fix_send_as(&f, CMD_MESSAGE_IN, A_CONNECTOR, "mail", NULL, &in);
    assert_true(f.result.ok);
    const struct chan *c = fix_entity(&f, EK_CHAN, S("mail"));
    assert_true(td_str_eqz(c->cursor, "uid 12"));
    in.term = 6; /* an older holder */
    in.message.dedupe = S("m2");
    fix_send_as(&f, CMD_MESSAGE_IN, A_CONNECTOR, "mail", NULL, &in);
    assert_true(td_str_eqz(f.result.error, "stale"));
    assert_int_equal(fix_count(&f, FX_LOG), 0);
    fix_close(&f);
}

static void test_blocked_sender(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_sms(&f, "+44", "m1");
    uint64_t id = f.result.conv;
    fix_lead(&f, "boss", CMD_CONV_BLOCK, (struct act){.conv = id});
    assert_int_equal(fix_work(&f, id)->state, WS_DONE);
    fix_sms(&f, "+44", "m2");
    assert_int_equal(fix_count(&f, FX_LOG), 1); /* kept */
    assert_int_equal(fix_conv(&f, id)->state, CS_RESOLVED);
    fix_lead(&f, "boss", CMD_CONV_BLOCK, (struct act){.conv = id, .reason = S("off")});
    fix_sms(&f, "+44", "m3");
    assert_int_equal(fix_conv(&f, id)->state, CS_OPEN);
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delivered_twice),
        cmocka_unit_test(test_two_in_one_batch),
        cmocka_unit_test(test_contact_and_identity),
        cmocka_unit_test(test_mail_threads),
        cmocka_unit_test(test_answer_to_our_own_mail),
        cmocka_unit_test(test_reopens_within_the_window),
        cmocka_unit_test(test_a_signed_token_wins),
        cmocka_unit_test(test_mail_answers_the_newest),
        cmocka_unit_test(test_out_of_office_opens_nothing),
        cmocka_unit_test(test_reactions_point_to_their_message),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_cursor_of_the_channel),
        cmocka_unit_test(test_blocked_sender),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
