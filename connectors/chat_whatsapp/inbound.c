/* Hooks of the Cloud API: "Webhooks, messages": messages, reactions and statuses of one number. */
#include "chat_whatsapp/whatsapp.h"

enum { LIST_MAX = 1000, CONTACTS_MAX = 20 };

static struct td_str phone(const struct graph_reading *r, struct td_str wa_id) {
    return td_arena_printf(r->a, "+%.*s", TD_FMT(wa_id));
}

/* ---- messages ---- */

static struct td_str name_of(const struct graph_reading *r, struct td_str wa_id) {
    for (unsigned i = 0; i < CONTACTS_MAX; i++) {
        struct td_str id = graph_get_at(r, "/contacts", i, "/wa_id");
        if (!id.n)
            break;
        if (td_str_eq(id, wa_id))
            return graph_get_at(r, "/contacts", i, "/profile/name");
    }
    return TD_STR("");
}

static void read_file(struct graph_reading *r, unsigned i, const char *type, struct td_message *m) {
    struct td_str id = graph_get_at(r, "/messages", i, td_arena_printf(r->a, "/%s/id", type).p);
    if (!graph_is_id(id))
        return;
    struct td_attachment *x = m->attachments.v = TD_ARENA_NEW(r->a, struct td_attachment);
    m->attachments.n = 1;
    x->url = td_arena_printf(r->a, WHATSAPP_MEDIA "%.*s", TD_FMT(id));
    x->type = td_str_cut(
        graph_get_at(r, "/messages", i, td_arena_printf(r->a, "/%s/mime_type", type).p), 255);
    x->name = td_str_cut(
        graph_get_at(r, "/messages", i, td_arena_printf(r->a, "/%s/filename", type).p), 255);
    m->text = graph_get_at(r, "/messages", i, td_arena_printf(r->a, "/%s/caption", type).p);
}

static struct td_str place(struct graph_reading *r, unsigned i) {
    struct td_str name = graph_get_at(r, "/messages", i, "/location/name");
    return td_arena_printf(r->a, "%.*s%s%.*s, %.*s", TD_FMT(name), name.n ? ": " : "",
                           TD_FMT(graph_get_at(r, "/messages", i, "/location/latitude")),
                           TD_FMT(graph_get_at(r, "/messages", i, "/location/longitude")));
}

static struct td_str card(struct graph_reading *r, unsigned i) {
    return td_arena_printf(
        r->a, "%.*s: %.*s",
        TD_FMT(graph_get_at(r, "/messages", i, "/contacts/0/name/formatted_name")),
        TD_FMT(graph_get_at(r, "/messages", i, "/contacts/0/phones/0/phone")));
}

/* By its type: where the text stands, or what else it is. */
static const struct {
    const char *type, *text;
    bool file;
    struct td_str (*make)(struct graph_reading *r, unsigned i);
} types[] = {
    {"text", "/text/body", false, NULL},
    {"image", NULL, true, NULL},
    {"video", NULL, true, NULL},
    {"audio", NULL, true, NULL},
    {"document", NULL, true, NULL},
    {"sticker", NULL, true, NULL},
    {"location", NULL, false, place},
    {"contacts", NULL, false, card},
    {"button", "/button/text", false, NULL},
};

static void read_content(struct graph_reading *r, unsigned i, struct td_str type,
                         struct td_message *m) {
    for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
        if (!td_str_eqz(type, types[k].type))
            continue;
        if (types[k].file)
            read_file(r, i, types[k].type, m);
        else
            m->text = types[k].make ? types[k].make(r, i)
                                    : graph_get_at(r, "/messages", i, types[k].text);
        return;
    }
    m->text = graph_get_at(r, "/messages", i, "/interactive/button_reply/title");
    if (!m->text.n)
        m->text = graph_get_at(r, "/messages", i, "/interactive/list_reply/title");
    if (!m->text.n) /* an order, a call, what is new */
        m->text = td_arena_printf(r->a, "(%.*s: to be seen in WhatsApp only)",
                                  TD_FMT(td_str_cut(type, 40)));
}

