#include "samples.h"

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct td_pair json_hook_headers[] = {
    {TD_STR("content-type"), TD_STR("application/json")},
    {TD_STR("x-token"), TD_STR(SAMPLE_SECRET)},
};

#define TWILIO_ACCOUNT "AC0123456789abcdef0123456789abcdef"
static struct td_pair twilio_hook_headers[] = {
    {TD_STR("content-type"), TD_STR("application/x-www-form-urlencoded")},
    {TD_STR("x-twilio-signature"), TD_STR("eRz8XdDtJZgVmSzgCZ2g5FuwYAQ=")},
};
static struct td_pair kannel_hook_headers[] = {
    {TD_STR("content-type"), TD_STR("text/plain; charset=\"UTF-8\"")},
};
/* Signed by the providers' own libraries (see signatures/make.mjs). */
static struct td_pair twilio_headers[] = {
    {TD_STR("content-type"), TD_STR("application/x-www-form-urlencoded")},
    {TD_STR("x-twilio-signature"), TD_STR("UWQmCarH5ZxTYkOn1F+XRyRU+zk=")},
};
static struct td_pair vonage_headers[] = {
    {TD_STR("content-type"), TD_STR("application/json")},
    {TD_STR("authorization"),
     TD_STR(
         "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3MDAwMDAwMDAsInBheWxvYWRfaGFzaCI6"
         "ImE4MDc1MjY3MWNjNjhkMmZlMjcyNTJhYjUzMTg4OTY2NmQwM2EyMjRlZDA3NjhhMWM1OGJiNzc3NjMwZjNlNGIif"
         "Q"
         ".yNplcNcxOAQtHuxAAGYzbvBd57T1as8P7rM4zQvXdCM")},
};
/* Signed with Python's hmac. */
static struct td_pair byo_headers[] = {
    {TD_STR("content-type"), TD_STR("application/json")},
    {TD_STR("x-tandem-timestamp"), TD_STR("1700000000")},
    {TD_STR("x-tandem-signature"),
     TD_STR("v1=4e9189c43bb30c0b26782bbcc2d34ccda819a9d9231e5814a560d61f99a79230")},
};
static struct td_pair telegram_headers[] = {
    {TD_STR("content-type"), TD_STR("application/json")},
    {TD_STR("x-telegram-bot-api-secret-token"), TD_STR(SAMPLE_SECRET)},
};
static struct td_pair whatsapp_headers[] = {
    {TD_STR("content-type"), TD_STR("application/json")},
    {TD_STR("x-hub-signature-256"),
     TD_STR("sha256=84ce1e59d6894d9e02e97464b2a1fdbaa4e6ddc36a2b9b0dc5aa70bbca48d28d")},
};
static struct td_pair messenger_headers[] = {
    {TD_STR("content-type"), TD_STR("application/json")},
    {TD_STR("x-hub-signature-256"),
     TD_STR("sha256=db5fd8c7684767b15c264294b0913f1c69cf72cf505383684b6c0b5d4e51d41a")},
};
static struct td_pair instagram_headers[] = {
    {TD_STR("content-type"), TD_STR("application/json")},
    {TD_STR("x-hub-signature-256"),
     TD_STR("sha256=f8725543083b266600bd31699f2fb05ded8243c49f148629107cba064180bff0")},
};
static struct td_pair social_headers[] = {
    {TD_STR("content-type"), TD_STR("application/json")},
    {TD_STR("x-hub-signature-256"),
     TD_STR("sha256=60d24628b108dd51a378c460d3d1d63134f507f9919428357ae8810b3eb01a23")},
};
#define META_COMMON                                                                                \
    "app_secret", SAMPLE_SECRET, "verify_token", SAMPLE_SECRET, "access_token", SAMPLE_SECRET
