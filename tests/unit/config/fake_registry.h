/* fake_registry.h: connectors for the tests of the settings, in place of connectors/registry.c. */
#ifndef TESTS_FAKE_REGISTRY_H
#define TESTS_FAKE_REGISTRY_H

#include <tandem/connector.h>

static const struct td_setting webchat_settings[] = {
    {.name = "origins", .type = TD_S_LIST, .flags = TD_SET_REQUIRED, .help = "Sites."},
    {.name = NULL},
};
static const struct td_setting open_chat_settings[] = {
    {.name = "origins", .type = TD_S_LIST, .help = "Sites."},
    {.name = NULL},
};
/* Also the keys that the files shipped with Tandem use. */
static const struct td_setting hook_settings[] = {
    {.name = "url", .type = TD_S_TEXT, .help = "Where to."},
    {.name = "from", .type = TD_S_TEXT, .help = "From whom."},
    {.name = "auth", .type = TD_S_TEXT, .help = "How."},
    {.name = "auth_secret", .type = TD_S_TEXT, .flags = TD_SET_SECRET, .help = "Token."},
    {.name = "hook_auth", .type = TD_S_TEXT, .help = "How."},
    {.name = "hook_field", .type = TD_S_TEXT, .help = "Where."},
    {.name = "hook_secret",
     .type = TD_S_TEXT,
     .flags = TD_SET_REQUIRED | TD_SET_SECRET,
     .help = "Of the hooks."},
    {.name = NULL},
};
/* One row of each type. */
static const struct td_setting all_settings[] = {
    {.name = "text", .type = TD_S_TEXT, .fallback = "plain", .help = "A text."},
    {.name = "token", .type = TD_S_TEXT, .flags = TD_SET_SECRET, .help = "A secret."},
    {.name = "url", .type = TD_S_URL, .help = "Where it is."},
    {.name = "number", .type = TD_S_NUMBER, .fallback = "5", .min = 1, .max = 9, .help = "N."},
    {.name = "below", .type = TD_S_NUMBER, .fallback = "-5", .min = -9, .max = 9, .help = "N."},
    {.name = "flag", .type = TD_S_BOOL, .fallback = "true", .help = "Yes or no."},
    {.name = "wait", .type = TD_S_DURATION, .fallback = "90s", .min = 1000, .help = "How long."},
    {.name = "mode", .type = TD_S_CHOICE, .fallback = "a", .choices = "a|bb|c", .help = "Which."},
    {.name = "list", .type = TD_S_LIST, .fallback = "x,y", .help = "Some."},
    {.name = "map", .type = TD_S_MAP, .help = "Pairs with a | in it."},
    {.name = NULL},
};
static const struct td_connector webchat = {.name = "webchat",
                                            .title = "Web chat",
                                            .help = "Chat.",
                                            .kind = "chat",
                                            .address_type = "visitor",
                                            .capabilities = TD_CAN_LIVE,
                                            .settings = webchat_settings};
static const struct td_connector open_chat = {.name = "open_chat",
                                              .title = "Chat",
                                              .kind = "chat",
                                              .capabilities = TD_CAN_LIVE,
                                              .settings = open_chat_settings};
static const struct td_connector sms = {.name = "sms_http",
                                        .title = "SMS",
                                        .kind = "sms",
                                        .address_type = "sms",
                                        .capabilities = TD_CAN_HOOK | TD_CAN_SEND |
                                                        TD_CAN_IDEMPOTENT,
                                        .settings = hook_settings};
static const struct td_connector voice = {.name = "voice_http",
                                          .title = "Phone",
                                          .kind = "voice",
                                          .capabilities = TD_CAN_HOOK | TD_CAN_VOICE,
                                          .settings = hook_settings};
static const struct td_connector mail = {
    .name = "mail", .title = "Mail", .kind = "mail", .settings = all_settings};
static const struct td_connector loopback = {.name = "loopback",
                                             .title = "Loopback",
                                             .kind = "sms",
                                             .address_type = "sms",
                                             .capabilities = TD_CAN_SEND};
static const struct td_connector social = {.name = "social", .title = "Social", .kind = "social"};

const struct td_connector *const td_connectors[] = {&webchat, &open_chat, &sms,      &voice,
                                                    &mail,    &social,    &loopback, NULL};

const struct td_connector *td_connector_find(struct td_str name) {
    for (size_t i = 0; td_connectors[i]; i++)
        if (td_str_eqz(name, td_connectors[i]->name))
            return td_connectors[i];
    return NULL;
}

/* What no table can say: a mail channel may not have the number 7. */
int td_connector_check(const struct td_connector *c, const struct td_settings *s,
                       struct td_error *err) {
    if (c == &mail && td_settings_number(s, "number") == 7)
        return td_error_set(err, TD_EINVAL, "seven is taken");
    return TD_OK;
}

#endif
