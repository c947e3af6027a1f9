/* STOP, START, HELP; the list of who wants nothing any more; channels that only observe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/optout.h"
#include "fixture.h"

static struct keyword_policy words[] = {
    {TD_STR("stop"), KW_STOP, TD_STR("No more.")},
    {TD_STR("opt out"), KW_STOP, TD_STR("No more.")},
    {TD_STR("arrêt"), KW_STOP, TD_STR("Plus rien.")},
    {TD_STR("стоп"), KW_STOP, TD_STR("Всё.")},
    {TD_STR("rezygnuję"), KW_STOP, TD_STR("Koniec.")},
    {TD_STR("start"), KW_START, TD_STR("Again.")},
    {TD_STR("help"), KW_HELP, TD_STR("We help.")},
};

static void configure(struct fix *f, bool observe, size_t n_words) {
    struct fix_policy p;
    struct policy *policy = fix_policy(&p);
    char hash[32];
    snprintf(hash, sizeof hash, "h%d%zu%u", observe, n_words, f->commands);
    policy->hash = Z(hash);
    p.channels[1].keywords.v = words;
    p.channels[1].keywords.n = n_words;
    p.channels[1].observe = observe;
    fix_config(f, policy);
    assert_true(f->result.ok);
}
static void open_with_words(struct fix *f) {
    fix_open(f);
    configure(f, false, sizeof words / sizeof *words);
    fix_agent(f, "anna");
}

static unsigned said;
static void say_as(struct fix *f, const char *text, uint32_t flags) {
    char id[16];
    snprintf(id, sizeof id, "s%u", ++said);
    struct inbound in = {.message = {.channel = S("sms"),
                                     .from = {S("sms"), S("+44"), S("")},
                                     .dedupe = Z(id),
                                     .flags = flags,
                                     .text = Z(text)}};
    fix_send_as(f, CMD_MESSAGE_IN, A_CONNECTOR, "sms", NULL, &in);
    assert_true(f->result.ok);
}
static void say(struct fix *f, const char *text) {
    say_as(f, text, 0);
}

/* What goes into the outbox in the last step: its text, "" for nothing. */
static const char *outgoing(struct fix *f) {
    struct send s;
    const struct effect *fx = fix_effect(f, FX_SEND);
    if (!fx)
        return "";
    assert_int_equal(fix_count(f, FX_SEND), 1);
    assert_int_equal(record_unpack(f->batch, &rec_send, fx->bytes, &s, NULL), TD_OK);
    return td_arena_dup(f->batch, s.message.text).p;
}
static struct send last_send;
static void accept_send(struct fix *f, uint64_t conv) {
    const struct effect *fx = fix_effect(f, FX_SEND);
    assert_non_null(fx);
    assert_int_equal(record_unpack(f->batch, &rec_send, fx->bytes, &last_send, NULL), TD_OK);
    char id[64];
    snprintf(id, sizeof id, "%.*s", TD_FMT(last_send.key));
    fix_verdict(f, conv, "sms", Z(id), last_send.attempt,
                (struct td_verdict){.kind = TD_V_ACCEPTED});
    assert_true(f->result.ok);
}
static bool is_out(struct fix *f) {
    const struct thread *t = fix_entity(f, EK_THREAD, S("sms|sms:+44"));
    return t && t->opted_out;
}
static bool send(struct fix *f, uint64_t conv, const char *text) {
    fix_act(f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = conv, .text = Z(text)});
    return f->result.ok;
}

static void test_stop_start(void **state) {
    struct fix f;
    (void)state;
    open_with_words(&f);
    say(&f, " Stop. ");
    uint64_t id = f.result.conv;
    assert_true(id > 0);
    assert_true(is_out(&f));
    assert_string_equal(outgoing(&f), "No more.");
    assert_non_null(fix_fact(&f, "opted-out"));
    assert_int_equal(fix_conv(&f, id)->state, CS_RESOLVED); /* nobody's work */
    assert_false(fix_get_agent(&f, "anna")->offer.n);
    assert_int_equal(fix_conv(&f, id)->last_human_reply_at, 0);
    accept_send(&f, id);
    say(&f, "STOP"); /* nothing changes: nothing is answered, no loop with another machine */
    assert_string_equal(outgoing(&f), "");
    say(&f, "start");
    assert_false(is_out(&f));
    assert_string_equal(outgoing(&f), "Again.");
    accept_send(&f, id);
    say(&f, "START");
    assert_string_equal(outgoing(&f), "");
    assert_int_equal(f.result.conv, id);
    say(&f, "Hello again"); /* an ordinary message opens it */
    assert_int_equal(f.result.conv, id);
    assert_int_equal(fix_conv(&f, id)->state, CS_OPEN);
    assert_true(fix_get_agent(&f, "anna")->offer.n);
    fix_close(&f);
}

