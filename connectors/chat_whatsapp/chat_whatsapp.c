/* The descriptor of the WhatsApp connector: one number of the Cloud API. */
#include "chat_whatsapp/whatsapp.h"

static const struct td_setting settings[] = {
    {.name = "phone_number_id",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED,
     .help = "The number's id (API setup), not the number itself."},
    {.name = "templates",
     .type = TD_S_MAP,
     .help = "Templates that agents may call as /name: name, language and how many parameters each "
             "has at Meta, as in \"order_ready de 2\"."},
    GRAPH_SETTINGS("https://graph.facebook.com"),
    TD_SETTING_RATE("60"),
    {0}};

static int check(const struct td_settings *s, struct td_error *err) {
    static const char *const ids[] = {"phone_number_id", NULL};
    int rc = graph_check(s, ids, err);
    return rc == TD_OK ? whatsapp_check_templates(s, err) : rc;
}

static const struct td_provider provider = {.hook_headers = graph_hook_headers,
                                            .verify = graph_verify,
                                            .decode_hook = whatsapp_decode,
                                            .submit_build = whatsapp_build,
                                            .submit_parse = whatsapp_parse,
                                            .media_build = whatsapp_media_build,
                                            .media_parse = whatsapp_media_parse,
                                            .upload_build = whatsapp_upload_build,
                                            .upload_parse = whatsapp_upload_parse};

const struct td_connector chat_whatsapp_connector = {
    .name = "chat_whatsapp",
    .title = "WhatsApp (Cloud API)",
    .help = "A WhatsApp number at Meta's Cloud API, with templates outside the 24 hours.",
    .kind = "chat",
    .address_type = "whatsapp",
    .capabilities = TD_CAN_SEND | TD_CAN_HOOK | TD_CAN_RECEIPTS | TD_CAN_MEDIA | TD_CAN_REACT |
                    TD_CAN_START,
    .length_unit = TD_LEN_UTF16,
    .max_length = 40960, /* ten messages */
    .max_in_flight = 16,
    .settings = settings,
    .check = check,
    .provider = &provider};
