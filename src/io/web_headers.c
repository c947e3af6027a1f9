/* Headers that libwebsockets does not know by itself and lists for nobody: whoever wants one must
 * ask for it by name. Its own (Host, Cookie, Content-Type, If-None-Match, …) are always there. */
#include "io/web_headers.h"

#include <stddef.h>

const char *const web_headers_usual[] = {
    /* proxies */
    "x-forwarded-proto:", "x-forwarded-host:", "forwarded:", "x-request-id:",
    /* browsers */
    "x-csrf:", "x-requested-with:", "sec-fetch-site:", "sec-fetch-mode:", "sec-fetch-dest:",
    "access-control-request-method:", "last-event-id:", "dnt:",
    /* clients of the API */
    "idempotency-key:", "prefer:", "traceparent:",
    /* signatures of hooks */
    "signature:", "signature-input:", "digest:", "content-digest:", "x-signature:", "x-timestamp:",
    "x-hub-signature:", "x-hub-signature-256:", "x-twilio-signature:",
    "i-twilio-idempotency-token:", "x-vonage-signature:", "x-nexmo-signature:",
    "x-tandem-signature:", "x-tandem-timestamp:", "x-tandem-delivery:", "webhook-id:",
    "webhook-timestamp:", "webhook-signature:", "x-webhook-signature:", "x-webhook-timestamp:",
    "x-twitter-webhooks-signature:", "x-slack-signature:", "x-slack-request-timestamp:",
    "x-api-key:", NULL};
