#include "email/sniff.h"

#include "http_provider/text.h"

static const struct {
    const char *magic;
    size_t n, at;
    const char *type, *end;
} magics[] = {
    {"\x89PNG\r\n\x1a\n", 8, 0, "image/png", "png"},
    {"\xff\xd8\xff", 3, 0, "image/jpeg", "jpg"},
    {"GIF8", 4, 0, "image/gif", "gif"},
    {"WEBP", 4, 8, "image/webp", "webp"},
    {"BM", 2, 0, "image/bmp", "bmp"},
    {"%PDF-", 5, 0, "application/pdf", "pdf"},
    {"PK\x03\x04", 4, 0, "application/zip", "zip"},
    {"Rar!", 4, 0, "application/vnd.rar", "rar"},
    {"\x1f\x8b", 2, 0, "application/gzip", "gz"},
    {"7z\xbc\xaf\x27\x1c", 6, 0, "application/x-7z-compressed", "7z"},
    {"MZ", 2, 0, "application/x-msdownload", "exe"},
    {"\x7f"
     "ELF",
     4, 0, "application/x-executable", "bin"},
    {"OggS", 4, 0, "audio/ogg", "ogg"},
    {"ID3", 3, 0, "audio/mpeg", "mp3"},
    {"ftyp", 4, 4, "video/mp4", "mp4"},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, 0, "application/x-ole-storage", "bin"},
};
/* What stands in a container tells more than the container. */
static const char *const within[] = {"application/vnd.", "application/msword", "application/epub",
                                     "video/quicktime",  "audio/mp4",          "image/heic",
                                     "application/x-"};
/* Bytes cannot tell these from text, and a browser would run them. */
static const char *const active[] = {
    "text/html",       "application/xhtml", "image/svg",       "application/javascript",
    "text/javascript", "text/xml",          "application/xml", "application/x-javascript"};

static bool is_among(struct td_str type, const char *const *v, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (text_starts_nocase(type, v[i]))
            return true;
    return false;
}

static bool is_container(const char *type) {
    return strcmp(type, "application/zip") == 0 || strcmp(type, "application/x-ole-storage") == 0 ||
           strcmp(type, "video/mp4") == 0;
}

static bool is_media_type(struct td_str s) {
    size_t slashes = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        slashes += c == '/';
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '/' || c == '.' || c == '+' || c == '-'))
            return false;
    }
    return slashes == 1 && s.n <= 100;
}

struct td_str sniff_type(struct td_str bytes, struct td_str said) {
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (bytes.n >= magics[i].at + magics[i].n &&
            memcmp(bytes.p + magics[i].at, magics[i].magic, magics[i].n) == 0) {
            bool more = is_container(magics[i].type) && is_media_type(said) &&
                        is_among(said, within, sizeof within / sizeof *within);
            return more ? said : td_str_of(magics[i].type);
        }
    if (!is_media_type(said) || text_starts_nocase(said, "image/") ||
        text_starts_nocase(said, "multipart/"))
        return TD_STR("application/octet-stream"); /* an image that is none */
    if (is_among(said, active, sizeof active / sizeof *active))
        return TD_STR("text/plain");
    return said;
}

static const char *end_of(struct td_str type) {
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (td_str_eqz(type, magics[i].type))
            return magics[i].end;
    return td_str_eqz(type, "text/plain")       ? "txt"
           : td_str_eqz(type, "text/calendar")  ? "ics"
           : td_str_eqz(type, "message/rfc822") ? "eml"
                                                : "bin";
}

struct td_str sniff_name(struct td_arena *a, struct td_str name, struct td_str type,
                         size_t number) {
    struct text t;
    for (size_t i = name.n; i-- > 0;)
        if (name.p[i] == '/' || name.p[i] == '\\') {
            name = (struct td_str){name.p + i + 1, name.n - i - 1};
            break;
        }
    text_init(&t, a, 200);
    for (size_t i = 0; i < name.n && t.n < 150; i++) {
        unsigned char c = (unsigned char)name.p[i];
        /* U+202A…E, U+2066…9: "gnp.exe" shown as "exe.png" */
        if (c == 0xe2 && i + 2 < name.n &&
            (((unsigned char)name.p[i + 1] == 0x80 && (unsigned char)name.p[i + 2] >= 0xaa &&
              (unsigned char)name.p[i + 2] <= 0xae) ||
             ((unsigned char)name.p[i + 1] == 0x81 && (unsigned char)name.p[i + 2] >= 0xa6 &&
              (unsigned char)name.p[i + 2] <= 0xa9))) {
            i += 2;
            continue;
        }
        if (c < ' ' || c == 0x7f || c == ':' || c == '"' || c == '<' || c == '>' || c == '|')
            c = '_';
        text_putc(&t, (char)c);
    }
    struct td_str out = text_trim(td_str_cut(text_str(&t), 150));
    while (out.n && out.p[0] == '.') /* no hidden files */
        out.p++, out.n--;
    if (out.n && td_str_is_utf8(out))
        return out;
    return td_arena_printf(a, "file-%zu.%s", number, end_of(type));
}