static void test_words(void **state) {
    static const struct {
        const char *text;
        bool stops;
    } cases[] = {{"STOP", true},         {"\"Stop!\"", true}, {"opt-out", true},
                 {"OPT  OUT", true},     {"Arrêt", true},     {"ARRÊT", true},
                 {"СТОП", true},         {"REZYGNUJĘ", true}, {"stop it", false},
                 {"please stop", false}, {"", false},         {"...", false},
                 {"stopp", false},       {"\xc3", false},     {"stop\xf0\x9f", false},
                 {"optout", false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct channel_policy p = {.keywords = {words, sizeof words / sizeof *words}};
        struct td_message m = {.text = Z(cases[i].text)};
        const struct keyword_policy *k = optout_keyword(&p, &m);
        if ((k && k->action == KW_STOP) != cases[i].stops)
            fail_msg("\"%s\": expected %d", cases[i].text, cases[i].stops);
    }
}

static void test_machines_are_not_answered(void **state) {
    struct fix f;
    (void)state;
    open_with_words(&f);
    say_as(&f, "HELP", TD_AUTO_SUBMITTED);
    assert_string_equal(outgoing(&f), "");
    say_as(&f, "STOP", TD_BOT);
    assert_false(is_out(&f));
    fix_close(&f);
}

static void test_help_once_an_hour(void **state) {
    struct fix f;
    (void)state;
    open_with_words(&f);
    say(&f, "help");
    uint64_t id = f.result.conv;
    assert_string_equal(outgoing(&f), "We help.");
    accept_send(&f, id);
    for (int i = 0; i < 20; i++) {
        say(&f, "help");
        assert_string_equal(outgoing(&f), "");
    }
    fix_wait(&f, 3600000);
    say(&f, "help");
    assert_string_equal(outgoing(&f), "We help.");
    accept_send(&f, id);
    say(&f, "stop"); /* help is given to who has opted out too */
    accept_send(&f, id);
    fix_wait(&f, 3600000);
    say(&f, "help");
    assert_string_equal(outgoing(&f), "We help.");
    fix_close(&f);
}

static void test_help_in_a_talk_reaches_the_agent(void **state) {
    struct fix f;
    (void)state;
    open_with_words(&f);
    say(&f, "Hello");
    uint64_t id = f.result.conv;
    fix_accept(&f, "anna", id);
    assert_true(send(&f, id, "Hi"));
    accept_send(&f, id);
    assert_int_equal(fix_work(&f, id)->silent_since, 0);
    say(&f, "help");
    assert_true(fix_work(&f, id)->silent_since > 0); /* her turn */
    assert_string_equal(outgoing(&f), "We help.");
    assert_true(td_str_eqz(fix_conv(&f, id)->last_agent, "anna"));
    fix_close(&f);
}

static void test_nothing_is_sent_to_who_opted_out(void **state) {
    struct fix f;
    (void)state;
    open_with_words(&f);
    say(&f, "Hello");
    uint64_t id = f.result.conv;
    fix_accept(&f, "anna", id);
    assert_true(send(&f, id, "one"));
    struct send first;
    record_unpack(f.batch, &rec_send, fix_effect(&f, FX_SEND)->bytes, &first, NULL);
    char key[64];
    snprintf(key, sizeof key, "%.*s", TD_FMT(first.key));
    assert_true(send(&f, id, "two")); /* waits behind the first */
    assert_true(send(&f, id, "three"));
    say(&f, "STOP");
    assert_string_equal(outgoing(&f), ""); /* "one" is out; the answer waits */
    assert_false(send(&f, id, "four"));
    assert_true(td_str_eqz(f.result.error, "opted-out"));
    fix_verdict(&f, id, "sms", Z(key), 1, (struct td_verdict){.kind = TD_V_ACCEPTED});
    assert_string_equal(outgoing(&f), "No more."); /* and not "two" */
    const struct conv *conv = fix_conv(&f, id);
    unsigned failed = 0;
    for (size_t i = 0; i < conv->pending.n; i++)
        failed += conv->pending.v[i].state == TD_FAILED;
    assert_int_equal(failed, 2);
    accept_send(&f, id);
    assert_string_equal(outgoing(&f), "");
    struct start s = {.channel = S("sms"), .peer = {S("sms"), S("+44"), S("")}, .text = S("Hi")};
    fix_send_as(&f, CMD_CONV_START, A_AGENT, "anna", NULL, &s);
    assert_true(td_str_eqz(f.result.error, "opted-out"));
    say(&f, "START");
    accept_send(&f, id);
    assert_true(send(&f, id, "five"));
    assert_string_equal(outgoing(&f), "five");
    fix_close(&f);
}

static void opt(struct fix *f, const char *event) {
    struct inbound in = {
        .message = {.channel = S("sms"), .from = {S("sms"), S("+44"), S("")}, .event = Z(event)}};
    fix_send_as(f, CMD_OPTOUT_IN, A_CONNECTOR, "sms", NULL, &in);
    assert_true(f->result.ok);
}

static void test_the_provider_says_so(void **state) {
    struct fix f;
    (void)state;
    open_with_words(&f);
    say(&f, "Hello");
    uint64_t id = f.result.conv, seq = fix_conv(&f, id)->seq;
    fix_accept(&f, "anna", id);
    opt(&f, "");
    assert_true(is_out(&f));
    assert_string_equal(outgoing(&f), "");
    assert_true(fix_conv(&f, id)->seq > seq); /* it stands in the conversation */
    opt(&f, "");
    assert_true(f.result.duplicate);
    assert_false(send(&f, id, "Hi"));
    opt(&f, "opt-in");
    assert_false(is_out(&f));
    assert_true(send(&f, id, "Hi"));
    fix_close(&f);
}

static void test_no_words_no_magic(void **state) {
    struct fix f;
    (void)state;
    fix_open(&f);
    fix_agent(&f, "anna");
    say(&f, "STOP");
    assert_false(is_out(&f));
    assert_true(fix_get_agent(&f, "anna")->offer.n);
    fix_close(&f);
}

static void test_observe_only(void **state) {
    struct fix f;
    (void)state;
    open_with_words(&f);
    configure(&f, true, sizeof words / sizeof *words);
    say(&f, "Hello");
    uint64_t id = f.result.conv;
    fix_accept(&f, "anna", id);
    assert_true(send(&f, id, "one"));
    assert_string_equal(outgoing(&f), "");
    const struct delivery *d = fix_delivery(&f);
    assert_non_null(d);
    assert_int_equal(d->state, TD_QUEUED);
    assert_true(td_str_eqz(d->error, "held: observe only"));
    assert_true(send(&f, id, "two"));
    for (int i = 0; i < 10; i++) {
        fix_wait(&f, 900000);
        assert_string_equal(outgoing(&f), "");
    }
    fix_restart(&f);
    fix_wait(&f, 900000);
    assert_string_equal(outgoing(&f), "");
    say(&f, "HELP"); /* noted, never answered */
    assert_string_equal(outgoing(&f), "");
    configure(&f, false, sizeof words / sizeof *words);
    fix_wait(&f, 900000);
    assert_string_equal(outgoing(&f), "one");
    accept_send(&f, id);
    assert_string_equal(outgoing(&f), "two");
    fix_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stop_start),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_machines_are_not_answered),
        cmocka_unit_test(test_help_once_an_hour),
        cmocka_unit_test(test_help_in_a_talk_reaches_the_agent),
        cmocka_unit_test(test_nothing_is_sent_to_who_opted_out),
        cmocka_unit_test(test_the_provider_says_so),
        cmocka_unit_test(test_no_words_no_magic),
        cmocka_unit_test(test_observe_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
