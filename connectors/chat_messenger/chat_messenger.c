/* The descriptor of the Messenger connector: the direct messages of one Facebook page. */
#include "meta_graph/messaging.h"

#include "http_provider/multipart.h"

#define UPLOAD_MAX_BYTES ((size_t)25 * 1024 * 1024)

static const struct messaging_flavour flavour = {
    .object = "page", .address_type = "messenger", .text_max = 2000, .types = true};

static const struct td_setting settings[] = {
    {.name = "account_id",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED,
     .help = "The page's id (About, Page transparency)."},
    {.name = "human_agent",
     .type = TD_S_BOOL,
     .fallback = "false",
     .help =
         "Send with the tag HUMAN_AGENT, which allows answers for 7 days; Meta must have allowed "
         "it to the app."},
    GRAPH_SETTINGS("https://graph.facebook.com"),
    TD_SETTING_RATE("40"),
    {0}};

static int check(const struct td_settings *s, struct td_error *err) {
    static const char *const ids[] = {"account_id", NULL};
    return graph_check(s, ids, err);
}

static int decode(struct td_arena *a, const struct td_settings *s, const struct td_request *hook,
                  int64_t now_ms, struct td_incoming *out, struct td_error *err) {
    (void)now_ms;
    return messaging_decode(&flavour, a, s, hook, out, err);
}

static int build(struct td_arena *a, const struct td_settings *s, const struct td_message *m,
                 const struct td_address *to, struct td_str key, unsigned part, unsigned *parts,
                 struct td_request *out, struct td_error *err) {
    (void)key;
    if (m->kind == TD_MSG_REACTION) {
        *parts = 1;
        return td_error_set(err, TD_EINVAL, "Messenger takes no reactions from pages");
    }
    return messaging_build(&flavour, a, s, m, to, part, parts, out, err);
}

/* "Attachment Upload API" */
static int upload_build(struct td_arena *a, const struct td_settings *s,
                        const struct td_attachment *file, struct td_str bytes,
                        struct td_request *out, struct td_error *err) {
    struct text t;
    const struct multipart_file part = {"filedata", file->name, file->type, bytes};
    if (bytes.n > UPLOAD_MAX_BYTES)
        return td_error_set(err, TD_ELIMIT, "Messenger takes files of at most 25 MB");
    text_init(&t, a, 1024);
    writer_open(&t, NULL, '{');
    writer_open(&t, "attachment", '{');
    writer_text(&t, "type", td_str_of(messaging_kind(file->type)));
    writer_open(&t, "payload", '{');
    writer_bool(&t, "is_reusable", false);
    text_puts(&t, "}}}");
    const struct td_pair fields[] = {{TD_STR("message"), text_str(&t)}};
    struct td_str path = td_arena_printf(a, "%.*s/message_attachments",
                                         TD_FMT(td_settings_text(s, "account_id")));
    graph_upload(a, s, path, fields, 1, &part, out);
    return TD_OK;
}

static int upload_parse(struct td_arena *a, const struct td_settings *s,
                        const struct td_response *r, struct td_str *ref, struct td_error *err) {
    struct td_str id;
    (void)s;
    int rc = graph_field(a, r, "/attachment_id", &id, err);
    if (rc == TD_OK)
        *ref = td_arena_printf(a, MESSAGING_UPLOADED "%.*s", TD_FMT(td_str_cut(id, 100)));
    return rc;
}

static const struct td_provider provider = {.hook_headers = graph_hook_headers,
                                            .verify = graph_verify,
                                            .decode_hook = decode,
                                            .submit_build = build,
                                            .submit_parse = messaging_parse,
                                            .upload_build = upload_build,
                                            .upload_parse = upload_parse};

const struct td_connector chat_messenger_connector = {
    .name = "chat_messenger",
    .title = "Messenger",
    .help = "What people write to a Facebook page by Messenger.",
    .kind = "chat",
    .address_type = "messenger",
    .capabilities = TD_CAN_SEND | TD_CAN_HOOK | TD_CAN_RECEIPTS | TD_CAN_MEDIA,
    .length_unit = TD_LEN_UTF16,
    .max_length = 20000, /* ten messages */
    .max_in_flight = 8,
    .settings = settings,
    .check = check,
    .provider = &provider};
