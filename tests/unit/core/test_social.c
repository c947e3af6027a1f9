/* Posts: answered one by one, edited, deleted, liked; found by listening; rules; spikes, clusters;
 * the switch that holds all of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/cluster.h"
#include "core/posts.h"
#include "core/rules.h"
#include "core/words.h"
#include "fixture.h"

struct world {
    struct fix f;
    struct fix_policy p;
    struct rule_policy rules[3];
};

static void open_world(struct world *w) {
    fix_open(&w->f);
    fix_policy(&w->p);
    w->p.channels[3].reacts = true;
    w->p.p.hash = S("social");
    fix_config(&w->f, &w->p.p);
    fix_agent(&w->f, "anna");
}

static void post(struct fix *f, struct td_message m) {
    struct inbound in = {.message = m};
    in.message.channel = S("toots");
    in.message.from.type = S("mastodon");
    in.message.dedupe = m.external_id;
    fix_send_as(f, CMD_MESSAGE_IN, A_CONNECTOR, "toots", NULL, &in);
}
static struct td_message by(const char *who, const char *id, const char *text) {
    return (struct td_message){.from = {.addr = Z(who)}, .external_id = Z(id), .text = Z(text)};
}
static uint64_t mention(struct fix *f, const char *who, const char *id, const char *text) {
    post(f, by(who, id, text));
    assert_true(f->result.ok);
    return f->result.conv;
}
/* The message that the last step has added. */
static const struct td_message *logged(struct fix *f) {
    struct td_message *m = TD_ARENA_NEW(f->batch, struct td_message);
    const struct effect *fx = fix_effect(f, FX_LOG);
    assert_non_null(fx);
    assert_int_equal(record_unpack(f->batch, &rec_message, fx->bytes, m, NULL), TD_OK);
    return m;
}

/* What went to the provider in the last step. */
static struct td_message sent(struct fix *f) {
    struct send s = {.attempt = 0};
    const struct effect *fx = fix_effect(f, FX_SEND);
    if (!fx)
        return (struct td_message){.kind = 99};
    assert_int_equal(record_unpack(f->batch, &rec_send, fx->bytes, &s, NULL), TD_OK);
    return s.message;
}
static void assert_str(struct td_str s, const char *expected) {
    if (!td_str_eqz(s, expected))
        fail_msg("\"%.*s\" is not \"%s\"", TD_FMT(s), expected);
}

/* ---- answering ---- */

static void test_a_reply_names_the_post(void **state) {
    struct world w;
    struct fix *f = &w.f;
    (void)state;
    open_world(&w);
    struct td_message m = by("@v", "p1", "It is broken");
    m.root_id = S("root");
    m.reply_ref = S("opaque");
    m.visibility = S("direct");
    m.reach = 12000;
    post(f, m);
    uint64_t id = f->result.conv;
    fix_act(f, "anna", CMD_WORK_PICK, (struct act){.conv = id});
    fix_act(f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Sorry")});
    assert_true(f->result.ok);
    struct td_message out = sent(f);
    assert_str(out.in_reply_to, "p1");
    assert_str(out.parent_id, "p1");
    assert_str(out.root_id, "root");
    assert_str(out.reply_ref, "opaque");
    assert_str(out.visibility, "direct");
    assert_int_equal(fix_conv(f, id)->posts.v[0].reach, 12000);
    fix_close(f);
}

static void test_which_post_is_answered(void **state) {
    struct world w;
    struct fix *f = &w.f;
    (void)state;
    open_world(&w);
    uint64_t id = mention(f, "@v", "p1", "One");
    struct td_message second = by("@v", "p2", "Two");
    second.parent_id = S("p1");
    post(f, second);
    assert_int_equal(f->result.conv, id); /* his own thread goes on */
    struct td_message other = by("@x", "p3", "Me too");
    other.parent_id = S("p1");
    post(f, other);
    assert_int_not_equal(f->result.conv, id); /* somebody else's is his own */
    fix_act(f, "anna", CMD_WORK_PICK, (struct act){.conv = id});
    fix_act(f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .seq = 1, .text = S("A")});
    assert_str(sent(f).in_reply_to, "p1");
    fix_act(f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .seq = 99, .text = S("A")});
    assert_str(f->result.error, "not-found");
    fix_restart(f);
    fix_act(f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("B")});
    assert_true(f->result.ok);
    fix_close(f);
}

