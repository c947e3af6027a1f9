/* Updates, of a poll or a hook: messages, edits, reactions, and who has blocked the bot (Bot API,
 * "Update", "Message", "MessageReactionUpdated", "ChatMemberUpdated"). An update that says nothing
 * to us is passed over; one without its ids is malformed. */
#include "chat_telegram/telegram.h"

#include "http_provider/document.h"
#include "http_provider/text.h"

#include <inttypes.h>

enum { FILES_MAX = 4, SIZES_MAX = 20, ENTITIES_MAX = 100 };

struct reading {
    struct td_arena *a;
    const struct td_settings *s;
    struct document doc;
    struct td_incoming *out;
    struct td_error *err;
    const char *at; /* the object that is read: "/message" */
};

/* ---- fields ---- */

static struct td_str get(const struct reading *r, const char *pointer) {
    struct td_str value;
    document_get(&r->doc, td_arena_printf(r->a, "%s%s", r->at, pointer), &value);
    return value;
}

static bool has(const struct reading *r, const char *pointer) {
    struct td_str value;
    return document_get(&r->doc, td_arena_printf(r->a, "%s%s", r->at, pointer), &value) !=
           DOCUMENT_ABSENT;
}

static int number(const struct reading *r, const char *pointer, struct td_str *out) {
    *out = get(r, pointer);
    return telegram_is_number(*out)
               ? TD_OK
               : td_error_set(r->err, TD_EPARSE, "%s%s: missing, or no number", r->at, pointer);
}

static int64_t time_of(const struct reading *r, const char *pointer) {
    uint64_t seconds;
    return td_str_to_u64(get(r, pointer), &seconds) && seconds < 100000000000u
               ? (int64_t)seconds * 1000
               : 0;
}

static struct td_str full_name(const struct reading *r, const char *user) {
    struct td_str first = get(r, td_arena_printf(r->a, "%s/first_name", user).p);
    struct td_str last = get(r, td_arena_printf(r->a, "%s/last_name", user).p);
    if (!first.n || !last.n)
        return first.n ? first : last;
    return td_arena_printf(r->a, "%.*s %.*s", TD_FMT(first), TD_FMT(last));
}

static struct td_str external(const struct reading *r, struct td_str chat, struct td_str message) {
    return td_arena_printf(r->a, "%.*s:%.*s", TD_FMT(chat), TD_FMT(message));
}

static struct td_message *add(struct reading *r, uint32_t kind) {
    struct td_message *m = &r->out->messages.v[r->out->messages.n++];
    *m = (struct td_message){.kind = kind};
    m->from.type = TD_STR("telegram");
    return m;
}

/* ---- what is attached ---- */

static struct td_attachment *add_file(struct reading *r, struct td_message *m, struct td_str id) {
    if (!id.n || m->attachments.n == FILES_MAX)
        return NULL;
    if (!m->attachments.v)
        m->attachments.v = TD_ARENA_ARRAY(r->a, struct td_attachment, FILES_MAX);
    struct td_attachment *x = &m->attachments.v[m->attachments.n++];
    x->url = td_arena_printf(r->a, TELEGRAM_MEDIA "%.*s", TD_FMT(id));
    return x;
}

/* A photo comes in several sizes, the largest last. */
static void read_photo(struct reading *r, struct td_message *m) {
    struct td_str id = TD_STR(""), next;
    for (unsigned i = 0; i < SIZES_MAX; i++) {
        next = get(r, td_arena_printf(r->a, "/photo/%u/file_id", i).p);
        if (!next.n)
            break;
        id = next;
    }
    struct td_attachment *x = add_file(r, m, id);
    if (x)
        x->type = TD_STR("image/jpeg");
}

/* An animation comes as a document, too: that one is enough. */
static void read_files(struct reading *r, struct td_message *m) {
    static const struct {
        const char *member, *type;
    } kinds[] = {{"/document", ""},       {"/audio", "audio/mpeg"},   {"/voice", "audio/ogg"},
                 {"/video", "video/mp4"}, {"/sticker", "image/webp"}, {"/video_note", "video/mp4"}};
    read_photo(r, m);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct td_attachment *x = add_file(
            r, m, get(r, td_arena_printf(r->a, "%s/file_id", kinds[i].member).p));
        if (!x)
            continue;
        struct td_str type = get(r, td_arena_printf(r->a, "%s/mime_type", kinds[i].member).p);
        x->type = type.n ? td_str_cut(type, 255) : td_str_of(kinds[i].type);
        x->name = td_str_cut(get(r, td_arena_printf(r->a, "%s/file_name", kinds[i].member).p), 255);
        td_str_to_u64(get(r, td_arena_printf(r->a, "%s/file_size", kinds[i].member).p), &x->bytes);
    }
}

