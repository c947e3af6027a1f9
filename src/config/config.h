/* config.h: the configuration file as structs.
 *
 * One YAML file. Every error names file:line, what was found and what was expected; all errors of a
 * file are reported, not only the first. Secrets come from the file, from `file:/path`, or from
 * `env:NAME`. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "model/policy.h"
#include <stdio.h>
#include <tandem/connector.h>

struct config_channel {
    struct td_str id;
    const struct td_connector *connector;
    const struct td_settings *settings;
    struct td_str public_url; /* of its hook: <server.public_url>/hooks/<id> unless set */
    uint32_t media_max;       /* bytes of the largest file that is fetched or sent */
    unsigned line;
};
struct config_webhook { /* a business's receiver of events (src/outbox/README.md) */
    struct td_str id, url;
    const struct td_secret *secret, *old_secret; /* whsec_…; old: NULL, or still signed with too */
    struct td_strs events;                       /* patterns of types; none: all */
    bool allow_private, allow_plaintext;
    int64_t timeout_ms, retry_first_ms, give_up_ms;
};
struct config_s3 {
    struct td_str endpoint, bucket, region, prefix; /* bucket "": files lie in the data folder */
    const struct td_secret *access_key, *secret_key;
};
struct config_listener {
    struct td_str address; /* "127.0.0.1", "::", … */
    uint32_t port;
    bool tls;
};
struct config_error {
    unsigned line;
    struct td_str text; /* "queues.sales.target: found "fast", expected a duration such as 45s" */
};
struct config {
    unsigned shares;          /* owners besides the first; see config_share */
    struct td_str path, hash; /* SHA-256 of what decides (policy) */
    struct td_str tenant, name;
    struct td_str data_dir;
    struct td_str redis_url; /* "": embedded */
    const struct td_secret *redis_password;
    bool redis_allow_plaintext;
    uint32_t redis_replicas; /* so many have it before anything is acknowledged; 0: none is asked */
    struct {
        struct config_listener *v;
        size_t n;
    } listeners;
    struct config_s3 s3;
    struct td_str public_url; /* "https://chat.example.org" */
    struct td_str tls_cert, tls_key;
    struct td_strs trusted_proxies; /* CIDR */
    struct td_str original_uri_header;
    struct td_str log_level, log_format;
    bool demo;                /* serve the demo page at /demo */
    struct td_str static_dir; /* built pages; default: beside the binary */
    uint32_t max_connections, max_body_bytes, max_header_bytes;
    struct {
        struct config_channel *v;
        size_t n;
    } channels;
    struct {
        struct config_webhook *v;
        size_t n;
    } webhooks;
    struct policy policy; /* complete, defaults filled in */
    struct {
        const struct config_error *v;
        size_t n;
    } warnings; /* allowed and unwise; to be logged */
};

/* 0, or TD_EINVAL with the list of errors (in the config's own arena, so free it even then),
 * TD_EIO. */
int config_load(const char *path, struct config **out, const struct config_error **errors,
                size_t *n_errors, struct td_error *err);
/* The same from a text; the path names the file in config->path and is where relative ones begin.
 */
int config_parse(struct td_str text, const char *path, int64_t now_ms, struct config **out,
                 const struct config_error **errors, size_t *n_errors);
/* One owner more: what runs by these settings keeps them when newer ones are read. */
struct config *config_share(const struct config *c);
void config_free(struct config **c); /* the last owner's call wipes and frees it */
/* Whether a channel that runs by x of a would run the same by y of b: connector, settings, secrets
 * and what the host adds. What the core alone decides (queue, keywords, …) is no part of it. */
bool config_channel_same(const struct config *a, const struct config_channel *x,
                         const struct config *b, const struct config_channel *y);

/* The reference of all keys as Markdown, from the tables and the registered connectors. */
void config_print_reference(FILE *out);

/* The key in a webhook's secret: "whsec_" and the base64 of 24 to 64 bytes (Standard Webhooks,
 * "Signature scheme"). false: it is none. */
enum { WEBHOOK_KEY_MAX = 64, WEBHOOKS_MAX = 32 };
bool config_webhook_key(const struct td_secret *secret, uint8_t out[WEBHOOK_KEY_MAX], size_t *n);

/* The key file that seals provider secrets and signs visitors' tokens, 32 bytes, mode 0600, made
 * when missing in the data folder; kept outside Redis. */
int config_key_file(const char *data_dir, uint8_t key[32], struct td_error *err);
/* HMAC-SHA256 subkey for a purpose: "visitor-token", "reply-token", "seal". */
void config_subkey(const uint8_t key[32], const char *purpose, uint8_t out[32]);

#endif