static void test_posts_are_few(void **state) {
    struct world w;
    struct fix *f = &w.f;
    char id[16], parent[16] = "";
    uint64_t conv = 0;
    (void)state;
    open_world(&w);
    for (int i = 0; i < POSTS_MAX + 5; i++) {
        snprintf(id, sizeof id, "p%d", i);
        struct td_message m = by("@v", id, "Again");
        m.parent_id = Z(parent);
        post(f, m);
        conv = f->result.conv;
        memcpy(parent, id, sizeof id);
    }
    assert_int_equal(fix_conv(f, conv)->posts.n, POSTS_MAX);
    assert_str(fix_conv(f, conv)->posts.v[POSTS_MAX - 1].external_id, id);
    fix_close(f);
}

/* ---- the author changes it ---- */

static void test_an_edit_is_what_lists_show(void **state) {
    struct world w;
    struct fix *f = &w.f;
    (void)state;
    open_world(&w);
    uint64_t id = mention(f, "@v", "p1", "It is brocken");
    struct td_message edit = {.kind = TD_MSG_EDIT,
                              .from = {.addr = S("@v")},
                              .in_reply_to = S("p1"),
                              .external_id = S("p1/2"),
                              .text = S("It is broken")};
    post(f, edit);
    assert_int_equal(f->result.conv, id);
    const struct td_message *log = logged(f);
    assert_int_equal(log->edits, 1);
    assert_str(fix_conv(f, id)->last_text, "It is broken");
    assert_true(fix_conv(f, id)->posts.v[0].edited);
    struct td_message second = by("@v", "p2", "And more");
    second.parent_id = S("p1");
    post(f, second);
    edit.external_id = S("p1/3");
    edit.text = S("It was broken");
    post(f, edit); /* of an older one */
    assert_str(fix_conv(f, id)->last_text, "And more");
    fix_close(f);
}

static void test_a_deleted_post_is_gone(void **state) {
    struct world w;
    struct fix *f = &w.f;
    (void)state;
    open_world(&w);
    uint64_t id = mention(f, "@v", "p1", "My number is 1234");
    fix_act(f, "anna", CMD_WORK_PICK, (struct act){.conv = id});
    fix_act(f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = id});
    f->now += INT64_C(8) * 86400000; /* longer than a new message would open it again */
    /* the network does not always say who */
    post(f, (struct td_message){.kind = TD_MSG_DELETE,
                                .from = {.addr = S("?")},
                                .in_reply_to = S("p1"),
                                .external_id = S("d1")});
    assert_true(f->result.ok);
    assert_int_equal(f->result.conv, id);
    assert_int_equal(fix_conv(f, id)->state, CS_RESOLVED);
    assert_str(fix_conv(f, id)->last_text, "");
    fix_act(f, "anna", CMD_WORK_REOPEN, (struct act){.conv = id});
    fix_act(f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Hi")});
    assert_str(f->result.error, "gone");
    post(f, (struct td_message){.kind = TD_MSG_DELETE,
                                .from = {.addr = S("?")},
                                .in_reply_to = S("unknown"),
                                .external_id = S("d2")});
    assert_true(f->result.ok);
    assert_int_equal(fix_count(f, FX_LOG), 0); /* never seen: nothing to say */
    fix_close(f);
}

/* A colleague's answer that is still on its way makes the second one a stale draft. */
static void test_two_answers_to_one_post(void **state) {
    struct world w;
    struct fix *f = &w.f;
    (void)state;
    open_world(&w);
    fix_agent(f, "ben");
    uint64_t id = mention(f, "@v", "p1", "Anybody there?");
    fix_act(f, "anna", CMD_WORK_PICK, (struct act){.conv = id});
    fix_act(f, "anna", CMD_MESSAGE_SEND,
            (struct act){.conv = id, .text = S("Yes"), .seq = 1, .if_seq = 1});
    assert_true(f->result.ok);
    fix_lead(f, "ben", CMD_MESSAGE_SEND,
             (struct act){.conv = id, .text = S("Yes!"), .seq = 1, .if_seq = 1});
    assert_str(f->result.error, "stale");
    fix_close(f);
}

/* ---- likes ---- */

