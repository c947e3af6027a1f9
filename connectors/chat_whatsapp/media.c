/* Files, "Media" of the Cloud API: by id, where the bytes are, then those, both with the token.
 * Out: uploaded first, sent by its id. */
#include "chat_whatsapp/whatsapp.h"

#include "http_provider/multipart.h"
#include "http_provider/text.h"

#define UPLOAD_MAX_BYTES ((size_t)64 * 1024 * 1024)

static const struct td_str media = {WHATSAPP_MEDIA, sizeof WHATSAPP_MEDIA - 1};

/* Where Meta keeps files; the token goes nowhere else. An API of one's own keeps them itself. */
static bool is_metas(const struct td_settings *s, struct td_str url) {
    static const char *const hosts[] = {"https://lookaside.fbsbx.com/",
                                        "https://lookaside.whatsapp.com/"};
    struct td_str api = td_settings_text(s, "api_url");
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        if (td_str_starts(url, td_str_of(hosts[i])))
            return true;
    while (api.n && api.p[api.n - 1] == '/')
        api.n--;
    return api.n && td_str_starts(url, api) && url.n > api.n && url.p[api.n] == '/';
}

int whatsapp_media_build(struct td_arena *a, const struct td_settings *s, struct td_str url,
                         struct td_request *out, struct td_error *err) {
    if (td_str_starts(url, media)) {
        struct td_str id = {url.p + media.n, url.n - media.n};
        if (!graph_is_id(id))
            return td_error_set(err, TD_EINVAL, "no file of WhatsApp");
        graph_request(a, s, "GET", id, TD_STR(""), out);
        return TD_OK;
    }
    if (!is_metas(s, url))
        return td_error_set(err, TD_EINVAL, "no file of WhatsApp");
    graph_request(a, s, "GET", TD_STR(""), TD_STR(""), out);
    out->url = url;
    return TD_OK;
}

int whatsapp_media_parse(struct td_arena *a, const struct td_settings *s, struct td_str url,
                         const struct td_response *r, struct td_str *next, struct td_error *err) {
    *next = TD_STR("");
    if (!td_str_starts(url, media))
        return TD_OK; /* these are the bytes */
    int rc = graph_field(a, r, "/url", next, err);
    if (rc == TD_OK && !is_metas(s, *next)) {
        *next = TD_STR("");
        return td_error_set(err, TD_EPARSE, "/url: not Meta's");
    }
    return rc;
}

int whatsapp_upload_build(struct td_arena *a, const struct td_settings *s,
                          const struct td_attachment *file, struct td_str bytes,
                          struct td_request *out, struct td_error *err) {
    const struct td_pair fields[] = {{TD_STR("messaging_product"), TD_STR("whatsapp")},
                                     {TD_STR("type"), file->type}};
    const struct multipart_file part = {"file", file->name, file->type, bytes};
    if (bytes.n > UPLOAD_MAX_BYTES)
        return td_error_set(err, TD_ELIMIT, "the file is too large");
    struct td_str path = td_arena_printf(a, "%.*s/media",
                                         TD_FMT(td_settings_text(s, "phone_number_id")));
    graph_upload(a, s, path, fields, 2, &part, out);
    return TD_OK;
}

int whatsapp_upload_parse(struct td_arena *a, const struct td_settings *s,
                          const struct td_response *r, struct td_str *ref, struct td_error *err) {
    struct td_str id;
    (void)s;
    int rc = graph_field(a, r, "/id", &id, err);
    if (rc == TD_OK && !graph_is_id(id))
        rc = td_error_set(err, TD_EPARSE, "/id: no number");
    if (rc == TD_OK)
        *ref = td_arena_printf(a, WHATSAPP_MEDIA "%.*s", TD_FMT(id));
    return rc;
}
