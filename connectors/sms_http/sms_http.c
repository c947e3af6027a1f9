/* The descriptor of the generic HTTP SMS provider: any gateway that takes a request per message and
 * calls a URL with what comes in. README.md has examples for real ones. */
#include "sms_http/sms_http.h"

#include "http_provider/hook_auth.h"

#include <tandem/connector.h>

static const struct td_setting settings[] = {
    /* sending */
    {.name = "url",
     .type = TD_S_TEXT,
     .help = "Where a message is sent to: an http(s) URL with {to}, {from}, {text}, {id}, "
             "{to_digits}, {from_digits}, {secret}. Empty: the channel only receives."},
    {.name = "method",
     .type = TD_S_CHOICE,
     .fallback = "POST",
     .choices = "POST|GET|PUT",
     .help = "The method of that request."},
    {.name = "body_format",
     .type = TD_S_CHOICE,
     .fallback = "json",
     .choices = "json|form|text|none",
     .help = "How the body is written; it decides the escaping and the content-type."},
    {.name = "body",
     .type = TD_S_TEXT,
     .fallback = "{\"to\":\"{to}\",\"from\":\"{from}\",\"text\":\"{text}\",\"id\":\"{id}\"}",
     .help = "The body, with the same placeholders."},
    {.name = "headers", .type = TD_S_MAP, .help = "Further headers, with the same placeholders."},
    {.name = "from", .type = TD_S_TEXT, .help = "The sender's number or name: {from}."},
    {.name = "auth",
     .type = TD_S_CHOICE,
     .fallback = "none",
     .choices = "none|basic|bearer|header|query",
     .help = "How we prove who we are."},
    {.name = "auth_user", .type = TD_S_TEXT, .help = "The user's name (basic)."},
    {.name = "auth_name",
     .type = TD_S_TEXT,
     .help = "The header or query field for the secret (header, query)."},
    {.name = "auth_secret",
     .type = TD_S_TEXT,
     .flags = TD_SET_SECRET,
     .help = "The password, token or key; {secret} in templates."},
    {.name = "max_chars",
     .type = TD_S_NUMBER,
     .fallback = "0",
     .min = 0,
     .max = 10000,
     .help = "Longer texts are cut into messages of at most so many characters; 0: the gateway "
             "does it."},
    {.name = "success_status",
     .type = TD_S_LIST,
     .help = "Statuses that mean accepted; empty: every 2xx."},
    {.name = "success_field",
     .type = TD_S_TEXT,
     .help = "A field of the answer (JSON pointer) that must be there for success."},
    {.name = "success_value",
     .type = TD_S_TEXT,
     .help = "What must stand in success_field; empty: anything."},
    {.name = "success_regex",
     .type = TD_S_TEXT,
     .help = "A POSIX extended expression that the answer's first 4 KiB must match."},
    {.name = "id_field",
     .type = TD_S_TEXT,
     .help = "The field of the answer with the gateway's id of the message."},
    {.name = "id_regex",
     .type = TD_S_TEXT,
     .help = "Or an expression whose first group is that id."},
    {.name = "error_field",
     .type = TD_S_TEXT,
     .help = "The field of the answer with an error's code."},
    {.name = "error_text_field",
     .type = TD_S_TEXT,
     .help = "The field of the answer with an error's text."},
    {.name = "error_codes",
     .type = TD_S_MAP,
     .help = "What a code or a status means: code → unknown, accepted, temporary, rate-limited, "
             "auth, misconfigured, permanent, opted-out."},
    TD_SETTING_RATE("10"),
    TD_SETTING_TIMEOUT,
    TD_SETTING_ALLOW_PRIVATE,
    /* receiving */
    HOOK_AUTH_SETTINGS("off"),
    TD_SETTING_VERIFY,
    {.name = "inbound_format",
     .type = TD_S_CHOICE,
     .fallback = "auto",
     .choices = "auto|json|form",
     .help = "How hooks are written; auto: by their content-type."},
    {.name = "inbound_list",
     .type = TD_S_TEXT,
     .help = "JSON pointer to the array, where one hook carries several messages."},
    {.name = "inbound_fields",
     .type = TD_S_MAP,
     .help = "Where a message's from, to, text, id, at, name stand: JSON pointer or field name; "
             "unnamed ones are looked for under their own name."},
    {.name = "receipt_fields",
     .type = TD_S_MAP,
     .help = "The same for a receipt's id, message_id, status, error, error_text, at."},
    {.name = "receipt_states",
     .type = TD_S_MAP,
     .help = "status → sent, delivered, read, failed, bounced, opted-out; unnamed ones by the "
             "usual words, else ignored."},
    {.name = "kind_field",
     .type = TD_S_TEXT,
     .help = "The field that tells messages from receipts. Without it what has a status is a "
             "receipt."},
    {.name = "kind_inbound", .type = TD_S_LIST, .help = "Its values for messages."},
    {.name = "kind_receipt", .type = TD_S_LIST, .help = "Its values for receipts."},
    {.name = "number_plus",
     .type = TD_S_BOOL,
     .fallback = "true",
     .help = "Write a + before numbers that come in as 8 to 15 digits without one."},
    {.name = "answer_status",
     .type = TD_S_NUMBER,
     .fallback = "200",
     .min = 200,
     .max = 299,
     .help = "What a hook is answered once all is durable."},
    {.name = "answer_type",
     .type = TD_S_TEXT,
     .fallback = "text/plain",
     .help = "The answer's content-type."},
    {.name = "answer_body", .type = TD_S_TEXT, .help = "The answer's body."},
    {0}};

struct td_str sms_mapped(const struct td_settings *s, const char *map, struct td_str key,
                         struct td_str otherwise) {
    const struct td_str *pairs;
    size_t n = td_settings_map(s, map, &pairs);
    for (size_t i = 0; i < n; i++)
        if (td_str_eq(pairs[2 * i], key))
            return pairs[2 * i + 1];
    return otherwise;
}

static int check(const struct td_settings *s, struct td_error *err) {
    bool sends = td_settings_text(s, "url").n > 0;
    bool receives = !td_str_eqz(td_settings_text(s, "hook_auth"), "off");
    if (!sends && !receives)
        return td_error_set(err, TD_EINVAL,
                            "url, hook_auth: neither is set: the channel could do nothing");
    int rc = hook_auth_check(s, err);
    if (rc == TD_OK)
        rc = sms_check_inbound(s, err);
    if (rc == TD_OK && sends)
        rc = sms_check_outbound(s, err);
    return rc;
}

static const struct td_provider provider = {.hook_headers = hook_auth_headers,
                                            .verify = hook_auth_verify,
                                            .decode_hook = sms_decode,
                                            .submit_build = sms_build,
                                            .submit_parse = sms_parse};

const struct td_connector sms_http_connector = {
    .name = "sms_http",
    .title = "SMS over HTTP (generic)",
    .help = "Any SMS gateway with an HTTP interface, described by templates and field maps.",
    .kind = "sms",
    .address_type = "sms",
    .capabilities = TD_CAN_SEND | TD_CAN_HOOK | TD_CAN_RECEIPTS,
    .length_unit = TD_LEN_GSM,
    .max_length = 1530, /* ten segments */
    .max_in_flight = 8,
    .settings = settings,
    .check = check,
    .provider = &provider};
