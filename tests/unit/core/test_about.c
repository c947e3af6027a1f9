/* What a customer does to a message that he wrote: edit, deletion, reaction. Each lands on that
 * message, on whatever channel others can name one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static const uint32_t what[] = {TD_MSG_EDIT, TD_MSG_DELETE, TD_MSG_REACTION};

/* A channel of that kind to an app of somebody else's: "sms" of the fixture, made over. */
static void open_channel(struct fix *f, uint32_t kind) {
    struct fix_policy p;
    fix_open(f);
    fix_policy(&p);
    p.channels[1].kind = kind;
    p.p.hash = S("about");
    fix_config(f, &p.p);
}

static void take(struct fix *f, const char *who, struct td_message m) {
    struct inbound in = {.message = m};
    in.message.channel = S("sms");
    in.message.from = (struct td_address){S("sms"), Z(who), S("")};
    fix_send_as(f, CMD_MESSAGE_IN, A_CONNECTOR, "sms", NULL, &in);
    assert_true(f->result.ok);
}
static void text(struct fix *f, const char *who, const char *id) {
    take(f, who, (struct td_message){.external_id = Z(id), .dedupe = Z(id), .text = S("Hello")});
}
static void about(struct fix *f, uint32_t kind, const char *id, const char *dedupe) {
    take(f, "c1",
         (struct td_message){
             .kind = kind, .in_reply_to = Z(id), .dedupe = Z(dedupe), .text = S("Hullo")});
}

static struct td_message logged(struct fix *f) {
    struct td_message m;
    const struct effect *fx = fix_effect(f, FX_LOG);
    assert_non_null(fx);
    assert_int_equal(record_unpack(f->batch, &rec_message, fx->bytes, &m, NULL), TD_OK);
    return m;
}

static void test_each_lands_on_its_message(void **state) {
    static const uint32_t kinds[] = {CK_CHAT, CK_SMS, CK_SOCIAL, CK_MAIL};
    (void)state;
    for (size_t k = 0; k < 4; k++) {
        struct fix f;
        open_channel(&f, kinds[k]);
        text(&f, "c2", "other");
        text(&f, "c1", "first");
        uint64_t conv = f.result.conv;
        text(&f, "c1", "second");
        fix_restart(&f); /* stored, not only known */
        for (size_t i = 0; i < 3; i++) {
            char dedupe[8] = {'d', (char)('0' + i), 0};
            about(&f, what[i], "first", dedupe);
            struct td_message m = logged(&f);
            assert_int_equal(m.kind, what[i]);
            assert_int_equal(m.conv, conv);
            assert_int_equal(m.edits, 1);
        }
        about(&f, TD_MSG_EDIT, "first", "d0"); /* the hook came twice */
        assert_true(f.result.duplicate);
        fix_close(&f);
    }
}

/* It has no id of its own that could be named, and wakes nobody. */
static void test_it_is_no_message_itself(void **state) {
    struct fix f;
    (void)state;
    open_channel(&f, CK_CHAT);
    fix_agent(&f, "anna");
    text(&f, "c1", "first");
    uint64_t conv = f.result.conv;
    fix_lead(&f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = conv});
    assert_true(f.result.ok);
    take(&f, "c1",
         (struct td_message){.kind = TD_MSG_EDIT,
                             .external_id = S("e1"),
                             .in_reply_to = S("first"),
                             .text = S("Hullo")});
    assert_int_equal(logged(&f).edits, 1);
    assert_int_equal(fix_conv(&f, conv)->state, CS_RESOLVED);
    about(&f, TD_MSG_DELETE, "e1", "d1");
    assert_null(fix_effect(&f, FX_LOG));
    fix_close(&f);
}

/* Of a message that nobody knows, and of one whose id is beyond all measure. */
static void test_of_nothing_known(void **state) {
    struct fix f;
    char id[1100];
    (void)state;
    open_channel(&f, CK_CHAT);
    memset(id, 'x', sizeof id);
    id[sizeof id - 1] = 0;
    text(&f, "c1", id);
    about(&f, TD_MSG_EDIT, id, "d1");
    assert_null(fix_effect(&f, FX_LOG));
    about(&f, TD_MSG_REACTION, "never", "d2");
    assert_null(fix_effect(&f, FX_LOG));
    fix_close(&f);
}

/* The visitor's own socket names nothing: no row is kept for it. */
static void test_live_channels_keep_none(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_visitor(&f, "v1", "Hello?");
    assert_int_equal(f.stored[EK_EXT].n, 0);
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_lands_on_its_message),
        cmocka_unit_test(test_it_is_no_message_itself),
        cmocka_unit_test(test_of_nothing_known),
        cmocka_unit_test(test_live_channels_keep_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