static void test_like_and_unlike(void **state) {
    struct world w;
    struct fix *f = &w.f;
    (void)state;
    open_world(&w);
    uint64_t id = mention(f, "@v", "p1", "Thanks!");
    fix_act(f, "anna", CMD_MESSAGE_REACT, (struct act){.conv = id, .seq = 1, .text = S("+")});
    assert_true(f->result.ok);
    struct td_message m = sent(f);
    assert_int_equal(m.kind, TD_MSG_REACTION);
    assert_str(m.in_reply_to, "p1");
    assert_int_equal(m.edits, 1);
    assert_int_equal(fix_delivery(f)->state, TD_SENDING);
    assert_str(fix_conv(f, id)->last_text, "Thanks!"); /* a like is no answer */
    assert_int_equal(fix_work(f, id)->state, WS_QUEUED);
    fix_act(f, "anna", CMD_MESSAGE_REACT, (struct act){.conv = id, .seq = 1, .text = S("+")});
    assert_true(f->result.duplicate);
    fix_act(f, "anna", CMD_MESSAGE_REACT, (struct act){.conv = id, .seq = 1});
    assert_true(f->result.ok);
    assert_int_equal(fix_conv(f, id)->posts.v[0].reaction.n, 0);
    fix_sms(f, "+44", "m1");
    fix_act(f, "anna", CMD_MESSAGE_REACT,
            (struct act){.conv = f->result.conv, .seq = 1, .text = S("+")});
    assert_str(f->result.error, "invalid");
    fix_close(f);
}

/* ---- listening and rules ---- */

static void test_what_was_found_is_last(void **state) {
    struct world w;
    struct fix *f = &w.f;
    (void)state;
    open_world(&w);
    w.p.channels[3].listen_queue = S("second");
    w.p.p.hash = S("listen");
    fix_config(f, &w.p.p);
    struct td_message m = by("@v", "p1", "I like example");
    m.flags = TD_LISTENED;
    post(f, m);
    uint64_t id = f->result.conv;
    assert_str(fix_work(f, id)->queue, "second");
    assert_int_equal(fix_work(f, id)->priority, PRIORITY_LISTENED);
    assert_false(fix_work(f, id)->unanswered); /* nobody waits */
    m.flags = TD_IMPORTED;
    m.external_id = S("p2");
    post(f, m);
    assert_int_equal(fix_conv(f, f->result.conv)->state, CS_RESOLVED);
    fix_close(f);
}

static void test_rules(void **state) {
    struct world w;
    struct fix *f = &w.f;
    struct td_str vips[] = {S("@boss"), S("@press")}, tags[] = {S("vip")}, down[] = {S("outage")};
    (void)state;
    open_world(&w);
    w.rules[0] = (struct rule_policy){
        .authors = {vips, 2}, .tags = {tags, 1}, .priority = 1, .alert = true};
    w.rules[1] = (struct rule_policy){
        .keyword = S("is down"), .tags = {down, 1}, .queue = S("texts")};
    w.rules[2] = (struct rule_policy){.reach = 5000, .language = S("de"), .priority = 3};
    w.p.channels[3].rules.v = w.rules;
    w.p.channels[3].rules.n = 3;
    w.p.p.hash = S("rules");
    fix_config(f, &w.p.p);
    post(f, by("@boss", "p1", "Your page IS DOWN!!"));
    uint64_t id = f->result.conv;
    assert_int_equal(fix_conv(f, id)->tags.n, 2);
    assert_str(fix_conv(f, id)->tags.v[1], "outage");
    assert_str(fix_work(f, id)->queue, "texts");
    assert_int_equal(fix_work(f, id)->priority, 0);
    assert_non_null(fix_fact(f, "mention.alert"));
    struct td_message m = by("@x", "p2", "isdown");
    m.reach = 5000;
    m.language = S("de-AT");
    post(f, m);
    assert_int_equal(fix_conv(f, f->result.conv)->tags.n, 0);
    assert_int_equal(fix_work(f, f->result.conv)->priority, 2);
    assert_str(fix_work(f, f->result.conv)->queue, "social");
    fix_close(f);
}

/* ---- what is alike ---- */

static unsigned distance(const char *x, const char *y) {
    uint32_t words[WORDS_MAX];
    uint64_t a = words_sketch(words, words_of(Z(x), words));
    uint64_t b = words_sketch(words, words_of(Z(y), words));
    assert_true(a && b);
    return (unsigned)__builtin_popcountll(a ^ b);
}

