/* All connectors. A new one is a folder here, a line in each of the two lists, and nothing else. */
#include <tandem/connector.h>

#include "http_provider/driver.h"

extern const struct td_connector webchat_connector, sms_http_connector, sms_kannel_connector,
    sms_twilio_connector, sms_vonage_connector, email_connector, voice_http_connector,
    voice_asterisk_connector, voice_freeswitch_connector, voice_twilio_connector,
    voice_vonage_connector, loopback_connector, chat_http_connector, social_http_connector,
    social_mastodon_connector, feed_rss_connector, chat_telegram_connector, chat_whatsapp_connector,
    chat_messenger_connector, chat_instagram_connector, social_meta_connector,
    social_bluesky_connector, social_x_connector;

const struct td_connector *const td_connectors[] = {
    &webchat_connector,        &sms_http_connector,       &sms_kannel_connector,
    &sms_twilio_connector,     &sms_vonage_connector,     &email_connector,
    &voice_http_connector,     &voice_asterisk_connector, &voice_freeswitch_connector,
    &voice_twilio_connector,   &voice_vonage_connector,   &loopback_connector,
    &chat_http_connector,      &social_http_connector,    &social_mastodon_connector,
    &feed_rss_connector,       &chat_telegram_connector,  &chat_whatsapp_connector,
    &chat_messenger_connector, &chat_instagram_connector, &social_meta_connector,
    &social_bluesky_connector, &social_x_connector,       NULL};

const struct td_connector *td_connector_find(struct td_str name) {
    for (size_t i = 0; td_connectors[i]; i++)
        if (td_str_eqz(name, td_connectors[i]->name))
            return td_connectors[i];
    return NULL;
}

const struct td_connector *td_connector_runner(const struct td_connector *c) {
    return c->provider ? &http_driver : c->create ? c : NULL;
}
