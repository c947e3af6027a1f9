/* multipart.h: multipart/form-data (RFC 7578), for uploads. The boundary is made of the bytes, so
 * that the same upload is the same request. */
#ifndef HTTP_PROVIDER_MULTIPART_H
#define HTTP_PROVIDER_MULTIPART_H

#include <tandem/provider.h>

struct multipart_file {
    const char *field;
    struct td_str name, type, bytes; /* name "": "file"; type "": application/octet-stream */
};
/* Sets the body and a content-type header of `out`, whose headers have room for it. The fields come
 * first; a value "" is left out. */
void multipart_build(struct td_arena *a, const struct td_pair *fields, size_t n,
                     const struct multipart_file *file, struct td_request *out);

#endif
