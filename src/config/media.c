/* Where files are kept. */
#include "config/tables.h"

#define AT(member_) .at = offsetof(struct config_s3, member_)

/* Characters that no URL encodes: what is signed is then the same for everybody. */
static bool is_plain(struct td_str s, bool slash) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || c == '.';
        if (!plain && !(slash && c == '/'))
            return false;
    }
    return !s.n || (s.p[0] != '.' && s.p[0] != '/' && !memmem(s.p, s.n, "//", 2) &&
                    !memmem(s.p, s.n, "/.", 2));
}

static void expect(struct reader *r, const struct place *at, const char *key,
                   const struct td_str *field, bool ok, const char *expected) {
    struct place here = {at, td_str_of(key), 0};
    if (field->n && !ok)
        reader_fail(r, &here, reader_line(r, field), "found \"%.*s\", expected %s",
                    TD_FMT(td_str_cut(*field, 80)), expected);
}

static void s3_done(struct reader *r, const struct place *at, const struct yaml_node *node,
                    void *obj) {
    const struct config_s3 *s = obj;
    struct place endpoint = {at, TD_STR("endpoint"), 0};
    (void)node;
    expect(r, at, "bucket", &s->bucket,
           is_plain(s->bucket, false) && s->bucket.n >= 3 && s->bucket.n <= 63,
           "3 to 63 letters, digits, -, _ and .");
    expect(r, at, "region", &s->region, is_plain(s->region, false) && s->region.n <= 64,
           "a name such as eu-central-1");
    expect(r, at, "prefix", &s->prefix, is_plain(s->prefix, true) && s->prefix.n <= 500,
           "letters, digits, -, _, . and single slashes, such as tandem/");
    expect(r, at, "endpoint", &s->endpoint,
           s->endpoint.n && s->endpoint.n <= 500 && !memchr(s->endpoint.p, '?', s->endpoint.n) &&
               !memchr(s->endpoint.p, '#', s->endpoint.n),
           "a URL without a query");
    if (td_str_starts(s->endpoint, TD_STR("http:")) &&
        !td_str_starts(s->endpoint, TD_STR("http://127.")))
        reader_warn(r, &endpoint, reader_line(r, &s->endpoint),
                    "without TLS: files are readable on the way");
}

static const struct row s3_rows[] = {
    {.key = "endpoint",
     AT(endpoint),
     .rule = {.type = V_URL},
     .required = true,
     .help = "Where the service is, such as https://s3.eu-central-1.amazonaws.com; the bucket is "
             "named in the path."},
    {.key = "bucket",
     AT(bucket),
     .rule = {.type = V_TEXT},
     .required = true,
     .help = "The bucket's name; it must exist."},
    {.key = "region",
     AT(region),
     .rule = {.type = V_TEXT},
     .fallback = "us-east-1",
     .help = "The bucket's region, a part of the signature."},
    {.key = "prefix",
     AT(prefix),
     .rule = {.type = V_TEXT},
     .help = "Begins the name of every object, such as tandem/."},
    {.key = "access_key",
     .cell = CELL_SECRET,
     AT(access_key),
     .required = true,
     .help = "Id of a key that may put, get and delete objects."},
    {.key = "secret_key",
     .cell = CELL_SECRET,
     AT(secret_key),
     .required = true,
     .help = "The key itself."},
};
static const struct table table_s3 = {
    .title = "media.s3",
    .help = "A bucket that speaks Amazon's S3. A change counts after a restart.",
    .size = sizeof(struct config_s3),
    TABLE_ROWS(s3_rows),
    .done = s3_done};

static const struct row media_rows[] = {
    {.key = "s3",
     .cell = CELL_TABLE,
     .at = offsetof(struct config, s3),
     .table = &table_s3,
     .shown = "the data folder",
     .help = "Keep files in a bucket; the data folder then holds those of the last days only."},
};
const struct table table_media = {.title = "media",
                                  .help = "Where customers' and agents' files are kept.",
                                  .size = sizeof(struct config),
                                  TABLE_ROWS(media_rows)};
