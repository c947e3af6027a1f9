/* The descriptor of the Instagram connector: the direct messages of one professional account. */
#include "meta_graph/messaging.h"

static const struct messaging_flavour flavour = {
    .object = "instagram", .address_type = "instagram", .text_in_bytes = true, .text_max = 1000};

static const struct td_setting settings[] = {
    {.name = "account_id",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED,
     .help = "The professional account's id, as hooks name it."},
    {.name = "human_agent",
     .type = TD_S_BOOL,
     .fallback = "false",
     .help =
         "Send with the tag HUMAN_AGENT, which allows answers for 7 days; Meta must have allowed "
         "it to the app."},
    GRAPH_SETTINGS("https://graph.instagram.com"),
    TD_SETTING_RATE("10"),
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
    return messaging_build(&flavour, a, s, m, to, part, parts, out, err);
}

static const struct td_provider provider = {.hook_headers = graph_hook_headers,
                                            .verify = graph_verify,
                                            .decode_hook = decode,
                                            .submit_build = build,
                                            .submit_parse = messaging_parse};

const struct td_connector chat_instagram_connector = {
    .name = "chat_instagram",
    .title = "Instagram messages",
    .help = "What people write to an Instagram professional account.",
    .kind = "chat",
    .address_type = "instagram",
    .capabilities = TD_CAN_SEND | TD_CAN_HOOK | TD_CAN_RECEIPTS | TD_CAN_MEDIA | TD_CAN_REACT,
    .length_unit = TD_LEN_BYTES,
    .max_length = 10000, /* ten messages */
    .max_in_flight = 8,
    .settings = settings,
    .check = check,
    .provider = &provider};
