/* Attachments that a provider keeps: waiting, tried again, stored, given up, asked for anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

enum { TERM = 9 };
#define SHA "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static uint64_t conv;

static const struct media *media_of(struct fix *f) {
    char text[48];
    snprintf(text, sizeof text, "%llu/1", (unsigned long long)conv);
    return fix_entity(f, EK_MEDIA, Z(text));
}

static void begin(struct fix *f) {
    struct channel_state start = {
        .channel = S("sms"), .state = S("up"), .term = TERM, .start = true};
    struct td_attachment files[] = {
        {.name = S("here.png"), .sha256 = S(SHA), .type = S("image/png")},
        {.url = S("https://p.example/1"), .type = S("image/jpeg")},
        {.url = S("https://p.example/2")}};
    struct inbound in = {.message = {.channel = S("sms"),
                                     .from = {S("sms"), S("+44"), {NULL, 0}},
                                     .dedupe = S("m1"),
                                     .text = S("two pictures"),
                                     .attachments = {files, 3}}};
    fix_open(f);
    fix_agent(f, "anna");
    fix_system(f, CMD_CHANNEL_STATE, &start);
    fix_send_as(f, CMD_MESSAGE_IN, A_CONNECTOR, "sms", NULL, &in);
    conv = f->result.conv;
}

static void tell(struct fix *f, struct media_in in) {
    in.channel = S("sms");
    in.conv = conv;
    in.seq = 1;
    in.term = in.term ? in.term : TERM;
    fix_send_as(f, CMD_MEDIA_IN, A_CONNECTOR, "sms", NULL, &in);
}

/* The effect that tells the commit whether it stays in the work list. */
static bool listed(const struct fix *f) {
    for (size_t i = 0; i < f->fx.n; i++)
        if (f->fx.v[i].kind == FX_PUT && f->fx.v[i].entity == EK_MEDIA)
            return f->fx.v[i].open;
    fail_msg("it was not written");
    return false;
}

static void test_a_message_brings_its_work(void **state) {
    struct fix f;
    (void)state;
    begin(&f);
    assert_true(listed(&f));
    const struct media *m = media_of(&f);
    assert_int_equal(m->items.n, 2);
    assert_int_equal(m->items.v[0].index, 1);
    assert_int_equal(m->items.v[1].state, MEDIA_WAITING);
    assert_true(td_str_eqz(m->channel, "sms"));
    fix_sms(&f, "+45", "m2"); /* no files: no record */
    for (size_t i = 0; i < f.fx.n; i++)
        assert_false(f.fx.v[i].kind == FX_PUT && f.fx.v[i].entity == EK_MEDIA);
    fix_close(&f);
}

static void test_stored_and_given_up(void **state) {
    struct fix f;
    (void)state;
    begin(&f);
    tell(&f, (struct media_in){.index = 1, .sha256 = S(SHA), .type = S("image/png"), .bytes = 12});
    assert_true(listed(&f)); /* the other waits */
    const struct media *m = media_of(&f);
    assert_int_equal(m->items.v[0].state, MEDIA_STORED);
    assert_true(td_str_eqz(m->items.v[0].type, "image/png"));
    tell(&f, (struct media_in){.index = 1, .error = S("late")});
    assert_true(f.result.duplicate || !f.has_result);
    assert_int_equal(media_of(&f)->items.v[0].state, MEDIA_STORED);
    tell(&f, (struct media_in){.index = 2, .error = S("too large")});
    assert_false(listed(&f));
    m = media_of(&f);
    assert_int_equal(m->items.v[1].state, MEDIA_FAILED);
    assert_true(td_str_eqz(m->items.v[1].error, "too large"));
    fix_close(&f);
}

static void test_trouble_is_bounded(void **state) {
    struct fix f;
    (void)state;
    begin(&f);
    int64_t pause = 0;
    for (unsigned i = 1; i < 8; i++) {
        tell(&f, (struct media_in){.index = 1, .error = S("503"), .temporary = true});
        const struct media_item *x = &media_of(&f)->items.v[0];
        assert_int_equal(x->state, MEDIA_WAITING);
        assert_int_equal(x->attempts, i);
        assert_true(x->next_at > f.now);
        if (i > 2)
            assert_true(x->next_at - f.now > pause / 2);
        pause = x->next_at - f.now;
    }
    tell(&f, (struct media_in){.index = 1, .error = S("503"), .temporary = true});
    assert_int_equal(media_of(&f)->items.v[0].state, MEDIA_FAILED);
    fix_close(&f);
}

static void test_only_the_holder_counts(void **state) {
    struct fix f;
    (void)state;
    begin(&f);
    tell(&f, (struct media_in){.index = 1, .sha256 = S(SHA), .term = TERM - 1});
    assert_int_equal(media_of(&f)->items.v[0].state, MEDIA_WAITING);
    fix_restart(&f); /* what waits is stored */
    tell(&f, (struct media_in){.index = 1, .sha256 = S(SHA)});
    assert_int_equal(media_of(&f)->items.v[0].state, MEDIA_STORED);
    fix_close(&f);
}

static void test_a_person_asks_again(void **state) {
    struct fix f;
    (void)state;
    begin(&f);
    tell(&f, (struct media_in){.index = 1, .sha256 = S(SHA)});
    tell(&f, (struct media_in){.index = 2, .error = S("gone")});
    fix_act(&f, "anna", CMD_MEDIA_RETRY, (struct act){.conv = conv, .seq = 1});
    assert_true(f.result.ok);
    assert_true(listed(&f));
    const struct media *m = media_of(&f);
    assert_int_equal(m->items.v[0].state, MEDIA_STORED);
    assert_int_equal(m->items.v[1].state, MEDIA_WAITING);
    assert_int_equal(m->items.v[1].attempts, 0);
    fix_act(&f, "anna", CMD_MEDIA_RETRY, (struct act){.conv = conv, .seq = 2});
    assert_true(td_str_eqz(f.result.error, "not-found"));
    fix_close(&f);
}

static void test_files_go_where_the_channel_takes_them(void **state) {
    struct fix f;
    struct fix_policy p;
    (void)state;
    begin(&f);
    struct td_attachment file = {.name = S("a.png"), .sha256 = S(SHA), .bytes = 2000};
    struct act act = {.conv = conv, .attachments = {&file, 1}};
    fix_accept(&f, "anna", conv);
    fix_act(&f, "anna", CMD_MESSAGE_SEND, act);
    assert_true(td_str_eqz(f.result.error, "invalid"));
    fix_policy(&p)->channels.v[1].media_max = 1000;
    fix_config(&f, &p.p);
    fix_act(&f, "anna", CMD_MESSAGE_SEND, act);
    assert_true(td_str_eqz(f.result.error, "invalid"));
    file.bytes = 1000;
    fix_act(&f, "anna", CMD_MESSAGE_SEND, act);
    assert_true(f.result.ok);
    fix_act(&f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = conv});
    assert_true(td_str_eqz(f.result.error, "invalid"));
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_message_brings_its_work),
        cmocka_unit_test(test_stored_and_given_up),
        cmocka_unit_test(test_trouble_is_bounded),
        cmocka_unit_test(test_only_the_holder_counts),
        cmocka_unit_test(test_a_person_asks_again),
        cmocka_unit_test(test_files_go_where_the_channel_takes_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
