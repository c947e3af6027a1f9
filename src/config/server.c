/* The tables of the file's top and of what the process itself needs. */
#include "config/tables.h"

#define AT(member_) .at = offsetof(struct config, member_)

static const char *const log_levels[] = {"debug", "info", "warn", "error", NULL};
static const char *const log_formats[] = {"logfmt", "json", NULL};

/* Names whose text is kept: the rule checks, the struct holds the word. */
static void read_word(struct reader *r, const struct place *at, const struct yaml_node *node,
                      const char *const *names, struct td_str *out) {
    const struct value_rule rule = {.type = V_CHOICE, .names = names};
    int64_t choice;
    if (value_parse(&rule, node->text, &choice)) {
        *out = td_str_of(names[choice]);
        return;
    }
    char expected[160];
    value_expected(&rule, expected, sizeof(expected));
    reader_expected(r, at, node, expected);
}

static void read_level(struct reader *r, const struct place *at, const struct yaml_node *node,
                       void *field) {
    read_word(r, at, node, log_levels, field);
}

static void read_format(struct reader *r, const struct place *at, const struct yaml_node *node,
                        void *field) {
    read_word(r, at, node, log_formats, field);
}

static const struct row listener_rows[] = {
    {.key = "address",
     .at = offsetof(struct config_listener, address),
     .fallback = "127.0.0.1",
     .help = "IP address; \"0.0.0.0\" and \"::\" are all."},
    {.key = "port",
     .at = offsetof(struct config_listener, port),
     .rule = {.type = V_NUMBER, .min = 1, .max = 65535},
     .required = true,
     .help = "TCP port."},
    {.key = "tls",
     .at = offsetof(struct config_listener, tls),
     .rule = {.type = V_BOOL},
     .fallback = "false",
     .help = "With TLS, by `certificate` and `key`."},
};
static const struct table table_listener = {
    .title = "a listener",
    .help = "Without any: 127.0.0.1, port 8480.",
    .size = sizeof(struct config_listener),
    TABLE_ROWS(listener_rows),
};

#define SIZE(...) .rule = {.type = V_SIZE, __VA_ARGS__}
static const struct row server_rows[] = {
    {.key = "listen",
     .cell = CELL_TABLES,
     AT(listeners),
     .table = &table_listener,
     .shown = "127.0.0.1:8480",
     .help = "Where browsers and providers come in."},
    {.key = "public_url",
     AT(public_url),
     .rule = {.type = V_URL},
     .help = "How the world reaches this server; providers sign it and send their hooks there."},
    {.key = "certificate",
     .cell = CELL_PATH,
     AT(tls_cert),
     .help = "PEM file with the chain; read again when it changes."},
    {.key = "key", .cell = CELL_PATH, AT(tls_key), .help = "PEM file of its private key."},
    {.key = "trusted_proxies",
     .cell = CELL_TEXTS,
     AT(trusted_proxies),
     .rule = {.type = V_TEXT},
     .help = "Addresses (10.0.0.0/8) whose X-Forwarded-For and X-Forwarded-Proto are believed."},
    {.key = "original_uri_header",
     AT(original_uri_header),
     .rule = {.type = V_TEXT},
     .help = "Header in which a trusted proxy passes the URI as it came, for providers' "
             "signatures."},
    {.key = "pages",
     .cell = CELL_PATH,
     AT(static_dir),
     .shown = "beside the binary",
     .help = "Folder of the built pages: desktop, widget, demo."},
    {.key = "demo",
     AT(demo),
     .rule = {.type = V_BOOL},
     .fallback = "false",
     .help = "Serve the demo shop at /demo."},
    {.key = "max_connections",
     AT(max_connections),
     .rule = {.type = V_NUMBER, .min = 10, .max = 1000000},
     .fallback = "20000",
     .help = "Beyond it new connections get 503."},
    {.key = "max_body",
     AT(max_body_bytes),
     SIZE(.min = 1024, .max = 64 << 20),
     .fallback = "1MiB",
     .help = "Largest request body."},
    {.key = "max_header",
     AT(max_header_bytes),
     SIZE(.min = 1024, .max = 65536),
     .fallback = "8KiB",
     .help = "Largest request header."},
};
const struct table table_server = {.title = "server",
                                   .help = "The HTTP and WebSocket server.",
                                   .size = sizeof(struct config),
                                   TABLE_ROWS(server_rows)};

