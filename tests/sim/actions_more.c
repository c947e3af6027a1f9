/* What is rarer: a colleague asked for advice, the switch that holds sends, a visitor who wants to
 * be called back, what customers do to their own messages, storms of posts that are alike. */
#include "actions.h"

static const char *addr_of(char *out, size_t n, uint64_t who) {
    snprintf(out, n, "c%llu", (unsigned long long)who);
    return out;
}

void actions_consult(struct world *w) {
    const char *who;
    struct act act = {.conv = actions_in_hand(w, &who), .text = one_in(w, 2) ? S("?") : S("")};
    if (!one_in(w, 3))
        act.agent = Z(actions_someone(w));
    world_run(w, CMD_WORK_CONSULT, A_AGENT, one_in(w, 6) ? actions_someone(w) : who, &act);
}

void actions_hold(struct world *w) {
    static const char *const scopes[] = {"all", "sms", "mail", "channel:toots", "channel:none"};
    struct act act = {.scope = Z(scopes[below(w, 5)]), .release = !one_in(w, 3)};
    world_run(w, CMD_OUTBOUND_HOLD, A_SUPERVISOR, actions_someone(w), &act);
}

void actions_callback(struct world *w) {
    char addr[32], actor[96];
    addr_of(addr, sizeof addr, below(w, SIM_CUSTOMERS));
    snprintf(actor, sizeof actor, "web|visitor:%s", addr);
    struct td_str fields[] = {S("phone"), S("+4412345")};
    struct visitor v = {.channel = S("web"),
                        .peer = {S("visitor"), Z(addr), S("")},
                        .fields = {fields, one_in(w, 8) ? 0 : 2},
                        .at = one_in(w, 2) ? w->fix.now + (int64_t)below(w, 600000) : 0};
    world_run(w, CMD_VISITOR_CALLBACK, A_VISITOR, actor, &v);
}

/* Of a message of his own, mostly. */
void actions_about(struct world *w) {
    static const uint32_t kinds[] = {TD_MSG_EDIT, TD_MSG_DELETE, TD_MSG_REACTION};
    if (!w->n_external)
        return;
    size_t ref = below(w, w->n_external < SIM_EXTERNAL ? w->n_external : SIM_EXTERNAL);
    bool mail = one_in(w, 4);
    char addr[32], id[32];
    addr_of(addr, sizeof addr, below(w, SIM_CUSTOMERS));
    snprintf(id, sizeof id, "x%llu", (unsigned long long)++w->next_id);
    struct inbound in = {.message = {.channel = mail ? S("mail") : S("toots"),
                                     .from = {mail ? S("email") : S("mastodon"), Z(addr), S("")},
                                     .kind = kinds[below(w, 3)],
                                     .in_reply_to = Z(w->external[ref]),
                                     .dedupe = Z(id),
                                     .text = S("changed")}};
    world_run(w, CMD_MESSAGE_IN, A_CONNECTOR, mail ? "mail" : "toots", &in);
}

/* Many at once, most of the same words. */
void actions_storm(struct world *w) {
    for (uint64_t n = 3 + below(w, 4); n; n--) {
        char addr[32], id[32];
        addr_of(addr, sizeof addr, below(w, SIM_CUSTOMERS));
        snprintf(id, sizeof id, "x%llu", (unsigned long long)++w->next_id);
        struct inbound in = {
            .message = {.channel = S("toots"),
                        .from = {S("mastodon"), Z(addr), S("")},
                        .external_id = Z(id),
                        .dedupe = Z(id),
                        .text = one_in(w, 5)
                                    ? S("Where do I find the opening hours of your shop in town")
                                    : S("It is down again, nobody can log in since this morning")}};
        size_t slot = w->n_external++ % SIM_EXTERNAL;
        snprintf(w->external[slot], sizeof w->external[slot], "%s", id);
        w->fix.now += (int64_t)below(w, 300);
        world_run(w, CMD_MESSAGE_IN, A_CONNECTOR, "toots", &in);
    }
}