static void test_sketches(void **state) {
    static const char *const alike[][2] = {
        {"Example is down again, nobody can log in since this morning #exampledown",
         "RT @someone: Example is down again, nobody can log in since this morning #exampledown "
         "https://example.org/x"},
        {"Your app crashes whenever I open the settings page. Please fix it!",
         "@example your app crashes whenever I open the settings page, please fix it"},
        {"Seit heute morgen geht die Anmeldung bei Beispiel nicht mehr, was ist los?",
         "Seit heute Morgen geht die Anmeldung bei Beispiel nicht mehr! Was ist da los?"},
        {"今日の朝からログインできません。どうなっていますか、教えてください",
         "今日の朝からログインできません！どうなっていますか？教えてください"}};
    static const char *const unlike[][2] = {
        {"Example is down again, nobody can log in since this morning #exampledown",
         "Where can I change the address that my orders are delivered to?"},
        {"Your app crashes whenever I open the settings page. Please fix it!",
         "Your app is wonderful, whoever made the settings page: thank you!"},
        {"Thank you for the quick help with my order yesterday",
         "My order from yesterday has still not been delivered, help"}};
    (void)state;
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
        if (distance(alike[i][0], alike[i][1]) > NEAR_BITS)
            fail_msg("alike %zu: %u bits", i, distance(alike[i][0], alike[i][1]));
    for (size_t i = 0; i < sizeof unlike / sizeof *unlike; i++)
        if (distance(unlike[i][0], unlike[i][1]) <= NEAR_BITS)
            fail_msg("unlike %zu: %u bits", i, distance(unlike[i][0], unlike[i][1]));
}

/* ---- spikes ---- */

static void set_spike(struct world *w, uint32_t limit) {
    w->p.channels[3].spike_per_minute = limit;
    w->p.p.hash = limit == 5 ? S("spike") : S("none");
    fix_config(&w->f, &w->p.p);
}

static const char storm[] = "Example is down again, nobody can log in since this morning";

/* One after the other, 100 ms apart; gives the conversation of the last. */
static uint64_t many(struct fix *f, const char *text, int from, int n) {
    uint64_t id = 0;
    char who[16], ext[16];
    for (int i = from; i < from + n; i++) {
        snprintf(who, sizeof who, "@s%d", i);
        snprintf(ext, sizeof ext, "s%d", i);
        f->now += 100;
        id = mention(f, who, ext, text);
    }
    return id;
}

static void test_a_spike_gathers_what_is_alike(void **state) {
    struct world w;
    struct fix *f = &w.f;
    (void)state;
    open_world(&w);
    set_spike(&w, 5);
    uint64_t last = many(f, storm, 0, 5);
    assert_int_equal(fix_work(f, last)->state, WS_QUEUED);
    many(f, storm, 5, 1);
    assert_non_null(fix_fact(f, "mentions.spike"));
    uint64_t member = many(f, storm, 6, 3);
    assert_null(fix_fact(f, "mentions.spike")); /* once */
    uint64_t lead = fix_work(f, member)->cluster;
    assert_int_equal(fix_work(f, member)->state, WS_SNOOZED);
    assert_int_equal(fix_work(f, lead)->kind, WK_CLUSTER);
    assert_int_equal(fix_work(f, lead)->members.n, 4);
    uint64_t other = mention(f, "@o", "o1", "Where can I change the address of my orders?");
    assert_int_equal(fix_work(f, other)->state, WS_QUEUED);
    fix_restart(f);
    /* all together */
    fix_act(f, "anna", CMD_WORK_RESOLVE, (struct act){.conv = lead, .disposition = S("no-reply")});
    assert_true(f->result.ok);
    assert_int_equal(fix_conv(f, member)->state, CS_RESOLVED);
    assert_str(fix_conv(f, member)->disposition, "no-reply");
    assert_int_equal(fix_work(f, member)->state, WS_DONE);
    assert_int_equal(fix_work(f, lead)->members.n, 0);
    assert_int_equal(fix_conv(f, other)->state, CS_OPEN);
    fix_close(f);
}

static void test_members_come_out(void **state) {
    struct world w;
    struct fix *f = &w.f;
    (void)state;
    open_world(&w);
    set_spike(&w, 5);
    many(f, storm, 0, 6);
    uint64_t picked = many(f, storm, 6, 1), writes = many(f, storm, 7, 1),
             stays = many(f, storm, 8, 1);
    uint64_t lead = fix_work(f, stays)->cluster;
    assert_int_not_equal(lead, 0);
    fix_act(f, "anna", CMD_WORK_PICK, (struct act){.conv = picked});
    assert_true(f->result.ok);
    assert_int_equal(fix_work(f, picked)->cluster, 0);
    assert_int_equal(fix_work(f, picked)->state, WS_ACTIVE);
    struct td_message m = by("@s7", "again", "And my invoice is wrong, too");
    m.parent_id = S("s7");
    post(f, m);
    assert_int_equal(f->result.conv, writes);
    assert_int_equal(fix_work(f, writes)->state, WS_QUEUED);
    /* the lead ends otherwise: who is left waits since he came */
    int64_t since = fix_work(f, stays)->t0;
    fix_act(f, "anna", CMD_CONV_SPAM, (struct act){.conv = lead});
    assert_int_equal(fix_work(f, stays)->state, WS_QUEUED);
    assert_int_equal(fix_work(f, stays)->t0, since);
    assert_int_equal(fix_work(f, lead)->kind, WK_CONVERSATION);
    fix_close(f);
}

