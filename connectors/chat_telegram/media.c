/* Files. In: getFile says where the bytes are, for an hour, 20 MB at most; the address has the
 * token in it, so it is made here for one request and stored nowhere. Out: Telegram knows no upload
 * without a chat, so a file is first put into the channel `files_chat`, and its file_id is what is
 * sent (Bot API, "Sending files"). */
#include "chat_telegram/telegram.h"

#include "http_provider/document.h"
#include "http_provider/json_writer.h"
#include "http_provider/multipart.h"
#include "http_provider/text.h"

#define PHOTO_MAX_BYTES ((size_t)10 * 1000 * 1000)
#define FILE_MAX_BYTES ((size_t)50 * 1000 * 1000)
#define PATH_MAX_BYTES 500

static const struct td_str media = {TELEGRAM_MEDIA, sizeof TELEGRAM_MEDIA - 1};

/* ".../file/bot<token>/" */
static struct td_str file_root(struct td_arena *a, const struct td_settings *s) {
    struct td_str url = telegram_url(a, s, "");
    const char *bot = memmem(url.p, url.n, "/bot", 4);
    for (const char *p = bot; p; p = memmem(p + 1, url.n - (size_t)(p + 1 - url.p), "/bot", 4))
        bot = p; /* the last: the API's own address may have one */
    size_t n = (size_t)(bot - url.p);
    return td_arena_printf(a, "%.*s/file%.*s", (int)n, url.p, (int)(url.n - n), bot);
}

int telegram_media_build(struct td_arena *a, const struct td_settings *s, struct td_str url,
                         struct td_request *out, struct td_error *err) {
    struct text t;
    if (td_str_starts(url, file_root(a, s))) { /* the second step */
        *out = (struct td_request){.method = TD_STR("GET"), .url = url};
        return TD_OK;
    }
    if (!td_str_starts(url, media))
        return td_error_set(err, TD_EINVAL, "no file of Telegram");
    text_init(&t, a, 4096);
    writer_open(&t, NULL, '{');
    writer_text(&t, "file_id", (struct td_str){url.p + media.n, url.n - media.n});
    writer_close(&t, '}');
    if (t.over)
        return td_error_set(err, TD_EINVAL, "no file of Telegram");
    telegram_request(a, s, "getFile", text_str(&t), out);
    return TD_OK;
}

static bool is_path(struct td_str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= 0x20 || (unsigned char)s.p[i] > 0x7e ||
            strchr("?#%\\", s.p[i]))
            return false;
    return s.n && s.n <= PATH_MAX_BYTES && s.p[0] != '/' && !memmem(s.p, s.n, "..", 2);
}

int telegram_media_parse(struct td_arena *a, const struct td_settings *s, struct td_str url,
                         const struct td_response *r, struct td_str *next, struct td_error *err) {
    struct document d;
    struct td_str path, description;
    *next = TD_STR("");
    if (!td_str_starts(url, media))
        return TD_OK; /* these are the bytes */
    if (document_open_json(&d, a, r->body, NULL) != TD_OK)
        return td_error_set(err, TD_EPARSE, "getFile: the answer is no JSON");
    document_get(&d, TD_STR("/result/file_path"), &path);
    document_get(&d, TD_STR("/description"), &description);
    document_close(&d);
    if (!is_path(path))
        return td_error_set(err, TD_EPARSE, "getFile: %.*s",
                            TD_FMT(description.n ? td_str_cut(description, 200)
                                                 : TD_STR("/result/file_path: missing")));
    *next = td_arena_printf(a, "%.*s%.*s", TD_FMT(file_root(a, s)), TD_FMT(path));
    return TD_OK;
}

static bool is_photo(const struct td_attachment *file, size_t bytes) {
    return bytes <= PHOTO_MAX_BYTES &&
           (td_str_eqz(file->type, "image/jpeg") || td_str_eqz(file->type, "image/png") ||
            td_str_eqz(file->type, "image/webp"));
}

int telegram_upload_build(struct td_arena *a, const struct td_settings *s,
                          const struct td_attachment *file, struct td_str bytes,
                          struct td_request *out, struct td_error *err) {
    bool photo = is_photo(file, bytes.n);
    struct td_str chat = td_settings_text(s, "files_chat");
    if (!chat.n)
        return td_error_set(err, TD_EUNSUPPORTED,
                            "files_chat: not set, so this channel sends no files");
    if (bytes.n > FILE_MAX_BYTES)
        return td_error_set(err, TD_ELIMIT, "Telegram takes files of at most 50 MB");
    const struct td_pair fields[] = {
        {TD_STR("chat_id"), chat},
        {TD_STR("disable_notification"), TD_STR("true")},
        {TD_STR("disable_content_type_detection"), photo ? TD_STR("") : TD_STR("true")}};
    const struct multipart_file part = {photo ? "photo" : "document", file->name, file->type,
                                        bytes};
    *out = (struct td_request){.method = TD_STR("POST"),
                               .url = telegram_url(a, s, photo ? "sendPhoto" : "sendDocument")};
    out->headers.v = TD_ARENA_NEW(a, struct td_pair);
    multipart_build(a, fields, 3, &part, out);
    return TD_OK;
}

/* Telegram may make another kind of what it gets: a GIF becomes an animation, and so on. */
int telegram_upload_parse(struct td_arena *a, const struct td_settings *s,
                          const struct td_response *r, struct td_str *ref, struct td_error *err) {
    static const char *const kinds[] = {"document", "animation", "video",
                                        "audio",    "voice",     "sticker"};
    struct document d;
    struct td_str id = TD_STR(""), next, description;
    (void)s;
    if (document_open_json(&d, a, r->body, NULL) != TD_OK)
        return td_error_set(err, TD_EPARSE, "Telegram's answer to a file is no JSON");
    for (unsigned i = 0; i < 20; i++) { /* the largest size of a photo is the last */
        document_get(&d, td_arena_printf(a, "/result/photo/%u/file_id", i), &next);
        if (!next.n)
            break;
        id = next;
    }
    const char *kind = id.n ? "photo" : "document";
    for (size_t i = 0; !id.n && i < sizeof kinds / sizeof *kinds; i++)
        document_get(&d, td_arena_printf(a, "/result/%s/file_id", kinds[i]), &id);
    document_get(&d, TD_STR("/description"), &description);
    document_close(&d);
    if (!id.n || id.n > PATH_MAX_BYTES)
        return td_error_set(err, TD_EPARSE, "Telegram did not take the file: %.*s",
                            TD_FMT(td_str_cut(description, 150)));
    *ref = td_arena_printf(a, "%s:%.*s", kind, TD_FMT(id));
    return TD_OK;
}