static int read_message(struct graph_reading *r, unsigned i) {
    const char *at = td_arena_printf(r->a, "/messages/%u", i).p;
    struct td_str id, from, type = graph_get_at(r, "/messages", i, "/type");
    int rc = graph_need(r, td_arena_printf(r->a, "%s/id", at).p, &id);
    if (rc == TD_OK)
        rc = graph_need(r, td_arena_printf(r->a, "%s/from", at).p, &from);
    if (rc != TD_OK || td_str_eqz(type, "system")) /* somebody has a new number */
        return rc;
    bool reaction = td_str_eqz(type, "reaction");
    struct td_message *m = graph_add_message(r, reaction ? TD_MSG_REACTION : TD_MSG_TEXT);
    m->from = (struct td_address){TD_STR("whatsapp"), phone(r, from), name_of(r, from)};
    m->dedupe = td_arena_printf(r->a, "in:%.*s", TD_FMT(id));
    m->provider_at = graph_time(graph_get_at(r, "/messages", i, "/timestamp"));
    if (reaction) {
        m->text = graph_get_at(r, "/messages", i, "/reaction/emoji");
        return graph_need(r, td_arena_printf(r->a, "%s/reaction/message_id", at).p,
                          &m->in_reply_to);
    }
    m->external_id = id;
    m->parent_id = td_str_cut(graph_get_at(r, "/messages", i, "/context/id"), 1000);
    read_content(r, i, type, m);
    return TD_OK;
}

/* ---- statuses ---- */

static const struct {
    const char *word;
    uint32_t state;
} states[] = {{"sent", TD_R_SENT},
              {"delivered", TD_R_DELIVERED},
              {"read", TD_R_READ},
              {"played", TD_R_READ},
              {"failed", TD_R_FAILED}};

static int read_status(struct graph_reading *r, unsigned i) {
    struct td_str id, word = graph_get_at(r, "/statuses", i, "/status");
    int rc = graph_need(r, td_arena_printf(r->a, "/statuses/%u/id", i).p, &id);
    size_t k = 0;
    while (k < sizeof states / sizeof *states && !td_str_eqz(word, states[k].word))
        k++;
    if (rc != TD_OK || k == sizeof states / sizeof *states)
        return rc; /* "deleted" and what is new: no news */
    struct td_receipt *x = graph_add_receipt(r);
    struct td_str details = graph_get_at(r, "/statuses", i, "/errors/0/error_data/details");
    *x = (struct td_receipt){
        .external_id = id,
        .message_id = td_str_cut(graph_get_at(r, "/statuses", i, "/biz_opaque_callback_data"), 64),
        .state = states[k].state,
        .at = graph_time(graph_get_at(r, "/statuses", i, "/timestamp")),
        .code = td_str_cut(graph_get_at(r, "/statuses", i, "/errors/0/code"), 20),
        .text = td_str_cut(details.n ? details : graph_get_at(r, "/statuses", i, "/errors/0/title"),
                           500)};
    if (td_str_eqz(x->code, "131050"))
        x->state = TD_R_OPTED_OUT;
    return TD_OK;
}

/* ---- the hook ---- */

/* An app has one hook for all its numbers: those of others are other channels'. */
static int read_change(struct graph_reading *r) {
    int rc = TD_OK;
    if (!td_str_eqz(graph_get(r, "/field"), "messages"))
        return TD_OK;
    r->at = td_arena_printf(r->a, "%s/value", r->at).p;
    if (!td_str_eq(graph_get(r, "/metadata/phone_number_id"),
                   td_settings_text(r->s, "phone_number_id")))
        return TD_OK;
    for (unsigned i = 0; i < LIST_MAX && rc == TD_OK; i++) {
        if (!graph_has(r, td_arena_printf(r->a, "/messages/%u", i).p))
            break;
        rc = read_message(r, i);
    }
    for (unsigned i = 0; i < LIST_MAX && rc == TD_OK; i++) {
        if (!graph_has(r, td_arena_printf(r->a, "/statuses/%u", i).p))
            break;
        rc = read_status(r, i);
    }
    return rc;
}

int whatsapp_decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                    int64_t now_ms, struct td_incoming *out, struct td_error *err) {
    (void)now_ms;
    return graph_walk(a, s, hook, "whatsapp_business_account", "/changes", read_change, NULL, out,
                      err);
}
