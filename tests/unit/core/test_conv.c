/* Tags, reading, spam, merging of conversations and contacts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static bool is(struct td_str s, const char *text) {
    return td_str_eqz(s, text);
}

static void test_tags(void **state) {
    struct fix f;
    struct td_str add[] = {S("vip"), S("refund"), S("vip")}, remove[] = {S("vip"), S("none")};
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_sms(&f, "+44", "m1");
    uint64_t id = f.result.conv;
    fix_act(&f, "anna", CMD_CONV_TAG, (struct act){.conv = id, .add = {add, 3}});
    assert_int_equal(fix_conv(&f, id)->tags.n, 2);
    fix_act(&f, "anna", CMD_CONV_TAG, (struct act){.conv = id, .remove = {remove, 2}});
    assert_int_equal(fix_conv(&f, id)->tags.n, 1);
    assert_true(is(fix_conv(&f, id)->tags.v[0], "refund"));
    fix_close(&f);
}

static void test_reading_is_told_to_the_visitor(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_visitor(&f, "v1", "Hello?");
    uint64_t id = f.result.conv;
    fix_act(&f, "anna", CMD_CONV_READ, (struct act){.conv = id, .seq = 99});
    assert_int_equal(fix_conv(&f, id)->read_seq, 1);
    assert_int_equal(fix_visit(&f, "web|visitor:v1")->read_seq, 1);
    fix_act(&f, "anna", CMD_CONV_READ, (struct act){.conv = id, .seq = 1});
    assert_null(fix_visit(&f, "web|visitor:v1"));
    fix_close(&f);
}

static void test_spam(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_sms(&f, "+44", "m1");
    uint64_t id = f.result.conv;
    fix_act(&f, "anna", CMD_CONV_SPAM, (struct act){.conv = id});
    assert_int_equal(fix_conv(&f, id)->state, CS_SPAM);
    fix_sms(&f, "+44", "m2"); /* more of the same wakes nobody */
    assert_int_equal(f.result.conv, id);
    assert_int_equal(fix_work(&f, id)->state, WS_DONE);
    fix_act(&f, "anna", CMD_WORK_REOPEN, (struct act){.conv = id});
    assert_int_equal(fix_work(&f, id)->state, WS_ACTIVE);
    fix_close(&f);
}

static void test_merge_and_unmerge(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_mail(&f, "a@x", "m1");
    uint64_t one = f.result.conv;
    fix_mail(&f, "a@x", "m2");
    uint64_t two = f.result.conv;
    fix_lead(&f, "boss", CMD_CONV_MERGE, (struct act){.conv = two, .other = one});
    assert_true(f.result.ok);
    assert_int_equal(fix_conv(&f, two)->state, CS_MERGED);
    assert_int_equal(fix_work(&f, two)->state, WS_DONE);
    fix_message(&f, "mail", "email", "a@x", "m3", "m2"); /* an answer to the one that went */
    assert_int_equal(f.result.conv, one);
    fix_lead(&f, "boss", CMD_NOTE_ADD, (struct act){.conv = two, .text = S("x")});
    assert_true(is(f.result.error, "merged"));
    fix_lead(&f, "boss", CMD_CONV_UNMERGE, (struct act){.conv = two});
    assert_int_equal(fix_conv(&f, two)->state, CS_OPEN);
    assert_int_equal(fix_work(&f, two)->state, WS_QUEUED);
    fix_message(&f, "mail", "email", "a@x", "m4", "m2");
    assert_int_equal(f.result.conv, two);
    fix_lead(&f, "boss", CMD_CONV_MERGE, (struct act){.conv = two, .other = two});
    assert_true(is(f.result.error, "invalid"));
    fix_close(&f);
}

static void edit(struct fix *f, uint32_t kind, struct contact_edit e) {
    fix_send_as(f, kind, A_AGENT, "anna", NULL, &e);
}

static void test_contact_set_and_link(void **state) {
    struct fix f;
    struct td_str fields[] = {S("crm"), S("4711")};
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_sms(&f, "+44", "m1");
    uint64_t id = f.result.contact;
    edit(&f, CMD_CONTACT_SET,
         (struct contact_edit){.contact = id, .name = S("Ada"), .fields = {fields, 2}});
    edit(&f, CMD_CONTACT_LINK,
         (struct contact_edit){.contact = id, .identity = {S("email"), S("a@x"), S("")}});
    const struct contact *x = fix_entity(&f, EK_CONTACT, fix_id(&f, id));
    assert_true(is(x->name, "Ada"));
    assert_true(is(x->fields.v[0].value, "4711"));
    assert_int_equal(x->identities.n, 2);
    assert_false(x->identities.v[1].verified);
    assert_true(is(x->identities.v[1].source, "agent anna"));
    fix_mail(&f, "a@x", "m2"); /* the mail is hers now */
    assert_int_equal(f.result.contact, id);
    fix_mail(&f, "b@x", "m3");
    edit(&f, CMD_CONTACT_LINK,
         (struct contact_edit){.contact = id, .identity = {S("email"), S("b@x"), S("")}});
    assert_true(is(f.result.error, "taken"));
    edit(&f, CMD_CONTACT_SET, (struct contact_edit){.contact = 999});
    assert_true(is(f.result.error, "not-found"));
    fix_close(&f);
}

static void test_contact_merge_is_undoable(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    fix_sms(&f, "+44", "m1");
    uint64_t one = f.result.contact;
    fix_mail(&f, "a@x", "m2");
    uint64_t two = f.result.contact, conv = f.result.conv;
    edit(&f, CMD_CONTACT_MERGE, (struct contact_edit){.contact = two, .other = one});
    assert_true(f.result.ok);
    const struct effect *ix = fix_effect(&f, FX_INDEX);
    assert_int_equal(ix->conv, conv);
    fix_mail(&f, "a@x", "m3");
    assert_int_equal(f.result.contact, one);
    edit(&f, CMD_CONTACT_MERGE, (struct contact_edit){.contact = two, .other = one});
    assert_true(is(f.result.error, "invalid"));
    edit(&f, CMD_CONTACT_UNMERGE, (struct contact_edit){.contact = two});
    fix_mail(&f, "a@x", "m4");
    assert_int_equal(f.result.contact, two);
    const struct contact *x = fix_entity(&f, EK_CONTACT, fix_id(&f, one));
    assert_int_equal(x->identities.n, 1);
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags),
        cmocka_unit_test(test_reading_is_told_to_the_visitor),
        cmocka_unit_test(test_spam),
        cmocka_unit_test(test_merge_and_unmerge),
        cmocka_unit_test(test_contact_set_and_link),
        cmocka_unit_test(test_contact_merge_is_undoable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
