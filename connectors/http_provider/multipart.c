#include "http_provider/multipart.h"

#include "http_provider/crypto.h"
#include "http_provider/text.h"

static void begin(struct text *t, struct td_str boundary, struct td_str field) {
    text_puts(t, "--");
    text_put(t, boundary);
    text_puts(t, "\r\nContent-Disposition: form-data; name=\"");
    text_put(t, field);
    text_putc(t, '"');
}

/* Quotes, line ends and the like have no place in a header (RFC 7578 §4.2): a "_" takes theirs. */
static void put_file_name(struct text *t, struct td_str name) {
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        text_putc(t, c < 0x20 || c == 0x7f || strchr("\"\\/", (char)c) ? '_' : name.p[i]);
    }
}

void multipart_build(struct td_arena *a, const struct td_pair *fields, size_t n,
                     const struct multipart_file *file, struct td_request *out) {
    uint8_t hash[32];
    struct text t;
    size_t max = file->bytes.n + 4096;
    for (size_t i = 0; i < n; i++)
        max += fields[i].name.n + fields[i].value.n + 200;
    crypto_sha256(file->bytes, hash);
    struct td_str boundary = td_arena_printf(a, "tandem-%.*s", TD_FMT(text_hex(a, hash, 16)));
    text_init(&t, a, max);
    for (size_t i = 0; i < n; i++) {
        if (!fields[i].value.n)
            continue;
        begin(&t, boundary, fields[i].name);
        text_puts(&t, "\r\n\r\n");
        text_put(&t, fields[i].value);
        text_puts(&t, "\r\n");
    }
    struct td_str name = td_str_cut(file->name, 200);
    begin(&t, boundary, td_str_of(file->field));
    text_puts(&t, "; filename=\"");
    put_file_name(&t, name.n ? name : TD_STR("file"));
    text_puts(&t, "\"\r\nContent-Type: ");
    text_put(&t, file->type.n ? td_str_cut(file->type, 200) : TD_STR("application/octet-stream"));
    text_puts(&t, "\r\n\r\n");
    text_put(&t, file->bytes);
    text_puts(&t, "\r\n--");
    text_put(&t, boundary);
    text_puts(&t, "--\r\n");
    out->body = text_str(&t);
    out->headers.v[out->headers.n++] = (struct td_pair){
        TD_STR("content-type"),
        td_arena_printf(a, "multipart/form-data; boundary=%.*s", TD_FMT(boundary))};
}
