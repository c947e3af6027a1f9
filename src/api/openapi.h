/* openapi.h: src/api/openapi.json as the build embeds it (openapi.cmake). */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include <stddef.h>

extern const char openapi_json[];
extern const size_t openapi_json_bytes;

#endif
