#include "edge/http_util.h"

#include "codec/json_out.h"

#define NO_STORE "Cache-Control", "no-store", "X-Content-Type-Options", "nosniff"

const char *const http_api_headers[] = {NO_STORE, NULL};

void http_error(struct web_request *r, int status, const char *error, const char *field,
                const char *text) {
    static const char *const later[] = {NO_STORE, "Retry-After", "2", NULL};
    static const char *const login[] = {NO_STORE, "WWW-Authenticate", "Bearer", NULL};
    struct buf b;
    struct json_out j;
    buf_init(&b, 8192);
    json_begin(&j, &b);
    json_obj_begin(&j);
    json_key_str(&j, "error", td_str_of(error));
    if (field)
        json_key_str(&j, "field", td_str_of(field));
    json_key_str(&j, "text", td_str_of(text));
    json_obj_end(&j);
    const char *const *headers = http_api_headers;
    if (status == 503 || status == 429)
        headers = later;
    else if (status == 401)
        headers = login;
    web_reply(r, status, "application/json", buf_str(&b), headers);
    buf_fini(&b);
}

void http_json(struct web_request *r, int status, const struct buf *b) {
    if (buf_rc(b) != TD_OK)
        http_error(r, 500, "internal", NULL, "the answer is too large; ask for less");
    else
        web_reply(r, status, "application/json", buf_str(b), http_api_headers);
}

bool http_host_is_plain(struct td_str host) {
    if (host.n == 0 || host.n > 255)
        return false;
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
        if (!ok)
            return false;
    }
    return true;
}

const char *http_type_of(struct td_str name) {
    static const struct {
        const char *ending, *type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".map", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".txt", "text/plain; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".woff", "font/woff"},
        {".mp3", "audio/mpeg"},
        {".ogg", "audio/ogg"},
        {".wav", "audio/wav"},
        {".wasm", "application/wasm"},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        size_t n = strlen(types[i].ending);
        if (name.n >= n && memcmp(name.p + name.n - n, types[i].ending, n) == 0)
            return types[i].type;
    }
    return "application/octet-stream";
}

bool http_etag_matches(struct td_str list, const char *etag) {
    size_t n = strlen(etag);
    for (size_t i = 0; i < list.n;) {
        while (i < list.n && (list.p[i] == ' ' || list.p[i] == ','))
            i++;
        if (list.n - i >= 2 && memcmp(list.p + i, "W/", 2) == 0)
            i += 2; /* weak comparison, RFC 9110 §13.1.2 */
        size_t from = i;
        while (i < list.n && list.p[i] != ',')
            i++;
        size_t end = i;
        while (end > from && list.p[end - 1] == ' ')
            end--;
        if (end - from == n && memcmp(list.p + from, etag, n) == 0)
            return true;
        if (end - from == 1 && list.p[from] == '*')
            return true;
    }
    return false;
}
