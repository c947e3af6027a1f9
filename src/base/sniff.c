#include <tandem/sniff.h>

#include <string.h>
#include <strings.h>

#define NAME_MAX_BYTES ((size_t)150)

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

/* Shown inline: the types above that are found by their bytes and that no browser runs. */
static const char *const passive[] = {"image/png", "image/jpeg",     "image/gif", "image/webp",
                                      "image/bmp", "audio/mpeg",     "audio/ogg", "audio/mp4",
                                      "video/mp4", "video/quicktime"};

static bool starts_nocase(struct td_str s, const char *prefix) {
    size_t n = strlen(prefix);
    return s.n >= n && strncasecmp(s.p, prefix, n) == 0;
}

static bool is_among(struct td_str type, const char *const *v, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (starts_nocase(type, v[i]))
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

struct td_str td_sniff_type(struct td_str bytes, struct td_str said) {
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (bytes.n >= magics[i].at + magics[i].n &&
            memcmp(bytes.p + magics[i].at, magics[i].magic, magics[i].n) == 0) {
            bool more = is_container(magics[i].type) && is_media_type(said) &&
                        is_among(said, within, sizeof within / sizeof *within);
            return more ? said : td_str_of(magics[i].type);
        }
    if (!is_media_type(said) || starts_nocase(said, "image/") || starts_nocase(said, "multipart/"))
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

bool td_sniff_is_passive(struct td_str type) {
    for (size_t i = 0; i < sizeof passive / sizeof *passive; i++)
        if (td_str_eqz(type, passive[i]))
            return true;
    return false;
}

/* U+202A…E, U+2066…9: "gnp.exe" shown as "exe.png" */
static bool is_direction(const char *s, size_t n) {
    const unsigned char *p = (const unsigned char *)s;
    return n > 2 && p[0] == 0xe2 &&
           ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
            (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

static bool is_odd(unsigned char c) {
    return c < ' ' || c == 0x7f || c == ':' || c == '"' || c == '<' || c == '>' || c == '|';
}

/* What stands after the last slash, without blanks at its ends. */
static struct td_str base_name(struct td_str s) {
    for (size_t i = s.n; i-- > 0;)
        if (s.p[i] == '/' || s.p[i] == '\\')
            return (struct td_str){s.p + i + 1, s.n - i - 1};
    return s;
}

struct td_str td_sniff_name(struct td_arena *a, struct td_str name, struct td_str type,
                            size_t number) {
    name = base_name(name);
    char *p = td_arena_alloc(a, name.n < NAME_MAX_BYTES ? name.n + 1 : NAME_MAX_BYTES + 1);
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < NAME_MAX_BYTES; i++) {
        if (is_direction(name.p + i, name.n - i))
            i += 2;
        else
            p[n++] = is_odd((unsigned char)name.p[i]) ? '_' : name.p[i];
    }
    struct td_str out = td_str_cut((struct td_str){p, n}, NAME_MAX_BYTES);
    while (out.n && (out.p[0] == '.' || out.p[0] == ' ')) /* no hidden files */
        out.p++, out.n--;
    while (out.n && out.p[out.n - 1] == ' ')
        out.n--;
    if (out.n && td_str_is_utf8(out))
        return out;
    return td_arena_printf(a, "file-%zu.%s", number, end_of(type));
}
