/* The descriptor of the Twilio provider: SMS and MMS by the Programmable Messaging API. README.md
 * has the set-up at Twilio. */
#include "sms_twilio/sms_twilio.h"

#include "http_provider/twilio_signature.h"

#include <tandem/connector.h>

static const struct td_setting settings[] = {
    {.name = "account_sid",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED,
     .help = "The account's SID: AC and 32 hexadecimal digits."},
    TWILIO_SIGNATURE_SETTINGS,
    {.name = "api_key_sid",
     .type = TD_S_TEXT,
     .help = "An API key's SID (SK…): sends are then authorized by it instead of the auth token."},
    {.name = "api_key_secret",
     .type = TD_S_TEXT,
     .flags = TD_SET_SECRET,
     .help = "The API key's secret."},
    {.name = "from",
     .type = TD_S_TEXT,
     .help = "The number or alphanumeric sender that messages come from."},
    {.name = "messaging_service_sid",
     .type = TD_S_TEXT,
     .help = "A messaging service (MG…) that chooses the sender, instead of from."},
    {.name = "validity",
     .type = TD_S_DURATION,
     .fallback = "0s",
     .max = 36000000,
     .help = "How long Twilio tries to deliver; 0s: as long as it does by itself (10 h)."},
    {.name = "hook_url",
     .type = TD_S_URL,
     .help = "Where Twilio sends status callbacks. Empty: the channel's public_url."},
    {.name = "api_url",
     .type = TD_S_URL,
     .fallback = "https://api.twilio.com",
     .help = "The API's address: another region's, or a stand-in's."},
    TD_SETTING_RATE("10"),
    TD_SETTING_TIMEOUT,
    TD_SETTING_ALLOW_PRIVATE,
    TD_SETTING_VERIFY,
    {0}};

static bool is_sid(struct td_str s, const char *prefix) {
    if (s.n != 34 || memcmp(s.p, prefix, 2) != 0)
        return false;
    for (size_t i = 2; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return true;
}

static int check(const struct td_settings *s, struct td_error *err) {
    struct td_str from = td_settings_text(s, "from"), key = td_settings_text(s, "api_key_sid");
    struct td_str service = td_settings_text(s, "messaging_service_sid");
    if (!is_sid(td_settings_text(s, "account_sid"), "AC"))
        return td_error_set(err, TD_EINVAL,
                            "account_sid: expected AC and 32 hexadecimal digits in lower case");
    if (!from.n == !service.n)
        return td_error_set(err, TD_EINVAL,
                            "from, messaging_service_sid: exactly one of them is needed");
    if (service.n && !is_sid(service, "MG"))
        return td_error_set(err, TD_EINVAL,
                            "messaging_service_sid: expected MG and 32 hexadecimal digits");
    if (key.n && !is_sid(key, "SK"))
        return td_error_set(err, TD_EINVAL, "api_key_sid: expected SK and 32 hexadecimal digits");
    if (!key.n != !td_settings_secret(s, "api_key_secret"))
        return td_error_set(err, TD_EINVAL,
                            "api_key_sid, api_key_secret: only one of the two is set");
    return TD_OK;
}

static const struct td_provider provider = {.hook_headers = twilio_signature_headers,
                                            .verify = twilio_signature_verify,
                                            .decode_hook = twilio_decode,
                                            .submit_build = twilio_build,
                                            .submit_parse = twilio_parse,
                                            .probe_build = twilio_probe_build,
                                            .probe_parse = twilio_probe_parse,

                                            .media_build = twilio_media_build};

const struct td_connector sms_twilio_connector = {
    .name = "sms_twilio",
    .title = "SMS by Twilio",
    .help = "Sends and receives SMS and MMS through a Twilio account.",
    .kind = "sms",
    .address_type = "sms",
    .capabilities = TD_CAN_SEND | TD_CAN_HOOK | TD_CAN_RECEIPTS | TD_CAN_OPT_OUT | TD_CAN_MEDIA,
    .length_unit = TD_LEN_GSM,
    .max_length = 1600,
    .max_in_flight = 8,
    .settings = settings,
    .check = check,
    .provider = &provider};
