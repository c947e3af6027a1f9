/* protocol.md §2: timers fire after what came before them; a gap without a leader punishes nobody.
 */
#include "stand.h"

#define GAP_MS 2000 /* long enough to stop the leader before */

static struct redis_server server;

static struct {
    uint32_t state;
    uint64_t id, attempts;
    char offer[64], agent[32];
    uint32_t presence, misses;
    unsigned timeouts, rescinds;
} seen;

static void on_change(struct tail_sub *sub, struct td_str id, const struct event *ev) {
    (void)sub;
    (void)id;
    struct td_arena *a = td_arena_new();
    struct work w;
    struct agent g;
    struct fact f;
    if (ev->kind == EV_ENTITY && ev->entity == EK_WORK &&
        record_unpack(a, &rec_work, ev->body, &w, NULL) == TD_OK) {
        seen.state = w.state;
        seen.id = w.id;
        seen.attempts = w.attempts;
        snprintf(seen.offer, sizeof seen.offer, "%.*s", TD_FMT(w.offer));
        snprintf(seen.agent, sizeof seen.agent, "%.*s", TD_FMT(w.agent));
    }
    if (ev->kind == EV_ENTITY && ev->entity == EK_AGENT &&
        record_unpack(a, &rec_agent, ev->body, &g, NULL) == TD_OK) {
        seen.presence = g.presence;
        seen.misses = g.misses;
    }
    if (ev->kind == EV_FACT && record_unpack(a, &rec_fact, ev->body, &f, NULL) == TD_OK) {
        seen.timeouts += td_str_eqz(f.name, "offer.timeout");
        seen.rescinds += td_str_eqz(f.name, "offer.rescinded");
    }
    td_arena_free(&a);
}

static bool offered(struct stand *s) {
    (void)s;
    return seen.state == WS_OFFERED && seen.offer[0];
}
static bool queued_again(struct stand *s) {
    (void)s;
    return seen.state == WS_QUEUED || (seen.state == WS_OFFERED && seen.attempts > 1);
}
static bool active(struct stand *s) {
    (void)s;
    return seen.state == WS_ACTIVE;
}

/* Anna is there and gets an offer of a new conversation. */
static void open_with_offer(struct stand *s, const char *addr, int64_t offer_ms) {
    memset(&seen, 0, sizeof seen);
    stand_open(s, &server, "desk");
    s->offer_ms = offer_ms;
    static struct tail_sub sub;
    sub = (struct tail_sub){.on_event = on_change};
    tail_subscribe(s->tail, &sub);
    stand_engine(s, NULL);
    stand_until(s, stand_leads);
    stand_policy(s);
    struct td_str queue = TD_STR("sales"), set = TD_STR("queues");
    struct account account = {.id = TD_STR("anna"),
                              .name = TD_STR("Anna"),
                              .role = TD_STR("agent"),
                              .queues = {&queue, 1},
                              .set = {&set, 1}};
    struct session session = {
        .agent = TD_STR("anna"), .session = td_str_of(addr), .process = TD_STR("desk")};
    struct act available = {.presence = TD_STR("available")};
    stand_command(s, CMD_USER_PUT, A_SYSTEM, "test", &account);
    stand_command(s, CMD_SESSION_OPEN, A_SYSTEM, "desk", &session);
    stand_command(s, CMD_PRESENCE_SET, A_AGENT, "anna", &available);
    stand_message(s, addr, "please", addr);
    stand_until(s, offered);
    assert_string_equal(seen.agent, "anna");
    stand_until(s, stand_all_results);
}

static void accept_offer(struct stand *s) {
    struct td_str offer = td_str_of(seen.offer);
    struct act body = {.conv = seen.id, .offer = offer};
    stand_command(s, CMD_OFFER_ACCEPT, A_AGENT, "anna", &body);
}

static void resolve_work(struct stand *s) {
    struct act body = {.conv = seen.id};
    stand_command(s, CMD_WORK_RESOLVE, A_AGENT, "anna", &body);
    stand_until(s, stand_all_results);
}

static void a_deadline_fires_while_nothing_else_happens(void **state) {
    (void)state;
    struct stand s;
    open_with_offer(&s, "+441", 100);
    stand_until(&s, queued_again);
    assert_true(seen.timeouts >= 1);
    stand_close(&s);
    redis_server_ask(&server, "FLUSHALL");
}

static void an_accept_that_waits_in_the_inbox_wins(void **state) {
    (void)state;
    struct stand s;
    open_with_offer(&s, "+442", GAP_MS);
    engine_free(&s.engine); /* as a crash: nobody gives the lease back */
    accept_offer(&s);
    stand_until(&s, stand_all_settled);
    stand_run_ms(&s, GAP_MS); /* the deadline passes without a leader */
    stand_engine(&s, NULL);
    stand_until(&s, stand_all_results);
    struct sent *x = &s.sent[s.n_sent - 1];
    assert_string_equal(x->error, "");
    assert_true(x->ok);
    stand_until(&s, active);
    assert_int_equal(seen.timeouts, 0);
    resolve_work(&s);
    stand_close(&s);
    redis_server_ask(&server, "FLUSHALL");
}

static void a_deadline_in_the_gap_is_nobodys_fault(void **state) {
    (void)state;
    struct stand s;
    open_with_offer(&s, "+443", GAP_MS);
    engine_free(&s.engine);
    stand_run_ms(&s, GAP_MS);
    stand_engine(&s, NULL);
    stand_until(&s, queued_again);
    assert_int_equal(seen.timeouts, 0);
    assert_true(seen.rescinds >= 1);
    assert_int_equal(seen.misses, 0);
    assert_int_equal(seen.presence, PR_AVAILABLE);
    stand_close(&s);
    redis_server_ask(&server, "FLUSHALL");
}

static void an_offer_survives_a_quick_change_of_leaders(void **state) {
    (void)state;
    struct stand s;
    open_with_offer(&s, "+444", 600000);
    char offer[64];
    snprintf(offer, sizeof offer, "%s", seen.offer);
    engine_free(&s.engine);
    stand_engine(&s, NULL);
    stand_until(&s, stand_leads);
    assert_string_equal(seen.offer, offer);
    accept_offer(&s); /* "old" means an old leader, never an old offer */
    stand_until(&s, stand_all_results);
    assert_true(s.sent[s.n_sent - 1].ok);
    stand_until(&s, active);
    stand_close(&s);
}

static int start(void **state) {
    (void)state;
    return redis_server_start(&server, NULL, NULL) ? 0 : -1;
}
static int stop(void **state) {
    (void)state;
    redis_server_stop(&server);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deadline_fires_while_nothing_else_happens),
        cmocka_unit_test(an_accept_that_waits_in_the_inbox_wins),
        cmocka_unit_test(a_deadline_in_the_gap_is_nobodys_fault),
        cmocka_unit_test(an_offer_survives_a_quick_change_of_leaders)};
    return cmocka_run_group_tests(tests, start, stop);
}