#define META_HOOK(name_, body_)                                                                    \
    {                                                                                              \
        .method = TD_STR("POST"), .url = TD_STR("https://chat.example/hooks/meta"),                \
        .headers = {name_##_headers, 2}, .body = TD_STR(body_)                                     \
    }
char sample_smtp_port[8] = "1";

#define BYO_SAMPLE(connector_)                                                                     \
    {                                                                                              \
        .name = connector_,                                                                        \
        .settings = LIST("url", "https://app.example/tandem", "secret", SAMPLE_SECRET),            \
        .bad = (const char *const *const[]){LIST("secret", "short"),                               \
                                            LIST("secret", SAMPLE_SECRET, "secret_2", "short"),    \
                                            NULL},                                                 \
        .to = "u-7",                                                                               \
        .hook = {.method = TD_STR("POST"),                                                         \
                 .url = TD_STR("https://chat.example/hooks/app"),                                  \
                 .headers = {byo_headers, 3},                                                      \
                 .body = TD_STR("{\"id\":\"m-1\",\"from\":{\"id\":\"u-7\"},\"text\":\"Hi\"}")},    \
        .hook_now_ms = INT64_C(1700000000000), .accepted = {                                       \
            .status = 200,                                                                         \
            .body = TD_STR("{\"id\":\"x-9\"}")                                                     \
        }                                                                                          \
    }

static const struct sample samples[] = {
    {.name = "webchat",
     .settings = LIST("origins", "https://www.example.org", "form", "name=Your name*"),
     .bad = (const char *const *const[]){LIST("origins", "https://*.example.org"),
                                         LIST("origins", "https://example.org/page"),
                                         LIST("origins", "example.org"), NULL}},
    {.name = "loopback", .settings = LIST("delay", "1s", "prefix", "re: "), .to = "anna"},
    {.name = "sms_http",
     .settings = LIST("url", "https://gateway.example/send", "auth", "bearer", "auth_secret",
                      SAMPLE_SECRET, "from", "+441111111111", "id_field", "/id", "error_text_field",
                      "/error", "hook_auth", "header", "hook_header", "X-Token", "hook_secret",
                      SAMPLE_SECRET, "max_chars", "10"),
     .bad =
         (const char *const *const[]){
             LIST("from", "+44"), /* neither sends nor receives */
             LIST("url", "ftp://gateway.example/"), LIST("url", "https://g.example/{nobody}"),
             LIST("url", "https://g.example/", "body", "{\"to\":{to}x}"),
             LIST("url", "https://g.example/", "auth", "basic"),
             LIST("url", "https://g.example/", "auth", "header", "auth_secret", SAMPLE_SECRET),
             LIST("url", "https://g.example/", "success_regex", "("),
             LIST("url", "https://g.example/", "error_codes", "7=nonsense"),
             LIST("hook_auth", "hmac"), LIST("hook_auth", "basic", "hook_secret", SAMPLE_SECRET),
             LIST("hook_auth", "hmac", "hook_secret", SAMPLE_SECRET, "hook_template",
                  "{timestamp}{body}"),
             LIST("hook_auth", "hmac", "hook_secret", SAMPLE_SECRET, "hook_template", "{boddy}"),
             LIST("hook_auth", "hmac", "hook_secret", SAMPLE_SECRET, "hook_template", "fixed"),
             LIST("hook_auth", "none", "inbound_fields", "frm=/from"),
             LIST("hook_auth", "none", "receipt_states", "OK=fine"),
             LIST("hook_auth", "none", "kind_field", "/type"), NULL},
     .to = "+442222222222",
     .hook = {.method = TD_STR("POST"),
              .url = TD_STR("https://chat.example/hooks/sms"),
              .headers = {json_hook_headers, 2},
              .body = TD_STR("{\"from\":\"442222222222\",\"to\":\"441111111111\",\"text\":\"Hello "
                             "\\u20ac\",\"id\":\"m-1\",\"at\":\"2023-11-14T22:13:20Z\"}")},
     .hook_now_ms = INT64_C(1700000000000),
     .accepted = {.status = 200, .body = TD_STR("{\"id\":\"gw-1\"}")}},
    {.name = "sms_kannel",
     .settings = LIST("url", "http://127.0.0.1:13013/cgi-bin/sendsms", "username", "tandem",
                      "password", SAMPLE_SECRET, "from", "+441111111111", "hook_url",
                      "https://chat.example/hooks/sms", "hook_secret", SAMPLE_SECRET),
     .bad = (const char *const *const[]){LIST("url", "http://k.example/", "username", "u",
                                              "password", SAMPLE_SECRET, "hook_secret", "a%41"),
                                         LIST("url", "http://k.example/", "username", "u",
                                              "password", SAMPLE_SECRET, "hook_secret",
                                              SAMPLE_SECRET, "hook_url", "https://c.example/%41"),
                                         NULL},
     .to = "+442222222222",
     .hook = {.method = TD_STR("POST"),
              .url = TD_STR("https://chat.example/hooks/sms?token=" SAMPLE_SECRET
                            "&id=b2099d8e&from=%2B442222222222&to=441111111111&at=1700000000"
                            "&smsc=fake&coding=0&charset=UTF-8"),
              .headers = {kannel_hook_headers, 1},
              .body = TD_STR("Hello \u20ac")},
     .hook_now_ms = INT64_C(1700000000000),
     .accepted = {.status = 202, .body = TD_STR("0: Accepted for delivery")},
     .our_id = true,
     .free_text = true},
    {.name = "sms_twilio",
     .settings = LIST("account_sid", TWILIO_ACCOUNT, "auth_token", SAMPLE_SECRET, "from",
                      "+441111111111", "hook_url", "https://chat.example/hooks/sms"),
     .bad =
         (const char *const *const[]){
             LIST("account_sid", "AC1", "auth_token", SAMPLE_SECRET, "from", "+44"),
             LIST("account_sid", TWILIO_ACCOUNT, "auth_token", SAMPLE_SECRET),
             LIST("account_sid", TWILIO_ACCOUNT, "auth_token", SAMPLE_SECRET, "from", "+44",
                  "messaging_service_sid", "MG0123456789abcdef0123456789abcdef"),
             LIST("account_sid", TWILIO_ACCOUNT, "auth_token", SAMPLE_SECRET,
                  "messaging_service_sid", "MG1"),
             LIST("account_sid", TWILIO_ACCOUNT, "auth_token", SAMPLE_SECRET, "from", "+44",
                  "api_key_secret", SAMPLE_SECRET),
             NULL},
     .to = "+442222222222",
     .hook = {.method = TD_STR("POST"),
              .url = TD_STR("https://chat.example/hooks/sms"),
              .headers = {twilio_hook_headers, 2},
              .body = TD_STR(
                  "From=%2B442222222222&To=%2B441111111111&NumMedia=0"
                  "&Body=Hello+%E2%82%AC&MessageSid=SM1f0e8ae6ade43cb3c0ce4525424e404f")},
     .hook_now_ms = INT64_C(1700000000000),
     .accepted = {.status = 201, .body = TD_STR("{\"sid\":\"SM9\"}")}},
    {.name = "sms_vonage",
     .settings = LIST("api_key", "abcd1234", "api_secret", SAMPLE_SECRET, "from", "441111111111",
                      "signature_secret", SAMPLE_SECRET),
     .bad = (const char *const *const[]){LIST("api_key", "abcd1234", "api_secret", SAMPLE_SECRET,
                                              "from", "44", "signature_secret", SAMPLE_SECRET,
                                              "validity", "1s"),
                                         NULL},
     .to = "+442222222222",
     .hook = {.method = TD_STR("GET"),
              .url = TD_STR("https://chat.example/hooks/"
                            "sms?msisdn=442222222222&to=441111111111&type=text"
                            "&message-timestamp=2023-11-14+22%3A13%3A20&text=Hello"
                            "&timestamp=1700000000&messageId=0A00&sig="
                            "e0d42bc38fc43f02fa25ff6fc9d89b25b920d640718237e9739c25f3a0ee93c3")},
     .hook_now_ms = INT64_C(1700000000000),
     .accepted = {.status = 200,
                  .body = TD_STR("{\"message-count\":\"1\",\"messages\":[{\"status\":\"0\","
                                 "\"message-id\":\"0C00\"}]}")},
     .our_id = true},
    {.name = "feed_rss",
     .settings = LIST("feeds", "https://blog.example/feed.xml", "feeds", "https://b.example/atom"),
     .bad =
         (const char *const *const[]){
             LIST("feeds", "blog.example/feed.xml"), LIST("feeds", "https://b.example/a b"),
             LIST("feeds", "https://b.example/a", "feeds", "https://b.example/a"), NULL}},
    {.name = "social_mastodon",
     .settings = LIST("url", "https://m.example", "account", "@help@m.example", "access_token",
                      SAMPLE_SECRET, "hashtags", "acme"),
     .bad =
         (const char *const *const[]){
             LIST("url", "http://m.example", "account", "help", "access_token", SAMPLE_SECRET),
             LIST("url", "https://m.example", "account", "@", "access_token", SAMPLE_SECRET),
             LIST("url", "https://m.example", "account", "a@b@c", "access_token", SAMPLE_SECRET),
             LIST("url", "https://m.example", "account", "help", "access_token", SAMPLE_SECRET,
                  "hashtags", "#acme"),
             LIST("url", "https://m.example", "account", "help", "access_token", SAMPLE_SECRET,
                  "keywords", " "),
             NULL},
     .to = "anna@m.example",
     .accepted = {.status = 200, .body = TD_STR("{\"id\":\"112233\"}")}},
    {.name = "social_bluesky",
     .settings = LIST("handle", "acme.bsky.social", "app_password", SAMPLE_SECRET, "listen",
                      "#acme"),
     .bad =
         (const char *const *const[]){
             LIST("handle", "@acme.bsky.social", "app_password", SAMPLE_SECRET),
             LIST("handle", "acme bsky", "app_password", SAMPLE_SECRET),
             LIST("handle", "acme.bsky.social", "app_password", SAMPLE_SECRET, "service",
                  "http://bsky.social"),
             LIST("handle", "acme.bsky.social", "app_password", SAMPLE_SECRET, "listen", " "),
             NULL},
     .to = "did:plc:anna",
     .reply_ref = "at://did:plc:anna/app.bsky.feed.post/3k2 bafy1 at://did:plc:anna/"
                  "app.bsky.feed.post/3k2 bafy1 did:plc:anna anna.test",
     .accepted = {.status = 200,
                  .body = TD_STR("{\"uri\":\"at://did:plc:us/app.bsky.feed.post/3k3\",\"cid\":"
                                 "\"bafy2\"}")},
     .session_at = "/xrpc/com.atproto.server.",
     .session = {.status = 200,
                 .body = TD_STR("{\"did\":\"did:plc:us\",\"accessJwt\":\"" SAMPLE_SECRET
                                "\",\"refreshJwt\":\"" SAMPLE_SECRET "\"}")},
     .no_news = {.status = 200, .body = TD_STR("{\"notifications\":[],\"posts\":[]}")}},
    {.name = "social_x",
     .settings = LIST("user_id", "900", "username", "acme", "client_id", "c1", "client_secret",
                      SAMPLE_SECRET, "refresh_token", SAMPLE_SECRET, "listen", "acme"),
     .bad = (const char *const *const[]){LIST("user_id", "acme", "username", "acme", "client_id",
                                              "c", "refresh_token", SAMPLE_SECRET),
                                         LIST("user_id", "900", "username", "@acme", "client_id",
                                              "c", "refresh_token", SAMPLE_SECRET),
                                         LIST("user_id", "900", "username", "acme", "client_id",
                                              "c", "refresh_token", SAMPLE_SECRET, "api",
                                              "http://api.x.com"),
                                         LIST("user_id", "900", "username", "acme", "client_id",
                                              "c", "refresh_token", SAMPLE_SECRET, "listen", " "),
                                         NULL},
     .to = "77",
     .reply_ref = "1801 summoned",
     .accepted = {.status = 201, .body = TD_STR("{\"data\":{\"id\":\"1900\",\"text\":\"x\"}}")},
     .session_at = "/2/oauth2/token",
     .session =
         {.status = 200,
          .body = TD_STR(
              "{\"token_type\":\"bearer\",\"expires_in\":7200,\"access_token\":\"" SAMPLE_SECRET
              "\",\"refresh_token\":\"" SAMPLE_SECRET "\"}")},
     .no_news = {.status = 200, .body = TD_STR("{\"meta\":{\"result_count\":0}}")}},
    {.name = "voice_http",
     .settings = LIST("hook_auth", "header", "hook_header", "X-Token", "hook_secret",
                      SAMPLE_SECRET),
     .bad = (const char *const *const[]){LIST("hook_auth", "off"), LIST("hook_auth", "hmac"), NULL},
     .hook = {.method = TD_STR("POST"),
              .url = TD_STR("https://chat.example/hooks/voice/pbx"),
              .headers = {json_hook_headers, 2},
              .body = TD_STR(
                  "[{\"agent\":\"anna\",\"call\":\"c-1\",\"sequence\":3,\"state\":"
                  "\"active\",\"from\":\"+44\",\"to\":\"+45\",\"queue\":\"sales\",\"at\":"
                  "1700000000000}]")},
     .hook_now_ms = INT64_C(1700000000000)},
    {.name = "voice_asterisk",
     .settings = LIST("host", "pbx.example", "username", "tandem", "secret", SAMPLE_SECRET),
     .bad =
         (const char *const *const[]){
             LIST("host", "pbx.example", "username", "tandem\r\nAction: Originate", "secret",
                  SAMPLE_SECRET),
             LIST("host", "pbx.example", "username", "tandem", "secret", "a\nb"),
             LIST("host", "pbx.example", "username", "tandem", "secret", SAMPLE_SECRET, "interface",
                  "PJSIP/1001"),
             LIST("host", "pbx.example", "username", "tandem", "secret", SAMPLE_SECRET, "interface",
                  "PJSIP/{extension}/{extension}"),
             LIST("host", "pbx.example", "username", "tandem", "secret", SAMPLE_SECRET, "gate",
                  "device_state"),
             LIST("host", "pbx.example", "username", "tandem", "secret", SAMPLE_SECRET, "gate",
                  "device_state", "ari_url", "http://pbx.example:8088/ari", "ari_username", "t"),
             NULL}},
    {.name = "voice_freeswitch",
     .settings = LIST("host", "pbx.example", "password", SAMPLE_SECRET),
     .bad =
         (const char *const *const[]){
             LIST("host", "pbx.example", "password", "a\n\nexit"),
             LIST("host", "pbx.example", "password", SAMPLE_SECRET, "agent", "1001@default"),
             LIST("host", "pbx.example", "password", SAMPLE_SECRET, "agent", "{extension} x"),
             NULL}},
    {.name = "voice_twilio",
     .settings = LIST("auth_token", SAMPLE_SECRET, "agents", "client:anna=anna"),
     .hook = {.method = TD_STR("POST"),
              .url = TD_STR("https://chat.example/hooks/voice/twilio"),
              .headers = {twilio_headers, 2},
              .body = TD_STR(
                  "CallSid=CA2&CallStatus=ringing&Direction=outbound-dial&From=%2B442222222222"
                  "&To=client%3Aanna&SequenceNumber=1")},
     .hook_now_ms = INT64_C(1700000000000)},
    {.name = "voice_vonage",
     .settings = LIST("signature_secret", SAMPLE_SECRET, "agents", "447700900001=1001"),
     .bad = (const char *const *const[]){LIST("signature_secret", SAMPLE_SECRET), NULL},
     .hook = {.method = TD_STR("POST"),
              .url = TD_STR("https://chat.example/hooks/voice/vonage"),
              .headers = {vonage_headers, 2},
              .body = TD_STR(
                  "{\"from\":\"44\",\"to\":\"447700900001\",\"uuid\":\"u-1\",\"status\":"
                  "\"ringing\","
                  "\"direction\":\"outbound\",\"timestamp\":\"2023-11-14T22:13:19.500Z\"}")},
     .hook_now_ms = INT64_C(1700000000000)},
    BYO_SAMPLE("chat_http"),
    BYO_SAMPLE("social_http"),
    {.name = "chat_telegram",
     .settings = LIST("token", "42:" SAMPLE_SECRET, "mode", "webhook", "webhook_secret",
                      SAMPLE_SECRET, "username", "shop_bot"),
     .bad = (const char *const *const[]){LIST("token", SAMPLE_SECRET),
                                         LIST("token", "42:" SAMPLE_SECRET "/getMe"),
                                         LIST("token", "42:" SAMPLE_SECRET, "mode", "webhook"),
                                         LIST("token", "42:" SAMPLE_SECRET, "mode", "webhook",
                                              "webhook_secret", SAMPLE_SECRET "!"),
                                         LIST("token", "42:" SAMPLE_SECRET, "username", "@shop"),
                                         LIST("token", "42:" SAMPLE_SECRET, "files_chat", "@files"),
                                         NULL},
     .to = "777",
     .hook = {.method = TD_STR("POST"),
              .url = TD_STR("https://chat.example/hooks/telegram"),
              .headers = {telegram_headers, 2},
              .body = TD_STR("{\"update_id\":1,\"message\":{\"message_id\":5,\"from\":{\"id\":777,"
                             "\"is_bot\":false,\"first_name\":\"Anna\"},\"chat\":{\"id\":777,"
                             "\"type\":\"private\"},\"date\":1700000000,\"text\":\"Hi\"}}")},
     .hook_now_ms = INT64_C(1700000000000),
     .accepted = {.status = 200,
                  .body = TD_STR(
                      "{\"ok\":true,\"result\":{\"message_id\":6,\"chat\":{\"id\":777}}}")}},
    {.name = "chat_whatsapp",
     .settings = LIST(META_COMMON, "phone_number_id", "123456123", "templates", "hi=hello en"),
     .bad =
         (const char *const *const[]){
             LIST(META_COMMON, "phone_number_id", "+4411"),
             LIST(META_COMMON, "phone_number_id", "1", "version", "latest"),
             LIST(META_COMMON, "phone_number_id", "1", "templates", "hi=hello"), NULL},
     .to = "+16315551234",
     .hook = META_HOOK(
         whatsapp, "{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":"
                   "\"8856996819413533\",\"changes\":[{\"value\":{\"messaging_product\":"
                   "\"whatsapp\",\"metadata\":{\"display_phone_number\":\"16505553333\",\"phone_"
                   "number_id\":\"123456123\"},\"contacts\":[{\"profile\":{\"name\":\"Kerry "
                   "Fisher\"},\"wa_id\":\"16315551234\"}],\"messages\":[{\"from\":\"16315551234\","
                   "\"id\":\"wamid.ABGGFlCGg0cvAgo\",\"timestamp\":\"1603059201\",\"type\":"
                   "\"text\",\"text\":{\"body\":\"Hi\"}}]},\"field\":\"messages\"}]}]}"),
     .hook_now_ms = INT64_C(1700000000000),
     .accepted = {.status = 200, .body = TD_STR("{\"messages\":[{\"id\":\"wamid.1\"}]}")}},
    {.name = "chat_messenger",
     .settings = LIST(META_COMMON, "account_id", "1067280970047460"),
     .bad = (const char *const *const[]){LIST(META_COMMON, "account_id", "shop"), NULL},
     .to = "254459191370",
     .hook = META_HOOK(messenger,
                       "{\"object\":\"page\",\"entry\":[{\"id\":\"1067280970047460\",\"time\":"
                       "1458692752478,\"messaging\":[{\"sender\":{\"id\":\"254459191370\"},"
                       "\"recipient\":{\"id\":\"1067280970047460\"},\"timestamp\":1458692752478,"
                       "\"message\":{\"mid\":\"mid.1\",\"text\":\"Hi\"}}]}]}"),
     .hook_now_ms = INT64_C(1700000000000),
     .accepted = {.status = 200, .body = TD_STR("{\"message_id\":\"mid.2\"}")}},
    {.name = "chat_instagram",
     .settings = LIST(META_COMMON, "account_id", "17841400008460056"),
     .bad = (const char *const *const[]){LIST(META_COMMON, "account_id", "shop"), NULL},
     .to = "254459191370",
     .hook = META_HOOK(instagram,
                       "{\"object\":\"instagram\",\"entry\":[{\"id\":\"17841400008460056\","
                       "\"time\":1458692752478,\"messaging\":[{\"sender\":{\"id\":\"254459191370\"}"
                       ",\"recipient\":{\"id\":\"17841400008460056\"},\"timestamp\":1458692752478,"
                       "\"message\":{\"mid\":\"mid.1\",\"text\":\"Hi\"}}]}]}"),
     .hook_now_ms = INT64_C(1700000000000),
     .accepted = {.status = 200, .body = TD_STR("{\"message_id\":\"mid.2\"}")}},
    {.name = "social_meta",
     .settings = LIST(META_COMMON, "page_id", "555"),
     .bad = (const char *const *const[]){LIST(META_COMMON),
                                         LIST(META_COMMON, "instagram_id", "@shop"), NULL},
     .to = "900",
     .reply_ref = "fb:555_1_77",
     .hook = META_HOOK(
         social,
         "{\"object\":\"page\",\"entry\":[{\"id\":\"555\",\"time\":1458692753,\"changes\":[{"
         "\"field\":\"feed\",\"value\":{\"item\":\"comment\",\"verb\":\"add\",\"comment_id\":\"555_"
         "1_77\",\"parent_id\":\"555_1\",\"post_id\":\"555_1\",\"from\":{\"id\":\"900\",\"name\":"
         "\"Anna\"},\"message\":\"W\\u00f6rks?\",\"created_time\":1458692752,\"post\":{\"permalink_"
         "url\":\"https://www.facebook.com/555/posts/1\"}}}]}]}"),
     .hook_now_ms = INT64_C(1700000000000),
     .accepted = {.status = 200, .body = TD_STR("{\"id\":\"555_1_78\"}")}},
    {.name = "email",
     .settings = LIST("address", "help@acme.example", "smtp_host", "127.0.0.1", "smtp_port",
                      sample_smtp_port, "smtp_security", "none", "password", SAMPLE_SECRET),
     .bad =
         (const char *const *const[]){
             LIST("address", "help", "smtp_host", "mx.example", "password", SAMPLE_SECRET),
             LIST("address", "help@acme.example"),
             LIST("address", "help@acme.example", "smtp_host", "mx.example"),
             LIST("address", "help@acme.example", "imap_host", "mx.example"),
             LIST("address", "a@b.example\nBcc: x@y", "smtp_host", "mx.example", "password",
                  SAMPLE_SECRET),
             LIST("address", "help@acme.example", "smtp_host", "mx.example", "smtp_security",
                  "none", "password", SAMPLE_SECRET),
             LIST("address", "help@acme.example", "imap_host", "mx.example/x?", "password",
                  SAMPLE_SECRET),
             LIST("address", "help@acme.example", "smtp_host", "mx.example", "password",
                  SAMPLE_SECRET, "form_senders", "nobody"),
             NULL},
     .to = "anna@example.org"},
};

const struct sample *sample_find(const char *name) {
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        if (strcmp(samples[i].name, name) == 0)
            return &samples[i];
    return NULL;
}