/* What is neither text nor a file, in words. */
static struct td_str in_words(struct reading *r) {
    static const char *const others[] = {"poll", "dice", "game", "story", "invoice", "paid_media"};
    struct td_str latitude = get(r, "/location/latitude"), title = get(r, "/venue/title");
    struct td_str phone = get(r, "/contact/phone_number");
    if (latitude.n)
        return td_arena_printf(r->a, "%.*s%s%.*s, %.*s", TD_FMT(title), title.n ? ": " : "",
                               TD_FMT(latitude), TD_FMT(get(r, "/location/longitude")));
    if (phone.n)
        return td_arena_printf(r->a, "%.*s: %.*s", TD_FMT(full_name(r, "/contact")), TD_FMT(phone));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (has(r, td_arena_printf(r->a, "/%s", others[i]).p))
            return td_arena_printf(r->a, "(%s: to be seen in Telegram only)", others[i]);
    return get(r, "/sticker/emoji");
}

/* ---- groups ---- */

static bool is_private(const struct reading *r) {
    return td_str_eqz(get(r, "/chat/type"), "private");
}

static bool is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool names_bot(const struct reading *r, struct td_str text) {
    struct td_str name = td_settings_text(r->s, "username");
    for (size_t i = 0; name.n && i + 1 + name.n <= text.n; i++) {
        struct td_str here = {text.p + i + 1, name.n};
        size_t end = i + 1 + name.n;
        if (text.p[i] == '@' && text_eq_nocase(here, name) &&
            (end == text.n || !is_name_byte(text.p[end])))
            return true;
    }
    return false;
}

static bool mentions_bot(const struct reading *r, struct td_str text) {
    struct td_str bot = telegram_bot_id(r->s);
    if (names_bot(r, text) || td_str_eq(get(r, "/reply_to_message/from/id"), bot))
        return true;
    for (unsigned i = 0; i < ENTITIES_MAX; i++) { /* a mention of who has no name */
        if (!has(r, td_arena_printf(r->a, "/entities/%u", i).p))
            break;
        if (td_str_eq(get(r, td_arena_printf(r->a, "/entities/%u/user/id", i).p), bot))
            return true;
    }
    return false;
}

static bool is_wanted(const struct reading *r, struct td_str text) {
    struct td_str groups = td_settings_text(r->s, "groups");
    if (is_private(r)) {
        bool start = td_str_eqz(text, "/start") || td_str_starts(text, TD_STR("/start "));
        return !start || td_settings_number(r->s, "take_start");
    }
    return td_str_eqz(groups, "all") || (td_str_eqz(groups, "mentioned") && mentions_bot(r, text));
}

/* "<chat>:<topic>:<message>" of a group or topic: where an answer goes, and under what. In a chat
 * of two an answer goes to its only other side. */
static struct td_str reply_ref(const struct reading *r, struct td_str chat, struct td_str id) {
    struct td_str topic = td_str_eqz(get(r, "/is_topic_message"), "true")
                              ? get(r, "/message_thread_id")
                              : TD_STR("");
    if (is_private(r) && !topic.n)
        return TD_STR("");
    return td_arena_printf(r->a, "%.*s:%.*s:%.*s", TD_FMT(chat),
                           TD_FMT(telegram_is_number(topic) ? topic : TD_STR("0")), TD_FMT(id));
}

/* ---- updates ---- */

static int read_message(struct reading *r, struct td_str update, uint32_t kind) {
    struct td_str chat, id, from, text = get(r, "/text");
    int rc = number(r, "/chat/id", &chat);
    if (rc == TD_OK)
        rc = number(r, "/message_id", &id);
    if (rc != TD_OK || !has(r, "/from")) /* a post of a channel: nobody to answer */
        return rc;
    rc = number(r, "/from/id", &from);
    if (!text.n)
        text = get(r, "/caption");
    if (rc != TD_OK || !is_wanted(r, text))
        return rc;
    struct td_message *m = add(r, kind);
    if (!text.n)
        text = in_words(r);
    if (kind == TD_MSG_TEXT)
        read_files(r, m);
    if (!text.n && !m->attachments.n) { /* somebody joined, a title changed */
        r->out->messages.n--;
        return TD_OK;
    }
    m->text = text;
    m->from.addr = from;
    m->from.name = full_name(r, "/from");
    m->language = td_str_cut(get(r, "/from/language_code"), 35);
    m->provider_at = time_of(r, kind == TD_MSG_EDIT ? "/edit_date" : "/date");
    m->flags = td_str_eqz(get(r, "/from/is_bot"), "true") ? TD_BOT : 0;
    if (kind == TD_MSG_EDIT) {
        m->in_reply_to = external(r, chat, id);
        m->dedupe = td_arena_printf(r->a, "update:%.*s", TD_FMT(update));
        return TD_OK;
    }
    struct td_str parent = get(r, "/reply_to_message/message_id");
    m->external_id = external(r, chat, id);
    m->dedupe = td_arena_printf(r->a, "in:%.*s", TD_FMT(m->external_id));
    m->reply_ref = reply_ref(r, chat, id);
    if (telegram_is_number(parent))
        m->parent_id = external(r, chat, parent);
    return TD_OK;
}

static int read_text(struct reading *r, struct td_str update) {
    return read_message(r, update, TD_MSG_TEXT);
}