static const struct row redis_rows[] = {
    {.key = "url",
     AT(redis_url),
     .rule = {.type = V_TEXT},
     .shown = "a private Redis in the data folder",
     .help = "unix:/path or redis://host:6379."},
    {.key = "password", .cell = CELL_SECRET, AT(redis_password), .help = "Its password."},
    {.key = "allow_plaintext",
     AT(redis_allow_plaintext),
     .rule = {.type = V_BOOL},
     .fallback = "false",
     .help = "Speak to a Redis on another machine without TLS; it sees every message."},
    {.key = "replicas",
     AT(redis_replicas),
     .rule = {.type = V_NUMBER, .min = 0, .max = 5},
     .fallback = "0",
     .help = "So many replicas must have what is acknowledged, and an attempt to send, before it "
             "counts; with fewer, edges answer 503. Set min-replicas-to-write in Redis to the same "
             "number."},
};
const struct table table_redis = {
    .title = "redis",
    .help = "Where everything is kept. Without a url the daemon starts a Redis of its own in the "
            "data folder, which flushes every write to disk.",
    .size = sizeof(struct config),
    TABLE_ROWS(redis_rows),
};

static const struct row log_rows[] = {
    {.key = "level",
     .cell = CELL_READ,
     AT(log_level),
     .read = read_level,
     .fallback = "info",
     .form = "debug, info, warn, error",
     .help = "Lines below it are not written."},
    {.key = "format",
     .cell = CELL_READ,
     AT(log_format),
     .read = read_format,
     .fallback = "logfmt",
     .form = "logfmt, json",
     .help = "Form of a line, on stderr."},
};
const struct table table_log = {
    .title = "log", .help = "The log.", .size = sizeof(struct config), TABLE_ROWS(log_rows)};

static const struct row root_rows[] = {
    {.key = "name",
     AT(name),
     .rule = {.type = V_TEXT},
     .fallback = "Tandem",
     .help = "The business, as visitors see it."},
    {.key = "tenant",
     AT(tenant),
     .rule = {.type = V_ID},
     .fallback = "main",
     .help = "Begins every key in Redis; several installations may share one Redis."},
    {.key = "data",
     .cell = CELL_PATH,
     AT(data_dir),
     .fallback = "/var/lib/tandem",
     .help = "Folder of the key file, the private Redis, the files."},
    {.key = "server", .cell = CELL_TABLE, .table = &table_server, .help = "See below."},
    {.key = "redis", .cell = CELL_TABLE, .table = &table_redis, .help = "See below."},
    {.key = "log", .cell = CELL_TABLE, .table = &table_log, .help = "See below."},
    {.key = "media", .cell = CELL_TABLE, .table = &table_media, .help = "See below."},
    {.key = "channels",
     .cell = CELL_READ,
     .read = channels_read,
     .form = "map of id: settings",
     .help = "See below."},
    {.key = "webhooks",
     .cell = CELL_BY_NAME,
     AT(webhooks),
     .table = &table_webhook,
     .help = "Receivers of events, see below."},
    {.key = "queues",
     .cell = CELL_BY_NAME,
     AT(policy.queues),
     .table = &table_queue,
     .help = "See below."},
    {.key = "hours",
     .cell = CELL_BY_NAME,
     AT(policy.hours),
     .table = &table_hours,
     .help = "See below."},
    {.key = "profiles",
     .cell = CELL_BY_NAME,
     AT(policy.profiles),
     .table = &table_profile,
     .shown = "one, `default`",
     .help = "See below."},
    {.key = "routing", .cell = CELL_TABLE, .table = &table_routing, .help = "See below."},
    {.key = "skills",
     .cell = CELL_TEXTS,
     AT(policy.skills),
     .rule = {.type = V_ID},
     .help = "The skills that queues may require and agents may have."},
    {.key = "dispositions",
     .cell = CELL_READ,
     AT(policy.dispositions),
     .read = lists_read_codes,
     .form = "`{ resolved: Resolved }` or `[resolved]`",
     .shown = "resolved, follow-up, no-action",
     .help = "How a conversation may end."},
    {.key = "reasons",
     .cell = CELL_READ,
     AT(policy.reasons),
     .read = lists_read_codes,
     .form = "`{ lunch: Lunch }` or `[lunch]`",
     .shown = "break, lunch, meeting, training",
     .help = "Why an agent pauses."},
    {.key = "canned",
     .cell = CELL_READ,
     AT(policy.canned),
     .read = lists_read_canned,
     .form = "`{ hello: \"Hello, how can I help?\" }`",
     .help = "Ready answers, typed as /id in the composer."},
};
const struct table table_root = {.title = "the file",
                                 .help = "One YAML file. Relative paths begin at its folder.",
                                 .size = sizeof(struct config),
                                 TABLE_ROWS(root_rows)};
