/* media_link.h: signed, expiring links to stored files: "/media/<sha256>/<name>?type=&exp=&sig=".
 *
 * Whoever has the link may read the file until `exp` (Unix seconds) without any login, so what the
 * link says is what the signature covers: file, name, type and time. The key is a subkey of the
 * installation's key file for this purpose alone. Times are rounded up to the hour, so that links
 * made one after another are the same and caches can work. */
#ifndef STORE_MEDIA_LINK_H
#define STORE_MEDIA_LINK_H

#include <stdint.h>
#include <tandem/arena.h>

#define MEDIA_LINK_PURPOSE "media-link"
#define MEDIA_LINK_S 86400

/* Path and query. */
struct td_str media_link(struct td_arena *a, const uint8_t key[32], struct td_str sha256,
                         struct td_str name, struct td_str type, int64_t now_ms);
/* What a request says, decoded; false: not signed so, or over. Takes as long for any signature. */
bool media_link_ok(const uint8_t key[32], struct td_str sha256, struct td_str name,
                   struct td_str type, struct td_str exp, struct td_str sig, int64_t now_ms);

#endif
