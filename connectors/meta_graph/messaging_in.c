/* entry[].messaging[]: messages, edits, deletions, reactions, receipts. What we or other apps sent
 * (echoes), referrals and hand-overs are passed over. */
#include "meta_graph/messaging.h"

#include "http_provider/text.h"

enum { FILES_MAX = 20, MIDS_MAX = 200 };

static void read_files(struct graph_reading *r, struct td_message *m) {
    m->attachments.v = TD_ARENA_ARRAY(r->a, struct td_attachment, FILES_MAX);
    for (unsigned i = 0; i < FILES_MAX; i++) {
        struct td_str type = graph_get_at(r, "/message/attachments", i, "/type");
        struct td_str url = graph_get_at(r, "/message/attachments", i, "/payload/url");
        if (!type.n)
            break;
        if (!text_starts_nocase(url, "https://") && !text_starts_nocase(url, "http://")) {
            if (!m->text.n) /* a template, a product, a fallback without its page */
                m->text = td_arena_printf(r->a, "(%.*s: to be seen there only)",
                                          TD_FMT(td_str_cut(type, 40)));
            continue;
        }
        if (td_str_eqz(type, "fallback") || td_str_eqz(type, "share") ||
            td_str_eqz(type, "ig_reel") || td_str_eqz(type, "reel")) { /* a page, not a file */
            if (!m->text.n)
                m->text = url;
            continue;
        }
        struct td_attachment *x = &m->attachments.v[m->attachments.n++];
        x->url = url;
        x->type = td_str_eqz(type, "image")   ? TD_STR("image/jpeg")
                  : td_str_eqz(type, "video") ? TD_STR("video/mp4")
                  : td_str_eqz(type, "audio") ? TD_STR("audio/mp4")
                                              : TD_STR("");
    }
}

static struct td_message *begin(struct graph_reading *r, uint32_t kind, struct td_str sender) {
    const struct messaging_flavour *f = r->user;
    struct td_message *m = graph_add_message(r, kind);
    m->from = (struct td_address){td_str_of(f->address_type), sender, {0}};
    m->provider_at = graph_time(graph_get(r, "/timestamp"));
    return m;
}

/* ---- each event ---- */

static int read_message(struct graph_reading *r, struct td_str sender) {
    struct td_str mid;
    int rc = graph_need(r, "/message/mid", &mid);
    if (rc != TD_OK || td_str_eqz(graph_get(r, "/message/is_echo"), "true"))
        return rc;
    if (td_str_eqz(graph_get(r, "/message/is_deleted"), "true")) {
        struct td_message *gone = begin(r, TD_MSG_DELETE, sender);
        gone->in_reply_to = mid;
        gone->dedupe = td_arena_printf(r->a, "delete:%.*s", TD_FMT(mid));
        return TD_OK;
    }
    struct td_message *m = begin(r, TD_MSG_TEXT, sender);
    m->external_id = mid;
    m->dedupe = td_arena_printf(r->a, "in:%.*s", TD_FMT(mid));
    m->parent_id = td_str_cut(graph_get(r, "/message/reply_to/mid"), 1000);
    m->text = graph_get(r, "/message/text");
    read_files(r, m);
    if (!m->text.n && !m->attachments.n)
        m->text = TD_STR("(a message of a kind that is to be seen there only)");
    return TD_OK;
}

static int read_edit(struct graph_reading *r, struct td_str sender) {
    struct td_str mid, text;
    int rc = graph_need(r, "/message_edit/mid", &mid);
    text = graph_get(r, "/message_edit/text");
    if (rc != TD_OK || !text.n)
        return rc;
    struct td_message *m = begin(r, TD_MSG_EDIT, sender);
    m->in_reply_to = mid;
    m->text = text;
    m->dedupe = td_arena_printf(r->a, "edit:%.*s:%.*s", TD_FMT(mid),
                                TD_FMT(td_str_cut(graph_get(r, "/message_edit/num_edit"), 20)));
    return TD_OK;
}

static int read_reaction(struct graph_reading *r, struct td_str sender) {
    struct td_str mid;
    int rc = graph_need(r, "/reaction/mid", &mid);
    if (rc != TD_OK)
        return rc;
    bool react = td_str_eqz(graph_get(r, "/reaction/action"), "react");
    struct td_message *m = begin(r, TD_MSG_REACTION, sender);
    struct td_str emoji = graph_get(r, "/reaction/emoji");
    m->in_reply_to = mid;
    if (react)
        m->text = emoji.n ? emoji : td_str_cut(graph_get(r, "/reaction/reaction"), 40);
    m->dedupe = td_arena_printf(r->a, "reaction:%.*s:%.*s:%.*s", TD_FMT(sender), TD_FMT(mid),
                                TD_FMT(td_str_cut(graph_get(r, "/timestamp"), 20)));
    return TD_OK;
}

/* A tap on a button of ours: what stands on it. */
static int read_postback(struct graph_reading *r, struct td_str sender) {
    struct td_str mid;
    int rc = graph_need(r, "/postback/mid", &mid);
    if (rc != TD_OK)
        return rc;
    struct td_message *m = begin(r, TD_MSG_TEXT, sender);
    m->external_id = mid;
    m->dedupe = td_arena_printf(r->a, "in:%.*s", TD_FMT(mid));
    m->text = graph_get(r, "/postback/title");
    if (!m->text.n)
        m->text = TD_STR("(a button)");
    return TD_OK;
}

static void add_receipt(struct graph_reading *r, struct td_str mid, uint32_t state) {
    struct td_receipt *x = graph_add_receipt(r);
    *x = (struct td_receipt){
        .external_id = mid, .state = state, .at = graph_time(graph_get(r, "/timestamp"))};
}

static int read_delivery(struct graph_reading *r, struct td_str sender) {
    (void)sender;
    for (unsigned i = 0; i < MIDS_MAX; i++) {
        struct td_str mid = graph_get_at(r, "/delivery/mids", i, "");
        if (!mid.n)
            break;
        add_receipt(r, mid, TD_R_DELIVERED);
    }
    return TD_OK;
}

/* Messenger says only until when he has read ("watermark"), Instagram which message. */
static int read_seen(struct graph_reading *r, struct td_str sender) {
    struct td_str mid = graph_get(r, "/read/mid");
    (void)sender;
    if (mid.n)
        add_receipt(r, mid, TD_R_READ);
    return TD_OK;
}

static const struct {
    const char *member;
    int (*read)(struct graph_reading *r, struct td_str sender);
} kinds[] = {{"/message", read_message},   {"/message_edit", read_edit},
             {"/reaction", read_reaction}, {"/postback", read_postback},
             {"/delivery", read_delivery}, {"/read", read_seen}};

/* An app has one hook for all its pages: those of others are other channels'. */
static int read_event(struct graph_reading *r) {
    struct td_str account = td_settings_text(r->s, "account_id"), sender;
    if (!td_str_eq(r->entry_id, account))
        return TD_OK;
    int rc = graph_need(r, "/sender/id", &sender);
    if (rc != TD_OK || td_str_eq(sender, account))
        return rc;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (graph_has(r, kinds[i].member))
            return kinds[i].read(r, sender);
    return TD_OK;
}

int messaging_decode(const struct messaging_flavour *f, struct td_arena *a,
                     const struct td_settings *s, const struct td_request *hook,
                     struct td_incoming *out, struct td_error *err) {
    return graph_walk(a, s, hook, f->object, "/messaging", read_event, f, out, err);
}