static int read_edit(struct reading *r, struct td_str update) {
    return read_message(r, update, TD_MSG_EDIT);
}

/* Who reacts in the name of a chat is nobody to us. */
static int read_reaction(struct reading *r, struct td_str update) {
    struct td_str chat, id, from, emoji = get(r, "/new_reaction/0/emoji");
    int rc = number(r, "/chat/id", &chat);
    if (rc == TD_OK)
        rc = number(r, "/message_id", &id);
    if (rc != TD_OK || !has(r, "/user"))
        return rc;
    rc = number(r, "/user/id", &from);
    if (rc != TD_OK || (!is_private(r) && td_str_eqz(td_settings_text(r->s, "groups"), "off")))
        return rc;
    struct td_message *m = add(r, TD_MSG_REACTION);
    m->text = emoji.n || !has(r, "/new_reaction/0") ? emoji : TD_STR("(custom emoji)");
    m->from.addr = from;
    m->from.name = full_name(r, "/user");
    m->in_reply_to = external(r, chat, id);
    m->provider_at = time_of(r, "/date");
    m->dedupe = td_arena_printf(r->a, "update:%.*s", TD_FMT(update));
    return TD_OK;
}

/* In a chat of two: "kicked" is a person who has blocked the bot, "member" one who came back. */
static int read_member(struct reading *r, struct td_str update) {
    struct td_str status = get(r, "/new_chat_member/status"), chat;
    bool out = td_str_eqz(status, "kicked"), in = td_str_eqz(status, "member");
    (void)update;
    if (!is_private(r) || (!out && !in))
        return TD_OK;
    int rc = number(r, "/chat/id", &chat);
    if (rc != TD_OK)
        return rc;
    struct td_address *who = out ? &r->out->opt_outs.v[r->out->opt_outs.n++]
                                 : &r->out->opt_ins.v[r->out->opt_ins.n++];
    *who = (struct td_address){.type = TD_STR("telegram"), .addr = chat};
    return TD_OK;
}

static const struct {
    const char *at;
    int (*read)(struct reading *r, struct td_str update);
} kinds[] = {{"/message", read_text},
             {"/edited_message", read_edit},
             {"/message_reaction", read_reaction},
             {"/my_chat_member", read_member}};

static int read_update(struct reading *r, struct td_str *id) {
    r->at = "";
    int rc = number(r, "/update_id", id);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && rc == TD_OK; i++) {
        r->at = "";
        if (!has(r, kinds[i].at))
            continue;
        r->at = kinds[i].at;
        rc = kinds[i].read(r, *id);
    }
    return rc;
}

static void make_room(struct reading *r, size_t n) {
    r->out->messages.v = TD_ARENA_ARRAY(r->a, struct td_message, n);
    r->out->opt_outs.v = TD_ARENA_ARRAY(r->a, struct td_address, n);
    r->out->opt_ins.v = TD_ARENA_ARRAY(r->a, struct td_address, n);
}

int telegram_decode_hook(struct td_arena *a, const struct td_settings *s,
                         const struct td_request *hook, int64_t now_ms, struct td_incoming *out,
                         struct td_error *err) {
    struct reading r = {.a = a, .s = s, .out = out, .err = err};
    struct td_str id;
    (void)now_ms;
    int rc = document_open_json(&r.doc, a, hook->body, err);
    if (rc != TD_OK)
        return rc;
    make_room(&r, sizeof kinds / sizeof *kinds);
    rc = read_update(&r, &id);
    document_close(&r.doc);
    out->answer_status = 200;
    return rc;
}

/* One that cannot be read must not hold up the rest for ever: it is passed over, if its number can
 * be read at least. */
int telegram_poll_parse(struct td_arena *a, const struct td_settings *s, unsigned poll,
                        struct td_str cursor, const struct td_response *r, struct td_incoming *out,
                        struct td_error *err) {
    struct reading x = {.a = a, .s = s, .out = out, .err = NULL};
    struct td_str ok, id;
    uint64_t next = 0, seen;
    size_t n = 0;
    (void)poll, (void)cursor;
    int rc = document_open_json(&x.doc, a, r->body, err);
    if (rc != TD_OK)
        return rc;
    if (document_get(&x.doc, TD_STR("/ok"), &ok) != DOCUMENT_TEXT || !td_str_eqz(ok, "true"))
        rc = td_error_set(err, TD_EPARSE, "/ok: not true");
    if (rc == TD_OK)
        rc = document_items(&x.doc, TD_STR("/result"), &n, err);
    make_room(&x, n * 4);
    for (size_t i = 0; i < n && rc == TD_OK; i++) {
        document_select(&x.doc, TD_STR("/result"), i);
        read_update(&x, &id);
        if (!td_str_to_u64(id, &seen))
            rc = td_error_set(err, TD_EPARSE, "/result/%zu/update_id: missing, or no number", i);
        else if (seen < INT64_MAX && seen >= next)
            next = seen + 1;
    }
    document_close(&x.doc);
    if (rc == TD_OK && next)
        out->cursor = td_arena_printf(a, "%" PRIu64, next);
    return rc;
}