static void test_a_spike_is_over(void **state) {
    struct world w;
    struct fix *f = &w.f;
    (void)state;
    open_world(&w);
    set_spike(&w, 5);
    many(f, storm, 0, 8);
    const struct chan *ch = fix_entity(f, EK_CHAN, S("toots"));
    assert_int_not_equal(ch->spike_since, 0);
    fix_restart(f);
    for (int i = 0; i < 6; i++)
        fix_wait(f, 30000);
    ch = fix_entity(f, EK_CHAN, S("toots"));
    assert_int_equal(ch->spike_since, 0);
    uint64_t id = many(f, storm, 20, 1);
    assert_int_equal(fix_work(f, id)->state, WS_QUEUED);
    fix_close(f);
}

static void test_a_cluster_is_handed_on(void **state) {
    struct world w;
    struct fix *f = &w.f;
    (void)state;
    open_world(&w);
    set_spike(&w, 5);
    many(f, storm, 0, 6);
    uint64_t member = many(f, storm, 6, 1), lead = fix_work(f, member)->cluster;
    fix_act(f, "anna", CMD_WORK_TRANSFER, (struct act){.conv = lead, .queue = S("second")});
    assert_true(f->result.ok);
    assert_str(fix_work(f, member)->queue, "second");
    fix_close(f);
}

/* ---- the switch ---- */

static void test_hold_and_release(void **state) {
    struct world w;
    struct fix *f = &w.f;
    (void)state;
    open_world(&w);
    uint64_t id = mention(f, "@v", "p1", "Hello?");
    fix_act(f, "anna", CMD_WORK_PICK, (struct act){.conv = id});
    fix_act(f, "anna", CMD_OUTBOUND_HOLD, (struct act){.release = false});
    assert_str(f->result.error, "forbidden");
    fix_lead(f, "sue", CMD_OUTBOUND_HOLD, (struct act){.release = false});
    assert_true(f->result.ok);
    assert_non_null(fix_fact(f, "outbound.held"));
    const struct chan *ch = fix_entity(f, EK_CHAN, S("toots"));
    assert_true(ch->held);
    assert_str(ch->held_by, "sue");
    assert_false(((const struct chan *)fix_entity(f, EK_CHAN, S("sms")))->held);
    fix_act(f, "anna", CMD_MESSAGE_SEND, (struct act){.conv = id, .text = S("Hi")});
    assert_true(f->result.ok);
    assert_int_equal(fix_count(f, FX_SEND), 0);
    assert_str(fix_delivery(f)->code, "held");
    fix_restart(f);
    fix_wait(f, 3600000);
    assert_int_equal(fix_count(f, FX_SEND), 0);
    fix_sms(f, "+44", "m1"); /* what is not held goes */
    fix_lead(f, "sue", CMD_OUTBOUND_HOLD, (struct act){.release = true});
    assert_int_equal(fix_count(f, FX_SEND), 1);
    ch = fix_entity(f, EK_CHAN, S("toots"));
    assert_false(ch->held);
    fix_lead(f, "sue", CMD_OUTBOUND_HOLD, (struct act){.scope = S("toots")});
    assert_str(f->result.error, "invalid");
    fix_lead(f, "sue", CMD_OUTBOUND_HOLD, (struct act){.scope = S("channel:toots")});
    assert_true(f->result.ok);
    fix_close(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reply_names_the_post),
        cmocka_unit_test(test_which_post_is_answered),
        cmocka_unit_test(test_posts_are_few),
        cmocka_unit_test(test_an_edit_is_what_lists_show),
        cmocka_unit_test(test_a_deleted_post_is_gone),
        cmocka_unit_test(test_two_answers_to_one_post),
        cmocka_unit_test(test_like_and_unlike),
        cmocka_unit_test(test_what_was_found_is_last),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_sketches),
        cmocka_unit_test(test_a_spike_gathers_what_is_alike),
        cmocka_unit_test(test_members_come_out),
        cmocka_unit_test(test_a_spike_is_over),
        cmocka_unit_test(test_a_cluster_is_handed_on),
        cmocka_unit_test(test_hold_and_release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
